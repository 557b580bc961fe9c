"""Six-digit codes: right once, five tries, ten minutes, and no caller can forget to count a wrong one."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import codes
from portal.accounts.models import OneTimeCode, Person
from portal.context import Portal
from portal.errors import Invalid, PortalError, TooMany

from .conftest import Mailbox

SECRET = "test"


@pytest.fixture
def ask(portal: Portal, session: Session, person: Person, now: datetime, mailbox: Mailbox) -> Any:
    def send(at: datetime = now, purpose: str = "sign:1") -> str:
        codes.send(session, now=at, secret=SECRET, mailer=portal.mailer, person=person, purpose=purpose)
        session.commit()
        return mailbox.code(person)

    return send


def check(session: Session, person: Person, now: datetime, code: str, purpose: str = "sign:1") -> None:
    codes.check(session, now=now, secret=SECRET, person_id=person.id, purpose=purpose, code=code)


def wrong(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"


def test_a_code_serves_once_and_may_be_typed_with_spaces(ask: Any, session: Session, person: Person, now: datetime) -> None:
    code = ask()
    check(session, person, now, f" {code[:2]} {code[2:]} ")
    session.commit()
    with pytest.raises(codes.CodeUsed) as refused:
        check(session, person, now, code)
    assert refused.value.text == "Este código ya se usó. Pida uno nuevo."


def test_a_code_is_kept_only_as_a_digest_that_needs_the_secret(ask: Any, session: Session, person: Person, now: datetime) -> None:
    code = ask().replace(" ", "")
    row = session.scalars(select(OneTimeCode)).one()
    assert code not in row.code_digest
    with pytest.raises(codes.WrongCode):
        codes.check(session, now=now, secret="another", person_id=person.id, purpose="sign:1", code=code)


def test_a_right_code_whose_act_fails_still_works(ask: Any, session: Session, person: Person, now: datetime) -> None:
    code = ask()
    check(session, person, now, code)
    session.rollback()
    check(session, person, now, code)


def test_wrong_tries_count_though_the_caller_rolls_back_and_the_fifth_locks(
    ask: Any, session: Session, person: Person, now: datetime
) -> None:
    code = ask()
    said = []
    for _ in range(5):
        person.full_name = "Nadie"  # what the caller had in hand is not kept
        with pytest.raises(PortalError) as refused:
            check(session, person, now, wrong(code))
        session.rollback()
        said.append(refused.value.text)
    assert said == [
        "El código no coincide. Le quedan 4 intentos.",
        "El código no coincide. Le quedan 3 intentos.",
        "El código no coincide. Le quedan 2 intentos.",
        "El código no coincide. Le queda 1 intento.",
        "El código se bloqueó después de cinco intentos. Pida uno nuevo.",
    ]
    assert person.full_name == "Ana de muestra"
    with pytest.raises(codes.CodeLocked):
        check(session, person, now, code)


def test_a_code_ends_after_ten_minutes(ask: Any, session: Session, person: Person, now: datetime) -> None:
    code = ask()
    with pytest.raises(codes.CodeExpired) as refused:
        check(session, person, now + timedelta(minutes=10), code)
    assert refused.value.text == "El código venció. Pida uno nuevo."


def test_a_newer_code_replaces_the_older(ask: Any, session: Session, person: Person, now: datetime) -> None:
    first, second = ask(), ask()
    if first != second:
        with pytest.raises(codes.WrongCode):
            check(session, person, now, first)
    check(session, person, now, second)


def test_a_code_is_for_one_purpose_and_one_person(ask: Any, session: Session, person: Person, actors: Any, now: datetime) -> None:
    code = ask(purpose="sign:1")
    for whose, purpose in ((person, "sign:2"), (actors.person(), "sign:1")):
        with pytest.raises(Invalid) as refused:
            check(session, whose, now, code, purpose)
        assert refused.value.text == "Todavía no se envió ningún código. Pida uno."


def test_what_is_not_six_digits_costs_no_try(ask: Any, session: Session, person: Person, now: datetime) -> None:
    code = ask()
    for typed in ("", "12345", "1234567", "abcdef", "１２３４５６"):
        with pytest.raises(Invalid) as refused:
            check(session, person, now, typed)
        assert refused.value.text == "Escriba las seis cifras del código."
    assert session.scalars(select(OneTimeCode.tries_left)).one() == 5
    check(session, person, now, code)


def test_five_codes_an_hour(ask: Any, session: Session, now: datetime) -> None:
    for _ in range(5):
        ask()
    with pytest.raises(TooMany):
        ask()
    session.rollback()
    ask(purpose="sign:2")
    ask(at=now + timedelta(hours=1, seconds=1))


def test_sixty_an_hour_whatever_they_are_for(ask: Any, session: Session) -> None:
    for n in range(60):
        ask(purpose=f"sign:{n}")
    with pytest.raises(TooMany):
        ask(purpose="sign:60")


def test_of_two_uses_at_the_same_instant_one_wins(ask: Any, portal: Portal, person: Person, now: datetime) -> None:
    code, start, outcome, person_id = ask(), Barrier(2), [], person.id

    def use() -> None:
        with portal.sessions() as own:
            start.wait()
            try:
                codes.check(own, now=now, secret=SECRET, person_id=person_id, purpose="sign:1", code=code)
                own.commit()
                outcome.append("in")
            except codes.CodeUsed:
                outcome.append("refused")

    threads = [Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["in", "refused"]

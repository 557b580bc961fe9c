"""Notices go out together, when each person wants them, once, in a mail that is complete in text and in HTML."""

import email
import email.policy
import re
import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import erasure
from portal.accounts.models import Person
from portal.context import Portal
from portal.extend.kinds import MailTopic
from portal.mail import MailMessage, deliver
from portal.notices import digests, queries, service, topics
from portal.notices.models import Notice, NoticePreference
from portal.testing.fixtures import Actors
from tests.commitments.elsewhere import run_elsewhere

pytestmark = pytest.mark.settings(plugins=("dialogue", "demands"))
LIMA = ZoneInfo("America/Lima")
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=LIMA)
SATURDAY_SEVEN = datetime(2026, 11, 21, 7, 0, tzinfo=LIMA)
MONDAY_SEVEN = datetime(2026, 11, 23, 7, 0, tzinfo=LIMA)
A, B = "dialogue.received", "demands.decided"

Tell = Callable[..., None]
Sweep = Callable[[datetime], list[str]]


@pytest.fixture
def person(actors: Actors) -> Person:
    return actors.person("Ana Muestra", email="ana@muestra.example")


@pytest.fixture
def tell(session: Session, person: Person) -> Tell:
    def tell(topic: str = A, title: str = "Llegó un aporte", at: datetime = FRIDAY, who: Person | None = None, **values: Any) -> None:
        service.notify(session, now=at, topic=topic, person_ids=[(who or person).id], title=title, href=values.pop("href", "/x"), **values)
        session.commit()

    return tell


@pytest.fixture
def sweep(portal: Portal, session: Session) -> Sweep:
    """Do what the sweep of an instant does, and return the subjects of the digests that there are now."""

    def sweep(at: datetime) -> list[str]:
        session.rollback()  # a reader holds SQLite's turn as a writer does
        with time_machine.travel(at, tick=False):
            with portal.sessions() as mine:
                found = list(digests.pending(mine, at))
            for one in found:
                digests.run(portal, one)
        rows = session.scalars(select(MailMessage.subject).where(MailMessage.kind == digests.MAIL).order_by(MailMessage.id)).all()
        session.rollback()
        return list(rows)

    return sweep


def choose(session: Session, person: Person, **often: str) -> None:
    service.choose(session, now=FRIDAY, person_id=person.id, often={name.replace("_", "."): value for name, value in often.items()})
    session.commit()


@pytest.mark.once
@pytest.mark.parametrize(
    ("often", "at", "due"),
    [
        ("now", FRIDAY, FRIDAY),
        ("daily", FRIDAY, SATURDAY_SEVEN),
        ("daily", datetime(2026, 11, 20, 6, 59, tzinfo=LIMA), datetime(2026, 11, 20, 7, 0, tzinfo=LIMA)),
        ("daily", datetime(2026, 11, 20, 7, 0, tzinfo=LIMA), SATURDAY_SEVEN),
        ("weekly", FRIDAY, MONDAY_SEVEN),
        ("weekly", datetime(2026, 11, 23, 6, 0, tzinfo=LIMA), MONDAY_SEVEN),
        ("weekly", MONDAY_SEVEN, datetime(2026, 11, 30, 7, 0, tzinfo=LIMA)),
    ],
)
def test_when_a_notice_is_due(often: str, at: datetime, due: datetime) -> None:
    assert topics.due(often, at, "America/Lima") == due


@pytest.mark.once
def test_seven_is_seven_when_clocks_change() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    found = topics.due("daily", before, "Europe/Madrid")
    assert (found.astimezone(ZoneInfo("Europe/Madrid")).hour, found - before) == (7, timedelta(hours=20))


@pytest.mark.once
def test_what_a_person_chose_stands_above_what_plugins_propose() -> None:
    known = [MailTopic(name="a", label="A"), MailTopic(name="b", label="B", often="weekly")]
    assert topics.effective(known, {}) == {"a": "daily", "b": "weekly"}
    assert topics.effective(known, {"*": "never", "b": "now"}) == {"a": "never", "b": "now"}


def test_one_mail_a_day_has_everything_and_only_once(tell: Tell, sweep: Sweep, session: Session, person: Person) -> None:
    tell(title="Uno")
    tell(B, title="Dos", at=FRIDAY + timedelta(hours=2))
    assert sweep(FRIDAY + timedelta(minutes=1)) == []
    assert sweep(SATURDAY_SEVEN - timedelta(minutes=1)) == []
    assert sweep(SATURDAY_SEVEN) == ["2 avisos: Uno"]
    assert sweep(SATURDAY_SEVEN) == sweep(MONDAY_SEVEN) == ["2 avisos: Uno"]
    rows = session.scalars(select(Notice).where(Notice.person_id == person.id)).all()
    assert {(one.sent_at, one.mail_id) for one in rows} == {(SATURDAY_SEVEN, session.scalars(select(MailMessage.id)).one())}


def test_a_portal_that_slept_at_seven_sends_when_it_wakes(tell: Tell, sweep: Sweep) -> None:
    tell(title="Uno")
    assert sweep(SATURDAY_SEVEN + timedelta(hours=5)) == ["Uno"]


def test_at_once_for_who_wants_it_so_weekly_on_monday_and_never(
    tell: Tell, sweep: Sweep, session: Session, person: Person, actors: Actors
) -> None:
    weekly, never = actors.person(), actors.person()
    choose(session, person, dialogue_received="now")
    choose(session, weekly, dialogue_received="weekly")
    choose(session, never, dialogue_received="never")
    for who in (person, weekly, never):
        tell(title=f"Para {who.id}", who=who)
    assert sweep(FRIDAY) == [f"Para {person.id}"]
    assert sweep(SATURDAY_SEVEN) == [f"Para {person.id}"]
    assert sweep(MONDAY_SEVEN) == [f"Para {person.id}", f"Para {weekly.id}"]
    assert queries.notices(session, never.id).total == 1  # on their own page all the same


def test_a_change_of_mind_holds_for_what_already_waits(tell: Tell, sweep: Sweep, session: Session, person: Person) -> None:
    tell(title="Uno")
    sweep(FRIDAY)
    choose(session, person, dialogue_received="weekly")
    assert sweep(SATURDAY_SEVEN) == []
    choose(session, person, dialogue_received="now")
    assert sweep(SATURDAY_SEVEN + timedelta(hours=1)) == ["Uno"]


def test_who_is_inactive_has_no_address_or_was_erased_gets_none(
    portal: Portal, tell: Tell, sweep: Sweep, session: Session, actors: Actors
) -> None:
    inactive, silent, erased = actors.person(), actors.person(email=None), actors.person("Rosa Borrada Muestra")
    inactive.active = False
    session.commit()
    choose(session, erased, dialogue_received="now")
    for who in (inactive, silent, erased):
        tell(who=who, title="Nada")
    erasure.erase(portal, session, now=FRIDAY, person_id=erased.id)
    session.commit()
    assert sweep(SATURDAY_SEVEN) == []
    assert session.scalars(select(Notice.person_id)).all() == [inactive.id, silent.id]
    assert session.scalars(select(NoticePreference)).all() == []
    session.rollback()
    with portal.sessions() as mine:
        assert list(digests.pending(mine, MONDAY_SEVEN)) == []


def test_a_topic_of_a_plugin_that_is_not_in_use_waits_and_then_ends(tell: Tell, sweep: Sweep, session: Session) -> None:
    tell("retirado.nada", title="Uno")
    assert sweep(SATURDAY_SEVEN) == []
    assert session.scalars(select(Notice.due_at)).one() == SATURDAY_SEVEN + timedelta(days=1)
    session.rollback()
    assert sweep(FRIDAY + timedelta(days=31)) == []
    assert session.scalars(select(Notice.sent_at)).one() is not None


def test_workers_at_once_write_one_mail(portal: Portal, tell: Tell, session: Session, person: Person) -> None:
    tell(title="Uno")

    def work() -> None:
        with portal.sessions() as mine:
            digests.digest(portal, mine, now=SATURDAY_SEVEN, person_id=person.id)
            mine.commit()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert session.scalars(select(MailMessage.subject)).all() == ["Uno"]


DIES = """
import os, sys
from datetime import datetime
from portal.notices import digests
with portal.sessions() as session:
    digests.digest(portal, session, now=datetime.fromisoformat(sys.argv[1]), person_id=int(sys.argv[2]))
    if sys.argv[3] == "after":
        session.commit()
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_before_or_after_the_commit_nothing_is_lost_or_sent_twice(
    portal: Portal, tell: Tell, sweep: Sweep, person: Person, moment: str
) -> None:
    tell(title="Uno")
    died = run_elsewhere(portal.settings, DIES, SATURDAY_SEVEN.isoformat(), person.id, moment)
    assert died.returncode == -9, died.stderr
    assert sweep(SATURDAY_SEVEN) == ["Uno"]


class Kept:
    """A mail server on the loopback."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Kept, str]]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    handler = Kept()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


def received(portal: Portal, session: Session, server: tuple[Kept, str], at: datetime) -> email.message.EmailMessage:
    handler, url = server
    found = session.scalars(select(MailMessage.id).where(MailMessage.kind == digests.MAIL)).all()
    session.rollback()
    for one in found:
        with portal.sessions() as mine:
            row = mine.get_one(MailMessage, one)
            row.next_try_at = at
            mine.commit()
            deliver(mine, one, now=at, settings=replace(portal.settings, mail_url=url), read=portal.store.get)
    return handler.mails[-1]


def parts(mail: email.message.EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


@pytest.mark.settings(plugins=("dialogue", "demands"), public_url="https://agenda-de-la-mesa-de-concertacion.muestra.example")
def test_text_and_html_say_the_same_and_one_press_ends_it(
    portal: Portal, app: Flask, session: Session, person: Person, tell: Tell, sweep: Sweep, server: tuple[Kept, str]
) -> None:
    tell(title="Llegó <un> aporte & más", text="Dice «agua».", href="/agendas/X?a=1&b=2")
    tell(B, title="Se incluyó D-014", at=FRIDAY + timedelta(hours=1))
    sweep(SATURDAY_SEVEN)
    mail = received(portal, session, server, SATURDAY_SEVEN)
    text, html = parts(mail)
    root = portal.settings.public_url
    assert (str(mail["To"]), str(mail["Subject"])) == (
        "Ana Muestra <ana@muestra.example>",
        "2 avisos: Llegó <un> aporte & más",
    )
    for said in ("Dice «agua».", "Se incluyó D-014", "20 de noviembre de 2026, 15:00 (hora de Lima)", "16:00 (hora de Lima)"):
        assert (said in text, said in html) == (True, True)
    assert "Llegó <un> aporte & más" in text
    assert "Llegó &lt;un&gt; aporte &amp; más" in html
    assert f"{root}/agendas/X?a=1&b=2" in text.replace("\r", "").replace("  ", "").splitlines()
    plain = set(re.findall(r"http\S+", text))
    assert plain == {urllib.parse.unquote(one.replace("&amp;", "&")) for one in re.findall(r'href="(http[^"]+)"', html)}
    assert "=?" not in str(mail["List-Unsubscribe"])
    assert str(mail["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert address.startswith(f"{root}/avisos/baja/")
    assert "ana" not in address.lower().removeprefix(root)

    app.config["WTF_CSRF_ENABLED"] = True
    programme = app.test_client()
    path = address.removeprefix(root)
    assert programme.get(path).status_code == 200
    assert session.scalars(select(NoticePreference)).all() == []
    session.rollback()
    answer = programme.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert queries.chosen(session, person.id) == {"*": "never"}
    session.rollback()
    assert programme.post(path).status_code == 200
    tell(title="Otro", at=SATURDAY_SEVEN)
    assert len(sweep(MONDAY_SEVEN)) == 1


def test_a_mail_about_one_thing_ends_that_thing(
    portal: Portal, app: Flask, session: Session, person: Person, tell: Tell, sweep: Sweep
) -> None:
    tell(title="Uno")
    sweep(SATURDAY_SEVEN)
    address = session.scalars(select(MailMessage.unsubscribe)).one() or ""
    session.rollback()
    page = app.test_client().get(address.removeprefix(portal.settings.public_url)).get_data(as_text=True)
    assert "«Aportes y réplicas que llegan a una consulta»" in page
    app.test_client().post(address.removeprefix(portal.settings.public_url))
    assert queries.chosen(session, person.id) == {A: "never"}


@pytest.mark.parametrize("spoil", ["x", ".", "", "AAAA.BBBB"])
def test_a_token_of_somebody_else_s_making_does_nothing(portal: Portal, app: Flask, session: Session, person: Person, spoil: str) -> None:
    from portal.notices import tokens

    good = tokens.path(portal.settings.secret_key, person.id, "*")
    bad = good + spoil if spoil in {"x", "."} else f"/avisos/baja/{spoil or tokens.path('otro secreto', person.id, '*').rpartition('/')[2]}"
    for answer in (app.test_client().get(bad), app.test_client().post(bad)):
        assert answer.status_code == 404
        assert "no está completo" in answer.get_data(as_text=True)
    assert queries.chosen(session, person.id) == {}


def test_a_long_digest_is_light_and_leads_to_the_rest(
    portal: Portal, session: Session, tell: Tell, sweep: Sweep, server: tuple[Kept, str], person: Person
) -> None:
    for n in range(60):
        tell(title=f"{n:02d} " + "&" * 297, text="<" * 2000)
    assert sweep(SATURDAY_SEVEN)[0].startswith("60 avisos: 00 &&&")
    text, html = parts(received(portal, session, server, SATURDAY_SEVEN))
    assert len(html.encode()) < 30_000
    shown = re.findall(r">(\d\d) &amp;", html)
    assert shown[:2] == ["00", "00"] or shown[0] == "00"
    left = int(re.findall(r"Hay (\d+) avisos más", html)[0])
    assert f"Hay {left} avisos más" in text
    assert text.count("* ") == 60 - left
    assert f"{portal.settings.public_url}/cuenta/avisos" in text
    assert queries.notices(session, person.id).total == 60


def test_the_page_shows_the_choices_and_keeps_them(portal: Portal, actors: Actors, session: Session, person: Person, tell: Tell) -> None:
    tell(title="Llegó <un> aporte")
    client, known = actors.signed_in(person), portal.registry.answers("mail_topics")
    page = client.get("/cuenta/avisos").get_data(as_text=True)
    assert "Llegó &lt;un&gt; aporte" in page
    assert re.findall(r'<option selected value="(\w+)"', page) == [one.often for one in known]
    assert "convocatorias" in page
    wanted = {**{one.name: "never" for one in known}, A: "weekly"}
    answer = client.post("/cuenta/avisos", data=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cuenta/avisos")
    assert queries.chosen(session, person.id) == wanted
    session.rollback()
    assert client.post("/cuenta/avisos", data={**wanted, A: "cada hora"}).status_code == 422
    assert queries.chosen(session, person.id) == wanted


def test_duty_mail_has_no_way_out(portal: Portal, session: Session, person: Person, now: datetime) -> None:
    message = portal.mailer.queue(
        session,
        now=now,
        to="ana@muestra.example",
        name="Ana",
        template="accounts/mail/code",
        kind="code",
        context={"code": "123456", "minutes": 10},
    )
    assert message.unsubscribe is None


@pytest.mark.settings(plugins=())
def test_without_plugins_the_page_says_that_nothing_is_sent(actors: Actors) -> None:
    assert "Ningún módulo de este portal envía avisos" in actors.client().get("/cuenta/avisos").get_data(as_text=True)

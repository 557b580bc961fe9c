"""Roles and consents: who may have what, kept with digests only in the ledger."""

import json
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import cli
from portal.accounts import consents, links, service
from portal.accounts.models import Consent, Grant, Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger.models import LedgerEntry
from portal.ledger.service import verify_chain
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors

TEXT = "Autorizo que la Mesa publique la posición de mi organización y mi calidad de firmante."


def ledger(session: Session) -> list[LedgerEntry]:
    return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))


def test_a_role_is_given_once_and_ended_once(session: Session, person: Person, agenda: Agenda, now: datetime) -> None:
    given = service.grant(session, now=now, person_id=person.id, role="staff", agenda_id=agenda.id)
    again = service.grant(session, now=now, person_id=person.id, role="staff", agenda_id=agenda.id)
    assert again.id == given.id
    assert service.end_grant(session, now=now, grant_id=given.id).ended_at == now
    with pytest.raises(Conflict):
        service.end_grant(session, now=now, grant_id=given.id)
    assert service.grant(session, now=now, person_id=person.id, role="staff", agenda_id=agenda.id).id != given.id
    assert [one.kind for one in ledger(session)] == ["role.granted", "role.ended", "role.granted"]
    assert ledger(session)[0].data["agenda"] == "APU-27"
    assert list(verify_chain(session)) == []


def test_a_role_needs_what_it_is_held_in(
    session: Session, person: Person, agenda: Agenda, organisation: Organisation, now: datetime
) -> None:
    def fields(role: str, **where: Any) -> list[str]:
        with pytest.raises(Invalid) as refused:
            service.grant(session, now=now, person_id=person.id, role=role, **where)
        return list(refused.value.fields)

    assert fields("king", agenda_id=agenda.id) == ["role"]
    assert fields("staff") == ["agenda"]
    assert fields("administrator", agenda_id=agenda.id) == ["agenda"]
    assert fields("representative", agenda_id=agenda.id) == ["organisation"]
    assert fields("delegate", agenda_id=agenda.id) == ["dimension"]
    held = service.grant(
        session, now=now, person_id=person.id, role="staff", agenda_id=agenda.id, organisation_id=organisation.id, dimension="social"
    )
    assert (held.organisation_id, held.dimension) == (None, None)
    with pytest.raises(NotFound):
        service.grant(session, now=now, person_id=10**6, role="administrator")


def test_somebody_always_administers(session: Session, actors: Actors, now: datetime) -> None:
    first, second = actors.person(), actors.person()
    held = service.grant(session, now=now, person_id=first.id, role="administrator")
    with pytest.raises(Conflict):
        service.end_grant(session, now=now, grant_id=held.id)
    service.grant(session, now=now, person_id=second.id, role="administrator")
    service.end_grant(session, now=now, grant_id=held.id)
    assert session.scalars(select(Grant.person_id).where(Grant.ended_at.is_(None))).all() == [second.id]


def test_the_same_address_is_the_same_person(session: Session, now: datetime) -> None:
    one = service.add_person(session, now=now, full_name="  Ana   de muestra ", email="Ana@Muestra.example ")
    assert (one.full_name, one.email) == ("Ana de muestra", "ana@muestra.example")
    assert service.add_person(session, now=now, full_name="Otra", email="ANA@muestra.example").id == one.id
    for bad in ("", "ana", "ana@", "a b@muestra.example", "ana@muestra.example\nBcc: x@muestra.example"):
        if bad:
            with pytest.raises(Invalid) as refused:
                service.add_person(session, now=now, full_name="Ana", email=bad)
            assert list(refused.value.fields) == ["email"]
    assert (
        service.add_person(session, now=now, full_name="En papel", email=None).id
        != service.add_person(session, now=now, full_name="En papel", email=None).id
    )


def test_a_consent_keeps_the_exact_text_and_can_be_taken_back_by_its_person_only(
    portal: Portal, session: Session, person: Person, actors: Actors, now: datetime
) -> None:
    given = consents.give_consent(session, portal.store, now=now, person_id=person.id, purpose="commitment:1", text=TEXT)
    assert portal.store.get(given.text_sha256).decode() == TEXT
    assert consents.give_consent(session, portal.store, now=now, person_id=person.id, purpose="commitment:1", text=TEXT).id == given.id
    other = consents.give_consent(session, portal.store, now=now, person_id=person.id, purpose="commitment:1", text=TEXT + " ")
    assert other.id != given.id
    stranger = actors.person()
    with pytest.raises(NotFound):
        consents.revoke_consent(session, now=now, consent_id=given.id, person_id=stranger.id)
    consents.revoke_consent(session, now=now, consent_id=given.id, person_id=person.id)
    with pytest.raises(Conflict):
        consents.revoke_consent(session, now=now, consent_id=given.id, person_id=person.id)
    assert [(one.kind, one.data.get("text_sha256")) for one in ledger(session)] == [
        ("consent.given", given.text_sha256),
        ("consent.given", other.text_sha256),
        ("consent.revoked", given.text_sha256),
    ]
    assert session.scalars(select(Consent.revoked_at).order_by(Consent.id)).all() == [now, None]


def test_the_ledger_holds_nothing_personal(portal: Portal, session: Session, person: Person, agenda: Agenda, now: datetime) -> None:
    service.invite(
        session,
        now=now,
        mailer=portal.mailer,
        full_name="Ana de muestra",
        email=str(person.email),
        role="staff",
        agenda=agenda,
        by_id=person.id,
    )
    consents.give_consent(session, portal.store, now=now, person_id=person.id, purpose="x", text=TEXT)
    for entry in ledger(session):
        kept = f"{entry.subject} {entry.data}"
        for personal in ("Ana", person.email, person.salt, TEXT):
            assert str(personal) not in kept
        assert entry.data["person"] == service.fingerprint(person)


@pytest.fixture
def command(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(cli, "assembled", lambda: portal)
    return lambda *words: CliRunner().invoke(cli.main, ["users", *words])


def test_the_command_line_manages_people(command: Any, agenda: Agenda) -> None:
    assert command("add", "Ana de muestra", "ana@muestra.example", "--role", "administrator").exit_code == 0
    assert command("grant", "ana@muestra.example", "staff", "--agenda", agenda.code).exit_code == 0
    listed = command("list", "--json").output
    assert json.loads(listed) == [
        {
            "id": 1,
            "name": "Ana de muestra",
            "email": "ana@muestra.example",
            "active": True,
            "roles": [
                {"role": "administrator", "agenda": None, "organisation": None, "dimension": None},
                {"role": "staff", "agenda": "APU-27", "organisation": None, "dimension": None},
            ],
        }
    ]
    assert command("revoke", "ana@muestra.example", "staff").exit_code == 0
    assert command("revoke", "ana@muestra.example", "staff").output == "Esta persona no tiene ese rol.\n"
    assert command("grant", "ana@muestra.example", "staff", "--agenda", "NO").output == "No hay una agenda con el código NO.\n"
    assert command("grant", "nadie@muestra.example", "staff").exit_code == 2


def test_a_link_is_shown_only_for_administrators_and_noted(command: Any, portal: Portal, now: datetime) -> None:
    command("add", "Ana de muestra", "ana@muestra.example")
    refused = command("link", "ana@muestra.example")
    assert refused.exit_code == 2
    assert "entrar/enlace" not in refused.output
    command("grant", "ana@muestra.example", "administrator")
    shown = command("link", "ana@muestra.example").output.strip()
    assert shown.startswith(portal.settings.public_url + "/entrar/enlace/")
    with portal.sessions() as session:
        assert [one.kind for one in ledger(session)] == ["role.granted", "link.shown"]
        assert shown.rpartition("/")[2] not in str([one.data for one in ledger(session)])
        assert links.find(session, now=now, token=shown.rpartition("/")[2]).purpose == "bootstrap"

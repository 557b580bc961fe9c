"""Joining after the deadline, and renewing what was signed when a later version of the agenda is put to signature."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.commitments import joining, processes, renewing, treatment
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.models import Commitment, Process, Stance
from plugins.commitments.stances import Typed, confirm, save_page, unanswered
from portal.agendas.freezing import FROZEN, row_digest, subject
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.errors import Conflict, Invalid
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.ledger.service import record
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors

from .conftest import ABOUT, PLAN, Signing, at_rest, frozen_content


@pytest.fixture
def second(portal: Portal, session: Session, version: AgendaVersion, now: datetime) -> AgendaVersion:
    """Version 2: one item changed, one added, one moved, one taken out."""
    content = frozen_content("APU-2023", 2)
    content["previous"] = version.sha256
    items = content["dimensions"][0]["items"]
    items[1]["text"] = "Texto nuevo del punto."
    items[2], items[3] = items[3], items[2]
    items.append({**items[3], "code": "SOC-01.9", "text": "Punto añadido."})
    content["dimensions"][1]["items"].pop()
    sha256 = portal.store.put(session, canonical(content), "application/json", now=now)
    made = AgendaVersion(agenda_id=version.agenda_id, number=2, sha256=sha256, item_count=7, frozen_at=now, **ABOUT)
    session.add(made)
    session.flush()
    facts = {
        "agenda": "APU-2023",
        "number": 2,
        "sha256": sha256,
        "previous": version.sha256,
        "items": 7,
        "row": row_digest(made, "APU-2023"),
    }
    record(session, now=now, kind=FROZEN, subject=subject("APU-2023", 2), data=facts)
    session.commit()
    return made


@pytest.fixture
def again(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    process: Callable[..., Process],
    sign_all: Callable[[Signing], None],
    second: AgendaVersion,
    now: datetime,
) -> tuple[Signing, Commitment]:
    """A complete commitment to version 1, and the one to version 2 that renews it."""
    old = issued(process(plan=PLAN[:1]))
    sign_all(old)
    later = process(version_id=second.id, plan=PLAN[:1], code="APU-2023-v2")
    made = renewing.open_renewals(session, portal.store, now=now, process=later, by=None)
    session.commit()
    return old, made[0]


def test_unchanged_positions_are_carried_and_count_only_once_confirmed(
    portal: Portal, session: Session, again: tuple[Signing, Commitment], now: datetime
) -> None:
    old, new = again
    agenda = frozen_agenda(portal.store, new.process.version)
    said = {
        one.item_code: (one.stance, one.observation, one.carried)
        for one in session.scalars(select(Stance).where(Stance.commitment_id == new.id))
    }
    before = {
        one.item_code: (one.stance, one.observation, True)
        for one in session.scalars(select(Stance).where(Stance.commitment_id == old.commitment.id))
    }
    assert (new.renews_id, set(said)) == (old.commitment.id, {"SOC-01", "SOC-01.2", "SOC-01.3", "AMB-01", "AMB-01.1"})
    assert said == {code: before[code] for code in said}
    rows = {one.item_code: one for one in session.scalars(select(Stance).where(Stance.commitment_id == new.id))}
    assert unanswered(agenda, rows) == ["SOC-01.1", "SOC-01.9"]
    person = old.representative.id
    with pytest.raises(Invalid, match="versión anterior"):
        confirm(session, now=now, person_id=person, portal=portal, commitment=new, convert=True)
    session.rollback()
    typed = {"SOC-01": Typed("no_suscribe", "", 1)}
    save_page(session, now=now, person_id=person, commitment=new, agenda=agenda, dimension="social", typed=typed)
    assert renewing.carried(session, new) == {"SOC-01.2", "SOC-01.3", "AMB-01", "AMB-01.1"}
    session.commit()
    confirm(session, now=now, person_id=person, portal=portal, commitment=new, convert=True, accept=True)
    session.commit()
    assert (renewing.carried(session, new), new.stances_open) == (set(), False)
    old_row = at_rest(session, old.commitment)
    assert (old_row.state, {one.code for one in session.scalars(select(Commitment)) if one.state == "complete"}) == (
        "complete",
        {old_row.code},
    )
    assert audit(portal, session)[1] == []


def test_the_pages_say_pending_and_what_changed(
    portal: Portal, session: Session, again: tuple[Signing, Commitment], actors: Actors, client: FlaskClient
) -> None:
    old, new = again
    code, later, first = new.code, new.process.code, old.commitment
    session.commit()
    own = actors.signed_in(old.representative)
    home = own.get(f"/mi-compromiso/{code}").get_data(as_text=True)
    assert ["Su organización suscribió la versión 1" in home, "Trajimos sus posiciones en 5 puntos" in home, "<ins>" in home] == [True] * 3
    page = own.get(f"/mi-compromiso/{code}/social").get_data(as_text=True)
    assert page.count("Viene de la versión anterior: por confirmar") == 3
    review = own.get(f"/mi-compromiso/{code}/revisar").get_data(as_text=True)
    assert (review.count("(viene de la versión 1)"), "Mantenemos las posiciones" in review) == (5, True)
    assert "Re-suscripción pendiente" in own.get(f"/mi-compromiso/{first.code}").get_data(as_text=True)
    session.commit()
    refused = own.post(f"/mi-compromiso/{code}/revisar", data={"convertir": "si"})
    assert (refused.status_code, "versión anterior" in refused.get_data(as_text=True)) == (422, True)
    asked = own.post(f"/mi-compromiso/{code}/revisar", data={"traidas": "si"})
    assert (
        asked.status_code,
        'name="traidas" value="si"' in asked.get_data(as_text=True),
        "Faltan 2 puntos" in asked.get_data(as_text=True),
    ) == (422, True, True)
    public = client.get(f"/compromisos/{first.code}").get_data(as_text=True)
    assert ("Re-suscripción pendiente" in public, "sigue vigente" in public) == (True, True)
    assert "Re-suscripción pendiente de la versión 2" in client.get(f"/compromisos?proceso={first.process.code}").get_data(as_text=True)
    staff = actors.client("staff", new.process.version.agenda)
    session.commit()
    assert "Re-suscripción pendiente" in staff.get(f"/gestion/compromisos/{later}").get_data(as_text=True)
    assert "Suscribió la versión 1" in staff.get(f"/gestion/compromisos/{later}/{code}").get_data(as_text=True)
    assert own.post(f"/mi-compromiso/{code}/revisar", data={"convertir": "si", "traidas": "si"}).status_code == 303
    slot = session.get_one(Commitment, new.id, populate_existing=True).slots[0]
    assert slot.commitment.state == "issued"
    from plugins.commitments.signing_acts import sign_slot

    sign_slot(portal, session, now=slot.commitment.issued_at, slot_id=slot.id, person_id=old.representative.id)  # type: ignore[arg-type]
    session.commit()
    public = client.get(f"/compromisos/{first.code}").get_data(as_text=True)
    assert ("Re-suscripción pendiente" in public, "también suscribió la versión 2" in public) == (False, True)
    renewed = client.get(f"/compromisos/{code}").get_data(as_text=True)
    assert f"Compromiso {first.code}, con la versión 1" in renewed
    assert audit(portal, session)[1] == []


def test_opening_a_later_process_takes_in_whoever_signed(
    session: Session,
    issued: Callable[..., Signing],
    process: Callable[..., Process],
    sign_all: Callable[[Signing], None],
    second: AgendaVersion,
    actors: Actors,
) -> None:
    shared = process(plan=PLAN[:1])
    one, other = issued(shared), issued(shared)
    sign_all(one)
    filled = {
        "version": str(second.id),
        "code": "APU-2023-v2",
        "title": "Suscripción",
        "opens_at": "2026-01-01T08:00",
        "deadline": "2999-01-01T18:00",
        "contact_name": "Mesa de muestra",
        "contact_email": "mesa@muestra.example",
        "consent_text": "Acepto.",
        "reminders": "7",
        "slots-0-side": "organisation",
        "slots-0-capacity": "personero_titular",
        "slots-0-required": "y",
    }
    staff = actors.client("staff", second.agenda)
    session.commit()
    preview = staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "preview"}).get_data(as_text=True)
    assert ("1 organización suscribió una versión anterior" in preview, session.query(Commitment).count()) == (True, 2)
    session.commit()
    assert staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "create"}).status_code == 303
    made = session.scalars(select(Commitment).join(Process).where(Process.code == "APU-2023-v2")).all()
    assert [(row.organisation_id, row.renews_id) for row in made] == [(one.commitment.organisation_id, one.commitment.id)]
    assert made[0].process.reminders == [7]
    assert other.commitment.organisation_id not in {row.organisation_id for row in made}
    session.commit()


def test_an_organisation_joins_after_the_deadline_with_its_own_and_the_reason(
    portal: Portal, session: Session, commitment: Callable[..., Signing], actors: Actors, client: FlaskClient, now: datetime
) -> None:
    first = commitment()
    process = first.commitment.process
    with pytest.raises(Conflict, match="no terminó"):
        joining.join_late(
            session, now=now, process=process, organisation_ids=[1], deadline=now + timedelta(days=5), reason="Motivo", by=None
        )
    session.rollback()
    session.execute(update(Process).where(Process.id == process.id).values(deadline=now - timedelta(hours=1)))
    newcomer = Organisation(name="Alianza Tardía (muestra)", sort_name="alianza", kind="alianza_electoral", is_sample=True, created_at=now)
    session.add(newcomer)
    session.commit()
    staff = actors.client("staff", process.version.agenda)
    address = f"/gestion/compromisos/{process.code}/organizaciones"
    chosen: dict[str, Any] = {"organisation": str(newcomer.id)}
    session.commit()
    assert "Adhesión posterior" in staff.get(address).get_data(as_text=True)
    assert staff.post(address, data=chosen).status_code == 422
    late = {"adhesion-deadline": "2999-01-01T18:00", "adhesion-reason": "Se inscribió después."}
    assert staff.post(address, data={**chosen, **late, "adhesion-deadline": "2020-01-01T18:00"}).status_code == 422
    assert staff.post(address, data={**chosen, **late}).status_code == 303
    made = session.scalars(select(Commitment).where(Commitment.organisation_id == newcomer.id)).one()
    assert (made.late, made.deadline.year, first.commitment.late) == (True, 2999, False)
    fact = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == joining.JOINED_LATE)).one()
    assert (fact.subject, set(fact.data)) == (f"commitment:{made.code}", {"process", "deadline", "reason_sha256"})
    rows = treatment.given(session, process, now=now, zone="UTC")
    assert [(one.organisation, one.late) for one in rows] == [
        ("Alianza Tardía (muestra)", True),
        (first.commitment.organisation.name, False),
    ]
    assert treatment.differences(rows) == []
    session.commit()
    told = staff.get(f"/gestion/compromisos/{process.code}/trato-igual").get_data(as_text=True)
    assert ("Se inscribió después." in told, "(adhesión posterior)" in told) == (True, True)
    assert "Adhesión posterior" in client.get("/compromisos").get_data(as_text=True)
    assert audit(portal, session)[1] == []
    assert processes.reopened_state(session, made) == "open"

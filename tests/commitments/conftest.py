"""Factories of the signing: a process on a small frozen agenda, commitments, answered and issued ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process, Slot
from plugins.commitments.signing.codes import new_code
from plugins.commitments.states import STANCES, note
from portal.accounts.models import Person
from portal.agendas.freezing import FROZEN, row_digest, subject
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.ledger.service import record
from portal.organisations.models import Membership, Organisation
from portal.testing.fixtures import Actors

HERE = Path(__file__).parent
PLAN = [
    {"side": "organisation", "capacity": "personero_titular", "group": 1, "required": True, "method": "electronic"},
    {"side": "mesa", "capacity": "coordinador_regional", "group": 2, "required": True, "method": "electronic"},
]
CONSENT = "Acepto suscribir este documento con mi firma electrónica y que se publique mi nombre, mi calidad y mi organización."
ABOUT = {
    "title": "Agenda de muestra para la gobernabilidad de Apurímac 2023-2026",
    "summary": "Acuerdos de muestra.",
    "period_start": 2023,
    "period_end": 2026,
    "territory_name": "Apurímac",
}
ITEMS = {"social": ("Social", "SOC", 4), "ambiental": ("Ambiental", "AMB", 3)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests with this plugin alone, unless a test chooses."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("settings") is None:
            item.add_marker(pytest.mark.settings(plugins=("commitments",)))


@dataclass
class Signing:
    """A commitment with the people of its slots, in the slots' order; `representative` may review and signs first."""

    commitment: Commitment
    people: list[Person] = field(default_factory=list)

    @property
    def representative(self) -> Person:
        return self.people[0]


def at_rest(session: Session, commitment: Commitment) -> Commitment:
    """Read the commitment with all a test looks at, and leave no transaction open: on SQLite it would keep everybody else from writing."""
    session.refresh(commitment)
    for row in (*commitment.slots, *commitment.revisions):
        session.refresh(row)
    _ = (
        [slot.person and slot.person.full_name for slot in commitment.slots],
        [one.number for one in commitment.revisions],
        commitment.process.version.agenda.code,
        commitment.organisation.name,
    )
    session.commit()
    return commitment


def frozen_content(code: str, number: int = 1) -> dict[str, Any]:
    """Return a small agenda in the shape "rubrica.agenda/1"."""
    dimensions = []
    for name, (label, prefix, count) in ITEMS.items():
        items: list[dict[str, Any]] = [
            {
                "code": f"{prefix}-01" if place == 0 else f"{prefix}-01.{place}",
                "kind": "lineamiento" if place == 0 else "resultado",
                "kind_label": "Lineamiento" if place == 0 else "Resultado",
                "parent": None if place == 0 else f"{prefix}-01",
                "text": f"Texto del punto **{place}** de la dimensión {label.lower()}.",
                "responsible": "Entidad de muestra",
                "indicators": [
                    {
                        "name": "Indicador de muestra",
                        "unit": "%",
                        "baseline": "51.2",
                        "baseline_year": 2021,
                        "target": "40.0",
                        "target_year": 2026,
                        "source": "Fuente de muestra",
                        "source_url": "",
                    }
                ]
                if place
                else [],
                "alignments": [{"scheme": "ODS", "code": "2.2", "label": "ODS 2.2"}],
                "fields": {},
            }
            for place in range(count)
        ]
        dimensions.append({"name": name, "label": label, "prefix": prefix, "items": items})
    return {
        "schema": "rubrica.agenda/1",
        "code": code,
        "title": "Agenda de muestra para la gobernabilidad de Apurímac 2023-2026",
        "summary": "Acuerdos de muestra.",
        "period": {"start": 2023, "end": 2026},
        "territory": {"inei": "03", "reniec": "02", "name": "Apurímac", "level": "department"},
        "number": number,
        "frozen_at": "2022-08-31T15:32:00Z",
        "previous": None,
        "dimensions": dimensions,
    }


@pytest.fixture
def version(portal: Portal, session: Session, now: datetime) -> AgendaVersion:
    """A frozen version: seven items in two dimensions."""
    agenda = Agenda(
        code="APU-2023",
        title=ABOUT["title"],
        period_start=2023,
        period_end=2026,
        territory_inei="03",
        is_sample=True,
        created_at=now,
    )
    session.add(agenda)
    session.flush()
    sha256 = portal.store.put(session, canonical(frozen_content(agenda.code)), "application/json", now=now)
    made = AgendaVersion(agenda_id=agenda.id, number=1, sha256=sha256, item_count=7, frozen_at=now, **ABOUT)
    session.add(made)
    session.flush()
    record(
        session,
        now=now,
        kind=FROZEN,
        subject=subject(agenda.code, 1),
        data={
            "agenda": agenda.code,
            "number": 1,
            "sha256": sha256,
            "previous": None,
            "items": 7,
            "row": row_digest(made, agenda.code),
        },
    )
    session.commit()
    return made


@pytest.fixture
def process(session: Session, version: AgendaVersion, now: datetime) -> Callable[..., Process]:
    """Make a process: process(plan=…, deadline=…)."""

    def make(**values: Any) -> Process:
        count = session.query(Process).count()
        given = {
            "code": f"APU-2023-v1-{count + 1}",
            "version_id": version.id,
            "title": "Suscripción del compromiso de muestra",
            "plan": PLAN,
            "opens_at": now - timedelta(days=1),
            "deadline": now + timedelta(days=30),
            "consent_text": CONSENT,
            "contact_name": "Equipo de la Mesa (muestra)",
            "contact_email": "mesa@muestra.example",
            "created_at": now,
            **values,
        }
        made = Process(**given)
        session.add(made)
        session.commit()
        return made

    return make


@pytest.fixture
def commitment(session: Session, actors: Actors, process: Callable[..., Process], now: datetime) -> Callable[..., Signing]:
    """Make a commitment with its organisation, slots from the plan and a person in each: commitment(process_, name=…)."""

    def make(of: Process | None = None, *, name: str = "Movimiento Qantu (muestra)", **values: Any) -> Signing:
        chosen = of or process()
        count = session.query(Organisation).count()
        organisation = Organisation(
            name=name if not count else f"{name} {count + 1}",
            sort_name=name.lower(),
            kind="movimiento_regional",
            is_sample=True,
            created_at=now,
        )
        session.add(organisation)
        session.flush()
        made = Commitment(
            process_id=chosen.id,
            organisation_id=organisation.id,
            code=new_code(),
            created_at=now,
            deadline=values.pop("deadline", chosen.deadline),
            **values,
        )
        session.add(made)
        session.flush()
        agenda = chosen.version.agenda
        people = []
        for place, one in enumerate(chosen.plan, start=1):
            person = actors.person(f"Firmante {place} de muestra")
            if one["side"] == "organisation":
                actors.grant(person, "representative", agenda, organisation)
                session.add(Membership(organisation_id=organisation.id, person_id=person.id, capacity=one["capacity"]))
            session.add(
                Slot(
                    commitment_id=made.id,
                    position=place,
                    group=one["group"],
                    side=one["side"],
                    capacity=one["capacity"],
                    required=one["required"],
                    method=one["method"],
                    pool=one.get("pool"),
                    needed=one.get("needed"),
                    person_id=person.id,
                    field=f"firma-{place}",
                )
            )
            people.append(person)
        note(session, made.id, "chosen", now=now)
        session.commit()
        return Signing(at_rest(session, made), people)

    return make


@pytest.fixture
def answered(portal: Portal, session: Session, commitment: Callable[..., Signing], now: datetime) -> Callable[..., Signing]:
    """Make a commitment whose every item has a stance (all four in turn), not confirmed yet."""
    from plugins.commitments.agenda_text import frozen_agenda
    from plugins.commitments.stances import Typed, save_page

    def make(of: Process | None = None, **values: Any) -> Signing:
        signing = commitment(of, **values)
        agenda = frozen_agenda(portal.store, signing.commitment.process.version)
        names = list(STANCES)
        for dimension in agenda.dimensions:
            typed = {
                item["code"]: Typed(
                    stance=names[place % 4],
                    observation="Pedimos precisar la línea de base." if names[place % 4] == "con_observacion" else "",
                    revision=0,
                )
                for place, item in enumerate(dimension["items"])
            }
            save_page(
                session,
                now=now,
                person_id=signing.representative.id,
                commitment=signing.commitment,
                agenda=agenda,
                dimension=dimension["name"],
                typed=typed,
            )
        session.commit()
        return signing

    return make


@pytest.fixture
def issued(portal: Portal, session: Session, answered: Callable[..., Signing], now: datetime) -> Callable[..., Signing]:
    """Make a commitment whose instrument is issued: issued(process_) → Signing in state "issued"."""
    from plugins.commitments.issuing import issue
    from plugins.commitments.stances import confirm

    def make(of: Process | None = None, **values: Any) -> Signing:
        signing = answered(of, **values)
        confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=signing.commitment)
        session.commit()
        issue(portal, signing.commitment.id, now=now)
        at_rest(session, signing.commitment)
        return signing

    return make


@pytest.fixture
def sign_all(portal: Portal, session: Session, now: datetime) -> Callable[[Signing], None]:
    """Sign every slot in order, without the pages."""
    from plugins.commitments.signing_acts import sign_slot

    def sign(signing: Signing, upto: int | None = None) -> None:
        for slot in signing.commitment.slots[:upto]:
            assert slot.person is not None
            sign_slot(portal, session, now=now, slot_id=slot.id, person_id=slot.person.id)
            session.commit()
        at_rest(session, signing.commitment)

    return sign

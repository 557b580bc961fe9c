"""An agenda, and an outside plugin whose things stand on its road."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal.agendas.models import Agenda, AgendaVersion
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Installation
from portal.threads.service import link
from portal.threads.words import ref
from tests.extend.conftest import install

__all__ = ["install"]

PLUGIN = """
from datetime import date, datetime, UTC
STAGE = {"meeting": "meeting", "demand": "demand", "contribution": "dialogue", "answer": "dialogue", "act": "validation", "strange": "nowhere"}

@hookimpl
def thread_stages():
    return [
        ThreadStage(name="meeting", label="Reunión", gap="Sin reunión", weight=20),
        ThreadStage(name="demand", label="Demanda", gap="Sin demanda", weight=30),
        ThreadStage(name="dialogue", label="Diálogo social", gap="Sin aportes", weight=60),
        ThreadStage(name="validation", label="Validación", gap="Sin validación", weight=65),
    ]

@hookimpl
def thread_stations(session, actor, refs):
    for name in sorted(refs):
        kind, _, code = name.partition(":")
        code = code.rpartition("/")[2]
        if kind in STAGE and (not code.endswith("900") or actor.signed_in):
            at = datetime(2026, 3, 5, 15, tzinfo=UTC) if kind == "meeting" else date(2026, 4, 1)
            yield ThreadStation(ref=name, stage=STAGE[kind], label=f"{kind} {code}", title=f"Título de {code} & más", at=at, href=f"/x/{code}")

@hookimpl
def page_items(place, subject):
    return [PageItem(label="Demandas de la agenda", href="/x/demandas", text="3 demandas", weight=30)] if place == "agenda.road" and subject.title.startswith("Con") else []
"""


class Weave:
    """An installation with the plugin, and short names for tying things."""

    def __init__(self, made: Installation, agenda: Agenda, now: datetime) -> None:
        self.made, self.agenda, self.now = made, agenda, now

    @property
    def version(self) -> AgendaVersion:
        """The agenda's last version."""
        return self.agenda.versions[-1]

    def ref(self, short: str) -> str:
        """Return "demand:D-001" as a full name."""
        kind, _, code = short.partition(":")
        return ref(kind, self.agenda.code, code)

    def tie(self, *links: str) -> None:
        """Tie things: "item:SOC-01 came_from demand:D-001"."""
        for one in links:
            source, relation, target = one.split()
            link(
                self.made.session,
                now=self.now,
                agenda_id=self.agenda.id,
                source=self.ref(source),
                relation=relation,
                target=self.ref(target),
                person_id=None,
            )
        self.made.session.commit()


@pytest.fixture
def weave(with_plugins: Callable[..., Installation], install: Callable[..., str], now: datetime) -> Weave:
    """Return an agenda of six items in one dimension, frozen, on an installation with that dimension and the plugin only."""
    made = with_plugins("social", install("camino", PLUGIN))
    version = sample_agenda(made.session, made.portal.store, now=now, ask=made.portal.ask, items=6)
    made.session.commit()
    return Weave(made, version.agenda, now)

"""What happens in the demo, day by day: every act with how many days before the demo's day it took place."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from plugins.demo import acts, agendas, cast, road
from plugins.demo.data import apurimac
from plugins.demo.data.organisations import ORGANISATIONS
from plugins.demo.data.stances import QUESTIONS
from plugins.demo.scene import Scene

DEADLINE, SHORT_DEADLINE = -20, 3
SIGNERS = ("candidato_gobernador", "personero_titular")
LATE_INVITATION = {"suri": 2.0}
MEET = {"waranway": 14, "huallata": 15, "pisonay": 22, "qantu": 30, "chachacomo": 25}
CONFIRM = {"qantu": 20, "lliclla": 19, "chachacomo": 13, "queuna": 12, "intimpa": 9, "pisonay": 4}
SIGN = {"qantu": 17.0, "lliclla": 16.0, "chachacomo": 8.0, "intimpa": 2.0}
DECLINE = {"viscacha": 10, "queuna": 7}
SILENT = "ichu"


class Act(NamedTuple):
    """Something that is done so many days before the demo's day; negative days are never used here."""

    days: float
    do: Callable[[Scene, datetime], None]


def whole(scene: Scene) -> list[Act]:
    """Return every act in the order of time."""
    found = [
        Act(60, cast.load_people),
        Act(59, agendas.load_apurimac),
        Act(58.9, agendas.load_opengov),
        Act(58.8, cast.load_roles),
        Act(58.7, cast.load_organisations),
        *(Act(days, partial(road.walk, part=part)) for part, days in road.PARTS.items()),
    ]
    if "commitments" in scene.portal.registry and all(one.name in scene.portal.registry.dimensions for one in apurimac.DIMENSIONS):
        found += _signing(scene)
    return sorted(found, key=lambda act: -act.days)


def _signing(scene: Scene) -> Iterator[Act]:
    yield Act(56, acts.prepare_keys)
    yield Act(42, partial(acts.open_process, deadline=scene.at(DEADLINE)))
    for place, one in enumerate(ORGANISATIONS):
        if one.stage != "no_contactada":
            yield Act(LATE_INVITATION.get(one.slug, 41) - place / 500, partial(acts.invite, slug=one.slug))
        if one.stage not in {"no_contactada", "invitada", "no_responde"}:
            yield from _reading(one.slug, place)
    for slug, days in MEET.items():
        yield Act(days, partial(acts.meet, slug=slug))
    yield Act(12.5, partial(acts.call, slug="tankar"))
    yield Act(11, partial(acts.remind, slug=SILENT))
    for place, question in enumerate(QUESTIONS):
        yield Act(27 - place, partial(acts.ask, question=question))
        if question.answer:
            yield Act(24.5 - place, partial(acts.answer, question=question))
    for slug, days in CONFIRM.items():
        yield Act(days, partial(acts.confirm, slug=slug))
    yield from _ends()
    yield Act(20, partial(acts.agree_deadline, slug=SILENT, deadline=scene.at(SHORT_DEADLINE)))


def _reading(slug: str, place: int) -> Iterator[Act]:
    yield Act(39 - place / 4, partial(acts.enter, slug=slug))
    for number, dimension in enumerate(apurimac.DIMENSIONS):
        yield Act(36 - place / 4 - number, partial(acts.take_stances, slug=slug, dimension=dimension.name, whole=slug in CONFIRM))


def _ends() -> Iterator[Act]:
    """Signatures, one refusal before and one after the document was issued, a withdrawal, and a silence."""
    for slug, days in SIGN.items():
        signers = SIGNERS[:1] if slug == "intimpa" else (*SIGNERS, "testigo", "coordinador_regional")
        for number, capacity in enumerate(signers):
            yield Act(days - number / 5, partial(acts.sign, slug=slug, capacity=capacity))
        if slug != "intimpa":
            yield Act(days - 0.9, partial(acts.publish, slug=slug))
    for slug, days in DECLINE.items():
        yield Act(days, partial(acts.decline, slug=slug))
    yield Act(6, partial(acts.withdraw, slug="lliclla"))
    yield Act(SHORT_DEADLINE - 0.01, partial(acts.expire, slug=SILENT))

"""The samples of the road to the agenda: each part of it brings its own."""

from datetime import datetime
from importlib import import_module

from sqlalchemy import select

from plugins.demo.data import apurimac
from plugins.demo.data.people import SIGN_INS
from plugins.demo.scene import Scene
from portal.agendas.models import Agenda

PARTS = {
    "workplan": 58.5,
    "groups": 58.4,
    "demands": 58.3,
    "drafting": 58.2,
    "dialogue": 56.5,
    "validation": 43.0,
}  # days before the demo's


def walk(scene: Scene, now: datetime, *, part: str) -> None:
    """Have a part of the road add its samples to the sample agenda of Apurímac; not if the part, or the agenda, is not there."""
    if part not in scene.portal.registry:
        return
    with scene.transaction() as session:
        agenda = session.scalar(select(Agenda).where(Agenda.code == apurimac.AGENDA.code))
        if agenda is None:
            return
        people = {one.role: scene.person(session, one.email) for one in SIGN_INS if one.organisation is None}
        import_module(f"plugins.{part}.api").sample(scene.portal, session, now=now, agenda=agenda, people=people)

"""Finds who is invited to two meetings at the same hour, so that whoever convenes knows it and says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.models import Invitation, Meeting
from plugins.groups.words import CONVENED, DRAFT, HELD
from portal.accounts.models import Person
from portal.documents.canonical import digest
from portal.errors import Conflict
from portal.i18n import N_


@dataclass(frozen=True)
class Clash:
    """A person invited to `other` too, which overlaps. `hidden`: whoever is told may not know what meeting that is."""

    person_id: int
    name: str
    other: Meeting
    hidden: bool = False


class Clashing(Conflict):
    """Somebody is expected in two places, and whoever convenes has not said that they know. `clashes` lists them."""

    code = "clashing"
    default = N_("Hay personas convocadas a otra reunión a la misma hora. Revise la lista y confirme que desea seguir.")

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = list(clashes)
        super().__init__()


def clashes(session: Session, meeting: Meeting, *, starts_at: datetime | None = None, ends_at: datetime | None = None) -> list[Clash]:
    """Return who of those invited is invited elsewhere at the same hour (other times than the meeting's where given). One query.

    A meeting that ends when the other begins is no clash. Cancelled ones do not count; drafts do.
    """
    starts, ends = starts_at or meeting.starts_at, ends_at or meeting.ends_at
    mine = select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)
    rows = session.execute(
        select(Person.id, Person.full_name, Meeting)
        .join(Invitation, Invitation.person_id == Person.id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            Invitation.person_id.in_(mine),
            Meeting.id != meeting.id,
            Meeting.state.in_((DRAFT, CONVENED, HELD)),
            Meeting.starts_at < ends,
            Meeting.ends_at > starts,
        )
        .options(joinedload(Meeting.agenda))
        .order_by(Person.full_name, Person.id, Meeting.starts_at, Meeting.id)
    )
    return [Clash(person, name, other) for person, name, other in rows]


def mark(found: Sequence[Clash]) -> str:
    """Return what says exactly these clashes: a confirmation of others is none."""
    return digest(sorted([one.person_id, one.other.id] for one in found))[:16] if found else ""


def agree(found: Sequence[Clash], accepted: str) -> None:
    """Raise `Clashing` unless `accepted` is the mark of exactly these clashes, or there are none."""
    if found and mark(found) != accepted:
        raise Clashing(found)

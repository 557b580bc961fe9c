"""Bilaterals with political organisations: what they observed, and what other plugins are told of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups import story
from plugins.groups.models import Meeting, Observation
from plugins.groups.words import BILATERAL, CANCELLED, HELD, MEETING_KINDS
from portal.agendas.models import Item
from portal.errors import Conflict, Invalid
from portal.extend import OrganisationMeeting
from portal.i18n import N_

LONGEST = 4000


def observe(
    session: Session, meeting: Meeting, *, now: datetime, person_id: int | None, text: str, item_code: str | None = None
) -> Observation:
    """Write down what the organisation observed, of the whole agenda or of an item. Raises `Invalid`, `Conflict`."""
    if meeting.kind != BILATERAL or meeting.state == CANCELLED:
        raise Conflict(N_("Las observaciones se anotan en un conversatorio bilateral que no se canceló."))
    bad = {}
    if not text.strip() or len(text) > LONGEST:
        bad["text"] = N_("Escriba qué observó la organización, en hasta 4000 caracteres.")
    code = (item_code or "").strip().upper() or None
    known = select(Item.id).where(Item.agenda_id == meeting.agenda_id, Item.code == code)
    if code is not None and session.scalar(known) is None:
        bad["item_code"] = N_("No hay un punto con ese código en la agenda.")
    if bad:
        raise Invalid(fields=bad)
    row = Observation(meeting_id=meeting.id, item_code=code, text=text.strip(), at=now, by_id=person_id)
    session.add(row)
    session.flush()
    return row


def observations(session: Session, meeting_ids: Iterable[int]) -> dict[int, list[Observation]]:
    """Return the observations by meeting, oldest first. One query."""
    found: dict[int, list[Observation]] = defaultdict(list)
    ids = set(meeting_ids)
    if ids:
        for one in session.scalars(select(Observation).where(Observation.meeting_id.in_(ids)).order_by(Observation.id)):
            found[one.meeting_id].append(one)
    return found


def of_organisations(session: Session, agenda_id: int, organisation_ids: frozenset[int]) -> Iterator[OrganisationMeeting]:
    """Yield the bilaterals that were held with these organisations about the agenda. Two queries."""
    rows = session.scalars(
        select(Meeting)
        .where(
            Meeting.agenda_id == agenda_id,
            Meeting.kind == BILATERAL,
            Meeting.state == HELD,
            Meeting.organisation_id.in_(organisation_ids),
        )
        .options(joinedload(Meeting.agenda))
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    seen = observations(session, [one.id for one in rows])
    for one in rows:
        yield OrganisationMeeting(
            organisation_id=one.organisation_id or 0,
            ref=story.meeting_ref(one),
            title=f"{one.code} {one.title}",
            at=one.starts_at,
            href=story.meeting_path(one, public=False),
            presented=one.presented,
            exchanged=one.exchanged,
            label=MEETING_KINDS[BILATERAL],
            observations=tuple((row.item_code or "", row.text) for row in seen[one.id]),
        )

"""What can be done with sections: make them, name who answers for them, move them from state to state; each step is kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.drafting import queries
from plugins.drafting.models import Section, SectionEvent, SectionOwner
from plugins.drafting.words import STATES, TOPIC_SECTION
from portal.agendas.models import Agenda, Item
from portal.errors import Conflict, Invalid, Stale
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.notices.service import notify

TAKEN = N_("Esa parte ya tiene su sección: %(code)s.")


def lock(session: Session, agenda_id: int) -> None:
    """Let one person at a time give the next code of an agenda (SQLite already does)."""
    session.execute(select(Agenda.id).where(Agenda.id == agenda_id).with_for_update())


def make_section(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    *,
    dimension: str,
    theme: str = "",
    root: str = "",
    owners: Iterable[int] = (),
    now: datetime,
    person_id: int | None,
) -> Section:
    """Make a section of a whole dimension, of one `theme`, or of the item whose code is `root` and all under it. Raises `Invalid`, `Conflict`."""
    lock(session, agenda.id)
    place = next((one for one in agenda.dimensions if one.name == dimension), None)
    if place is None:
        raise Invalid(fields={"part": N_("Elija una parte de la agenda.")})
    offered = registry.dimensions.get(dimension)
    if theme and theme not in (offered.themes if offered else ()):
        raise Invalid(fields={"part": N_("Elija una parte de la agenda.")})
    item = session.scalar(
        select(Item).where(Item.agenda_id == agenda.id, Item.dimension == dimension, Item.code == root, Item.retired.is_(False))
    )
    if root and (item is None or theme):
        raise Invalid(fields={"part": N_("Elija una parte de la agenda.")})
    identity = item.id if item and root else None
    same = select(Section.code).where(Section.agenda_id == agenda.id, Section.dimension == dimension, Section.theme == theme)
    taken = session.scalar(same.where(Section.root_id == identity if identity else Section.root_id.is_(None)))
    if taken:
        raise Conflict(TAKEN, code=taken)
    part = theme or (f"{item.code}" if item and root else "")
    made = Section(
        agenda_id=agenda.id,
        code=queries.next_code(session, Section, agenda.id, "RED", 2),
        title=f"{place.label}: {part}"[:200] if part else place.label,
        dimension=dimension,
        theme=theme,
        root_id=identity,
        state="waiting",
        revision=1,
        made_at=now,
        made_by_id=person_id,
    )
    session.add(made)
    session.flush()
    _note(session, made, "made", now=now, person_id=person_id)
    for one in dict.fromkeys(owners):
        add_owner(session, agenda, made, owner_id=one, now=now, person_id=person_id)
    return made


def add_owner(session: Session, agenda: Agenda, section: Section, *, owner_id: int, now: datetime, person_id: int | None) -> None:
    """Let somebody answer for a section; they are told. Raises `Invalid` for who may not write there."""
    if owner_id not in {one.id for one in queries.candidates(session, agenda.id, section.dimension)}:
        raise Invalid(fields={"owner": N_("Elija a alguien que pueda escribir en esta dimensión.")})
    if queries.owns(session, section.id, owner_id):
        return
    section.owners.append(SectionOwner(person_id=owner_id, since=now))
    _note(session, section, "owner", about=owner_id, now=now, person_id=person_id)
    if owner_id != person_id:
        notify(
            session,
            now=now,
            topic=TOPIC_SECTION,
            person_ids=[owner_id],
            title=f"{agenda.code}: usted responde por la redacción de «{section.title}»",
            href=address(agenda, section),
            agenda_id=agenda.id,
        )


def remove_owner(session: Session, section: Section, *, owner_id: int, now: datetime, person_id: int | None) -> None:
    """Let somebody answer for a section no more; that they did stays in its history."""
    gone = next((one for one in section.owners if one.person_id == owner_id), None)
    if gone is None:
        return
    section.owners.remove(gone)
    _note(session, section, "left", about=owner_id, now=now, person_id=person_id)


def change_state(
    session: Session, agenda: Agenda, section: Section, *, state: str, revision: int, note: str = "", now: datetime, person_id: int | None
) -> None:
    """Move a section to a state; its owners are told. Raises `Invalid`, or `Stale` when somebody moved it meanwhile."""
    if state not in STATES:
        raise Invalid(fields={"state": N_("Elija un estado.")})
    before = section.state
    if before == state and not note.strip():
        return
    done = session.execute(
        update(Section).where(Section.id == section.id, Section.revision == revision).values(state=state, revision=revision + 1),
        execution_options={"synchronize_session": False},
    )
    session.refresh(section)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale(N_("Otra persona cambió esta sección mientras usted la tenía abierta. Revise cómo quedó y vuelva a intentarlo."))
    _note(session, section, "state", before=before, after=state, note=note.strip()[:2000], now=now, person_id=person_id)
    others = [one.person_id for one in section.owners if one.person_id != person_id]
    if before != state:
        notify(
            session,
            now=now,
            topic=TOPIC_SECTION,
            person_ids=others,
            title=f"{agenda.code}: «{section.title}» pasó a «{STATES[state].lower()}»",
            text=note.strip()[:2000],
            href=address(agenda, section),
            agenda_id=agenda.id,
        )


def address(agenda: Agenda, section: Section) -> str:
    """Return a section's path."""
    return f"/gestion/agendas/{agenda.code}/redaccion/secciones/{section.code}"


def _note(
    session: Session,
    section: Section,
    kind: str,
    *,
    now: datetime,
    person_id: int | None,
    before: str = "",
    after: str = "",
    about: int | None = None,
    note: str = "",
) -> None:
    session.add(
        SectionEvent(section_id=section.id, kind=kind, before=before, after=after, about_id=about, note=note, at=now, person_id=person_id)
    )
    session.flush()

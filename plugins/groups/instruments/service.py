"""What can be done in the library: take an instrument in, give it a version, note who was given one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.groups.instruments import finding
from plugins.groups.instruments.models import Handing, Instrument, InstrumentVersion
from plugins.groups.instruments.words import GROUP, KINDS, MEETING, ORGANISATION, PERSON, TO, WAYS
from plugins.groups.models import Group, Meeting, Member
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda
from portal.documents.sniffing import kind_of, safe_name
from portal.documents.store import FileStore
from portal.errors import Conflict, Invalid, Stale
from portal.i18n import N_
from portal.organisations.models import Organisation
from portal.organisations.names import folded, sort_name

MOST_BYTES = 20_000_000
LONGEST = 5_000
MOST_COPIES = 100_000
FIELDS = ("title", "kind", "issuer", "about", "public", "active")


@dataclass(frozen=True)
class Given:
    """A file as it was sent: its name and its bytes."""

    name: str
    data: bytes


def create_instrument(session: Session, *, now: datetime, agenda: Agenda, by: int | None, **values: Any) -> Instrument:
    """Take an instrument into the agenda's library. Raises `Invalid`, `Conflict` when two are taken in at the same instant."""
    clean = _checked({"about": "", "issuer": "", "public": True, "active": True, **values})
    last = session.scalar(select(func.max(Instrument.number)).where(Instrument.agenda_id == agenda.id)) or 0
    made = Instrument(
        agenda_id=agenda.id, agenda=agenda, number=last + 1, code=f"I-{last + 1:02d}", revision=1, created_at=now, created_by_id=by, **clean
    )
    _add(session, made)
    finding.tell(session, made)
    return made


def _add(session: Session, row: Any) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict(N_("Otra persona creó algo en el mismo instante. Inténtelo de nuevo: lo que escribió sigue aquí.")) from error


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    clean = {key: values[key] for key in FIELDS}
    clean["title"] = " ".join(str(clean["title"] or "").split())
    clean["issuer"] = " ".join(str(clean["issuer"] or "").split())
    clean["about"] = str(clean["about"] or "").strip()
    bad = {}
    if not clean["title"] or len(clean["title"]) > 250:  # noqa: PLR2004 - the column's length
        bad["title"] = N_("Escriba el nombre del instrumento, de hasta 250 caracteres.")
    if len(clean["issuer"]) > 200:  # noqa: PLR2004 - as above
        bad["issuer"] = N_("Escriba hasta 200 caracteres.")
    if len(clean["about"]) > LONGEST:
        bad["about"] = N_("Escriba menos de 5000 caracteres.")
    if clean["kind"] not in KINDS:
        bad["kind"] = N_("Elija qué clase de instrumento es.")
    if bad:
        raise Invalid(fields=bad)
    return clean


def edit_instrument(session: Session, instrument: Instrument, *, revision: int, values: Mapping[str, Any]) -> None:
    """Change an instrument. Raises `Invalid`, or `Stale` (`theirs`: the instrument as it is now)."""
    session.execute(select(Instrument.id).where(Instrument.id == instrument.id).with_for_update())
    session.refresh(instrument)
    if instrument.revision != revision:
        raise Stale(
            N_("Otra persona cambió este instrumento mientras usted lo editaba. Lo que escribió sigue abajo: compárelo y guarde de nuevo."),
            theirs=instrument,
        )
    for key, value in _checked({**{key: getattr(instrument, key) for key in FIELDS}, **values}).items():
        setattr(instrument, key, value)
    instrument.revision += 1
    session.flush()
    finding.tell(session, instrument)


def add_version(
    session: Session, store: FileStore, instrument: Instrument, *, now: datetime, label: str, link: str, given: Given | None, by: int | None
) -> InstrumentVersion:
    """Give an instrument a version: a file, or an address. Raises `Invalid`, `Conflict`."""
    label, link = " ".join(label.split()), link.strip()
    bad = {}
    if not label or len(label) > 120:  # noqa: PLR2004 - the column's length
        bad["label"] = N_("Diga qué versión es («2019-2022», «aprobada en marzo»), en hasta 120 caracteres.")
    kind = kind_of(given.data) if given else None
    if given and link:
        bad["link"] = N_("Ponga un archivo o un enlace, no ambos: son dos versiones.")
    elif not given and not link:
        bad["file"] = N_("Suba el archivo de esta versión, o ponga el enlace donde está.")
    elif link and not fit_link(link):
        bad["link"] = N_("Escriba una dirección completa, que empiece con https://.")
    if given and len(given.data) > MOST_BYTES:
        bad["file"] = N_("El archivo debe pesar menos de 20 MB.")
    elif given and kind is None:
        bad["file"] = N_("Suba un PDF, una imagen PNG o JPEG, o un documento de Word, Excel, PowerPoint u OpenDocument, sin macros.")
    if bad:
        raise Invalid(fields=bad)
    last = session.scalar(select(func.max(InstrumentVersion.number)).where(InstrumentVersion.instrument_id == instrument.id)) or 0
    made = InstrumentVersion(
        instrument_id=instrument.id,
        instrument=instrument,
        number=last + 1,
        label=label,
        link=link,
        at=now,
        by_id=by,
        file_size=0,
        file_name="",
    )
    if given and kind:
        made.file_sha256 = store.put(session, given.data, kind, now=now)
        made.file_name, made.file_size = safe_name(given.name, kind), len(given.data)
    _add(session, made)
    return made


def fit_link(link: str) -> bool:
    """Tell whether an address is of the web, as a whole."""
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= 500 and not any(one.isspace() for one in link)  # noqa: PLR2004
    except ValueError:
        return False


def hand(
    session: Session,
    instrument: Instrument,
    *,
    now: datetime,
    version: int,
    to: str,
    group: str = "",
    name: str = "",
    way: str,
    meeting: str = "",
    copies: int | None = 1,
    given_on: date | None,
    note: str = "",
    today: date,
    by: int | None,
) -> Handing:
    """Note that a version was given: to a `group` by its code, or to an organisation or person by `name`.

    An organisation of the directory, or a person of the agenda or its groups, is known by its name; another name stays as
    it was typed. Raises `Invalid`.
    """
    found = session.scalar(
        select(InstrumentVersion).where(InstrumentVersion.instrument_id == instrument.id, InstrumentVersion.number == version)
    )
    made = Handing(to=to, way=way, copies=copies, given_on=given_on, note=note.strip(), at=now, by_id=by, recipient="")
    bad: dict[str, str] = {}
    if found is None:
        bad["version"] = N_("Elija qué versión se entregó.")
    if way not in WAYS:
        bad["way"] = N_("Diga cómo se entregó.")
    if given_on is None or given_on > today:
        bad["given_on"] = N_("Escriba el día en que se entregó; no puede ser posterior a hoy.")
    if copies is None or not 1 <= copies <= MOST_COPIES:
        bad["copies"] = N_("Escriba cuántos ejemplares, desde 1.")
    if len(made.note) > LONGEST:
        bad["note"] = N_("Escriba menos de 5000 caracteres.")
    bad |= _to(session, instrument.agenda_id, made, group=group, name=" ".join(name.split()))
    if way == MEETING and "way" not in bad:
        made.meeting_id = session.scalar(select(Meeting.id).where(Meeting.agenda_id == instrument.agenda_id, Meeting.code == meeting))
        if made.meeting_id is None:
            bad["meeting"] = N_("Elija en qué reunión se entregó.")
    if bad or found is None:
        raise Invalid(fields=bad)
    made.version_id, made.version = found.id, found
    session.add(made)
    session.flush()
    return made


def _to(session: Session, agenda_id: int, made: Handing, *, group: str, name: str) -> dict[str, str]:
    if made.to not in TO:
        return {"to": N_("Diga a quién se entregó.")}
    if made.to == GROUP:
        made.group_id = session.scalar(select(Group.id).where(Group.agenda_id == agenda_id, Group.code == group))
        return {} if made.group_id else {"group": N_("Elija el grupo.")}
    if not name or len(name) > 200:  # noqa: PLR2004 - the column's length
        return {"name": N_("Escriba el nombre de la organización o de la persona, de hasta 200 caracteres.")}
    if made.to == ORGANISATION:
        ids = session.scalars(select(Organisation.id).where(Organisation.sort_name == sort_name(name)).limit(2)).all()
        made.organisation_id = ids[0] if len(ids) == 1 else None
    if made.to == PERSON:
        made.person_id = _person(session, agenda_id, name)
    if made.organisation_id is None and made.person_id is None:
        made.recipient = name
    return {}


def _person(session: Session, agenda_id: int, name: str) -> int | None:
    """Return the one person of the agenda, or of its groups, who has this name."""
    roles = select(Grant.person_id).where(Grant.agenda_id == agenda_id)
    members = select(Member.person_id).join(Group, Group.id == Member.group_id).where(Group.agenda_id == agenda_id)
    known = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(roles.union(members)), Person.erased_at.is_(None)))
    found = [identity for identity, full_name in known if folded(full_name) == folded(name)]
    return found[0] if len(found) == 1 else None


def withdraw(session: Session, handing: Handing) -> None:
    """Take out a handing that was noted by mistake."""
    session.delete(handing)
    session.flush()

"""The library's part of what the plugin answers to each hook."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.extend import PageItem, PersonData, SearchEntry, ThreadStation

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor


def blueprints() -> "list[Blueprint]":
    """Return the library's pages."""
    from plugins.groups.instruments.views import blueprint  # noqa: PLC0415 - commands do without Flask

    return [blueprint]


def page_items(place: str, subject: Any) -> Iterator[PageItem]:
    """Yield the ways into the library."""
    from flask import url_for  # noqa: PLC0415 - as above
    from flask_babel import gettext, ngettext  # noqa: PLC0415

    from plugins.groups.instruments import queries  # noqa: PLC0415
    from plugins.groups.words import READ  # noqa: PLC0415
    from portal import web  # noqa: PLC0415

    if place == "road" and web.allowed(READ, agenda_id=subject.id):
        found = queries.counted(web.session, subject.id)
        text = ngettext("%(num)s instrumento", "%(num)s instrumentos", found) if found else gettext("Todavía no hay instrumentos.")
        yield PageItem(label=gettext("Biblioteca de instrumentos"), href=url_for("library.index", code=subject.code), text=text, weight=21)
    elif place == "agenda.road":
        found = queries.counted(web.session, subject.id, public=True)
        if found:
            yield PageItem(
                label=gettext("Instrumentos"),
                href=url_for("library.public_index", code=subject.code),
                text=ngettext("%(num)s documento con que se trabajó.", "%(num)s documentos con que se trabajó.", found),
                weight=21,
            )


def stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Return the instruments among `refs`."""
    from plugins.groups.instruments import finding  # noqa: PLC0415 - tables are loaded only where they are used

    return finding.stations(session, actor, refs)


def entries(session: "Session") -> Iterable[SearchEntry]:
    """Return what can be found of the library."""
    from plugins.groups.instruments import finding  # noqa: PLC0415 - as above

    return finding.entries(session)


def data(session: "Session", person_id: int) -> list[PersonData]:
    """Return what was given to a person."""
    from plugins.groups.instruments.models import Handing, Instrument, InstrumentVersion  # noqa: PLC0415 - as above
    from plugins.groups.instruments.words import WAYS  # noqa: PLC0415

    given = (
        select(Handing, InstrumentVersion, Instrument)
        .join(InstrumentVersion, InstrumentVersion.id == Handing.version_id)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(Handing.person_id == person_id)
        .order_by(Handing.id)
    )
    rows = tuple(
        {
            "instrumento": f"{instrument.code} {instrument.title}",
            "versión": version.label,
            "día": one.given_on,
            "forma": WAYS.get(one.way, one.way),
        }
        for one, version, instrument in session.execute(given)
    )
    return [PersonData(label="Instrumentos que recibió", weight=40, rows=rows)]


def erase(session: "Session", person_id: int) -> None:
    """Take a person out of the library: that a copy was given stays, not to whom. Again does no harm."""
    from plugins.groups.instruments.models import Handing, Instrument, InstrumentVersion  # noqa: PLC0415 - as above

    person = session.get_one(Person, person_id)
    words = redacting.words_of(person)
    session.execute(update(Handing).where(Handing.person_id == person.id).values(person_id=None, recipient=words.mark))
    tables = [Base.metadata.tables[one.__tablename__] for one in (Instrument, InstrumentVersion, Handing)]
    redacting.redact(session, redacting.columns_of(tables), words)
    redacting.forget_author(session, tables, person.id)

"""Where the other pages lead to validation: the agenda's road, and the page of a version."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _gettext
from sqlalchemy.orm import Session

from plugins.validation import queries, story, words
from plugins.validation.models import Act
from portal import web
from portal.extend import PageItem

WEIGHT = 65


def gettext(sentence: str, **values: Any) -> str:
    """Return a sentence in the reader's language."""
    return str(_gettext(sentence, **values))


def items(place: str, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    if place == "road" and web.allowed(words.READ, agenda_id=subject.id):
        yield PageItem(
            label=gettext("Validación"),
            href=url_for("validation.staff", code=subject.code),
            text=_line(web.session, subject.id),
            weight=WEIGHT,
        )
    elif place == "agenda":
        yield from _of_version(subject)
    elif place == "agenda.road":
        found = queries.acts(web.session, subject.id)
        if found:
            yield PageItem(
                label=gettext("Actos de validación"),
                href=url_for("validation.acts", code=subject.code),
                text=_said(found[0]),
                weight=WEIGHT,
            )


def _line(session: Session, agenda_id: int) -> str:
    last = queries.last_version(session, agenda_id)
    if last is None:
        return gettext("Todavía no hay una versión congelada; el acto puede congelar el borrador.")
    number, act = last
    if act is None:
        return gettext("La versión %(number)s no tiene acto de validación.", number=number)
    return gettext("La versión %(number)s fue validada por el acto %(act)s.", number=number, act=act.code)


def _of_version(version: Any) -> Iterator[PageItem]:
    act = queries.validating(web.session, version.id)
    if act is not None:
        yield PageItem(label=gettext("Versión validada"), href=story.path(act), text=_said(act), weight=WEIGHT)
    elif web.allowed(words.RECORD, agenda_id=version.agenda_id):
        yield PageItem(
            label=gettext("Registrar el acto de validación"),
            text=gettext("Esta versión todavía no tiene uno: sin él no se envía a las organizaciones políticas."),
            href=url_for("validation.new", code=version.agenda.code, version=version.id),
            weight=WEIGHT,
        )


def _said(act: Act) -> str:
    return gettext(
        "Acto %(act)s, %(day)s: %(present)s personas presentes; el quórum pedía %(required)s.",
        act=act.code,
        day=format_date(act.held_at, "long"),
        present=act.present,
        required=act.required,
    )

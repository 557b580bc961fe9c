"""Where anybody compares any two frozen versions of an agenda."""

from flask import render_template, request
from flask_babel import gettext

from portal.agendas import queries
from portal.agendas.blueprint import blueprint
from portal.agendas.comparing import compare as compared
from portal.choices import options
from portal.errors import NotFound
from portal.web import asked_number, page_number, portal, public, session


@blueprint.get("/agendas/<code>/comparar")
@public
def compare(code: str) -> str:
    """Show what changed from version `de` to version `a`, by default from the one before the last to the last; word by word."""
    last = queries.version(session, code)
    versions = queries.versions(session, last.agenda_id)
    by_number = {one.number: one for one in versions}
    to = asked_number("a") or last.number
    since = asked_number("de") or max(1, to - 1)
    if to not in by_number or since not in by_number:
        raise NotFound
    store = portal().store
    found = compared(queries.version_document(store, by_number[since]), queries.version_document(store, by_number[to]))
    asked = request.args.get("dimension", "")
    asked = asked if asked in found.by_dimension else ""
    number = min(page_number(), found.pages(asked))
    return render_template(
        "agendas/compare.html",
        code=last.agenda.code,
        title=last.title,
        choices=options((str(one.number), gettext("Versión %(number)s", number=one.number)) for one in reversed(versions)),
        since=str(since),
        to=str(to),
        whole=found,
        shown=found.within(asked, number),
        dimension=asked,
        page={"number": number, "pages": found.pages(asked)},
    )

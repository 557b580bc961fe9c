"""Where those who draft compare any two wordings of an agenda: frozen versions, and the draft."""

from typing import Any

from flask import g, render_template, request
from flask_babel import gettext

from plugins.drafting.blueprint import HOME, blueprint
from plugins.drafting.forms import CompareForm
from plugins.drafting.words import READ
from portal.agendas import queries as agendas
from portal.agendas.comparing import compare as compared
from portal.agendas.drafting import draft_document
from portal.agendas.models import Agenda
from portal.choices import options
from portal.web import page_number, portal, requires, session

DRAFT = "borrador"


@blueprint.get(f"{HOME}/comparar")
@requires(READ, agenda="code")
def compare(code: str) -> str:
    """Show what changed from one wording to another, item by item, word by word."""
    agenda: Agenda = g.agenda
    versions = agendas.versions(session, agenda.id)
    names = {DRAFT: gettext("Borrador de hoy")} | {str(one.number): gettext("Versión %(number)s", number=one.number) for one in versions}
    first = request.args.get("de", "")
    last = request.args.get("a", "")
    last = last if last in names else DRAFT
    first = first if first in names else next((str(one.number) for one in versions if str(one.number) != last), DRAFT)
    form = CompareForm(formdata=None, de=first, a=last)
    form.de.choices = form.a.choices = options(names.items())

    def document(name: str) -> dict[str, Any]:
        if name == DRAFT:
            return draft_document(session, portal().registry, agenda)
        return agendas.version_document(portal().store, next(one for one in versions if str(one.number) == name))

    found = compared(document(first), document(last)) if versions else None
    asked = request.args.get("dimension", "")
    asked = asked if found is not None and asked in found.by_dimension else ""
    number = min(page_number(), found.pages(asked)) if found is not None else 1
    return render_template(
        "drafting/compare.html",
        agenda=agenda,
        code=code,
        form=form,
        names=names,
        first=first,
        last=last,
        whole=found,
        shown=found.within(asked, number) if found is not None else None,
        dimension=asked,
        page={"number": number, "pages": found.pages(asked) if found is not None else 1},
    )

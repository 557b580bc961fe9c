"""Where a coordinator reviews the draft and freezes it, and asks again for a PDF that failed."""

from flask import flash, g, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.agendas import printing, queries, service
from portal.agendas.blueprint import blueprint
from portal.agendas.comparing import compare
from portal.agendas.drafting import draft_digest, draft_document, objections
from portal.agendas.forms import FreezeForm
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid
from portal.failures import told
from portal.web import back_to, commit, person_id, portal, requires, session

PLACE = "/gestion/agendas/<code>"


@blueprint.route(f"{PLACE}/congelar", methods=["GET", "POST"])
@requires("agenda.freeze", agenda="code", fresh=True)
def freeze(code: str) -> str | Response | tuple[str, int]:
    """Preview what would be frozen; on POST, freeze exactly what was previewed."""
    agenda: Agenda = g.agenda
    form = FreezeForm()
    failure, status = "", 200
    if form.validate_on_submit():
        try:
            version = service.freeze(
                session,
                portal().store,
                portal().ask,
                agenda_id=agenda.id,
                expected=form.expected.data or "",
                note=form.note.data or "",
                now=g.now,
                person_id=person_id(),
            )
            commit()
        except (Invalid, Conflict) as error:
            session.rollback()
            failure, status = told(error), error.status
        else:
            portal().queue.enqueue(printing.KIND.name, version.id)
            flash(gettext("Congelamos la versión %(number)s. Ya es pública y no puede cambiar.", number=version.number), "ok")
            return back_to("agendas.version", code=code, number=version.number)
    document = draft_document(session, portal().registry, agenda)
    versions = queries.versions(session, agenda.id)
    comparison = compare(queries.version_document(portal().store, versions[0]) if versions else None, document)
    form.expected.data, form.expected.raw_data = draft_digest(document), None
    page = render_template(
        "agendas/freeze.html",
        agenda=agenda,
        form=form,
        document=document,
        comparison=comparison,
        objections=objections(portal().ask, document),
        last=versions[0] if versions else None,
        failure=failure,
        code=code,
    )
    return page, 422 if form.errors and not failure else status


@blueprint.post(f"{PLACE}/v<int:number>/pdf")
@requires("agenda.freeze", agenda="code")
def print_again(code: str, number: int) -> Response:
    """Ask again for the PDF of a version."""
    version = queries.version(session, code, number)
    version.pdf_tries, version.pdf_tried_at = 0, None
    commit()
    portal().queue.enqueue(printing.KIND.name, version.id)
    return back_to("agendas.draft", code=code)

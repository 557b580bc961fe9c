"""Where the draft goes out to Word, and where what comes back is read before anything is saved."""

from flask import Response as FileResponse
from flask import flash, g, render_template, request
from flask_babel import format_date, gettext, ngettext
from werkzeug.wrappers import Response

from plugins.drafting import exporting, queries, returning
from plugins.drafting.blueprint import HOME, blueprint
from plugins.drafting.forms import UploadForm
from plugins.drafting.models import WordReturn
from plugins.drafting.word.package import MOST_BYTES
from plugins.drafting.word.writing import MEDIA_TYPE
from plugins.drafting.words import OUTCOME_LOOKS, OUTCOMES, READ, SUGGEST
from portal import form_errors, web
from portal.agendas import queries as agendas
from portal.agendas.comparing import compare_items
from portal.agendas.drafting import item_document, kind_labels
from portal.agendas.models import Agenda, Item
from portal.documents.rendering import render_markdown
from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.web import asked_number, back_to, commit, person_id, portal, requires, session

PLACE = f"{HOME}/word"
ONE = f"{PLACE}/<returned>"


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def word(code: str) -> str:  # noqa: ARG001 - the guard loads the agenda
    """Offer the draft and the versions as Word files, take files back, list those that came."""
    return _desk(g.agenda, UploadForm(formdata=None))


def _desk(agenda: Agenda, form: UploadForm) -> str:
    rows = queries.returns(session, agenda.id)
    return render_template(
        "drafting/word.html",
        agenda=agenda,
        code=agenda.code,
        form=form,
        rows=rows,
        states=returning.STATES,
        names=agendas.names_of(session, (one.received_by_id for one in rows)),
        versions=agendas.versions(session, agenda.id),
    )


@blueprint.get(f"{PLACE}/agenda.docx")
@requires(READ, agenda="code")
def export(code: str) -> FileResponse:
    """Give the draft, or a frozen version, whole or one dimension, as a Word file."""
    agenda: Agenda = g.agenda
    number, dimension = asked_number("version"), request.args.get("dimension") or None
    version = agendas.version(session, code, number) if number is not None else None
    at = version.frozen_at if version else g.now
    day = format_date(at, "long")
    said = (
        gettext("Versión %(number)s, congelada el %(day)s", number=number, day=day) if version else gettext("Borrador al %(day)s", day=day)
    )
    data = exporting.export(session, portal().registry, portal().store, agenda, version=version, dimension=dimension, now=g.now, said=said)
    name = "-".join(filter(None, (code, f"v{number}" if version else "borrador", dimension)))
    return _file(data, f"{name}.docx")


def _file(data: bytes, name: str) -> FileResponse:
    answer = FileResponse(data, content_type=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post(PLACE)
@requires(SUGGEST, agenda="code")
def upload(code: str) -> Response | tuple[str, int]:
    """Take in a file that came back; the next page says what it holds."""
    agenda: Agenda = g.agenda
    form = UploadForm()
    sent = request.files.get("file")
    try:
        made = returning.receive(
            session,
            portal().registry,
            portal().store,
            agenda,
            data=sent.stream.read(MOST_BYTES + 1) if sent is not None else b"",
            name=(sent.filename if sent is not None else "") or "",
            note=form.note.data or "",
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except Invalid as error:
        session.rollback()
        form_errors.show(error, form)
        return _desk(agenda, form), 422
    return back_to("drafting.returned", code=code, returned=made.code)


@blueprint.get(ONE)
@requires(READ, agenda="code")
def returned(code: str, returned: str) -> str:
    """Show what a file says against the wording that went out, before anything is saved; afterwards, what became of it."""
    agenda: Agenda = g.agenda
    one = queries.returned(session, agenda.id, returned)
    return render_template(
        "drafting/returned.html",
        agenda=agenda,
        code=code,
        one=one,
        changes=_changes(agenda, one),
        states=returning.STATES,
        made=queries.made_of(session, one.id),
        names=agendas.names_of(session, [one.received_by_id]),
        may_save=one.state == returning.READ and web.allowed(SUGGEST, agenda_id=agenda.id),
        may_edit=web.allowed("agenda.edit", agenda_id=agenda.id),
        markdown=render_markdown,
        outcomes=OUTCOMES,
        looks=OUTCOME_LOOKS,
    )


def _changes(agenda: Agenda, one: WordReturn) -> list[dict[str, object]]:
    """Return each changed item word by word."""
    items = {item.id: item for item in agendas.items(session, agenda.id)}
    registry = portal().registry
    found: list[dict[str, object]] = []
    for change in one.reading["changes"]:
        item = items.get(change["item"])
        if item is None:
            continue
        labels, fields = kind_labels(registry, item.dimension), registry.item_fields(item.dimension)
        before, after = (
            item_document(Item(code=item.code, kind=item.kind, content=change[name]), None, labels, fields) for name in ("base", "proposed")
        )
        found.append({"code": item.code, "parts": compare_items(before, after), "moved": change["moved"]})
    return found


@blueprint.post(f"{ONE}/guardar")
@requires(SUGGEST, agenda="code")
def save_return(code: str, returned: str) -> Response:
    """Make the suggestions that the preview showed."""
    one = queries.returned(session, g.agenda.id, returned)
    made = returning.save(session, portal().registry, g.agenda, one, now=g.now, person_id=person_id())
    commit()
    flash(ngettext("Guardamos %(num)d sugerencia.", "Guardamos %(num)d sugerencias.", len(made)), "ok")
    return back_to("drafting.returned", code=code, returned=returned)


@blueprint.post(f"{ONE}/descartar")
@requires(SUGGEST, agenda="code")
def dismiss_return(code: str, returned: str) -> Response:
    """Make no suggestion of a file."""
    returning.dismiss(session, queries.returned(session, g.agenda.id, returned), now=g.now)
    commit()
    flash(gettext("No se guardó ninguna sugerencia. El archivo queda aquí."), "ok")
    return back_to("drafting.returned", code=code, returned=returned)


@blueprint.get(f"{ONE}/original.docx")
@requires(READ, agenda="code")
def original(code: str, returned: str) -> FileResponse:
    """Give the file as it came."""
    one = queries.returned(session, g.agenda.id, returned)
    if one.sha256 is None:
        raise NotFound(N_("El archivo se borró porque nombraba a una persona que pidió eliminar sus datos."))
    return _file(portal().store.get(one.sha256), f"{code}-{one.code}.docx")

"""Where people suggest another wording, and where those who may write the item decide on it."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from plugins.drafting import queries, suggesting
from plugins.drafting.blueprint import HOME, blueprint
from plugins.drafting.forms import FilterForm, ReasonForm
from plugins.drafting.models import Suggestion
from plugins.drafting.words import OPEN, OUTCOME_LOOKS, OUTCOMES, READ, SUGGEST
from portal import web
from portal.agendas import delegates
from portal.agendas import queries as agendas
from portal.agendas.comparing import Part, compare_items, flat
from portal.agendas.drafting import item_document, kind_labels
from portal.agendas.editing import dimension_of
from portal.agendas.forms import ItemForm, item_data, item_form, show_errors
from portal.agendas.models import Agenda, Item
from portal.choices import options
from portal.documents.rendering import render_markdown
from portal.errors import Conflict, Forbidden, Invalid, Stale
from portal.failures import told
from portal.web import back_to, commit, page_number, person_id, portal, requires, session

ONE = f"{HOME}/sugerencias/<suggestion>"
Errors = list[tuple[str, str | None]]


def acts(agenda: Agenda, dimension: str) -> tuple[str, ...]:
    """Return what the acting person may do with a dimension's items."""
    return delegates.acts(web.permissions(), portal().registry, web.actor(), agenda.id, dimension)


@blueprint.get(f"{HOME}/sugerencias")
@requires(READ, agenda="code")
def suggestions(code: str) -> str:
    """List the suggestions, those to decide first asked for."""
    agenda: Agenda = g.agenda
    state = request.args.get("estado", OPEN)
    state = state if state in OUTCOMES else ""
    dimension, item = request.args.get("dimension", ""), request.args.get("punto", "")
    page = page_number()
    rows, total = queries.suggestions(session, agenda.id, state=state, dimension=dimension, item=item, page=page)
    form = FilterForm(formdata=None, estado=state or "todas", dimension=dimension)
    form.estado.choices = options([("todas", gettext("Todas")), *((value, gettext(label)) for value, label in OUTCOMES.items())])
    form.dimension.choices = options([("", gettext("Todas")), *((one.name, one.label) for one in agenda.dimensions)])
    return render_template(
        "drafting/suggestions.html",
        agenda=agenda,
        code=code,
        form=form,
        rows=rows,
        item=item,
        page={"number": page, "pages": max(1, -(-total // queries.PER_PAGE)), "total": total},
        names=agendas.names_of(session, (one.author_id for one in rows)),
        outcomes=OUTCOMES,
        looks=OUTCOME_LOOKS,
        state=state or "todas",
        dimension=dimension,
        parts=_part_names,
    )


def _part_names(one: Suggestion) -> list[str]:
    """Return, in words, what a suggestion changes."""
    labels = {field.name: field.label for field in portal().registry.item_fields(one.dimension)}
    known = {
        "text": gettext("Texto"),
        "responsible": gettext("Responsable"),
        "indicators": gettext("Indicadores"),
        "alignments": gettext("Alineamientos"),
    }
    names = suggesting.changed(one.base, one.proposed)
    return [known.get(name) or labels.get(name.removeprefix("fields-"), name.removeprefix("fields-")) for name in names]


# ---------- to suggest


def _form(agenda: Agenda, item: Item, content: Mapping[str, Any] | None = None) -> ItemForm:
    place, registry = dimension_of(agenda, item.dimension), portal().registry
    kinds = {**kind_labels(registry, place.name)}
    if content is None:
        return item_form(kinds, registry.item_fields(place.name), typed=True)
    data = item_data(content, kind=item.kind)
    data["indicators"] = [*(content.get("indicators") or []), {}]
    return item_form(kinds, registry.item_fields(place.name), data)


def _typed(form: ItemForm, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed; alignments are no part of the form and stay."""
    return {**form.content(), "alignments": item.get("alignments", [])}


@blueprint.route(f"{HOME}/puntos/<item>/sugerir", methods=["GET", "POST"])
@requires(SUGGEST, agenda="code")
def suggest(code: str, item: str) -> str | Response | tuple[str, int]:
    """Suggest another wording of an item, with a reason."""
    agenda: Agenda = g.agenda
    row = agendas.item(session, agenda.id, item)
    reason = ReasonForm()
    if request.method == "GET":
        return _suggest_page(agenda, row, _form(agenda, row, row.content), ReasonForm(formdata=None), row.revision)
    form = _form(agenda, row)
    read = request.form.get("base", 0, type=int)
    base = next((one.snapshot["content"] for one in agendas.item_revisions(session, row.id) if one.revision == read), row.content)
    try:
        made = suggesting.suggest(
            session,
            portal().registry,
            agenda,
            item,
            content=_typed(form, base),
            base=base,
            base_revision=read or row.revision,
            reason=reason.reason.data or "",
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except (Invalid, Conflict) as error:
        session.rollback()
        extra: Errors = []
        if isinstance(error, Invalid):
            why = error.fields.pop("reason", "")
            reason.reason.errors = [gettext(why)] if why else []
            extra = [*show_errors(form, error), *([(gettext(why), "#reason")] if why else [])]
        else:
            extra = [(told(error), None)]
        return _suggest_page(agenda, agendas.item(session, agenda.id, item), form, reason, read, extra), error.status
    flash(gettext("Guardamos su sugerencia: %(code)s.", code=made.code), "ok")
    return back_to("drafting.suggestion", code=code, suggestion=made.code)


def _suggest_page(agenda: Agenda, item: Item, form: ItemForm, reason: ReasonForm, base: int, extra: Errors | None = None) -> str:
    return render_template(
        "drafting/suggest.html",
        agenda=agenda,
        code=agenda.code,
        item=item,
        place=dimension_of(agenda, item.dimension),
        form=form,
        reason=reason,
        base=base,
        extra=extra or [],
    )


# ---------- to decide


@blueprint.get(ONE)
@requires(READ, agenda="code")
def suggestion(code: str, suggestion: str) -> str:  # noqa: ARG001 - the guard loads the agenda
    """Show a suggestion word by word; when its item changed meanwhile, the three texts."""
    return _page(g.agenda, queries.suggestion(session, g.agenda.id, suggestion))


def _document(item: Item, content: Mapping[str, Any]) -> dict[str, Any]:
    registry = portal().registry
    loose = Item(code=item.code, kind=item.kind, content=dict(content))
    return item_document(loose, None, kind_labels(registry, item.dimension), registry.item_fields(item.dimension))


def _page(
    agenda: Agenda,
    one: Suggestion,
    *,
    form: ItemForm | None = None,
    reason: ReasonForm | None = None,
    extra: Errors | None = None,
    note: str = "",
) -> str:
    item = one.item
    documents = {
        "base": _document(item, one.base),
        "now": _document(item, item.content),
        "proposed": _document(item, one.proposed),
    }
    waiting = one.state == OPEN
    wanted = suggesting.onto(item.content, one)
    may_decide = waiting and "edit" in acts(agenda, item.dimension) and not item.retired
    return render_template(
        "drafting/suggestion.html",
        agenda=agenda,
        code=agenda.code,
        one=one,
        item=item,
        place=dimension_of(agenda, item.dimension),
        parts=compare_items(documents["base"], documents["proposed"]),
        theirs=compare_items(documents["base"], documents["now"]) if waiting else (),
        result=compare_items(documents["now"], _document(item, wanted)) if waiting else (),
        three=_three(documents, compare_items(documents["base"], documents["proposed"])) if waiting and suggesting.moved(one, item) else [],
        form=form or (_form(agenda, item, wanted) if may_decide else None),
        reason=reason or ReasonForm(formdata=None),
        note=note,
        extra=extra or [],
        may_decide=may_decide,
        may_withdraw=waiting and one.author_id is not None and one.author_id == web.actor().person_id,
        names=agendas.names_of(session, [one.author_id, one.decided_by_id]),
        outcomes=OUTCOMES,
        looks=OUTCOME_LOOKS,
        markdown=render_markdown,
    )


def _three(documents: Mapping[str, Mapping[str, Any]], parts: tuple[Part, ...]) -> list[dict[str, str]]:
    """Return, for each part that both changed, the text before, now, and as suggested."""
    texts = {name: flat(document) for name, document in documents.items()}
    found = []
    for part in parts:
        before, today = texts["base"].get(part.label, ""), texts["now"].get(part.label, "")
        if before != today:
            found.append(
                {"label": part.name, "number": part.number, "base": before, "now": today, "proposed": texts["proposed"].get(part.label, "")}
            )
    return found


def _decider(agenda: Agenda, code: str) -> Suggestion:
    one = queries.suggestion(session, agenda.id, code)
    if "edit" not in acts(agenda, one.item.dimension):
        raise Forbidden
    return one


@blueprint.post(f"{ONE}/aceptar")
@requires("agenda.edit", agenda="code")
def accept(code: str, suggestion: str) -> str | Response | tuple[str, int]:
    """Write a suggestion into the draft, adjusted or not, over the wording that was on the page."""
    agenda: Agenda = g.agenda
    one = _decider(agenda, suggestion)
    form = _form(agenda, one.item) if "text" in request.form else None
    note = request.form.get("note", "")
    try:
        saved = suggesting.accept(
            session,
            portal().registry,
            agenda,
            one,
            content=_typed(form, suggesting.onto(one.item.content, one)) if form is not None else None,
            revision=request.form.get("revision", 0, type=int),
            note=note,
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except Stale:
        session.rollback()
        one = queries.suggestion(session, agenda.id, suggestion)
        sentence = gettext(
            "El punto cambió mientras usted lo tenía abierto. Lo suyo sigue abajo: compare los textos y acepte otra vez si corresponde."
        )
        return _page(agenda, one, form=form, extra=[(sentence, None)], note=note), 409
    except Invalid as error:
        session.rollback()
        one = queries.suggestion(session, agenda.id, suggestion)
        form = form or _form(agenda, one.item, suggesting.onto(one.item.content, one))
        return _page(agenda, one, form=form, extra=show_errors(form, error), note=note), 422
    except Conflict as error:
        session.rollback()
        return _page(agenda, queries.suggestion(session, agenda.id, suggestion), extra=[(told(error), None)]), 409
    flash(gettext("Aceptamos %(code)s: %(item)s ya dice lo nuevo.", code=one.code, item=saved.code), "ok")
    return back_to("drafting.suggestion", code=code, suggestion=suggestion)


@blueprint.post(f"{ONE}/rechazar")
@requires("agenda.edit", agenda="code")
def reject(code: str, suggestion: str) -> Response | tuple[str, int]:
    """Do not accept a suggestion, and say why."""
    agenda: Agenda = g.agenda
    one = _decider(agenda, suggestion)
    form = ReasonForm()
    try:
        suggesting.reject(session, agenda, one, reason=form.reason.data or "", now=g.now, person_id=person_id())
        commit()
    except (Invalid, Conflict) as error:
        session.rollback()
        sentence = told(Conflict(next(iter(error.fields.values())))) if isinstance(error, Invalid) else told(error)
        if isinstance(error, Invalid):
            form.reason.errors = [sentence]
        anchor = "#reason" if isinstance(error, Invalid) else None
        return _page(agenda, queries.suggestion(session, agenda.id, suggestion), reason=form, extra=[(sentence, anchor)]), error.status
    flash(gettext("Guardamos su decisión sobre %(code)s. Quien la hizo leerá el motivo.", code=one.code), "ok")
    return back_to("drafting.suggestion", code=code, suggestion=suggestion)


@blueprint.post(f"{ONE}/retirar")
@requires(SUGGEST, agenda="code")
def withdraw(code: str, suggestion: str) -> Response:
    """Take back one's own suggestion."""
    one = queries.suggestion(session, g.agenda.id, suggestion)
    suggesting.withdraw(session, one, now=g.now, person_id=person_id())
    commit()
    flash(gettext("Retiró su sugerencia %(code)s. Sigue en la lista.", code=one.code), "ok")
    return back_to("drafting.suggestion", code=code, suggestion=suggestion)

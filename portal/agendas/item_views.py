"""Where people write the draft's items: add, edit, move, retire, restore, and read each one's history."""

from typing import Any, Literal

from flask import flash, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import web
from portal.agendas import delegates, queries, service
from portal.agendas.blueprint import blueprint
from portal.agendas.codes import suggest_code
from portal.agendas.comparing import Part, compare_items
from portal.agendas.content import undeclared
from portal.agendas.context import alignment_key, alignment_row, indicator_key, indicator_row
from portal.agendas.drafting import draft_document, item_document, kind_labels, reading_order
from portal.agendas.editing import dimension_of
from portal.agendas.forms import ItemForm, item_data, item_form, show_errors
from portal.agendas.models import Agenda, AgendaDimension, Item
from portal.agendas.showing import alignment
from portal.errors import Conflict, Forbidden, Invalid, Stale
from portal.failures import told
from portal.web import back_to, commit, person_id, portal, requires, session

PLACE = "/gestion/agendas/<code>/puntos"
ITEM = f"{PLACE}/<item>"
Errors = list[tuple[str, str | None]]


def _may(agenda: Agenda, dimension: str, act: str) -> None:
    if act not in acts(agenda, dimension):
        raise Forbidden


def acts(agenda: Agenda, dimension: str) -> tuple[str, ...]:
    """Return what the acting person may do with a dimension's items (`delegates.ACTS`)."""
    return delegates.acts(web.permissions(), portal().registry, web.actor(), agenda.id, dimension)


def _form(place: AgendaDimension, data: dict[str, Any] | None = None, *, typed: bool = False, row: Item | None = None) -> ItemForm:
    """Return the form; the kind that `row` has is among its choices, though no plugin offers it now."""
    registry = portal().registry
    kinds = {**kind_labels(registry, place.name)}
    if row is not None:
        kinds.setdefault(row.kind, row.kind)
    return item_form(kinds, registry.item_fields(place.name), data, typed=typed)


def _from_catalogue(place: AgendaDimension, rows: str) -> dict[str, Any]:
    """Return the row that the person chose from the dimension's catalogue, or an empty one."""
    chosen, registry = request.form.get(f"catalogue-{rows}", ""), portal().registry
    if rows == "alignments":
        return next((alignment_row(one) for one in registry.alignments(place.name) if alignment_key(one) == chosen), {})
    territory = g.agenda.territory_inei
    return next((indicator_row(one, territory) for one in registry.indicators(place.name) if indicator_key(one) == chosen), {})


def _offered(place: AgendaDimension) -> dict[str, list[tuple[str, str]]]:
    """Return what the form offers to take from the dimension's catalogue: (key, words)."""
    registry = portal().registry
    return {
        "indicators": [(indicator_key(one), f"{one.label} ({one.unit})") for one in registry.indicators(place.name)],
        "alignments": [(alignment_key(one), alignment(alignment_row(one))) for one in registry.alignments(place.name)],
    }


def _rows_button(form: ItemForm, place: AgendaDimension, row: Item | None = None) -> ItemForm | None:
    """Return the form with a row more or less when such a button was pressed; nothing typed is lost."""
    asked = next((name for name in request.form if name.startswith(("add-", "drop-"))), None)
    if asked is None:
        return None
    act, rows, *at = asked.split("-")
    data = {
        **item_data(form.content()),
        "code": form.code.data,
        "kind": form.kind.data,
        "parent": form.parent.data,
        "revision": form.revision.data,
    }
    if rows not in {"indicators", "alignments"}:
        return None
    if act == "add":
        data[rows] = [*data[rows], _from_catalogue(place, rows)]
    elif at and (row_number := web.whole(at[0])) is not None:
        data[rows] = [one for number, one in enumerate(data[rows]) if number != row_number]
    return _form(place, data, row=row)


@blueprint.route(f"{PLACE}/nuevo", methods=["GET", "POST"])
@requires("agenda.edit", agenda="code")
def new_item(code: str) -> str | Response | tuple[str, int]:
    """Add an item to a dimension, at the top or under another."""
    agenda: Agenda = g.agenda
    place = dimension_of(agenda, request.args.get("dimension", ""))
    _may(agenda, place.name, "add")
    every = queries.items(session, agenda.id, place.name) + queries.items(session, agenda.id, place.name, retired=True)
    parent = next((one for one in every if one.code == request.args.get("bajo") and not one.retired), None)
    if request.method == "GET":
        kinds = list(kind_labels(portal().registry, place.name))
        start = {
            "code": suggest_code((one.code for one in every), place.prefix, parent.code if parent else None),
            "kind": kinds[min(len(kinds) - 1, 2 if parent else 0)],
        }
        return _item_page(agenda, place, _form(place, start), parent=parent)
    form = _form(place, typed=True)
    changed = _rows_button(form, place)
    if changed is not None:
        return _item_page(agenda, place, changed, parent=parent)
    try:
        made = service.add_item(
            session,
            portal().registry,
            agenda,
            dimension=place.name,
            code=form.code.data or "",
            kind=form.kind.data or "",
            parent_id=parent.id if parent else None,
            content=form.content(),
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except (Invalid, Conflict) as error:
        session.rollback()
        return _item_page(agenda, place, form, parent=parent, extra=_told(form, error)), error.status
    flash(gettext("Agregamos %(code)s.", code=made.code), "ok")
    return back_to("agendas.dimension", code=code, name=place.name, _anchor=made.code)


def _told(form: ItemForm, error: Invalid | Conflict) -> Errors:
    return show_errors(form, error) if isinstance(error, Invalid) else [(told(error), None)]


@blueprint.route(ITEM, methods=["GET", "POST"])
@requires("agenda.edit", agenda="code")
def edit_item(code: str, item: str) -> str | Response | tuple[str, int]:
    """Edit an item; when somebody saved meanwhile, show what they changed beside what was typed."""
    agenda: Agenda = g.agenda
    row = queries.item(session, agenda.id, item)
    place = dimension_of(agenda, row.dimension)
    _may(agenda, place.name, "edit")
    if request.method == "GET":
        read = item_data(row.content, code=row.code, kind=row.kind, revision=row.revision)
        return _item_page(agenda, place, _form(place, read, row=row), row=row)
    form = _form(place, typed=True, row=row)
    changed = _rows_button(form, place, row)
    if changed is not None:
        return _item_page(agenda, place, changed, row=row)
    revision = web.whole(form.revision.data) or 0
    try:
        saved = service.edit_item(
            session,
            portal().registry,
            agenda,
            item,
            revision=revision,
            new_code=form.code.data or row.code,
            kind=form.kind.data or "",
            content=form.content(),
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except Stale as error:
        session.rollback()
        return _stale_page(agenda, place, form, row, error, revision)
    except Invalid as error:
        session.rollback()
        return _item_page(agenda, place, form, row=row, extra=_told(form, error)), 422
    flash(gettext("Guardamos %(code)s.", code=saved.code), "ok")
    return back_to("agendas.dimension", code=code, name=place.name, _anchor=saved.code)


def _stale_page(agenda: Agenda, place: AgendaDimension, form: ItemForm, row: Item, error: Stale, read: int) -> tuple[str, int]:
    """Show what they changed since `read`, and what was typed against theirs; the next save goes on top of theirs."""
    theirs = error.theirs
    base = next((one.snapshot for one in queries.item_revisions(session, row.id) if one.revision == read), theirs)
    written, unseen = form.content(), undeclared(theirs["content"], portal().registry.item_fields(place.name))
    typed = {
        **theirs,
        "code": form.code.data,
        "kind": form.kind.data,
        "content": {
            **written,
            "indicators": [one for one in written["indicators"] if any(one.values())],
            "fields": {**unseen, **written["fields"]},
        },
    }
    conflict = {
        "theirs": _compare(place, base, theirs),
        "mine": _compare(place, theirs, typed),
        "who": queries.names_of(session, [theirs["edited_by_id"]]).get(theirs["edited_by_id"], ""),
        "at": theirs["edited_at"],
    }
    form.revision.data, form.revision.raw_data = str(theirs["revision"]), None
    return _item_page(agenda, place, form, row=row, conflict=conflict), 409


def _compare(place: AgendaDimension, before: dict[str, Any], after: dict[str, Any]) -> tuple[Part, ...]:
    return compare_items(_as_document(place, before), _as_document(place, after))


def _as_document(place: AgendaDimension, snapshot: dict[str, Any]) -> dict[str, Any]:
    registry = portal().registry
    loose = Item(code=snapshot["code"], kind=snapshot["kind"], content=snapshot["content"])
    return item_document(loose, snapshot["parent"], kind_labels(registry, place.name), registry.item_fields(place.name))


def _item_page(
    agenda: Agenda,
    place: AgendaDimension,
    form: ItemForm,
    *,
    row: Item | None = None,
    parent: Item | None = None,
    extra: Errors | None = None,
    conflict: dict[str, Any] | None = None,
) -> str:
    against: list[str] = []
    others: list[tuple[Item, int]] = []
    if row is not None:
        document = draft_document(session, portal().registry, agenda)
        shown = next((one for dimension in document["dimensions"] for one in dimension["items"] if one["code"] == row.code), None)
        if shown is not None:
            against = [one.sentence for one in portal().ask.item_objections({**shown, "dimension": place.name}, document)]
        others = [(one, depth) for one, depth in reading_order(queries.items(session, agenda.id, place.name)) if one.id != row.id]
    return render_template(
        "agendas/item.html",
        agenda=agenda,
        place=place,
        form=form,
        item=row,
        parent=parent,
        extra=extra or [],
        conflict=conflict,
        objections=against,
        others=others,
        offered=_offered(place),
        acts=acts(agenda, place.name),
        code=agenda.code,
    )


def _dimension_of_item(agenda: Agenda, code: str, act: str) -> str:
    row = queries.item(session, agenda.id, code)
    _may(agenda, row.dimension, act)
    return row.dimension


@blueprint.post(f"{ITEM}/mover")
@requires("agenda.edit", agenda="code")
def move_item(code: str, item: str) -> Response:
    """Move an item up or down among its siblings."""
    dimension = _dimension_of_item(g.agenda, item, "move")
    direction: Literal["up", "down"] = "up" if request.form.get("direction") == "up" else "down"
    service.move_item(session, g.agenda, item, direction=direction)
    commit()
    return back_to("agendas.dimension", code=code, name=dimension, _anchor=item)


@blueprint.post(f"{ITEM}/ubicar")
@requires("agenda.edit", agenda="code")
def place_item(code: str, item: str) -> Response:
    """Hang an item from another, or from none."""
    dimension = _dimension_of_item(g.agenda, item, "move")
    parent = request.form.get("parent", "")
    above = queries.item(session, g.agenda.id, parent).id if parent else None
    service.place_item(
        session, g.agenda, item, revision=request.form.get("revision", 0, type=int), parent_id=above, now=g.now, person_id=person_id()
    )
    commit()
    return back_to("agendas.dimension", code=code, name=dimension, _anchor=item)


@blueprint.post(f"{ITEM}/retirar")
@requires("agenda.edit", agenda="code")
def retire_item(code: str, item: str) -> Response:
    """Take an item out of the draft; it stays in the list of retired ones."""
    dimension = _dimension_of_item(g.agenda, item, "retire")
    service.retire_item(session, g.agenda, item, revision=request.form.get("revision", 0, type=int), now=g.now, person_id=person_id())
    commit()
    flash(gettext("Retiramos %(code)s. Puede restaurarlo al final de esta página.", code=item), "ok")
    return back_to("agendas.dimension", code=code, name=dimension)


@blueprint.post(f"{ITEM}/restaurar")
@requires("agenda.edit", agenda="code")
def restore_item(code: str, item: str) -> Response:
    """Bring a retired item back."""
    dimension = _dimension_of_item(g.agenda, item, "retire")
    service.restore_item(session, g.agenda, item, revision=request.form.get("revision", 0, type=int), now=g.now, person_id=person_id())
    commit()
    return back_to("agendas.dimension", code=code, name=dimension, _anchor=item)


@blueprint.get(f"{ITEM}/historia")
@requires("agenda.read_draft", agenda="code")
def item_history(code: str, item: str) -> str:
    """Show every wording an item had, each against the one before."""
    agenda: Agenda = g.agenda
    row = queries.item(session, agenda.id, item)
    place = dimension_of(agenda, row.dimension)
    revisions = queries.item_revisions(session, row.id)
    names = queries.names_of(session, (one.edited_by_id for one in revisions))
    entries = []
    for one, before in zip(revisions, [*revisions[1:], None], strict=True):
        parts = _compare(place, before.snapshot, one.snapshot) if before else ()
        retired = one.snapshot["retired"] if before is None or before.snapshot["retired"] != one.snapshot["retired"] else None
        entries.append(
            {"revision": one, "who": names.get(one.edited_by_id or 0, ""), "parts": parts, "retired": retired, "first": before is None}
        )
    return render_template("agendas/history.html", agenda=agenda, item=row, place=place, entries=entries, code=code)

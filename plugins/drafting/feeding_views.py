"""Where included demands, and loose words of a returned file, become items or feed those that exist."""

from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from plugins.drafting import feeding, queries
from plugins.drafting.blueprint import HOME, blueprint
from plugins.drafting.forms import FeedForm
from plugins.drafting.models import LooseText
from plugins.drafting.suggestion_views import acts
from plugins.drafting.words import READ
from portal.agendas import queries as agendas
from portal.agendas.codes import suggest_code
from portal.agendas.drafting import kind_labels, reading_order
from portal.agendas.forms import ItemForm, item_form, show_errors
from portal.agendas.models import Agenda, AgendaDimension, Item
from portal.documents.rendering import plain_text
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.failures import told
from portal.i18n import N_
from portal.web import back_to, commit, person_id, portal, requires, session

PLACE = f"{HOME}/demandas"
SHOWN = 20


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def demands(code: str) -> str:  # noqa: ARG001 - the guard loads the agenda
    """List the included demands, each with the items it feeds or the ways to make one."""
    agenda: Agenda = g.agenda
    return render_template("drafting/demands.html", **_list(agenda))


def _list(agenda: Agenda) -> dict[str, Any]:
    every = feeding.demanded(session, portal().registry, agenda)
    dimension, waiting = request.args.get("dimension", ""), request.args.get("pendientes") == "1"
    rows = [one for one in every or () if (not dimension or one.dimension == dimension) and (not waiting or not one.items)]
    page = min(max(1, request.args.get("pagina", 1, type=int)), max(1, -(-len(rows) // SHOWN)))
    items = [item for item, _ in reading_order(agendas.items(session, agenda.id))]
    form = FeedForm(formdata=None)
    writing = {one.name for one in agenda.dimensions if "edit" in acts(agenda, one.name)}
    adding = {one.name for one in agenda.dimensions if "add" in acts(agenda, one.name) and not one.closed}
    return {
        "agenda": agenda,
        "plain": plain_text,
        "code": agenda.code,
        "known": every is not None,
        "rows": rows[(page - 1) * SHOWN : page * SHOWN],
        "page": {"number": page, "pages": max(1, -(-len(rows) // SHOWN)), "total": len(rows)},
        "items": [item for item in items if item.dimension in writing],
        "form": form,
        "labels": {one.name: one.label for one in agenda.dimensions},
        "dimension": dimension,
        "waiting": waiting,
        "may_add": bool(adding),
        "may_feed": bool(writing),
    }


def _demand(agenda: Agenda, code: str) -> feeding.Demanded:
    found = next((one for one in feeding.demanded(session, portal().registry, agenda) or () if one.code == code), None)
    if found is None:
        raise NotFound(N_("Esa demanda no está entre las incluidas."))
    return found


def _writable(agenda: Agenda, code: str) -> Item:
    item = agendas.item(session, agenda.id, code)
    if "edit" not in acts(agenda, item.dimension):
        raise Forbidden
    return item


@blueprint.post(f"{PLACE}/<demand>/alimentar")
@requires("agenda.edit", agenda="code")
def feed(code: str, demand: str) -> Response:
    """Tie an included demand to an item that exists."""
    agenda: Agenda = g.agenda
    one = _demand(agenda, demand)
    chosen = request.form.get("item", "")
    if not chosen:
        flash(gettext("Elija el punto que alimenta %(demand)s.", demand=demand), "warn")
        return back_to("drafting.demands", code=code, _anchor=demand)
    feeding.feed(session, agenda, one.ref, _writable(agenda, chosen).code, now=g.now, person_id=person_id())
    commit()
    flash(gettext("%(demand)s alimenta ahora %(item)s.", demand=demand, item=chosen), "ok")
    return back_to("drafting.demands", code=code, _anchor=demand)


@blueprint.post(f"{PLACE}/<demand>/soltar")
@requires("agenda.edit", agenda="code")
def unfeed(code: str, demand: str) -> Response:
    """Untie a demand from an item: it was tied by mistake."""
    agenda: Agenda = g.agenda
    one = _demand(agenda, demand)
    chosen = request.form.get("item", "")
    if chosen in one.items:
        feeding.unfeed(session, agenda, one.ref, _writable(agenda, chosen).code)
        commit()
        flash(gettext("%(demand)s ya no está unida a %(item)s.", demand=demand, item=chosen), "ok")
    return back_to("drafting.demands", code=code, _anchor=demand)


# ---------- a new item


def _loose(agenda: Agenda, name: str) -> LooseText | None:
    """Return the loose text that an address names ("W-001.3"), or None."""
    code, _, place = name.partition(".")
    if not code or not place.isdecimal():
        return None
    returned = queries.returned(session, agenda.id, code)
    return next((one for one in returned.loose if one.position == int(place)), None)


@blueprint.route(f"{HOME}/punto-nuevo", methods=["GET", "POST"])
@requires("agenda.edit", agenda="code")
def new_item(code: str) -> str | Response | tuple[str, int]:
    """Write an item that starts with a demand's words, or with loose words of a returned file."""
    agenda: Agenda = g.agenda
    demand = _demand(agenda, request.args["demanda"]) if request.args.get("demanda") else None
    loose = _loose(agenda, request.args.get("texto", ""))
    if demand is None and loose is None:
        raise NotFound
    near = agendas.items(session, agenda.id)
    beside = next((item for item in near if loose is not None and item.code == loose.near), None)
    wanted = request.args.get("dimension") or (demand.dimension if demand else "") or (beside.dimension if beside else "")
    places = [one for one in agenda.dimensions if "add" in acts(agenda, one.name) and not one.closed]
    place = next((one for one in places if one.name == wanted), None)
    if place is None:
        return render_template(
            "drafting/choose_dimension.html", agenda=agenda, code=code, places=places, demand=demand, texto=request.args.get("texto", "")
        )
    every = agendas.items(session, agenda.id, place.name)
    parent = next((one for one in every if one.code == request.values.get("parent")), None)
    if request.method == "GET":
        start = parent or (next((one for one in every if beside is not None and one.id == beside.parent_id), None) if beside else None)
        form = _item_form(place, _start(place, start, demand, loose))
        return _new_page(agenda, place, form, demand, loose, parent=start)
    form = _item_form(place, None)
    try:
        made = feeding.item_from(
            session,
            portal().registry,
            agenda,
            demand=demand.ref if demand else "",
            loose=loose,
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
        extra: list[tuple[str, str | None]] = show_errors(form, error) if isinstance(error, Invalid) else [(told(error), None)]
        return _new_page(agenda, place, form, demand, loose, parent=parent, extra=extra), error.status
    flash(gettext("Agregamos %(code)s.", code=made.code), "ok")
    if demand is not None:
        return back_to("drafting.demands", code=code, _anchor=demand.code)
    return back_to("drafting.returned", code=code, returned=loose.returned.code if loose else "")


def _start(place: AgendaDimension, parent: Item | None, demand: feeding.Demanded | None, loose: LooseText | None) -> dict[str, Any]:
    every = agendas.items(session, g.agenda.id, place.name) + agendas.items(session, g.agenda.id, place.name, retired=True)
    kinds = list(kind_labels(portal().registry, place.name))
    return {
        "code": suggest_code((one.code for one in every), place.prefix, parent.code if parent else None),
        "kind": kinds[min(len(kinds) - 1, 2 if parent else 0)],
        "text": demand.text if demand else loose.text if loose else "",
    }


def _item_form(place: AgendaDimension, data: dict[str, Any] | None) -> ItemForm:
    registry = portal().registry
    return item_form(kind_labels(registry, place.name), registry.item_fields(place.name), data, typed=data is None)


def _new_page(
    agenda: Agenda,
    place: AgendaDimension,
    form: ItemForm,
    demand: feeding.Demanded | None,
    loose: LooseText | None,
    *,
    parent: Item | None,
    extra: list[tuple[str, str | None]] | None = None,
) -> str:
    back = (
        url_for("drafting.demands", code=agenda.code, _anchor=demand.code)
        if demand
        else url_for("drafting.returned", code=agenda.code, returned=loose.returned.code if loose else "")
    )
    every = reading_order(agendas.items(session, agenda.id, place.name))
    return render_template(
        "drafting/new_item.html",
        agenda=agenda,
        code=agenda.code,
        place=place,
        form=form,
        demand=demand,
        loose=loose,
        parent=parent,
        others=every,
        plain=plain_text,
        extra=extra or [],
        back=back,
    )

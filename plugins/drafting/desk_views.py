"""Where those who draft see their work: sections, who answers for each, how far they are."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from plugins.drafting import feeding, queries, sections
from plugins.drafting.blueprint import HOME, blueprint
from plugins.drafting.forms import OwnerForm, SectionForm, StateForm
from plugins.drafting.models import Section
from plugins.drafting.words import LOOKS, MANAGE, OPEN, READ, STATES
from portal import form_errors, web
from portal.agendas import queries as agendas
from portal.agendas.drafting import reading_order
from portal.agendas.models import Agenda
from portal.choices import options
from portal.documents.rendering import plain_text
from portal.errors import Conflict, Forbidden, Invalid, Stale
from portal.failures import told
from portal.web import back_to, commit, person_id, portal, requires, session

SECTION = f"{HOME}/secciones/<section>"


@blueprint.get(HOME)
@requires(READ, agenda="code")
def desk(code: str) -> str:
    """Show the sections by dimension, the suggestions that wait, and the ways to Word and to comparing."""
    agenda: Agenda = g.agenda
    every = queries.sections(session, agenda.id)
    items = agendas.items(session, agenda.id)
    waiting = queries.open_by_item(session, agenda.id)
    rows: dict[str, list[dict[str, Any]]] = {one.name: [] for one in agenda.dimensions}
    names = agendas.names_of(session, (owner.person_id for one in every for owner in one.owners))
    for one in every:
        inside = queries.section_items(one, items)
        rows.setdefault(one.dimension, []).append(
            {"section": one, "items": len(inside), "open": sum(waiting.get(item.id, 0) for item in inside), "owners": _names(one, names)}
        )
    demanded = feeding.demanded(session, portal().registry, agenda)
    return render_template(
        "drafting/desk.html",
        agenda=agenda,
        code=code,
        rows=rows,
        counts=queries.counts(session, agenda.id),
        demanded=demanded,
        unused=sum(not one.items for one in demanded or ()),
        states=STATES,
        looks=LOOKS,
        OPEN=OPEN,
        may_manage=web.allowed(MANAGE, agenda_id=agenda.id),
    )


def _names(one: Section, names: dict[int, str]) -> list[str]:
    return [names[owner.person_id] for owner in one.owners if owner.person_id in names]


@blueprint.route(f"{HOME}/secciones/nueva", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def new_section(code: str) -> str | Response | tuple[str, int]:
    """Make a section of a dimension, of one of its themes, or of an item with all that hangs from it."""
    agenda: Agenda = g.agenda
    form = SectionForm()
    form.part.choices = options(_parts(agenda))
    people = {one.id: one.full_name for place in agenda.dimensions for one in queries.candidates(session, agenda.id, place.name)}
    form.owners.choices = options((str(identity), name) for identity, name in sorted(people.items(), key=lambda pair: pair[1]))
    if request.method == "GET":
        return render_template("drafting/new_section.html", agenda=agenda, code=code, form=form)
    dimension, _, part = (form.part.data or "").partition("|")
    kind, _, name = part.partition(":")
    try:
        made = sections.make_section(
            session,
            portal().registry,
            agenda,
            dimension=dimension,
            theme=name if kind == "theme" else "",
            root=name if kind == "item" else "",
            owners=[int(one) for one in form.owners.data or [] if one.isdecimal()],
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except (Invalid, Conflict) as error:
        session.rollback()
        if isinstance(error, Invalid):
            form_errors.show(error, form)
        else:
            form.part.errors = [told(error)]
        form.owners.errors = [*form.owners.errors, *form.form_errors]
        return render_template("drafting/new_section.html", agenda=agenda, code=code, form=form), error.status
    flash(gettext("Creamos la sección %(code)s.", code=made.code), "ok")
    return back_to("drafting.section", code=code, section=made.code)


def _parts(agenda: Agenda) -> list[tuple[str, str]]:
    """Return (value, words) of what a section may be made of."""
    found = []
    items = agendas.items(session, agenda.id)
    for place in agenda.dimensions:
        found.append((f"{place.name}|", gettext("%(dimension)s: toda la dimensión", dimension=place.label)))
        offered = portal().registry.dimensions.get(place.name)
        found += [(f"{place.name}|theme:{one}", f"{place.label}: {one}") for one in (offered.themes if offered else ())]
        for item, depth in reading_order(one for one in items if one.dimension == place.name):
            if depth == 0:
                words = plain_text(item.content.get("text", ""))[:60]
                found.append((f"{place.name}|item:{item.code}", f"{item.code}: {words}"))
    return found


@blueprint.get(SECTION)
@requires(READ, agenda="code")
def section(code: str, section: str) -> str:  # noqa: ARG001 - the guard loads the agenda
    """Show a section: its items, who answers for it, its state and how it got there."""
    return _section_page(g.agenda, queries.section(session, g.agenda.id, section))


def _section_page(agenda: Agenda, one: Section, *, state: StateForm | None = None, owner: OwnerForm | None = None) -> str:
    events = queries.section_events(session, one.id)
    names = agendas.names_of(
        session, [*(each for event in events for each in (event.person_id, event.about_id)), *(owner.person_id for owner in one.owners)]
    )
    state = state or StateForm(formdata=None, state=one.state, revision=str(one.revision))
    state.state.choices = options((value, gettext(label)) for value, label in STATES.items())
    owner = owner or OwnerForm(formdata=None)
    held = {each.person_id for each in one.owners}
    free = [each for each in queries.candidates(session, agenda.id, one.dimension) if each.id not in held]
    owner.owner.choices = options([("", gettext("Elija a una persona")), *((str(each.id), each.full_name) for each in free)])
    return render_template(
        "drafting/section.html",
        agenda=agenda,
        code=agenda.code,
        section=one,
        plain=plain_text,
        items=[item for item, _ in reading_order(queries.section_items(one, agendas.items(session, agenda.id)))],
        waiting=queries.open_by_item(session, agenda.id),
        events=events,
        names=names,
        states=STATES,
        looks=LOOKS,
        state_form=state,
        owner_form=owner,
        may_manage=web.allowed(MANAGE, agenda_id=agenda.id),
        may_move=_may_move(agenda, one),
    )


def _may_move(agenda: Agenda, one: Section) -> bool:
    return web.allowed(MANAGE, agenda_id=agenda.id) or queries.owns(session, one.id, web.actor().person_id)


@blueprint.post(f"{SECTION}/estado")
@requires("agenda.edit", agenda="code")
def section_state(code: str, section: str) -> Response | tuple[str, int]:
    """Move a section to another state: its owners and the Mesa do."""
    agenda: Agenda = g.agenda
    one = queries.section(session, agenda.id, section)
    if not _may_move(agenda, one):
        raise Forbidden
    form = StateForm()
    revision = int(form.revision.data) if (form.revision.data or "").isdecimal() else 0
    try:
        sections.change_state(
            session,
            agenda,
            one,
            state=form.state.data or "",
            revision=revision,
            note=form.note.data or "",
            now=g.now,
            person_id=person_id(),
        )
        commit()
    except (Invalid, Stale) as error:
        session.rollback()
        one = queries.section(session, agenda.id, section)
        if isinstance(error, Invalid):
            form_errors.show(error, form)
        else:
            form.state.errors = [told(error)]
            form.revision.data, form.revision.raw_data = str(one.revision), None
        return _section_page(agenda, one, state=form), error.status
    flash(gettext("Guardamos el estado de la sección."), "ok")
    return back_to("drafting.section", code=code, section=section)


@blueprint.post(f"{SECTION}/responsables")
@requires(MANAGE, agenda="code")
def section_owner(code: str, section: str) -> Response | tuple[str, int]:
    """Let somebody answer for a section, or no more."""
    agenda: Agenda = g.agenda
    one = queries.section(session, agenda.id, section)
    form = OwnerForm()
    leaving = request.form.get("leaving", type=int)
    try:
        if leaving is not None:
            sections.remove_owner(session, one, owner_id=leaving, now=g.now, person_id=person_id())
        else:
            chosen = int(form.owner.data) if (form.owner.data or "").isdecimal() else 0
            sections.add_owner(session, agenda, one, owner_id=chosen, now=g.now, person_id=person_id())
        commit()
    except Invalid as error:
        session.rollback()
        form_errors.show(error, form)
        return _section_page(agenda, queries.section(session, agenda.id, section), owner=form), error.status
    flash(gettext("Guardamos quiénes responden por la sección."), "ok")
    return back_to("drafting.section", code=code, section=section)

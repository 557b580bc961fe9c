"""The pages of validation: an agenda's acts for everybody; recording and annulling one, for whoever coordinates."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, render_template, request
from flask_babel import gettext

from plugins.validation import queries, service, words
from plugins.validation.forms import DRAFT, ActForm, AnnulForm
from portal import form_errors, web
from portal.actas import service as actas
from portal.actas.queries import acta_of
from portal.agendas import printing
from portal.agendas import queries as agendas
from portal.agendas.drafting import draft_digest, draft_document, objections
from portal.agendas.models import Agenda
from portal.choices import options
from portal.documents.rendering import render_markdown
from portal.errors import Conflict, Invalid, NotFound
from portal.failures import told
from portal.web import public, requires, session

blueprint = Blueprint("validation", __name__)
PLACE = "/gestion/agendas/<code>/validacion"
MORE = 4  # empty rows that a list of members grows by


@blueprint.get("/agendas/<code>/validacion")
@public
def acts(code: str) -> str:
    """Show an agenda's formal acts: when, where, the quorum, the version. Nobody's name: those are in the acta."""
    agenda = agendas.agenda(session, code)
    found = queries.acts(session, agenda.id)
    if not found:
        raise NotFound
    return render_template("validation/acts.html", agenda=agenda, acts=found, words=words)


@blueprint.get(PLACE)
@requires(words.READ, agenda="code")
def staff(code: str) -> str:
    """Show the acts to staff, and which version lacks one."""
    agenda: Agenda = g.agenda
    versions = agendas.versions(session, agenda.id)
    return render_template(
        "validation/staff.html",
        agenda=agenda,
        code=code,
        acts=queries.acts(session, agenda.id),
        versions=versions,
        validated=queries.validated_versions(session, agenda.id),
        words=words,
    )


@blueprint.route(f"{PLACE}/nuevo", methods=["GET", "POST"])
@requires(words.RECORD, agenda="code", fresh=True)
def new(code: str) -> Any:
    """Record an act. Whatever is refused, everything typed stays on the page."""
    agenda: Agenda = g.agenda
    posted = request.method == "POST"
    form = ActForm(data=None if posted else _first(agenda))
    people = queries.people(session, agenda.id)
    validated = queries.validated_versions(session, agenda.id)
    versions = [one for one in agendas.versions(session, agenda.id) if one.id not in validated]
    form.version.choices = options(
        [
            (DRAFT, gettext("El borrador de ahora: este acto lo congela")),
            *((str(one.id), gettext("La versión %(number)s, ya congelada", number=one.number)) for one in versions),
        ]
    )
    adding = request.form.get("step") == "add"
    if adding:
        for _ in range(min(MORE, words.MOST_MEMBERS - len(form.members))):
            form.members.append_entry({})
    for entry in form.members:
        entry.form.person.choices = options([("", gettext("Sin cuenta en el portal")), *((str(one.id), one.full_name) for one in people)])
    failure, status = "", 200
    if posted and not adding:
        status = 422
        if form.validate():
            try:
                return _record(agenda, form, {str(one.id): one for one in versions}, {one.id for one in people})
            except (Invalid, Conflict) as error:
                session.rollback()
                status = error.status
                if isinstance(error, Invalid):
                    form_errors.show(error, form)
                else:
                    failure = told(error)
    document = draft_document(session, web.portal().registry, agenda)
    form.expected.data, form.expected.raw_data = draft_digest(document), None
    against = objections(web.portal().ask, document)
    page = render_template(
        "validation/form.html", agenda=agenda, code=code, form=form, failure=failure, against=against, versions=versions, typed=posted
    )
    return page, status


def _record(agenda: Agenda, form: ActForm, versions: dict[str, Any], people: set[int]) -> Any:
    rows = form.rows()
    if any(one.person_id is not None and one.person_id not in people for one in rows):
        raise Invalid(fields={"members": gettext("Elija a personas que participan en esta agenda.")})
    chosen = versions.get(form.version.data or "")
    act = service.record_act(
        web.portal(),
        session,
        now=g.now,
        agenda=agenda,
        held_at=form.held_at.data.replace(tzinfo=ZoneInfo(web.portal().settings.timezone)).astimezone(UTC),
        place=form.place.data or "",
        session_kind=form.session_kind.data,
        required=form.required.data,
        members=rows,
        outcome=form.outcome.data,
        version=chosen,
        expected=form.expected.data or "",
        note=form.note.data or "",
        public=form.public.data,
        person_id=web.person_id(),
    )
    acta = acta_of(session, str(act.acta_code))
    web.commit()
    actas.announce(web.portal(), acta)
    if act.froze and act.version is not None:
        web.portal().queue.enqueue(printing.KIND.name, act.version.id)
    flash(
        gettext("Registramos el acto %(act)s. La versión %(number)s queda validada.", act=act.code, number=act.version.number)
        if act.version
        else gettext("Registramos el acto %(act)s: no se validó, por falta de quórum.", act=act.code),
        "ok",
    )
    return web.back_to("validation.act", code=agenda.code, number=act.number)


def _first(agenda: Agenda) -> dict[str, Any]:
    """Return what a new act is likely to be: the members of the last one, or whoever has a part in the agenda."""
    before = queries.last_members(session, agenda.id)
    members = [
        {
            "person": str(one.person_id) if one.person_id else "",
            "name": "" if one.person_id else one.name,
            "organisation": one.organisation,
            "capacity": one.capacity,
        }
        for one in before
    ] or [{"person": str(one.id)} for one in queries.people(session, agenda.id)][: words.MOST_MEMBERS - MORE]
    now = g.now.astimezone(ZoneInfo(web.portal().settings.timezone)).replace(second=0, microsecond=0, tzinfo=None)
    return {
        "held_at": now,
        "required": len(members) // 2 + 1,
        "version": request.args.get("version") or DRAFT,
        "members": [*members, *({} for _ in range(MORE))],
        "public": True,
    }


@blueprint.get(f"{PLACE}/V-<int:number>")
@requires(words.READ, agenda="code")
def act(code: str, number: int) -> str:
    """Show an act with its members."""
    return _act_page(code, number, AnnulForm())


def _act_page(code: str, number: int, form: AnnulForm) -> str:
    found = queries.act(session, g.agenda.id, number)
    who = agendas.names_of(session, [found.recorded_by_id, found.annulled_by_id])
    return render_template(
        "validation/act.html", agenda=g.agenda, code=code, act=found, words=words, who=who, form=form, note=render_markdown(found.note)
    )


@blueprint.post(f"{PLACE}/V-<int:number>/anular")
@requires(words.RECORD, agenda="code", fresh=True)
def annul(code: str, number: int) -> Any:
    """Annul an act, with a reason that is shown."""
    form = AnnulForm()
    if form.validate():
        service.annul(
            session,
            now=g.now,
            act=queries.act(session, g.agenda.id, number),
            reason=form.reason.data or "",
            person_id=web.person_id(),
        )
        web.commit()
        flash(gettext("El acto quedó anulado. Su registro se conserva."), "ok")
        return web.back_to("validation.act", code=code, number=number)
    return _act_page(code, number, form), 422

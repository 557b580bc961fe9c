"""Where staff open consultations, read what comes in, type in what was said at a forum, and share the work out."""

import re
from datetime import datetime
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext, ngettext

from plugins.dialogue import attachments, consulting, contributing, moderating, places, queries
from plugins.dialogue.blueprint import blueprint, show
from plugins.dialogue.contributing import Forum
from plugins.dialogue.forms import AssignForm, ConsultationForm, TypedForm, moment, typed
from plugins.dialogue.meetings import of_agenda
from plugins.dialogue.models import Consultation
from plugins.dialogue.public_views import WORDS, filter_form
from plugins.dialogue.queries import Filters
from plugins.dialogue.taking_part_views import said
from plugins.dialogue.words import RECEIVED
from portal import web
from portal.agendas import queries as agendas
from portal.agendas.models import Agenda, AgendaVersion
from portal.choices import options
from portal.errors import Invalid, PortalError, Stale
from portal.i18n import N_
from portal.web import portal, requires, session

READ, EDIT, ANSWER = "dialogue.read", "dialogue.edit", "dialogue.answer"
HOME = "/gestion/agendas/<code>/consultas"
PLACE = f"{HOME}/<consultation>"
_MEETING = re.compile(r"[A-Z]{1,4}-\d{1,6}")


@blueprint.get(HOME)
@requires(READ, agenda="code")
def staff_index(code: str) -> str:  # noqa: ARG001 - the address names the agenda
    """List the agenda's consultations with how far each one is."""
    agenda: Agenda = g.agenda
    rows = queries.consultations(session, agenda.id)
    return render_template("dialogue/staff/index.html", agenda=agenda, rows=rows, is_open=consulting.is_open, edits=_edits(agenda))


def _edits(agenda: Agenda) -> bool:
    return web.allowed(EDIT, agenda_id=agenda.id)


@blueprint.route(f"{HOME}/nueva", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def staff_new(code: str) -> Any:
    """Announce a consultation on a frozen version."""
    agenda: Agenda = g.agenda
    versions = agendas.versions(session, agenda.id)
    form = ConsultationForm() if request.method == "POST" else ConsultationForm(formdata=None)
    form.version.choices = options((str(one.number), gettext("Versión %(number)s", number=one.number)) for one in versions)
    if request.method == "GET":
        return _consultation_page(agenda, form, versions=versions)
    if not form.validate():
        return _consultation_page(agenda, form, versions=versions), 422
    zone = portal().settings.timezone
    try:
        made = consulting.open_consultation(
            session,
            now=g.now,
            version=_version(versions, form.version.data),
            title=form.title.data,
            purpose=form.purpose.data,
            opens_at=moment(form.opens_at.data, zone),
            closes_at=moment(form.closes_at.data, zone),
            person_id=web.person_id(),
        )
    except Invalid as error:
        session.rollback()
        return _consultation_page(agenda, form, versions=versions, extra=show(form, error)), 422
    web.commit()
    flash(gettext("La consulta %(code)s está anunciada. Comparta su dirección pública.", code=made.code), "ok")
    return web.back_to(".staff_inbox", code=code, consultation=made.code)


def _version(versions: list[AgendaVersion], typed_number: str | None) -> AgendaVersion:
    found = next((one for one in versions if str(one.number) == typed_number), None)
    if found is None:
        sentence = N_("Elija una versión congelada.")
        raise Invalid(sentence, fields={"version": sentence})
    return found


def _consultation_page(
    agenda: Agenda,
    form: ConsultationForm,
    *,
    versions: list[AgendaVersion],
    consultation: Consultation | None = None,
    extra: list[Any] | None = None,
    theirs: Consultation | None = None,
) -> str:
    return render_template(
        "dialogue/staff/consultation_form.html",
        agenda=agenda,
        form=form,
        versions=versions,
        consultation=consultation,
        extra=extra or [],
        theirs=theirs,
    )


@blueprint.route(f"{PLACE}/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def staff_edit(code: str, consultation: str) -> Any:
    """Change a consultation's words, or its dates with a reason."""
    agenda: Agenda = g.agenda
    found, zone = queries.consultation(session, code, consultation), portal().settings.timezone
    there = {name: getattr(found, name) for name in ("title", "purpose", "revision")}
    there |= {name: typed(getattr(found, name), zone) for name in ("opens_at", "closes_at")}
    form = ConsultationForm() if request.method == "POST" else ConsultationForm(formdata=None, data=there)
    form.version.choices, form.version.data = options([("1", "")]), "1"
    if request.method == "GET":
        return _consultation_page(agenda, form, versions=[found.version], consultation=found)
    if not form.validate():
        return _consultation_page(agenda, form, versions=[found.version], consultation=found), 422
    try:
        consulting.edit(
            session,
            now=g.now,
            consultation=found,
            revision=number_of(form.revision.data),
            title=form.title.data,
            purpose=form.purpose.data,
            opens_at=_instant(form.opens_at.data, found.opens_at, zone),
            closes_at=_instant(form.closes_at.data, found.closes_at, zone),
            reason=form.reason.data or "",
            person_id=web.person_id(),
        )
    except (Invalid, Stale) as error:
        session.rollback()
        theirs = found if isinstance(error, Stale) else None
        if theirs is not None:
            form.revision.data = str(found.revision)
        extra = show(form, error)
        page = _consultation_page(agenda, form, versions=[found.version], consultation=found, extra=extra, theirs=theirs)
        return page, error.status
    web.commit()
    flash(gettext("Guardamos la consulta %(code)s.", code=found.code), "ok")
    return web.back_to(".staff_inbox", code=code, consultation=consultation)


def _instant(shown: datetime, present: datetime, zone: str) -> datetime:
    """Return the instant that a form says; the present one where the form still shows it: forms have no seconds."""
    return present if shown == typed(present, zone).replace(second=0, microsecond=0) else moment(shown, zone)


def number_of(text: str | None) -> int:
    """Return a number that a form carries, 0 for what is none."""
    typed_number = text or ""
    return int(typed_number) if typed_number.isdecimal() and len(typed_number) < 10 else 0  # noqa: PLR2004 - what a database can hold


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def staff_inbox(code: str, consultation: str) -> str:
    """Show what came in, the oldest first, with how far each dimension is."""
    found = queries.consultation(session, code, consultation)
    filters = Filters.read(request.args)
    me = web.actor().person_id
    form = AssignForm(formdata=None)
    form.person.choices = options(team_choices(found.agenda_id))
    return render_template(
        "dialogue/staff/inbox.html",
        consultation=found,
        agenda=found.agenda,
        accepting=consulting.is_open(found, g.now),
        page=queries.page(session, found, filters, number=web.page_number(), person_id=me, public=False),
        tally=queries.tally(session, found.id),
        filters=filters,
        form=filter_form(found),
        assigning=form,
        dimensions={one.name: one.label for one in found.agenda.dimensions},
        edits=_edits(found.agenda),
        answers=web.allowed(ANSWER, agenda_id=found.agenda_id),
        **WORDS,
    )


def team_choices(agenda_id: int) -> list[tuple[str, str]]:
    """Return who may be asked to answer, nobody first."""
    return [("", gettext("Nadie todavía")), *((str(number), name) for number, name in queries.team(session, agenda_id))]


@blueprint.post(f"{PLACE}/lote")
@requires(READ, agenda="code")
def staff_batch(code: str, consultation: str) -> Any:
    """Publish, assign, or go on to answer the contributions that are marked."""
    found = queries.consultation(session, code, consultation)
    codes, act = request.form.getlist("aporte"), request.form.get("act", "")
    marked = queries.chosen(session, found.id, codes)
    asked: dict[str, Any] = {**Filters.read(request.form).arguments}
    back = url_for(".staff_inbox", code=code, consultation=consultation, **asked)
    if not marked:
        flash(gettext("Marque al menos un aporte."), "warn")
        return _to(back)
    if act == "answer":
        return web.back_to(".staff_answer", code=code, consultation=consultation, aporte=[one.code for one in marked])
    web.authorize(EDIT, agenda_id=found.agenda_id)
    try:
        if act == "publish":
            fresh = [one for one in marked if one.state == RECEIVED]
            for one in fresh:
                moderating.publish(session, now=g.now, contribution=one, revision=one.revision, person_id=web.person_id())
            sentence = ngettext("Publicado: %(num)d aporte.", "Publicados: %(num)d aportes.", len(fresh))
        else:
            person = number_of(request.form.get("person")) or None
            moderating.assign(session, contributions=marked, person_id=person)
            sentence = ngettext("Asignado: %(num)d aporte.", "Asignados: %(num)d aportes.", len(marked))
    except PortalError as error:
        session.rollback()
        flash(gettext(error.sentence) % error.params if error.params else gettext(error.sentence), "warn")
        return _to(back)
    web.commit()
    flash(sentence, "ok")
    return _to(back)


def _to(address: str) -> Any:
    from werkzeug.utils import redirect  # noqa: PLC0415 - one use

    return redirect(address, code=303)


@blueprint.route(f"{PLACE}/nuevo-aporte", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def staff_typed(code: str, consultation: str) -> Any:
    """Type in what was said at a forum or written on paper."""
    found = queries.consultation(session, code, consultation)
    document = agendas.version_document(portal().store, found.version)
    meetings = of_agenda(portal().registry, session, found.agenda)
    form = TypedForm() if request.method == "POST" else TypedForm(formdata=None, data={"meeting": request.args.get("reunion", "")})
    form.choose(places.every(document))
    if request.method == "GET":
        return _typed_page(found, form, meetings)
    try:
        if "said_on" in form.errors or (form.said_on.raw_data and form.said_on.raw_data[0] and form.said_on.data is None):
            raise Invalid(fields={"said_on": N_("Escriba la fecha completa, por ejemplo 2026-08-31.")})
        forum = Forum(web.person_id(), _meeting(form.meeting.data or "", meetings), form.said_on.data)
        made, _ = contributing.contribute(
            session,
            portal().store,
            portal().mailer,
            now=g.now,
            consultation=found,
            said=said(form, document),
            files=attachments.checked(form.uploads()),
            forum=forum,
        )
    except PortalError as error:
        session.rollback()
        return _typed_page(found, form, meetings, extra=show(form, error)), error.status
    web.commit()
    flash(gettext("Guardamos el aporte %(code)s. Escriba el siguiente o vuelva a la bandeja.", code=made.code), "ok")
    return web.back_to(".staff_typed", code=code, consultation=consultation, reunion=made.meeting)


def _meeting(text: str, meetings: list[tuple[str, str]]) -> str | None:
    text = text.strip().upper()
    if not text:
        return None
    if meetings and text not in {one for one, _ in meetings}:
        sentence = N_("No hay una reunión %(code)s en esta agenda. Elija una de la lista.")
        raise Invalid(sentence, fields={"meeting": sentence}, code=text)
    if not _MEETING.fullmatch(text):
        sentence = N_("Escriba el código de la reunión, por ejemplo R-003, o déjelo vacío.")
        raise Invalid(sentence, fields={"meeting": sentence})
    return text


def _typed_page(found: Consultation, form: TypedForm, meetings: list[tuple[str, str]], extra: list[Any] | None = None) -> str:
    return render_template(
        "dialogue/staff/typed.html",
        consultation=found,
        agenda=found.agenda,
        form=form,
        meetings=meetings,
        extra=extra or [],
        again=bool(extra is not None and request.files),
    )

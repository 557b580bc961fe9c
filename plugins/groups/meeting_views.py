"""The staff's pages of meetings: list, make, change, convene, invite, hold, cancel."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext, ngettext

from plugins.groups import attending, bilaterals, clashes, convening, figures, meetings, queries
from plugins.groups.blueprint import blueprint
from plugins.groups.forms import CancelForm, Filter, HoldForm, InviteForm, MeetingForm, ObservationForm, OpenForm, moment, typed
from plugins.groups.group_views import _revision, asked_page, seen_again
from plugins.groups.models import Group, Meeting
from plugins.groups.words import (
    BILATERAL,
    CONVENED,
    DRAFT,
    EDIT,
    EVENTS,
    MEETING_KINDS,
    READ,
    SECTORS,
    SEXES,
    STATE_BADGES,
    STATES,
    UNSAID,
    WAYS,
)
from portal import form_errors, web
from portal.choices import options
from portal.errors import Conflict, Invalid, Stale
from portal.failures import told
from portal.organisations.models import Organisation
from portal.web import requires

PLACE = "/gestion/agendas/<code>/reuniones"
MEETING = f"{PLACE}/<meeting>"


def zone() -> str:
    """Return the portal's time zone."""
    return web.portal().settings.timezone


def deliver(mails: Iterable[int]) -> None:
    """Ask for the delivery of mails; call it after the commit."""
    for one in mails:
        web.portal().queue.enqueue("mail.send", one)


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def meetings_page(code: str) -> str:
    """List the agenda's meetings."""
    filters = queries.Filters.read(request.args)
    form = Filter(request.args)
    groups = queries.groups(web.session, g.agenda.id)
    form.grupo.choices = options([("", gettext("Todos")), *((one.code, f"{one.code} {one.name}") for one, _, _ in groups)])
    return render_template(
        "groups/meetings.html",
        agenda=g.agenda,
        page=queries.meetings(web.session, g.agenda.id, filters=filters, number=web.page_number()),
        form=form,
        filters=filters,
        chosen=asked_page(),
        kinds=MEETING_KINDS,
        states=STATES,
        badges=STATE_BADGES,
        manages=web.allowed(EDIT, agenda_id=g.agenda.id),
        code=code,
    )


def _form(meeting: Meeting | None, **values: Any) -> MeetingForm:
    form = MeetingForm(**values)
    groups = [one for one, _, _ in queries.groups(web.session, g.agenda.id) if one.active or (meeting and meeting.group_id == one.id)]
    form.group.choices = options([("", gettext("Ninguno")), *((one.code, f"{one.code} {one.name}") for one in groups)])
    form.organisation.choices = options([("", gettext("Ninguna")), *((str(one.id), one.name) for one in queries.political(web.session))])
    return form


def _group(form: MeetingForm) -> Group | None:
    return queries.group_of(web.session, g.agenda, form.group.data) if form.group.data else None


def _organisation(form: MeetingForm) -> Organisation | None:
    text = str(form.organisation.data or "")
    return web.session.get(Organisation, int(text)) if text.isascii() and text.isdigit() and int(text) <= web.LARGEST else None


def _values(form: MeetingForm) -> dict[str, Any]:
    return {
        "kind": form.kind.data,
        "title": form.title.data,
        "starts_at": moment(form.starts_at.data, zone()),
        "ends_at": moment(form.ends_at.data, zone()),
        "place": form.place.data,
        "link": form.link.data,
        "points": form.points.data,
        "public": form.public.data,
    }


@blueprint.route(f"{PLACE}/nueva", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def new_meeting(code: str) -> Any:
    """Make a meeting, in draft."""
    first = typed(g.now, zone()).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=7)
    asked = {
        "starts_at": first,
        "ends_at": first + timedelta(hours=3),
        "kind": request.args.get("tipo", "grupo"),
        "group": request.args.get("grupo", ""),
        "organisation": request.args.get("organizacion", ""),
    }
    form = _form(None, data=None if request.method == "POST" else asked)
    if form.validate_on_submit():
        try:
            made = meetings.create_meeting(
                web.session,
                now=g.now,
                agenda=g.agenda,
                group=_group(form),
                organisation=_organisation(form),
                person_id=web.person_id(),
                **_values(form),
            )
        except (Invalid, Conflict) as error:
            _refused(form, error)
        else:
            web.commit()
            flash(gettext("Se creó la reunión %(code)s en borrador. Nadie recibió nada todavía.", code=made.code), "ok")
            return web.back_to("groups.meeting", code=code, meeting=made.code)
    return render_template(
        "groups/meeting_form.html", form=form, agenda=g.agenda, meeting=None, theirs=None, clashes=[], mark=""
    ), 422 if form.is_submitted() else 200


def _refused(form: Any, error: Invalid | Conflict) -> None:
    if isinstance(error, Invalid):
        form_errors.show(error, form)
    else:
        form.form_errors = [told(error)]


@blueprint.route(f"{MEETING}/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def edit_meeting(code: str, meeting: str) -> Any:
    """Change a meeting; once convened everybody is told. Who is expected elsewhere at the new hour is shown first."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    form = _form(found, data=None if request.method == "POST" else _first(found))
    theirs, clashing = None, []
    if form.validate_on_submit():
        values = _values(form) | {
            "group_id": one.id if (one := _group(form)) else None,
            "organisation_id": chosen.id if (chosen := _organisation(form)) else None,
        }
        try:
            mails = convening.change(
                web.portal(),
                web.session,
                found,
                now=g.now,
                person_id=web.person_id(),
                revision=_revision(form),
                values=values,
                accepted=request.form.get("clashes", ""),
            )
        except clashes.Clashing as error:
            web.session.rollback()
            found, clashing = queries.meeting_of(web.session, g.agenda, meeting), error.clashes
            form.form_errors = [told(error)]
        except Stale as error:
            theirs = error.theirs
            seen_again(form, error, found.revision)
        except (Invalid, Conflict) as error:
            web.session.rollback()
            found = queries.meeting_of(web.session, g.agenda, meeting)
            _refused(form, error)
        else:
            web.commit()
            deliver(mails)
            flash(_changed(found, len(mails)), "ok")
            return web.back_to("groups.meeting", code=code, meeting=found.code)
    status = 409 if theirs or clashing else 422 if form.is_submitted() else 200
    page = render_template(
        "groups/meeting_form.html",
        form=form,
        agenda=g.agenda,
        meeting=found,
        theirs=theirs,
        clashes=told_apart(clashing),
        mark=clashes.mark(clashing),
    )
    return page, status


def _changed(found: Meeting, mails: int) -> str:
    saved = str(gettext("Se guardaron los cambios."))
    if found.state != CONVENED or not mails:
        return saved
    told_ = ngettext(
        "Se avisa a %(num)s persona: su calendario se actualiza.", "Se avisa a %(num)s personas: su calendario se actualiza.", mails
    )
    return f"{saved} {told_}"


def told_apart(found: Iterable[clashes.Clash]) -> list[clashes.Clash]:
    """Return clashes as the actor may know them: of a meeting in an agenda whose meetings they may not read, only that there is one."""
    return [replace(one, hidden=not web.allowed(READ, agenda_id=one.other.agenda_id)) for one in found]


def _first(found: Meeting) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("kind", "title", "place", "link", "points", "public")},
        "starts_at": typed(found.starts_at, zone()),
        "ends_at": typed(found.ends_at, zone()),
        "group": found.group.code if found.group else "",
        "organisation": str(found.organisation_id or ""),
        "revision": str(found.revision),
    }


@blueprint.get(MEETING)
@requires(READ, agenda="code")
def meeting(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Show a meeting: what comes next, who is invited, who came, what happened."""
    return page_of(queries.meeting_of(web.session, g.agenda, meeting))


def page_of(found: Meeting, status: int = 200, sent: Any = None, **forms: Any) -> Any:
    """Draw a meeting's page; `forms` holds the one that was sent and has errors."""
    manages = web.allowed(EDIT, agenda_id=g.agenda.id)
    present = attending.present(web.session, found)
    clashing = clashes.clashes(web.session, found) if found.state in {DRAFT, CONVENED} else []
    shown: dict[str, Any] = {
        "invite": InviteForm(formdata=None, prefix="invitar"),
        "cancel": CancelForm(formdata=None, prefix="cancelar"),
        "hold": HoldForm(formdata=None, prefix="realizada", presented=found.presented, exchanged=found.exchanged),
        "observation": ObservationForm(formdata=None, prefix="observacion"),
        "opening": OpenForm(formdata=None, prefix="qr"),
        **forms,
    }
    shown["invite"].dimension.choices = options([("", gettext("Ninguna")), *((one.name, one.label) for one in g.agenda.dimensions)])
    shown["observation"].item_code.choices = options(
        [("", gettext("Toda la agenda")), *((one, one) for one in queries.item_codes(web.session, g.agenda.id))]
    )
    names = queries.organisation_names(web.session, {one.organisation_id for one in present if one.organisation_id})
    settings = web.portal().settings
    open_now = found.checkin_until is not None and found.checkin_until > g.now
    page = render_template(
        "groups/meeting.html",
        agenda=g.agenda,
        meeting=found,
        manages=manages,
        invited=convening.invited(web.session, found),
        missing=meetings.missing_members(web.session, found, now=g.now) if found.state in {DRAFT, CONVENED} else [],
        present=present,
        figures=figures.figures(present, names),
        clashes=told_apart(clashing),
        mark=clashes.mark(clashing),
        observations=bilaterals.observations(web.session, [found.id]).get(found.id, []) if found.kind == BILATERAL else [],
        events=queries.events(web.session, found),
        checkin=settings.public_url + url_for("groups.checkin", token=attending.checkin_code(settings, found)) if open_now else "",
        organisations=queries.offered_names(web.session) if manages else [],
        labels={one.name: one.label for one in g.agenda.dimensions},
        kinds=MEETING_KINDS,
        states=STATES,
        badges=STATE_BADGES,
        sectors=SECTORS,
        sexes=SEXES,
        unsaid=UNSAID,
        ways=WAYS,
        words=EVENTS,
        sent=sent,
        **shown,
    )
    return page, status


def back(found: Meeting, sentence: str, anchor: str = "", tone: str = "ok") -> Any:
    """Return to the meeting's page, which says what was done."""
    flash(sentence, tone)
    return web.back_to("groups.meeting", code=found.agenda.code, meeting=found.code, **({"_anchor": anchor} if anchor else {}))


@blueprint.post(f"{MEETING}/convocar")
@requires(EDIT, agenda="code")
def convene(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Send the convocatoria. Clashes that were not confirmed are shown again, and nothing is sent."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    try:
        mails = convening.convene(
            web.portal(), web.session, found, now=g.now, person_id=web.person_id(), accepted=request.form.get("clashes", "")
        )
    except (Invalid, Conflict) as error:
        web.session.rollback()
        return page_of(queries.meeting_of(web.session, g.agenda, meeting), error.status, sent=told(error))
    web.commit()
    deliver(mails)
    return back(
        found,
        ngettext("Convocatoria puesta en cola para %(num)s persona.", "Convocatoria puesta en cola para %(num)s personas.", len(mails)),
    )


@blueprint.post(f"{MEETING}/cancelar")
@requires(EDIT, agenda="code")
def cancel(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Cancel a meeting; those convened are told and it leaves their calendars."""
    found, form = queries.meeting_of(web.session, g.agenda, meeting), CancelForm(prefix="cancelar")
    if not form.validate():
        return page_of(found, 422, sent=form, cancel=form)
    mails = convening.cancel(web.portal(), web.session, found, now=g.now, person_id=web.person_id(), reason=form.reason.data)
    web.commit()
    deliver(mails)
    return back(found, gettext("La reunión se canceló.") + (" " + gettext("Se avisa a las personas convocadas.") if mails else ""))


@blueprint.post(f"{MEETING}/realizada")
@requires(EDIT, agenda="code")
def hold(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Note that the meeting was held."""
    found, form = queries.meeting_of(web.session, g.agenda, meeting), HoldForm(prefix="realizada")
    if not form.validate():
        return page_of(found, 422, sent=form, hold=form)
    meetings.hold(
        web.session,
        found,
        now=g.now,
        person_id=web.person_id(),
        presented=form.presented.data or "",
        exchanged=form.exchanged.data or "",
    )
    web.commit()
    return back(found, gettext("Se anotó que la reunión se realizó."))

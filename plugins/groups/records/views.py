"""The pages of what a meeting leaves: relatoría, agreements, acta."""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, g, render_template, request, url_for
from flask_babel import gettext

from plugins.groups import attending
from plugins.groups import queries as meetings
from plugins.groups.blueprint import blueprint
from plugins.groups.models import Meeting
from plugins.groups.records import queries, service
from plugins.groups.records.forms import ActaForm, AgreementFilter, AgreementForm, ChangeForm, ReportForm
from plugins.groups.records.models import Agreement, Report
from plugins.groups.records.printing import acta_html
from plugins.groups.records.words import CAPACITIES, LOOKS, STATES
from plugins.groups.story import meeting_ref
from plugins.groups.words import EDIT, HELD, READ
from portal import form_errors, web
from portal.accounts.models import Person
from portal.actas import queries as actas
from portal.actas import words as acta_words
from portal.actas.service import announce
from portal.agendas.comparing import words as compared
from portal.choices import options
from portal.documents.rendering import render_markdown, render_pdf
from portal.errors import Conflict, Invalid, Stale
from portal.failures import told
from portal.web import requires, signed_in

AGENDA = "/gestion/agendas/<code>"
MEETING = f"{AGENDA}/reuniones/<meeting>"


def _revision(form: Any) -> int:
    text = str(form.revision.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(web.LARGEST)) else 0


def _fill(form: Any, name: str, value: str) -> None:
    form[name].data = value
    form[name].raw_data = [value]


@blueprint.get(f"{MEETING}/relatoria")
@requires(READ, agenda="code")
def report(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Show the relatoría, and to who may write it the form."""
    found = meetings.meeting_of(web.session, g.agenda, meeting)
    kept = queries.report_of(web.session, found)
    form = ReportForm(formdata=None, text=kept.text if kept else "", revision=str(kept.revision if kept else 0))
    return _report_page(found, form)


@blueprint.post(f"{MEETING}/relatoria")
@requires(EDIT, agenda="code")
def write_report(code: str, meeting: str) -> Any:
    """Save the relatoría. Who saves second sees both texts, compared word by word."""
    found, form = meetings.meeting_of(web.session, g.agenda, meeting), ReportForm()
    try:
        service.write_report(
            web.session, now=g.now, meeting=found, text=form.text.data or "", revision=_revision(form), person_id=web.person_id()
        )
    except Stale as error:
        form.form_errors = [told(error)]
        _fill(form, "revision", str(error.theirs.revision if error.theirs else 0))
        return _report_page(found, form, theirs=error.theirs, status=error.status)
    except (Invalid, Conflict) as error:
        _refused(form, error)
        return _report_page(found, form, status=error.status)
    web.commit()
    flash(gettext("Se guardó la relatoría."), "ok")
    return web.back_to("groups.report", code=code, meeting=meeting)


def _report_page(found: Meeting, form: ReportForm, *, theirs: Report | None = None, status: int = 200) -> Any:
    kept = queries.report_of(web.session, found)
    page = render_template(
        "groups/records/report.html",
        agenda=g.agenda,
        meeting=found,
        kept=kept,
        shown=render_markdown(kept.text) if kept else None,
        form=form,
        may=web.allowed(EDIT, agenda_id=g.agenda.id),
        theirs=theirs,
        pieces=compared(theirs.text, form.text.data or "") if theirs else (),
    )
    return page, status


def _refused(form: Any, error: Invalid | Conflict) -> None:
    if isinstance(error, Invalid):
        form_errors.show(error, form)
    else:
        form.form_errors = [told(error)]


@blueprint.get(f"{MEETING}/relatoria/versiones")
@requires(READ, agenda="code")
def wordings(code: str, meeting: str) -> str:  # noqa: ARG001 - the guard loads the agenda
    """List every wording of the relatoría; with ?v= show what it changed."""
    found = meetings.meeting_of(web.session, g.agenda, meeting)
    kept = queries.report_of(web.session, found)
    rows = queries.wordings(web.session, kept) if kept else []
    asked = web.asked_number("v")
    chosen = next((one for one in rows if one.revision == asked), None)
    before = next((one for one in rows if chosen and one.revision < chosen.revision), None)
    return render_template(
        "groups/records/wordings.html",
        agenda=g.agenda,
        meeting=found,
        wordings=rows,
        chosen=chosen,
        pieces=compared(before.text if before else "", chosen.text) if chosen else (),
    )


@blueprint.get(f"{MEETING}/acuerdos")
@requires(READ, agenda="code")
def meeting_agreements(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Show what the meeting agreed on and what came back to it."""
    found = meetings.meeting_of(web.session, g.agenda, meeting)
    form = AgreementForm(formdata=None)
    _offer(form, _people(found))
    return _agreements_page(found, form)


@blueprint.post(f"{MEETING}/acuerdos")
@requires(EDIT, agenda="code")
def add_agreement(code: str, meeting: str) -> Any:
    """Note an agreement more."""
    found, form = meetings.meeting_of(web.session, g.agenda, meeting), AgreementForm()
    people = _people(found)
    _offer(form, people)
    if not form.validate():
        return _agreements_page(found, form, 422)
    try:
        made = service.add_agreement(
            web.session,
            now=g.now,
            meeting=found,
            text=form.text.data or "",
            person=_person(form, people),
            body=form.body.data or "",
            due_on=form.due_on.data,
            person_id=web.person_id(),
        )
    except (Invalid, Conflict) as error:
        _refused(form, error)
        return _agreements_page(found, form, error.status)
    web.commit()
    flash(gettext("Se anotó el acuerdo %(code)s.", code=made.code), "ok")
    return web.back_to("groups.meeting_agreements", code=code, meeting=meeting)


def _offer(form: Any, people: dict[int, str]) -> None:
    form.person.choices = options([("", gettext("Nadie en particular")), *((str(one), name) for one, name in people.items())])


def _agreements_page(found: Meeting, form: AgreementForm, status: int = 200) -> Any:
    page = render_template(
        "groups/records/meeting_agreements.html",
        agenda=g.agenda,
        meeting=found,
        agreements=queries.agreements_of(web.session, found),
        carried=queries.carried(web.session, found),
        form=form,
        may=web.allowed(EDIT, agenda_id=g.agenda.id),
        states=STATES,
        looks=LOOKS,
        today=g.now.date(),
    )
    return page, status


@blueprint.get(f"{AGENDA}/acuerdos")
@requires(READ, agenda="code")
def agreements(code: str) -> str:
    """List the agenda's agreements."""
    filters = queries.Filters.read(request.args)
    return render_template(
        "groups/records/agreements.html",
        agenda=g.agenda,
        code=code,
        page=queries.agreements(web.session, g.agenda.id, filters=filters, today=g.now.date(), number=web.page_number()),
        form=AgreementFilter(request.args),
        filters=filters,
        states=STATES,
        looks=LOOKS,
        today=g.now.date(),
    )


@blueprint.get(f"{AGENDA}/acuerdos/<agreement>")
@requires(READ, agenda="code")
def agreement(code: str, agreement: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Show one agreement, and to who may follow it up the form."""
    found = queries.agreement_of(web.session, g.agenda, agreement)
    form = ChangeForm(formdata=None, **_first(found))
    _offer(form, _people(found.meeting, found.person))
    return _agreement_page(found, form)


@blueprint.post(f"{AGENDA}/acuerdos/<agreement>")
@requires(EDIT, agenda="code")
def change_agreement(code: str, agreement: str) -> Any:
    """Change an agreement, close it or open it again."""
    found, form = queries.agreement_of(web.session, g.agenda, agreement), ChangeForm()
    people = _people(found.meeting, found.person)
    _offer(form, people)
    if not form.validate():
        return _agreement_page(found, form, status=422)
    try:
        service.change_agreement(
            web.session,
            now=g.now,
            agreement=found,
            revision=_revision(form),
            text=form.text.data or "",
            person=_person(form, people),
            body=form.body.data or "",
            due_on=form.due_on.data,
            state=form.state.data or "",
            outcome=form.outcome.data or "",
            person_id=web.person_id(),
        )
    except Stale as error:
        form.form_errors = [told(error)]
        _fill(form, "revision", str(error.theirs.revision))
        return _agreement_page(found, form, theirs=error.theirs, status=error.status)
    except Invalid as error:
        _refused(form, error)
        return _agreement_page(found, form, status=error.status)
    web.commit()
    flash(gettext("Se guardó el acuerdo %(code)s.", code=found.code), "ok")
    return web.back_to("groups.agreement", code=code, agreement=agreement)


def _agreement_page(found: Agreement, form: ChangeForm, *, theirs: Agreement | None = None, status: int = 200) -> Any:
    page = render_template(
        "groups/records/agreement.html",
        agenda=g.agenda,
        one=found,
        theirs=theirs,
        form=form,
        may=web.allowed(EDIT, agenda_id=g.agenda.id),
        states=STATES,
        looks=LOOKS,
        today=g.now.date(),
    )
    return page, status


@blueprint.get("/mis-acuerdos")
@signed_in
def my_agreements() -> str:
    """List the agreements that one answers for, in every agenda."""
    rows = queries.agreements_by(web.session, web.person_id())
    return render_template("groups/records/my_agreements.html", agreements=rows, states=STATES, looks=LOOKS, today=g.now.date())


def _first(found: Agreement) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in ("text", "body", "due_on", "state", "outcome")}
    return {**values, "person": str(found.person_id or ""), "revision": str(found.revision)}


def _people(meeting: Meeting, more: Person | None = None) -> dict[int, str]:
    """Return who may answer for an agreement: those who came, the group's members, and who does already."""
    found = {one.person_id: one.name for one in attending.present(web.session, meeting) if one.person_id and one.name}
    if meeting.group is not None:
        found |= {one.person_id: one.person.full_name for one in meetings.members(web.session, meeting.group) if one.until is None}
    if more is not None:
        found[more.id] = more.full_name
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def _person(form: Any, people: dict[int, str]) -> Person | None:
    text = str(form.person.data or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0  # noqa: PLR2004 - what a row's id can have
    return web.session.get(Person, number) if number in people else None


@dataclass(frozen=True)
class Candidate:
    """Somebody who may sign the acta: offered with the capacity and the organisation that the meeting knows of them."""

    person_id: int
    name: str
    capacity: str
    organisation: str
    chosen: bool


@blueprint.get(f"{MEETING}/acta")
@requires(EDIT, agenda="code")
def acta(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Choose who signs the acta and see how it will look; afterwards, how it stands."""
    return _acta_page(meetings.meeting_of(web.session, g.agenda, meeting), ActaForm(formdata=None))


@blueprint.post(f"{MEETING}/acta")
@requires(EDIT, agenda="code")
def issue_acta(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Issue the acta, or a corrected one in the place of the one before."""
    found, form = meetings.meeting_of(web.session, g.agenda, meeting), ActaForm()
    signers = [(one.person_id, one.capacity, one.organisation) for one in _candidates(found) if one.chosen]
    try:
        made = service.issue_acta(
            web.portal(),
            web.session,
            now=g.now,
            meeting=found,
            signers=signers,
            public=bool(form.public.data),
            person_id=web.person_id(),
        )
    except (Invalid, Conflict) as error:
        web.session.rollback()
        if isinstance(error, Invalid):
            form.form_errors = [gettext(one) for one in error.fields.values()] or [told(error)]
        else:
            form.form_errors = [told(error)]
        return _acta_page(meetings.meeting_of(web.session, g.agenda, meeting), form, error.status)
    web.commit()
    announce(web.portal(), made)
    flash(gettext("Se emitió el acta %(code)s. Avisamos por correo a quienes firman.", code=made.code), "ok")
    return web.back_to("actas.acta", code=made.code)


@blueprint.get(f"{MEETING}/acta/borrador.pdf")
@requires(EDIT, agenda="code")
def acta_draft(code: str, meeting: str) -> Response:  # noqa: ARG001 - the guard loads the agenda
    """Give the acta as it would be issued now, without code or signatures."""
    found = meetings.meeting_of(web.session, g.agenda, meeting)
    html = acta_html(
        web.portal(),
        web.session,
        found,
        report=queries.report_of(web.session, found),
        agreements=queries.agreements_of(web.session, found),
        public=request.args.get("publica") == "1",
    )
    response = Response(render_pdf(html), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="borrador-{found.code}.pdf"'
    return response


def _acta_page(found: Meeting, form: ActaForm, status: int = 200) -> Any:
    report = queries.report_of(web.session, found)
    if request.method == "GET":
        form.public.data = bool(report.acta.public) if report and report.acta else found.public
    page = render_template(
        "groups/records/acta.html",
        agenda=g.agenda,
        meeting=found,
        report=report,
        actas=actas.actas_about(web.session, [meeting_ref(found)]),
        candidates=_candidates(found),
        form=form,
        ready=found.state == HELD and report is not None and bool(report.text),
        words=acta_words,
    )
    return page, status


def _candidates(found: Meeting) -> list[Candidate]:
    """Return who may sign: who came and has a row of their own, who keeps the group, and who is asking."""
    keepers = queries.keepers(web.session, found)
    people: dict[int, tuple[str, str]] = {}
    for one in attending.present(web.session, found):
        if one.person_id and one.name:
            people[one.person_id] = (one.name, one.organisation.name if one.organisation else one.organisation_name)
    for person_id in (*keepers, web.person_id()):
        if person_id not in people:
            people[person_id] = (web.session.get_one(Person, person_id).full_name, "")
    sent = request.method == "POST"
    made = []
    for person_id, (name, organisation) in people.items():
        role = keepers.get(person_id)
        capacity = gettext(CAPACITIES[role]) if role else gettext("Asistente")
        typed = " ".join(request.form.get(f"calidad-{person_id}", "").split())[:120]
        chosen = f"firma-{person_id}" in request.form if sent else role is not None
        made.append(Candidate(person_id, name, typed or capacity, organisation, chosen))
    return sorted(made, key=lambda one: (not one.chosen, one.name.casefold()))


def paths(meeting: Meeting) -> dict[str, str]:
    """Return the addresses of a meeting's record, for the meeting's own page."""
    where: dict[str, Any] = {"code": meeting.agenda.code, "meeting": meeting.code}
    return {
        "report": url_for("groups.report", **where),
        "agreements": url_for("groups.meeting_agreements", **where),
        "acta": url_for("groups.acta", **where),
    }

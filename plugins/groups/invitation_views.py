"""The staff's pages about who is invited to a meeting, and what the organisation observed in a bilateral."""

from typing import Any

from flask import flash, g
from flask_babel import gettext, ngettext

from plugins.groups import bilaterals, clashes, convening, meetings, queries
from plugins.groups.blueprint import blueprint
from plugins.groups.forms import InviteForm, ObservationForm
from plugins.groups.meeting_views import MEETING, back, deliver, page_of, told_apart
from plugins.groups.models import Meeting
from plugins.groups.words import CONVENED, DRAFT, EDIT
from portal import form_errors, web
from portal.choices import options
from portal.errors import Conflict, Invalid
from portal.web import requires


@blueprint.post(f"{MEETING}/invitados")
@requires(EDIT, agenda="code")
def invite(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Invite one person more; of a convened meeting they get the convocatoria at once."""
    found, form = queries.meeting_of(web.session, g.agenda, meeting), InviteForm(prefix="invitar")
    form.dimension.choices = options([("", ""), *((one.name, one.label) for one in g.agenda.dimensions)])
    if form.validate():
        try:
            made = meetings.invite_person(
                web.session,
                found,
                now=g.now,
                **{name: form[name].data for name in ("full_name", "email", "organisation", "sector", "sex", "dimension")},
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            return _sent(found, [made.person_id])
    return page_of(found, 422, sent=form, invite=form)


@blueprint.post(f"{MEETING}/invitados/grupo")
@requires(EDIT, agenda="code")
def invite_group(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Invite the group's members who are not invited yet."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    if found.state not in {DRAFT, CONVENED}:
        raise Conflict
    return _sent(found, [one.person_id for one in meetings.invite_group(web.session, found, now=g.now)])


def _sent(found: Meeting, people: list[int]) -> Any:
    """Send what must be sent to new invitees, and say who of them is expected elsewhere at the same hour."""
    mails = convening.send_missing(web.portal(), web.session, found, now=g.now, person_id=web.person_id())
    elsewhere = told_apart(one for one in clashes.clashes(web.session, found) if one.person_id in people)
    web.commit()
    deliver(mails)
    for one in elsewhere:
        flash(
            gettext(
                "%(name)s está también en %(other)s a la misma hora.",
                name=one.name,
                other=gettext("otra reunión") if one.hidden else f"{one.other.agenda.code} {one.other.code} «{one.other.title}»",
            ),
            "warn",
        )
    return back(
        found,
        ngettext("Se invitó a %(num)s persona.", "Se invitó a %(num)s personas.", len(people)),
        "invitados",
        "ok" if people else "info",
    )


@blueprint.post(f"{MEETING}/invitados/<int:invitation>/retirar")
@requires(EDIT, agenda="code")
def withdraw(code: str, meeting: str, invitation: int) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Take an invitation back; who got the convocatoria gets its cancellation."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    row = queries.invitation_of(web.session, found, invitation)
    if row is None:
        return back(found, gettext("Esa persona ya no estaba invitada."), "invitados", "info")
    name = row.person.full_name
    mails = convening.withdraw(web.portal(), web.session, found, row, now=g.now, person_id=web.person_id())
    web.commit()
    deliver(mails)
    return back(queries.meeting_of(web.session, g.agenda, meeting), gettext("Se retiró la invitación de %(name)s.", name=name), "invitados")


@blueprint.post(f"{MEETING}/observaciones")
@requires(EDIT, agenda="code")
def observe(code: str, meeting: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Write down what the organisation observed in a bilateral."""
    found, form = queries.meeting_of(web.session, g.agenda, meeting), ObservationForm(prefix="observacion")
    codes = queries.item_codes(web.session, g.agenda.id)
    form.item_code.choices = options([("", ""), *((one, one) for one in codes)])
    if not form.validate():
        return page_of(found, 422, sent=form, observation=form)
    try:
        bilaterals.observe(
            web.session, found, now=g.now, person_id=web.person_id(), text=form.text.data or "", item_code=form.item_code.data
        )
    except Invalid as error:
        form_errors.show(error, form)
        return page_of(found, 422, sent=form, observation=form)
    web.commit()
    return back(found, gettext("Se anotó la observación."), "observaciones")

"""The people's pages of the staff: who holds which role, invitations, giving and ending roles."""

import flask
from flask import render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.accounts import queries, service
from portal.accounts.actor import ROLES
from portal.accounts.blueprint import blueprint
from portal.accounts.forms import InviteForm, PeopleFilter, RoleForm
from portal.accounts.models import Grant, Person
from portal.accounts.session import deliver
from portal.agendas.models import Agenda
from portal.choices import options
from portal.errors import Conflict, Invalid, NotFound
from portal.failures import told
from portal.organisations.models import Organisation
from portal.web import actor, back_to, commit, page_number, permissions, person_id, portal, requires, session, whole

EVERYWHERE = "portal"  # the form's value for a role of the whole portal


def _agendas() -> frozenset[int] | None:
    return permissions().agendas(actor(), "people.manage") if not actor().is_administrator else None


def _person(identity: int) -> Person:
    found = queries.within(session, identity, _agendas())
    if found is None:
        raise NotFound
    return found


@blueprint.get("/gestion/personas")
@requires("people.manage")
def people() -> str:
    """List the people of the agendas one coordinates; administrators see everybody."""
    form = PeopleFilter(formdata=request.args)
    form.agenda.choices = options(
        [("", gettext("Todas")), *((str(one), label) for one, label in queries.agenda_choices(session, _agendas()))]
    )
    form.role.choices = options([("", gettext("Todos")), *((name, gettext(label)) for name, label in ROLES.items())])
    chosen = form.agenda.data if form.agenda.data in {one.value for one in form.agenda.choices} else ""
    role = form.role.data if form.role.data in ROLES else ""
    page = queries.people(
        session, agendas=_agendas(), page=page_number(), q=form.q.data or "", agenda_id=int(chosen) if chosen else None, role=role
    )
    return render_template(
        "accounts/people.html", form=form, page=page, names=ROLES, kept={"q": form.q.data or "", "agenda": chosen, "role": role}
    )


def _offer(form: RoleForm) -> None:
    agendas = _agendas()
    given = [name for name in ROLES if name != "administrator" or actor().is_administrator]
    form.role.choices = options([("", gettext("Elija un rol")), *((name, gettext(ROLES[name])) for name in given)])
    everywhere = [(EVERYWHERE, gettext("Todo el portal"))] if actor().is_administrator else []
    form.agenda.choices = options(
        [
            ("", gettext("Elija una agenda")),
            *((str(one), label) for one, label in queries.agenda_choices(session, agendas)),
            *everywhere,
        ]
    )
    form.organisation.choices = options(
        [("", gettext("Ninguna")), *((str(one), label) for one, label in queries.organisation_choices(session))]
    )
    form.dimension.choices = options([("", gettext("Ninguna")), *queries.dimension_choices(session, agendas)])


def _chosen(form: RoleForm) -> tuple[str, Agenda | None, Organisation | None, str | None]:
    """Return role, agenda, organisation, dimension. Raises `Invalid`, or `Forbidden` for what is not the actor's to give."""
    if not form.validate():  # its fields already say what is wrong
        raise Invalid
    role = form.role.data or ""
    agenda_id, organisation_id = whole(form.agenda.data), whole(form.organisation.data)
    agenda = session.get(Agenda, agenda_id) if agenda_id else None
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    service.check_role(role, agenda.id if agenda else None, organisation.id if organisation else None, form.dimension.data or None)
    service.check_may_give(actor(), permissions(), role=role, agenda_id=agenda.id if agenda else None)
    return role, agenda, organisation, form.dimension.data or None


def _blame(form: RoleForm, error: Invalid) -> None:
    for name, sentence in error.fields.items():
        form[name].errors = [gettext(sentence)]
    if not form.errors:
        form.form_errors.append(told(error))


@blueprint.get("/gestion/personas/nueva")
@requires("people.manage")
def new_person() -> str:
    """Ask whom to invite, and to what."""
    form = InviteForm(formdata=None)
    _offer(form)
    return render_template("accounts/invite.html", form=form)


@blueprint.post("/gestion/personas/nueva")
@requires("people.manage")
def invite() -> Response | tuple[str, int]:
    """Add the person if need be, give the role and mail the invitation. Nobody here ever sees its link."""
    form = InviteForm()
    _offer(form)
    try:
        role, agenda, organisation, dimension = _chosen(form)
        person = service.invite(
            session,
            now=flask.g.now,
            mailer=portal().mailer,
            full_name=form.full_name.data or "",
            email=form.email.data or "",
            phone=form.phone.data,
            role=role,
            agenda=agenda,
            organisation=organisation,
            dimension=dimension,
            by_id=person_id(),
        )
    except Invalid as error:
        session.rollback()
        _blame(form, error)
        return render_template("accounts/invite.html", form=form), 422
    commit()
    deliver(person.id)
    flask.flash(gettext("La invitación está en cola de correo. Verá aquí si el servidor la acepta."), "ok")
    return back_to("accounts.person", identity=person.id)


@blueprint.get("/gestion/personas/<int:identity>")
@requires("people.manage")
def person(identity: int) -> str:
    """Show a person's roles in the agendas one coordinates, and their invitation."""
    form = RoleForm(formdata=None)
    return _person_page(_person(identity), form)


def _person_page(shown: Person, form: RoleForm) -> str:
    _offer(form)
    roles = queries.roles_of(session, [shown.id], agendas=_agendas()).get(shown.id, [])
    return render_template(
        "accounts/person.html", person=shown, roles=roles, names=ROLES, form=form, mails=queries.invitations(session, shown.id)
    )


@blueprint.post("/gestion/personas/<int:identity>/roles")
@requires("people.manage")
def give_role(identity: int) -> Response | tuple[str, int]:
    """Give a role."""
    shown, form = _person(identity), RoleForm()
    _offer(form)
    try:
        role, agenda, organisation, dimension = _chosen(form)
        service.grant(
            session,
            now=flask.g.now,
            person_id=shown.id,
            role=role,
            agenda_id=agenda.id if agenda else None,
            organisation_id=organisation.id if organisation else None,
            dimension=dimension,
            by_id=person_id(),
        )
    except Invalid as error:
        session.rollback()
        _blame(form, error)
        return _person_page(shown, form), 422
    commit()
    flask.flash(gettext("Se dio el rol."), "ok")
    return back_to("accounts.person", identity=identity)


@blueprint.post("/gestion/personas/<int:identity>/roles/<int:grant_id>/terminar")
@requires("people.manage")
def end_role(identity: int, grant_id: int) -> Response:
    """End a role."""
    held = session.get(Grant, grant_id)
    if held is None or held.person_id != identity:
        raise NotFound
    service.check_may_give(actor(), permissions(), role=held.role, agenda_id=held.agenda_id)
    try:
        service.end_grant(session, now=flask.g.now, grant_id=grant_id, by_id=person_id())
    except Conflict as error:
        session.rollback()
        flask.flash(told(error), "warn")
    else:
        commit()
        flask.flash(gettext("El rol terminó."), "ok")
    return back_to("accounts.person", identity=identity)


@blueprint.post("/gestion/personas/<int:identity>/invitacion")
@requires("people.manage")
def invite_again(identity: int) -> Response:
    """Mail the invitation again, with a new link; the older one stops working."""
    shown = _person(identity)
    roles = queries.roles_of(session, [shown.id], agendas=_agendas()).get(shown.id, [])
    if not roles:
        flask.flash(gettext("Esta persona no tiene ningún rol: dele uno antes de invitarla."), "warn")
        return back_to("accounts.person", identity=identity)
    held = session.get_one(Grant, roles[0].id)
    service.send_invitation(
        session,
        now=flask.g.now,
        mailer=portal().mailer,
        person=shown,
        role=held.role,
        agenda=session.get(Agenda, held.agenda_id) if held.agenda_id else None,
        organisation=session.get(Organisation, held.organisation_id) if held.organisation_id else None,
    )
    commit()
    deliver(shown.id)
    flask.flash(gettext("La invitación está otra vez en cola de correo, con un enlace nuevo. El anterior ya no sirve."), "ok")
    return back_to("accounts.person", identity=identity)

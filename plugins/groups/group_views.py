"""The staff's pages of groups and their members."""

from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from plugins.groups import calendars, groups, queries
from plugins.groups.blueprint import blueprint
from plugins.groups.forms import GroupForm, MemberForm
from plugins.groups.models import Group, Member
from plugins.groups.words import EDIT, GROUP_KINDS, MEMBER_ROLES, READ, SECTORS, STATE_BADGES, STATES
from portal import form_errors, web
from portal.agendas.models import Agenda
from portal.choices import options
from portal.errors import Invalid, NotFound, Stale
from portal.failures import told
from portal.organisations.models import Territory
from portal.organisations.queries import territory_label
from portal.web import requires

PLACE = "/gestion/agendas/<code>/grupos"


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def index(code: str) -> str:
    """List the agenda's groups, and lead to its meetings."""
    return render_template(
        "groups/index.html",
        agenda=g.agenda,
        rows=queries.groups(web.session, g.agenda.id),
        state=queries.state(web.session, g.agenda.id, now=g.now),
        kinds=GROUP_KINDS,
        labels={one.name: one.label for one in g.agenda.dimensions},
        manages=web.allowed(EDIT, agenda_id=g.agenda.id),
        code=code,
    )


def _form(agenda: Agenda, **values: Any) -> GroupForm:
    form = GroupForm(**values)
    form.dimension.choices = options([("", gettext("Ninguna en particular")), *((one.name, one.label) for one in agenda.dimensions)])
    inside = Territory.inei.startswith(agenda.territory_inei) if agenda.territory.level != "country" else Territory.level == "department"
    known = web.session.scalars(select(Territory).where(inside).order_by(Territory.inei))
    form.territory_inei.choices = options([("", gettext("Todo el de la agenda")), *((one.inei, territory_label(one)) for one in known)])
    return form


def _values(form: GroupForm) -> dict[str, Any]:
    return {name: form[name].data for name in ("name", "kind", "dimension", "territory_inei", "purpose")}


@blueprint.route(f"{PLACE}/nuevo", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def new_group(code: str) -> Any:
    """Form a group."""
    form = _form(g.agenda)
    if form.validate_on_submit():
        try:
            made = groups.create_group(web.session, now=g.now, agenda=g.agenda, person_id=web.person_id(), **_values(form))
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se formó el grupo %(code)s. Ahora agregue a sus integrantes.", code=made.code), "ok")
            return web.back_to("groups.group", code=code, group=made.code)
    return render_template(
        "groups/group_form.html", form=form, agenda=g.agenda, group=None, theirs=None
    ), 422 if form.is_submitted() else 200


@blueprint.route(f"{PLACE}/<group>/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def edit_group(code: str, group: str) -> Any:
    """Change a group; who saves second is shown what the first saved, and keeps what they typed."""
    found = queries.group_of(web.session, g.agenda, group)
    data = {name: getattr(found, name) or "" for name in groups.FIELDS} | {"active": found.active, "revision": str(found.revision)}
    form, theirs = _form(g.agenda, data=data), None
    if form.validate_on_submit():
        try:
            groups.edit_group(web.session, found, revision=_revision(form), values=_values(form) | {"active": form.active.data})
        except Stale as error:
            theirs = error.theirs
            seen_again(form, error, found.revision)
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se guardaron los cambios."), "ok")
            return web.back_to("groups.group", code=code, group=found.code)
    status = 409 if theirs else 422 if form.is_submitted() else 200
    return render_template("groups/group_form.html", form=form, agenda=g.agenda, group=found, theirs=theirs), status


def _revision(form: Any) -> int:
    text = str(form.revision.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(web.LARGEST)) else 0


def seen_again(form: Any, error: Stale, revision: int) -> None:
    """Say on the form that somebody else saved first; saved again, it goes over what they saved, which is shown beside it."""
    form.form_errors = [told(error)]
    form.revision.data = str(revision)
    form.revision.raw_data = [str(revision)]


@blueprint.get(f"{PLACE}/<group>")
@requires(READ, agenda="code")
def group(code: str, group: str) -> Any:  # noqa: ARG001 - the guard loads the agenda
    """Show a group: what it is for, who is in it, its meetings, its calendar."""
    return _group_page(queries.group_of(web.session, g.agenda, group), MemberForm(formdata=None))


def _group_page(found: Group, form: MemberForm) -> Any:
    manages = web.allowed(EDIT, agenda_id=g.agenda.id)
    people = queries.members(web.session, found)
    members = [one for one in people if one.until is None or one.until > g.now.date()]
    secret = calendars.feed_token(web.portal().settings, found)
    page = queries.meetings(web.session, g.agenda.id, filters=queries.Filters(group=found.code), size=20)
    return render_template(
        "groups/group.html",
        agenda=g.agenda,
        group=found,
        members=members,
        past=[one for one in people if one not in members],
        meetings=page,
        form=form,
        manages=manages,
        organisations=queries.offered_names(web.session) if manages else [],
        feed=web.portal().settings.public_url + url_for("groups.group_feed", code=g.agenda.code, group=found.code, token=secret),
        kinds=GROUP_KINDS,
        sectors=SECTORS,
        roles=MEMBER_ROLES,
        states=STATES,
        badges=STATE_BADGES,
        labels={one.name: one.label for one in g.agenda.dimensions},
        territory=territory_label(found.territory),
    ), 422 if form.errors or form.form_errors else 200


@blueprint.post(f"{PLACE}/<group>/integrantes")
@requires(EDIT, agenda="code")
def add_member(code: str, group: str) -> Any:
    """Take a person into a group."""
    found, form = queries.group_of(web.session, g.agenda, group), MemberForm()
    if form.validate():
        try:
            made = groups.add_member(
                web.session,
                found,
                now=g.now,
                **{name: form[name].data for name in ("full_name", "email", "organisation", "sector", "sex", "role")},
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se agregó a %(name)s.", name=made.person.full_name), "ok")
            return web.back_to("groups.group", code=code, group=found.code, _anchor="integrantes")
    return _group_page(found, form)


@blueprint.post(f"{PLACE}/<group>/integrantes/<int:member>/retirar")
@requires(EDIT, agenda="code")
def end_member(code: str, group: str, member: int) -> Any:
    """Let a member leave."""
    found = queries.group_of(web.session, g.agenda, group)
    row = web.session.get(Member, member)
    if row is None or row.group_id != found.id:
        raise NotFound
    groups.end_member(web.session, row, now=g.now)
    web.commit()
    flash(gettext("%(name)s ya no integra el grupo. Su participación anterior queda.", name=row.person.full_name), "ok")
    return web.back_to("groups.group", code=code, group=found.code, _anchor="integrantes")


@blueprint.post(f"{PLACE}/<group>/calendario")
@requires(EDIT, agenda="code")
def renew_feed(code: str, group: str) -> Any:
    """Give the group's calendar another secret address."""
    found = queries.group_of(web.session, g.agenda, group)
    groups.renew_feed(web.session, found)
    web.commit()
    flash(gettext("El calendario tiene una dirección nueva. La anterior dejó de servir."), "ok")
    return web.back_to("groups.group", code=code, group=found.code, _anchor="calendario")


def asked_page() -> dict[str, str]:
    """Return the address's arguments without the page's number, for links to other pages of a list."""
    return {key: value for key, value in request.args.items() if key != "pagina" and value}

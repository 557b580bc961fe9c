"""The pages of an organisation's people."""

from typing import Any

from flask import flash, g, render_template
from flask_babel import gettext

from portal import form_errors, web
from portal.errors import Invalid, NotFound
from portal.organisations import queries, service
from portal.organisations.blueprint import blueprint
from portal.organisations.forms import MemberForm
from portal.organisations.models import Membership, Organisation
from portal.web import requires


@blueprint.route("/gestion/organizaciones/<int:organisation_id>/personas/nueva", methods=["GET", "POST"])
@requires("organisation.edit")
def new_member(organisation_id: int) -> Any:
    """Add a person to an organisation."""
    found = queries.organisation_of(web.session, organisation_id)
    form = MemberForm()
    if form.validate_on_submit():
        try:
            made = service.add_member(web.session, found, now=g.now, **_values(form))
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            known = made.person.full_name != (form.full_name.data or "").strip()
            flash(
                gettext("Ese correo ya era de %(name)s: se le agregó a la organización.", name=made.person.full_name)
                if known
                else gettext("Se agregó a %(name)s.", name=made.person.full_name),
                "ok",
            )
            return web.back_to("organisations.organisation", organisation_id=found.id)
    return _form(form, found, None)


@blueprint.route("/gestion/organizaciones/<int:organisation_id>/personas/<int:membership_id>", methods=["GET", "POST"])
@requires("organisation.edit")
def edit_member(organisation_id: int, membership_id: int) -> Any:
    """Change a person's data, capacity or dates."""
    found = queries.organisation_of(web.session, organisation_id)
    membership = next((one for one in found.memberships if one.id == membership_id), None)
    if membership is None:
        raise NotFound
    person = membership.person
    form = MemberForm(obj=membership, data={"full_name": person.full_name, "email": person.email, "phone": person.phone, "dni": person.dni})
    if form.validate_on_submit():
        try:
            service.edit_member(web.session, membership, now=g.now, **_values(form))
        except Invalid as error:
            web.session.rollback()
            found = queries.organisation_of(web.session, organisation_id)
            membership = next(one for one in found.memberships if one.id == membership_id)
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se guardaron los cambios."), "ok")
            return web.back_to("organisations.organisation", organisation_id=found.id)
    return _form(form, found, membership)


def _values(form: MemberForm) -> dict[str, Any]:
    return {name: form[name].data for name in ("full_name", "capacity", "email", "phone", "dni", "since", "until")}


def _form(form: MemberForm, found: Organisation, membership: Membership | None) -> tuple[str, int]:
    locked = membership is not None and service.uses_account(web.session, membership.person)
    return render_template(
        "organisations/member.html", form=form, organisation=found, membership=membership, locked=locked
    ), 422 if form.is_submitted() else 200

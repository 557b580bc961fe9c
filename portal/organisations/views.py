"""The pages of organisations: list, one organisation, its form and its logo."""

from typing import Any

from flask import Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext

from portal import form_errors, web
from portal.errors import Invalid, NotFound, Stale
from portal.failures import told
from portal.organisations import import_views, logos, member_views, queries, service  # noqa: F401 - their pages join the blueprint
from portal.organisations.blueprint import blueprint
from portal.organisations.forms import OrganisationForm, SearchForm
from portal.organisations.models import CAPACITIES, KINDS, Organisation
from portal.web import public, requires

__all__ = ["blueprint"]


@blueprint.get("/gestion/organizaciones")
@requires("organisation.read")
def index() -> str:
    """List the organisations in alphabetical order; the filters are in the address."""
    form = SearchForm(request.args)
    territory, bad = None, ""
    known = queries.territories(web.session)
    try:
        territory = queries.find_territory(known, form.territorio.data or "")
    except Invalid as error:
        bad = told(error)
        form.territorio.errors = [bad]
    page = queries.organisations_page(
        web.session,
        number=web.page_number(),
        q=form.q.data or "",
        kind=form.tipo.data if form.tipo.data in KINDS else "",
        territory=territory.inei if territory else "",
    )
    chosen = {key: value for key, value in request.args.items() if value and key != "pagina"}
    return render_template(
        "organisations/index.html", page=page, form=form, kinds=KINDS, chosen=chosen, territories=known, label=queries.territory_label
    )


@blueprint.get("/gestion/organizaciones/<int:organisation_id>")
@requires("organisation.read")
def organisation(organisation_id: int) -> str:
    """Show one organisation with its people."""
    found = queries.organisation_of(web.session, organisation_id)
    present = queries.standing(found.memberships, g.now.date())
    members = sorted(
        found.memberships,
        key=lambda one: (list(CAPACITIES).index(one.capacity) if one.capacity in CAPACITIES else 99, one.person.full_name),
    )
    return render_template(
        "organisations/organisation.html",
        organisation=found,
        present=[one for one in members if one in present],
        past=[one for one in members if one not in present],
        kinds=KINDS,
        capacities=CAPACITIES,
        label=queries.territory_label,
    )


@blueprint.route("/gestion/organizaciones/nueva", methods=["GET", "POST"])
@requires("organisation.edit")
def new() -> Any:
    """Add an organisation."""
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            logo = _logo(form)
            made = service.create_organisation(web.session, now=g.now, **_values(form))
            if logo:
                service.set_logo(web.session, made, _stored(logo))
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se agregó la organización. Ahora agregue a sus personas."), "ok")
            return web.back_to("organisations.organisation", organisation_id=made.id)
    return _form(form, None)


@blueprint.route("/gestion/organizaciones/<int:organisation_id>/editar", methods=["GET", "POST"])
@requires("organisation.edit")
def edit(organisation_id: int) -> Any:
    """Change an organisation; who saves second is shown what the first saved, and keeps what they typed."""
    found = queries.organisation_of(web.session, organisation_id)
    form = OrganisationForm(
        data={
            "name": found.name,
            "short_name": found.short_name,
            "kind": found.kind,
            "jne_code": found.jne_code,
            "active": found.active,
            "territory": queries.territory_label(found.territory),
            "revision": str(found.revision),
        }
    )
    theirs: Organisation | None = None
    if form.validate_on_submit():
        try:
            logo = _logo(form)
            service.edit_organisation(web.session, found, revision=web.whole(form.revision.data) or 0, **_values(form))
            if logo or form.remove_logo.data:
                service.set_logo(web.session, found, _stored(logo) if logo else None)
        except Stale as error:
            theirs = error.theirs
            form.form_errors = [told(error)]
            form.revision.data = str(found.revision)
            form.revision.raw_data = [str(found.revision)]
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se guardaron los cambios."), "ok")
            return web.back_to("organisations.organisation", organisation_id=found.id)
    return _form(form, found, theirs)


@blueprint.get("/organizaciones/<int:organisation_id>/logo")
@public
def logo(organisation_id: int) -> Response:
    """Give an organisation's logo, at an address that stays; browsers ask again only when it changed."""
    found = web.session.get(Organisation, organisation_id)
    if found is None or found.logo_sha256 is None:
        raise NotFound
    response = make_response(b"")
    response.set_etag(found.logo_sha256)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Content-Type"] = logos.MEDIA_TYPE
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.if_none_match.contains(found.logo_sha256):
        response.status_code = 304
        return response
    response.data = web.portal().store.get(found.logo_sha256)
    return response


def _values(form: OrganisationForm) -> dict[str, Any]:
    territory = queries.find_territory(queries.territories(web.session), form.territory.data or "")
    return {
        "name": form.name.data,
        "short_name": form.short_name.data,
        "kind": form.kind.data,
        "jne_code": form.jne_code.data,
        "territory_inei": territory.inei if territory else None,
        "active": bool(form.active.data),
    }


def _logo(form: OrganisationForm) -> bytes | None:
    """Return the picture sent, made safe, or None; refused before anything is written."""
    return logos.cleaned(form.logo.data.read()) if form.logo.data else None


def _stored(picture: bytes) -> str:
    return web.portal().store.put(web.session, picture, logos.MEDIA_TYPE, now=g.now)


def _form(form: OrganisationForm, found: Organisation | None, theirs: Organisation | None = None) -> tuple[str, int]:
    status = 409 if theirs else 422 if form.is_submitted() else 200
    back = url_for("organisations.organisation", organisation_id=found.id) if found else url_for("organisations.index")
    return render_template(
        "organisations/edit.html",
        form=form,
        organisation=found,
        theirs=theirs,
        back=back,
        kinds=KINDS,
        territories=queries.territories(web.session),
        label=queries.territory_label,
    ), status

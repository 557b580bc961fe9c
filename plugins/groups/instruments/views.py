"""The library's pages: for staff, the instruments with who was given which; for everybody, those that are public."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, g, render_template, request
from flask_babel import gettext

from plugins.groups.instruments import queries, service
from plugins.groups.instruments.forms import HandingForm, InstrumentForm, SearchForm, VersionForm
from plugins.groups.instruments.models import Instrument, InstrumentVersion
from plugins.groups.instruments.words import KINDS, WAYS
from plugins.groups.words import EDIT, READ
from portal import form_errors, web
from portal.agendas.queries import agenda as agenda_of
from portal.choices import options
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.failures import told
from portal.web import public, requires

blueprint = Blueprint("library", __name__)
SHELF = "/gestion/agendas/<code>/instrumentos"
ONE = f"{SHELF}/<instrument>"


def _today() -> Any:
    return g.now.astimezone(ZoneInfo(web.portal().settings.timezone)).date()


@blueprint.get(SHELF)
@requires(READ, agenda="code")
def index(code: str) -> str:
    """List the agenda's instruments."""
    form = SearchForm(request.args)
    kind = form.clase.data if form.clase.data in KINDS else ""
    return render_template(
        "groups/instruments/index.html",
        agenda=g.agenda,
        code=code,
        page=queries.shelf(web.session, g.agenda.id, number=web.page_number(), q=form.q.data or "", kind=kind),
        form=form,
        kinds=KINDS,
        chosen={key: value for key, value in request.args.items() if value and key != "pagina"},
        manages=web.allowed(EDIT, agenda_id=g.agenda.id),
    )


@blueprint.get(f"{SHELF}/entregas")
@requires(READ, agenda="code")
def handed(code: str) -> str:
    """List who was given what and when, of the whole library."""
    form = SearchForm(request.args)
    page = queries.all_handings(web.session, g.agenda.id, q=form.q.data or "", number=web.page_number())
    chosen = {"q": form.q.data} if form.q.data else {}
    return render_template("groups/instruments/handed.html", agenda=g.agenda, code=code, page=page, form=form, ways=WAYS, chosen=chosen)


def _values(form: InstrumentForm) -> dict[str, Any]:
    return {key: form[key].data for key in service.FIELDS}


@blueprint.route(f"{SHELF}/nuevo", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def new(code: str) -> Any:
    """Take an instrument in."""
    form = InstrumentForm()
    if request.method == "POST":
        try:
            made = service.create_instrument(web.session, now=g.now, agenda=g.agenda, by=web.person_id(), **_values(form))
            web.commit()
        except (Invalid, Conflict) as error:
            return _refused(form, error, None)
        flash(gettext("Se agregó %(code)s. Ahora suba su primera versión.", code=made.code), "ok")
        return web.back_to("library.instrument", code=code, instrument=made.code)
    return render_template("groups/instruments/form.html", agenda=g.agenda, code=code, form=form, instrument=None, theirs=None)


def _refused(form: InstrumentForm, error: Invalid | Conflict, found: Instrument | None) -> Any:
    web.session.rollback()
    theirs = None
    if isinstance(error, Invalid):
        form_errors.show(error, form)
    else:
        form.form_errors = [*form.form_errors, told(error)]
    if isinstance(error, Stale) and found is not None:
        theirs = found
        form.revision.data, form.revision.raw_data = str(found.revision), None
    return render_template(
        "groups/instruments/form.html", agenda=g.agenda, code=g.agenda.code, form=form, instrument=found, theirs=theirs, kinds=KINDS
    ), error.status


@blueprint.route(f"{ONE}/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def edit(code: str, instrument: str) -> Any:
    """Change an instrument; who saves second is shown what the first saved, and keeps what they typed."""
    found = queries.instrument(web.session, g.agenda, instrument)
    form = InstrumentForm(data={**{key: getattr(found, key) for key in service.FIELDS}, "revision": str(found.revision)})
    if request.method == "POST":
        typed = form.revision.data or ""
        try:
            revision = int(typed) if typed.isdecimal() and len(typed) < 10 else 0  # noqa: PLR2004 - what a database holds
            service.edit_instrument(web.session, found, revision=revision, values=_values(form))
            web.commit()
        except (Invalid, Conflict) as error:
            return _refused(form, error, found)
        flash(gettext("Se guardó %(code)s.", code=found.code), "ok")
        return web.back_to("library.instrument", code=code, instrument=instrument)
    return render_template("groups/instruments/form.html", agenda=g.agenda, code=code, form=form, instrument=found, theirs=None)


@blueprint.get(ONE)
@requires(READ, agenda="code")
def instrument(code: str, instrument: str) -> Any:
    """Show an instrument: its versions, and who was given which."""
    return _page(queries.instrument(web.session, g.agenda, instrument), code)


def _page(
    found: Instrument, code: str, status: int = 200, *, version: VersionForm | None = None, handing: HandingForm | None = None
) -> Any:
    versions = queries.versions(web.session, found)
    manages = web.allowed(EDIT, agenda_id=found.agenda_id)
    form, offered = handing or HandingForm(formdata=None, given_on=_today(), to=None), []
    if manages:
        form.version.choices = options([(str(one.number), one.label) for one in versions])
        form.group.choices = options([("", gettext("Elija un grupo")), *queries.group_choices(web.session, found.agenda_id)])
        met = queries.meeting_choices(web.session, found.agenda_id, until=_today())
        form.meeting.choices = options([("", gettext("Elija una reunión")), *met])
        offered = queries.names_offered(web.session, found.agenda_id)
    return render_template(
        "groups/instruments/instrument.html",
        agenda=g.agenda,
        code=code,
        instrument=found,
        versions=versions,
        page=queries.handings(web.session, found, number=web.page_number()),
        version_form=version or VersionForm(formdata=None),
        handing_form=form,
        offered=offered,
        kinds=KINDS,
        ways=WAYS,
        manages=manages,
    ), status


@blueprint.post(f"{ONE}/versiones")
@requires(EDIT, agenda="code")
def add_version(code: str, instrument: str) -> Any:
    """Give the instrument a version."""
    found, form, sent = queries.instrument(web.session, g.agenda, instrument), VersionForm(), request.files.get("file")
    given = service.Given(sent.filename, sent.read(service.MOST_BYTES + 1)) if sent and sent.filename else None
    try:
        made = service.add_version(
            web.session,
            web.portal().store,
            found,
            now=g.now,
            label=form.label.data or "",
            link=form.link.data or "",
            given=given,
            by=web.person_id(),
        )
        web.commit()
    except (Invalid, Conflict) as error:
        return _again(code, instrument, form, error, version=form)
    flash(gettext("Se guardó la versión «%(label)s».", label=made.label), "ok")
    return web.back_to("library.instrument", code=code, instrument=instrument)


def _again(code: str, instrument: str, form: Any, error: Invalid | Conflict, **forms: Any) -> Any:
    web.session.rollback()
    if isinstance(error, Invalid):
        form_errors.show(error, form)
    else:
        form.form_errors = [*form.form_errors, told(error)]
    return _page(queries.instrument(web.session, g.agenda, instrument), code, error.status, **forms)


@blueprint.post(f"{ONE}/entregas")
@requires(EDIT, agenda="code")
def hand(code: str, instrument: str) -> Any:
    """Note that somebody was given a version."""
    found, form = queries.instrument(web.session, g.agenda, instrument), HandingForm()
    try:
        service.hand(
            web.session,
            found,
            now=g.now,
            version=int(form.version.data) if (form.version.data or "").isdecimal() and len(form.version.data) < 10 else 0,  # noqa: PLR2004
            to=form.to.data or "",
            group=form.group.data or "",
            name=form.name.data or "",
            way=form.way.data or "",
            meeting=form.meeting.data or "",
            copies=form.copies.data,
            given_on=form.given_on.data,
            note=form.note.data or "",
            today=_today(),
            by=web.person_id(),
        )
        web.commit()
    except (Invalid, Conflict) as error:
        return _again(code, instrument, form, error, handing=form)
    flash(gettext("Se anotó la entrega."), "ok")
    return web.back_to("library.instrument", code=code, instrument=instrument, _anchor="entregas")


@blueprint.post(f"{ONE}/entregas/<int:handing_id>/quitar")
@requires(EDIT, agenda="code")
def withdraw(code: str, instrument: str, handing_id: int) -> Any:
    """Take out a handing that was noted by mistake."""
    found = queries.instrument(web.session, g.agenda, instrument)
    noted = queries.handing(web.session, found, handing_id)
    if noted is not None:  # pressed twice, or by two people: it is gone all the same
        service.withdraw(web.session, noted)
        web.commit()
    flash(gettext("Se quitó la entrega."), "ok")
    return web.back_to("library.instrument", code=code, instrument=instrument, _anchor="entregas")


@blueprint.get(f"{ONE}/<int:number>")
@requires(READ, agenda="code")
def file(code: str, instrument: str, number: int) -> Response:
    """Give a version's file."""
    del code
    return _file(queries.version(web.session, queries.instrument(web.session, g.agenda, instrument), number))


def _file(version: InstrumentVersion) -> Response:
    """Answer with a file to be saved, never shown: a stranger may have made it."""
    if version.file_sha256 is None:
        raise NotFound
    answer = Response(web.portal().store.get(version.file_sha256), content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=version.file_name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get("/agendas/<code>/instrumentos")
@public
def public_index(code: str) -> str:
    """List the instruments that anybody may read, with every version."""
    agenda = agenda_of(web.session, code)
    page = queries.shelf(web.session, agenda.id, number=web.page_number(), public=True)
    if not page.total:
        raise NotFound
    versions = queries.versions_of(web.session, [one.instrument.id for one in page.rows])
    return render_template("groups/instruments/public.html", agenda=agenda, code=code, page=page, versions=versions, kinds=KINDS)


@blueprint.get("/agendas/<code>/instrumentos/<instrument>/<int:number>")
@public
def public_file(code: str, instrument: str, number: int) -> Response:
    """Give the file of a version that anybody may read."""
    return _file(queries.version(web.session, queries.public_instrument(web.session, code, instrument), number))

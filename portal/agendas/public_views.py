"""What anybody can read: the agendas in force, each frozen version as page, JSON and PDF, and what changed."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal.agendas import queries
from portal.agendas.blueprint import blueprint
from portal.agendas.charts import amount, drawn
from portal.agendas.comparing import compare
from portal.agendas.context import Context, context, mentioned
from portal.agendas.models import AgendaVersion
from portal.agendas.own_fields import cells
from portal.agendas.showing import alignment, figure
from portal.documents.rendering import render_markdown
from portal.errors import Conflict, NotFound
from portal.extend.kinds import Chapter
from portal.i18n import N_
from portal.limits import csrf
from portal.web import actor, asked_number, portal, public, session

FOR_EVER = "public, max-age=31536000, immutable"
ADDRESS = "/agendas/<code>/v<int:number>"


@blueprint.get("/agendas")
@public
def index() -> str:
    """List the agendas that have a frozen version, and those without one whose road is public already."""
    ask = portal().ask
    begun = [one for one in queries.agendas_without_version(session) if ask.page_items("agenda.road", actor(), one)]
    return render_template("agendas/index.html", versions=queries.public_agendas(session), begun=begun)


@blueprint.get("/agendas/<code>")
@public
def agenda(code: str) -> str | AnyResponse:
    """Show an agenda's last frozen version; before the first, the way to what is already public of its road."""
    if code != code.upper():
        return redirect(url_for("agendas.agenda", code=code.upper()), code=301)
    try:
        shown = queries.version(session, code)
    except NotFound:
        if not portal().ask.page_items("agenda.road", actor(), queries.agenda(session, code)):
            raise
        return redirect(url_for("threads.agenda_road", code=code))
    return _page(shown)


@blueprint.get(ADDRESS)
@public
def version(code: str, number: int) -> str:
    """Show one frozen version."""
    return _page(queries.version(session, code, number))


def _page(shown: AgendaVersion) -> str:
    document = queries.version_document(portal().store, shown)
    names = [one["name"] for one in document["dimensions"]]
    territory, registry = document["territory"]["inei"], portal().registry
    places = queries.territory_names(session, mentioned(registry, names, territory))
    return render_template(
        "agendas/version.html",
        version=shown,
        document=document,
        versions=queries.versions(session, shown.agenda_id),
        markdown=render_markdown,
        figure=figure,
        alignment=alignment,
        cells=cells,
        names=places,
        panels={one["name"]: drawn(portal().ask.panels(one, document)) for one in document["dimensions"]},
        chapters={one["name"]: _chapters(one, document) for one in document["dimensions"]},
        contexts={name: _beside(context(registry, name, territory, places)) for name in names},
    )


def _beside(found: Context) -> dict[str, Any]:
    figures = [{"label": one.label, "amount": amount(figure.value, one.unit), "figure": figure} for one, figure in found.figures]
    return {"panels": drawn(found.panels), "figures": figures, "spending": found.spending} if found else {}


def _chapters(dimension: dict[str, Any], document: dict[str, Any]) -> list[Markup]:
    ask = portal().ask

    def page(chapter: Chapter) -> Markup:
        context = {**chapter.context, "agenda": document, "dimension": dimension, "medium": "html"}
        html = ask.drawn(chapter, "agenda_chapter", lambda: render_template(chapter.template, **context))
        return Markup(html)  # noqa: S704 - an autoescaped template

    return [page(one) for one in ask.agenda_chapter(dimension, document)]


@blueprint.get(f"{ADDRESS}.json")
@public
def version_json(code: str, number: int) -> AnyResponse:
    """Give, byte for byte, what was hashed."""
    shown = queries.version(session, code, number)
    return _file(queries.version_bytes(portal().store, shown), shown.sha256, "application/json", f"{code}-v{number}.json")


@blueprint.get(f"{ADDRESS}.pdf")
@public
def version_pdf(code: str, number: int) -> AnyResponse:
    """Give the version's PDF, or say that it is being made (202, with Retry-After)."""
    shown = queries.version(session, code, number)
    if shown.pdf_sha256 is None:
        waiting = Response(render_template("agendas/pdf_waiting.html", version=shown), 202)
        waiting.headers["Retry-After"] = "20"
        return waiting
    return _file(portal().store.get(shown.pdf_sha256), shown.pdf_sha256, "application/pdf", f"{code}-v{number}.pdf")


def _file(data: bytes, sha256: str, media_type: str, name: str) -> AnyResponse:
    answer = Response(data, content_type=media_type)
    answer.set_etag(sha256)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer.make_conditional(request)


@blueprint.get(f"{ADDRESS}/cambios")
@public
def changes(code: str, number: int) -> str:
    """Show what changed in a version since another, by default the one before."""
    shown = queries.version(session, code, number)
    since = asked_number("desde") or max(1, number - 1)
    before = queries.version(session, code, since)
    store = portal().store
    found = compare(queries.version_document(store, before), queries.version_document(store, shown))
    return render_template(
        "agendas/changes.html", version=shown, before=before, comparison=found, versions=queries.versions(session, shown.agenda_id)
    )


@csrf.exempt  # type: ignore[untyped-decorator]
@blueprint.route(ADDRESS, methods=["POST", "PUT", "PATCH", "DELETE"], endpoint="refused")
@blueprint.route(f"{ADDRESS}.<any(json, pdf):kind>", methods=["POST", "PUT", "PATCH", "DELETE"], endpoint="refused")
@public
def refused(code: str, number: int, kind: str = "") -> str:
    """Refuse to change a frozen version, with a sentence. Nothing happens here, so no token is asked for."""
    queries.version(session, code, number)
    raise Conflict(
        N_("La versión %(number)s está congelada y no puede cambiar. Edite el borrador y congele una versión nueva."),
        number=number,
        kind=kind,
    )

"""The public pages of the registry: who signed, the matrix of stances, one commitment, its document and the root certificate."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from plugins.commitments import opening, renewing, roll, words
from plugins.commitments import registry_queries as queries
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.digital import queries as outside
from plugins.commitments.lasting.standing import standing
from plugins.commitments.lasting.views import roots_pem
from plugins.commitments.models import Commitment, Process
from plugins.commitments.signing.codes import normalise
from plugins.commitments.states import STANCES
from portal import exporting, web
from portal.documents.rendering import plain_text, render_markdown
from portal.errors import NotFound
from portal.i18n import N_
from portal.web import public

blueprint = Blueprint("registry", __name__)
PAGE, MATRIX_PAGE = 50, 40
FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/compromisos")
@public
def index() -> str:
    """Show the organisations of a process in alphabetical order, each with its state."""
    found, process = _process()
    if process is None:
        return render_template("commitments/public/none.html")
    counts = queries.counts(web.session, process.id)
    page = queries.Page.of(web.page_number(), PAGE, sum(counts.values()))
    rows = queries.roll(web.session, process.id, page)
    return render_template(
        "commitments/public/index.html",
        processes=found,
        process=process,
        counts=counts,
        page=page,
        rows=rows,
        override=opening.override_of(web.session, process),
        renewals=renewing.renewals(web.session, process, g.now, [row[0] for row in rows]),
        words=words,
        has_page=queries.has_page,
    )


@blueprint.get("/compromisos/posiciones")
@public
def matrix() -> str:
    """Show one dimension's stances: a table on wide screens and on paper, two lists on a phone."""
    found, process = _process()
    if process is None:
        raise NotFound
    dimensions = _agenda(process)["dimensions"]
    wanted = request.args.get("dimension") or (dimensions[0]["name"] if dimensions else "")
    dimension = next((one for one in dimensions if one["name"] == wanted), None)
    if dimension is None:
        raise NotFound
    complete = queries.how_many_complete(web.session, process.id)
    page = queries.Page.of(web.page_number(), MATRIX_PAGE, complete)
    return render_template(
        "commitments/public/matrix.html",
        processes=found,
        process=process,
        dimensions=dimensions,
        dimension=dimension,
        page=page,
        stances=STANCES,
        items=[_short(item) for item in dimension["items"]],
        rows=queries.matrix(web.session, process.id, page),
        counts=queries.stance_counts(web.session, process.id),
        marks=words.MARKS,
    )


@blueprint.get("/compromisos/puntos/<item_code>")
@public
def item(item_code: str) -> str:
    """Show what each organisation says of one item."""
    found, process = _process()
    if process is None:
        raise NotFound
    places = [(dimension, one) for dimension in _agenda(process)["dimensions"] for one in dimension["items"]]
    at = next((place for place, (_, one) in enumerate(places) if one["code"] == item_code), None)
    if at is None:
        raise NotFound
    page = queries.Page.of(web.page_number(), PAGE, queries.how_many_complete(web.session, process.id))
    return render_template(
        "commitments/public/item.html",
        process=process,
        dimension=places[at][0],
        item=places[at][1],
        text=render_markdown(places[at][1]["text"]),
        page=page,
        stances=STANCES,
        rows=queries.stances_on(web.session, process.id, item_code, page),
        counts=queries.stance_counts(web.session, process.id).get(item_code, {}),
        before=places[at - 1][1]["code"] if at else None,
        after=places[at + 1][1]["code"] if at + 1 < len(places) else None,
        processes=found,
    )


@blueprint.get("/compromisos/firmantes.csv")
@public
def signatories_csv() -> AnyResponse:
    """Give the roll of signatories as CSV: never a DNI, address, telephone or IP."""
    _, process = _process()
    if process is None:
        raise NotFound
    return exporting.response(roll.of_process(web.session, process), f"firmantes-{process.code}", "csv")


@blueprint.get("/compromisos/raiz.pem")
@public
def root() -> Response:
    """Give the root certificates of the portal's signing authority, the present one first."""
    pem = roots_pem()
    return Response(pem, mimetype="application/x-pem-file", headers={"Content-Disposition": 'attachment; filename="rubrica-raiz.pem"'})


@blueprint.get("/compromisos/<code>")
@public
def commitment(code: str) -> AnyResponse | str:
    """Show one commitment: signatories, stances, state, what happened and how to check the document."""
    found = _commitment(code)
    if not queries.has_page(found):
        return redirect(url_for("verification.instrument", code=found.code), code=302)
    agenda = _agenda(found.process)
    return render_template(
        "commitments/public/commitment.html",
        commitment=found,
        process=found.process,
        public=queries.is_public(found),
        agenda=agenda,
        words=words,
        stances=STANCES,
        by_item={one.item_code: one for one in found.stances},
        events=queries.timeline(web.session, found.id),
        standing=standing(found),
        override=opening.override_of(web.session, found.process),
        renewal=renewing.renewal(web.session, found, g.now),
        renewed=renewing.renewed(web.session, found),
        issuers=outside.issuers(web.session, found),
        private_from=outside.private_from(web.session, found),
    )


@blueprint.get("/compromisos/<code>/documento.pdf")
@public
def document(code: str) -> Response:
    """Give the signed document as it is now."""
    return _pdf(_commitment(code), None)


@blueprint.get("/compromisos/<code>/revision-<int:number>.pdf")
@public
def revision(code: str, number: int) -> Response:
    """Give an earlier revision of the document."""
    return _pdf(_commitment(code), number)


@blueprint.get("/compromisos/<code>/constancia.pdf")
@public
def constancia(code: str) -> Response:
    """Give the constancia: who signed, when and how, sealed by the portal."""
    found = _commitment(code)
    if not queries.is_public(found) or found.constancia_sha256 is None:
        raise NotFound
    response = Response(web.portal().store.get(found.constancia_sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="constancia-{found.code}.pdf"'
    response.set_etag(found.constancia_sha256)
    return response


def _pdf(found: Commitment, number: int | None) -> Response:
    if not queries.is_public(found):
        raise NotFound
    wanted = next((one for one in reversed(found.current_revisions) if number is None or one.number == number), None)
    if wanted is None:
        raise NotFound
    private = outside.private_from(web.session, found)
    if private is not None and wanted.number >= private:
        raise NotFound(N_("El archivo no se publica porque lleva el número de documento de quien firmó. Descargue la constancia."))
    name = f"{found.code}.pdf" if number is None else f"{found.code}-revision-{number}.pdf"
    response = Response(web.portal().store.get(wanted.sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.set_etag(wanted.sha256)
    if number is not None:
        response.headers["Cache-Control"] = FOR_EVER
    return response


def _process() -> tuple[Any, Process | None]:
    found = queries.processes(web.session, g.now)
    return found, queries.chosen(found, request.args.get("proceso"))


def _commitment(code: str) -> Commitment:
    found = queries.commitment(web.session, normalise(code) or "")
    if found is None:
        raise NotFound(N_("No hay ningún compromiso con ese código. Revise que lo haya copiado completo."))
    return found


def _agenda(process: Process) -> dict[str, Any]:
    """Return the canonical JSON of the version that the process is about."""
    return frozen_agenda(web.portal().store, process.version).data


def _short(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": item["code"],
        "number": item["code"].partition("-")[2] or item["code"],
        "text": plain_text(item["text"]),
        "parent": item["parent"],
    }

"""Publishes the ledger's heads, and a proof for each entry, to anybody: digests only, no personal data."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for

from portal import web
from portal.documents.canonical import canonical
from portal.errors import NotFound
from portal.i18n import N_
from portal.ledger import heads
from portal.ledger.models import LedgerCheckpoint, LedgerEntry
from portal.limits import limiter
from portal.web import public

blueprint = Blueprint("ledger", __name__)
SHOWN, LISTED = 30, 1000
FOR_EVER = "public, max-age=31536000, immutable"
OPEN_SUBJECTS = ("agenda:",)  # facts about published agendas; others go with the document that they are about


@blueprint.get("/transparencia")
@public
def index() -> str:
    """Explain the ledger and list the last heads."""
    found = heads.heads(web.session, limit=SHOWN)
    return render_template("ledger/index.html", heads=found, latest=found[0] if found else None)


@blueprint.get("/transparencia/cabeza.json")
@public
def head() -> Response:
    """Give the last head, byte by byte as its timestamp covers it."""
    found = heads.latest(web.session)
    if found is None:
        raise NotFound(N_("Todavía no se publicó ninguna cabeza del registro."))
    return _json(heads.head_bytes(found))


@blueprint.get("/transparencia/cabezas.json")
@public
def history() -> Response:
    """Give the heads, the latest first: {"heads": [...], "next": address or null}."""
    below = web.asked_number("antes")
    found = heads.heads(web.session, below=below, limit=LISTED)
    more = url_for("ledger.history", antes=found[-1].size) if len(found) == LISTED else None
    return _json(canonical({"heads": [{**heads.head_data(one), "timestamp": _token_address(one)} for one in found], "next": more}))


@blueprint.get("/transparencia/cabezas/<int:size>.json")
@public
def head_at(size: int) -> Response:
    """Give an earlier head."""
    return _json(heads.head_bytes(heads.head_at(web.session, size)), for_ever=True)


@blueprint.get("/transparencia/cabezas/<int:size>.tsr")
@public
def token(size: int) -> Response:
    """Give the timestamp token (RFC 3161, DER) over a head's bytes."""
    found = heads.head_at(web.session, size)
    if found.token_sha256 is None:
        raise NotFound(N_("Esta cabeza no tiene sello de tiempo."))
    response = Response(web.portal().store.get(found.token_sha256), mimetype="application/timestamp-reply")
    response.headers["Content-Disposition"] = f'attachment; filename="cabeza-{size}.tsr"'
    return response


@blueprint.get("/transparencia/prueba/<int:seq>.json")
@public
@limiter.limit("120 per minute")
def proof(seq: int) -> Response:
    """Give the proof that an entry is under a head (?cabeza=size, by default the first one that has it)."""
    wanted = web.asked_number("cabeza")
    found = heads.head_at(web.session, wanted) if wanted is not None else heads.covering(web.session, seq)
    entry = web.session.get(LedgerEntry, seq)
    shown = entry is not None and entry.subject.startswith(OPEN_SUBJECTS)
    return _json(canonical(heads.proof(web.session, found, seq, with_entry=shown)))


@blueprint.get("/transparencia/consistencia/<int:first>/<int:second>.json")
@public
@limiter.limit("120 per minute")
def consistency(first: int, second: int) -> Response:
    """Give the proof that a head continues an earlier one."""
    return _json(canonical(heads.consistency(web.session, first, second)), for_ever=True)


def _token_address(one: LedgerCheckpoint) -> str | None:
    return url_for("ledger.token", size=one.size) if one.token_sha256 else None


def _json(data: bytes, *, for_ever: bool = False) -> Response:
    """Any page may read these: they are for programs of people who do not trust this one."""
    headers: dict[str, Any] = {"Access-Control-Allow-Origin": "*"}
    if for_ever:
        headers["Cache-Control"] = FOR_EVER
    return Response(data, mimetype="application/json", headers=headers)

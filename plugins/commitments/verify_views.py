"""Verification without signing in: by code or QR, by the file itself, or by its SHA-256."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from plugins.commitments import registry_queries as queries
from plugins.commitments import words
from plugins.commitments.digital import queries as outside
from plugins.commitments.signing.codes import normalise
from plugins.commitments.signing_pages import printed_deadline
from plugins.commitments.states import OPEN
from plugins.commitments.telling import Telling, tell
from plugins.commitments.verification import Verified, verify_bytes, verify_digest
from plugins.commitments.verify_forms import CodeForm, FileForm
from portal import db, web
from portal.errors import Invalid, TooLarge, Unavailable
from portal.i18n import N_
from portal.limits import csrf, limiter
from portal.web import public

blueprint = Blueprint("verification", __name__)
BUSY = N_("Hay muchas verificaciones en este momento. Espere un minuto y vuelva a intentarlo.")
_places = threading.BoundedSemaphore(2)  # each judgement may take a processor and a gigabyte for a few seconds
_waiting = threading.BoundedSemaphore(4)  # at work or waiting for it; the other threads go on serving pages
_WHOLE, _PATIENCE = 9.5, 4.0  # seconds: until the answer; of them, at most, waiting for a place
_DIGEST = re.compile(r"[0-9a-f]{64}")
ACTA = re.compile(r"[A-Z0-9-]{2,20}-ACTA-[0-9]{3,6}")


@blueprint.get("/verificar")
@public
@limiter.limit("60 per minute")
def start() -> AnyResponse | str | tuple[str, int]:
    """Ask for a code, a SHA-256 or a file; with ?codigo= go where it leads."""
    wanted = request.args.get("codigo", "").strip()
    form = CodeForm(request.args)
    if not wanted:
        if "codigo" in request.args:
            form.codigo.errors = [gettext("Escriba el código o la huella.")]
        return render_template("commitments/public/verify.html", form=form, file_form=FileForm())
    code = normalise(wanted)
    if code is not None:
        return redirect(url_for("verification.instrument", code=code), code=302)
    if ACTA.fullmatch(wanted.upper()):
        return redirect(url_for("actas.acta", code=wanted.upper()), code=302)
    digest = re.sub(r"[\s:]", "", wanted).lower()
    if _DIGEST.fullmatch(digest):
        with _place() as seconds:
            verified = verify_digest(web.portal(), web.session, digest, now=g.now, wall=seconds)
        return _page(verified, tell(verified))
    form.codigo.errors = [
        gettext("Ese código no está completo o tiene una letra cambiada. Tiene la forma RUB-7K3MQ-9TD2V y está al pie de cada página.")
    ]
    return render_template("commitments/public/verify.html", form=form, file_form=FileForm()), 422


@blueprint.post("/verificar")
@public
@csrf.exempt  # type: ignore[untyped-decorator]  # changes nothing, and programs send files here
@limiter.limit("20 per minute")
def check() -> AnyResponse | str | tuple[str, int]:
    """Judge an uploaded file; it is read in a process of its own and never kept."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return _answer()
    db.writing.set(False)  # though a POST, it only reads: nobody's writing waits for it
    form = FileForm()
    data = _uploaded(form)
    fault = _fault(data)
    if fault:
        form.archivo.errors = [fault]
        return render_template("commitments/public/verify.html", form=CodeForm(), file_form=form), 422
    verified = _judged(data)
    return _page(verified, tell(verified))


@blueprint.post("/verificar.json")
@public
@csrf.exempt  # type: ignore[untyped-decorator]  # as above
@limiter.limit("20 per minute")
def answer() -> AnyResponse:
    """Judge a file for a program: a form's part called `archivo`, or the body itself. Any page may ask."""
    g.for_programs = True
    return _answer()


@blueprint.get("/verificar/<digest>.json")
@public
@limiter.limit("60 per minute")
def answer_digest(digest: str) -> AnyResponse:
    """Tell a program about the file that has this SHA-256."""
    g.for_programs = True
    if not _DIGEST.fullmatch(digest.lower()):
        raise Invalid(N_("Una huella SHA-256 tiene 64 cifras hexadecimales."))
    with _place() as seconds:
        verified = verify_digest(web.portal(), web.session, digest.lower(), now=g.now, wall=seconds)
    return _told(verified)


def _answer() -> AnyResponse:
    db.writing.set(False)  # as above
    is_form = request.mimetype == "multipart/form-data"
    data = _uploaded(FileForm()) if is_form else request.get_data(cache=False)
    if not data:
        raise Invalid(N_("Elija el archivo PDF que quiere verificar."))
    _refuse_if_large(data)
    return _told(_judged(data))


def _told(verified: Verified) -> AnyResponse:
    response = jsonify(verified.as_dict())
    response.headers["Access-Control-Allow-Origin"] = "*"  # it says nothing that the file's holder may not know
    return response


def _uploaded(form: FileForm) -> bytes:
    data: bytes = form.archivo.data.read() if form.archivo.data else b""
    _refuse_if_large(data)
    return data


def _refuse_if_large(data: bytes) -> None:
    megabytes = web.portal().settings.upload_megabytes
    if len(data) > megabytes * 1024 * 1024:
        raise TooLarge(megabytes=megabytes)


def _judged(data: bytes) -> Verified:
    with _place() as seconds:
        return verify_bytes(web.portal(), web.session, data, now=g.now, wall=seconds)


def _fault(data: bytes) -> str | None:
    if not data:
        return str(gettext("Elija el archivo PDF que quiere verificar."))
    if b"%PDF-" not in data[:1024]:
        megabytes = web.portal().settings.upload_megabytes
        return str(gettext("El archivo debe ser un PDF de menos de %(megabytes)s MB.", megabytes=megabytes))
    return None


def _page(verified: Verified, telling: Telling) -> str:
    about = verified.commitment
    return render_template(
        "commitments/public/verdict.html",
        verified=verified,
        telling=telling,
        commitment=about,
        has_page=queries.has_page,
        now=g.now,
        signed={slot.field: slot for slot in about.slots} if about else {},
        words=words,
        issuers=outside.issuers(web.session, about) if about else {},
    )


@contextmanager
def _place() -> Iterator[float]:
    """Wait for a place to judge a file; yield the seconds that are left until the answer is due."""
    if not _waiting.acquire(blocking=False):
        raise Unavailable(BUSY)
    try:
        begun = time.monotonic()
        if not _places.acquire(timeout=_PATIENCE):
            raise Unavailable(BUSY)
        try:
            yield _WHOLE - (time.monotonic() - begun)
        finally:
            _places.release()
    finally:
        _waiting.release()


@blueprint.get("/v/<code>")
@public
@limiter.limit("60 per minute")
def instrument(code: str) -> AnyResponse | str | tuple[str, int]:
    """Tell whoever holds a printed document what it must say."""
    canonical = normalise(code)
    if canonical is not None and canonical != code:
        return redirect(url_for("verification.instrument", code=canonical), code=302)
    found = queries.commitment(web.session, canonical or "")
    if found is None or not found.current_revisions or found.state == OPEN:
        return render_template(
            "commitments/public/unknown_code.html", code=code[:40], form=CodeForm(), well_formed=canonical is not None
        ), 404
    return render_template(
        "commitments/public/instrument.html",
        commitment=found,
        process=found.process,
        words=words,
        issuers=outside.issuers(web.session, found),
        printed_deadline=printed_deadline(web.portal(), found),
        file_form=FileForm(),
        has_page=queries.has_page(found),
        discarded=_printed_edition() not in {None, found.edition},
    )


def _printed_edition() -> int | None:
    """Return the edition that the QR of a sheet to sign by hand says (`paper.marks`)."""
    given = request.args.get("e", "")
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given) else None

"""Shows every error as a page with one clear sentence and the request's id; never a trace."""

import logging

from flask import Flask, g, jsonify, render_template, request
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.errors import Forbidden, NotFound, PortalError, TooLarge, TooMany, Unavailable
from portal.i18n import N_
from portal.log import request_id
from portal.web import portal

log = logging.getLogger(__name__)

SENTENCES = {
    400: N_("La solicitud llegó incompleta. Vuelva a la página anterior e inténtelo de nuevo."),
    404: NotFound.default,
    405: N_("Esta dirección no acepta esa acción. Vuelva a la página anterior."),
    403: Forbidden.default,
    413: TooLarge.default,
    429: TooMany.default,
}


def told(error: PortalError) -> str:
    """Return an error's sentence in the reader's language."""
    sentence: str = gettext(error.sentence)
    return sentence % error.params if error.params else sentence


def init_app(app: Flask) -> None:
    """Install the handlers."""

    @app.errorhandler(PortalError)
    def known(error: PortalError) -> Response:
        if error.status >= 500:  # noqa: PLR2004 - our fault, not the person's
            log.error("%s: %s", error.code, error.text, exc_info=error)
        return page(error.status, told(error), error.code)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        return page(
            400,
            gettext("Su sesión cambió o la página estuvo abierta mucho tiempo. Vuelva atrás, recargue la página y envíe de nuevo."),
            "csrf",
        )

    @app.errorhandler(RateLimitExceeded)
    def too_many(_error: RateLimitExceeded) -> Response:
        return page(429, gettext(TooMany.default), "too_many")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None or status < 400:  # noqa: PLR2004 - a redirect in disguise
            return error.get_response()
        if status == 413:  # noqa: PLR2004
            return page(413, gettext(TooLarge.default) % {"megabytes": portal().settings.upload_megabytes}, "too_large")
        return page(status, gettext(SENTENCES.get(status, PortalError.default)), f"http_{status}")

    @app.errorhandler(OperationalError)
    def database(error: OperationalError) -> Response:
        log.error("the database refused", exc_info=error)
        full = "disk" in str(error.orig).lower() and "full" in str(error.orig).lower()
        sentence = (
            N_("El disco del servidor está lleno: no se guardó nada. Avise a la administración y vuelva a intentarlo.")
            if full
            else Unavailable.default
        )
        return page(503, gettext(sentence), "database")

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        log.error("unexpected", exc_info=error)
        return page(500, gettext(PortalError.default), "unexpected")


def page(status: int, sentence: str, code: str) -> Response:
    """Return an error as a page, or as JSON for a program that asked for it."""
    wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    if wants_json or g.get("for_programs"):
        response = jsonify(error=code, sentence=sentence, request_id=request_id.get())
        response.status_code = status
        return response
    context = {"status": status, "sentence": sentence, "request_id": request_id.get()}
    try:
        html = render_template("errors/error.html", **context)
    except Exception:  # what failed may be what the page's frame needs: the database, the session
        log.exception("the frame of the error page cannot be drawn")
        html = portal().templates.get_template("errors/down.html").render(context)
    return Response(html, status, mimetype="text/html")

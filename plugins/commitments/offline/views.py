"""Gives the offline bundle of a commitment to anybody who may have its document."""

from flask import Blueprint, Response

from plugins.commitments import registry_queries as queries
from plugins.commitments.digital import queries as outside
from plugins.commitments.offline import making
from plugins.commitments.signing.codes import normalise
from portal import web
from portal.errors import NotFound
from portal.i18n import N_
from portal.limits import limiter
from portal.web import public

blueprint = Blueprint("offline", __name__)


@blueprint.get("/v/<code>/paquete.zip")
@public
@limiter.limit("20 per minute")
def bundle(code: str) -> Response:
    """Give the ZIP with which the commitment is checked without the portal."""
    found = queries.commitment(web.session, normalise(code) or "")
    if found is None or not queries.is_public(found):
        raise NotFound
    if outside.private_from(web.session, found) is not None:
        raise NotFound(N_("El paquete no se publica porque el documento lleva el número de quien firmó con su propio certificado."))
    response = Response(making.make(web.portal(), web.session, found), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.code}.zip"'
    response.add_etag()
    return response

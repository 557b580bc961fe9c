"""What the public may know of the signing authority: its certificate policy in plain Spanish, its roots, its revocation lists."""

from cryptography import x509
from cryptography.x509.oid import NameOID
from flask import Blueprint, Response, render_template

from plugins.commitments import keys
from plugins.commitments.lasting import lists, revoking, rotation
from portal import timestamps, web
from portal.errors import NotFound
from portal.i18n import N_
from portal.web import public

blueprint = Blueprint("certificates", __name__)
REASONS = {
    "unspecified": N_("sin razón indicada"),
    "key_compromise": N_("la llave pudo caer en otras manos"),
    "ca_compromise": N_("la llave de la autoridad pudo caer en otras manos"),
    "affiliation_changed": N_("la persona ya no tenía esa calidad"),
    "superseded": N_("lo reemplaza otro"),
    "cessation_of_operation": N_("dejó de usarse"),
    "privilege_withdrawn": N_("se retiró la facultad de firmar"),
}


@blueprint.get("/politica-de-certificados")
@public
def policy() -> str:
    """Say what a certificate of the portal is and is not, how long it lasts, who holds the keys, what was revoked."""
    from plugins.commitments.signing.authority import ACT_VALIDITY, ISSUING_VALIDITY, ROOT_VALIDITY  # noqa: PLC0415 - heavy to import

    portal = web.portal()
    found = rotation.all_generations(portal)
    roots = list({rotation.sha256_of(one.root): one.root for one in found}.items())
    return render_template(
        "commitments/lasting/policy.html",
        years={
            name: round(days.days / 365.25)
            for name, days in (("act", ACT_VALIDITY), ("issuing", ISSUING_VALIDITY), ("root", ROOT_VALIDITY))
        },
        generations=found,
        roots=roots,
        issuers=[(lists.name_of(one), one) for one in {issuer: None for each in found for issuer in (each.issuing, each.root)}],
        has_list=lambda name: lists.path(portal, name).exists(),
        revoked=[line for _, line in revoking.revoked(portal)],
        reasons=REASONS,
        name_of=_name,
        timestamps=bool(portal.settings.timestamp_urls and timestamps.trusted(portal)),
        in_token=bool(found) and found[0].places["issuing"] == "token",
    )


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


@blueprint.get("/compromisos/revocados/<name>.crl")
@public
def revocation_list(name: str) -> Response:
    """Give the revocation list of one authority, named by the SHA-256 of its certificate."""
    portal = web.portal()
    if name not in {lists.name_of(issuer) for one in rotation.all_generations(portal) for issuer in (one.issuing, one.root)}:
        raise NotFound
    file = lists.path(portal, name)
    if not file.exists():
        raise NotFound(N_("Esa autoridad todavía no publicó ninguna lista."))
    return Response(
        file.read_bytes(),
        mimetype="application/pkix-crl",
        headers={"Content-Disposition": f'attachment; filename="{name[:16]}.crl"', "Cache-Control": "no-cache"},
    )


def roots_pem() -> bytes:
    """Return all roots, the present one first. Raises `NotFound` while there is none."""
    found = keys.portal_roots(web.portal())
    if not found:
        raise NotFound(N_("Todavía no se emitió ningún documento, así que no hay certificado raíz."))
    return b"".join(found)

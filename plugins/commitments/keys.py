"""Where an installation keeps its signing authority, and the one way to open it."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portal.context import Portal
from portal.errors import Misconfigured
from portal.i18n import N_
from portal.settings import secret_file

if TYPE_CHECKING:
    from plugins.commitments.signing.authority import Authority

FOLDER = "keys"


def folder(portal: Portal) -> Path:
    """Return the folder of the authority: certificates, and keys under a passphrase."""
    return portal.settings.file(FOLDER)


def authority(portal: Portal, *, now: datetime) -> "Authority":
    """Open the authority, making it the first time. Raises `Misconfigured` with a sentence for the operator."""
    from plugins.commitments.signing.authority import create  # noqa: PLC0415 - pages that only read do without the libraries
    from plugins.commitments.signing.errors import AuthorityError  # noqa: PLC0415

    try:
        return create(folder(portal), now=now, passphrase=_passphrase(portal))
    except AuthorityError as error:
        raise Misconfigured(N_("No se pueden abrir las llaves de firma: %(reason)s."), reason=error) from error


def _passphrase(portal: Portal) -> bytes:
    """Return the passphrase: of the operator's file, or of one made beside the keys the first time."""
    chosen = portal.settings.keys_passphrase_file
    try:
        text = Path(chosen).read_text().strip() if chosen else secret_file(portal.settings.file("keys_passphrase"))
    except OSError as error:
        raise Misconfigured(N_("No se puede leer la frase de las llaves (%(path)s)."), path=error.filename) from error
    return text.encode()


def root_pem(portal: Portal) -> bytes | None:
    """Return the root certificate that verifiers are asked to trust, or None while nothing was ever issued."""
    try:
        return (folder(portal) / "root.pem").read_bytes()
    except FileNotFoundError:
        return None


def trusted_roots(portal: Portal) -> list[bytes]:
    """Return every root (PEM) that instruments on record may chain to: the portal's, earlier ones, and outside authorities'."""
    from plugins.commitments.digital import authorities  # noqa: PLC0415 - as above

    root = root_pem(portal)
    return [*([root] if root else []), *authorities.pems(portal)]


def revocation_lists(portal: Portal) -> list[bytes]:
    """Return the revocation lists (DER) of every authority that the portal ever had."""
    return [path.read_bytes() for path in sorted(folder(portal).glob("*/*.crl"))]


def seal_sha256(portal: Portal) -> str | None:
    """Return the SHA-256 of the seal's certificate (DER), or None while nothing was ever issued."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    try:
        certificate = x509.load_pem_x509_certificate((folder(portal) / "seal.pem").read_bytes())
    except FileNotFoundError:
        return None
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()

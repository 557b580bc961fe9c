"""Where an installation keeps its signing authority, and the one way to open it."""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from plugins.commitments.lasting import generations
from portal.context import Portal
from portal.errors import Misconfigured
from portal.i18n import N_
from portal.settings import secret_file

if TYPE_CHECKING:
    from plugins.commitments.signing.authority import Authority, Plan
    from plugins.commitments.signing.tokens import Token

FOLDER = "keys"


def folder(portal: Portal) -> Path:
    """Return the folder of the authority: generations of certificates, and keys under a passphrase."""
    return portal.settings.file(FOLDER)


def authority(portal: Portal, *, now: datetime) -> "Authority":
    """Open the authority that signs now, making it the first time. Raises `Misconfigured` with a sentence for the operator."""
    from plugins.commitments.signing.errors import AuthorityError  # noqa: PLC0415 - pages that only read do without the libraries

    try:
        number = generations.present(folder(portal)) or _begin(portal, now=now)
        return opened(portal, number)
    except AuthorityError as error:
        raise Misconfigured(N_("No se pueden abrir las llaves de firma: %(reason)s."), reason=error) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(N_("No se pueden abrir las llaves de firma: %(reason)s."), reason=type(error).__name__) from error


def _begin(portal: Portal, *, now: datetime) -> int:
    from plugins.commitments.signing.authority import write  # noqa: PLC0415

    secret = passphrase(portal)
    generations.begin(folder(portal), lambda draft: write(draft, now=now, passphrase=secret, plan=new_plan(portal, 1)))
    return 1


def new_plan(portal: Portal, number: int, **given: object) -> "Plan":
    """Return how a new generation is made: with keys in the token that the settings name, or in files."""
    from plugins.commitments.signing.authority import Plan  # noqa: PLC0415

    place = token(portal)
    if place is None:
        return Plan(number=number, **given)  # type: ignore[arg-type]
    return Plan(number=number, key=lambda name: place.make_key(f"{place.prefix}-{name}-{number}"), **given)  # type: ignore[arg-type]


def token(portal: Portal) -> "Token | None":
    """Return the PKCS#11 token of the settings, if any. Raises AuthorityError for an address that cannot be read."""
    from plugins.commitments.signing.tokens import Token  # noqa: PLC0415

    return Token.of(portal.settings.keys_pkcs11) if portal.settings.keys_pkcs11 else None


def opened(portal: Portal, number: int) -> "Authority":
    """Return one generation, opened. Raises AuthorityError."""
    place = generations.path(folder(portal), number)
    stamps = tuple((file.name, file.stat().st_mtime_ns) for file in sorted(place.iterdir()))
    return _opened(place, stamps, passphrase(portal), token(portal))


@lru_cache(maxsize=4)  # deriving the passphrase's key takes longer than a signature
def _opened(place: Path, _stamps: tuple[tuple[str, int], ...], secret: bytes, where: "Token | None") -> "Authority":
    from plugins.commitments.signing.authority import load  # noqa: PLC0415

    return load(place, secret, where)


def passphrase(portal: Portal) -> bytes:
    """Return the passphrase: of the operator's file, or of one made beside the keys the first time."""
    chosen = portal.settings.keys_passphrase_file
    try:
        text = Path(chosen).read_text().strip() if chosen else secret_file(portal.settings.file("keys_passphrase"))
    except OSError as error:
        raise Misconfigured(N_("No se puede leer la frase de las llaves (%(path)s)."), path=error.filename) from error
    return text.encode()


def root_pem(portal: Portal) -> bytes | None:
    """Return the root certificate of what is signed now, or None while nothing was ever issued."""
    roots = portal_roots(portal)
    return roots[0] if roots else None


def portal_roots(portal: Portal) -> list[bytes]:
    """Return the roots (PEM) that the portal's own signatures chain to, the present one first, each once."""
    from cryptography import x509  # noqa: PLC0415 - pages that only read do without the libraries
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    found: dict[bytes, None] = {}
    for number in generations.numbers(folder(portal)):
        place = generations.path(folder(portal), number)
        found[(place / "root.pem").read_bytes()] = None
        if (place / "others.pem").exists():  # the chain above an imported certificate
            last = x509.load_pem_x509_certificates((place / "others.pem").read_bytes())[-1]
            if last.subject == last.issuer:
                found[last.public_bytes(Encoding.PEM)] = None
    return list(found)


def trusted_roots(portal: Portal) -> list[bytes]:
    """Return every root (PEM) that instruments on record may chain to: the portal's, earlier ones, and outside authorities'."""
    from plugins.commitments.digital import authorities  # noqa: PLC0415 - as above

    return [*portal_roots(portal), *authorities.pems(portal)]


def revocation_lists(portal: Portal) -> list[bytes]:
    """Return the revocation lists (DER) of every authority that the portal ever had."""
    return [path.read_bytes() for path in sorted(folder(portal).glob("lists/*.crl"))]


def seal_sha256(portal: Portal) -> str | None:
    """Return the SHA-256 of the present seal's certificate (DER), or None while nothing was ever issued."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    number = generations.present(folder(portal))
    if number is None:
        return None
    certificate = x509.load_pem_x509_certificate((generations.path(folder(portal), number) / "seal.pem").read_bytes())
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()

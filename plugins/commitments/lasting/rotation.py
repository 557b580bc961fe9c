"""Changes the keys that sign from now on, without touching what was signed: a new generation beside the earlier ones.

Each generation is a fact of the ledger, written by the first command or document that comes after it: files cannot be
changed together with a database, so the files come first and the fact follows, once.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.lasting import generations, lists
from plugins.commitments.signing.errors import AuthorityError
from plugins.commitments.signing.keyfiles import SigningKey
from portal.context import Portal
from portal.errors import Conflict, Invalid, Misconfigured
from portal.i18n import N_
from portal.ledger.models import LedgerHead
from portal.ledger.queries import entries_about
from portal.ledger.service import record

if TYPE_CHECKING:
    from plugins.commitments.signing.authority import Pair

MADE = "keys.generation"


@dataclass(frozen=True)
class Generation:
    """One generation, without its keys. `places`: where each key is, "file", "token" or "away"."""

    number: int
    root: x509.Certificate
    issuing: x509.Certificate
    seal: x509.Certificate
    places: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for programs: {"number", "certificates": [{"name", "subject", "serial", "sha256", "from", "until", "key"}]}."""
        return {
            "number": self.number,
            "certificates": [
                {
                    "name": name,
                    "subject": certificate.subject.rfc4514_string(),
                    "serial": f"{certificate.serial_number:x}",
                    "sha256": sha256_of(certificate),
                    "from": certificate.not_valid_before_utc.isoformat(),
                    "until": certificate.not_valid_after_utc.isoformat(),
                    "key": self.places[name],
                }
                for name, certificate in (("root", self.root), ("issuing", self.issuing), ("seal", self.seal))
            ],
        }


def sha256_of(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate (DER), hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def all_generations(portal: Portal) -> list[Generation]:
    """Return every generation, the present one first. Opens no key."""
    folder = keys.folder(portal)
    return [_read(generations.path(folder, number), number) for number in generations.numbers(folder)]


def _read(place: Path, number: int) -> Generation:
    root, issuing, seal = (x509.load_pem_x509_certificate((place / f"{name}.pem").read_bytes()) for name in ("root", "issuing", "seal"))
    places = {
        name: "token" if (place / f"{name}.pkcs11").exists() else "file" if (place / f"{name}.key.pem").exists() else "away"
        for name in ("root", "issuing", "seal")
    }
    return Generation(number, root, issuing, seal, places)


def rotate(portal: Portal, *, now: datetime, new_root: bool = False) -> int:
    """Make new issuing and seal certificates (and a new root) and sign with them from now on; return the generation's number.

    Raises `Misconfigured`: the passphrase, the token, or the root's key, which is needed unless a new root is made.
    """
    keys.authority(portal, now=now)
    root = None if new_root else root_pair(portal)
    return _advance(portal, now=now, root=root)


def import_pkcs12(portal: Portal, data: bytes, *, password: bytes, issuing: bool, now: datetime) -> int:
    """Sign from now on with a key and certificate of a PKCS#12 file: as the portal's seal, or as the issuing authority.

    The file must hold the certificates above, up to the root. Raises `Invalid` with the reason, or `Misconfigured`.
    """
    try:
        content = pkcs12.load_pkcs12(data, password)
    except (ValueError, TypeError) as error:
        raise Invalid(N_("El archivo no es un PKCS#12, o la contraseña es otra.")) from error
    if content.cert is None or not isinstance(content.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise Invalid(N_("El archivo no trae un certificado con su llave."))
    pair: Pair = (content.cert.certificate, content.key)
    above = _above(pair[0], [one.certificate for one in content.additional_certs])
    if _is_authority(pair[0]) != issuing:
        raise Invalid(
            N_("El certificado no es de una autoridad emisora.") if issuing else N_("El certificado es de una autoridad, no de un sello.")
        )
    keys.authority(portal, now=now)
    if issuing:
        return _advance(portal, now=now, root=(above[-1], None), others=tuple(above[:-1]), issuing=pair)
    present = keys.opened(portal, generations.numbers(keys.folder(portal))[0])
    return _advance(
        portal, now=now, root=(present.root, None), others=tuple(above), issuing=(present.issuing, present.issuing_key), seal=pair
    )


def _above(certificate: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """Return the chain above a certificate, ending in its root."""
    chain: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        parent = next((one for one in others if one.subject == below.issuer and one not in chain and _issued(one, below)), None)
        if parent is None:
            raise Invalid(N_("Al archivo le faltan certificados: debe traer la cadena hasta la raíz."))
        chain.append(parent)
        below = parent
    if not chain:
        raise Invalid(N_("El certificado está firmado por sí mismo: nadie responde por él."))
    return chain


def _issued(parent: x509.Certificate, child: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except Exception:  # noqa: BLE001 - several kinds; each means no
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _advance(portal: Portal, *, now: datetime, **given: Any) -> int:
    from plugins.commitments.signing.authority import write  # noqa: PLC0415 - heavy to import

    secret = keys.passphrase(portal)
    try:
        number = generations.advance(
            keys.folder(portal), lambda draft, n: write(draft, now=now, passphrase=secret, plan=keys.new_plan(portal, n, **given))
        )
    except (AuthorityError, OSError) as error:
        raise Misconfigured(N_("No se pueden hacer las llaves nuevas: %(reason)s."), reason=error) from error
    lists.renew(portal, now=now)
    return number


def root_pair(portal: Portal) -> "Pair":
    """Return the present root with its key. Raises `Misconfigured` when the key is away."""
    root = all_generations(portal)[0].root
    return root, root_key(portal, root)


def root_key(portal: Portal, root: x509.Certificate) -> SigningKey:
    """Return the key of a root, wherever in the generations it lies. Raises `Misconfigured` when it is away or does not open."""
    from plugins.commitments.signing.authority import open_key  # noqa: PLC0415 - heavy to import

    found = [one for one in all_generations(portal) if one.root == root]
    for one in found:
        if one.places["root"] == "file":
            try:
                return open_key(generations.path(keys.folder(portal), one.number), "root", keys.passphrase(portal))
            except (AuthorityError, OSError, ValueError, TypeError) as error:
                raise Misconfigured(
                    N_("No se puede abrir la llave de la raíz (keys/%(number)s/root.key.pem)."), number=one.number
                ) from error
    raise Misconfigured(
        N_("La llave de la raíz no está aquí: devuélvala a keys/%(number)s/root.key.pem, o haga una raíz nueva."), number=found[-1].number
    )


def note_generations(portal: Portal, session: Session, *, now: datetime) -> list[int]:
    """Record in the ledger each generation that is not there yet; return their numbers. Nothing is committed."""
    noted: list[int] = []
    lacking = [one for one in reversed(all_generations(portal)) if not entries_about(session, about(one.number))]
    if lacking:  # one at a time: who waited here finds the fact written
        session.scalar(select(LedgerHead.id).where(LedgerHead.id == 1).with_for_update())
    for one in lacking:
        if entries_about(session, about(one.number)):
            continue
        data = {name: sha256_of(getattr(one, name)) for name in ("root", "issuing", "seal")}
        record(session, now=now, kind=MADE, subject=about(one.number), data={f"{name}_sha256": value for name, value in data.items()})
        noted.append(one.number)
    return noted


def about(number: int) -> str:
    """Return the ledger's subject of a generation."""
    return f"keys:{number}"


def must_exist(portal: Portal) -> list[Generation]:
    """Return every generation. Raises `Conflict` while there is none."""
    found = all_generations(portal)
    if not found:
        raise Conflict(N_("Todavía no hay llaves: «portal keys init» las hace."))
    return found

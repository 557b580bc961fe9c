"""The portal's signing authority: an offline-able root, the issuing certificate, the portal's seal, and one certificate for each act.

Validity, and why it is long. Readers such as pdfsig judge a certificate at the moment of *reading*, and a
signature without a timestamp has no other trustworthy time. The key of an act lives in memory for one signature
and is then dropped, so an expiry date protects nobody: nothing can be signed with it afterwards. A certificate
that expired after a year would only make an honest commitment look broken before its period (four years and
more) is over. Hence act 20 years, seal and issuing 30, root 40; an act's certificate never outlives its issuer.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .certificates import issue_certificate, name_of
from .errors import AuthorityError
from .key_signer import KeySigner
from .keyfiles import SigningKey, encrypted, publish_folder, read_key, write_private
from .tokens import Token, TokenKey

_YEAR: Final = dt.timedelta(days=365.25)
ROOT_VALIDITY: Final = 40 * _YEAR
ISSUING_VALIDITY: Final = 30 * _YEAR
ACT_VALIDITY: Final = 20 * _YEAR
_NAMES: Final = ("root", "issuing", "seal")
Pair = tuple[x509.Certificate, SigningKey]


@dataclass(frozen=True)
class ActSigner:
    """A certificate for one act and, in memory only, its key. Drop it after signing."""

    signer: KeySigner = field(repr=False)
    certificate_der: bytes = field(repr=False)
    serial: str
    """Serial number, lower-case hexadecimal."""
    sha256: str
    """SHA-256 of the DER certificate, lower-case hexadecimal: what the portal records for the slot."""


@dataclass(frozen=True)
class Authority:
    """Certificates and keys of the portal's signing authority, opened."""

    root: x509.Certificate
    issuing: x509.Certificate
    seal: x509.Certificate
    issuing_key: SigningKey = field(repr=False)
    seal_key: SigningKey = field(repr=False)
    others: tuple[x509.Certificate, ...] = ()
    """Certificates of somebody else's authority, above an imported one."""

    @property
    def root_pem(self) -> bytes:
        """The root certificate that verifiers are asked to trust."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Issuing certificate first, then the root; embedded in every signature."""
        return (self.issuing, self.root, *self.others)

    def seal_signer(self) -> ActSigner:
        """The portal's own signer, for certifying instruments and sealing constancias."""
        return _act_signer(self.seal, self.seal_key, self.chain)

    def issue_for_act(
        self,
        *,
        full_name: str,
        capacity: str,
        organisation: str,
        act_code: str,
        slot: str,
        now: dt.datetime,
    ) -> ActSigner:
        """A fresh P-256 key and a certificate for one signature by one person.

        Subject: CN full name, title capacity, O organisation (each cut at 64 characters, as X.520 asks),
        OU `act_code` (the instrument's code), serialNumber `slot` (the reserved field's name).
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = name_of(
            (NameOID.COUNTRY_NAME, "PE"),
            (NameOID.ORGANIZATION_NAME, organisation),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, act_code),
            (NameOID.TITLE, capacity),
            (NameOID.SERIAL_NUMBER, slot),
            (NameOID.COMMON_NAME, full_name),
        )
        until = min(now + ACT_VALIDITY, self.issuing.not_valid_after_utc)
        certificate = issue_certificate(subject, key, self.issuing, self.issuing_key, now, until, authority_depth=None)
        return _act_signer(certificate, key, self.chain)


@dataclass(frozen=True)
class Plan:
    """What a generation of certificates is made of; whatever is None is made new.

    `key` makes the key of "issuing" or "seal" (in a token, for instance); `others` are certificates above imported ones.
    """

    number: int = 1
    root: tuple[x509.Certificate, SigningKey | None] | None = None  # no key: it signs nothing here
    issuing: Pair | None = None
    seal: Pair | None = None
    others: tuple[x509.Certificate, ...] = ()
    key: Callable[[str], SigningKey] = field(default=lambda _name: ec.generate_private_key(ec.SECP256R1()))


FIRST: Final = Plan()


def create(folder: Path, *, now: dt.datetime, passphrase: bytes, name: str = "Rúbrica", plan: Plan = FIRST) -> Authority:
    """Make the authority in `folder`, or load the one that is there.

    Everything is written to a folder beside it which is then renamed: two processes at once, or a crash, leave one
    whole authority or none. Files are 0600; keys are PKCS#8, encrypted with `passphrase`. Raises AuthorityError.
    """
    if not (folder / "root.pem").exists():
        try:
            publish_folder(folder, lambda draft: write(draft, now=now, passphrase=passphrase, name=name, plan=plan))
        except OSError as error:
            raise AuthorityError(f"cannot write the signing authority to {folder}: {error.strerror}") from error
    return load(folder, passphrase)


def write(folder: Path, *, now: dt.datetime, passphrase: bytes, name: str = "Rúbrica", plan: Plan = FIRST) -> None:
    """Make a generation of certificates and keys and write them into an empty folder. Raises AuthorityError, OSError."""
    if not passphrase:
        raise AuthorityError("an empty passphrase would leave the signing keys unprotected")
    made = f"{now:%Y}" if plan.number == 1 else f"{now:%Y}-{plan.number}"
    keys: dict[str, SigningKey] = {}
    if plan.root is None:
        root, root_key = _authority(f"{name}: autoridad raíz {made}", name, None, now, now + ROOT_VALIDITY, FIRST.key("root"))
        keys["root"] = root_key  # the key of a root that was there stays where it is
    else:
        root, found = plan.root
        if found is None and plan.issuing is None:
            raise AuthorityError("the root's key is needed to make an issuing certificate")
        root_key = found  # type: ignore[assignment] # checked above
    until = min(now + ISSUING_VALIDITY, root.not_valid_after_utc)
    issuing, keys["issuing"] = plan.issuing or _authority(
        f"{name}: autoridad emisora {made}", name, (root, root_key), now, until, plan.key("issuing")
    )
    if plan.seal is None:
        seal_name = name_of((NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, f"{name}: sello del portal"))
        keys["seal"] = plan.key("seal")
        seal = issue_certificate(seal_name, keys["seal"], issuing, keys["issuing"], now, issuing.not_valid_after_utc, authority_depth=None)
    else:
        seal, keys["seal"] = plan.seal
    for label, certificate in (("root", root), ("issuing", issuing), ("seal", seal)):
        write_private(folder / f"{label}.pem", certificate.public_bytes(serialization.Encoding.PEM))
    for label, one in keys.items():
        if isinstance(one, TokenKey):
            write_private(folder / f"{label}.pkcs11", one.label.encode())
        else:
            write_private(folder / f"{label}.key.pem", encrypted(one, passphrase))
    if plan.others:
        write_private(folder / "others.pem", b"".join(one.public_bytes(serialization.Encoding.PEM) for one in plan.others))


def _authority(common: str, organisation: str, issuer: Pair | None, now: dt.datetime, until: dt.datetime, key: SigningKey) -> Pair:
    subject = name_of((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common))
    depth = 1 if issuer is None else 0
    return issue_certificate(
        subject, key, issuer[0] if issuer else None, issuer[1] if issuer else key, now, until, authority_depth=depth
    ), key


def load(folder: Path, passphrase: bytes, token: Token | None = None) -> Authority:
    """Open the authority in `folder`; the root's key is not needed and may have been taken offline.

    `token`: where the keys are that the folder names but does not hold. Raises AuthorityError when a file is missing or
    damaged, the passphrase is wrong, or key and certificate differ.
    """
    try:
        certificates = {name: x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()) for name in _NAMES}
        keys = {name: open_key(folder, name, passphrase, token) for name in ("issuing", "seal")}
        others = folder / "others.pem"
        above = tuple(x509.load_pem_x509_certificates(others.read_bytes())) if others.exists() else ()
    except OSError as error:
        raise AuthorityError(f"cannot read {error.filename}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise AuthorityError(f"cannot open the keys in {folder}: wrong passphrase or damaged file") from error
    for name, key in keys.items():
        if key.public_key() != certificates[name].public_key():
            raise AuthorityError(f"{name}.key.pem is not the key of {name}.pem")
    return Authority(
        root=certificates["root"],
        issuing=certificates["issuing"],
        seal=certificates["seal"],
        issuing_key=keys["issuing"],
        seal_key=keys["seal"],
        others=above,
    )


def open_key(folder: Path, name: str, passphrase: bytes, token: Token | None = None) -> SigningKey:
    """The key "root", "issuing" or "seal" of a generation. Raises AuthorityError, OSError, ValueError or TypeError."""
    label = folder / f"{name}.pkcs11"
    if not label.exists():
        return read_key(folder / f"{name}.key.pem", passphrase)
    if token is None:
        raise AuthorityError(f"the {name} key is in a PKCS#11 token: set PORTAL_KEYS_PKCS11")
    return token.key(label.read_text())


def _act_signer(certificate: x509.Certificate, key: SigningKey, chain: Sequence[x509.Certificate]) -> ActSigner:
    return ActSigner(
        signer=KeySigner(as_asn1(certificate), key, [as_asn1(one) for one in chain]),
        certificate_der=certificate.public_bytes(serialization.Encoding.DER),
        serial=f"{certificate.serial_number:x}",
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko's libraries want it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def read_roots(pem: bytes) -> tuple[asn1_x509.Certificate, ...]:
    """All certificates of a PEM file, or of one DER file. Raises ValueError when there is none."""
    if not asn1_pem.detect(pem):
        return (asn1_x509.Certificate.load(pem, strict=True),)
    found = [der for kind, _, der in asn1_pem.unarmor(pem, multiple=True) if kind in {"CERTIFICATE", "TRUSTED CERTIFICATE"}]
    if not found:
        raise ValueError("no certificate in the PEM file")
    return tuple(asn1_x509.Certificate.load(der, strict=True) for der in found)

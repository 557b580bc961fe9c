"""The portal's signing authority: an offline-able root, the issuing certificate, the portal's seal, and one certificate for each act.

Validity, and why it is long. Readers such as pdfsig judge a certificate at the moment of *reading*, and a
signature without a timestamp has no other trustworthy time. The key of an act lives in memory for one signature
and is then dropped, so an expiry date protects nobody: nothing can be signed with it afterwards. A certificate
that expired after a year would only make an honest commitment look broken before its period (four years and
more) is over. Hence act 20 years, seal and issuing 30, root 40; an act's certificate never outlives its issuer.
"""

import contextlib
import datetime as dt
import errno
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .certificates import issue_certificate, name_of
from .errors import AuthorityError

_YEAR: Final = dt.timedelta(days=365.25)
ROOT_VALIDITY: Final = 40 * _YEAR
ISSUING_VALIDITY: Final = 30 * _YEAR
ACT_VALIDITY: Final = 20 * _YEAR
_NAMES: Final = ("root", "issuing", "seal")


@dataclass(frozen=True)
class ActSigner:
    """A certificate for one act and, in memory only, its key. Drop it after signing."""

    signer: SimpleSigner = field(repr=False)
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
    _issuing_key: ec.EllipticCurvePrivateKey = field(repr=False)
    _seal_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def root_pem(self) -> bytes:
        """The root certificate that verifiers are asked to trust."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Issuing certificate first, then the root; embedded in every signature."""
        return (self.issuing, self.root)

    def seal_signer(self) -> ActSigner:
        """The portal's own signer, for certifying instruments and sealing constancias."""
        return _act_signer(self.seal, self._seal_key, self.chain)

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
        certificate = issue_certificate(subject, key, self.issuing, self._issuing_key, now, until, authority_depth=None)
        return _act_signer(certificate, key, self.chain)


def create(folder: Path, *, now: dt.datetime, passphrase: bytes, name: str = "Rúbrica") -> Authority:
    """Make the authority in `folder`, or load the one that is there.

    Everything is written to a folder beside it which is then renamed: two processes at once, or a crash, leave one
    whole authority or none. Files are 0600; keys are PKCS#8, encrypted with `passphrase`. Raises AuthorityError.
    """
    if (folder / "root.pem").exists():
        return load(folder, passphrase)
    if not passphrase:
        raise AuthorityError("an empty passphrase would leave the signing keys unprotected")
    root_key, issuing_key, seal_key = (ec.generate_private_key(ec.SECP256R1()) for _ in _NAMES)
    root_name = name_of((NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, f"{name}: autoridad raíz {now:%Y}"))
    issuing_name = name_of((NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, f"{name}: autoridad emisora {now:%Y}"))
    seal_name = name_of((NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, f"{name}: sello del portal"))
    root = issue_certificate(root_name, root_key, None, root_key, now, now + ROOT_VALIDITY, authority_depth=1)
    issuing = issue_certificate(issuing_name, issuing_key, root, root_key, now, now + ISSUING_VALIDITY, authority_depth=0)
    seal = issue_certificate(seal_name, seal_key, issuing, issuing_key, now, issuing.not_valid_after_utc, authority_depth=None)
    pairs = dict(zip(_NAMES, ((root, root_key), (issuing, issuing_key), (seal, seal_key)), strict=True))
    try:
        _publish(folder, pairs, passphrase)
    except OSError as error:
        raise AuthorityError(f"cannot write the signing authority to {folder}: {error.strerror}") from error
    return load(folder, passphrase)


def load(folder: Path, passphrase: bytes) -> Authority:
    """Open the authority in `folder`; the root's key is not needed and may have been taken offline.

    Raises AuthorityError when a file is missing or damaged, the passphrase is wrong, or key and certificate differ.
    """
    try:
        certificates = {name: x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()) for name in _NAMES}
        keys = {name: _read_key(folder / f"{name}.key.pem", passphrase) for name in ("issuing", "seal")}
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
        _issuing_key=keys["issuing"],
        _seal_key=keys["seal"],
    )


def _publish(
    folder: Path,
    pairs: dict[str, tuple[x509.Certificate, ec.EllipticCurvePrivateKey]],
    passphrase: bytes,
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}")
    draft.mkdir(mode=0o700)
    try:
        for name, (certificate, key) in pairs.items():
            _write(draft / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
            encrypted = key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(passphrase),
            )
            _write(draft / f"{name}.key.pem", encrypted)
        _sync_folder(draft)
        try:
            draft.rename(folder)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:  # those two: another process was first
                raise
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_key(path: Path, passphrase: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityError(f"{path.name} is not an elliptic curve key")
    return key


def _act_signer(
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    chain: Sequence[x509.Certificate],
) -> ActSigner:
    der = certificate.public_bytes(serialization.Encoding.DER)
    registry = SimpleCertificateStore()
    registry.register_multiple(as_asn1(authority) for authority in chain)
    key_der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(der),
        signing_key=asn1_keys.PrivateKeyInfo.load(key_der),
        cert_registry=registry,
    )
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    return ActSigner(signer=signer, certificate_der=der, serial=f"{certificate.serial_number:x}", sha256=digest)


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

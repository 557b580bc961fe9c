"""What the signing tests share: a base document, an instrument signed by made-up people, and a public key infrastructure from outside."""

import datetime as dt
import functools
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import weasyprint
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko_fields
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from plugins.commitments.signing.appearance import Appearance
from plugins.commitments.signing.authority import ActSigner, Authority, as_asn1, create
from plugins.commitments.signing.certify import reserve_and_certify
from plugins.commitments.signing.fields import ReservedField
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.signing.sign import sign_field
from plugins.commitments.signing.verdict import Registered, Revision, Slot

NOW = dt.datetime(2026, 8, 31, 15, 32, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)
CODE = "RUB-7K3MQ-9TD24"
PEOPLE = (
    ("Persona Uno Muestra", "Candidata a gobernadora regional", "Movimiento Regional Muestra"),
    ("Persona Dos Ñahui Muestra", "Personero legal titular", "Movimiento Regional Muestra"),
    ("Persona Tres Muestra", "Coordinadora regional", "Mesa de Concertación (muestra)"),
)
WIDTH, HEIGHT = 70 / 25.4 * 72, 30 / 25.4 * 72


@functools.cache
def base_pdf(pages: int = 2) -> bytes:
    """A tagged PDF/A-3 with two attachments, as the portal renders instruments."""
    chapters = "".join(
        f"<section><h1>Capítulo {n}</h1><p>SOC-{n:02}.1 Reducir la anemia infantil de 40 a 30 por ciento.</p></section>"
        for n in range(1, pages)
    )
    style = "@page{size:A4;margin:28mm 25mm 30mm 32mm}section{break-after:page}"
    html = f"<html lang='es-PE'><title>Compromiso</title><style>{style}</style>{chapters}<h1>Firmas</h1></html>"
    attachments = [
        weasyprint.Attachment(string=text, name=name, relationship="Data")
        for name, text in (("agenda.json", '{"agenda":1}'), ("commitment.json", '{"commitment":1}'))
    ]
    document = weasyprint.HTML(string=html)
    made: bytes = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True, attachments=attachments)
    return made


def slot_of(number: int, page: int) -> ReservedField:
    person = PEOPLE[number % len(PEOPLE)]
    column, row = number % 2, (number // 2) % 6
    left, bottom = 90 + column * 230, 560 - row * 100
    return ReservedField(f"firma-{number + 1}", page, (left, bottom, left + WIDTH, bottom + HEIGHT), *person)


def issue(authority: Authority, slots: int, *, code: str = CODE, pages: int = 2) -> bytes:
    fields = [slot_of(number, pages - 1) for number in range(slots)]
    return reserve_and_certify(
        base_pdf(pages), fields=fields, authority=authority, code=code, reason="Instrumento emitido", location="Lima", now=NOW
    )


def act_signer(authority: Authority, number: int, *, code: str = CODE) -> ActSigner:
    name, capacity, organisation = PEOPLE[number % len(PEOPLE)]
    return authority.issue_for_act(
        full_name=name, capacity=capacity, organisation=organisation, act_code=code, slot=f"firma-{number + 1}", now=NOW
    )


def sign(pdf: bytes, authority: Authority, number: int, *, signer: ActSigner | None = None, code: str = CODE) -> bytes:
    words = Appearance(*PEOPLE[number % len(PEOPLE)], "Firma electrónica", "31/08/2026 10:32 (hora de Lima)", code)
    signer = signer or act_signer(authority, number, code=code)
    return sign_field(pdf, field_name=f"firma-{number + 1}", signer=signer, appearance=words, now=NOW, reason="Suscripción")


@dataclass(frozen=True)
class Instrument:
    """An instrument and every revision of it, with the record the portal would keep."""

    authority: Authority
    revisions: tuple[bytes, ...]
    signers: tuple[ActSigner, ...]
    slots: int
    code: str = CODE

    @property
    def latest(self) -> bytes:
        return self.revisions[-1]

    def record(self, **changes: Any) -> Registered:

        revisions = tuple(
            Revision(n, hashlib.sha256(pdf).hexdigest(), len(pdf), "sello" if n == 0 else f"firma-{n}")
            for n, pdf in enumerate(self.revisions)
        )
        slots = tuple(
            Slot(f"firma-{n + 1}", *PEOPLE[n % len(PEOPLE)], True, self.signers[n].sha256 if n < len(self.signers) else None)
            for n in range(self.slots)
        )
        values: dict[str, Any] = {
            "code": self.code,
            "state": "complete" if len(self.signers) == self.slots else "partly_signed",
            "seal_sha256": self.authority.seal_signer().sha256,
            "revisions": revisions,
            "slots": slots,
        }
        return Registered(**{**values, **changes})


def make_instrument(authority: Authority, *, slots: int, signed: int, pages: int = 2, code: str = CODE) -> Instrument:
    revisions = [issue(authority, slots, pages=pages, code=code)]
    acts = [act_signer(authority, number, code=code) for number in range(signed)]
    for number, act in enumerate(acts):
        revisions.append(sign(revisions[-1], authority, number, signer=act, code=code))
    return Instrument(authority, tuple(revisions), tuple(acts), slots, code)


def make_authority(folder: Path) -> Authority:
    return create(folder, now=NOW - dt.timedelta(days=30), passphrase=b"muestra")


def look(pdf: bytes, *roots: Any, now: dt.datetime = LATER) -> Any:
    """Inspect, trusting authorities or certificates."""
    certificates = [as_asn1(root.root) if isinstance(root, Authority) else root for root in roots]
    return inspect(pdf, trust_roots=certificates, now=now)


def codes_of(found: Any) -> set[str]:
    """Codes of the reasons that are more than notes."""
    return {reason.code for reason in found.reasons if reason.weight != "note"}


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Holder:
    """A certificate from outside, with its key and issuer."""

    certificate: x509.Certificate
    key: Key
    issuers: tuple["Holder", ...] = ()

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return as_asn1(self.certificate)

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        der = self.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return asn1_keys.PrivateKeyInfo.load(der)

    def store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()
        store.register_multiple(issuer.asn1 for issuer in self.issuers)
        return store

    def signer(self, **options: Any) -> signers.SimpleSigner:
        return signers.SimpleSigner(self.asn1, self.asn1_key, self.store(), **options)


@functools.cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(65537, bits)


def hold(
    name: str,
    issuer: Holder | None = None,
    *,
    key: Key | None = None,
    start: dt.datetime = NOW - dt.timedelta(days=400),
    end: dt.datetime = NOW + dt.timedelta(days=1000),
    authority: bool = False,
    usages: Iterable[str] = ("content_commitment",),
    purposes: Sequence[x509.ObjectIdentifier] = (),
    digest: hashes.HashAlgorithm | None = None,
    serial: str | None = None,
) -> Holder:
    """A certificate of an outside infrastructure."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if serial:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    subject = x509.Name(attributes)
    wanted = {"key_cert_sign", "crl_sign"} if authority else set(usages)
    flags = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{flag: flag in wanted for flag in flags}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=ExtendedKeyUsageOID.TIME_STAMPING in purposes)
    certificate = builder.sign(issuer.key if issuer else key, digest or hashes.SHA256())
    return Holder(certificate, key, (issuer, *issuer.issuers) if issuer else ())


@dataclass(frozen=True)
class Outside:
    """An infrastructure like that of the national identity document, with a timestamp authority."""

    root: Holder
    middle: Holder
    person: Holder
    other: Holder
    stamper: Holder

    def timestamper(self, moment: dt.datetime = NOW) -> DummyTimeStamper:
        return DummyTimeStamper(self.stamper.asn1, self.stamper.asn1_key, certs_to_embed=self.stamper.store(), fixed_dt=moment)

    def crl(self, *revoked: Holder, moment: dt.datetime = NOW, since: dt.datetime | None = None) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.middle.certificate.subject)
            .last_update(moment)
            .next_update(moment + dt.timedelta(days=7))
        )
        for holder in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(since or moment).build())
        return builder.sign(self.middle.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def make_outside() -> Outside:
    root = hold("Raíz ajena de muestra", authority=True)
    middle = hold("Emisora ajena de muestra", root, authority=True)
    return Outside(
        root,
        middle,
        hold("Persona Ajena Muestra", middle, key=rsa_key(), purposes=[ExtendedKeyUsageOID.EMAIL_PROTECTION], serial="PNOPE-00000000"),
        hold("Otra Persona Ajena Muestra", middle),
        hold(
            "Sellado de tiempo de muestra",
            root,
            key=rsa_key(1),
            purposes=[ExtendedKeyUsageOID.TIME_STAMPING],
            usages=("digital_signature",),
        ),
    )


def sign_outside(
    pdf: bytes,
    holder: Holder,
    *,
    field: str,
    box: tuple[int, int, int, int] | None = None,
    page: int = 0,
    timestamper: DummyTimeStamper | None = None,
    signer: signers.SimpleSigner | None = None,
    style: Any = None,
    strict: bool = True,
    **metadata: Any,
) -> bytes:
    """Sign with bare pyHanko, creating the field unless it exists."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=strict)
    existing = {name for name, _, _ in hanko_fields.enumerate_sig_fields(writer.prev)}
    spec = None if field in existing else hanko_fields.SigFieldSpec(field, on_page=page, box=box)
    settings = {"subfilter": hanko_fields.SigSeedSubFilter.PADES, "md_algorithm": "sha256", **metadata}
    worker = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, **settings),
        signer=signer or holder.signer(),
        timestamper=timestamper,
        new_field_spec=spec,
        stamp_style=style,
    )
    out: bytes = worker.sign_pdf(writer).getbuffer().tobytes()
    return out

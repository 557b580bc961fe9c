"""A public key infrastructure like that of the national identity document, made for a test: root, issuer, people, revocation, trust list."""

import base64
import datetime as dt
import functools
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko_fields
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from signxml import XMLSigner

from tests.commitments.signing.kit import Holder, hold

NEVER = dt.timedelta(days=1000)


@functools.cache
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(65537, bits)


@dataclass
class Pki:
    """Root → issuer → people; `now` is the moment around which it is valid."""

    now: dt.datetime

    def __post_init__(self) -> None:
        self.root = self.make("Raíz nacional de muestra", authority=True)
        self.issuer = self.make("ECEP de muestra", self.root, authority=True)
        self.stamper = self.make(
            "Sellado de tiempo de muestra",
            self.root,
            purposes=[ExtendedKeyUsageOID.TIME_STAMPING],
            usages=("digital_signature",),
            key=rsa_key(9),
        )

    def make(self, name: str, issuer: Holder | None = None, **values: Any) -> Holder:
        given = {"start": self.now - dt.timedelta(days=400), "end": self.now + NEVER, **values}
        return hold(name, issuer, **given)

    def person(self, dni: str, name: str = "MUESTRA Firmante", **values: Any) -> Holder:
        """A certificate as the national identity document's: number in the name too, non-repudiation, e-mail protection."""
        given = {
            "key": rsa_key(int(dni) % 4),
            "purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION],
            "serial": f"PNOPE-{dni}",
            "issuer": self.issuer,
            **values,
        }
        return self.make(f"{name} FIR {dni} hard", **given)

    def crl(self, by: Holder, *revoked: Holder, at: dt.datetime | None = None, days: int = 7, since: dt.datetime | None = None) -> bytes:
        at = at or self.now - dt.timedelta(hours=1)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(by.certificate.subject)
            .last_update(at)
            .next_update(at + dt.timedelta(days=days))
        )
        for one in revoked:
            row = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(since or at)
            builder = builder.add_revoked_certificate(row.build())
        return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp(self, by: Holder, about: Holder, *, at: dt.datetime | None = None) -> bytes:
        at = at or self.now - dt.timedelta(minutes=5)
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                about.certificate,
                by.certificate,
                hashes.SHA256(),
                ocsp.OCSPCertStatus.GOOD,
                at,
                at + dt.timedelta(days=1),
                None,
                None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        )
        return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def timestamper(self, moment: dt.datetime | None = None) -> DummyTimeStamper:
        return DummyTimeStamper(self.stamper.asn1, self.stamper.asn1_key, certs_to_embed=self.stamper.store(), fixed_dt=moment or self.now)

    def trust(self, home: Path, *, anchors: Sequence[Holder] = (), crls: bool = True, intermediates: Sequence[Holder] = ()) -> Path:
        """Write the operator's folder: the root as anchor, revocation lists of root and issuer."""
        folder = home / "trust"
        for name in ("anchors", "lists", "list-signers", "intermediates", "crls"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(anchors or [self.root]):
            (folder / "anchors" / f"{number}.pem").write_bytes(pem(one))
        for number, one in enumerate(intermediates):
            (folder / "intermediates" / f"{number}.pem").write_bytes(pem(one))
        if crls:
            self.write_crls(home)
        return folder

    def write_crls(self, home: Path, *revoked: Holder, **values: Any) -> None:
        for by in (self.root, self.issuer):
            mine = [one for one in revoked if one.certificate.issuer == by.certificate.subject]
            path = home / "trust" / "crls" / f"{hashlib.sha256(pem(by)).hexdigest()[:8]}.crl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.crl(by, *mine, **values))

    def trust_list(self, *, signer: Holder, services: Sequence[tuple[str, str, Holder]], version: int = 7, days: int = 30) -> bytes:
        """A signed list: services are (kind such as "CA/PKC", status such as "granted", certificate)."""
        return sign_list(list_xml(self.now, services, version, days), signer)


def pem(holder: Holder) -> bytes:
    return holder.certificate.public_bytes(serialization.Encoding.PEM)


def list_xml(now: dt.datetime, services: Sequence[tuple[str, str, Holder]], version: int, days: int) -> bytes:
    rows = "".join(
        f"""<TSPService><ServiceInformation>
<ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/{kind}</ServiceTypeIdentifier>
<ServiceName><Name xml:lang="es">Servicio de muestra {number}</Name></ServiceName>
<ServiceDigitalIdentity><DigitalId><X509Certificate>{
            base64.b64encode(one.certificate.public_bytes(serialization.Encoding.DER)).decode()
        }</X509Certificate></DigitalId></ServiceDigitalIdentity>
<ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}</ServiceStatus>
<StatusStartingTime>2020-01-01T00:00:00Z</StatusStartingTime>
</ServiceInformation></TSPService>"""
        for number, (kind, status, one) in enumerate(services)
    )
    end = now + dt.timedelta(days=days)
    return f"""<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" TSLTag="http://uri.etsi.org/19612/TSLTag" Id="lista">
<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>{version}</TSLSequenceNumber>
<SchemeOperatorName><Name xml:lang="es">Autoridad de muestra</Name></SchemeOperatorName><SchemeTerritory>PE</SchemeTerritory>
<ListIssueDateTime>{now - dt.timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}</ListIssueDateTime>
<NextUpdate><dateTime>{end:%Y-%m-%dT%H:%M:%SZ}</dateTime></NextUpdate></SchemeInformation>
<TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang="es">ECEP de muestra</Name></TSPName></TSPInformation>
<TSPServices>{rows}</TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>""".encode()


def sign_list(xml: bytes, signer: Holder) -> bytes:
    key = signer.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    algorithm = "rsa-sha256" if isinstance(signer.key, rsa.RSAPrivateKey) else "ecdsa-sha256"
    signed = XMLSigner(signature_algorithm=algorithm).sign(etree.fromstring(xml), key=key, cert=pem(signer).decode())
    return etree.tostring(signed)


def sign_outside(pdf: bytes, holder: Holder, *, field: str, chain: bool = True, stamp: Any = None, **metadata: Any) -> bytes:
    """Sign as a person's own software does: an incremental update in an existing field (made when there is none)."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    existing = {name for name, _, _ in hanko_fields.enumerate_sig_fields(writer.prev)}
    timestamper = metadata.pop("timestamper", None)
    box = metadata.pop("box", None)
    spec = None if field in existing else hanko_fields.SigFieldSpec(field, box=box)
    settings = {"subfilter": hanko_fields.SigSeedSubFilter.PADES, "md_algorithm": "sha256", **metadata}
    store = holder.store() if chain else None
    signer = signers.SimpleSigner(holder.asn1, holder.asn1_key, store or Holder(holder.certificate, holder.key).store())
    worker = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, **settings),
        signer=signer,
        timestamper=timestamper,
        new_field_spec=spec,
        stamp_style=stamp,
    )
    out: bytes = worker.sign_pdf(writer).getbuffer().tobytes()
    return out

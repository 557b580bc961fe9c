"""Read a trust list (ETSI TS 119 612, and its forerunner TS 102 231): whose certificates its publisher vouches for.

pyHanko reads the lists of the European Union, whose kinds of service and of status are fixed by its law. Peru's are
those of the general standard, so the list is read here; its own signature is checked by signxml, and only what that
signature covers is believed.
"""

import base64
import datetime as dt
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

_SERVICES: Final = {"CA/QC": "sign", "CA/PKC": "sign", "NationalRootCA-QC": "sign", "TSA": "time", "TSA/QTST": "time"}
_STATUSES: Final = frozenset(
    {"granted", "recognisedatnationallevel", "undersupervision", "supervisionincessation", "accredited", "inaccord", "setbynationallaw"}
)
_MOST_BYTES: Final = 20_000_000


class BadList(ValueError):
    """A list that cannot be believed; the text says why, for an operator."""


@dataclass(frozen=True)
class Service:
    """A certificate that the list vouches for now: DER, the service's name, and "sign" or "time"."""

    der: bytes
    name: str
    purpose: str


@dataclass(frozen=True)
class TrustList:
    """A list whose signature was checked. `version`: its sequence number; `signer_sha256`: of the certificate (DER) that signed it."""

    operator: str
    territory: str
    version: int
    issued: dt.datetime
    next_update: dt.datetime | None
    sha256: str
    signer_sha256: str
    signer_until: dt.datetime
    services: tuple[Service, ...]


@functools.lru_cache(maxsize=32)
def read_list(data: bytes, signers: tuple[x509.Certificate, ...]) -> TrustList:
    """Read the list signed by one of `signers`. Raises `BadList`."""
    if len(data) > _MOST_BYTES:
        raise BadList("es demasiado grande")
    if not signers:
        raise BadList("no hay ningún certificado de publicador en list-signers/ con que comprobar su firma")
    for signer in signers:
        root = _signed_part(data, signer)
        if root is not None:
            return _read(root, data, signer)
    raise BadList("su firma no es de ningún certificado de list-signers/, o cambió después de firmada")


def _signed_part(data: bytes, signer: x509.Certificate) -> Any:
    """Return the list's element as the signature covers it, or None when `signer` did not sign it so."""
    config = SignatureConfiguration(location="./", expect_references=True, ignore_ambiguous_key_info=True)
    pem = signer.public_bytes(Encoding.PEM).decode()
    try:
        results = XMLVerifier().verify(data, x509_cert=pem, expect_config=config)
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
        return None
    parts = [one.signed_xml for one in (results if isinstance(results, list) else [results])]
    return next((one for one in parts if one is not None and _local(one) == "TrustServiceStatusList"), None)


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _read(root: Any, data: bytes, signer: x509.Certificate) -> TrustList:
    scheme = root.find("{*}SchemeInformation")
    if scheme is None:
        raise BadList("no tiene datos del esquema")
    try:
        version = int(_text(scheme, "{*}TSLSequenceNumber"))
        issued = _moment(_text(scheme, "{*}ListIssueDateTime"))
    except ValueError as error:
        raise BadList("le falta el número de secuencia o la fecha de emisión") from error
    next_update = _text(scheme, "{*}NextUpdate/{*}dateTime")
    return TrustList(
        operator=_text(scheme, "{*}SchemeOperatorName/{*}Name"),
        territory=_text(scheme, "{*}SchemeTerritory"),
        version=version,
        issued=issued,
        next_update=_moment(next_update) if next_update else None,
        sha256=hashlib.sha256(data).hexdigest(),
        signer_sha256=hashlib.sha256(signer.public_bytes(Encoding.DER)).hexdigest(),
        signer_until=signer.not_valid_after_utc,
        services=tuple(_services(root)),
    )


def _text(element: Any, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _services(root: Any) -> Iterator[Service]:
    """Yield what is in force; the history of services is not read: a file is judged on the day it is received."""
    for service in root.iterfind("{*}TrustServiceProviderList/{*}TrustServiceProvider/{*}TSPServices/{*}TSPService/{*}ServiceInformation"):
        kind = _text(service, "{*}ServiceTypeIdentifier").partition("/Svctype/")[2].rstrip("/")
        status = _text(service, "{*}ServiceStatus").rstrip("/").rpartition("/")[2].casefold()
        purpose = _SERVICES.get(kind)
        if purpose is None or status not in _STATUSES:
            continue
        for node in service.iterfind("{*}ServiceDigitalIdentity/{*}DigitalId/{*}X509Certificate"):
            try:
                der = base64.b64decode("".join((node.text or "").split()), validate=True)
                x509.load_der_x509_certificate(der)
            except ValueError:
                continue
            yield Service(der, _text(service, "{*}ServiceName/{*}Name"), purpose)

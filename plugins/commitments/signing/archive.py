"""Add what keeps a signed PDF verifiable for long: revocation answers, and a timestamp over the whole file (PAdES B-LTA).

The update touches no field that was there: it adds to the document security store and one invisible timestamp.
"""

import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from asn1crypto import cms, core, crl, ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from .errors import SigningError, UnfitDocument
from .revocation import Answers
from .stamping import Stamper
from .writing import QuietWriter

_TOKENS_VARY: Final = 512  # bytes: an archive is made once in years, and with patience


def archive(
    pdf: bytes, *, obtain: Callable[[bytes], bytes], size: int, certificates: Sequence[asn1_x509.Certificate], answers: Answers, field: str
) -> bytes:
    """`pdf` plus one update: the certificates and answers, then a document timestamp in a new field of that name.

    `obtain` gives the token over a SHA-256 digest, of about `size` bytes. Raises UnfitDocument, or what `obtain` raises.
    """
    try:
        writer = QuietWriter(io.BytesIO(pdf))
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=certificates,
            crls=[crl.CertificateList.load(der) for der in answers.crls],
            ocsps=[ocsp.OCSPResponse.load(der) for der in answers.ocsps],
        )
        out = io.BytesIO()
        PdfTimeStamper(Stamper(obtain), field_name=field, readable_field_name="Sello de tiempo").timestamp_pdf(
            writer, "sha256", bytes_reserved=2 * (size + _TOKENS_VARY), output=out
        )
    except SigningError:
        raise
    except (PdfError, PyhankoSigningError, KeyError, ValueError, TypeError) as error:
        raise UnfitDocument(f"cannot archive: {error}") from error
    archived = out.getvalue()
    if not archived.startswith(pdf):
        raise UnfitDocument("the update changed bytes that were there before")
    return archived


def timestamp_certificates(pdf: bytes) -> list[asn1_x509.Certificate]:
    """Certificates that travel with the timestamps of a file, each once: of those, too, it must be known that they were not revoked."""
    found: dict[bytes, asn1_x509.Certificate] = {}
    for token in _tokens(PdfFileReader(io.BytesIO(pdf))):
        for one in token["certificates"]:
            if one.name == "certificate":
                found[one.chosen.sha256] = one.chosen
    return list(found.values())


def _tokens(reader: PdfFileReader) -> Iterator[cms.SignedData]:
    for signature in reader.embedded_signatures:
        if signature.sig_object.get("/SubFilter") == "/ETSI.RFC3161":
            yield signature.signed_data
        attributes = signature.signer_info["unsigned_attrs"]
        for attribute in () if attributes is core.VOID else attributes:
            if attribute["type"].native == "signature_time_stamp_token":
                for value in attribute["values"]:
                    with contextlib.suppress(KeyError, ValueError):
                        yield value["content"]

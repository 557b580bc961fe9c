"""Sign one reserved field of a certified instrument, as an incremental update with its visible appearance."""

import datetime as dt

from pyhanko.sign.signers import PdfSignatureMetadata

from .appearance import Appearance, draw_signed
from .authority import ActSigner
from .stamping import Stamping
from .writing import write_signature


def sign_field(
    pdf: bytes,
    *,
    field_name: str,
    signer: ActSigner,
    appearance: Appearance,
    now: dt.datetime,
    reason: str,
    location: str | None = None,
    stamping: Stamping | None = None,
) -> bytes:
    """`pdf` followed by one incremental update that signs `field_name`. PAdES B-B, SHA-256; B-T when `stamping` had a timestamp.

    The signing time goes into the signature dictionary (/M), which the signature covers; PAdES (EN 319 142-1) forbids
    it in the CMS. Raises FieldMissing, FieldTaken or UnfitDocument.
    """
    metadata = PdfSignatureMetadata(
        field_name=field_name,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        contact_info=appearance.code,
        name=appearance.name,
    )

    def drawing(width: float, height: float) -> bytes:
        return draw_signed(appearance, width, height)

    return write_signature(pdf, metadata, signer, drawing=drawing, now=now, stamping=stamping)

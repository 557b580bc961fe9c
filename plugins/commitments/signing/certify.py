"""Certify an instrument before anyone signs it: from then on only the reserved fields can change."""

import datetime as dt
from collections.abc import Sequence

import pikepdf
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers import PdfSignatureMetadata

from .authority import Authority
from .fields import ReservedField, reserve
from .findings import SEAL_FIELD
from .stamping import Stamping
from .writing import write_signature


def reserve_and_certify(
    pdf: bytes | pikepdf.Pdf,
    *,
    fields: Sequence[ReservedField],
    authority: Authority,
    code: str,
    reason: str,
    location: str,
    now: dt.datetime,
    fonts: pikepdf.Object | None = None,
    stamping: Stamping | None = None,
) -> bytes:
    """The instrument as issued: one empty field for each of `fields`, certified by the portal's seal (DocMDP 2).

    PAdES B-B, SHA-256; B-T when `stamping` had a timestamp. The result is a strict prefix of every later revision. The
    code is planted in the XMP metadata, the document information and the seal's signature dictionary. `fonts` as for `reserve`. Raises UnfitDocument.
    """
    prepared = reserve(pdf, fields, code=code, fonts=fonts)
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=f"{reason} ({code})" if code not in reason else reason,
        location=location,
        contact_info=code,
    )
    return write_signature(prepared, metadata, authority.seal_signer(), drawing=None, now=now, stamping=stamping)

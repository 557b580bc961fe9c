"""The one place that writes a signature into a PDF, for the seal and for people alike."""

import asyncio
import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from typing import Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, FloatObject, IndirectObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp.base import BaseStamp, BaseStampStyle

from .authority import ActSigner
from .errors import FieldMissing, FieldTaken, SigningError, UnfitDocument
from .stamping import Stamper, Stamping, Unstamped

_RESERVED_HEX_DIGITS: Final = 8_192  # a P-256 signature with three certificates takes about 4,600
_TOKENS_VARY: Final = 64  # bytes by which one token of an authority may be longer than another
_TRIES_WITH_TIMESTAMP: Final = 2  # the second when another authority took over, whose tokens are larger


class QuietWriter(IncrementalPdfFileWriter):
    """Writes the update and nothing else: pyHanko would also rewrite the XMP metadata each time, 3 KB a signature."""

    def _update_meta(self) -> None:
        """Leave the metadata as certified."""


@dataclasses.dataclass(frozen=True)
class _AlreadyDrawn(BaseStampStyle):
    """Tells pyHanko not to draw: the appearance is in place when it comes."""

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, str]) -> BaseStamp | None:  # noqa: ARG002
        """No stamp."""
        return None


def write_signature(
    pdf: bytes,
    metadata: PdfSignatureMetadata,
    signer: ActSigner,
    *,
    drawing: Callable[[float, float], bytes] | None,
    now: dt.datetime,
    stamping: Stamping | None = None,
) -> bytes:
    """`pdf` plus the update that fills the field named in `metadata`; `drawing` makes its content stream from width, height.

    `stamping`: asked for a timestamp, and told whether the signature has one. Without an answer it is signed all the same.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    if stamping is not None and stamping.obtain is not None and stamping.size is not None:
        for _ in range(_TRIES_WITH_TIMESTAMP):
            try:
                reserved = _RESERVED_HEX_DIGITS + 2 * (stamping.size() + _TOKENS_VARY)
                signed = _write(pdf, metadata, signer, drawing, now, Stamper(stamping.obtain), reserved)
            except Unstamped:
                break
            except _TooLarge:
                continue
            stamping.stamped = True
            return signed
    return _write(pdf, metadata, signer, drawing, now, None, _RESERVED_HEX_DIGITS)


class _TooLarge(Exception):
    """The token does not fit into what was reserved for it."""


def _write(
    pdf: bytes,
    metadata: PdfSignatureMetadata,
    signer: ActSigner,
    drawing: Callable[[float, float], bytes] | None,
    now: dt.datetime,
    stamper: Stamper | None,
    reserved: int,
) -> bytes:
    try:
        writer = QuietWriter(io.BytesIO(pdf))
        if writer.prev.encrypted:
            raise UnfitDocument("the PDF is encrypted")
        field = _empty_field(writer, str(metadata.field_name))
        if drawing is not None:
            _draw(writer, field, drawing)
        metadata = dataclasses.replace(metadata, subfilter=SigSeedSubFilter.PADES)
        worker = PdfSigner(metadata, signer=signer.signer, timestamper=stamper, stamp_style=_AlreadyDrawn())
        session = worker.init_signing_session(writer, existing_fields_only=True)
        session.system_time = now
        document = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
        out = io.BytesIO()
        digest, _ = document.digest_tbs_document(output=out)
        asyncio.run(document.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=now)))
    except SigningError:
        raise
    except (PdfError, PyhankoSigningError, KeyError, ValueError, TypeError) as error:
        if stamper is not None and "larger than expected" in str(error):
            raise _TooLarge from error
        raise UnfitDocument(f"cannot sign: {error}") from error
    signed = out.getvalue()
    if not signed.startswith(pdf):
        raise UnfitDocument("the update changed bytes that were there before")
    return signed


def _empty_field(writer: IncrementalPdfFileWriter, name: str) -> DictionaryObject:
    for found, value, reference in enumerate_sig_fields(writer.prev):
        if found == name:
            if value is not None:
                raise FieldTaken(f"{name} is signed already")
            field = writer.get_object(reference.reference)
            if not isinstance(field, DictionaryObject):
                break
            return field
    raise FieldMissing(f"no signature field named {name}")


def _draw(writer: IncrementalPdfFileWriter, field: DictionaryObject, drawing: Callable[[float, float], bytes]) -> None:
    left, bottom, right, top = (float(side) for side in field["/Rect"])
    form = writer.root["/AcroForm"]
    try:
        resources = form.raw_get("/DR")
        fonts = form["/DR"]["/Font"]
    except KeyError as error:
        raise UnfitDocument("the form has no fonts: not an instrument that the portal certified") from error
    if not {"/RbRegular", "/RbSemibold"} <= fonts.keys():
        raise UnfitDocument("the form lacks the portal's fonts")
    width, height = right - left, top - bottom
    stream = StreamObject(
        dict_data={
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(0), FloatObject(0), FloatObject(width), FloatObject(height)]),
            NameObject("/Resources"): IndirectObject(resources.idnum, resources.generation, writer),
        },
        stream_data=drawing(width, height),
    )
    stream.compress()
    field["/AP"] = DictionaryObject({NameObject("/N"): writer.add_object(stream)})
    writer.update_container(field)

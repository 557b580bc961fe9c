"""Reserve one signature field for each expected signer, tagged and labelled, in a PDF that nobody has signed yet."""

import functools
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from .appearance import Pending, draw_pending
from .errors import UnfitDocument
from .findings import SEAL_FIELD
from .fonts import Face, regular, semibold, unicode_map
from .structure import StructureTree

_PRINT_AND_LOCKED: Final = 4 | 128  # PDF/A wants Print; Locked keeps editors from moving the slot


@dataclass(frozen=True)
class ReservedField:
    """One slot: who is expected to sign, and where."""

    name: str
    """Name of the field, without dots; unique in the instrument, for instance "firma-1"."""
    page_index: int
    """Counted from 0."""
    box_pt: tuple[float, float, float, float]
    """Left, bottom, right, top, in points from the bottom left corner of the page."""
    full_name: str
    capacity: str
    organisation: str

    @property
    def tooltip(self) -> str:
        """What a screen reader says."""
        return f"Firma de {self.full_name}, {self.capacity}, {self.organisation}"


def reserve(pdf: bytes | pikepdf.Pdf, fields: Sequence[ReservedField], *, code: str, fonts: pikepdf.Object | None = None) -> bytes:
    """`pdf` with one empty signature field per element of `fields`, one for the portal's seal, and the code in its metadata.

    Nothing else interactive: raises UnfitDocument when the PDF already has a form or is encrypted, a page does not exist
    or two names are the same. `fonts`: what `embed_fonts` gave, when the document holds them already.
    """
    names = [field.name for field in fields]
    if len({*names, SEAL_FIELD}) != len(names) + 1 or any("." in name or not name for name in names):
        raise UnfitDocument("field names must be unique, not empty, without dots, and not the seal's")
    try:
        if isinstance(pdf, pikepdf.Pdf):
            return _reserved(pdf, fields, code, fonts)
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return _reserved(document, fields, code, fonts)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise UnfitDocument(f"not a readable PDF: {error}") from error


def _reserved(document: pikepdf.Pdf, fields: Sequence[ReservedField], code: str, fonts: pikepdf.Object | None) -> bytes:
    if document.is_encrypted or Name.AcroForm in document.Root:
        raise UnfitDocument("the PDF is encrypted or already has a form")
    _add_fields(document, fields, embed_fonts(document) if fonts is None else fonts)
    _plant_code(document, code)
    out = io.BytesIO()
    document.save(out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def embed_fonts(document: pikepdf.Pdf) -> pikepdf.Object:
    """Put the slots' two faces into `document`, once; returns them by the names that content draws with."""
    return Dictionary({f"/{face.name}": _embed(document, face) for face in (regular(), semibold())})


def _add_fields(document: pikepdf.Pdf, fields: Sequence[ReservedField], fonts: pikepdf.Object) -> None:
    resources = document.make_indirect(Dictionary(Font=fonts))
    tree = StructureTree(document)
    widgets = [_seal_widget(document)]
    tree.tag_widget(widgets[0], document.pages[0].obj, "Sello electrónico del portal")
    for field in fields:
        if not 0 <= field.page_index < len(document.pages):
            raise UnfitDocument(f"field {field.name}: there is no page {field.page_index}")
        page = document.pages[field.page_index].obj
        widget = _widget(document, field, page, resources)
        tree.tag_widget(widget, page, field.tooltip)
        widgets.append(widget)
    document.Root.AcroForm = document.make_indirect(
        Dictionary(
            Fields=Array(widgets),
            SigFlags=3,  # signatures exist, append only
            DR=resources,
        ),
    )


def _widget(document: pikepdf.Pdf, field: ReservedField, page: pikepdf.Object, resources: pikepdf.Object) -> pikepdf.Object:
    left, bottom, right, top = field.box_pt
    width, height = right - left, top - bottom
    if width <= 0 or height <= 0:
        raise UnfitDocument(f"field {field.name}: empty box")
    words = Pending(name=field.full_name, capacity=field.capacity, organisation=field.organisation)
    drawing = pikepdf.Stream(document, draw_pending(words, width, height))
    drawing.Type, drawing.Subtype = Name.XObject, Name.Form
    drawing.BBox = Array([0, 0, round(width, 3), round(height, 3)])
    drawing.Resources = resources
    return _attach(document, page, field.name, [round(v, 3) for v in field.box_pt], field.tooltip, drawing)


def _seal_widget(document: pikepdf.Pdf) -> pikepdf.Object:
    drawing = pikepdf.Stream(document, b"")
    drawing.Type, drawing.Subtype = Name.XObject, Name.Form
    drawing.BBox = Array([0, 0, 0, 0])
    page = document.pages[0].obj
    return _attach(document, page, SEAL_FIELD, [0, 0, 0, 0], "Sello electrónico del portal", drawing)


def _attach(
    document: pikepdf.Pdf,
    page: pikepdf.Object,
    name: str,
    box: Sequence[float],
    tooltip: str,
    drawing: pikepdf.Stream,
) -> pikepdf.Object:
    widget = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String(name),
            TU=String(tooltip),
            Contents=String(tooltip),
            F=_PRINT_AND_LOCKED,
            Rect=Array(box),
            P=page,
            AP=Dictionary(N=document.make_indirect(drawing)),
        ),
    )
    if Name.Annots not in page:
        page.Annots = Array()
    page.Annots.append(widget)
    page.Tabs = Name.S
    return widget


def _embed(document: pikepdf.Pdf, face: Face) -> pikepdf.Object:
    program = document.make_stream(_packed(face.program), Filter=Name.FlateDecode, Length1=len(face.program))
    name = Name(f"/RUBRCA+{face.postscript}")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=32,  # not symbolic
        FontBBox=Array(face.bounds),
        ItalicAngle=0,
        Ascent=face.ascent,
        Descent=face.descent,
        CapHeight=face.cap_height,
        StemV=80 if face.weight < 500 else 110,  # noqa: PLR2004 - 500 parts regular from bold
        FontFile2=program,
    )
    widths = Array()
    for glyph, advance in face.advances.items():
        widths.extend(Array([glyph, Array([advance])]))
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=document.make_indirect(descriptor),
        CIDToGIDMap=Name.Identity,
        DW=0,
        W=widths,
    )
    whole = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([document.make_indirect(descendant)]),
        ToUnicode=document.make_indirect(pikepdf.Stream(document, unicode_map(face))),
    )
    return document.make_indirect(whole)


@functools.cache
def _packed(program: bytes) -> bytes:
    return zlib.compress(program, 9)


def _plant_code(document: pikepdf.Pdf, code: str) -> None:
    """The code goes where standards have a place for it, so that a damaged copy still says which instrument it was."""
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:identifier"] = code
    document.docinfo[Name.Codigo] = String(code)

"""Prints: the copy of an instrument that is signed by hand, and the pack of everything that a ceremony needs."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
from jinja2 import Environment
from markupsafe import Markup

from plugins.commitments.paper import marks
from portal.documents.rendering import render_pdf
from portal.i18n import N_

PARTS = {
    "instruments": N_("Documentos para firmar"),
    "annex": N_("Anexo de cada documento: el texto completo de la agenda"),
    "attendance": N_("Lista de asistencia"),
    "signs": N_("Rótulos de mesa"),
    "acta": N_("Acta del acto"),
}
_POINTS = 72 / 25.4
_PAGE_HEIGHT = marks.HEIGHT * _POINTS


@dataclass(frozen=True)
class Sheets:
    """Which pages of an instrument must come back signed, and where on them each signature goes.

    `first` to `last`: page numbers as printed at their foot, from 1; the acta begins after the cover and the last of
    them is the last one with a signature. `boxes`: field → (page, where).
    """

    pages: int
    first: int
    last: int
    boxes: dict[str, tuple[int, marks.Box]]

    @property
    def wanted(self) -> range:
        """The pages that must come back."""
        return range(self.first, self.last + 1)


def sheets_of(pdf: bytes) -> Sheets:
    """Return which pages of a certified instrument come back, by where its reserved fields are."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        boxes = {}
        for number, page in enumerate(document.pages, 1):
            for widget in page.obj.get("/Annots", []):
                if widget.get("/FT") != pikepdf.Name.Sig:
                    continue
                left, bottom, right, top = (float(side) for side in widget.Rect)
                if right > left and top > bottom:  # the seal's has no size
                    where = marks.Box(left / _POINTS, (_PAGE_HEIGHT - top) / _POINTS, (right - left) / _POINTS, (top - bottom) / _POINTS)
                    boxes[str(widget.T)] = (number, where)
        return Sheets(len(document.pages), 2, max((page for page, _ in boxes.values()), default=1), boxes)


def print_copy(templates: Environment, pdf: bytes, *, code: str, edition: int, public_url: str, annex: bool) -> bytes:
    """Return a copy of the instrument to be printed and signed by hand: two QR codes on each page that must come back.

    The certified file is not touched: the copy has no signature fields (what was signed on screen is drawn on it), no
    attachments and no signatures of its own, and every page says that it is a copy. `annex`: with the pages that need not come back.
    """
    sheets = sheets_of(pdf)
    margins = _margins(templates, sheets, code=code, edition=edition, public_url=public_url)
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.open(io.BytesIO(margins)) as drawn:
        document.flatten_annotations("all")
        for key in ("/AcroForm", "/Names", "/AF", "/Perms", "/StructTreeRoot", "/MarkInfo", "/Metadata", "/Outlines"):
            if key in document.Root:
                del document.Root[key]
        if not annex:
            del document.pages[sheets.last :]
        for number, margin in zip(sheets.wanted, drawn.pages, strict=True):
            document.pages[number - 1].add_overlay(margin, None)
        document.remove_unreferenced_resources()
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _margins(templates: Environment, sheets: Sheets, *, code: str, edition: int, public_url: str) -> bytes:
    """Lay out what is printed over the pages that come back: nothing but their margins."""
    pages = []
    for page in sheets.wanted:
        both = [marks.Mark(code, edition, page, sheets.pages, place) for place in marks.SYMBOLS]
        pages.append({"number": page, "marks": [(one.place, _drawing(one, public_url)) for one in both]})
    html = templates.get_template("commitments/paper/margins.html").render(pages=pages, sheets=sheets, code=code, edition=edition)
    return render_pdf(html, variant="pdf/a-3b")


def _drawing(mark: marks.Mark, public_url: str) -> Markup:
    """Return the symbol alone: the margin's white paper is its quiet zone, and its box is what a scan is measured by."""
    import segno  # noqa: PLC0415 - only wanted when something is printed

    picture = segno.make(mark.address(public_url), error="m", boost_error=False, micro=False)
    return Markup('<img src="{}" alt="">').format(picture.svg_data_uri(border=0, scale=10, dark="#000", light="#fff", omitsize=True))


@dataclass(frozen=True)
class Guest:
    """An organisation at the ceremony: its name, its commitment's code, and who is to sign: (name, capacity, side)."""

    name: str
    kind: str
    code: str
    people: tuple[tuple[str, str, str], ...]


def ceremony(templates: Environment, part: str, *, title: str, agenda: str, place: str, held_on: Any, guests: Sequence[Guest]) -> bytes:
    """Lay out one of the ceremony's own papers: "attendance", "signs" or "acta". Guests come in the order that is printed."""
    html = templates.get_template(f"commitments/paper/{part}.html").render(
        title=title, agenda=agenda, place=place, held_on=held_on, guests=guests
    )
    return render_pdf(html)


def joined(pieces: Sequence[tuple[str, bytes]]) -> bytes:
    """Return one PDF of several, with an outline that names each (title, PDF), in A4, ready for a two-sided printer.

    Each piece begins on a right-hand page: printed on both sides, no sheet belongs to two organisations.
    """
    whole = pikepdf.new()
    with whole.open_outline() as outline:
        for title, pdf in pieces:
            if len(whole.pages) % 2:
                whole.add_blank_page(page_size=(marks.WIDTH * _POINTS, _PAGE_HEIGHT))
            with pikepdf.open(io.BytesIO(pdf)) as piece:
                outline.root.append(pikepdf.OutlineItem(title, len(whole.pages)))
                whole.pages.extend(piece.pages)
    out = io.BytesIO()
    whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()

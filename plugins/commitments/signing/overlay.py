"""Refuse the "sneaky" signature: one added later whose picture covers what others had already signed.

On a certified file the policy already refuses every new visible field. On files without certification a
signature's picture is free, so a trusted but dishonest signer could paint over the text. Three limits: the share of the
page, the amount of earlier text under the picture, and other people's signatures under it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, Reference
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .covered_text import letters_under
from .reading import elements, entry
from .reasons import Reason

_MOST_OF_PAGE: Final = 0.3
_MOST_LETTERS: Final = 24  # a label such as "Firma del representante legal" is fewer
_MOST_OF_SIGNATURE: Final = 0.5

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Widget:
    field: str
    reference: Reference
    page: int
    page_box: Box
    box: Box


def find_overlays(reader: PdfFileReader, pdf: bytes, signatures: Sequence[EmbeddedPdfSignature]) -> list[Reason]:
    """A reason for each field signed after the first signature whose picture covers too much."""
    if not signatures:
        return []
    first = signatures[0]
    base = reader.get_historical_resolver(first.signed_revision)
    known = {(widget.field, widget.box) for widget in _widgets(base)}
    signed_first = {s.fq_name for s in signatures if s.signed_revision <= first.signed_revision}
    last = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    widgets = list(_widgets(last))
    reasons = []
    for widget in widgets:
        if widget.field in signed_first:
            continue
        share = _area(_overlap(widget.box, widget.page_box)) / max(_area(widget.page_box), 1)
        if share > _MOST_OF_PAGE:
            detail = f"covers {share:.0%} of page {widget.page + 1}"
            reasons.append(Reason("overlay", detail, {"field": widget.field}))
        elif (widget.field, widget.box) not in known and _area(widget.box) > 0:
            reasons.extend(_judge_new(widget, widgets, signed_first, pdf[: _end(first)]))
    return reasons


def _end(signature: EmbeddedPdfSignature) -> int:
    _, _, resume, rest = (int(number) for number in signature.byte_range)
    return resume + rest


def _judge_new(widget: _Widget, widgets: list[_Widget], signed_first: set[str], signed: bytes) -> Iterator[Reason]:
    for other in widgets:
        if other.field in signed_first and other.page == widget.page and _area(other.box) > 0:
            hidden = _area(_overlap(widget.box, other.box)) / _area(other.box)
            if hidden > _MOST_OF_SIGNATURE:
                detail = f"covers {hidden:.0%} of the signature in {other.field}"
                yield Reason("overlay", detail, {"field": widget.field})
                return
    letters = letters_under(signed, widget.page, widget.box)
    if letters > _MOST_LETTERS:
        yield Reason("overlay", f"covers {letters} letters of page {widget.page + 1}", {"field": widget.field})
    elif letters:
        yield Reason("covers_some_text", f"{letters} letters of page {widget.page + 1}", {"field": widget.field})


def _widgets(revision: HistoricalResolver) -> Iterator[_Widget]:
    where = {reference: (number, box) for number, box, notes in _pages(revision) for reference in notes}
    for name, _, field in enumerate_sig_fields(revision):
        references = [field.reference] if isinstance(field, IndirectObject) else []
        dictionary = field.get_object()
        for kid in elements(entry(dictionary, "/Kids"), follow=False):
            references.extend([kid.reference] if isinstance(kid, IndirectObject) else [])
        for reference in references:
            box = _box(revision(reference), "/Rect")
            if box is not None and reference in where:
                number, page_box = where[reference]
                yield _Widget(str(name), reference, number, page_box, box)


def _pages(revision: HistoricalResolver) -> Iterator[tuple[int, Box, list[Reference]]]:
    stack: list[tuple[object, Box]] = [(revision.root["/Pages"], (0.0, 0.0, 612.0, 792.0))]
    number = 0
    seen = 0
    while stack:
        node, box = stack.pop()
        seen += 1
        if not isinstance(node, DictionaryObject) or seen > 100_000:  # noqa: PLR2004 - a loop in the page tree
            raise PdfError("malformed page tree")
        box = _box(node, "/CropBox") or _box(node, "/MediaBox") or box
        if "/Kids" in node:
            stack.extend((kid, box) for kid in reversed(list(elements(node["/Kids"]))))
            continue
        notes = elements(entry(node, "/Annots"), follow=False)
        yield number, box, [note.reference for note in notes if isinstance(note, IndirectObject)]
        number += 1


def _box(node: object, key: str) -> Box | None:
    sides = [float(side) for side in elements(entry(node, key))]  # type: ignore[arg-type]
    if len(sides) != 4:  # noqa: PLR2004 - a rectangle
        return None
    left, bottom, right, top = sides
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _overlap(one: Box, other: Box) -> Box:
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, max(left, min(one[2], other[2])), max(bottom, min(one[3], other[3]))


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])

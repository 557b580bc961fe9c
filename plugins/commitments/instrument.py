"""Makes the instrument once: the organisation's own pages, set in milliseconds, before the agenda's full text, laid out for all."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf
from jinja2 import Environment
from markupsafe import Markup

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.signing.appearance import HEIGHT, WIDTH
from plugins.commitments.signing.fields import ReservedField, embed_fonts
from plugins.commitments.states import STANCES
from plugins.commitments.typesetting.document import OwnPages, set_pages
from plugins.commitments.typesetting.faces import Unsupported
from plugins.commitments.typesetting.joining import attach, prepared, put_before, saved
from plugins.commitments.typesetting.running import Running, number_pages
from portal.documents.canonical import canonical
from portal.documents.rendering import Attached, layout, plain_text
from portal.formats import hash_corto

log = logging.getLogger(__name__)

PAGE_HEIGHT = 841.89  # A4, in points
SLOTS_ON_A_PAGE = 6


@dataclass(frozen=True)
class Instrument:
    """The document, not certified yet, where its signatures go, the faces its form draws in, and the record that it carries."""

    document: pikepdf.Pdf
    fields: tuple[ReservedField, ...]
    fonts: pikepdf.Object
    record: bytes
    own: pikepdf.Pdf
    """The source of the first pages: open for as long as `document` is."""

    @property
    def pdf(self) -> bytes:
        """The document's bytes."""
        return saved(self.document)


def render(templates: Environment, record: dict[str, Any], agenda: FrozenAgenda, *, annex: bytes, public_url: str) -> Instrument:
    """Make the instrument of `record` (see `record.commitment_record`). About 50 ms; touches no database.

    `annex` is the agenda's full text and agenda.json as a PDF (`annexes.annex_of`).
    """
    data = canonical(record)
    pages = own_pages(own_html(templates, record, agenda, public_url=public_url))
    document, own = pikepdf.open(io.BytesIO(annex)), pikepdf.open(io.BytesIO(pages.pdf))
    put_before(document, own)
    attached = Attached("commitment.json", data, "application/json", "Posiciones, firmantes y condiciones de este compromiso", "Data")
    attach(document, attached, made=datetime.fromisoformat(record["issued_at"]))
    fonts = embed_fonts(document)
    running = Running(str(document.docinfo.Title), record["code"], address_of(record, public_url), hash_corto(record["agenda"]["sha256"]))
    number_pages(document, running, fonts)
    return Instrument(document, _fields(pages, record), fonts, data, own)


def own_html(templates: Environment, record: dict[str, Any], agenda: FrozenAgenda, *, public_url: str) -> str:
    """Return the organisation's own pages: cover, acta, positions, pages to sign."""
    address = address_of(record, public_url)
    return templates.get_template("commitments/pdf/instrument.html").render(
        record=record,
        agenda=agenda.data,
        address=address,
        qr=qr(address),
        stance_labels=STANCES,
        stances={row["item"]: row for row in record["stances"]},
        pages=_pages(record["slots"]),
        plain_text=plain_text,
        when=datetime.fromisoformat,
    )


def own_pages(html: str) -> OwnPages:
    """Set the organisation's own pages; what the typesetting does not know is laid out by WeasyPrint, about half a second slower."""
    try:
        return set_pages(html)
    except Unsupported as reason:
        log.warning("own pages laid out the slow way: %s", reason)
    laid = layout(html)
    return OwnPages(prepared(laid.write(), "o-"), laid.anchors())


def address_of(record: dict[str, Any], public_url: str) -> str:
    """Return where anyone can check the document."""
    return f"{public_url}/v/{record['code']}"


def qr(address: str) -> Markup:
    """Return the QR of `address` as an image: level M, quiet zone of 4 modules inside."""
    import segno  # noqa: PLC0415 - only wanted when something is printed

    picture = segno.make(address, error="m", boost_error=False, micro=False).svg_data_uri(
        border=4, scale=10, dark="#000", light="#fff", omitsize=True
    )
    return Markup('<img src="{}" alt="{}"/>').format(picture, f"Código QR: {address}")


def _pages(slots: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the slots page by page: a page to sign never holds more than it can, and always says what is signed."""
    count = -(-len(slots) // SLOTS_ON_A_PAGE) or 1
    size = -(-len(slots) // count)
    return [list(slots[start : start + size]) for start in range(0, len(slots), size)]


def _fields(pages: OwnPages, record: dict[str, Any]) -> tuple[ReservedField, ...]:
    found = []
    for slot in record["slots"]:
        page, left, top = pages.anchors[slot["field"]]
        box = (left, PAGE_HEIGHT - top - HEIGHT, left + WIDTH, PAGE_HEIGHT - top)
        found.append(ReservedField(slot["field"], page, box, slot["name"], slot["capacity_label"], slot["organisation"]))
    return tuple(found)

"""Lays out the instrument once: the acta, the positions, the pages to sign and the agenda's full text, with its data inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.signing.appearance import HEIGHT, WIDTH
from plugins.commitments.signing.fields import ReservedField
from plugins.commitments.states import STANCES
from portal.documents.canonical import canonical
from portal.documents.rendering import Attached, Layout, layout, plain_text

PAGE_HEIGHT = 841.89  # A4, in points
SLOTS_ON_A_PAGE = 6


@dataclass(frozen=True)
class Instrument:
    """The laid-out PDF, not certified yet, where its signatures go, and the record that it carries."""

    pdf: bytes
    fields: tuple[ReservedField, ...]
    record: bytes


def render(templates: Environment, record: dict[str, Any], agenda: FrozenAgenda, *, annex: Markup, public_url: str) -> Instrument:
    """Lay out and write the instrument of `record` (see `record.commitment_record`). About 1 s; touches no database.

    `annex` is the agenda's full text (`portal.agendas.printing.render_annex`).
    """
    data = canonical(record)
    address = f"{public_url}/v/{record['code']}"
    template = templates.get_template("commitments/pdf/instrument.html")
    html = template.render(
        record=record,
        agenda=agenda.data,
        address=address,
        qr=qr(address),
        stance_labels=STANCES,
        stances={row["item"]: row for row in record["stances"]},
        pages=_pages(record["slots"]),
        annex=annex,
        plain_text=plain_text,
        when=datetime.fromisoformat,
    )
    laid = layout(html)
    pdf = laid.write(
        attachments=[
            Attached("agenda.json", agenda.raw, "application/json", "La agenda, byte por byte como se calculó su huella", "Source"),
            Attached("commitment.json", data, "application/json", "Posiciones, firmantes y condiciones de este compromiso", "Data"),
        ]
    )
    return Instrument(pdf, _fields(laid, record), data)


def qr(address: str) -> Markup:
    """Return the QR of `address` as an image: level M, quiet zone of 4 modules inside."""
    import segno  # noqa: PLC0415 - only wanted when something is printed

    picture = segno.make(address, error="m", boost_error=False, micro=False).svg_data_uri(
        border=4, scale=10, dark="#000", light="#fff", omitsize=True
    )
    return Markup('<img src="{}" alt="{}">').format(picture, f"Código QR: {address}")


def _pages(slots: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the slots page by page: a page to sign never holds more than it can, and always says what is signed."""
    count = -(-len(slots) // SLOTS_ON_A_PAGE) or 1
    size = -(-len(slots) // count)
    return [list(slots[start : start + size]) for start in range(0, len(slots), size)]


def _fields(laid: Layout, record: dict[str, Any]) -> tuple[ReservedField, ...]:
    anchors = laid.anchors()
    found = []
    for slot in record["slots"]:
        page, left, top = anchors[slot["field"]]
        box = (left, PAGE_HEIGHT - top - HEIGHT, left + WIDTH, PAGE_HEIGHT - top)
        found.append(ReservedField(slot["field"], page, box, slot["name"], slot["capacity_label"], slot["organisation"]))
    return tuple(found)

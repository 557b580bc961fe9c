"""The instrument as it would be laid out whole: what the joined one is compared with, by tests and by the bench."""

from dataclasses import dataclass
from typing import Any

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.annexes import annex_html
from plugins.commitments.instrument import own_html
from plugins.commitments.signing.appearance import HEIGHT, WIDTH
from plugins.commitments.signing.fields import ReservedField
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.documents.rendering import Attached, layout

PAGE = 841.89


@dataclass(frozen=True)
class Whole:
    """A PDF of one piece, and the places of its slots."""

    pdf: bytes
    fields: tuple[ReservedField, ...]


def whole_html(portal: Portal, record: dict[str, Any], agenda: FrozenAgenda) -> str:
    """Return the organisation's pages and the annex as one page, with the style sheet's running text."""
    own = own_html(portal.templates, record, agenda, public_url=portal.settings.public_url)
    annex = annex_html(portal, agenda)
    inside = annex[annex.index("<main>") + len("<main>") : annex.index("</main>")]
    assert own.count('class="bare"') == own.count("</main>") == 1
    return own.replace('class="bare"', "").replace("</main>", f"{inside}</main>")


def laid_out_whole(portal: Portal, record: dict[str, Any], agenda: FrozenAgenda) -> Whole:
    """Lay the whole instrument out with WeasyPrint, as was done for each organisation before."""
    laid = layout(whole_html(portal, record, agenda))
    pdf = laid.write(
        attachments=[
            Attached("agenda.json", agenda.raw, "application/json", "La agenda, byte por byte como se calculó su huella", "Source"),
            Attached(
                "commitment.json", canonical(record), "application/json", "Posiciones, firmantes y condiciones de este compromiso", "Data"
            ),
        ]
    )
    places = laid.anchors()
    fields = []
    for slot in record["slots"]:
        page, left, top = places[slot["field"]]
        box = (left, PAGE - top - HEIGHT, left + WIDTH, PAGE - top)
        fields.append(ReservedField(slot["field"], page, box, slot["name"], slot["capacity_label"], slot["organisation"]))
    return Whole(pdf, tuple(fields))

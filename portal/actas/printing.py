"""Makes an acta's PDF: what the caller wrote, the acta's own code and address, and a place for each signature."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from portal.documents.rendering import layout
from portal.extend.kinds import SignaturePlace

if TYPE_CHECKING:
    from portal.actas.models import Acta, ActaSignature
    from portal.context import Portal

MARK = "<!-- acta:signatures -->"  # where a caller's HTML wants the signatures; otherwise they come last
_WIDTH, _HEIGHT = 70 / 25.4 * 72, 30 / 25.4 * 72


@dataclass(frozen=True)
class Printed:
    """A PDF nobody signed yet, and where each signature goes."""

    pdf: bytes
    places: tuple[SignaturePlace, ...]


def print_html(portal: "Portal", acta: "Acta", html: str, *, by_hand: bool) -> Printed:
    """Lay out `html` (it extends pdf/base.html) with the signatures where `MARK` stands, else at its end. About a second.

    `doc_code` and `doc_address` that the page left empty become the acta's.
    """
    signatures = _signatures(portal, acta, by_hand=by_hand)
    if MARK in html:
        html = html.replace(MARK, signatures, 1)
    else:
        before, _, after = html.rpartition("</main>")
        html = f"{before}{signatures}</main>{after}"
    html = html.replace('data-code=""', f'data-code="{escape(acta.code)}"', 1)
    html = html.replace('data-address=""', f'data-address="{escape(address(portal, acta))}"', 1)
    laid = layout(html)
    anchors, heights = laid.anchors(), [page.height * 0.75 for page in laid.document.pages]
    return Printed(laid.write(), tuple(_place(one, anchors[one.field], heights) for one in acta.signatures))


def print_after(portal: "Portal", acta: "Acta", pdf: bytes, *, by_hand: bool) -> Printed:
    """Add a page for the signatures to a PDF that the portal made elsewhere."""
    import pikepdf  # noqa: PLC0415 - only wanted when something is printed

    html = portal.templates.get_template("actas/pdf_signatures.html").render(acta=acta)
    own = print_html(portal, acta, html, by_hand=by_hand)
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.open(io.BytesIO(own.pdf)) as pages:
        before = len(document.pages)
        document.pages.extend(pages.pages)
        out = io.BytesIO()
        document.save(out)
    moved = [
        SignaturePlace(
            field=one.field, page=one.page + before, box=one.box, name=one.name, capacity=one.capacity, organisation=one.organisation
        )
        for one in own.places
    ]
    return Printed(out.getvalue(), tuple(moved))


def address(portal: "Portal", acta: "Acta") -> str:
    """Return where the acta can be read and its signatures seen."""
    return f"{portal.settings.public_url}/actas/{acta.code}"


def qr(target: str) -> Markup:
    """Return the QR of an address as an image: level M, quiet zone of 4 modules inside."""
    import segno  # noqa: PLC0415 - as above

    picture = segno.make(target, error="m", boost_error=False, micro=False).svg_data_uri(
        border=4, scale=10, dark="#000", light="#fff", omitsize=True
    )
    return Markup('<img src="{}" alt="{}"/>').format(picture, f"Código QR: {target}")


def _signatures(portal: "Portal", acta: "Acta", *, by_hand: bool) -> str:
    where = address(portal, acta)
    template = portal.templates.get_template("actas/_signatures_pdf.html")
    return template.render(acta=acta, signatures=_in_pages(acta.signatures), address=where, qr=qr(where), by_hand=by_hand)


def _in_pages(signatures: Sequence["ActaSignature"]) -> list[Sequence["ActaSignature"]]:
    """Return the signatures in lots of eight: what a page holds below its heading."""
    return [signatures[start : start + 8] for start in range(0, len(signatures), 8)]


def _place(one: "ActaSignature", anchor: tuple[int, float, float], heights: Sequence[float]) -> SignaturePlace:
    page, left, top = anchor
    bottom = heights[page] - top - _HEIGHT
    return SignaturePlace(
        field=one.field,
        page=page,
        box=(left, bottom, left + _WIDTH, bottom + _HEIGHT),
        name=one.name or "",
        capacity=one.capacity,
        organisation=one.organisation,
    )

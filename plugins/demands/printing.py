"""What is printed: sheets on which demands are written by hand, and sheets on which they are scored."""

from collections.abc import Sequence

from jinja2 import Environment
from markupsafe import Markup

from plugins.demands.models import Ballot, Round, Sheet
from portal.agendas.models import Agenda
from portal.documents.rendering import render_pdf


def code_drawing(address: str) -> Markup:
    """Return the QR of an address, with its quiet zone."""
    import segno  # noqa: PLC0415 - only wanted when something is printed

    picture = segno.make(address, error="m", boost_error=False, micro=False)
    return Markup('<img src="{}" alt="">').format(picture.svg_data_uri(border=4, scale=10, dark="#000", light="#fff", omitsize=True))


def collection(templates: Environment, agenda: Agenda, sheets: Sequence[Sheet], *, labels: dict[str, str], public_url: str) -> bytes:
    """Lay out collection sheets, an A4 page each. The QR leads to the form where the sheet is typed in."""
    found = [
        {
            "sheet": one,
            "dimension": labels.get(one.dimension, ""),
            "qr": code_drawing(f"{public_url}/gestion/agendas/{agenda.code}/demandas/hojas/{one.code}"),
        }
        for one in sheets
    ]
    return render_pdf(templates.get_template("demands/pdf/collection.html").render(agenda=agenda, sheets=found), variant="pdf/a-3b")


def scoring(templates: Environment, agenda: Agenda, round_: Round, ballots: Sequence[Ballot], *, public_url: str) -> bytes:
    """Lay out scoring sheets, each on pages of its own. The QR leads to the form where the ballot is typed in."""
    address = f"{public_url}/gestion/agendas/{agenda.code}/demandas/rondas/{round_.code}/fichas/"
    found = [{"ballot": one, "qr": code_drawing(f"{address}{one.code}")} for one in ballots]
    html = templates.get_template("demands/pdf/scoring.html").render(agenda=agenda, round=round_, ballots=found)
    return render_pdf(html, variant="pdf/a-3b")

"""A dimension's panel: its chart and its table have the same numbers, on the page and in the PDF; methods stay apart."""

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.agendas import printing
from portal.agendas.charts import WIDTH, amount, charts, table
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.extend import Bar, Panel


def _figures(page: str) -> list[str]:
    return re.findall(r'<figure class="chart".*?</figure>', page, re.DOTALL)


def _numbers(figure: str) -> tuple[list[str], list[str]]:
    """Return the numbers of a figure's drawing, and of its table."""
    drawn = re.findall(r'class="chart-number">(.*?)</text>', figure)
    told = re.findall(r'<td[^>]*>(?:<span class="cell-value">)?([^<]*)', figure)
    return drawn, told


def test_a_charts_numbers_are_its_tables_on_the_page(client: FlaskClient, frozen: AgendaVersion) -> None:
    figures = _figures(client.get("/agendas/APU-T").text)
    assert len(figures) > 5
    for figure in figures:
        drawn, told = _numbers(figure)
        assert drawn == told != []
        assert 'role="img"' in figure
        for drawing in re.findall(r"<svg.*?</svg>", figure, re.DOTALL):
            [named] = re.findall(r'aria-labelledby="([^"]+)"', drawing)
            assert f'<title id="{named}">' in drawing


def test_a_charts_numbers_are_its_tables_in_the_text_of_the_pdf(portal: Portal, frozen: AgendaVersion, tmp_path: Path) -> None:
    html = printing.render_annex(portal, printing.version_document(portal.store, frozen))
    figures = _figures(html)
    assert figures
    for figure in figures:
        drawn, told = _numbers(figure)
        assert drawn == told != []
    (tmp_path / "a.pdf").write_bytes(printing.version_pdf(portal, frozen))
    text = subprocess.run(["pdftotext", str(tmp_path / "a.pdf"), "-"], check=True, capture_output=True, text=True).stdout
    said = Counter(" ".join(line.split()) for line in text.splitlines())
    wanted = Counter(" ".join(one.split()) for figure in figures for one in _numbers(figure)[0] if "%" in one)
    for number, times in wanted.items():
        assert said[number] >= 2 * times, number  # once drawn, once in the table


def test_what_is_not_signed_is_said_so_and_is_not_in_the_pdf(portal: Portal, client: FlaskClient, frozen: AgendaVersion) -> None:
    page, printed = client.get("/agendas/APU-T").text, printing.render_annex(portal, printing.version_document(portal.store, frozen))
    for words in ("No forman parte de lo que se firma", "Programa Articulado Nutricional", "método anterior a 2024"):
        assert words in page
        assert words not in printed


def test_two_methods_are_two_series(client: FlaskClient, frozen: AgendaVersion) -> None:
    anaemia = [one for one in _figures(client.get("/agendas/APU-T").text) if "Niñas y niños de 6 a 35 meses con anemia" in one]
    assert [_numbers(one)[1] for one in anaemia] == [["53.2\u00a0%", "47.9\u00a0%", "55.8\u00a0%"], ["34.6\u00a0%", "35.3\u00a0%"]]


@pytest.mark.settings(plugins=())
def test_a_page_without_its_plugins_is_read_from_what_was_frozen(client: FlaskClient, frozen: AgendaVersion) -> None:
    page = client.get("/agendas/APU-T").text
    assert _figures(page) == []
    assert page.count('<article class="agenda-item') == 12


def test_bars_begin_at_zero_on_both_of_its_sides_and_fit() -> None:
    panel = Panel(
        label="x", unit="%", bars=(Bar(label="a", value="-7.4"), Bar(label="b", value="3.7"), Bar(label="c", value="0", planned=True))
    )
    [chart] = charts(panel)
    below, above, none = chart.blocks
    assert below.x == 0
    assert below.x + below.width == above.x == none.x == chart.zero
    assert above.x + above.width == pytest.approx(WIDTH, abs=0.2)
    assert below.width == pytest.approx(2 * above.width, abs=0.2)
    assert table(panel) == [("a", "-7.4\u00a0%"), ("b", "3.7\u00a0%"), ("c", "0\u00a0%")]
    assert amount("1234.50", "soles") == "1,234.50\u00a0soles"


def test_a_long_drawing_comes_in_pieces_at_one_scale() -> None:
    bars = tuple(Bar(label="Línea de base", value=str(10 * place), group=f"Grupo {place}") for place in range(1, 21))
    pieces = charts(Panel(label="x", bars=bars))
    assert len(pieces) > 1
    assert max(one.height for one in pieces) < 330
    widths = [block.width for one in pieces for block in one.blocks]
    assert widths == pytest.approx([WIDTH * place / 20 for place in range(1, 21)], abs=0.2)


@pytest.mark.parametrize("value", ["", "55,8", "1e5", "muchos", "NaN"])
def test_what_is_no_number_is_no_bar(value: str) -> None:
    with pytest.raises(ValueError, match="plain decimal"):
        Bar(label="a", value=value)

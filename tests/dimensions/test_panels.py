"""A dimension's panel: its chart and its table have the same numbers, on the page and in the PDF; methods stay apart."""

import html
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.agendas import printing, queries, service
from portal.agendas.charts import WIDTH, amount, charts, table
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.extend import Bar, Panel
from portal.testing.agendas import sample_draft


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


@dataclass(frozen=True)
class Word:
    """A word where the PDF has it, in points: `page` from 1, `right` where it ends."""

    page: int
    top: float
    left: float
    right: float
    text: str


def _words(pdf: Path) -> list[Word]:
    """Return the text of a PDF, line by line from the top, as a reader's eye finds it."""
    told = subprocess.run(["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True, text=True).stdout
    found = []
    for number, page in enumerate(told.split("<page ")[1:], 1):
        for left, top, right, text in re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>(.*?)</word>', page):
            found.append(Word(number, round(float(top), 1), float(left), float(right), html.unescape(text)))
    return sorted(found, key=lambda one: (one.page, one.top, one.left))


def _ending(words: list[Word], right: float) -> list[str]:
    """Return, from the top, the numbers with their unit that end at a right edge (where a page's foot may end too)."""
    lines: dict[tuple[int, float], list[Word]] = {}
    for word in words:
        if word.right < right + 0.5:
            lines.setdefault((word.page, word.top), []).append(word)
    found = []
    for line in lines.values():
        phrase: list[Word] = []
        for word in reversed(line):
            if (phrase[0].left if phrase else right + 0.5) - word.right > 4:
                break
            phrase.insert(0, word)
        found.append(" ".join(one.text for one in phrase) if phrase and abs(phrase[-1].right - right) < 0.5 else "")
    return [one for one in found if re.fullmatch(r"-?[\d,]+(\.\d+)?( %)?", one)]


def _in_the_pdf(words: list[Word], title: str, rows: int) -> tuple[list[str], list[str]]:
    """Return the numbers that a PDF draws under a chart's title, and those of the table after them."""
    wanted = title.split()
    first = next(at for at in range(len(words)) if [one.text for one in words[at : at + len(wanted)]] == wanted)
    head = next(at for at in range(first, len(words)) if words[at].text == "Valor" and words[at - 1].text == "Dato")
    drawing = words[first].left + 289 * 0.75  # `width` of the drawing, in pixels, as points
    return _ending(words[first + len(wanted) : head - 1], drawing), _ending(words[head + 1 :], words[head].right)[:rows]


def _varied(portal: Portal, session: Session, now: datetime, dimensions: list[str]) -> AgendaVersion:
    """Return a frozen agenda in which no two indicators have the same figures."""
    agenda = sample_draft(session, now=now, ask=portal.ask, items=36, dimensions=dimensions)
    session.flush()
    for place, item in enumerate(queries.items(session, agenda.id), 1):
        changed = [{**one, "baseline": f"{10 + place}.{place}", "target": str(1000 + place)} for one in item.content["indicators"]]
        item.content = {**item.content, "indicators": changed}
    expected = draft_digest(draft_document(session, portal.registry, agenda))
    version = service.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)
    session.commit()
    return version


@pytest.mark.parametrize("profile", ["regional", "opengov"])
def test_a_charts_numbers_are_its_tables_in_the_pdf(profile: str, portal: Portal, session: Session, now: datetime, tmp_path: Path) -> None:
    """What is read in the drawing's place and in the table's column, in the PDF itself: the same numbers, in the same order."""
    opengov = [one for one in portal.registry.dimensions if portal.registry.dimensions[one].prefix.startswith("OG")]
    names = opengov if profile == "opengov" else ["social", "economica", "ambiental", "institucional"]
    version = _varied(portal, session, now, names)
    document = printing.version_document(portal.store, version)
    (tmp_path / "a.pdf").write_bytes(printing.version_pdf(portal, version))
    words = _words(tmp_path / "a.pdf")
    for dimension in document["dimensions"]:
        [start] = [
            at for at, one in enumerate(words) if one.text == dimension["label"].split()[0] and _heads(words, at, dimension["label"])
        ]
        panels = portal.ask.panels(dimension, document)
        assert panels, dimension["name"]
        for panel in panels:
            wanted = [number.replace("\u00a0", " ") for _, number in table(panel)]
            drawn, told = _in_the_pdf(words[start:], panel.label, len(wanted))
            assert drawn == told == wanted, (dimension["name"], panel.label)


def _heads(words: list[Word], at: int, label: str) -> bool:
    """Tell whether a dimension's heading begins there: its words in a line of their own that no chart or table has."""
    end = at + len(label.split())
    alone = all(one.top != words[at].top or one.page != words[at].page for one in (*words[max(0, at - 1) : at], *words[end : end + 1]))
    return alone and [one.text for one in words[at:end]] == label.split()


def test_what_is_not_signed_is_said_so_and_is_not_in_the_pdf(portal: Portal, client: FlaskClient, frozen: AgendaVersion) -> None:
    page, printed = client.get("/agendas/APU-T").text, printing.render_annex(portal, printing.version_document(portal.store, frozen))
    for words in ("No forman parte de lo que se firma", "Programa Articulado Nutricional", "método anterior a 2024"):
        assert words in page
        assert words not in printed


def test_no_two_tables_that_scroll_have_one_name(portal: Portal, session: Session, client: FlaskClient, now: datetime) -> None:
    """Every theme of an open government agenda has the same panel; its table's place on the page is told apart by the theme."""
    themes = [one for one in portal.registry.dimensions if portal.registry.dimensions[one].prefix.startswith("OG")]
    code = _varied(portal, session, now, themes).agenda.code
    session.commit()
    names = re.findall(r'role="region" aria-label="([^"]+)"', client.get(f"/agendas/{code}").text)
    assert len(names) >= len(themes)
    assert sorted(set(names)) == sorted(names)


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

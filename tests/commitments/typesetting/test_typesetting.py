"""The small typesetting: lines that fit, pages that hold, and a refusal for all it does not know."""

import io

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.commitments.signing.fields import embed_fonts
from plugins.commitments.typesetting.document import set_pages
from plugins.commitments.typesetting.faces import Unsupported
from plugins.commitments.typesetting.svg import strokes
from plugins.commitments.typesetting.text import Run, Style, lines_of, widths_of

WORDS = st.lists(st.text("abcdeéíñ ,.-–/0123ʼ", min_size=1, max_size=40), min_size=1, max_size=30)
LONG = "Reducir la anemia en niñas y niños de 6 a 35 meses, en cada distrito. "


def page(content: str, cover: str = "") -> str:
    head = '<head><title>Muestra</title><meta name="author" content="Rúbrica"/></head>'
    return f'<!doctype html>\n<html lang="es-PE">{head}<body>{cover}<main>{content}</main></body></html>'


def texts(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, font in embed_fonts(document).items():  # the slots' faces, which the whole document has once
            document.pages[0].obj.Resources.Font[name] = font
        document.save(out := io.BytesIO())
    return [" ".join(one.get_textpage().get_text_bounded().split()) for one in pypdfium2.PdfDocument(out.getvalue())]


@given(WORDS, st.floats(20, 400))
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(words: list[str], room: float) -> None:
    style = Style("sans", size=9, leading=11.7)
    text = " ".join(words)
    lines = lines_of([Run(text, style)], room)
    assert max(line.width for line in lines) <= room + 0.01
    assert "".join(piece.text for line in lines for piece in line.pieces) == "".join(text.split())
    assert [line.last for line in lines] == [False] * (len(lines) - 1) + [True]


def test_a_natural_width_is_enough_for_one_line() -> None:
    runs = [Run("Sin pronunciamiento, ", Style()), Run("dos", Style(weight=600)), Run(".", Style())]
    narrow, natural = widths_of(runs)
    assert (len(lines_of(runs, natural)), len(lines_of(runs, natural - 1))) == (1, 2)
    assert narrow < natural == widths_of(runs, nowrap=True)[0]


def test_lines_break_after_a_hyphen_between_letters_and_not_between_figures() -> None:
    def first(text: str, room: str) -> str:
        line = lines_of([Run(text, Style())], widths_of([Run(room, Style())])[1])[0]
        return "".join(piece.text for piece in line.pieces)

    assert first("uso socio-ambiental", "uso socio-a") == "usosocio-"
    assert first("uso 2023-2026", "uso 2023-2") == "uso"


def test_a_head_comes_again_where_a_table_begins_a_page_and_is_said_once() -> None:
    rows = "".join(f'<tr><th scope="row">A-{n:02d}</th><td>{LONG}</td></tr>' for n in range(60))
    table = f"<table><thead><tr><th>Punto</th><th>Texto</th></tr></thead><tbody>{rows}</tbody></table>"
    laid = set_pages(page(f"<h1>Puntos</h1>{table}"))
    shown = texts(laid.pdf)
    assert len(shown) == 2
    assert all("Punto Texto" in one for one in shown)
    with pikepdf.open(io.BytesIO(laid.pdf)) as document:
        tables = document.Root.StructTreeRoot.K[0].K[1]
        assert [str(one.S) for one in tables.K] == ["/THead", "/TBody"]
        assert (len(tables.K[0].K), len(tables.K[1].K)) == (1, 60)


def test_a_heading_stays_with_what_it_heads() -> None:
    paragraphs = "".join(f"<p>{LONG * 4}</p>" for _ in range(9))
    first, second = texts(set_pages(page(f"{paragraphs}<h2>Título del fin</h2><p>{LONG * 9}</p>")).pdf)
    assert "Título del fin" not in first
    assert second.index("Título del fin") < second.rindex("Reducir")


def test_anchors_and_bookmarks_are_where_things_are() -> None:
    slot = '<div class="slot"><p class="slot-for">Por la Mesa</p><div class="slot-box" id="firma-{}"></div></div>'
    pages = f'<section class="chapter"><h1>Uno</h1></section><section class="chapter signatures"><h1>Dos</h1><div class="slots">{slot.format(1)}{slot.format(2)}{slot.format(3)}</div></section>'
    laid = set_pages(page(pages))
    (first, left, top), (second, right, other), (third, below, lower) = (laid.anchors[f"firma-{n}"] for n in (1, 2, 3))
    assert (first, second, third) == (1, 1, 1)
    assert (top, left) == (other, below)
    assert left < right
    assert top < lower
    with pikepdf.open(io.BytesIO(laid.pdf)) as document:
        assert str(document.Root.Outlines.Last.Title) == "Dos"
        assert document.Root.Outlines.Last.Dest[0].objgen == document.pages[1].obj.objgen


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<p>Con <a href='#x'>enlace</a></p>", "<a> among words"),
        ("<p>漢字</p>", "letters that SourceSerifPro-Regular does not set"),
        ("<p>שלום</p>", "letters that SourceSerifPro-Regular does not set"),
        ("<aside>x</aside>", "<aside class=None>"),
        ("palabras<p>x</p>", "words beside blocks in <main>"),
        ("<p>x", "not well-formed"),
        (f"<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>{LONG * 120}</td></tr></tbody></table>", "higher than a page"),
        ('<table><thead><tr><th>A</th></tr></thead><tbody><tr><td colspan="2">x</td></tr></tbody></table>', "a cell of another kind"),
    ],
)
def test_what_it_does_not_know_it_refuses(content: str, reason: str) -> None:
    with pytest.raises(Unsupported) as refused:
        set_pages(page(content))
    assert reason in str(refused.value)


def test_the_same_words_give_the_same_bytes() -> None:
    html = page(f"<h1>Acta</h1><p>{LONG}</p><blockquote><p>Consiento.</p></blockquote>")
    assert set_pages(html).pdf == set_pages(html).pdf


def test_paths_become_operators() -> None:
    assert strokes("M4 4.5h7m1 0h2") == "4 4.5 m 11 4.5 l 12 4.5 m 14 4.5 l"
    assert strokes("M3 10C48 3 108 2 146 7c12 2 9 9-4 10") == "3 10 m 48 3 108 2 146 7 c 158 9 155 16 142 17 c"
    with pytest.raises(Unsupported):
        strokes("M0 0A1 1 0 0 0 1 1")

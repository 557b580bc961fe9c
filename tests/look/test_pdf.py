"""The printed frame: fonts inside, tagged, running text on each page, slots where the seal will draw."""

import io
import logging
from datetime import datetime

import jinja2
import pikepdf
import pypdfium2
import pytest
import segno
from markupsafe import Markup

from portal.documents.rendering import Layout, layout

MM = 72 / 25.4
DIGEST = "3f2a91bc04de77a1" * 4


@pytest.fixture
def sample(env: jinja2.Environment, noon: datetime) -> Layout:
    """Return the sample document, laid out: a cover, a table over two pages, an item, three slots."""
    qr = Markup(segno.make("https://portal.example/v/7Q2M-4KXD", error="m").svg_inline(border=4, omitsize=True))  # noqa: S704 - segno's own drawing
    rows = [
        [f"SOC-{n:02d}.1", "Reducir la anemia en niñas y niños de 6 a 35 meses, en cada distrito.", "Suscribe", "40.0"]
        for n in range(1, 51)
    ]
    return layout(env.get_template("document.html").render(qr=qr, now=noon, digest=DIGEST, rows=rows))


def _texts(pdf: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("variant", ["pdf/a-3a", "pdf/ua-1"])
def test_it_is_written_without_a_complaint(sample: Layout, variant: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        data = sample.write(variant=variant)
    assert [record.getMessage() for record in caplog.records] == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked) is True
        assert str(pdf.Root.Lang) == "es-PE"


def test_every_font_is_ours_and_inside(sample: Layout) -> None:
    families = set()
    with pikepdf.open(io.BytesIO(sample.write())) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in one or "/FontFile3" in one
                families.add(str(one.FontFamily))
    assert families == {"Source Serif Pro", "Source Sans Pro"}


def test_each_page_says_what_it_belongs_to(sample: Layout) -> None:
    cover, *pages = _texts(sample.write())
    assert len(pages) >= 2
    assert "Página 1 de " in cover
    assert "APU-2023-0007" not in cover
    for number, text in enumerate(pages, 2):
        assert text.count("Compromiso ético (muestra)") == 1
        assert "APU-2023-0007" in text
        assert "portal.example/v/7Q2M-4KXD" in text
        assert "3f2a 91bc 04de 77a1" in text
        assert f"Página {number} de {len(pages) + 1}" in text


def test_a_table_over_two_pages_repeats_its_head(sample: Layout) -> None:
    texts = _texts(sample.write())
    assert [("Código Punto" in text) for text in texts if "SOC-01.1" in text or "SOC-50.1" in text] == [True, True]


def test_slots_lie_side_by_side_inside_the_margins(sample: Layout) -> None:
    places = sample.anchors()
    (page, left, top), (other_page, right, other_top), _ = (places[f"firma-{n}"] for n in (1, 2, 3))
    assert page == other_page
    assert top == pytest.approx(other_top)
    assert left == pytest.approx(32 * MM, abs=0.1)
    assert right == pytest.approx((210 - 25 - 70) * MM, abs=0.1)
    assert top + 30 * MM < (297 - 30) * MM


def test_a_page_with_slots_has_text_of_its_own(sample: Layout) -> None:
    page = sample.anchors()["firma-1"][0]
    assert "Cada firma cubre este documento entero." in _texts(sample.write())[page]

"""Dates as people write them in a plan."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.workplan.dates import Span, understand, years_in
from plugins.workplan.words import bodies

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Marzo - Abril", (2022, 3, 1), (2022, 4, 30)),
        ("Abril -Mayo", (2022, 4, 1), (2022, 5, 31)),
        ("Abril-Mayo-Junio-Julio", (2022, 4, 1), (2022, 7, 31)),
        ("Julio-agosto- setiembre", (2022, 7, 1), (2022, 9, 30)),
        ("noviembre-diciembre 2022", (2022, 11, 1), (2022, 12, 31)),
        ("ene-23", (2023, 1, 1), (2023, 1, 31)),
        ("diciembre - enero", (2022, 12, 1), (2023, 1, 31)),
        ("diciembre - enero 2023", (2022, 12, 1), (2023, 1, 31)),
        ("abril 2022 a enero 2023", (2022, 4, 1), (2023, 1, 31)),
        ("Septiembre", (2022, 9, 1), (2022, 9, 30)),
        ("15/04/2022", (2022, 4, 15), (2022, 4, 15)),
        ("15 al 20 de mayo de 2023", (2023, 5, 15), (2023, 5, 20)),
        ("del 3 de mayo al 5 de junio", (2022, 5, 3), (2022, 6, 5)),
        ("20 de diciembre al 6 de enero", (2022, 12, 20), (2023, 1, 6)),
        ("2022-05", (2022, 5, 1), (2022, 5, 31)),
        ("II trimestre", (2022, 4, 1), (2022, 6, 30)),
        ("segundo semestre 2023", (2023, 7, 1), (2023, 12, 31)),
        ("primera quincena de mayo", (2022, 5, 1), (2022, 5, 15)),
        ("Permanente", (2022, 1, 1), (2022, 12, 31)),
        ("febrero 2024", (2024, 2, 1), (2024, 2, 29)),
    ],
)
def test_what_a_date_means(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    assert understand(text, 2022) == Span(date(*start), date(*end))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "por definir",
        "1ra semana de mayo",
        "31 de abril",
        "mayo 15",
        "Mayo - Abril",
        "99/99/9999",
        "13/2022",
        "mañana",
        "15",
        "V trimestre",
    ],
)
def test_what_nobody_could_be_sure_of_is_not_guessed(text: str) -> None:
    assert understand(text, 2022) is None


@given(st.text(st.sampled_from("abrilmayojun 0123456789-/.,de "), max_size=40))
def test_any_text_is_understood_or_not_and_a_range_never_ends_before_it_begins(text: str) -> None:
    span = understand(text, 2022)
    assert span is None or span.start <= span.end


def test_the_years_that_a_text_says() -> None:
    assert [years_in(text) for text in ("Marzo - Abril", "noviembre-diciembre 2022", "ene-23")] == [[], [2022], [2023]]


def test_the_bodies_that_a_cell_names() -> None:
    assert bodies("Equipo de la MCLCP , Voluntarios") == ("Equipo de la MCLCP", "Voluntarios")
    assert bodies("Equipo MCLCP, CER Y comisiones por dimensiones") == ("Equipo MCLCP", "CER", "comisiones por dimensiones")
    assert bodies("Equipo MCLCP, y comisiones , medios de comunicación") == ("Equipo MCLCP", "comisiones", "medios de comunicación")

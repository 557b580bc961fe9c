"""What people write in an item, tidied and checked."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agendas.content import clean
from portal.agendas.figures import decimal
from portal.documents.canonical import canonical
from portal.errors import Invalid
from portal.extend import ItemField

FIELDS = (
    ItemField(dimension="x", name="cuenca", label="Cuenca", kind="choice", choices=(("pampas", "Pampas"),)),
    ItemField(dimension="x", name="monto", label="Monto", kind="number"),
    ItemField(dimension="x", name="dia", label="Día", kind="date"),
    ItemField(dimension="x", name="nota", label="Nota", required=True),
)
GOOD = {"text": "Un punto", "fields": {"nota": "sí"}}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("55.8", "55.8"),
        ("55,8", "55.8"),
        ("1,234", "1234"),
        ("1 234.50", "1234.50"),
        ("12,345,678.9", "12345678.9"),
        ("-7.4", "-7.4"),
        ("", None),
        (None, None),
        ("85.00", "85.00"),
    ],
)
def test_figures_are_kept_as_the_source_writes_them(written: str | None, kept: str | None) -> None:
    assert decimal(written) == kept


@pytest.mark.parametrize("written", ["muchos", "1.2.3", "12,34,5", "0x10", "1e5", "٣"])
def test_what_is_no_figure_is_refused(written: str) -> None:  # "٣" is a digit to Python, and no number in a spreadsheet
    with pytest.raises(ValueError, match=written):
        decimal(written)


def test_everything_wrong_is_said_at_once_and_beside_its_field() -> None:
    raw = {
        "text": " ",
        "indicators": [{"name": ""}, {"name": "", "baseline": "x", "baseline_year": "12", "source_url": "javascript:alert(1)"}],
        "alignments": [{"code": "1"}],
        "fields": {"cuenca": "Nilo", "monto": "doce", "dia": "31/08/2022"},
    }
    with pytest.raises(Invalid) as caught:
        clean(raw, FIELDS)
    assert sorted(caught.value.fields) == [
        "alignments-0-scheme",
        "fields-cuenca",
        "fields-dia",
        "fields-monto",
        "fields-nota",
        "indicators-1-baseline",
        "indicators-1-baseline_year",
        "indicators-1-name",
        "indicators-1-source_url",
        "text",
    ]


def test_empty_rows_are_left_out_and_fields_of_absent_plugins_stay() -> None:
    found = clean(
        {
            **GOOD,
            "indicators": [{"name": " ", "unit": ""}, {"name": "Anemia", "baseline": "55,8", "baseline_year": " 2023 "}],
            "fields": {"nota": "  dos   palabras ", "de_otro": "queda"},
        },
        FIELDS,
    )
    assert found["indicators"] == [
        {
            "name": "Anemia",
            "unit": "",
            "source": "",
            "source_url": "",
            "baseline": "55.8",
            "baseline_year": 2023,
            "target": None,
            "target_year": None,
        }
    ]
    assert found["fields"] == {"de_otro": "queda", "nota": "dos palabras"}


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_tidying_twice_changes_nothing_and_one_word_has_one_form(text: str) -> None:
    try:
        once = clean({**GOOD, "text": text}, FIELDS)
    except Invalid:
        return
    assert clean(once, FIELDS) == once
    assert clean({**GOOD, "text": unicodedata.normalize("NFD", once["text"])}, FIELDS)["text"] == once["text"]
    canonical(once)

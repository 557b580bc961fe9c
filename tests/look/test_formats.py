"""Dates, figures and digests read as the brief writes them, in Spanish and in English."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import jinja2
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from portal import formats
from portal.formats import Manner

MOMENT = datetime(2022, 8, 31, 15, 32, tzinfo=UTC)
ENGLISH = Manner("en", "America/Lima")


def test_a_date_is_written_out() -> None:
    assert formats.fecha(date(2022, 8, 31)) == "31 de agosto de 2022"
    assert formats.fecha(date(2022, 8, 31), ENGLISH) == "August 31, 2022"


def test_the_day_of_a_moment_is_the_day_in_lima() -> None:
    assert formats.fecha(datetime(2022, 9, 1, 3, 0, tzinfo=UTC)) == "31 de agosto de 2022"


def test_a_time_always_carries_its_zone() -> None:
    assert formats.fecha_hora(MOMENT) == "31 de agosto de 2022, 10:32 (hora de Lima)"
    assert formats.fecha_hora(MOMENT, ENGLISH) == "August 31, 2022, 10:32 (Lima time)"
    assert formats.fecha_hora(MOMENT, Manner("es_PE", "UTC")) == "31 de agosto de 2022, 15:32 (UTC)"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        formats.fecha_hora(MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("distance", "spanish"),
    [
        (timedelta(days=-4), "hace 4 días"),
        (timedelta(seconds=-20), "hace un momento"),
        (timedelta(hours=2), "dentro de 2 horas"),
    ],
)
def test_distance_in_time(distance: timedelta, spanish: str) -> None:
    assert formats.hace(MOMENT + distance, MOMENT) == spanish


def test_reading_days_stay_days() -> None:
    assert [formats.dias(n) for n in (0, 1, 40)] == ["0 días", "1 día", "40 días"]
    assert formats.dias(timedelta(days=9, hours=23)) == "9 días"
    assert formats.dias(1, ENGLISH) == "1 day"


def test_figures() -> None:
    assert formats.numero(1234567) == "1,234,567"
    assert formats.numero(Decimal("1234.50")) == "1,234.5"
    assert formats.numero(3, 2) == "3.00"
    for value in ("0", "-0.5", "55.8", "0.125", "0.135", "-1234567.005", "999.95", "1e3", "1e-9", "12345678901234567890.5"):
        for decimals in range(4):
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            for locale in ("es_PE", "en"):
                wanted = format_decimal(Decimal(value), pattern, locale=locale)
                assert formats.numero(Decimal(value), decimals, formats.Manner(locale)) == wanted
    assert formats.porcentaje(Decimal("51.3")) == "51.3%"
    assert formats.porcentaje(40) == "40%"
    assert formats.soles(Decimal("1234.5")) == "S/\xa01,234.50"
    assert formats.soles(-2) == "-S/\xa02.00"


def test_a_digest_is_shown_in_groups() -> None:
    assert formats.hash_corto("3f2a91bc04de77a1" * 4) == "3f2a 91bc 04de 77a1"


def test_what_is_not_there_is_a_dash() -> None:
    empty = [formats.fecha(None), formats.fecha_hora(None), formats.hace(None, MOMENT), formats.dias(None), formats.numero(None)]
    assert [*empty, formats.porcentaje(None), formats.soles(None), formats.hash_corto(None)] == ["–"] * 8


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_moment_names_its_zone(moment: datetime) -> None:
    assert formats.fecha_hora(moment).endswith(" (hora de Lima)")


def test_the_filters_follow_the_reader(env: jinja2.Environment) -> None:
    shown = env.from_string("{{ at|fecha_hora }} · {{ before|hace }} · {{ 51.3|porcentaje }}")
    assert shown.render(at=MOMENT, before=MOMENT - timedelta(days=4)) == "31 de agosto de 2022, 10:32 (hora de Lima) · hace 4 días · 51.3%"
    formats.register(env, now=lambda: MOMENT, locale=lambda: "en")
    assert shown.render(at=MOMENT, before=MOMENT - timedelta(days=4)) == "August 31, 2022, 10:32 (Lima time) · 4 days ago · 51.3%"

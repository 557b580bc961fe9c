"""Dates, figures and digests as people read them: the Jinja filters of web, mail and PDF alike."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import jinja2
from babel import Locale, dates, numbers

NOTHING = "–"
LIMA = "America/Lima"
DIGEST_SHOWN = 16  # hexadecimal digits: enough to compare by eye, short enough for a page's foot

_COMMAS = {"es_PE", "en"}  # where Python's own way of grouping is the country's: an agenda has thousands of figures

Figure = int | float | Decimal


class Manner(NamedTuple):
    """For whom a value is written."""

    locale: str = "es_PE"
    zone: str = LIMA

    @property
    def english(self) -> bool:
        """Whether the words between the figures are English."""
        return Locale.parse(self.locale).language == "en"


PERU = Manner()


def _local(value: datetime, zone: str) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a zone cannot be shown")
    return value.astimezone(ZoneInfo(zone))


def fecha(value: date | datetime | None, manner: Manner = PERU) -> str:
    """Return `31 de agosto de 2022`; of an aware datetime, the day it was in the zone."""
    if value is None:
        return NOTHING
    day = _local(value, manner.zone) if isinstance(value, datetime) else value
    return dates.format_date(day, "long", locale=manner.locale)


def fecha_hora(value: datetime | None, manner: Manner = PERU) -> str:
    """Return `31 de agosto de 2022, 10:32 (hora de Lima)`. Raises `ValueError` for a datetime without a zone."""
    if value is None:
        return NOTHING
    moment = _local(value, manner.zone)
    return f"{dates.format_date(moment, 'long', locale=manner.locale)}, {moment:%H:%M} ({zona(manner)})"


def zona(manner: Manner = PERU) -> str:
    """Return how the zone is called beside a time: `hora de Lima`."""
    city = manner.zone.rpartition("/")[2].replace("_", " ")
    if city == "UTC":
        return city
    return f"{city} time" if manner.english else f"hora de {city}"


def hace(value: datetime | None, now: datetime, manner: Manner = PERU) -> str:
    """Return the distance from `now`: `hace 4 días`, `dentro de 2 horas`, `hace un momento`."""
    if value is None:
        return NOTHING
    distance = value - now
    if abs(distance) < timedelta(minutes=1):
        return "a moment ago" if manner.english else "hace un momento"
    return dates.format_timedelta(distance, add_direction=True, threshold=1.2, locale=manner.locale)


def dias(value: float | timedelta | None, manner: Manner = PERU) -> str:
    """Return `1 día`, `40 días`: whole days, never weeks or months, because reading days are counted."""
    if value is None:
        return NOTHING
    days = value.days if isinstance(value, timedelta) else int(value)
    unit = ("day" if days == 1 else "days") if manner.english else ("día" if days == 1 else "días")
    return f"{numero(days, manner=manner)} {unit}"


def numero(value: Figure | None, decimals: int | None = None, manner: Manner = PERU) -> str:
    """Return `1,234.5`; `decimals` fixes how many are written (by default as many as there are, at most 3)."""
    if value is None:
        return NOTHING
    if decimals is not None and isinstance(value, Decimal) and manner.locale in _COMMAS:
        return f"{value:,.{decimals}f}"
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, pattern, locale=manner.locale)


def porcentaje(value: Figure | None, decimals: int = 1, manner: Manner = PERU) -> str:
    """Return `66.7%` for 66.7: the figure is already a percentage, as indicators are written; no empty decimals."""
    if value is None:
        return NOTHING
    return numbers.format_decimal(value, "#,##0" + ("." + "#" * decimals if decimals else ""), locale=manner.locale) + "%"


def soles(value: Figure | None, manner: Manner = PERU) -> str:
    """Return `S/ 1,234.50` (the space does not break); `value` is in soles."""
    if value is None:
        return NOTHING
    return numbers.format_currency(value, "PEN", "S/\xa0#,##0.00;-S/\xa0#,##0.00", locale=manner.locale)


def hash_corto(value: str | None) -> str:
    """Return the head of a hexadecimal digest in groups of four: `3f2a 91bc 04de 77a1`."""
    if not value:
        return NOTHING
    head = value[:DIGEST_SHOWN]
    return " ".join(head[at : at + 4] for at in range(0, len(head), 4))


def register(
    env: jinja2.Environment,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    locale: Callable[[], str] = lambda: "es_PE",
    zone: str = LIMA,
) -> None:
    """Put the filters into `env`; `locale` is asked each time a page is drawn, `now` only by `hace`."""

    def manner() -> Manner:
        return Manner(locale(), zone)

    env.filters.update(
        fecha=lambda value: fecha(value, manner()),
        fecha_hora=lambda value: fecha_hora(value, manner()),
        hace=lambda value, at=None: hace(value, at or now(), manner()),
        dias=lambda value: dias(value, manner()),
        numero=lambda value, decimals=None: numero(value, decimals, manner()),
        porcentaje=lambda value, decimals=1: porcentaje(value, decimals, manner()),
        soles=lambda value: soles(value, manner()),
        hash_corto=hash_corto,
    )
    env.globals["zona"] = lambda: zona(manner())

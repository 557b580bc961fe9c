"""Understands dates as people write them in a plan: months, ranges of months, days, quarters; in Spanish."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

SHORT = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic")
FAR = date.min  # a day on which nothing is late
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene",
            "febrero feb",
            "marzo mar",
            "abril abr",
            "mayo may",
            "junio jun",
            "julio jul",
            "agosto ago",
            "setiembre septiembre set sep sept",
            "octubre oct",
            "noviembre nov",
            "diciembre dic",
        ),
        1,
    )
    for name in names.split()
}
_FILLERS = frozenset(["de", "del", "a", "al", "y", "e", "hasta", "desde", "mes", "meses", "el", "la", "los", "entre", "ano"])
_ALWAYS = re.compile(r"(?:permanente(?:mente)?|todo el ano|durante el ano|anual)(?: (\d{4}))?")
_PART = re.compile(
    r"(?:(?P<roman>iv|iii|ii|i)|(?P<number>[1-4])(?:er|ro|do|to|ra|da|ta|°|º)?|(?P<word>primer|segundo|tercer|cuarto)[oa]?)\s+"
    r"(?P<part>bimestre|trimestre|semestre)(?:\s+(?:de |del )?(?P<year>\d{4}))?"
)
_LENGTHS = {"bimestre": 2, "trimestre": 3, "semestre": 6}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4}
_HALF = re.compile(r"(?P<which>1ra|1era|primera|2da|segunda) quincena (?:de |del )?(?P<month>[a-z]+)(?:[ -]+(?:de |del )?(?P<year>\d{4}))?")
_TOKENS = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})|(?P<dmy>\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2}))|(?P<ym>\d{4}-\d{1,2}(?!\d))|(?P<my>\d{1,2}/\d{4})"
    r"|(?P<short>[a-z]+\.?\s?[-/'’]\s?\d{2}(?!\d))|(?P<year>(?:19|20)\d{2})|(?P<day>\d{1,2})|(?P<word>[a-z]+)|(?P<gap>[\s,;.()–—/-]+)|(?P<odd>.)"
)
_LONGEST = 300
_WRAP = 6  # months: "diciembre - febrero" goes into the next year, "mayo - abril" is a slip


@dataclass(frozen=True)
class Span:
    """From a day to a day, both in it."""

    start: date
    end: date


@dataclass
class _Point:
    month: int
    year: int | None = None
    day: int | None = None


def folded(text: str) -> str:
    """Return text in lower case, without accents, with single spaces."""
    plain = "".join(one for one in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(plain.split())


def understand(text: str, year: int) -> Span | None:
    """Return the days that `text` means; years that it does not say are `year`. None: nobody could be sure."""
    plain = folded(text)
    if not plain or len(plain) > _LONGEST:
        return None
    try:
        return _whole(plain, year) or _points(plain, year)
    except ValueError:  # 31 de abril
        return None


def years_in(text: str) -> list[int]:
    """Return the years that a text says: [2022] of "noviembre-diciembre 2022"."""
    found = [understand(text, 1)]
    return sorted({day.year for span in found if span for day in (span.start, span.end) if day.year > 1})


def _whole(plain: str, year: int) -> Span | None:
    always = _ALWAYS.fullmatch(plain)
    if always:
        return _months(int(always[1] or year), 1, 12)
    part = _PART.fullmatch(plain)
    if part:
        which = int(part["number"]) if part["number"] else _ROMAN[part["roman"] or part["word"]]
        length = _LENGTHS[part["part"]]
        if which * length > 12:  # noqa: PLR2004 - months
            return None
        return _months(int(part["year"] or year), (which - 1) * length + 1, which * length)
    half = _HALF.fullmatch(plain)
    if half and half["month"] in MONTHS:
        when, month = int(half["year"] or year), MONTHS[half["month"]]
        if half["which"].startswith(("1", "p")):
            return Span(date(when, month, 1), date(when, month, 15))
        return Span(date(when, month, 16), _last(when, month))
    return None


def _months(year: int, first: int, last: int) -> Span:
    return Span(date(year, first, 1), _last(year, last))


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _points(plain: str, year: int) -> Span | None:
    points, days = _read(plain)
    if not points or days:
        return None
    following: _Point | None = None
    for point in reversed(points):  # "noviembre-diciembre 2022": the year is said once, at the end
        if point.year is None and following is not None and following.year is not None:
            point.year = following.year - (point.month > following.month)
        following = point
    before: _Point | None = None
    for point in points:
        if point.year is None:
            point.year = year if before is None or before.year is None else before.year + (point.month < before.month)
            if before is not None and before.year != point.year and (point.month - before.month) % 12 > _WRAP:
                return None
        before = point
    starts = [date(one.year or year, one.month, one.day or 1) for one in points]
    ends = [date(one.year or year, one.month, one.day) if one.day else _last(one.year or year, one.month) for one in points]
    return Span(min(starts), max(ends))


def _read(plain: str) -> tuple[list[_Point], list[int]]:  # noqa: C901 - a line for each way to write a day
    """Return the months that a text names, and days that belong to none. Raises `ValueError` for a word that is not a date's."""
    points: list[_Point] = []
    days: list[int] = []
    for match in _TOKENS.finditer(plain):
        kind, said = str(match.lastgroup), match[0]
        if kind == "iso":
            points.append(_Point(*_numbers(said, (1, 0, 2))))
        elif kind == "dmy":
            points.append(_Point(*_numbers(said, (1, 2, 0))))
        elif kind in {"ym", "my"}:
            points.append(_Point(*_numbers(said, (1, 0) if kind == "ym" else (0, 1))))
        elif kind == "short":
            word, number = re.findall(r"[a-z]+|\d+", said)
            points.append(_Point(MONTHS[word] if word in MONTHS else _refuse(), 2000 + int(number)))
        elif kind == "year":
            if not points or points[-1].year is not None:
                _refuse()
            points[-1].year = int(said)
        elif kind == "day":
            days.append(int(said))
        elif kind == "word" and said in MONTHS:
            points += [_Point(MONTHS[said], day=one) for one in days] or [_Point(MONTHS[said])]
            days = []
        elif kind == "odd" or (kind == "word" and said not in _FILLERS):
            _refuse()
    return points, days


def _refuse() -> int:
    raise ValueError("not a date")


def _numbers(said: str, places: tuple[int, ...]) -> list[int]:
    found = [int(one) for one in re.split(r"[/.-]", said)]
    values = [found[place] for place in places]
    if len(values) > 1 and values[1] < 100:  # noqa: PLR2004 - a year of two digits
        values[1] += 2000
    if not 1 <= values[0] <= 12:  # noqa: PLR2004 - months
        _refuse()
    return values

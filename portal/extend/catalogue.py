"""What a dimension knows beyond its items: indicators with their figures, the spending that concerns it, wider frameworks."""

import re
from dataclasses import dataclass
from typing import Literal

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_CODE = re.compile(r"[^\s|]+")


def _said(what: str, **texts: str) -> None:
    """Raise `ValueError` unless each of `texts` says something."""
    for name, text in texts.items():
        if not text.strip():
            raise ValueError(f"{what}: {name} is empty")


def is_decimal(value: str) -> bool:
    """Tell whether `value` is a plain decimal: 55.8, -7.4; no thousands separator."""
    return _DECIMAL.fullmatch(value) is not None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One published value. `value` keeps the source's decimals ("19", "55.8"); `territory` is an INEI code ("00": Peru)."""

    year: int
    value: str
    territory: str
    source: str
    source_url: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a figure that nobody could check."""
        _said(f"figure of {self.year}", territory=self.territory, source=self.source)
        if not is_decimal(self.value):
            raise ValueError(f"figure of {self.year}: {self.value!r} is not a plain decimal")


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A way to measure something of `dimension`, by one method.

    Two methods are two indicators with one `code` and different `method` (a name or year; "" where there is only one):
    their figures never stand in one series. `direction`: which way is better. `levels`: the territories that its source
    publishes ("country", "department", "province", "district").
    """

    dimension: str
    code: str
    name: str
    unit: str
    direction: Literal["sube", "baja"]
    source: str
    source_url: str = ""
    method: str = ""
    levels: tuple[str, ...] = ()
    series: tuple[Figure, ...] = ()
    weight: int = 100

    def __post_init__(self) -> None:
        """Raise `ValueError` when a part is missing or a year is told twice for a territory."""
        _said(f"indicator {self.code}", code=self.code, name=self.name, source=self.source)
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"indicator {self.code!r}: a code has no spaces")
        if self.direction not in {"sube", "baja"}:
            raise ValueError(f"indicator {self.code}: direction is sube or baja")
        told = [(one.territory, one.year) for one in self.series]
        if len(told) != len(set(told)):
            raise ValueError(f"indicator {self.code}: two figures for one year and territory")

    @property
    def label(self) -> str:
        """The name with its method, as people read it."""
        return f"{self.name} ({self.method})" if self.method else self.name


@dataclass(frozen=True, kw_only=True)
class BudgetFilter:
    """Spending that concerns a dimension: a function or a budget programme (PPR) of the MEF, by its code."""

    dimension: str
    scheme: Literal["funcion", "ppr"]
    code: str
    label: str
    source: str
    weight: int = 100

    def __post_init__(self) -> None:
        """Raise `ValueError` unless the code is of its scheme: two figures or four."""
        _said(f"filter {self.code}", label=self.label, source=self.source)
        if self.scheme not in {"funcion", "ppr"} or not re.fullmatch(r"\d{2}" if self.scheme == "funcion" else r"\d{4}", self.code):
            raise ValueError(f"filter {self.scheme} {self.code!r}: a function has two figures, a programme four")


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """Something of a wider framework that items of `dimension` may point to.

    `scheme`: "ods", "acuerdo-nacional", "pdrc", "pedn-2050", "plan-bicentenario", or the plugin's own name for another.
    `label` is the official Spanish name, `source` where it was read.
    """

    dimension: str
    scheme: str
    code: str
    label: str
    source: str
    weight: int = 100

    def __post_init__(self) -> None:
        """Raise `ValueError` when a part is missing."""
        _said(f"alignment {self.code}", scheme=self.scheme, code=self.code, label=self.label, source=self.source)

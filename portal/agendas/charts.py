"""Draws a panel's bars: where each word and each bar stands, in the units of one SVG. The table beside it has the same bars."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from portal.extend.panels import Panel
from portal.formats import numero

WIDTH = 340  # about a phone's width in pixels: the words need no zoom there, and nothing is narrower
_LINE, _BAR, _GAP, _GROUP_GAP = 17, 9, 9, 8
_TALL = 230  # a piece of a drawing ends with the group that passes this height
_NAME, _HEAD = 31, 44  # characters a line, at 13 units a letter's height


@dataclass(frozen=True)
class Text:
    """Some words: `x`, `y` of their baseline; `end`: they end at `x`; `strong`: the name of a group."""

    x: float
    y: float
    words: str
    end: bool = False
    strong: bool = False


@dataclass(frozen=True)
class Block:
    """A bar; a planned one is hollow."""

    x: float
    y: float
    width: float
    height: float
    planned: bool


@dataclass(frozen=True)
class Chart:
    """A drawing `width` by `height`; `zero` is where the bars begin, from the left."""

    width: int
    height: float
    zero: float
    texts: tuple[Text, ...]
    blocks: tuple[Block, ...]


def amount(value: str, unit: str) -> str:
    """Return a number as chart and table both write it, with its source's decimals: `55.8 %`, unbroken."""
    return f"{numero(Decimal(value), len(value.partition('.')[2]))}\u00a0{unit}".strip()


def table(panel: Panel) -> list[tuple[str, str]]:
    """Return the panel as rows: (name, number)."""
    return [(f"{bar.group}: {bar.label}" if bar.group else bar.label, amount(bar.value, panel.unit)) for bar in panel.bars]


def charts(panel: Panel) -> list[Chart]:
    """Return the drawing of a panel, in pieces that a sheet of paper can hold, all at one scale.

    Bars begin at zero, whichever side of it they go to.
    """
    values = [Decimal(bar.value) for bar in panel.bars]
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    scale = WIDTH / float(high - low or 1)
    zero = float(-low) * scale
    pieces: list[Chart] = []
    texts: list[Text] = []
    blocks: list[Block] = []
    y = 0.0
    for group, bars in groupby(panel.bars, key=lambda one: one.group):
        if y > _TALL:
            pieces.append(Chart(WIDTH, y, round(zero, 1), tuple(texts), tuple(blocks)))
            texts, blocks, y = [], [], 0.0
        if group:
            texts += _lines(group, y + _GROUP_GAP, _HEAD, strong=True)
            y = texts[-1].y + 4
        for bar in bars:
            names = list(_lines(bar.label, y, _NAME))
            texts += [*names, Text(WIDTH, names[0].y, amount(bar.value, panel.unit), end=True)]
            y = names[-1].y + 5
            length = float(Decimal(bar.value)) * scale
            blocks.append(Block(round(min(zero, zero + length), 1), y, round(max(abs(length), 1), 1), _BAR, bar.planned))
            y += _BAR + _GAP
    return [*pieces, Chart(WIDTH, y, round(zero, 1), tuple(texts), tuple(blocks))]


def _lines(words: str, y: float, width: int, *, strong: bool = False) -> Iterator[Text]:
    for place, line in enumerate(textwrap.wrap(words, width), 1):
        yield Text(0, y + place * _LINE - 3, line, strong=strong)


def drawn(panels: Sequence[Panel]) -> list[tuple[Panel, list[Chart], list[tuple[str, str]]]]:
    """Return each panel with its drawing and its table."""
    return [(one, charts(one), table(one)) for one in panels]

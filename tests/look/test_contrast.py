"""Every pair of ink and ground keeps the ratio the brief promises (WCAG 2.2, relative luminance)."""

import re

import pytest

from portal.paths import STATIC

CSS = (STATIC / "rubrica.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", CSS))


def luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB`."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two tokens."""
    lights = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground", "promised"),
    [
        ("ink", "paper", 15.9),
        ("ink-2", "stone", 7.0),
        ("border", "paper", 4.7),
        ("accent", "paper", 8.9),
        ("ink", "accent-soft", 13.3),
        ("ok", "ok-soft", 7.0),
        ("warn", "warn-soft", 7.3),
        ("stop", "stop-soft", 7.5),
        ("info", "info-soft", 7.8),
        ("neutral", "neutral-soft", 8.2),
    ],
)
def test_the_ratio_is_the_promised_one(ink: str, ground: str, promised: float) -> None:
    assert round(ratio(ink, ground), 1) == promised


@pytest.mark.parametrize("ground", ["paper", "stone", "accent-soft", "ok-soft", "warn-soft", "stop-soft", "info-soft", "neutral-soft"])
def test_text_can_be_read_on_every_ground(ground: str) -> None:
    assert ratio("ink", ground) >= 7
    assert ratio("accent", ground) >= 4.5


def test_the_focus_ring_shows_on_paper_and_on_the_accent() -> None:
    assert ratio("focus", "paper") >= 3
    assert ratio("focus", "halo") >= 3
    assert ratio("halo", "accent") >= 3


def test_colours_are_named_once_and_used_by_name() -> None:
    body = CSS.split("}", 1)[1]
    assert re.findall(r"(?<!%23)#[0-9A-Fa-f]{3,8}\b", body) == []


def test_the_printed_document_uses_the_same_inks() -> None:
    used = set(re.findall(r"#[0-9A-F]{6}\b", (STATIC / "pdf.css").read_text(encoding="utf-8")))
    assert used == {TOKENS[name] for name in ("ink", "ink-2", "border", "accent")}

"""One line of an examination."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What one check found: `sentence` in Spanish says what is fine, or everything that is not."""

    label: str
    ok: bool
    sentence: str
    skipped: bool = False  # nothing was found missing, because nothing was looked at


def finding(label: str, good: str, problems: Iterable[str]) -> Finding:
    """Return a finding that is fine, with the sentence `good`, when there are no problems."""
    listed = list(dict.fromkeys(problems))
    shown = listed[:8] + ([f"y {len(listed) - 8} más"] if len(listed) > 8 else [])  # noqa: PLR2004 - a line, not a report
    return Finding(label, not listed, "; ".join(shown) + "." if listed else good)

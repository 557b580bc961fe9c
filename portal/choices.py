"""The choices of a form's field, made of the pairs in which the rest of the programme keeps them."""

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return (value, words) as WTForms takes them; the words may be lazy."""
    return [SelectChoice(value, words) for value, words in pairs]

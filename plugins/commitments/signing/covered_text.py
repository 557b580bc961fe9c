"""Count the letters of a page that lie under a rectangle, leaving out what labels a place to sign."""

import re
from typing import Final

import pypdfium2  # type: ignore[import-untyped]

_LABELS: Final = re.compile(
    r"firma(nte|do)?|fecha|sello|nombres?|apellidos|cargo|dni|representante|legal|lugar|digital|electr[oó]nica"
    r"|signature|signed|sign|here|aqu[ií]|date|name|title|seal|page|p[aá]gina",
    re.IGNORECASE,
)


def letters_under(pdf: bytes, page: int, box: tuple[float, float, float, float]) -> int:
    """Letters and digits of page number `page` (from 0) inside `box`, labels left out; 0 when the page cannot be read."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return 0
    try:
        text = document[page].get_textpage().get_text_bounded(*box)
    except (pypdfium2.PdfiumError, IndexError):
        return 0
    finally:
        document.close()
    return sum(character.isalnum() for character in _LABELS.sub("", text))

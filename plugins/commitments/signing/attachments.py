"""Read the files inside a PDF, as a stranger may have put them there: by name, bounded, never written anywhere."""

import io
from collections.abc import Iterator

from pyhanko.pdf_utils.generic import PdfObject, StreamObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from .reading import elements, entry, text

_DEEPEST, _MOST = 8, 100


def attachments(pdf: bytes) -> dict[str, bytes]:
    """Return {name: bytes} of the embedded files; a name that appears twice is left out. Raises nothing for a broken file: {}."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        found: dict[str, list[bytes]] = {}
        for number, (name, data) in enumerate(_files(entry(entry(reader.root, "/Names"), "/EmbeddedFiles"), 0)):
            if number >= _MOST:
                break
            found.setdefault(name, []).append(data)
    except (PdfError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {name: data[0] for name, data in found.items() if len(data) == 1}


def _files(node: PdfObject | None, depth: int) -> Iterator[tuple[str, bytes]]:
    if depth > _DEEPEST:
        return
    for kid in elements(entry(node, "/Kids")):
        yield from _files(kid, depth + 1)
    pairs = list(elements(entry(node, "/Names")))
    for specification in pairs[1::2]:
        files = entry(specification, "/EF")
        stream = entry(files, "/UF") or entry(files, "/F")
        if isinstance(stream, StreamObject):
            yield text(specification, "/UF") or text(specification, "/F"), stream.data

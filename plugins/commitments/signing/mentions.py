"""Find the instrument codes that a file mentions, in its raw bytes, so that even a damaged copy leads to its original."""

from .codes import PATTERN, normalise

_MOST = 20
_MOST_BYTES = 40_000_000  # of the file's beginning; each is looked at four times


def find_codes(pdf: bytes) -> list[str]:
    """Well-formed codes in the raw bytes, each once, in order of appearance; at most 20.

    Also finds them in UTF-16 text strings and in the hexadecimal of a signature's certificates.
    """
    pdf = pdf[:_MOST_BYTES]
    text = pdf.decode("latin-1").replace(r"\055", "-")  # some writers escape the hyphen in a PDF string
    found: dict[str, None] = {}
    for sample in (text, text.replace("\0", ""), _hexadecimal(pdf)):
        for match in PATTERN.finditer(sample):
            code = normalise(match.group())
            if code is not None:
                found.setdefault(code)
            if len(found) >= _MOST:
                return list(found)
    return list(found)


def _hexadecimal(pdf: bytes) -> str:
    """The bytes after each hexadecimal `RUB-`, decoded."""
    pieces: list[str] = []
    upper = pdf.upper()
    start = upper.find(b"5255422D")
    while start >= 0 and len(pieces) < _MOST:
        try:
            pieces.append(bytes.fromhex(pdf[start : start + 30].decode("ascii")).decode("latin-1"))
        except ValueError:
            pieces.append("")
        start = upper.find(b"5255422D", start + 8)
    return " ".join(pieces)

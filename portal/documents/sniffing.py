"""What a stranger's file is by its own bytes, whatever its name says, and a name for it that people can save it under."""

_HEADS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN = (
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
)
_ENDINGS = dict(
    zip((*_HEADS.values(), *_OFFICE.values(), *_OPEN), ("pdf", "png", "jpg", "docx", "xlsx", "pptx", "odt", "ods", "odp"), strict=True)
)
_LONGEST = 120  # characters of a name, without its ending


def kind_of(data: bytes) -> str | None:
    """Return the media type of a PDF, a PNG or JPEG picture, or a document of Office or OpenDocument; None for anything else."""
    found = next((kind for head, kind in _HEADS.items() if data.startswith(head)), None)
    if found is not None or not data.startswith(b"PK\x03\x04"):
        return found
    if data[30:38] == b"mimetype":  # OpenDocument: its first part, not compressed, says what it is
        return next(
            (kind for kind in _OPEN if data[38 : 38 + len(kind) + 2].startswith((kind.encode() + b"P", kind.encode() + b"-"))), None
        )
    if b"[Content_Types].xml" not in data or b"vbaProject.bin" in data:  # with macros it is a program
        return None
    return next((kind for part, kind in _OFFICE.items() if part in data), None)


def safe_name(name: str, kind: str) -> str:
    """Return a file's name for people: no folders, no controls, and the ending that its bytes tell."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = "".join(one for one in last.rpartition(".")[0] or last if one.isprintable() and one not in '"<>:|?*')
    return f"{stem[:_LONGEST].strip(' .') or 'archivo'}.{_ENDINGS.get(kind, 'bin')}"

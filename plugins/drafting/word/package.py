"""Opens a Word file that somebody sent: within limits, without macros, and fetching nothing that it asks for."""

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from lzma import LZMAError
from posixpath import basename
from typing import Any

from lxml import etree

from plugins.drafting.word.writing import NAMESPACE, SCHEMA
from portal.errors import Invalid
from portal.i18n import N_

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MOST_BYTES = 10 * 2**20  # of the file as it comes
MOST_PARTS = 2_000
MOST_UNPACKED = 80 * 2**20  # of all parts as they say of themselves
LARGEST_PART = 24 * 2**20  # of one part that is read, really unpacked
MOST_ELEMENTS = 600_000
DOCUMENT = "word/document.xml"
Element = Any

NOT_WORD = N_(
    "No es un archivo de Word (.docx) que se pueda abrir. Guárdelo en Word o LibreOffice como «Documento de Word (.docx)» y vuelva a subirlo."
)
MACROS = N_("El archivo trae macros, y aquí no se aceptan. Guárdelo como «Documento de Word (.docx)», sin macros, y vuelva a subirlo.")
TOO_BIG = N_("El archivo es demasiado grande o está comprimido de una forma que no aceptamos. El límite es 10 MB.")
LOCKED = N_("El archivo está protegido con contraseña. Quítesela y vuelva a subirlo.")
ENTITIES = N_(
    "El archivo contiene una definición que un documento de Word no lleva. Ábralo en Word, guárdelo de nuevo como .docx y vuelva a subirlo."
)


@dataclass(frozen=True)
class Package:
    """The parts that are read. `manifest`: what the file says of itself, or {} when it lost that."""

    body: Element
    styles: Element | None
    numbering: Element | None
    comments: Element | None
    notes: int
    links: dict[str, str]
    manifest: dict[str, Any]


def w(name: str) -> str:
    """Return a WordprocessingML name as lxml writes it."""
    return f"{{{W}}}{name}"


def open_package(data: bytes) -> Package:
    """Open a file. Raises `Invalid` with the sentence that says what is wrong with it."""
    if len(data) > MOST_BYTES:
        raise Invalid(fields={"file": TOO_BIG})
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE file: Word 97, or a .docx locked with a password
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Invalid(fields={"file": LOCKED if locked else NOT_WORD})
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        LZMAError,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise Invalid(fields={"file": NOT_WORD}) from error


def _read(archive: zipfile.ZipFile) -> Package:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise Invalid(fields={"file": TOO_BIG})
    names = {one.filename for one in parts}
    if len(names) != len(parts) or DOCUMENT not in names or "[Content_Types].xml" not in names:
        raise Invalid(fields={"file": NOT_WORD})
    if any(one.flag_bits & 1 for one in parts):
        raise Invalid(fields={"file": LOCKED})
    kinds = _bytes(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in kinds or b"vbaproject" in kinds or any(basename(one).lower() == "vbaproject.bin" for one in names):
        raise Invalid(fields={"file": MACROS})

    def part(name: str) -> Element | None:
        return _parsed(_bytes(archive, name)) if name in names else None

    document = part(DOCUMENT)
    body = document.find(w("body")) if document is not None else None
    if body is None:
        raise Invalid(fields={"file": NOT_WORD})
    relations = part("word/_rels/document.xml.rels")
    links = {
        str(one.get("Id")): str(one.get("Target", ""))
        for one in (relations if relations is not None else ())
        if one.get("TargetMode") == "External"
    }
    notes = sum(_notes(part(name)) for name in ("word/footnotes.xml", "word/endnotes.xml"))
    found = [_manifest(archive, one) for one in sorted(names) if one.startswith("customXml/item") and one.endswith(".xml")]
    manifest = next((one for one in found if one), {})
    return Package(body, part("word/styles.xml"), part("word/numbering.xml"), part("word/comments.xml"), notes, links, manifest)


def _notes(root: Element | None) -> int:
    return 0 if root is None else sum(one.get(w("type")) in {None, "normal"} for one in root if isinstance(one.tag, str))


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part; no more is unpacked than may be, whatever the part says of its size."""
    with archive.open(name) as part:
        data = part.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise Invalid(fields={"file": TOO_BIG})
    return data


def _parsed(data: bytes) -> Element:
    if b"<!DOCTYPE" in data[:4096].upper().replace(b"\x00", b"") or b"<!ENTITY" in data:
        raise Invalid(fields={"file": ENTITIES})
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(fields={"file": NOT_WORD}) from error
    if root.getroottree().docinfo.doctype:
        raise Invalid(fields={"file": ENTITIES})
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise Invalid(fields={"file": TOO_BIG})
    return root


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    """Return what we wrote there, when it still is what we write; anything else is somebody's own business."""
    try:
        root = _parsed(_bytes(archive, name))
        if root.tag != f"{{{NAMESPACE}}}rubrica":
            return {}
        found = json.loads("".join(root.itertext()))
    except (Invalid, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else {}

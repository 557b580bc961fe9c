"""Looks at files that strangers send: what they are by their bytes, drawn anew where that is possible, refused where not."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from plugins.dialogue.words import MANY
from portal.errors import Invalid
from portal.i18n import N_

MEGABYTES: Final = 5  # of one file
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = frozenset({JPEG, PNG})
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", DOCX: ".docx"}
_SIDE, _MOST_PIXELS = 3000, 40_000_000
_MOST_PARTS, _MOST_UNPACKED = 2000, 60_000_000
_TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"  # what every virus scanner is tried with
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_PDF_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")  # /J#61vaScript is /JavaScript
_MAIN_PART = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_BAD_PARTS = ("vbaproject", "/embeddings/", "/activex/")


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Clean:
    """A file that may be kept; a picture has been drawn anew, so that nothing but what one sees is left of it."""

    name: str
    data: bytes = field(repr=False)
    media_type: str


def checked(uploads: Iterable[Upload]) -> list[Clean]:
    """Return the files to keep. Raises `Invalid` (field "files") with a sentence that names the first one that cannot be."""
    given = [one for one in uploads if one.name or one.data]
    if len(given) > MANY:
        raise _refused(N_("Puede adjuntar hasta %(many)s archivos."), many=MANY)
    return [_checked(one) for one in given]


def _checked(one: Upload) -> Clean:
    name = tidy_name(one.name)
    if len(one.data) > MEGABYTES * 1024 * 1024:
        raise _refused(N_("El archivo «%(name)s» pesa más de %(limit)s MB. Adjunte uno más pequeño."), name=name, limit=MEGABYTES)
    if not one.data:
        raise _refused(N_("El archivo «%(name)s» está vacío."), name=name)
    if _TEST_VIRUS in one.data:
        raise _dangerous(name)
    if one.data.startswith(b"%PDF-"):
        media_type, data = PDF, _pdf(name, one.data)
    elif one.data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        media_type, data = _picture(name, one.data)
    elif one.data.startswith(b"PK\x03\x04"):
        media_type, data = DOCX, _docx(name, one.data)
    elif one.data.startswith(_PROGRAMS):
        raise _dangerous(name)
    else:
        raise _unknown(name)
    return Clean(PurePath(name).stem[:100] + ENDINGS[media_type], data, media_type)


def tidy_name(name: str) -> str:
    """Return a file's name without folders or anything that is not shown."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(one for one in last if one.isprintable() and one not in '<>:"|?*;').strip(" .")[-100:] or "adjunto"


def _pdf(name: str, data: bytes) -> bytes:
    if b"%%EOF" not in data[-2048:]:
        raise _refused(N_("El archivo «%(name)s» está incompleto: no termina como un PDF."), name=name)
    if _PDF_ACTS.search(_PDF_ESCAPE.sub(lambda one: bytes([int(one[1], 16)]), data)):
        raise _refused(
            N_("El PDF «%(name)s» contiene programas o archivos dentro. Imprímalo a PDF otra vez y adjunte la copia."), name=name
        )
    return data


def _picture(name: str, data: bytes) -> tuple[str, bytes]:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - heavy to import

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise _refused(N_("La imagen «%(name)s» es demasiado grande. Redúzcala."), name=name)
            kind = str(picture.format)
            drawn = ImageOps.exif_transpose(picture).convert("RGB" if kind == "JPEG" else "RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(N_("La imagen «%(name)s» está dañada o no es una imagen."), name=name) from error
    drawn.thumbnail((_SIDE, _SIDE))
    fresh = Image.new(drawn.mode, drawn.size)
    fresh.paste(drawn)
    out = io.BytesIO()
    if kind == "JPEG":
        fresh.save(out, "JPEG", quality=85)
        return JPEG, out.getvalue()
    fresh.save(out, "PNG")
    return PNG, out.getvalue()


def _docx(name: str, data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            parts = folder.infolist()
            if len(parts) > _MOST_PARTS or sum(one.file_size for one in parts) > _MOST_UNPACKED:
                raise _refused(N_("El documento «%(name)s» es demasiado grande por dentro."), name=name)
            if "word/document.xml" not in folder.namelist() or "[Content_Types].xml" not in folder.namelist():
                raise _unknown(name)
            for one in parts:
                content = folder.read(one)
                lower = "/" + one.filename.lower()
                if _TEST_VIRUS in content or any(bad in lower for bad in _BAD_PARTS) or content.startswith(_PROGRAMS[:2]):
                    raise _dangerous(name)
                if one.filename == "[Content_Types].xml" and _MAIN_PART not in content:
                    raise _unknown(name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise _refused(N_("El documento «%(name)s» está dañado o tiene contraseña."), name=name) from error
    return data


def _unknown(name: str) -> Invalid:
    return _refused(N_("El archivo «%(name)s» no es PDF, JPEG, PNG ni DOCX. Quítelo o cámbielo: su texto sigue aquí."), name=name)


def _dangerous(name: str) -> Invalid:
    return _refused(N_("No aceptamos «%(name)s»: contiene un programa o parece un virus. Quítelo: su texto sigue aquí."), name=name)


def _refused(sentence: str, **params: object) -> Invalid:
    return Invalid(sentence, fields={"files": sentence}, **params)

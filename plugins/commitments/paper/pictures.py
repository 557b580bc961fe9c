"""Finds sheets in a scan or a photo and makes each upright; runs only in the process that `isolation` starts, under its limits."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageOps, ImageStat

from . import marks

DOTS: Final = 160 / 25.4  # of a sheet's picture, per millimetre
SIZE: Final = (round(marks.WIDTH * DOTS), round(marks.HEIGHT * DOTS))
THUMBNAIL: Final = (220, 312)
_MOST_PIXELS: Final = 120_000_000  # a phone's largest photo is about 108 million
_MOST_PNG: Final = 40_000_000  # a PNG is decoded whole, a JPEG at the size it is wanted
_LONGEST: Final = 3_600  # pixels of a side that are looked at
_RESOLUTION: Final = 220  # dots per inch at which a page of a PDF is drawn
_QUALITY: Final = 72
_BLANK: Final = 1.6  # spread of brightness below which a page is blank paper


class Unfit(Exception):
    """A file that is not read: `args[0]` is a code of receiving.UNFIT."""


@dataclass(frozen=True)
class Sheet:
    """A sheet found on a page of the file: what its marks say (None: no mark was read) and its pictures as JPEG."""

    place: int
    sheet: tuple[str, int, int, int] | None
    squared: bool
    blank: bool
    picture: bytes
    thumbnail: bytes


def open_file(data: bytes) -> "Source":
    """Return the pages of a PDF, a JPEG or a PNG. Raises `Unfit`: "kind", "damaged", "locked", "huge"."""
    if data[:1024].find(b"%PDF-") >= 0:
        return _Document(data)
    if data[:3] == b"\xff\xd8\xff":
        return _Photo(data, "JPEG")
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _Photo(data, "PNG")
    raise Unfit("kind")


class Source:
    """A file's pages as pictures."""

    count = 1

    def page(self, index: int) -> Image.Image:
        """Return page `index` (from 0) as RGB, at most `_LONGEST` pixels a side. Raises `Unfit`."""
        raise NotImplementedError


class _Photo(Source):
    def __init__(self, data: bytes, kind: str) -> None:
        self._data, self._kind = data, kind

    def page(self, index: int) -> Image.Image:  # noqa: ARG002 - there is one
        Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
        try:
            with Image.open(io.BytesIO(self._data), formats=(self._kind,)) as picture:
                most = _MOST_PIXELS if self._kind == "JPEG" else _MOST_PNG
                if picture.width * picture.height > most or min(picture.size) < 40:  # noqa: PLR2004
                    raise Unfit("huge" if picture.width * picture.height > most else "damaged")
                picture.draft("RGB", (_LONGEST, _LONGEST))
                upright: Image.Image = ImageOps.exif_transpose(picture)
                drawn = upright.convert("RGB")
        except Image.DecompressionBombError as error:
            raise Unfit("huge") from error
        except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError) as error:
            raise Unfit("damaged") from error
        drawn.thumbnail((_LONGEST, _LONGEST), Image.Resampling.BILINEAR, reducing_gap=2.0)
        return drawn


class _Document(Source):
    def __init__(self, data: bytes) -> None:
        import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - photos do without

        self._error = pypdfium2.PdfiumError
        try:
            self._document: Any = pypdfium2.PdfDocument(data)  # scripts and forms are not even loaded
            self.count = len(self._document)
        except pypdfium2.PdfiumError as error:
            raise Unfit("locked" if "password" in str(error).lower() else "damaged") from error
        if not self.count:
            raise Unfit("damaged")

    def page(self, index: int) -> Image.Image:
        try:
            page = self._document[index]
            width, height = page.get_size()
            if not (1 <= width <= 20_000 and 1 <= height <= 20_000):  # noqa: PLR2004 - points; the format's limit is 14,400
                raise Unfit("huge")
            scale = min(_RESOLUTION / 72, _LONGEST / max(width, height))
            drawn: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
            page.close()
        except self._error as error:
            raise Unfit("damaged") from error
        return drawn.convert("RGB")


def sheets_of(source: Source, index: int) -> Iterator[Sheet]:
    """Yield the sheets on one page of a file: usually one, several where several lie in one photo; one without marks if none is read."""
    picture = source.page(index)
    seen = _read(picture)
    groups: dict[tuple[str, int, int, int], list[marks.Seen]] = {}
    for one in seen:
        group = groups.setdefault(one.mark.sheet, [])
        if all(other.mark.place != one.mark.place for other in group):
            group.append(one)
    for sheet, group in groups.items():
        placed = marks.placement(group)
        drawn = _straightened(picture, placed) if placed is not None else _whole(picture)
        yield Sheet(index + 1, sheet, placed is not None, False, *_jpegs(drawn))
    if not groups:
        drawn = _whole(picture)
        yield Sheet(index + 1, None, False, _blank(drawn), *_jpegs(drawn))


def _read(picture: Image.Image) -> list[marks.Seen]:
    """Read the marks, trying harder while one of a pair is missing."""
    found: dict[tuple[Any, ...], marks.Seen] = {}
    grey = picture.convert("L")
    for attempt in range(3):
        scale = 1.0
        if attempt == 1:
            tried = ImageOps.autocontrast(grey, cutoff=2)
        elif attempt == 2:  # noqa: PLR2004
            scale = 1.6 if max(grey.size) < _LONGEST / 1.6 else 0.5
            tried = grey.resize((round(grey.width * scale), round(grey.height * scale)), Image.Resampling.BICUBIC)
        else:
            tried = grey
        for one in _codes(tried, scale):
            found.setdefault((*one.mark.sheet, one.mark.place), one)
        sheets = {key[:-1] for key in found}
        if sheets and len(found) >= 2 * len(sheets):
            break
    return list(found.values())


def _codes(picture: Image.Image, scale: float) -> Iterator[marks.Seen]:
    import zxingcpp  # noqa: PLC0415

    for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])):
        mark = marks.parse(found.text)
        if mark is not None:
            at = found.position
            corners = tuple((one.x / scale, one.y / scale) for one in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
            yield marks.Seen(mark, corners)  # type: ignore[arg-type]


def _straightened(picture: Image.Image, placed: Sequence[float]) -> Image.Image:
    """Draw the sheet as it was printed: upright, corner to corner, white where the picture ends."""
    a, b, c, d, e, f, g, h = placed
    each = 1 / DOTS  # Pillow asks where each pixel of the result comes from, so the coefficients go as they are, per pixel
    way = (a * each, b * each, c, d * each, e * each, f, g * each, h * each)
    return picture.transform(SIZE, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))


def _whole(picture: Image.Image) -> Image.Image:
    """Return the picture as it is, no larger than a sheet's and standing."""
    drawn = picture.transpose(Image.Transpose.ROTATE_90) if picture.width > picture.height else picture.copy()
    drawn.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return drawn


def _blank(picture: Image.Image) -> bool:
    small = picture.convert("L").resize((105, 148), Image.Resampling.BOX).crop((5, 7, 100, 141))
    return bool(ImageStat.Stat(small).stddev[0] < _BLANK)


def _jpegs(picture: Image.Image) -> tuple[bytes, bytes]:
    small = picture.copy()
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    return _jpeg(picture, _QUALITY), _jpeg(small, 60)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, dpi=(160, 160))
    return out.getvalue()

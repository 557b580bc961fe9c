"""Measures words in the two pinned families and makes the font programs that a document embeds."""

import functools
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import uharfbuzz  # type: ignore[import-untyped]

from plugins.commitments.signing import fonts

_FEATURES: Final = {"kern": True, "liga": False, "clig": False, "calt": False, "ccmp": False, "locl": False}
_DROPPED: Final = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "name", "cmap", "post", "OS/2")


class Unsupported(Exception):
    """What is to be set is not among the few shapes and characters that this package knows."""


@dataclass(frozen=True)
class Word:
    """A word as it is drawn: the elements of a TJ array, its advance in thousandths of the size, its glyphs."""

    drawn: str
    advance: float
    glyphs: tuple[tuple[int, str], ...]


class Face:
    """One style of a family: `name` in the page's resources, metrics in thousandths of the size.

    `shared`: the slots draw in it too, so the document holds it once, whole (`signing.fonts`), and no other glyph is there.
    """

    def __init__(self, name: str, package: str, file: str, shared: fonts.Face | None = None) -> None:
        self.shared = shared
        self.name, self.postscript = name, file.removesuffix(".ttf")
        self.serif, self.italic = "Serif" in file, "It" in file.rpartition("-")[2]
        self._face = uharfbuzz.Face((files(package) / "files" / file).read_bytes())
        self._font = uharfbuzz.Font(self._face)
        self._scale: float = 1000 / self._face.upem
        extents = self._font.get_font_extents("ltr")
        self.ascent: float = extents.ascender * self._scale
        self.descent: float = extents.descender * self._scale
        self.word = functools.lru_cache(maxsize=20_000)(self._shaped)  # words come back: in a table, and in every instrument

    def _shaped(self, text: str) -> Word:
        text = unicodedata.normalize("NFC", text)
        if self.shared and not all(ord(character) in self.shared.characters for character in text):
            raise Unsupported(f"letters that {self.postscript} does not set")
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._font, buffer, _FEATURES)
        parts, run, total = [], "", 0.0
        glyphs = []
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if not info.codepoint or buffer.direction != "ltr" or position.x_offset or position.y_offset:
                raise Unsupported(f"letters that {self.postscript} does not set")
            natural, advance = self.width(info.codepoint), position.x_advance * self._scale
            run += f"{info.codepoint:04X}"
            if round(natural - advance):
                parts += [f"<{run}>", str(round(natural - advance))]
                run = ""
            total += natural - round(natural - advance)
            glyphs.append((info.codepoint, text[info.cluster]))
        return Word("".join([*parts, f"<{run}>" if run else ""]), total, tuple(glyphs))

    @functools.lru_cache(maxsize=5_000)  # noqa: B019 - six faces live as long as the process
    def width(self, glyph: int) -> int:
        """Advance of one glyph, without kerning."""
        return round(float(self._font.get_glyph_h_advance(glyph)) * self._scale)

    @functools.cached_property
    def space(self) -> Word:
        """The space between words."""
        return self.word(" ")

    def program(self, glyphs: frozenset[int]) -> bytes:
        """The TrueType program with these glyphs, under their own numbers."""
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.unicode_set.clear()
        wanted.drop_table_tag_set.update(_tag(name) for name in _DROPPED)
        wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
        return bytes(uharfbuzz.subset(self._face, wanted).blob.data)


def _tag(name: str) -> int:
    return int.from_bytes(name.ljust(4).encode(), "big")


_SERIF, _SANS = "font_source_serif_pro", "font_source_sans_pro"
_FILES: Final = {
    ("serif", 400, False): ("Sf", _SERIF, "SourceSerifPro-Regular.ttf"),
    ("serif", 400, True): ("SfI", _SERIF, "SourceSerifPro-It.ttf"),
    ("serif", 600, False): ("SfS", _SERIF, "SourceSerifPro-Semibold.ttf"),
    ("serif", 600, True): ("SfSI", _SERIF, "SourceSerifPro-SemiboldIt.ttf"),
    ("sans", 400, False): ("Ss", _SANS, "SourceSansPro-Regular.ttf"),
    ("sans", 400, True): ("SsI", _SANS, "SourceSansPro-It.ttf"),
    ("sans", 600, False): ("SsS", _SANS, "SourceSansPro-Semibold.ttf"),
    ("sans", 600, True): ("SsSI", _SANS, "SourceSansPro-SemiboldIt.ttf"),
}


@functools.cache
def face(family: str, weight: int = 400, *, italic: bool = False) -> Face:
    """Return a style of "serif" or "sans", weight 400 or 600."""
    shared = None
    if family == "sans" and not italic:
        shared = fonts.regular() if weight == 400 else fonts.semibold()  # noqa: PLR2004
    name, package, file = _FILES[family, weight, italic]
    return Face(shared.name if shared else name, package, file, shared)

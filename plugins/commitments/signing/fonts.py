"""Source Sans Pro as the signature slots need it: one subset, the same in every process, embedded once in each instrument.

The subset goes into the form's default resources when the instrument is certified. Every later signature refers to
it, so a signature adds a few hundred bytes of drawing, no font, and the file stays PDF/A (no font is left out).
Glyph numbers are those of the full font, so any process can draw with what another one embedded.
"""

import functools
import io
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import uharfbuzz  # type: ignore[import-untyped]
from fontTools import subset
from fontTools.ttLib import TTFont

# Latin letters of every language of the region and its neighbours, modifier letters (Quechua ʼ), punctuation, currency.
_RANGES: Final = ((0x20, 0x7E), (0xA0, 0x17F), (0x2B9, 0x2BF), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A))
_SINGLE: Final = (0x18F, 0x192, 0x259, 0x20AC, 0x2116, 0x2190, 0x2192, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0xFFFD)
_KERNING_ONLY: Final = {"kern": True, "liga": False, "clig": False, "calt": False, "ccmp": False, "locl": False}


@dataclass(frozen=True)
class Face:
    """One style of the font, ready to measure, draw and embed."""

    name: str
    """Name in the form's default resources, without the slash."""
    postscript: str
    program: bytes
    """The TrueType subset that is embedded."""
    characters: dict[int, int]
    """Code point to glyph number, for every character of the subset."""
    advances: dict[int, int]
    """Glyph number to advance width, in thousandths of an em."""
    shaper: "uharfbuzz.Font"
    units_per_em: int
    ascent: int
    descent: int
    cap_height: int
    bounds: tuple[int, int, int, int]
    weight: int

    def width(self, text: str, size: float) -> float:
        """Width of `text` in points, with kerning."""
        return sum(advance for _, advance in self._shape(text)) * size / self.units_per_em

    def show(self, text: str) -> bytes:
        """The operand and operator that draw `text`, kerned: `[<0024>-12<0025>] TJ`."""
        parts: list[str] = []
        for glyph, advance in self._shape(text):
            parts.append(f"<{glyph:04X}>")
            natural = self.advances[glyph]
            correction = natural - round(advance * 1000 / self.units_per_em)
            if correction:
                parts.append(str(correction))
        return f"[{''.join(parts)}] TJ".encode("ascii")

    def _shape(self, text: str) -> list[tuple[int, int]]:
        if not text:
            return []
        buffer = uharfbuzz.Buffer()
        buffer.add_str(self.writable(text))
        buffer.guess_segment_properties()
        uharfbuzz.shape(self.shaper, buffer, _KERNING_ONLY)
        pairs = zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        return [(info.codepoint, position.x_advance) for info, position in pairs]

    def writable(self, text: str) -> str:
        """`text` in characters that the subset has: without a mark it lacks, else with a question mark.

        The whole name stays in the portal's records and (as far as it fits) in the certificate.
        """
        composed = unicodedata.normalize("NFC", text)
        return "".join(self._writable(character) for character in composed)

    def _writable(self, character: str) -> str:
        if ord(character) in self.characters:
            return character
        plain = "".join(part for part in unicodedata.normalize("NFKD", character) if ord(part) in self.characters)
        if plain or unicodedata.category(character).startswith(("M", "C")):
            return plain
        return "?"


@functools.cache
def regular() -> Face:
    """Source Sans Pro Regular."""
    return _load("RbRegular", "SourceSansPro-Regular.ttf", weight=400)


@functools.cache
def semibold() -> Face:
    """Source Sans Pro Semibold."""
    return _load("RbSemibold", "SourceSansPro-Semibold.ttf", weight=600)


def _load(name: str, file: str, *, weight: int) -> Face:
    data = (files("font_source_sans_pro") / "files" / file).read_bytes()
    with TTFont(io.BytesIO(data), recalcTimestamp=False) as whole:
        cmap = whole.getBestCmap()
        wanted = {point for first, last in _RANGES for point in range(first, last + 1)} | set(_SINGLE)
        characters = {point: whole.getGlyphID(cmap[point]) for point in sorted(wanted & cmap.keys())}
        units = whole["head"].unitsPerEm
        metrics = whole["hmtx"]
        order = whole.getGlyphOrder()
        glyphs = sorted({0, *characters.values()})
        advances = {glyph: round(metrics[order[glyph]][0] * 1000 / units) for glyph in glyphs}
        head, hhea, os2 = whole["head"], whole["hhea"], whole["OS/2"]

        def thousandths(value: int) -> int:
            scaled: int = round(value * 1000 / units)
            return scaled

        return Face(
            name=name,
            postscript=file.removesuffix(".ttf"),
            program=_subset(whole, list(characters)),
            characters=characters,
            advances=advances,
            shaper=uharfbuzz.Font(uharfbuzz.Face(data)),
            units_per_em=units,
            ascent=thousandths(hhea.ascent),
            descent=thousandths(hhea.descent),
            cap_height=thousandths(getattr(os2, "sCapHeight", 660)),
            bounds=tuple(thousandths(v) for v in (head.xMin, head.yMin, head.xMax, head.yMax)),  # type: ignore[arg-type]
            weight=weight,
        )


def _subset(font: TTFont, points: list[int]) -> bytes:
    options = subset.Options(
        retain_gids=True,
        notdef_outline=True,
        hinting=False,
        layout_features=[],
        drop_tables=["GPOS", "GSUB", "GDEF", "DSIG", "BASE", "name", "kern"],
    )
    worker = subset.Subsetter(options)
    worker.populate(unicodes=points)
    worker.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def unicode_map(face: Face) -> bytes:
    """The ToUnicode CMap, so that a reader (or a screen reader) gets the letters back."""
    by_glyph: dict[int, int] = {}
    for point, glyph in face.characters.items():
        by_glyph.setdefault(glyph, point)
    return unicode_map_of(by_glyph)


def unicode_map_of(by_glyph: dict[int, int]) -> bytes:
    """The ToUnicode CMap of these glyphs, each with its code point."""
    lines = [f"<{glyph:04X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for glyph, point in sorted(by_glyph.items())]
    blocks = []
    for start in range(0, len(lines), 100):  # the format allows 100 entries a block
        block = lines[start : start + 100]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "\n".join(blocks)
        + "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")

"""Writes set pages as a tagged PDF: content, structure, fonts, bookmarks and metadata, in one pass of text."""

import zlib
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from plugins.commitments.signing import fonts

from .faces import Face
from .pages import HEIGHT, WIDTH, Laid
from .tags import Tag

_PRODUCER = "Rúbrica"


class _File:
    """A PDF under construction: numbered objects, then the table that says where each begins."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def reserve(self) -> int:
        """Return a number whose object comes later."""
        self.objects.append(b"null")
        return len(self.objects)

    def add(self, text: str) -> int:
        """Return the number of a new object."""
        self.objects.append(text.encode("latin-1"))
        return len(self.objects)

    def stream(self, data: bytes, entries: str = "", *, packed: bool = True) -> int:
        """Return the number of a new stream."""
        if packed:
            data, entries = zlib.compress(data), f"{entries} /Filter /FlateDecode"
        self.objects.append(f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")
        return len(self.objects)

    def bytes(self, root: int, info: int) -> bytes:
        """Return the file."""
        out, places = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], []
        at = len(out[0])
        for number, data in enumerate(self.objects, 1):
            places.append(at)
            out.append(b"%d 0 obj\n%b\nendobj\n" % (number, data))
            at += len(out[-1])
        rows = b"".join(b"%010d 00000 n \n" % place for place in places)
        out.append(b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, rows))
        out.append(b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, root, info, at))
        return b"".join(out)


def write(laid: Laid, *, title: str, author: str, subject: str, language: str) -> bytes:
    """Return the pages as a PDF. Faces that the slots share are named in its resources and left for the whole document to give."""
    file = _File()
    root, tree = file.reserve(), file.reserve()
    numbers = [file.reserve() for _ in laid.pages]
    resources = file.add("<< /Font << " + " ".join(f"/{one.name} {number} 0 R" for one, number in _fonts(file, laid)) + " >> >>")
    parents: list[list[int]] = [[0] * len(page.marked) for page in laid.pages]
    structure = file.reserve()
    document = _element(file, laid.root, structure, numbers, parents)
    file.objects[structure - 1] = (
        f"<< /Type /StructTreeRoot /K [{document} 0 R] /ParentTree {_parent_tree(file, parents)} 0 R /ParentTreeNextKey {len(numbers)} >>".encode()
    )
    box = f"[0 0 {WIDTH} {HEIGHT}]"
    for place, (page, number) in enumerate(zip(laid.pages, numbers, strict=True)):
        content = file.stream("\n".join(page.operators).encode("latin-1"))
        file.objects[number - 1] = (
            f"<< /Type /Page /Parent {tree} 0 R /MediaBox {box} /BleedBox {box} /TrimBox {box} /Resources {resources} 0 R"
            f" /Contents {content} 0 R /StructParents {place} /Tabs /S >>"
        ).encode()
    kids = " ".join(f"{number} 0 R" for number in numbers)
    file.objects[tree - 1] = f"<< /Type /Pages /Count {len(numbers)} /Kids [{kids}] >>".encode()
    metadata = file.stream(_xmp(title, author, subject).encode(), "/Type /Metadata /Subtype /XML", packed=False)
    file.objects[root - 1] = (
        f"<< /Type /Catalog /Pages {tree} 0 R /StructTreeRoot {structure} 0 R /MarkInfo << /Marked true >> /Lang {_text(language)}"
        f" /ViewerPreferences << /DisplayDocTitle true >> /Metadata {metadata} 0 R{_outlines(file, laid, numbers)} >>"
    ).encode()
    info = file.add(
        f"<< /Title {_text(title)} /Author {_text(author)} /Subject {_text(subject)} /Creator {_text(_PRODUCER)} /Producer {_text(_PRODUCER)} >>"
    )
    return file.bytes(root, info)


def _element(file: _File, tag: Tag, parent: int, pages: Sequence[int], parents: list[list[int]]) -> int:
    number = file.reserve()
    kids, page = [], -1
    for kid in tag.kids:
        if isinstance(kid, Tag):
            kids.append(f"{_element(file, kid, number, pages, parents)} 0 R")
            continue
        at, mark = kid
        parents[at][mark] = number
        page = at if page < 0 else page
        kids.append(str(mark) if at == page else f"<< /Type /MCR /Pg {pages[at]} 0 R /MCID {mark} >>")
    entries = [f"/Type /StructElem /S /{tag.name} /P {parent} 0 R /K [{' '.join(kids)}]"]
    if page >= 0:
        entries.append(f"/Pg {pages[page]} 0 R")
    if tag.alt:
        entries.append(f"/Alt {_text(tag.alt)}")
    if tag.scope:
        entries.append(f"/A << /O /Table /Scope /{tag.scope} >>")
    if tag.box:
        entries.append("/A << /O /Layout /Placement /Block /BBox [{:.2f} {:.2f} {:.2f} {:.2f}] >>".format(*tag.box))
    file.objects[number - 1] = f"<< {' '.join(entries)} >>".encode()
    return number


def _parent_tree(file: _File, parents: Sequence[Sequence[int]]) -> int:
    rows = (f"{place} [{' '.join(f'{one} 0 R' for one in found)}]" for place, found in enumerate(parents))
    return file.add(f"<< /Nums [{' '.join(rows)}] >>")


def _outlines(file: _File, laid: Laid, pages: Sequence[int]) -> str:
    if not laid.headings:
        return ""
    top = file.reserve()
    numbers = [file.reserve() for _ in laid.headings]
    levels = [level for level, *_ in laid.headings]
    owners = [next((up for up in range(place - 1, -1, -1) if levels[up] < levels[place]), -1) for place in range(len(levels))]

    def linked(owner: int) -> list[int]:
        return [place for place, one in enumerate(owners) if one == owner]

    for owner in range(-1, len(levels)):
        siblings = linked(owner)
        for before, place, after in zip([None, *siblings], siblings, [*siblings[1:], None], strict=False):
            _, words, page, y = laid.headings[place]
            entries = [f"/Title {_text(words)} /Parent {numbers[owner] if owner >= 0 else top} 0 R"]
            entries.append(f"/Dest [{pages[page]} 0 R /XYZ 90.71 {HEIGHT - y:.2f} 0]")
            entries += [f"/{name} {numbers[at]} 0 R" for name, at in (("Prev", before), ("Next", after)) if at is not None]
            inside = linked(place)
            if inside:
                entries.append(f"/First {numbers[inside[0]]} 0 R /Last {numbers[inside[-1]]} 0 R /Count {_below(owners, place)}")
            file.objects[numbers[place] - 1] = f"<< {' '.join(entries)} >>".encode("latin-1")
    ends = linked(-1)
    file.objects[top - 1] = (
        f"<< /Type /Outlines /First {numbers[ends[0]]} 0 R /Last {numbers[ends[-1]]} 0 R /Count {len(levels)} >>".encode()
    )
    return f" /Outlines {top} 0 R"


def _below(owners: Sequence[int], place: int) -> int:
    return sum(1 + _below(owners, child) for child, owner in enumerate(owners) if owner == place)


def _fonts(file: _File, laid: Laid) -> Iterator[tuple[Face, int]]:
    for one, glyphs in sorted(laid.used.glyphs.items(), key=lambda pair: pair[0].name):
        if one.shared is None:
            yield one, _font(file, one, dict(sorted(glyphs.items())))


def _font(file: _File, one: Face, glyphs: dict[int, str]) -> int:
    program = one.program(frozenset(glyphs))
    stored = file.stream(program, f"/Length1 {len(program)}")
    name = f"/RUBRCB+{one.postscript}"
    height = round(one.ascent)
    descriptor = file.add(
        f"<< /Type /FontDescriptor /FontName {name} /Flags {4 + 2 * one.serif + 64 * one.italic} /FontBBox [-200 {round(one.descent)} 1300 {height}]"
        f" /ItalicAngle {-11 if one.italic else 0} /Ascent {height} /Descent {round(one.descent)} /CapHeight 670 /StemV 80 /FontFile2 {stored} 0 R >>"
    )
    widths = " ".join(f"{glyph} [{one.width(glyph)}]" for glyph in glyphs)
    inner = file.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont {name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor {descriptor} 0 R /CIDToGIDMap /Identity /DW 0 /W [{widths}] >>"
    )
    letters = file.stream(fonts.unicode_map_of({glyph: ord(character) for glyph, character in glyphs.items()}))
    return file.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H /DescendantFonts [{inner} 0 R] /ToUnicode {letters} 0 R >>"
    )


def _text(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _xmp(title: str, author: str, subject: str) -> str:
    def alternatives(name: str, text: str) -> str:
        return f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></dc:{name}>'

    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f'<rdf:Description rdf:about="" pdfaid:part="3" pdfaid:conformance="A" pdf:Producer="{_PRODUCER}" xmp:CreatorTool="{_PRODUCER}">'
        f"{alternatives('title', title)}<dc:creator><rdf:Seq><rdf:li>{escape(author)}</rdf:li></rdf:Seq></dc:creator>"
        f"{alternatives('description', subject)}</rdf:Description></rdf:RDF>\n"
        '</x:xmpmeta>\n<?xpacket end="r"?>'
    )

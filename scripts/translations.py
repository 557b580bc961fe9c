"""Keeps the English catalogues: `update` adds and drops messages, `check` tells what is missing, both compile.

One catalogue for the core (portal/ and templates/) and one for each bundled plugin that shows words.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}, "**.txt": {"extensions": "jinja2.ext.do", "silent": "false"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "_l": None}
RESTLESS = ("POT-Creation", "PO-Revision", "Generated-By", "Last-Translator")  # header lines that change by themselves


@dataclass(frozen=True)
class Part:
    """A catalogue and the folders whose words it holds."""

    home: Path
    sources: tuple[Path, ...]

    @property
    def po(self) -> Path:
        """The catalogue that people edit."""
        return self.home / "translations" / "en" / "LC_MESSAGES" / "messages.po"


class Steady(Catalog):
    """A catalogue whose header changes only when somebody changes it."""

    def __iter__(self) -> Iterator[Message]:
        """Yield the header without its restless lines, then the messages."""
        header, *others = super().__iter__()
        header.string = "".join(line for line in str(header.string).splitlines(keepends=True) if not line.startswith(RESTLESS))
        yield header
        yield from others


def parts() -> list[Part]:
    """Return the core's catalogue, then the plugins'."""
    core = Part(ROOT / "portal", (ROOT / "portal", ROOT / "templates"))
    return [core, *(Part(folder, (folder,)) for folder in sorted((ROOT / "plugins").iterdir()) if (folder / "plugin.py").is_file())]


def messages(part: Part) -> dict[str | tuple[str, str], list[tuple[str, int]]]:
    """Return every message in a part's sources, with the places where it stands."""
    found: dict[str | tuple[str, str], list[tuple[str, int]]] = {}
    for folder in part.sources:
        for name, line, message, _comments, _context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
            key = tuple(message) if isinstance(message, tuple | list) else message
            found.setdefault(key, []).append(((folder / name).relative_to(ROOT).as_posix(), line))
    return found


def read(part: Part) -> Catalog:
    """Return a part's catalogue as it is on disk; empty when there is none."""
    if not part.po.is_file():
        return Catalog(locale="en")
    with part.po.open("rb") as file:
        return read_po(file, locale="en")


def updated(part: Part) -> Catalog:
    """Return a part's catalogue with exactly the messages of the sources, translations kept."""
    before = read(part)
    after = Catalog(locale="en", project="Rúbrica", fuzzy=False)
    for key, places in sorted(messages(part).items(), key=lambda one: str(one[0])):
        old = before.get(key[0] if isinstance(key, tuple) else key)
        files = sorted({(name, 0) for name, _line in places})
        after.add(key, old.string if old else "", locations=files)
    return after


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as a .po file that changes only when its messages do."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, omit_header=False, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in RESTLESS))).encode()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as a .mo file, the same for the same messages."""
    steady = Steady(locale=catalog.locale, project=catalog.project, fuzzy=False)
    for message in catalog:
        if message.id:
            steady.add(message.id, message.string)
    buffer = BytesIO()
    write_mo(buffer, steady)
    return buffer.getvalue()


def missing(part: Part) -> Iterator[str]:
    """Yield the messages of a part that have no English."""
    for message in updated(part):
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not all(strings):
            yield str(message.id)


def main() -> int:
    """Run `update` or `check`."""
    absent = 0
    for part in parts():
        catalog = updated(part)
        if sys.argv[1:] == ["update"] and any(message.id for message in catalog):
            part.po.parent.mkdir(parents=True, exist_ok=True)
            part.po.write_bytes(written(catalog))
            part.po.with_suffix(".mo").write_bytes(compiled(read(part)))
        for message in missing(part):
            absent += 1
            print(f"{part.home.name}: {message[:100]!r} has no English")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())

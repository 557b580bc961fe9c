"""Turns Markdown into safe HTML, and HTML into PDF; the PDF side reads nothing but the portal's own assets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from portal.errors import NotFound
from portal.paths import STATIC

ALLOWED_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "hr",
    "del",
}
_HEADING = re.compile(r"(</?h)([1-6])")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough")


_AT_HAND = 2_000  # texts kept as rendered: those of a few agendas, which every page and every document show again


@lru_cache(maxsize=_AT_HAND)
def render_markdown(text: str) -> Markup:
    """Return `text` as HTML: raw HTML shown as text, links http(s)/mailto only, headings from level 3 down."""
    import nh3  # noqa: PLC0415 - a compiled module, only wanted when text is shown

    html = _HEADING.sub(lambda match: f"{match[1]}{min(6, int(match[2]) + 2)}", _markdown().render(text or ""))
    return Markup(  # noqa: S704 - cleaned by nh3, which is the point
        nh3.clean(
            html,
            tags=ALLOWED_TAGS,
            attributes={"a": {"href", "title"}, "th": {"align"}, "td": {"align"}},
            url_schemes={"http", "https", "mailto"},
        )
    )


@lru_cache(maxsize=_AT_HAND)
def plain_text(text: str) -> str:
    """Return Markdown as one line of plain text, for summaries and spreadsheets."""
    from html import unescape  # noqa: PLC0415

    import nh3  # noqa: PLC0415

    return " ".join(unescape(nh3.clean(_markdown().render(text or ""), tags=set())).split())


@dataclass(frozen=True)
class Attached:
    """A file carried inside a PDF/A-3. `relationship` is the PDF's AFRelationship: Source, Data, Alternative."""

    name: str
    data: bytes
    media_type: str
    description: str
    relationship: str = "Data"


@cache
def font_folders() -> tuple[Path, ...]:
    """Return the folders of the two pinned font packages (Source Serif Pro, Source Sans Pro; OFL 1.1)."""
    folders = []
    for package in ("font_source_serif_pro", "font_source_sans_pro"):
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise NotFound(f"the package {package} is not installed")
        folders.append(Path(spec.origin).parent / "files")
    return tuple(folders)


def asset(address: str) -> Path:
    """Return the file behind `asset:static/<file>` or `asset:fonts/<file>`; anything else raises `NotFound`."""
    kind, _, name = address.removeprefix("asset:").partition("/")
    folders = {"static": (STATIC,), "fonts": font_folders()}.get(kind, ())
    for folder in folders:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
    raise NotFound(f"{address} is not an asset of the portal")


def render_pdf(html: str, *, attachments: Sequence[Attached] = (), variant: str = "pdf/a-3a") -> bytes:
    """Lay `html` out as a tagged PDF/A-3 with the files in `attachments` inside.

    About 1 s for 20 pages. Only `asset:` addresses are read: text in an agenda cannot make the server fetch anything.
    """
    return layout(html).write(attachments=attachments, variant=variant)


@dataclass(frozen=True)
class Layout:
    """A laid-out document: where its anchors are, and how to write it."""

    document: Any

    def anchors(self) -> dict[str, tuple[int, float, float]]:
        """Return each id's place: (page index, x, y) in points from the page's top left corner."""
        px = 0.75  # CSS pixels (1/96 in) to points (1/72 in)
        places: dict[str, tuple[int, float, float]] = {}
        for index, page in enumerate(self.document.pages):
            for name, at in page.anchors.items():
                places.setdefault(name, (index, at[0] * px, at[1] * px))
        return places

    def write(self, *, attachments: Sequence[Attached] = (), variant: str = "pdf/a-3a") -> bytes:
        """Return the PDF's bytes."""
        from weasyprint import Attachment  # noqa: PLC0415

        self.document.metadata.attachments = [
            Attachment(string=one.data, name=one.name, description=one.description, relationship=one.relationship) for one in attachments
        ]
        return bytes(self.document.write_pdf(pdf_variant=variant))


def layout(html: str) -> Layout:
    """Lay `html` out once; `Layout` tells where things are before it is written."""
    from weasyprint import HTML  # noqa: PLC0415 - 0.3 s of imports

    return Layout(HTML(string=html, base_url="asset:static/", url_fetcher=_fetcher()).render(pdf_variant="pdf/a-3a"))


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class AssetsOnly(URLFetcher):  # type: ignore[misc]
        """Serves the portal's own assets and data: addresses, nothing else (no network, no files)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = asset(url)
            kind = "text/css" if path.suffix == ".css" else "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})  # without it a stylesheet is ignored

    return AssetsOnly()

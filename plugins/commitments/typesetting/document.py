"""Sets the pages of one organisation from the template's HTML, if it knows all that is in them."""

from dataclasses import dataclass

from .cover import cover
from .faces import Unsupported
from .pages import Laid, paginate
from .setting import Setter
from .tags import Tag
from .text import Used
from .words import classes, parsed
from .writing import write


@dataclass(frozen=True)
class OwnPages:
    """A tagged PDF without running heads, and each anchor's place: (page index, x, y) in points from the page's top left corner."""

    pdf: bytes
    anchors: dict[str, tuple[int, float, float]]


def set_pages(html: str) -> OwnPages:
    """Set a page that extends pdf/base.html: a cover, then blocks. About 20 ms. Raises `Unsupported`."""
    page = parsed(html)
    body, main, named = page.find("body"), page.find("body/main"), {one.get("name"): one.get("content") or "" for one in page.iter("meta")}
    if body is None or main is None:
        raise Unsupported("a page without body")
    laid = Laid([], Tag("Document"), Used())
    for child in body:
        if child.tag == "section" and "cover" in classes(child):
            cover(child, laid.root, laid)
        elif child is not main:
            raise Unsupported(f"<{child.tag}> in the body")
    paginate(Setter(laid).blocks(main, laid.root), laid)
    pdf = write(
        laid,
        title=page.findtext("head/title") or "",
        author=named.get("author", ""),
        subject=named.get("description", ""),
        language=page.get("lang") or "es",
    )
    return OwnPages(pdf, laid.anchors)

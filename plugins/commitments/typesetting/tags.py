"""The structure of what is set: elements, and the marked content that belongs to each."""

from dataclasses import dataclass, field
from typing import Union


@dataclass(eq=False)
class Tag:
    """One structure element. `kids`: elements, and marked content as (page, number on that page)."""

    name: str
    kids: list[Union["Tag", tuple[int, int]]] = field(default_factory=list)
    alt: str = ""
    scope: str = ""
    box: tuple[float, float, float, float] | None = None
    """A figure's place: left, bottom, right, top, in points."""

    def add(self, name: str) -> "Tag":
        """Return a new element at the end of this one."""
        found = Tag(name)
        self.kids.append(found)
        return found

"""The frozen agenda as reviewers and the instrument read it: from the exact bytes that were hashed."""

import json
from dataclasses import dataclass
from typing import Any

from portal.agendas.models import AgendaVersion
from portal.documents.store import FileStore
from portal.errors import NotFound


@dataclass(frozen=True)
class FrozenAgenda:
    """A frozen version: `data` has the shape "rubrica.agenda/1", `raw` is what was hashed."""

    sha256: str
    raw: bytes
    data: dict[str, Any]

    @property
    def dimensions(self) -> list[dict[str, Any]]:
        """The dimensions, in order, each {"name", "label", "prefix", "items": […]}."""
        found: list[dict[str, Any]] = self.data["dimensions"]
        return found

    @property
    def items(self) -> list[dict[str, Any]]:
        """Every item, in reading order."""
        return [item for dimension in self.dimensions for item in dimension["items"]]

    @property
    def codes(self) -> list[str]:
        """The items' codes, in reading order."""
        return [str(item["code"]) for item in self.items]

    def dimension(self, name: str) -> dict[str, Any]:
        """Return one dimension. Raises `NotFound`."""
        for dimension in self.dimensions:
            if dimension["name"] == name:
                return dimension
        raise NotFound


def frozen_agenda(store: FileStore, version: AgendaVersion) -> FrozenAgenda:
    """Read a version from the store, which checks its bytes. Raises `NotFound` or `Damaged`."""
    raw = store.get(version.sha256)
    return FrozenAgenda(version.sha256, raw, json.loads(raw))

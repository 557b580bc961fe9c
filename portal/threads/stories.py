"""Tells the story of an agenda's items: what stands in each stage of the road, and where nothing does."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.agendas.models import Agenda, AgendaVersion
from portal.agendas.queries import document_items, versions
from portal.documents.store import FileStore
from portal.extend.ask import Ask
from portal.extend.kinds import ThreadStage, ThreadStation
from portal.i18n import N_
from portal.threads.stations import BESIDE, EVIDENCE, MOST_VERSIONS, VERSION, Document, figures, stages, stations, wordings
from portal.threads.walking import Edge, kind, survey
from portal.threads.words import ref

UNSHOWN = N_("Hay un registro que no está publicado")
PIVOT = VERSION  # stages before it tell where an item comes from, stages after it what became of it


@dataclass(frozen=True)
class Part:
    """One stage of a story: its stations, oldest first. `unshown`: something stands here that whoever asks may not read."""

    stage: ThreadStage
    stations: tuple[ThreadStation, ...]
    unshown: bool = False

    @property
    def gap(self) -> str:
        """What is said while nothing stands here."""
        return "" if self.stations or self.unshown else sentence(self.stage.gap)

    @property
    def note(self) -> str:
        """What is said in place of stations: that there are none, or that they are not published."""
        return self.gap or ("" if self.stations or not self.unshown else UNSHOWN)


@dataclass(frozen=True)
class Story:
    """An item's story, stage by stage. `back`, `here`, `forth`: before the item's own wordings, those, and after them."""

    item: Document
    dimension: str
    parts: tuple[Part, ...]
    links: tuple[Edge, ...]
    cut: bool

    def _side(self, side: int) -> tuple[Part, ...]:
        pivot = next(one.stage.weight for one in self.parts if one.stage.name == PIVOT)
        return tuple(one for one in self.parts if (one.stage.weight > pivot) - (one.stage.weight < pivot) == side)

    @property
    def back(self) -> tuple[Part, ...]:
        """Where the item comes from."""
        return self._side(-1)

    @property
    def here(self) -> tuple[Part, ...]:
        """The item's own wordings."""
        return self._side(0)

    @property
    def forth(self) -> tuple[Part, ...]:
        """What became of it."""
        return self._side(1)

    @property
    def gaps(self) -> list[str]:
        """What is missing, in the road's order."""
        return [one.gap for one in self.parts if one.gap]

    @property
    def shown(self) -> list[Part]:
        """The stages in which something stands, or should."""
        return [one for one in self.parts if one.stations or one.note]

    def part(self, name: str) -> Part | None:
        """Return a stage by its name."""
        return next((one for one in self.parts if one.stage.name == name), None)


def frozen(session: Session, store: FileStore, agenda: Agenda) -> list[tuple[AgendaVersion, dict[str, Any]]]:
    """Return an agenda's last versions with their documents, oldest first."""
    return [(one, json.loads(store.get(one.sha256))) for one in versions(session, agenda.id)[:MOST_VERSIONS]][::-1]


def by_code(document: dict[str, Any]) -> dict[str, Document]:
    """Return a document's items by their code."""
    return {item["code"]: item for item in document_items(document)}


def tell(
    session: Session,
    ask: Ask,
    actor: Actor,
    document: Mapping[str, Any],
    history: Sequence[tuple[AgendaVersion, dict[str, Any]]],
    codes: Iterable[str] | None = None,
    *,
    wait: bool = False,
) -> dict[str, Story]:
    """Return the stories of a document's items (of those with `codes`), by code, as `actor` may know them.

    `history`: the agenda's frozen versions, oldest first. A constant number of queries a level of links, however many items.
    """
    agenda = str(document["code"])
    every = by_code(dict(document))
    chosen = {code: every[code] for code in (every if codes is None else codes)}
    past = [(version, by_code(one)) for version, one in history]
    known = [
        Edge(ref("item", agenda, code), ref("version", agenda, f"v{version.number}"), "came_from")
        for version, items in past
        for code in chosen
        if code in items
    ]
    seen = survey(session, ask, (ref("item", agenda, code) for code in chosen), known, wait=wait)
    standing = stations(session, ask, actor, seen.found, wait=wait)
    order = stages(ask.registry)
    names = {one["code"]: str(dimension["label"]) for dimension in document["dimensions"] for one in dimension["items"]}
    found = {}
    for code, item in chosen.items():
        root = ref("item", agenda, code)
        around = seen.around(root)
        own = figures(agenda, item) + wordings(agenda, code, past)
        mine = {one.ref for one in own}
        met = [standing[name] for name in around if name in standing and name not in mine]
        told = {root, *mine, *(one.ref for one in met)}
        links = dict.fromkeys(
            one for name in (root, *around) for one in seen.edges.get(name, ()) if one.earlier in told and one.later in told
        )
        unshown = {kind(name) for name in around if name not in standing and name not in mine}
        found[code] = Story(item, names[code], _parts(order, own, met, unshown), tuple(links), seen.cut)
    return found


def _parts(order: Sequence[ThreadStage], own: list[ThreadStation], met: list[ThreadStation], unshown: set[str]) -> tuple[Part, ...]:
    known = {one.name for one in order}
    standing: dict[str, list[ThreadStation]] = {one.name: [] for one in order}
    for one in own:
        standing[one.stage].append(one)
    for one in sorted(met, key=lambda one: (when(one.at), one.weight, one.label)):
        standing[one.stage if one.stage in known else BESIDE].append(one)
    if standing[VERSION]:  # other items beside the versions' own line
        standing[VERSION].sort(key=lambda one: one.at is None)
    return tuple(Part(one, tuple(standing[one.name]), one.name in unshown) for one in order)


def when(at: datetime | date | None) -> str:
    """Return a key that sorts instants, days and unknown dates (last)."""
    if at is None:
        return "9999"
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at.isoformat()


def sentence(words: str) -> str:
    """Return words that begin as a sentence does, whoever wrote them."""
    return words[:1].upper() + words[1:]


SCHEMA = "rubrica.story/1"


def as_data(story: Story, agenda: str, version: int | None, address: str) -> dict[str, Any]:
    """Return a story as plain data (docs/road.md says what each name means); `address`: the portal's, before each path."""

    def full(href: str) -> str:
        return address + href if href.startswith("/") else href

    return {
        "schema": SCHEMA,
        "agenda": agenda,
        "version": version,
        "item": story.item["code"],
        "dimension": story.dimension,
        "text": story.item["text"],
        "stages": [
            {
                "name": part.stage.name,
                "label": part.stage.label,
                "gap": part.gap or None,
                "unshown": part.unshown,
                "count": len(part.stations),
                "stations": [
                    {
                        "ref": one.ref,
                        "label": one.label,
                        "title": one.title,
                        "state": one.state,
                        "at": one.at.isoformat() if one.at else None,
                        "href": full(one.href) or None,
                    }
                    for one in part.stations
                ],
            }
            for part in story.shown
        ],
        "links": [{"earlier": one.earlier, "later": one.later, "relation": one.relation} for one in story.links],
        "complete": not story.cut,
    }


__all__ = ["EVIDENCE", "PIVOT", "SCHEMA", "Part", "Story", "as_data", "by_code", "frozen", "tell", "when"]

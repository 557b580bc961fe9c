"""The whole road of an agenda: what stands in each stage, how many of its items have something there, between which dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.extend.kinds import PageItem, ThreadStage
from portal.threads.stories import Story, sentence, when

MOST_NAMED = 12  # items without, named on the page; the others are counted


@dataclass(frozen=True)
class Stretch:
    """One stage of the road: `count` things, of which the first and last `at`; `items` of the agenda's have one, `without` do not."""

    stage: ThreadStage
    count: int
    first: datetime | date | None
    last: datetime | date | None
    items: int
    without: tuple[str, ...]
    entries: tuple[PageItem, ...]

    @property
    def gap(self) -> str:
        """What is said of items that have nothing here."""
        return sentence(self.stage.gap)


def road(order: Sequence[ThreadStage], stories: Mapping[str, Story], entries: Sequence[PageItem]) -> list[Stretch]:
    """Return the stages in which something stands, should stand, or leads somewhere. `entries`: by the weight of their stage."""
    found = []
    for place, stage in enumerate(order):
        following = order[place + 1].weight if place + 1 < len(order) else None
        mine = tuple(one for one in entries if (one.weight >= stage.weight or place == 0) and (following is None or one.weight < following))
        standing = {
            one.ref: one for story in stories.values() for part in story.parts if part.stage.name == stage.name for one in part.stations
        }
        dates = sorted((one.at for one in standing.values() if one.at is not None), key=when)
        having = {code for code, story in stories.items() if any(part.stage.name == stage.name and part.stations for part in story.parts)}
        without = tuple(code for code in stories if code not in having)
        if mine or standing or (stage.gap and stories):
            found.append(
                Stretch(stage, len(standing), dates[0] if dates else None, dates[-1] if dates else None, len(having), without, mine)
            )
    return found

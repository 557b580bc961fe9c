"""What the pages of one dimension show: each item with what was said of it, what was just typed, and what another person wrote meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.models import Stance
from plugins.commitments.review_forms import ItemForm
from plugins.commitments.stances import Saved, Typed
from portal.accounts.models import Person
from portal.documents.rendering import render_markdown
from portal.web import whole


@dataclass(frozen=True)
class ShownItem:
    """One item on the page. `theirs`: (stance, text, when, who) that another person saved since the page was drawn."""

    item: Mapping[str, Any]
    html: Markup
    form: ItemForm
    stance: str | None
    error: str | None
    theirs: tuple[str | None, str, Any, str] | None
    following: str | None


def typed_in(form: MultiDict[str, str], agenda: FrozenAgenda, dimension: str) -> dict[str, Typed]:
    """Return what a posted page holds, by item code."""
    found = {}
    for item in agenda.dimension(dimension)["items"]:
        code = str(item["code"])
        if f"{code}-revision" in form:
            text = form.get(f"{code}-observation", "").replace("\r\n", "\n")
            found[code] = Typed(form.get(f"{code}-stance") or None, text, whole(form.get(f"{code}-revision")) or 0)
    return found


def shown_items(
    session: Session,
    agenda: FrozenAgenda,
    dimension: str,
    said: Mapping[str, Stance],
    *,
    typed: Mapping[str, Typed] | None = None,
    saved: Saved | None = None,
) -> list[ShownItem]:
    """Return the page's items. `typed` wins over what is stored, so that nothing a person wrote disappears."""
    items = agenda.dimension(dimension)["items"]
    shown = []
    for place, item in enumerate(items):
        code = str(item["code"])
        stored = said.get(code)
        revision = stored.revision if stored else 0
        given = (typed or {}).get(code) or Typed(stored.stance if stored else None, stored.observation if stored else "", revision)
        stale = saved.stale.get(code) if saved else None
        # What was typed over somebody else's change is sent again with their revision: a second press means "mine".
        form = ItemForm(prefix=f"{code}-", data={"observation": given.observation, "revision": str(revision if saved else given.revision)})
        error = saved.wrong.get(code) if saved else None
        shown.append(
            ShownItem(
                item,
                render_markdown(item["text"]),
                form,
                given.stance,
                error,
                _theirs(session, stale) if stale else None,
                str(items[place + 1]["code"]) if place + 1 < len(items) else None,
            )
        )
    return shown


def _theirs(session: Session, stale: Stance) -> tuple[str | None, str, Any, str]:
    person = session.get(Person, stale.saved_by_id) if stale.saved_by_id else None
    return stale.stance, stale.observation, stale.saved_at, person.full_name if person else ""


def as_parked(typed: Mapping[str, Typed]) -> dict[str, Any]:
    """Return what was typed, as JSON to keep."""
    return {code: [one.stance, one.observation[:20_000], one.revision] for code, one in typed.items()}


def from_parked(kept: Mapping[str, Any]) -> dict[str, Typed]:
    """Return what was kept, as typed."""
    return {code: Typed(*values) for code, values in kept.items()}

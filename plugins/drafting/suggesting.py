"""What can be done with suggestions: make one, accept it over the wording that the decider saw, not accept it, take it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.drafting import finding, queries
from plugins.drafting.models import Suggestion
from plugins.drafting.sections import lock
from plugins.drafting.words import ACCEPTED, OPEN, REJECTED, TOPIC_DECIDED, TOPIC_SUGGESTION, WITHDRAWN
from portal.agendas.content import clean, undeclared
from portal.agendas.editing import edit_item, item_of
from portal.agendas.models import Agenda, Item
from portal.errors import Conflict, Forbidden, Invalid
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.notices.service import notify
from portal.threads.service import link
from portal.threads.words import ref

LONGEST_REASON = 4000
PARTS = ("text", "responsible", "indicators", "alignments")


def suggest(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    code: str,
    *,
    content: Mapping[str, Any],
    base: Mapping[str, Any] | None = None,
    base_revision: int | None = None,
    reason: str,
    source: str = "page",
    return_id: int | None = None,
    tell: bool = True,
    now: datetime,
    person_id: int | None,
) -> Suggestion:
    """Keep a proposed wording of an item. `base`: what its author had before their eyes (the item's wording now unless given).

    Raises `Invalid` when the words cannot be used, say nothing new, or come without a reason.
    """
    lock(session, agenda.id)
    item = item_of(session, agenda, code)
    if item.retired:
        raise Conflict(N_("%(code)s está retirado del borrador: nadie puede sugerir cambios."), code=item.code)
    base = dict(item.content if base is None else base)
    fields = registry.item_fields(item.dimension)
    wrong: dict[str, str] = {}
    proposed: dict[str, Any] = {}
    try:
        unseen = undeclared(base, fields)
        proposed = clean({**content, "fields": {**unseen, **(content.get("fields") or {})}}, fields)
    except Invalid as error:
        wrong |= error.fields
    reason = reason.strip()
    if not reason:
        wrong["reason"] = N_("Diga por qué propone el cambio.")
    if len(reason) > LONGEST_REASON:
        wrong["reason"] = N_("El texto es demasiado largo.")
    if wrong:
        raise Invalid(fields=wrong)
    if not changed(base, proposed):
        raise Invalid(fields={"text": N_("No cambió nada: escriba cómo debería decir.")})
    made = Suggestion(
        agenda_id=agenda.id,
        code=queries.next_code(session, Suggestion, agenda.id, "S", 3),
        item_id=item.id,
        dimension=item.dimension,
        base_revision=item.revision if base_revision is None else base_revision,
        base=base,
        proposed=proposed,
        reason=reason,
        source=source,
        return_id=return_id,
        state=OPEN,
        made_at=now,
        author_id=person_id,
    )
    made.item = item
    session.add(made)
    session.flush()
    finding.index(session, agenda, made)
    if tell:
        owners = [one for one in queries.owners_of_item(session, item) if one != person_id]
        notify(
            session,
            now=now,
            topic=TOPIC_SUGGESTION,
            person_ids=owners,
            title=f"{agenda.code}: sugerencia {made.code} sobre {item.code}",
            text=reason,
            href=finding.address(agenda, made),
            agenda_id=agenda.id,
        )
    return made


def changed(base: Mapping[str, Any], proposed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the parts in which two contents differ: "text", "responsible", "indicators", "alignments", "fields-<name>"."""
    found = [name for name in PARTS if (base.get(name) or None) != (proposed.get(name) or None)]
    old, new = base.get("fields") or {}, proposed.get("fields") or {}
    return (*found, *(f"fields-{name}" for name in sorted({*old, *new}) if (old.get(name) or "") != (new.get(name) or "")))


def onto(present: Mapping[str, Any], one: Suggestion) -> dict[str, Any]:
    """Return the present wording with what the suggestion changes in it."""
    found = {**present, "fields": {**present.get("fields", {})}}
    for name in changed(one.base, one.proposed):
        if name.startswith("fields-"):
            field = name.removeprefix("fields-")
            value = one.proposed.get("fields", {}).get(field, "")
            found["fields"] = {**found["fields"], field: value} if value else {k: v for k, v in found["fields"].items() if k != field}
        else:
            found[name] = one.proposed.get(name)
    return found


def moved(one: Suggestion, item: Item) -> tuple[str, ...]:
    """Return the parts that the suggestion changes and that somebody changed meanwhile: there three texts must be weighed."""
    mine = set(changed(one.base, one.proposed))
    return tuple(name for name in changed(one.base, item.content) if name in mine)


def accept(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    one: Suggestion,
    *,
    content: Mapping[str, Any] | None = None,
    revision: int,
    note: str = "",
    now: datetime,
    person_id: int,
) -> Item:
    """Write a suggestion into the draft, over the wording `revision` that the decider saw; `content`: what is kept in its place, if they adjusted it.

    Raises `Conflict` when it is decided already or its item is retired, `Stale` when the item changed meanwhile, `Invalid`.
    """
    item = item_of(session, agenda, one.item.code)
    if item.retired:
        raise Conflict(N_("%(code)s está retirado del borrador. Restáurelo antes de aceptar cambios."), code=item.code)
    wanted = onto(item.content, one)
    kept = wanted if content is None else content
    _decide(session, one, ACCEPTED, note=note, now=now, person_id=person_id)
    saved = edit_item(
        session,
        registry,
        agenda,
        item.code,
        revision=revision,
        new_code=item.code,
        kind=item.kind,
        content=kept,
        now=now,
        person_id=person_id,
    )
    one.applied_revision, one.adjusted = saved.revision, bool(changed(wanted, saved.content))
    session.flush()
    link(
        session,
        now=now,
        agenda_id=agenda.id,
        source=ref("suggestion", agenda.code, one.code),
        relation="changed",
        target=ref("item", agenda.code, saved.code),
        person_id=person_id,
    )
    _told(session, agenda, one, f"{agenda.code}: se aceptó su sugerencia {one.code}", now=now)
    return saved


def reject(session: Session, agenda: Agenda, one: Suggestion, *, reason: str, now: datetime, person_id: int) -> None:
    """Do not accept a suggestion, and say why. Raises `Invalid` without a reason, `Conflict` when it is decided already."""
    if not reason.strip():
        raise Invalid(fields={"reason": N_("Diga por qué no se acepta: quien la hizo lo leerá.")})
    _decide(session, one, REJECTED, note=reason, now=now, person_id=person_id)
    _told(session, agenda, one, f"{agenda.code}: no se aceptó su sugerencia {one.code}", now=now)


def withdraw(session: Session, one: Suggestion, *, now: datetime, person_id: int) -> None:
    """Take back one's own suggestion; it stays readable. Raises `Forbidden`, `Conflict`."""
    if one.author_id != person_id:
        raise Forbidden
    _decide(session, one, WITHDRAWN, note="", now=now, person_id=person_id)


def _decide(session: Session, one: Suggestion, state: str, *, note: str, now: datetime, person_id: int) -> None:
    done = session.execute(
        update(Suggestion)
        .where(Suggestion.id == one.id, Suggestion.state == OPEN)
        .values(state=state, decided_at=now, decided_by_id=person_id, decision=note.strip()[:LONGEST_REASON]),
        execution_options={"synchronize_session": False},
    )
    session.refresh(one)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(N_("Otra persona ya decidió la sugerencia %(code)s. Vuelva a cargar la página."), code=one.code)


def _told(session: Session, agenda: Agenda, one: Suggestion, title: str, *, now: datetime) -> None:
    finding.index(session, agenda, one)
    if one.author_id is not None and one.author_id != one.decided_by_id:
        notify(
            session,
            now=now,
            topic=TOPIC_DECIDED,
            person_ids=[one.author_id],
            title=title,
            text=one.decision,
            href=finding.address(agenda, one),
            agenda_id=agenda.id,
        )


def same_open(session: Session, item_id: int, proposed: Mapping[str, Any]) -> str | None:
    """Return the code of an open suggestion that proposes exactly this, or None."""
    rows = select(Suggestion).where(Suggestion.item_id == item_id, Suggestion.state == OPEN)
    return next((one.code for one in session.scalars(rows) if not changed(one.proposed, proposed)), None)

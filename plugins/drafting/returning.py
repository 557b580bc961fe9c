"""Takes in a Word file that came back: keeps it, reads it, shows what it says, and only then makes suggestions of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from plugins.drafting import queries, suggesting
from plugins.drafting.bases import Wordings, fields_of
from plugins.drafting.models import LooseText, Suggestion, WordReturn
from plugins.drafting.sections import lock
from plugins.drafting.word.package import open_package
from plugins.drafting.word.reading import Change, Found, Reading, Told
from plugins.drafting.word.writing import MEDIA_TYPE
from plugins.drafting.words import TOPIC_SUGGESTION
from portal.agendas.content import clean
from portal.agendas.models import Agenda, Item
from portal.agendas.queries import versions
from portal.documents.store import FileStore
from portal.errors import Conflict, Invalid
from portal.extend.kinds import ItemField
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.notices.service import notify

READ, SAVED, DISMISSED = "read", "saved", "dismissed"
STATES = {READ: N_("Por revisar"), SAVED: N_("Guardada"), DISMISSED: N_("Descartada")}
UNUSABLE = N_("En %(code)s no se puede usar lo escrito en «%(part)s»: %(why)s")
RETIRED = N_("%(code)s está retirado del borrador: lo que el archivo cambia en él no entra.")
PART_NAMES = {"text": N_("Texto"), "responsible": N_("Responsable"), "indicators": N_("Indicadores"), "alignments": N_("Alineamientos")}
LONGEST_NOTE = 2000


def receive(
    session: Session,
    registry: Registry,
    store: FileStore,
    agenda: Agenda,
    *,
    data: bytes,
    name: str,
    note: str,
    now: datetime,
    person_id: int | None,
) -> WordReturn:
    """Keep a file and what was read in it; nothing else happens yet. Raises `Invalid` for a file that cannot be read or is of another agenda."""
    if not data:
        raise Invalid(fields={"file": N_("Elija el archivo de Word que quiere subir.")})
    package = open_package(data)
    other = package.manifest.get("agenda")
    if other is not None and other != agenda.code:
        raise Invalid(fields={"file": N_("Este archivo salió de otra agenda. Súbalo en la agenda a la que pertenece.")})
    wordings = Wordings(session, registry, store, agenda)
    fields = fields_of(registry, agenda)
    titles = [agenda.title, *(one.title for one in versions(session, agenda.id)), *(one.label for one in agenda.dimensions)]
    found = Reading(package, wordings.of, wordings.today.values(), fields, titles).read()
    lock(session, agenda.id)
    made = WordReturn(
        agenda_id=agenda.id,
        code=queries.next_code(session, WordReturn, agenda.id, "W", 3),
        name=name[-200:] or "documento.docx",
        note=note.strip()[:LONGEST_NOTE],
        sha256=store.put(session, data, MEDIA_TYPE, now=now),
        size=len(data),
        reading=_reading(session, found, wordings, fields, package.manifest),
        state=READ,
        received_at=now,
        received_by_id=person_id,
    )
    made.loose = [LooseText(position=place, near=near, text=text[:20_000]) for place, (near, text) in enumerate(found.loose)]
    session.add(made)
    session.flush()
    return made


def _reading(session: Session, found: Found, wordings: Wordings, fields: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was read as data: what becomes a suggestion, what already stands so, what could not be used."""
    told = list(found.told)
    changes, already, repeated = [], [], []
    for change in found.changes:
        proposed = _usable(change, fields.get(change.base.dimension, ()), told)
        if not suggesting.changed(change.base.content, proposed):
            continue
        today = wordings.today.get(change.base.item_id)
        if today is None:
            told.append(Told(RETIRED, {"code": change.base.code}, change.base.code))
            continue
        parts = suggesting.changed(change.base.content, proposed)
        if not set(parts) & set(suggesting.changed(today.content, proposed)):
            already.append(today.code)
            continue
        same = suggesting.same_open(session, today.item_id, proposed)
        if same:
            repeated.append({"code": today.code, "suggestion": same})
            continue
        changes.append(
            {
                "item": today.item_id,
                "code": today.code,
                "revision": change.base.revision,
                "base": dict(change.base.content),
                "proposed": proposed,
                "moved": bool(set(suggesting.changed(change.base.content, today.content)) & set(parts)),
            }
        )
    return {
        "version": manifest.get("version") if isinstance(manifest.get("version"), int) else None,
        "changes": changes,
        "same": found.same,
        "already": already,
        "repeated": repeated,
        "missing": found.missing,
        "told": [_kept(one) for one in told],
        "comments": [{"code": code, "author": author, "text": text} for code, author, text in found.comments[:500]],
        "inserted": found.inserted,
        "deleted": found.deleted,
    }


def _usable(change: Change, fields: list[ItemField], told: list[Told]) -> dict[str, Any]:
    """Return the proposed content with each part that cannot be used put back as it was, and say so."""
    proposed = change.proposed
    for _ in range(8):
        try:
            return clean(proposed, fields)
        except Invalid as error:
            for name, why in error.fields.items():
                part = name.partition("-")[0]
                label = next((one.label for one in fields if name == f"fields-{one.name}"), PART_NAMES.get(part, part))
                told.append(Told(UNUSABLE, {"code": change.base.code, "part": label, "why": why}, change.base.code))
                proposed = _put_back(proposed, change.base.content, name)
    return dict(change.base.content)


def _put_back(proposed: Mapping[str, Any], base: Mapping[str, Any], name: str) -> dict[str, Any]:
    part, _, rest = name.partition("-")
    if part == "fields":
        values = {**proposed["fields"], rest: base.get("fields", {}).get(rest, "")}
        if not values[rest]:  # it was so before: a field asked for since
            return dict(base)
        return {**proposed, "fields": values}
    return {**proposed, part: base.get(part)}


def save(session: Session, registry: Registry, agenda: Agenda, one: WordReturn, *, now: datetime, person_id: int) -> list[Suggestion]:
    """Make the suggestions that the preview showed. Raises `Conflict` when the file was settled already."""
    _settle(session, one, SAVED, now=now)
    said = N_("Cambios del archivo de Word %(code)s.") % {"code": one.code}
    reason = f"{one.note}\n\n{said}".strip() if one.note else said
    made, told = [], list(one.reading["told"])
    codes = {row.id: row for row in session.query(Item).filter(Item.id.in_([change["item"] for change in one.reading["changes"]]))}
    for change in one.reading["changes"]:
        item = codes.get(change["item"])
        if item is None or item.retired:  # since the preview
            told.append(_kept(Told(RETIRED, {"code": change["code"]}, change["code"])))
            continue
        made.append(
            suggesting.suggest(
                session,
                registry,
                agenda,
                item.code,
                content=change["proposed"],
                base=change["base"],
                base_revision=change["revision"],
                reason=reason,
                source="word",
                return_id=one.id,
                tell=False,
                now=now,
                person_id=person_id,
            )
        )
    one.reading = {**one.reading, "told": told}
    _tell_owners(session, agenda, one, made, now=now, person_id=person_id)
    return made


def _kept(one: Told) -> dict[str, Any]:
    return {"sentence": one.sentence, "params": dict(one.params), "code": one.code}


def _tell_owners(session: Session, agenda: Agenda, one: WordReturn, made: list[Suggestion], *, now: datetime, person_id: int) -> None:
    """Tell each owner once of all that a file brought to their sections."""
    every = queries.sections(session, agenda.id)
    parents = {item.id: item.parent_id for item in session.query(Item).filter(Item.agenda_id == agenda.id)}
    brought: dict[int, list[str]] = {}
    for suggestion in made:
        owners = {each.person_id for part in every if queries.holds(part, suggestion.item, parents) for each in part.owners}
        for owner in owners - {person_id}:
            brought.setdefault(owner, []).append(f"{suggestion.code} ({suggestion.item.code})")
    for owner, codes in sorted(brought.items()):
        notify(
            session,
            now=now,
            topic=TOPIC_SUGGESTION,
            person_ids=[owner],
            title=f"{agenda.code}: sugerencias de un archivo de Word ({one.code})",
            text=", ".join(codes),
            href=f"/gestion/agendas/{agenda.code}/redaccion/word/{one.code}",
            agenda_id=agenda.id,
        )


def dismiss(session: Session, one: WordReturn, *, now: datetime) -> None:
    """Make no suggestion of a file; it is kept, and can be uploaded again. Raises `Conflict`."""
    _settle(session, one, DISMISSED, now=now)


def _settle(session: Session, one: WordReturn, state: str, *, now: datetime) -> None:
    done = session.execute(
        update(WordReturn).where(WordReturn.id == one.id, WordReturn.state == READ).values(state=state, settled_at=now),
        execution_options={"synchronize_session": False},
    )
    session.refresh(one)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(N_("Este archivo ya se revisó. Vuelva a cargar la página."))

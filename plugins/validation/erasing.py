"""This plugin's part of a person's rights over their data. That an act was held, and how many came, stays."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from plugins.validation.models import Act, Member
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.extend import PersonData


def erase(session: Session, person_id: int, now: datetime) -> None:  # noqa: ARG001 - the hook's shape
    """Erase a person from this plugin's tables; again does no harm."""
    words = redacting.words_of(session.get_one(Person, person_id))
    session.execute(update(Member).where(Member.person_id == person_id).values(name=words.mark, organisation="", capacity=""))
    tables = list(_tables())
    redacting.redact(session, list(redacting.columns_of(tables)), words)
    redacting.forget_author(session, tables, person_id)


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__ == "plugins.validation.models" and isinstance(mapper.local_table, Table):
            yield mapper.local_table


def data(session: Session, person_id: int) -> list[PersonData]:
    """Return what the plugin keeps about a person."""
    rows = select(Member, Act).join(Act, Act.id == Member.act_id).where(Member.person_id == person_id).order_by(Act.held_at, Act.id)
    convened = tuple(
        {
            "acto": act.code,
            "fecha": act.held_at,
            "lugar": act.place,
            "institución": member.organisation,
            "calidad": member.capacity,
            "presente": member.present,
            "firma": member.signs,
        }
        for member, act in session.execute(rows)
    )
    written = tuple(
        {"acto": act.code, "registrado": act.recorded_at} for act in session.scalars(select(Act).where(Act.recorded_by_id == person_id))
    )
    annulled = tuple(
        {"acto": act.code, "anulado": act.annulled_at, "motivo": act.annulled_reason}
        for act in session.scalars(select(Act).where(Act.annulled_by_id == person_id))
    )
    parts = (("Actos de validación a los que fue convocada", convened), ("Actos que registró", written), ("Actos que anuló", annulled))
    return [PersonData(label=label, rows=rows) for label, rows in parts if rows]

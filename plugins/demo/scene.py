"""Where the sample acts take place: the installation, the demo's own day, and ways to find who and what they are about."""

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demo.data.organisations import ORGANISATIONS
from portal.accounts.models import Person
from portal.context import Portal
from portal.jobs import Queue
from portal.mail import QUEUED, MailMessage, deliver
from portal.organisations.models import Organisation

RECORD = "demo-data.json"
LIMA = ZoneInfo("America/Lima")
PROCESS = "APU-2023-v1"
CODES = {one.slug: one.jne_code for one in ORGANISATIONS}


class Silent(Queue):
    """A queue that carries nothing: the sample acts do their own work, at their own time, in their own order."""

    def __init__(self) -> None:
        """Carry nothing."""

    def enqueue(self, kind: str, identity: object) -> None:
        """Leave the row to whoever asked."""


@dataclass(frozen=True)
class Scene:
    """`portal` with a silent queue and mail that goes to the folder; `day`: the instant that the sample dates count back from."""

    portal: Portal
    day: datetime

    @classmethod
    def of(cls, portal: Portal, now: datetime) -> "Scene":
        """Return the scene of an installation, begun now or when its loading was begun."""
        begun = record(portal).get("begun")
        settings = replace(portal.settings, mail_url="", demo=True)
        quiet = replace(portal, settings=settings, queue=Silent(), mailer=replace(portal.mailer, settings=settings))
        return cls(quiet, datetime.fromisoformat(begun) if begun else now)

    def at(self, days: float) -> datetime:
        """Return an instant in working hours (9 to 17, Lima) so many days before the demo's day; a fraction is earlier that day."""
        whole = math.floor(days)
        evening = self.day.astimezone(LIMA).replace(hour=17, minute=0, second=0, microsecond=0) - timedelta(days=whole)
        return (evening - timedelta(hours=8) * (days - whole)).astimezone(UTC)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session and commit it if nothing fails."""
        with self.portal.sessions() as session:
            yield session
            session.commit()

    def person(self, session: Session, email: str) -> Person:
        """Return the sample person with this address."""
        return session.scalars(select(Person).where(Person.email == email)).one()

    def organisation(self, session: Session, slug: str) -> Organisation:
        """Return a sample organisation."""
        return session.scalars(select(Organisation).where(Organisation.jne_code == CODES[slug])).one()

    def post(self, now: datetime) -> None:
        """Deliver the queued mail into the demo's folder, dated `now`."""
        with self.portal.sessions() as session:
            waiting = session.scalars(select(MailMessage.id).where(MailMessage.state == QUEUED).order_by(MailMessage.id)).all()
            for identity in waiting:
                message = session.get_one(MailMessage, identity)
                deliver(session, identity, now=max(now, message.next_try_at), settings=self.portal.settings, read=self.portal.store.get)


def read_code(session: Session, email: str) -> str:
    """Return the six digits in the last mail that waits for a person: how a signer gets theirs."""
    text = session.scalars(
        select(MailMessage.text).where(MailMessage.address == email, MailMessage.state == QUEUED).order_by(MailMessage.id.desc()).limit(1)
    ).one()
    found = re.search(r"\b(\d{3}) (\d{3})\b", text or "")
    if found is None:
        raise LookupError("the last mail carries no code")
    return found[1] + found[2]


def record(portal: Portal) -> dict[str, Any]:
    """Return what is noted about the loading: {"begun": instant, "done": bool}; {} before it begins."""
    try:
        data: dict[str, Any] = json.loads(_file(portal).read_text())
    except FileNotFoundError:
        return {}
    return data


def note(portal: Portal, *, begun: datetime, done: bool) -> None:
    """Note how far the loading is. Written beside and renamed, so that a kill leaves the old note or the new one."""
    draft = _file(portal).with_suffix(".new")
    draft.write_text(json.dumps({"begun": begun.isoformat(), "done": done}))
    draft.replace(_file(portal))


def _file(portal: Portal) -> Path:
    return portal.settings.file(RECORD)

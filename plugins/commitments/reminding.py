"""One letter a day to each person about everything that waits for them, on the days that each process chose."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments import states
from plugins.commitments.models import Commitment, Digest, DigestRound, Process, Slot
from plugins.commitments.plan import missing, next_group
from portal.accounts.models import Grant, Person
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.errors import Invalid
from portal.i18n import N_
from portal.organisations.models import CAPACITIES

log = logging.getLogger(__name__)

DEFAULT = (14, 7, 3, 1)  # days before the deadline
FARTHEST, MOST = 90, 10
LISTED = 20  # acts that a letter lists; of the rest it says how many
FROM, UNTIL = 8, 20  # hours of the portal's zone in which letters are written
_WAITING = (states.OPEN, states.ISSUED, states.PARTLY)


@dataclass(frozen=True)
class Act:
    """Something that waits for a person: to "sign" (in a capacity) or to "review" a commitment."""

    kind: str
    commitment: Commitment
    capacity: str = ""

    @property
    def path(self) -> str:
        """The ordinary address, behind the sign-in: no private link, and nothing happens by opening it."""
        return f"/firmar/{self.commitment.code}" if self.kind == "sign" else f"/mi-compromiso/{self.commitment.code}"


def schedule(typed: str) -> list[int]:
    """Return the days typed ("14, 7, 3, 1"), the farthest first; none means no reminders. Raises `Invalid` (field "reminders")."""
    words = re.split(r"[\s,;]+", typed.strip()) if typed.strip() else []
    if len(words) > MOST or not all(re.fullmatch(r"[0-9]{1,2}", one) and 1 <= int(one) <= FARTHEST for one in words):
        raise Invalid(
            fields={"reminders": N_("Escriba hasta 10 números de días, entre 1 y 90, separados por comas; por ejemplo 14, 7, 3, 1.")}
        )
    return sorted({int(one) for one in words}, reverse=True)


def change(session: Session, *, process: Process, days: Sequence[int]) -> None:
    """Set on which days before each deadline the process's digests are written."""
    process.reminders = list(days)
    session.flush()


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Return this hour, once, while anything of an open process has time left."""
    hour = f"{now:%Y-%m-%dT%H}"
    if session.get(DigestRound, hour) is not None:
        return []
    waits = exists().where(Commitment.process_id == Process.id, Commitment.state.in_(_WAITING), Commitment.deadline > now)
    found = session.scalars(select(Process.reminders).where(Process.closed_at.is_(None), Process.opens_at <= now, waits))
    return [hour] if any(found) else []


def run(portal: Portal, hour: str, *, now: datetime) -> int:
    """Write the digests that are due today and not written yet; return how many. Again, or twice at once, writes none twice."""
    zone = ZoneInfo(portal.settings.timezone)
    local = now.astimezone(zone)
    written = []
    if FROM <= local.hour < UNTIL:
        with portal.sessions() as session:
            due = sorted(_due(session, now=now, zone=zone))
        for person_id in due:
            try:
                mail = _write(portal, person_id, now=now, day=f"{local:%Y-%m-%d}")
            except IntegrityError:  # another worker wrote it at the same instant
                continue
            except Exception:
                log.exception("digest of person %s not written; the next hour tries again", person_id)
                continue
            if mail is not None:
                written.append(mail)
    with portal.sessions() as session:
        session.execute(delete(DigestRound).where(DigestRound.hour < f"{now - timedelta(days=2):%Y-%m-%dT%H}"))
        if session.get(DigestRound, hour) is None:
            session.add(DigestRound(hour=hour))
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
    for mail in written:
        portal.queue.enqueue("mail.send", mail)
    return len(written)


def acts(session: Session, *, now: datetime, person_id: int | None = None) -> dict[int, list[Act]]:
    """Return what waits for each person who can be written to (or for one of them), the nearest deadline first."""
    rows = (
        select(Commitment)
        .join(Process, Process.id == Commitment.process_id)
        .where(Commitment.state.in_(_WAITING), Commitment.deadline > now, Process.closed_at.is_(None), Process.opens_at <= now)
        .options(
            joinedload(Commitment.process).joinedload(Process.version).joinedload(AgendaVersion.agenda),
            joinedload(Commitment.organisation),
            selectinload(Commitment.slots).options(joinedload(Slot.person), joinedload(Slot.substitute)),
        )
        .order_by(Commitment.deadline, Commitment.id)
    )
    representatives = _representatives(session)
    found: dict[int, list[Act]] = {}
    for commitment in session.scalars(rows):
        if commitment.state == states.OPEN:
            if not commitment.stances_open:
                continue
            owed = [
                (person, Act("review", commitment))
                for person in representatives.get((commitment.organisation_id, commitment.process.version.agenda_id), [])
            ]
        else:
            lacking = missing(commitment.slots)
            owed = [
                (slot.signer, Act("sign", commitment, CAPACITIES.get(slot.capacity, slot.capacity)))
                for slot in next_group(commitment.slots)
                if slot in lacking and slot.signer is not None
            ]
        for person, act in owed:
            if person.email and person.active and person_id in {None, person.id}:
                found.setdefault(person.id, []).append(act)
    return found


def _representatives(session: Session) -> dict[tuple[int, int], list[Person]]:
    rows = select(Grant, Person).join(Person, Person.id == Grant.person_id).where(Grant.role == "representative", Grant.ended_at.is_(None))
    found: dict[tuple[int, int], list[Person]] = {}
    for grant, person in session.execute(rows):
        if grant.organisation_id is not None and grant.agenda_id is not None:
            found.setdefault((grant.organisation_id, grant.agenda_id), []).append(person)
    return found


def _due(session: Session, *, now: datetime, zone: ZoneInfo) -> set[int]:
    """Return the people with an act whose deadline is as many days away as its process says."""
    today = now.astimezone(zone).date()
    chosen = {days for one in session.scalars(select(Process.reminders).where(Process.closed_at.is_(None))) for days in one}
    soon = select(Commitment.deadline).where(Commitment.state.in_(_WAITING), Commitment.deadline > now).distinct()
    if not any((one.astimezone(zone).date() - today).days in chosen for one in session.scalars(soon)):
        return set()
    written = set(session.scalars(select(Digest.person_id).where(Digest.day == f"{today:%Y-%m-%d}")))
    return {
        person_id
        for person_id, owed in acts(session, now=now).items()
        if person_id not in written
        and any((one.commitment.deadline.astimezone(zone).date() - today).days in one.commitment.process.reminders for one in owed)
    }


def _write(portal: Portal, person_id: int, *, now: datetime, day: str) -> int | None:
    """Write one person's digest with its row and events, all or nothing; return the mail's id."""
    with portal.sessions() as session:
        owed = acts(session, now=now, person_id=person_id).get(person_id, [])
        person = session.get(Person, person_id)
        if not owed or person is None or not person.email:
            return None
        signatures = sum(one.kind == "sign" for one in owed)
        mail = portal.mailer.queue(
            session,
            now=now,
            to=person.email,
            name=person.full_name,
            person_id=person.id,
            template="commitments/mail/digest",
            kind="commitments.digest",
            reply_to=owed[0].commitment.process.contact_email,
            context={
                "acts": owed[:LISTED],
                "more": max(0, len(owed) - LISTED),
                "signatures": signatures,
                "reviews": len(owed) - signatures,
                "contact_name": owed[0].commitment.process.contact_name,
                "contact_email": owed[0].commitment.process.contact_email,
            },
        )
        session.add(Digest(person_id=person.id, day=day, mail_id=mail.id, acts=len(owed)))
        for one in owed:
            states.note(session, one.commitment.id, "digest", now=now, person_id=person.id)
        session.commit()
        return mail.id

"""The acts of the sample signing: each through the real service, at its own time, and only if it did not happen before."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import api
from plugins.demo.data import apurimac, stances
from plugins.demo.data.organisations import ORGANISATIONS
from plugins.demo.data.people import SIGN_INS
from plugins.demo.data.shapes import DemoOrganisation, DemoQuestion
from plugins.demo.scene import PROCESS, Scene, read_code
from portal.agendas.models import Agenda, AgendaVersion

BY_SLUG = {one.slug: one for one in ORGANISATIONS}
EMAILS = {one.role: one.email for one in SIGN_INS if one.organisation is None}
CONTACT = ("Equipo técnico de la Mesa (muestra)", EMAILS["staff"])
TITLE = "Suscripción de la Agenda Regional 2023-2026 (muestra)"


def prepare_keys(scene: Scene, now: datetime) -> None:
    """Make the signing authority, so that its certificates are older than the signatures."""
    api.authority(scene.portal, now=now)


def open_process(scene: Scene, now: datetime, *, deadline: datetime) -> None:
    """Open the signing of the frozen agenda and choose every organisation."""
    with scene.transaction() as session:
        process = session.scalar(select(api.Process).where(api.Process.code == PROCESS))
        if process is not None:
            return
        version = session.scalars(
            select(AgendaVersion).join(Agenda, Agenda.id == AgendaVersion.agenda_id).where(Agenda.code == apurimac.AGENDA.code)
        ).one()
        coordinator, witness = (scene.person(session, EMAILS[role]).id for role in ("coordinator", "witness"))
        plan = [*api.default_plan(coordinator), api.entry(api.WITNESS, "testigo", group=2, required=False, person_id=witness)]
        process = api.open_process(
            scene.portal,
            session,
            now=now,
            version=version,
            code=PROCESS,
            title=TITLE,
            plan=plan,
            opens_at=now,
            deadline=deadline,
            consent_text=api.CONSENT_TEXT,
            contact_name=CONTACT[0],
            contact_email=CONTACT[1],
            by=coordinator,
        )
        chosen = [scene.organisation(session, one.slug).id for one in ORGANISATIONS]
        api.choose(session, now=now, process=process, organisation_ids=chosen, by=coordinator)


def commitment_of(scene: Scene, session: Session, slug: str) -> api.Commitment:
    """Return a sample organisation's commitment."""
    organisation = scene.organisation(session, slug)
    return session.scalars(
        select(api.Commitment)
        .join(api.Process, api.Process.id == api.Commitment.process_id)
        .where(api.Process.code == PROCESS, api.Commitment.organisation_id == organisation.id)
    ).one()


def happened(session: Session, commitment: api.Commitment, kind: str) -> bool:
    """Tell whether an event of this kind is recorded."""
    found = session.scalar(select(api.Event.id).where(api.Event.commitment_id == commitment.id, api.Event.kind == kind).limit(1))
    return found is not None


def representative(scene: Scene, session: Session, organisation: DemoOrganisation) -> int:
    """Return who answers for an organisation: its personero titular, or its first person."""
    titular = next((one for one in organisation.people if one.capacity == "personero_titular"), organisation.people[0])
    return scene.person(session, titular.email).id


def invite(scene: Scene, now: datetime, *, slug: str) -> None:
    """Send the invitations."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "invited"):
            api.invite(session, now=now, mailer=scene.portal.mailer, commitment=commitment, by=scene.person(session, EMAILS["staff"]).id)


def remind(scene: Scene, now: datetime, *, slug: str) -> None:
    """Send a reminder."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "reminded"):
            api.remind(session, now=now, mailer=scene.portal.mailer, commitment=commitment, by=scene.person(session, EMAILS["staff"]).id)


def enter(scene: Scene, now: datetime, *, slug: str) -> None:
    """Note that somebody of the organisation came in."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "entered"):
            api.note(session, commitment.id, "entered", now=now, person_id=representative(scene, session, BY_SLUG[slug]))


def call(scene: Scene, now: datetime, *, slug: str) -> None:
    """Note a telephone call of the Mesa."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "contacted"):
            text = "Se confirmó que la invitación llegó y se ofreció una reunión (muestra)."
            api.note_contact(
                session, now=now, commitment=commitment, by=scene.person(session, EMAILS["staff"]).id, channel="telefono", text=text
            )


def meet(scene: Scene, now: datetime, *, slug: str) -> None:
    """Hold a bilateral meeting."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "meeting_held"):
            text = "Conversatorio bilateral: se leyeron las cuatro dimensiones y se aclararon dudas (muestra)."
            api.record_meeting(
                session,
                now=now,
                commitment=commitment,
                held_at=now - timedelta(hours=2),
                text=text,
                by=scene.person(session, EMAILS["coordinator"]).id,
            )


def take_stances(scene: Scene, now: datetime, *, slug: str, dimension: str, whole: bool) -> None:
    """Save what the organisation says of one dimension's items."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not commitment.stances_open:
            return
        agenda = api.frozen_agenda(scene.portal.store, commitment.process.version)
        before = api.stances_of(session, commitment)
        here = {item["code"] for item in agenda.dimension(dimension)["items"]}
        typed = {
            one.item: api.Typed(one.stance, one.observation, before[one.item].revision if one.item in before else 0)
            for one in stances.stances(slug, agenda.codes, whole=whole)
            if one.item in here
        }
        api.save_page(
            session,
            now=now,
            person_id=representative(scene, session, BY_SLUG[slug]),
            commitment=commitment,
            agenda=agenda,
            dimension=dimension,
            typed=typed,
        )


def ask(scene: Scene, now: datetime, *, question: DemoQuestion) -> None:
    """Put a question to the Mesa."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, question.organisation)
        if _asked(session, commitment, question) is None:
            person = representative(scene, session, BY_SLUG[question.organisation])
            api.ask(
                session,
                now=now,
                person_id=person,
                commitment=commitment,
                text=question.text,
                item_code=question.item,
                mailer=scene.portal.mailer,
            )


def answer(scene: Scene, now: datetime, *, question: DemoQuestion) -> None:
    """Answer it."""
    with scene.transaction() as session:
        asked = _asked(session, commitment_of(scene, session, question.organisation), question)
        if asked is not None and asked.answer is None:
            staff = scene.person(session, EMAILS["staff"]).id
            api.answer(session, now=now, person_id=staff, question_id=asked.id, text=question.answer, mailer=scene.portal.mailer)


def _asked(session: Session, commitment: api.Commitment, question: DemoQuestion) -> api.Question | None:
    return session.scalar(select(api.Question).where(api.Question.commitment_id == commitment.id, api.Question.text == question.text))


def confirm(scene: Scene, now: datetime, *, slug: str) -> None:
    """Confirm the positions and issue the document."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if commitment.stances_open:
            api.confirm(
                session, now=now, person_id=representative(scene, session, BY_SLUG[slug]), portal=scene.portal, commitment=commitment
            )
        identity, waiting = commitment.id, commitment.certified_sha256 is None and commitment.state == "open"
    if waiting:
        api.issue(scene.portal, identity, now=now)


def sign(scene: Scene, now: datetime, *, slug: str, capacity: str) -> None:
    """Ask for the code, read it in the mail and sign with it."""
    with scene.portal.sessions() as session:
        slot = next(one for one in commitment_of(scene, session, slug).slots if one.capacity == capacity)
        if slot.signed_at is not None or slot.person is None:
            return
        identity, person, email, name = slot.id, slot.person.id, str(slot.person.email), slot.person.full_name
        session.rollback()
        api.send_code(scene.portal, session, now=now, slot_id=identity, person_id=person)
        session.commit()
        later = now + timedelta(minutes=3)
        api.sign(
            scene.portal, session, now=later, slot_id=identity, person_id=person, code=read_code(session, email), name=name, agrees=True
        )
        session.commit()


def publish(scene: Scene, now: datetime, *, slug: str) -> None:
    """Make and send the constancia of a complete commitment."""
    with scene.portal.sessions() as session:
        identity = commitment_of(scene, session, slug).id
    api.publish(scene.portal, identity, now=now)


def decline(scene: Scene, now: datetime, *, slug: str) -> None:
    """Decline, with the reason that the organisation gives."""
    one = BY_SLUG[slug]
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if commitment.state != "declined":
            api.decline(
                session,
                now=now,
                person_id=representative(scene, session, one),
                commitment=commitment,
                reason=one.reason,
                public=one.reason_public,
                mailer=scene.portal.mailer,
            )


def withdraw(scene: Scene, now: datetime, *, slug: str) -> None:
    """Take the signature back, by a letter to the Mesa."""
    one = BY_SLUG[slug]
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if commitment.state != "withdrawn":
            staff = scene.person(session, EMAILS["staff"]).id
            api.withdraw(
                session,
                now=now,
                person_id=staff,
                commitment=commitment,
                document="Carta N.° 1 (muestra)",
                reason=one.reason,
                public=one.reason_public,
            )


def agree_deadline(scene: Scene, now: datetime, *, slug: str, deadline: datetime) -> None:
    """Give one organisation the deadline that was agreed with it."""
    with scene.transaction() as session:
        commitment = commitment_of(scene, session, slug)
        if not happened(session, commitment, "deadline_moved"):
            api.move_deadline(
                session,
                now=now,
                process=commitment.process,
                commitment=commitment,
                deadline=deadline,
                by=scene.person(session, EMAILS["coordinator"]).id,
                reason="Plazo más corto acordado con la organización por teléfono (muestra).",
            )


def expire(scene: Scene, now: datetime, *, slug: str) -> None:
    """Close what nobody answered in time."""
    with scene.portal.sessions() as session:
        identity = commitment_of(scene, session, slug).id
    api.expire(scene.portal, identity, now=now)

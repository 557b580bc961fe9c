"""Taking in what people say, proving the address of those without an account, and letting anybody take back what they said."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from plugins.dialogue import indexing, keys, letters
from plugins.dialogue.attachments import Clean
from plugins.dialogue.consulting import is_open
from plugins.dialogue.models import Attachment, Author, Consultation, Contribution, Moderation, Reply
from plugins.dialogue.places import Place
from plugins.dialogue.words import KINDS, LONGEST, RECEIVED, UNVERIFIED, WITHDRAWN, numbered
from portal.accounts import service as accounts
from portal.accounts.models import Grant
from portal.agendas.models import Agenda
from portal.documents import forgetting
from portal.documents.store import FileStore
from portal.errors import Conflict, Expired, Invalid, NotFound, TooMany
from portal.i18n import N_
from portal.mail import Mailer
from portal.notices.service import notify
from portal.threads.service import link
from portal.threads.words import ref

TOPIC = "dialogue.received"
ADDRESS_AN_HOUR = 5
_NAME = 120


@dataclass(frozen=True)
class Said:
    """What was typed: a kind of `words.KINDS`, where, the text and a wording in place of the present one. `name`: "" stays anonymous."""

    kind: str
    place: Place | None
    text: str
    wording: str = ""
    name: str = ""


@dataclass(frozen=True)
class Forum:
    """Where staff typed it from: a meeting's code, the day, and whether the files are the sheet itself."""

    typed_by_id: int
    meeting: str | None = None
    said_on: date | None = None


def contribute(
    session: Session,
    store: FileStore,
    mailer: Mailer,
    *,
    now: datetime,
    consultation: Consultation,
    said: Said,
    files: Sequence[Clean] = (),
    person_id: int | None = None,
    email: str | None = None,
    forum: Forum | None = None,
) -> tuple[Contribution, int | None]:
    """Take in a contribution by a person, an address (which must be proved: it waits) or a forum; return it and the mail's id, if one goes out.

    Raises `Invalid` naming the field, `Conflict` outside the dates, `TooMany` for an address that was written to five times this hour.
    """
    if forum is None and not is_open(consultation, now):
        raise Conflict(N_("La consulta no recibe aportes ahora: revise las fechas. Copie su texto si quiere guardarlo."))
    place = _checked(said)
    if person_id is None and forum is None:
        email = accounts.address(email or "")
        _not_too_many(session, email, now=now)
    else:
        email = None
    source = "forum" if forum else "person" if person_id else "mail"
    made = Contribution(
        agenda_id=consultation.agenda_id,
        consultation=consultation,
        kind=said.kind,
        scope=place.scope,
        dimension=place.dimension,
        item_code=place.item_code,
        text=_tidy(said.text),
        wording=_tidy(said.wording),
        source=source,
        meeting=forum.meeting if forum else None,
        said_on=forum.said_on if forum else None,
        state=UNVERIFIED,
        sent_at=now,
    )
    made.author = Author(
        person_id=person_id,
        name=" ".join(said.name.split()),
        email=email,
        typed_by_id=forum.typed_by_id if forum else None,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    for position, one in enumerate(files, 1):
        sha256 = store.put(session, one.data, one.media_type, now=now)
        row = Attachment(
            position=position, sha256=sha256, name=one.name, media_type=one.media_type, size=len(one.data), scan=forum is not None
        )
        made.attachments.append(row)
    if email is None:
        _receive(session, made, now=now, person_id=person_id or (forum.typed_by_id if forum else None))
        return made, None
    token = keys.new_token()
    made.author.token_sha256, made.author.expires_at = keys.digest(token), now + keys.TTL
    session.flush()
    return made, letters.confirm(mailer, session, now=now, contribution=made, email=email, token=token).id


def waiting(session: Session, *, now: datetime, agenda: str, token: str) -> Contribution:
    """Return the contribution to an agenda (by its code) whose address this link would prove. Changes nothing. Raises `NotFound` or `Expired`."""
    author = session.scalar(select(Author).where(Author.token_sha256 == keys.digest(token)))
    if author is None or author.contribution.consultation.agenda.code != agenda:
        raise NotFound(N_("Este enlace no existe o está incompleto. Copie la dirección entera de su correo."))
    if author.verified_at is not None:
        raise Expired(N_("Este enlace ya se usó: su aporte está en la Mesa. El correo siguiente trae su código y su enlace propio."))
    if author.expires_at is None or author.expires_at <= now:
        raise Expired(N_("Este enlace venció y el aporte no llegó a la Mesa. Envíelo otra vez si la consulta sigue abierta."))
    return author.contribution


def confirm(session: Session, mailer: Mailer, *, now: datetime, agenda: str, token: str) -> tuple[Contribution, int | None]:
    """Prove the address, once; the contribution gets its code. Return it and the mail with the contributor's own link. Raises as `waiting`."""
    found = waiting(session, now=now, agenda=agenda, token=token)
    author = found.author
    assert author is not None
    mine = update(Author).where(Author.id == author.id, Author.verified_at.is_(None))
    done = session.execute(mine.values(verified_at=now, nonce=secrets.token_hex(12)), execution_options={"synchronize_session": False})
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise Expired(N_("Este enlace ya se usó: su aporte está en la Mesa. El correo siguiente trae su código y su enlace propio."))
    session.refresh(author)
    _receive(session, found, now=now, person_id=None)
    mail = letters.received(mailer, session, now=now, contribution=found, author=author)
    return found, mail.id if mail else None


def own(session: Session, secret: str, token: str) -> Contribution:
    """Return the contribution of a contributor's own link. Raises `NotFound`."""
    nonce = keys.nonce_of(secret, token)
    author = session.scalar(select(Author).where(Author.nonce == nonce)) if nonce else None
    if author is None:
        raise NotFound(N_("Este enlace no existe, o sus datos ya se borraron. Copie la dirección entera de su correo."))
    return author.contribution


def of_person(contribution: Contribution, person_id: int) -> None:
    """Raise `NotFound` unless the person is who contributed."""
    if contribution.author is None or contribution.author.person_id != person_id:
        raise NotFound


def reply(session: Session, *, now: datetime, contribution: Contribution, text: str) -> Reply:
    """Keep the contributor's one reply to the answer; it is read before it is shown. Raises `Invalid` or `Conflict`."""
    text = _tidy(text)
    if contribution.verdict is None:
        raise Conflict(N_("Este aporte todavía no tiene respuesta."))
    if not text:
        raise _invalid("text", N_("Escriba su réplica."))
    if len(text) > LONGEST:
        raise _too_long("text", text)
    session.execute(select(Contribution.id).where(Contribution.id == contribution.id).with_for_update(key_share=True))  # one press, twice
    if session.scalar(select(Reply.id).where(Reply.contribution_id == contribution.id)) is not None:
        raise Conflict(N_("Usted ya respondió a esta respuesta: se puede una sola vez."))
    made = Reply(contribution_id=contribution.id, text=text, state=RECEIVED, at=now)
    session.add(made)
    session.flush()
    _tell_staff(session, contribution, now=now, title=N_("Réplica a la respuesta de %(code)s") % {"code": contribution.code})
    return made


def withdraw(session: Session, *, now: datetime, contribution: Contribution) -> None:
    """Take back what one said: words, files and authorship go, the code and what was answered stay."""
    if contribution.state == WITHDRAWN:
        return
    contribution.state, contribution.text, contribution.wording = WITHDRAWN, "", ""
    contribution.revision += 1
    session.add(Moderation(contribution_id=contribution.id, act=WITHDRAWN, at=now))
    session.execute(update(Reply).where(Reply.contribution_id == contribution.id).values(text="", state=WITHDRAWN))
    drop_files(session, contribution, now=now)
    forget_author(session, contribution, now=now)
    indexing.keep_up(session, contribution)


def forget_author(session: Session, contribution: Contribution, *, now: datetime) -> None:
    """Leave what was said and erase who said it: name, address, own link, and the mails."""
    author = contribution.author
    if author is not None:
        author.person_id, author.name, author.email, author.nonce = None, "", None, None
    letters.forget(session, contribution, now=now)
    session.flush()


def drop_files(session: Session, contribution: Contribution, *, now: datetime) -> None:
    """Let go of a contribution's files; bytes that nothing else needs are removed."""
    names = [one.sha256 for one in contribution.attachments]
    contribution.attachments.clear()
    session.flush()
    for sha256 in names:
        if not forgetting.references(session, sha256):
            forgetting.forget(session, now=now, sha256=sha256)


def lapse(session: Session, *, now: datetime, contribution_id: int) -> None:
    """Erase a contribution whose address nobody proved in time."""
    found = session.get(Contribution, contribution_id)
    if found is None or found.state != UNVERIFIED or found.author is None or (found.author.expires_at or now) > now:
        return
    drop_files(session, found, now=now)
    letters.forget(session, found, now=now)
    session.delete(found)
    session.flush()


def lapsed(session: Session, now: datetime) -> list[int]:
    """Return the contributions whose address nobody proved in time."""
    rows = select(Author.contribution_id).where(Author.verified_at.is_(None), Author.expires_at <= now)
    return list(session.scalars(rows.order_by(Author.id).limit(500)))


def _receive(session: Session, made: Contribution, *, now: datetime, person_id: int | None) -> None:
    # Two at once get two numbers. Each has a row that refers to the agenda by now, so that neither could have all of the agenda's.
    agenda = session.get_one(Agenda, made.agenda_id, with_for_update={"key_share": True})
    last = session.scalar(select(func.max(Contribution.number)).where(Contribution.agenda_id == agenda.id)) or 0
    made.number, made.code = last + 1, numbered("A", last + 1)
    made.state, made.received_at = RECEIVED, now
    session.flush()
    if made.meeting:
        source, target = ref("contribution", agenda.code, made.code), ref("meeting", agenda.code, made.meeting)
        link(session, now=now, agenda_id=agenda.id, source=source, relation="came_from", target=target, person_id=person_id)
    indexing.keep_up(session, made)
    _tell_staff(session, made, now=now, title=f"Aporte {made.code}: {KINDS[made.kind]}")


def _tell_staff(session: Session, made: Contribution, *, now: datetime, title: str) -> None:
    agenda = made.consultation.agenda
    roles = or_(Grant.role.in_(["coordinator", "staff"]), (Grant.role == "delegate") & (Grant.dimension == made.dimension))
    people = select(Grant.person_id).where(Grant.agenda_id == made.agenda_id, Grant.ended_at.is_(None), roles)
    notify(
        session,
        now=now,
        topic=TOPIC,
        person_ids=session.scalars(people).all(),
        title=title,
        href=f"/gestion/agendas/{agenda.code}/consultas/{made.consultation.code}/aportes/{made.code}",
        agenda_id=made.agenda_id,
    )


def _not_too_many(session: Session, email: str, *, now: datetime) -> None:
    hour = select(func.count()).where(Author.email == email, Author.asked_at > now - timedelta(hours=1))
    if (session.scalar(hour) or 0) >= ADDRESS_AN_HOUR:
        raise TooMany(N_("Ya enviamos varios correos a esa dirección en la última hora. Espere y vuelva a enviar: su texto sigue aquí."))


def _checked(said: Said) -> Place:
    if said.kind not in KINDS:
        raise _invalid("kind", N_("Elija qué quiere hacer."))
    if said.place is None:
        raise _invalid("place", N_("Elija sobre qué opina."))
    text, wording = _tidy(said.text), _tidy(said.wording)
    if not text:
        raise _invalid("text", N_("Escriba su aporte."))
    if len(text) > LONGEST:
        raise _too_long("text", text)
    if len(wording) > LONGEST:
        raise _too_long("wording", wording)
    if said.kind == "change" and not wording:
        raise _invalid("wording", N_("Escriba la redacción que propone."))
    if len(" ".join(said.name.split())) > _NAME:
        raise _invalid("name", N_("El nombre pasa de 120 caracteres."))
    return said.place


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _too_long(field: str, text: str) -> Invalid:
    sentence = N_(
        "El texto tiene %(length)s caracteres y el límite es %(limit)s. Acórtelo o adjunte un documento: no se perdió nada de lo escrito."
    )
    return Invalid(sentence, fields={field: sentence}, length=len(text), limit=LONGEST)


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})

"""A person who asks for it is erased: from every table and file that may lose them, with proofs and verdicts as they were."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.commitments import contacts, delegating, questions, verification
from plugins.commitments.digital.models import Reception
from plugins.commitments.models import Commitment, Event, Parked, Process, Question, Slot, Stance, StanceWording
from plugins.commitments.paper.models import PaperPack
from plugins.commitments.signing_acts import sign_slot
from portal.accounts import codes, erasure, links, requests
from portal.accounts.models import Consent, Grant, OneTimeCode, Passkey, Person, PersonRequest, SignInLink
from portal.accounts.redacting import mark
from portal.context import Portal
from portal.documents import forgetting
from portal.documents.canonical import sha256
from portal.documents.models import StoredFile
from portal.errors import Conflict
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.mail import MailMessage
from portal.organisations.models import IMPORTED, Membership
from portal.testing.fixtures import Actors
from portal.testing.traces import in_files, in_tables
from tests.commitments.conftest import Signing

NAME, EMAIL, DNI, PHONE = "Wayra Illari Ñahui Muestra", "wayra.nahui@muestra.example", "87654321", "+51 983 111 222"
WORDS = (NAME, EMAIL, DNI, PHONE)
# What stays, and why: docs/decisions/0011-erasure.md.
FILES_THAT_STAY = {
    "commitments_revision.sha256",  # the instrument: a public act, with its signatures
    "commitments_commitment.certified_sha256",
    "commitments_commitment.head_sha256",
    "commitments_commitment.record_sha256",  # commitment.json, which the instrument has inside
    "commitments_commitment.constancia_sha256",  # the constancia, handed to every other signatory too
    "agenda_version.pdf_sha256",  # agendas name nobody
    "commitments_annex.sha256",
}


@dataclass
class Scene:
    signing: Signing
    person: Person
    staff: Person
    files: dict[str, str]


@pytest.fixture
def scene(
    portal: Portal, session: Session, actors: Actors, issued: Callable[..., Signing], sign_all: Callable[[Signing], None], now: datetime
) -> Scene:
    """A person with a trace in every table that I could think of; the commitment is complete and published."""
    signing = issued()
    person, commitment = session.get_one(Person, signing.representative.id), signing.commitment
    staff = actors.grant(actors.person("Administradora de muestra"), "administrator")
    agenda = commitment.process.version.agenda
    actors.grant(actors.person("Coordinadora de muestra", email="coordinadora@muestra.example"), "coordinator", agenda)
    files = _furnish(portal, session, signing, person, staff, now)
    portal.queue.drain()
    sign_all(signing)
    portal.queue.drain()
    session.refresh(commitment)
    assert commitment.constancia_sha256 is not None
    session.commit()
    return Scene(signing, person, staff, files)


def _furnish(portal: Portal, session: Session, signing: Signing, person: Person, staff: Person, now: datetime) -> dict[str, str]:
    commitment = signing.commitment
    put = lambda data, kind="application/pdf": portal.store.put(session, data, kind, now=now)  # noqa: E731
    files = {
        "import": put(f"nombre,correo\n{NAME},{EMAIL}".encode(), IMPORTED),
        "rejected": put(f"%PDF-1.7 {DNI}".encode()),
        "captured": put(f'{{"certificate": "{DNI}"}}'.encode(), "application/json"),
        "pack": put(f"%PDF-1.7 asistencia: {NAME}".encode()),
    }
    links.mail(session, now=now, mailer=portal.mailer, person=person, purpose="invitation", next_path="/cuenta")
    codes.send(session, now=now, secret="test", mailer=portal.mailer, person=person, purpose="sign-in")
    questions.ask(
        session,
        now=now,
        person_id=person.id,
        commitment=commitment,
        text=f"Soy {NAME}, llámeme al {PHONE}.",
        item_code=None,
        mailer=portal.mailer,
    )
    contacts.note_contact(
        session, now=now, commitment=commitment, by=staff.id, channel="telefono", text=f"Hablamos con {NAME.upper()} ({EMAIL}), DNI {DNI}."
    )
    session.add_all(
        [
            Passkey(
                user_id=person.id, credential_id=b"k", public_key=b"p", backup_state=False, device_type="x", name=f"Celular de {NAME}",
                usage="first", create_datetime=now, lastuse_datetime=now,
            ),
            Parked(token_sha256="0" * 64, commitment_id=commitment.id, dimension="social", typed={"x": f"{NAME}"}, parked_at=now),
            Reception(
                slot_id=commitment.slots[0].id, person_id=person.id, sha256=files["rejected"], size=9, file_sha256=files["rejected"],
                evidence_sha256=files["captured"], result="rejected", reasons=[{"code": "other_person", "values": {"name": NAME}}],
                holder=NAME.upper(), received_at=now, judged_at=now,
            ),
            PaperPack(
                process_id=commitment.process_id, parts=[], commitments=[commitment.id], state="done", sha256=files["pack"], created_at=now
            ),
        ]
    )  # fmt: skip
    commitment.process.contact_name, commitment.process.contact_email = NAME, EMAIL
    stance = session.scalars(select(Stance).where(Stance.commitment_id == commitment.id).order_by(Stance.id)).first()
    assert stance is not None
    session.execute(update(StanceWording).where(StanceWording.stance_id == stance.id).values(observation=f"Lo pidió {NAME}."))
    requests.ask(
        session, now=now, zone="America/Lima", mailer=portal.mailer, person_id=person.id, kind="cancelacion", text=f"Soy {NAME}: bórrenme."
    )
    session.commit()
    return files


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the first person of each plan by the name that is looked for."""
    whole = Actors.person

    def person(self: Actors, full_name: str = "Persona de muestra", **values: Any) -> Person:
        if full_name == "Firmante 1 de muestra" and not self._session.query(Person).filter_by(email=EMAIL).count():
            return whole(self, NAME, email=EMAIL, dni=DNI, phone=PHONE)
        return whole(self, full_name, **values)

    monkeypatch.setattr(Actors, "person", person)


def accept(portal: Portal, scene: Scene, now: datetime) -> erasure.Outcome:
    with portal.sessions() as session:
        request = session.scalars(select(PersonRequest).where(PersonRequest.person_id == scene.person.id)).one()
        outcome = erasure.accept(portal, session, now=now, request_id=request.id, by_id=scene.staff.id)
        session.commit()
    portal.queue.drain()
    return outcome


def verdicts(portal: Portal, commitment_id: int, now: datetime) -> list[dict[str, Any]]:
    """Return the whole verdict on each revision, and on the constancia."""
    with portal.sessions() as session:
        commitment = session.get_one(Commitment, commitment_id)
        files = [one.sha256 for one in commitment.revisions] + [commitment.constancia_sha256 or ""]
        return [verification.verify_bytes(portal, session, portal.store.get(one), now=now).as_dict() for one in files]


@pytest.mark.settings(plugins=("commitments",), demo=True, mail_url="")
def test_nothing_says_any_more_who_it_was(portal: Portal, session: Session, scene: Scene, now: datetime) -> None:
    before = in_tables(portal, WORDS)
    assert {"person.full_name", "person.dni", "passkey.name", "commitments_event.detail", "commitments_slot.signed_name"} <= set(before)
    assert set(scene.files.values()) <= set(in_files(portal, WORDS))
    judged = verdicts(portal, scene.signing.commitment.id, now)
    assert [one["verdict"] for one in judged] == ["authentic_earlier_revision"] * 2 + ["authentic_complete"] * 2

    assert accept(portal, scene, now).pending == ()

    assert in_tables(portal, WORDS) == {}
    left = {name: set(columns) for name, columns in in_files(portal, WORDS).items()}
    assert {name for name, columns in left.items() if not columns & FILES_THAT_STAY} == set()
    assert set(left) & set(scene.files.values()) == set()
    assert verdicts(portal, scene.signing.commitment.id, now) == judged
    assert audit(portal, session)[1] == []
    session.expire_all()
    person = session.get_one(Person, scene.person.id)
    assert (person.full_name, person.email, person.salt, person.active) == (mark(person.id), None, "", False)
    assert session.scalars(select(Grant).where(Grant.person_id == person.id, Grant.ended_at.is_(None))).all() == []
    for rows in (Membership.person_id, SignInLink.person_id, OneTimeCode.person_id, Passkey.user_id, MailMessage.person_id):
        assert session.scalar(select(rows).where(rows == person.id)) is None
    assert {one.revoked_at for one in session.scalars(select(Consent).where(Consent.person_id == person.id))} == {now}
    _what_others_wrote(portal, session, scene, now)


def _what_others_wrote(portal: Portal, session: Session, scene: Scene, now: datetime) -> None:
    """It stays, with a mark; and authors are not linked, for whoever signed as one of them is known."""
    who = mark(scene.person.id)
    texts = [one.detail["text"] for one in session.scalars(select(Event).where(Event.kind == "contacted"))]
    assert texts == [f"Hablamos con {who} ({who}), DNI {who}."]
    asked = session.scalars(select(Question)).one()
    assert (asked.text, asked.asked_by_id) == (f"Soy {who}, llámeme al {who}.", None)
    assert session.scalars(select(StanceWording.saved_by_id).distinct()).all() == [None]
    process = session.scalars(select(Process)).one()
    assert (process.contact_name, process.contact_email) == ("Coordinadora de muestra", "coordinadora@muestra.example")
    slot = session.scalars(select(Slot).order_by(Slot.position)).first()
    assert slot is not None
    assert (slot.person_id, slot.signed_name, slot.signed_at) == (scene.person.id, None, now)
    gone = {one.sha256 for one in session.scalars(select(StoredFile).where(StoredFile.removed_at.is_not(None)))}
    assert gone == set(scene.files.values())
    session.commit()
    assert portal.queue.sweep() == 0


@pytest.mark.settings(plugins=("commitments",), demo=True, mail_url="")
def test_a_signature_put_in_another_s_name_is_still_noticed(
    portal: Portal, session: Session, actors: Actors, scene: Scene, now: datetime
) -> None:
    accept(portal, scene, now)
    stranger, erased = actors.person("Otra persona de muestra"), actors.person("Tercera persona de muestra")
    erasure.erase(portal, session, now=now, person_id=erased.id)
    session.commit()
    slot = session.scalars(select(Slot).order_by(Slot.position)).first()
    assert slot is not None
    lies: dict[str, tuple[type[Any], int, dict[str, Any]]] = {
        "another person": (Slot, slot.id, {"person_id": stranger.id}),
        "another erased person": (Slot, slot.id, {"person_id": erased.id}),
        "nobody": (Slot, slot.id, {"person_id": None}),
        "no longer erased": (Person, scene.person.id, {"erased_at": None}),
        "another name": (Slot, slot.id, {"signed_name": "Otra Persona Muestra"}),
    }
    said = {}
    for lie, (kind, identity, values) in lies.items():
        session.execute(update(kind).where(kind.id == identity).values(**values))
        session.expire_all()
        said[lie] = sorted({one.sentence.partition(": ")[2] for one in audit(portal, session)[1]})
        session.rollback()
    other, name = "la firma «firma-1» está a nombre de otra persona.", "el nombre en la firma «firma-1» no es el que se firmó."
    assert said == {
        "another person": [name, other],
        "another erased person": [other],
        "nobody": [name, other],
        "no longer erased": [other],
        "another name": [name],
    }
    assert audit(portal, session)[1] == []


def test_a_file_removed_without_a_word_in_the_ledger_is_noticed(portal: Portal, session: Session, now: datetime) -> None:
    name = portal.store.put(session, b"a", "text/plain", now=now)
    session.get_one(StoredFile, name).forgotten_at = now
    session.commit()
    assert [one.sentence for one in audit(portal, session)[1]] == [f"El archivo {name} se borró y no consta en el registro."]


def test_a_forgotten_file_that_comes_back_is_there_again(portal: Portal, session: Session, now: datetime) -> None:
    name = portal.store.put(session, b"a", "text/plain", now=now)
    assert forgetting.forget(session, now=now, sha256=name) is True
    session.commit()
    portal.queue.drain()
    assert forgetting.forget(session, now=now, sha256=name) is False
    session.commit()
    assert in_files(portal, ["a"]) == {}
    assert portal.store.put(session, b"a", "text/plain", now=now) == name
    session.commit()
    assert (portal.store.get(name), audit(portal, session)[1]) == (b"a", [])


def test_a_file_that_something_points_to_is_not_forgotten(
    portal: Portal, session: Session, issued: Callable[..., Signing], now: datetime
) -> None:
    name = issued().commitment.head_sha256 or ""
    with pytest.raises(forgetting.StillNeeded):
        forgetting.forget(session, now=now, sha256=name)
    assert session.get_one(StoredFile, name).forgotten_at is None


def test_the_only_administrator_is_not_erased(portal: Portal, session: Session, actors: Actors, now: datetime) -> None:
    alone = actors.grant(actors.person(), "administrator")
    with pytest.raises(Conflict, match="única persona que administra"):
        erasure.erase(portal, session, now=now, person_id=alone.id)
    session.rollback()
    assert session.get_one(Person, alone.id).erased_at is None


def test_spreadsheets_go_when_their_preview_lapses(portal: Portal, session: Session, now: datetime) -> None:
    name = portal.store.put(session, EMAIL.encode(), IMPORTED, now=now - timedelta(hours=13))
    session.commit()
    portal.queue.drain()
    assert in_files(portal, [EMAIL]) == {}
    facts = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == forgetting.FORGOTTEN)).all()
    assert [one.subject for one in facts] == [f"file:{name}"]
    assert audit(portal, session)[1] == []


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_mandate_goes_with_either_of_its_people_unless_somebody_signed_under_it(
    portal: Portal, session: Session, actors: Actors, issued: Callable[..., Signing], now: datetime, signed: bool
) -> None:
    signing, substitute = issued(), actors.person("Sustituta por borrar de muestra")
    slot = session.scalars(select(Slot).where(Slot.commitment_id == signing.commitment.id).order_by(Slot.position)).first()
    assert slot is not None
    mandate = b"%PDF-1.7 poder"
    delegating.delegate(
        session, now=now, store=portal.store, mailer=portal.mailer, slot=slot, substitute=substitute, mandate=mandate, by=substitute.id
    )
    session.commit()
    if signed:
        sign_slot(portal, session, now=now, slot_id=slot.id, person_id=substitute.id)
        session.commit()
    erasure.erase(portal, session, now=now, person_id=signing.representative.id if signed else substitute.id)
    session.commit()
    portal.queue.drain()
    session.refresh(slot)
    kept = session.get_one(StoredFile, sha256(mandate), populate_existing=True).removed_at is None
    assert (slot.substitute_id, slot.signed_name, kept) == ((substitute.id, None, True) if signed else (None, None, False))
    assert audit(portal, session)[1] == []


@pytest.mark.settings(plugins=("commitments",), demo=True, mail_url="")
def test_the_database_s_own_files_keep_no_copy(portal: Portal, session: Session, scene: Scene, actors: Actors, now: datetime) -> None:
    """SQLite leaves earlier pages legible in its journal, and deleted rows in free pages, unless told otherwise."""
    if portal.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's vacuum does it")
    database = str(portal.engine.url.database)
    request = session.scalars(select(PersonRequest.id).where(PersonRequest.person_id == scene.person.id)).one()
    session.commit()
    assert {word for word in (EMAIL, DNI, PHONE) if _in_bytes(database, word)} == {EMAIL, DNI, PHONE}

    page = actors.signed_in(scene.staff).post(f"/portal/solicitudes/{request}/borrar")

    assert page.status_code == 303
    portal.queue.drain()
    assert {word for word in (EMAIL, DNI, PHONE) if _in_bytes(database, word)} == set()
    with portal.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def _in_bytes(database: str, word: str) -> bool:
    files = [path for path in (Path(database), Path(f"{database}-wal")) if path.exists()]
    return any(word.casefold().encode() in path.read_bytes().lower() for path in files)

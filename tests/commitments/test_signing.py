"""Signing and refusing: the right person, in turn, once; proof for everyone; whatever two people do at the same instant."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from plugins.commitments import closing, keys, signing_acts
from plugins.commitments.models import Commitment, Event, Process, Slot
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from portal.accounts.models import Consent, OneTimeCode
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict, Expired, PortalError
from portal.ledger.audit import audit
from portal.ledger.queries import entries_about
from portal.mail import MailMessage
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors

from .conftest import PLAN, Signing, at_rest

BOTH = [{**PLAN[0]}, {**PLAN[0], "capacity": "candidato_gobernador"}, PLAN[1]]


def last_code(session: Session) -> str:
    mail = session.scalars(select(MailMessage).where(MailMessage.kind == "commitment.code").order_by(MailMessage.id.desc()).limit(1)).one()
    session.commit()
    assert mail.text is not None
    found = re.search(r"^ +(\d{3} \d{3})$", mail.text, re.MULTILINE)
    assert found is not None
    assert found[1] not in mail.subject  # staff read subjects
    return found[1]


def fresh(session: Session, signing: Signing) -> Commitment:
    return at_rest(session, signing.commitment)


def test_the_whole_road_from_code_to_constancia(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, tmp_path: Path, now: datetime
) -> None:
    signing = issued()
    base = f"/mi-compromiso/{signing.commitment.code}"
    first, second = (actors.signed_in(person) for person in signing.people)
    page = first.get(f"{base}/firmar").get_data(as_text=True)
    assert signing.commitment.process.consent_text in page
    assert "Personero/a legal titular" in page
    session.commit()
    assert first.post(f"{base}/firmar/codigo").status_code == 303
    answer = first.post(f"{base}/firmar", data={"code": last_code(session), "name": "firmante 1  DE muestra", "agrees": "y"})
    assert (answer.status_code, answer.location) == (303, f"{base}/constancia")
    assert "Firmó el compromiso" in first.get(f"{base}/constancia").get_data(as_text=True)
    assert "\r\nSUMMARY:Plazo del compromiso RUB-" in first.get(f"{base}/plazo.ics").get_data(as_text=True)
    assert fresh(session, signing).state == "partly_signed"
    assert second.get(f"/firmar/{signing.commitment.code}").location == f"{base}/firmar"
    second.post(f"{base}/firmar/codigo")
    second.post(f"{base}/firmar", data={"code": last_code(session).replace(" ", ""), "name": signing.people[1].full_name, "agrees": "y"})
    commitment = fresh(session, signing)
    assert commitment.state == "complete"
    assert session.scalars(select(Event.kind).where(Event.commitment_id == commitment.id).order_by(Event.id)).all() == [
        "chosen",
        "review_started",
        "review_confirmed",
        "issued",
        "signed",
        "signed",
        "complete",
        "published",
    ]
    original, final = portal.store.get(commitment.certified_sha256 or ""), portal.store.get(commitment.head_sha256 or "")
    assert final.startswith(original)
    found = inspect(final, trust_roots=read_roots(keys.root_pem(portal) or b""), now=now)
    assert (found.verdict, [(one.field, one.signer, one.act) for one in found.signatures if one.field != "sello"]) == (
        "valid",
        [("firma-1", "Firmante 1 de muestra", commitment.code), ("firma-2", "Firmante 2 de muestra", commitment.code)],
    )
    constancia = tmp_path / "constancia.pdf"
    constancia.write_bytes(portal.store.get(commitment.constancia_sha256 or ""))
    words = subprocess.run(["pdftotext", "-layout", constancia, "-"], capture_output=True, text=True, check=True).stdout
    assert all(
        str(digest) in words
        for digest in (commitment.certified_sha256, commitment.head_sha256, sha256(commitment.process.consent_text.encode()))
    )
    assert "(hora de Lima)" in words
    assert "Compruebe este documento" in words.partition("\f")[0]  # where to check stands on the front, not alone on a last page
    sent = session.scalars(select(MailMessage).where(MailMessage.kind == "commitment.constancia").order_by(MailMessage.id)).all()
    assert [(mail.person_id, mail.files) for mail in sent] == [
        (person.id, [[f"constancia-{commitment.code}.pdf", commitment.constancia_sha256, "application/pdf"]]) for person in signing.people
    ]
    assert [one.text_sha256 for one in session.scalars(select(Consent))] == [sha256(commitment.process.consent_text.encode())] * 2
    assert audit(portal, session)[1] == []


def test_outside_readers_accept_every_signature(
    portal: Portal, issued: Callable[..., Signing], sign_all: Callable[..., None], tmp_path: Path
) -> None:
    signing = issued()
    sign_all(signing)
    file, root, database = tmp_path / "i.pdf", tmp_path / "root.pem", tmp_path / "nss"
    file.write_bytes(portal.store.get(signing.commitment.head_sha256 or ""))
    root.write_bytes(keys.root_pem(portal) or b"")
    database.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True, capture_output=True)
    subprocess.run(
        ["certutil", "-A", "-d", f"sql:{database}", "-n", "root", "-t", "CT,C,C", "-i", root], check=True, capture_output=True, timeout=20
    )
    shown = subprocess.run(["pdfsig", "-nssdir", f"sql:{database}", file], capture_output=True, text=True, check=False, timeout=60).stdout
    assert (shown.count("Signature is Valid."), shown.count("Certificate is Trusted.")) == (3, 3)
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)


def test_what_is_missing_is_said_beside_its_field_and_costs_no_code(
    session: Session, issued: Callable[..., Signing], actors: Actors
) -> None:
    signing = issued()
    base, browser = f"/mi-compromiso/{signing.commitment.code}", actors.signed_in(signing.representative)
    browser.post(f"{base}/firmar/codigo")
    answer = browser.post(f"{base}/firmar", data={"code": "", "name": "Otra Persona"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ["Escriba su nombre completo como figura" in page, "Marque la casilla" in page, "Escriba las seis cifras" in page] == [True] * 3
    assert session.scalars(select(OneTimeCode.tries_left)).all() == [5]
    assert fresh(session, signing).state == "issued"


def test_a_wrong_code_five_times_locks_it(session: Session, issued: Callable[..., Signing], actors: Actors) -> None:
    signing = issued()
    base, browser = f"/mi-compromiso/{signing.commitment.code}", actors.signed_in(signing.representative)
    browser.post(f"{base}/firmar/codigo")
    right = last_code(session)
    wrong = "111 111" if right != "111 111" else "222 222"
    form = {"name": signing.representative.full_name, "agrees": "y"}
    told = [browser.post(f"{base}/firmar", data={**form, "code": wrong}).get_data(as_text=True) for _ in range(5)]
    assert "Le quedan 4 intentos." in told[0]
    assert "Le queda 1 intento." in told[3]
    assert "se bloqueó después de cinco intentos" in told[4]
    assert "se bloqueó" in browser.post(f"{base}/firmar", data={**form, "code": right}).get_data(as_text=True)
    assert fresh(session, signing).state == "issued"


def test_a_code_is_for_one_person_one_slot_one_edition(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], actors: Actors, now: datetime
) -> None:
    signing = issued(process(plan=BOTH))
    base = f"/mi-compromiso/{signing.commitment.code}"
    first, second = actors.signed_in(signing.people[0]), actors.signed_in(signing.people[1])
    first.post(f"{base}/firmar/codigo")
    stolen = last_code(session)
    answer = second.post(f"{base}/firmar", data={"code": stolen, "name": signing.people[1].full_name, "agrees": "y"})
    assert (answer.status_code, "Todavía no se envió ningún código" in answer.get_data(as_text=True)) == (422, True)
    first.post(f"{base}/reabrir")
    first.post(f"{base}/revisar")
    answer = first.post(f"{base}/firmar", data={"code": stolen, "name": signing.people[0].full_name, "agrees": "y"})
    assert (answer.status_code, fresh(session, signing).state) == (422, "issued")


def test_groups_sign_in_order_and_each_slot_is_its_persons(
    portal: Portal, session: Session, issued: Callable[..., Signing], now: datetime
) -> None:
    signing = issued()
    slots = signing.commitment.slots
    with pytest.raises(Conflict, match="Todavía no es su turno: antes deben firmar Firmante 1 de muestra"):
        signing_acts.sign_slot(portal, session, now=now, slot_id=slots[1].id, person_id=signing.people[1].id)
    with pytest.raises(PortalError, match="reservada para otra persona"):
        signing_acts.sign_slot(portal, session, now=now, slot_id=slots[0].id, person_id=signing.people[1].id)
    with pytest.raises(Expired):
        signing_acts.sign_slot(portal, session, now=now + timedelta(days=31), slot_id=slots[0].id, person_id=signing.people[0].id)
    session.rollback()
    assert fresh(session, signing).state == "issued"


def at_once(portal: Portal, acts: list[Callable[[Session], object]]) -> list[str]:
    """Do each act in a thread and session of its own, started together; return "done" or the sentence of the refusal."""
    gate = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        with portal.sessions() as session:
            gate.wait()
            try:
                act(session)
                session.commit()
            except PortalError as error:
                session.rollback()
                return error.text
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def signs(portal: Portal, now: datetime, slot: Slot) -> Callable[[Session], object]:
    slot_id, person_id = slot.id, slot.person_id or 0
    return lambda session: signing_acts.sign_slot(portal, session, now=now, slot_id=slot_id, person_id=person_id)


def test_the_same_signature_twice_at_once_is_recorded_once(
    portal: Portal, session: Session, issued: Callable[..., Signing], now: datetime
) -> None:
    signing = issued()
    outcomes = at_once(portal, [signs(portal, now, signing.commitment.slots[0])] * 4)
    assert sorted(outcomes) == ["Usted ya firmó este compromiso."] * 3 + ["done"]
    assert [one.number for one in fresh(session, signing).revisions] == [0, 1]
    assert audit(portal, session)[1] == []


def test_parallel_signatures_of_one_group_all_stand(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    plan = [
        {**PLAN[0], "capacity": capacity}
        for capacity in ("candidato_gobernador", "personero_titular", "personero_alterno", "representante")
    ]
    signing = issued(process(plan=plan))
    assert at_once(portal, [signs(portal, now, slot) for slot in signing.commitment.slots]) == ["done"] * 4
    commitment = fresh(session, signing)
    assert (commitment.state, [one.number for one in commitment.revisions]) == ("complete", [0, 1, 2, 3, 4])
    chain = [portal.store.get(one.sha256) for one in commitment.revisions]
    assert all(later.startswith(earlier) for earlier, later in pairwise(chain))
    assert inspect(chain[-1], trust_roots=read_roots(keys.root_pem(portal) or b""), now=now).verdict == "valid"
    assert audit(portal, session)[1] == []


def test_signing_and_declining_exclude_each_other(portal: Portal, session: Session, issued: Callable[..., Signing], now: datetime) -> None:
    signing = issued()
    commitment_id, person_id = signing.commitment.id, signing.representative.id

    def declines(other: Session) -> object:
        commitment = other.get_one(Commitment, commitment_id)
        return closing.decline(other, now=now, person_id=person_id, commitment=commitment, reason="", public=False, mailer=portal.mailer)

    outcomes = at_once(portal, [signs(portal, now, signing.commitment.slots[0]), declines])
    assert sorted(one == "done" for one in outcomes) == [False, True]
    commitment = fresh(session, signing)
    assert (commitment.state, len(commitment.revisions)) == (("partly_signed", 2) if outcomes[0] == "done" else ("declined", 1))


@pytest.mark.parametrize("public", [True, False])
def test_every_party_hears_of_a_refusal(
    session: Session,
    issued: Callable[..., Signing],
    process: Callable[..., Process],
    actors: Actors,
    portal: Portal,
    now: datetime,
    *,
    public: bool,
) -> None:
    witness = {"side": "witness", "capacity": "testigo", "group": 2, "required": False, "method": "electronic"}
    signing = issued(process(plan=[*PLAN, witness]))
    base, browser = f"/mi-compromiso/{signing.commitment.code}", actors.signed_in(signing.representative)
    assert browser.post(f"{base}/declinar", data={"reason": "No alcanzó el tiempo."}).status_code == 422
    data = {"reason": "No alcanzó el tiempo.", "public": "publico" if public else "privado", "sure": "y"}
    assert browser.post(f"{base}/declinar", data=data).status_code == 303
    commitment = fresh(session, signing)
    assert (commitment.state, commitment.reason, commitment.reason_public) == ("declined", "No alcanzó el tiempo.", public)
    heard = session.scalars(select(MailMessage).where(MailMessage.kind == "commitment.declined").order_by(MailMessage.person_id)).all()
    assert [mail.person_id for mail in heard] == [person.id for person in signing.people]
    assert ["No alcanzó el tiempo." in (mail.text or "") for mail in heard] == [True, True, public]
    session.commit()
    with pytest.raises(Conflict, match="«Declinado»: ya no admite firmas"):
        signing_acts.sign_slot(portal, session, now=now, slot_id=commitment.slots[0].id, person_id=signing.representative.id)
    session.rollback()
    assert audit(portal, session)[1] == []


def test_who_signed_cannot_refuse_but_may_withdraw_by_letter(
    session: Session, portal: Portal, issued: Callable[..., Signing], sign_all: Callable[..., None], actors: Actors, now: datetime
) -> None:
    signing = issued()
    sign_all(signing, 1)
    browser = actors.signed_in(signing.representative)
    answer = browser.post(f"/mi-compromiso/{signing.commitment.code}/declinar", data={"public": "privado", "sure": "y"})
    assert (answer.status_code, "La organización ya firmó" in answer.get_data(as_text=True)) == (409, True)
    head = signing.commitment.head_sha256
    closing.withdraw(
        session,
        now=now,
        person_id=None,
        commitment=session.get_one(Commitment, signing.commitment.id),
        document="Carta 12-2022, de muestra",
    )
    session.commit()
    commitment = fresh(session, signing)
    assert (commitment.state, commitment.head_sha256) == ("withdrawn", head)
    assert audit(portal, session)[1] == []


def test_what_is_overdue_expires_by_itself(session: Session, portal: Portal, issued: Callable[..., Signing], now: datetime) -> None:
    signing = issued()
    assert closing.expire(portal, signing.commitment.id, now=now) is False
    assert list(closing.overdue(session, now + timedelta(days=31))) == [str(signing.commitment.id)]
    session.commit()
    assert closing.expire(portal, signing.commitment.id, now=now + timedelta(days=31)) is True
    assert fresh(session, signing).state == "expired"
    assert audit(portal, session)[1] == []


EDITS = {
    "la posición sobre SOC-01": "UPDATE commitments_stance SET stance = 'no_suscribe' WHERE item_code = 'SOC-01'",
    "la posición sobre AMB-01.1": "UPDATE commitments_stance SET observation = 'otra cosa' WHERE item_code = 'AMB-01.1'",
    "la posición sobre AMB-01": "DELETE FROM commitments_stance WHERE item_code = 'AMB-01'",
    "la firma «firma-1» no es": "UPDATE commitments_slot SET certificate_sha256 = 'x' WHERE field = 'firma-1'",
    "a nombre de otra persona": "UPDATE commitments_slot SET person_id = (SELECT MAX(id) FROM person) WHERE field = 'firma-1'",
    "el nombre en la firma «firma-1»": "UPDATE commitments_slot SET signed_name = 'Otra Persona' WHERE field = 'firma-1'",
    "el plan de firmas": "UPDATE commitments_slot SET capacity = 'testigo' WHERE field = 'firma-2'",
    "la revisión 1 no es": "UPDATE commitments_revision SET certificate_sha256 = 'x' WHERE number = 1",
    "falta la revisión 1": "DELETE FROM commitments_revision WHERE number = 1",
    "su estado es «Declinado»": "UPDATE commitments_commitment SET state = 'declined'",
    "la última revisión registrada": "UPDATE commitments_commitment SET head_sha256 = certified_sha256",
    "es de otra organización": "UPDATE commitments_commitment SET organisation_id = (SELECT MAX(id) FROM organisation)",
    "la fecha de emisión": "UPDATE commitments_commitment SET issued_at = '2020-01-01 00:00:00.000000'",
    "se reunieron las firmas": "UPDATE commitments_commitment SET completed_at = '2026-01-01 00:00:00.000000'",  # and its pages would be public
    "la constancia no es": "UPDATE commitments_commitment SET constancia_sha256 = certified_sha256",
}


def test_an_edit_in_the_database_is_named(
    portal: Portal, session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None], now: datetime
) -> None:
    signing = issued()
    sign_all(signing, 1)
    session.add(Organisation(name="Otra de muestra", sort_name="otra de muestra", kind="partido_politico", is_sample=True, created_at=now))
    session.commit()
    assert audit(portal, session)[1] == []
    session.commit()
    for expected, edit in EDITS.items():
        session.execute(text(edit))
        session.expire_all()
        sentences = [one.sentence for one in audit(portal, session)[1]]
        session.rollback()
        assert [one for one in sentences if expected in one], (expected, sentences)
        assert all(signing.commitment.code in one for one in sentences)


def test_the_ledger_holds_digests_and_no_name(session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None]) -> None:
    signing = issued()
    sign_all(signing)
    facts = entries_about(session, f"commitment:{signing.commitment.code}")
    assert [fact.kind for fact in facts] == ["commitment.issued", "commitment.signed", "commitment.signed"]
    written = repr([fact.data for fact in facts])
    assert not any(word in written for word in ("Firmante", "muestra.example", "Qantu", "línea de base"))

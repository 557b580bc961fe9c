"""A substitute signs under a recorded mandate; a signer signs in person on a lent device, with their own code."""

import io
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.commitments import delegating, keys, signing_acts
from plugins.commitments.models import Commitment, Event, Process, Slot
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.taking import kept_record
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict, Forbidden, Invalid, PortalError
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.mail import MailMessage
from portal.organisations.models import Membership
from portal.testing.fixtures import Actors

from .conftest import PLAN, Signing, at_rest
from .test_signing import last_code

MANDATE = b"%PDF-1.7\ncarta poder de muestra"


def facts(session: Session, kind: str) -> list[dict[str, object]]:
    found = [one.data for one in session.scalars(select(LedgerEntry).where(LedgerEntry.kind == kind).order_by(LedgerEntry.seq))]
    session.commit()
    return found


def delegate(
    portal: Portal, session: Session, signing: Signing, place: int, substitute: Person, now: datetime, mandate: bytes = MANDATE
) -> None:
    found = select(Slot).where(Slot.commitment_id == signing.commitment.id, Slot.position == place + 1)
    slot = session.scalars(found.execution_options(populate_existing=True)).one()
    delegating.delegate(
        session,
        now=now,
        store=portal.store,
        mailer=portal.mailer,
        slot=slot,
        substitute=substitute,
        mandate=mandate,
        by=signing.representative.id,
    )
    session.commit()


def test_a_principal_delegates_from_their_page_and_the_substitute_signs_in_their_place(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing = issued()
    base = f"/mi-compromiso/{signing.commitment.code}"
    principal = actors.signed_in(signing.representative)
    principal.post(f"{base}/firmar/codigo")
    old = last_code(session)
    typed = {"full_name": "Sustituta de Muestra", "email": "sustituta@muestra.example", "mandate": (io.BytesIO(MANDATE), "poder.pdf")}
    assert "Delegar la firma" in principal.get(f"{base}/delegar").get_data(as_text=True)
    assert principal.post(f"{base}/delegar", data=typed, content_type="multipart/form-data").location == base
    substitute = session.scalars(select(Person).where(Person.email == "sustituta@muestra.example")).one()
    session.commit()
    told = session.scalars(select(MailMessage).where(MailMessage.kind == "commitment.delegated").order_by(MailMessage.id)).all()
    assert [(one.person_id, "revóquelo" in (one.text or "").lower()) for one in told] == [
        (substitute.id, False),
        (signing.representative.id, True),
    ]
    session.commit()
    # The code that the principal already held is of no use any more, nor is their page.
    form = {"code": old, "name": signing.representative.full_name, "agrees": "y"}
    assert principal.post(f"{base}/firmar", data=form).status_code == 403
    assert principal.get(f"{base}/firmar").location == f"{base}/delegar"
    assert "Firma Sustituta de Muestra por usted." in principal.get(base).get_data(as_text=True)
    download = principal.get(f"{base}/delegar/mandato")
    assert (download.data, download.mimetype, download.headers["Content-Disposition"].split(";")[0]) == (
        MANDATE,
        "application/pdf",
        "attachment",
    )
    own = actors.signed_in(substitute)
    assert "Sustituta de Muestra, por delegación de Firmante 1 de muestra" in own.get(f"{base}/firmar").get_data(as_text=True)
    assert own.get(f"{base}/declinar").status_code == 403  # a mandate to sign is not one to refuse
    own.post(f"{base}/firmar/codigo")
    wrong = own.post(f"{base}/firmar", data={"code": last_code(session), "name": signing.representative.full_name, "agrees": "y"})
    assert (wrong.status_code, "como figura en el documento" in wrong.get_data(as_text=True)) == (422, True)
    assert (
        own.post(f"{base}/firmar", data={"code": last_code(session), "name": "sustituta de muestra", "agrees": "y"}).location
        == f"{base}/constancia"
    )
    commitment = at_rest(session, signing.commitment)
    name = "Sustituta de Muestra, por delegación de Firmante 1 de muestra"
    assert (commitment.slots[0].signed_name, kept_record(portal, commitment)["slots"][0]["name"]) == (name, "Firmante 1 de muestra")
    found = inspect(portal.store.get(commitment.head_sha256 or ""), trust_roots=read_roots(keys.root_pem(portal) or b""), now=now)
    assert [one.signer for one in found.signatures if one.field == "firma-1"] == [name]
    assert facts(session, "commitment.delegated") == [
        {
            "edition": 1,
            "field": "firma-1",
            "mandate_sha256": sha256(MANDATE),
            "substitute": fingerprint(substitute),
            "principal": fingerprint(signing.representative),
        }
    ]
    assert facts(session, "commitment.signed")[0]["signer"] == fingerprint(substitute)
    assert audit(portal, session)[1] == []
    session.commit()
    assert principal.post(f"{base}/delegar/revocar").status_code == 409  # too late
    assert name in actors.client("staff", commitment.process.version.agenda).get(
        f"/gestion/compromisos/{commitment.process.code}/{commitment.code}"
    ).get_data(as_text=True)


def test_the_audit_names_a_substitute_or_a_mandate_that_was_never_recorded(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing, other = issued(), actors.person("Sustituta de Muestra")
    delegate(portal, session, signing, 0, other, now)
    assert audit(portal, session)[1] == []
    stranger = actors.person("Otra Persona de Muestra")
    session.execute(update(Slot).where(Slot.substitute_id == other.id).values(substitute_id=stranger.id))
    session.commit()
    assert ["quien firma por delegación en «firma-1» no es quien se registró" in one.sentence for one in audit(portal, session)[1]] == [
        True
    ]
    session.execute(update(Slot).where(Slot.substitute_id == stranger.id).values(substitute_id=None, mandate_sha256=None))
    session.commit()
    assert ["el mandato de la firma «firma-1»" in one.sentence for one in audit(portal, session)[1]] == [True]


def test_a_delegation_is_revoked_until_the_substitute_signs(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing, substitute = issued(), actors.person("Sustituta de Muestra")
    base = f"/mi-compromiso/{signing.commitment.code}"
    delegate(portal, session, signing, 0, substitute, now)
    own = actors.signed_in(substitute)
    own.post(f"{base}/firmar/codigo")
    code = last_code(session)
    assert actors.signed_in(signing.representative).post(f"{base}/delegar/revocar").location == f"{base}/delegar"
    assert own.post(f"{base}/firmar", data={"code": code, "name": substitute.full_name, "agrees": "y"}).status_code == 404
    delegate(portal, session, signing, 0, substitute, now, b"\x89PNG\r\n\x1a\notro")
    answer = own.post(f"{base}/firmar", data={"code": code, "name": substitute.full_name, "agrees": "y"})
    assert (answer.status_code, "Todavía no se envió ningún código" in answer.get_data(as_text=True)) == (422, True)  # another mandate
    actors.signed_in(signing.representative).post(f"{base}/delegar/revocar")
    signing_acts.sign_slot(portal, session, now=now, slot_id=signing.commitment.slots[0].id, person_id=signing.representative.id)
    session.commit()
    assert at_rest(session, signing.commitment).slots[0].signed_name == "Firmante 1 de muestra"
    assert [len(facts(session, kind)) for kind in ("commitment.delegated", "commitment.delegation_revoked")] == [2, 2]
    assert audit(portal, session)[1] == []


def test_a_delegation_before_the_document_is_issued_is_printed_in_it(
    portal: Portal, session: Session, answered: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    from plugins.commitments.issuing import issue
    from plugins.commitments.stances import confirm

    signing, substitute = answered(), actors.person("Sustituta de Muestra")
    delegate(portal, session, signing, 1, substitute, now)
    confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=session.merge(signing.commitment))
    session.commit()
    issue(portal, signing.commitment.id, now=now)
    commitment = at_rest(session, signing.commitment)
    said = [(one["name"], one["substitute"]) for one in kept_record(portal, commitment)["slots"]]
    assert said == [("Firmante 1 de muestra", ""), ("Firmante 2 de muestra", "Sustituta de Muestra")]
    signing_acts.sign_slot(portal, session, now=now, slot_id=commitment.slots[0].id, person_id=signing.representative.id)
    session.commit()
    with pytest.raises(Forbidden):
        signing_acts.sign_slot(portal, session, now=now, slot_id=commitment.slots[1].id, person_id=signing.people[1].id)
    session.rollback()
    assert signing_acts.sign_slot(portal, session, now=now, slot_id=commitment.slots[1].id, person_id=substitute.id).complete
    session.commit()
    assert audit(portal, session)[1] == []


@pytest.mark.parametrize("mandate", [b"", b"<html>", b"GIF89a", b"%PDF-" + b"x" * delegating.LARGEST], ids=["none", "html", "gif", "big"])
def test_what_is_no_mandate_is_refused(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, mandate: bytes
) -> None:
    signing = issued()
    staff = actors.client("staff", signing.commitment.process.version.agenda)
    slot = signing.commitment.slots[0].id
    address = f"/gestion/compromisos/{signing.commitment.process.code}/{signing.commitment.code}/delegacion/{slot}"
    session.commit()
    typed = {"full_name": "Sustituta de Muestra", "email": "s@muestra.example", "mandate": (io.BytesIO(mandate), "poder.pdf")}
    assert staff.post(address, data=typed, content_type="multipart/form-data").status_code == 422
    assert (session.get_one(Slot, slot, populate_existing=True).substitute_id, facts(session, "commitment.delegated")) == (None, [])


def test_a_candidate_is_no_personero_not_even_by_delegation(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], actors: Actors, now: datetime
) -> None:
    signing = issued(process(plan=[PLAN[0], {**PLAN[0], "capacity": "candidato_gobernador"}, PLAN[1]]))
    with pytest.raises(Invalid, match="no puede ser personero"):
        delegate(portal, session, signing, 1, signing.people[0], now)
    session.rollback()
    with pytest.raises(Invalid, match="no puede ser personero"):
        delegate(portal, session, signing, 0, signing.people[1], now)
    session.rollback()
    alternate = actors.person("Alterna de Muestra")
    session.add(Membership(organisation_id=signing.commitment.organisation_id, person_id=alternate.id, capacity="personero_alterno"))
    session.commit()
    with pytest.raises(Invalid, match="no puede ser personero"):
        delegate(portal, session, signing, 1, alternate, now)
    session.rollback()
    with pytest.raises(Invalid) as taken:
        delegate(portal, session, signing, 0, signing.people[2], now)
    assert "ya ocupa otra firma" in taken.value.fields["full_name"]
    session.rollback()
    delegate(portal, session, signing, 0, alternate, now)
    assert audit(portal, session)[1] == []


@pytest.mark.slow
def test_delegating_and_signing_at_the_same_instant_exclude_each_other(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing, substitute = issued(), actors.person("Sustituta de Muestra")
    slot, principal = signing.commitment.slots[0].id, signing.representative.id
    start, told = threading.Barrier(2), {}

    def act(name: str, do: Callable[[Session], object]) -> None:
        start.wait()
        with portal.sessions() as own:
            try:
                do(own)
                own.commit()
                told[name] = "done"
            except PortalError as error:
                told[name] = type(error).__name__

    def signs(own: Session) -> None:
        signing_acts.sign_slot(portal, own, now=now, slot_id=slot, person_id=principal)

    def delegates(own: Session) -> None:
        found = own.get_one(Slot, slot)
        delegating.delegate(
            own,
            now=now,
            store=portal.store,
            mailer=portal.mailer,
            slot=found,
            substitute=own.get_one(Person, substitute.id),
            mandate=MANDATE,
            by=principal,
        )

    _ = substitute.id
    session.commit()
    threads = [threading.Thread(target=act, args=one) for one in (("sign", signs), ("delegate", delegates))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = at_rest(session, signing.commitment).slots[0]
    assert sorted(told.values()) in (["Conflict", "done"], ["Forbidden", "done"])
    assert (found.signed_at is not None, found.substitute_id is not None) in ((True, False), (False, True))
    assert audit(portal, session)[1] == []


# In person


@pytest.fixture
def lent(issued: Callable[..., Signing], actors: Actors) -> tuple[Signing, Person, FlaskClient, str]:
    """An issued commitment, a member of the staff, their browser and the page they lend for the first signature."""
    signing = issued()
    operator = actors.person("Equipo de Muestra")
    actors.grant(operator, "staff", signing.commitment.process.version.agenda)
    slot = signing.commitment.slots[0].id
    return (
        signing,
        operator,
        actors.signed_in(operator),
        f"/gestion/compromisos/{signing.commitment.process.code}/{signing.commitment.code}/firmar/{slot}",
    )


def test_a_signer_signs_in_person_on_a_lent_device_with_their_own_code(
    portal: Portal, session: Session, lent: tuple[Signing, Person, FlaskClient, str]
) -> None:
    signing, operator, staff, address = lent
    session.commit()
    page = staff.get(address).get_data(as_text=True)
    assert ("Entregue el dispositivo a Firmante 1 de muestra" in page, signing.commitment.process.consent_text in page) == (True, True)
    session.commit()
    assert staff.post(f"{address}/codigo").location == f"{address}#firma"
    mail = session.scalars(select(MailMessage).where(MailMessage.kind == "commitment.code")).one()
    assert (mail.person_id, "Equipo de Muestra" in (mail.text or "")) == (signing.representative.id, True)
    code = last_code(session)
    case = f"/gestion/compromisos/{signing.commitment.process.code}/{signing.commitment.code}"
    assert [code in staff.get(one).get_data(as_text=True) for one in (address, case)] == [False, False]
    wrong = staff.post(address, data={"code": code, "name": operator.full_name, "agrees": "y"})
    assert wrong.status_code == 422
    answer = staff.post(address, data={"code": code, "name": signing.representative.full_name, "agrees": "y"})
    assert (answer.status_code, answer.location) == (303, f"{case}#firmas")
    with staff.session_transaction() as cookie:
        assert cookie["_user_id"] == operator.fs_uniquifier  # nobody else was signed in
    assert "En persona, en un dispositivo de la Mesa" in staff.get(case).get_data(as_text=True)
    commitment = at_rest(session, signing.commitment)
    assert (commitment.slots[0].signed_name, commitment.slots[0].operator_id) == ("Firmante 1 de muestra", operator.id)
    said = facts(session, "commitment.signed")[0]
    assert (said["presence"], said["operator"], said["signer"]) == ("in_person", fingerprint(operator), fingerprint(signing.representative))
    events = session.execute(select(Event.kind, Event.person_id).where(Event.kind.in_(("signed", "in_person"))).order_by(Event.id)).all()
    assert [tuple(one) for one in events] == [("signed", signing.representative.id), ("in_person", operator.id)]
    assert audit(portal, session)[1] == []


def test_a_code_serves_only_where_it_was_asked_for(
    session: Session, actors: Actors, lent: tuple[Signing, Person, FlaskClient, str]
) -> None:
    signing, _, staff, address = lent
    base = f"/mi-compromiso/{signing.commitment.code}"
    own = actors.signed_in(signing.representative)
    form = {"name": signing.representative.full_name, "agrees": "y"}
    session.commit()
    own.post(f"{base}/firmar/codigo")
    remote = last_code(session)
    refused = staff.post(address, data={**form, "code": remote})
    assert (refused.status_code, "Todavía no se envió ningún código" in refused.get_data(as_text=True)) == (422, True)
    staff.post(f"{address}/codigo")
    there = last_code(session)
    assert own.post(f"{base}/firmar", data={**form, "code": there}).status_code == 422
    another = actors.client("staff", signing.commitment.process.version.agenda)
    session.commit()
    assert another.post(address, data={**form, "code": there}).status_code == 422  # opened by somebody else
    assert session.get_one(Commitment, signing.commitment.id, populate_existing=True).state == "issued"
    session.commit()


def test_nobody_lends_a_device_to_themselves_nor_out_of_turn(
    session: Session, actors: Actors, lent: tuple[Signing, Person, FlaskClient, str]
) -> None:
    signing, _, staff, address = lent
    mesa = signing.people[1]
    actors.grant(mesa, "staff", signing.commitment.process.version.agenda)
    theirs = f"{address.rsplit('/', 1)[0]}/{signing.commitment.slots[1].id}"
    session.commit()
    assert actors.signed_in(mesa).post(f"{theirs}/codigo").status_code == 409
    assert staff.post(f"{theirs}/codigo").status_code == 409
    assert "Todavía no es su turno" in staff.get(theirs).get_data(as_text=True)
    with pytest.raises(Conflict):
        delegating.check_may_change(Slot(signed_at=signing.commitment.created_at))


def test_nobody_takes_two_signatures_though_the_other_was_delegated_after_the_page_was_read(
    portal: Portal, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing, substitute = issued(), actors.person("Sustituta de Muestra")
    slots = list(session.scalars(select(Slot).where(Slot.commitment_id == signing.commitment.id).order_by(Slot.position)))
    later = update(Slot).where(Slot.id == slots[1].id).values(substitute_id=substitute.id)
    session.execute(later.execution_options(synchronize_session=False))  # as another worker's commit: this session has not read it
    with pytest.raises(Invalid) as refused:
        delegating.delegate(
            session,
            now=now,
            store=portal.store,
            mailer=portal.mailer,
            slot=slots[0],
            substitute=substitute,
            mandate=MANDATE,
            by=signing.representative.id,
        )
    assert refused.value.fields == {"full_name": "Esa persona ya ocupa otra firma de este compromiso."}

"""Every route, for every role: let in or refused as the table below says. A route without a line fails the test.

The table is written by hand, on purpose: it is what the portal promises, and the decorators are what it does.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.digital.models import Reception
from plugins.commitments.issuing import issue
from plugins.commitments.models import Bulk, Commitment, Process, Question, Slot
from plugins.commitments.paper.models import PaperFile, PaperPack, PaperReading, PaperSheet
from plugins.commitments.paper.printed import sheets
from plugins.commitments.signing.codes import new_code
from plugins.commitments.stances import Typed, confirm, save_page
from plugins.commitments.states import note
from portal import clock
from portal.accounts import erasure
from portal.accounts.models import Grant, Person, PersonRequest
from portal.agendas.models import AgendaVersion, Item
from portal.app import create_app
from portal.context import Portal, assemble
from portal.ledger import heads
from portal.mail import MailMessage
from portal.organisations.models import Membership, Organisation
from portal.settings import load
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Actors, Databases
from portal.testing.traces import in_files, in_tables
from tests.actas import access as actas
from tests.demands import access as demands
from tests.dialogue import access as dialogue
from tests.drafting import access as drafting
from tests.groups import access as groups
from tests.notices import access as notices
from tests.roles import (
    ADMINISTRATOR,
    ALL,
    ANY_BOARD,
    ANY_COORDINATION,
    ANY_DRAFT_READER,
    ANY_MESA,
    BOARD,
    COORDINATION,
    DRAFT_READERS,
    EDITORS,
    MESA,
    REPRESENTATIVE,
    ROLES,
    SIGNATORIES,
    SIGNED_IN,
)
from tests.search import access as search
from tests.threads import access as threads
from tests.validation import access as validation
from tests.workplan import access as workplan

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("authorization")]
OTHERS = (actas, demands, dialogue, drafting, groups, notices, search, threads, validation, workplan)  # each with a table of its own

# Flask-Security's own pages (passkeys) and files that are for everybody.
TABLE: dict[str, frozenset[str]] = {
    "static": ALL,
    "security.static": ALL,
    "security.wan_signin": ALL,
    "security.wan_signin_response": ALL,
    "security.wan_register": SIGNED_IN,
    "security.wan_register_response": SIGNED_IN,
    "security.wan_verify": SIGNED_IN,
    "security.wan_verify_response": SIGNED_IN,
    # The portal itself
    "site.home": ALL,
    "site.favicon": ALL,
    "site.health": ALL,
    "site.language": ALL,
    "site.status": ADMINISTRATOR,
    # Entering, and one's own account
    "accounts.sign_in": ALL,
    "accounts.enter": ALL,
    "accounts.code": ALL,
    "accounts.enter_with_code": ALL,
    "accounts.another_code": ALL,
    "accounts.link": ALL,
    "accounts.enter_by_link": ALL,
    "accounts.another_link": ALL,
    "accounts.recover": ALL,
    "accounts.recover_by_mail": ALL,
    "accounts.sign_out": ALL,
    "accounts.account": SIGNED_IN,
    "accounts.password": SIGNED_IN,
    "accounts.change_password": SIGNED_IN,
    "accounts.passkeys": SIGNED_IN,
    "accounts.remove_passkey": SIGNED_IN,
    "accounts.renew": SIGNED_IN,
    "accounts.prove": SIGNED_IN,
    "accounts.renewal_code": SIGNED_IN,
    "accounts.revoke_consent": SIGNED_IN,
    "accounts.end_sessions": SIGNED_IN,
    "accounts.data": SIGNED_IN,
    "accounts.data_copy": SIGNED_IN,
    "accounts.ask_about_data": SIGNED_IN,
    # What people ask about their data
    **dict.fromkeys(
        ("accounts.data_requests", "accounts.data_request", "accounts.correct_data", "accounts.erase_data", "accounts.answer_request"),
        ADMINISTRATOR,
    ),
    # People and their roles
    "accounts.people": ANY_COORDINATION,
    "accounts.new_person": ANY_COORDINATION,
    "accounts.invite": ANY_COORDINATION,
    "accounts.person": COORDINATION,
    "accounts.invite_again": COORDINATION,
    "accounts.give_role": COORDINATION,
    "accounts.end_role": COORDINATION,
    # Organisations
    "organisations.index": ANY_MESA,
    "organisations.organisation": ANY_MESA,
    "organisations.new": ANY_MESA,
    "organisations.edit": ANY_MESA,
    "organisations.new_member": ANY_MESA,
    "organisations.edit_member": ANY_MESA,
    "organisations.import_file": ANY_MESA,
    "organisations.import_confirm": ANY_MESA,
    "organisations.import_template": ANY_MESA,
    "organisations.logo": ALL,
    # The demo's own, which are not there without PORTAL_DEMO
    "demo.mailbox": ALL,
    "demo.letter": ALL,
    "demo.attachment": ALL,
    "demo.enter": ALL,
    # Agendas, as published
    "agendas.index": ALL,
    "agendas.agenda": ALL,
    "agendas.version": ALL,
    "agendas.version_json": ALL,
    "agendas.version_pdf": ALL,
    "agendas.changes": ALL,
    "agendas.refused": ALL,
    # The ledger's heads and proofs
    "ledger.index": ALL,
    "ledger.head": ALL,
    "ledger.history": ALL,
    "ledger.head_at": ALL,
    "ledger.token": ALL,
    "ledger.proof": ALL,
    "ledger.consistency": ALL,
    "agendas.export": ALL,  # each table asks for its own permission: tests/agendas
    # Agendas, as drafts
    "agendas.drafts": ANY_DRAFT_READER,
    "agendas.new": ADMINISTRATOR,
    "agendas.draft": DRAFT_READERS,
    "agendas.draft_changes": DRAFT_READERS,
    "agendas.dimension": DRAFT_READERS,
    "agendas.item_history": DRAFT_READERS,
    "agendas.dimensions": MESA,
    "agendas.settings": MESA,
    "agendas.new_item": EDITORS,
    "agendas.edit_item": EDITORS,
    "agendas.move_item": EDITORS,
    "agendas.place_item": EDITORS,
    "agendas.retire_item": EDITORS,
    "agendas.restore_item": EDITORS,
    "agendas.close_dimension": MESA,
    "agendas.freeze": COORDINATION,
    "agendas.print_again": COORDINATION,
    # Commitments, for everybody
    "registry.index": ALL,
    "registry.matrix": ALL,
    "registry.item": ALL,
    "registry.commitment": ALL,
    "registry.document": ALL,
    "registry.constancia": ALL,
    "registry.revision": ALL,
    "registry.root": ALL,
    "certificates.policy": ALL,
    "certificates.revocation_list": ALL,
    "registry.signatories_csv": ALL,
    "verification.start": ALL,
    "verification.check": ALL,
    "offline.bundle": ALL,
    "verification.answer": ALL,
    "verification.answer_digest": ALL,
    "verification.instrument": ALL,
    # A commitment, for those who take part in it
    "mine.index": SIGNED_IN,  # a list of one's own
    **dict.fromkeys(("mine.home",), SIGNATORIES),
    **dict.fromkeys(
        (
            "mine.page",
            "mine.review",
            "talking.data",
            "talking.confirm_data",
            "talking.ask",
            "talking.send_question",
            "mine.save",
            "mine.undo",
            "mine.confirm",
            "mine.reopen",
        ),
        REPRESENTATIVE,
    ),
    **dict.fromkeys(
        (
            "signing.short",
            "signing.document",
            "signing.read",
            "signing.send_code",
            "signing.sign",
            "signing.proof",
            "signing.certificate",
            "signing.calendar",
            "digital.page",
            "digital.take_away",
            "digital.bring_back",
        ),
        SIGNATORIES,
    ),
    **dict.fromkeys(("signing.refuse", "signing.decline"), REPRESENTATIVE),
    # Commitments, for the Mesa
    **dict.fromkeys(("delegating.ask", "delegating.send", "delegating.revoke", "delegating.document"), SIGNATORIES),
    **dict.fromkeys(
        (
            "commitments_staff.delegation",
            "commitments_staff.delegate",
            "commitments_staff.revoke_delegation",
            "commitments_staff.reminders",
            "commitments_staff.lend",
            "commitments_staff.lend_code",
            "commitments_staff.lend_sign",
        ),
        MESA,
    ),
    "commitments_staff.mandate": BOARD,
    "commitments_staff.withdrawal_letter": BOARD,
    **dict.fromkeys(("withdrawing.ask", "withdrawing.present"), REPRESENTATIVE),
    "commitments_staff.document": BOARD,
    "commitments_staff.receptions": BOARD,
    **dict.fromkeys(("commitments_staff.review_reception", "commitments_staff.confirm_reception"), MESA),
    "commitments_staff.index": ANY_BOARD,
    "commitments_staff.new_process": ANY_MESA,
    "commitments_staff.board": BOARD,
    "commitments_staff.board_table": BOARD,
    "commitments_staff.bulk_list": BOARD,
    "commitments_staff.bulk_page": BOARD,
    "commitments_staff.case": BOARD,
    "commitments_staff.equal_treatment": BOARD,
    "commitments_staff.treatment_table": BOARD,
    "commitments_staff.process_page": BOARD,
    "commitments_staff.question": BOARD,
    "commitments_staff.answer": MESA,
    "commitments_staff.bulk_begin": MESA,
    "commitments_staff.bulk_cancel": MESA,
    "commitments_staff.bulk_preview": MESA,
    "commitments_staff.bulk_retry": MESA,
    "commitments_staff.bulk_start": MESA,
    "commitments_staff.choose_organisations": MESA,
    "commitments_staff.contact": MESA,
    "commitments_staff.deadline": MESA,
    "commitments_staff.issue": MESA,
    "commitments_staff.letter": MESA,
    "commitments_staff.move_deadline": MESA,
    "commitments_staff.signers": MESA,
    "commitments_staff.supersede": MESA,
    "commitments_staff.withdraw": MESA,
    # Signing on paper
    "paper.desk": MESA,
    "paper.ask_pack": MESA,
    "paper.pack": MESA,
    "paper.upload": MESA,
    "paper.original": MESA,
    "paper.picture": MESA,
    "paper.sort_sheet": MESA,
    "paper.reading": MESA,
    "paper.read": MESA,
    "paper.signature": MESA,
    "paper.confirm": MESA,
    "paper.reject": MESA,
    "paper.act": BOARD,
    "paper.own_act": SIGNATORIES,
    **{endpoint: roles for one in OTHERS for endpoint, roles in one.TABLE.items()},
}

# Files that keep the names of those who were to sign: the instrument and what proves it (docs/decisions/0011-erasure.md).
SIGNED_FILES = {
    "commitments_revision.sha256",
    "commitments_commitment.record_sha256",
    "commitments_commitment.constancia_sha256",
    "agenda_version.pdf_sha256",  # agendas name nobody
    "commitments_annex.sha256",
    "acta.first_sha256",
    "acta.sha256",
    "acta_signature.sha256",
    "acta_signature.scan_sha256",
}
# Documents of the Mesa, not of a person: the library, what shows that an activity was done, sheets of demands that came back on paper.
KEPT_FILES = {"groups_instrument_version.file_sha256", "workplan_report.file_sha256", "demands_sheet.scan_sha256"}

# What takes away what the others need comes last.
BEFORE_ITS_TIME = {
    "signing.certificate",
    "commitments_staff.mandate",
    "commitments_staff.withdrawal_letter",
    "delegating.document",
    *(endpoint for one in OTHERS for endpoint in getattr(one, "BEFORE_ITS_TIME", ())),
}  # files that are not there yet
ENDING = {"accounts.end_role", "agendas.retire_item", "commitments_staff.withdraw", "commitments_staff.supersede"} | {
    endpoint for one in OTHERS for endpoint in getattr(one, "ENDING", ())
}


@dataclass
class World:
    """One agenda with everything in it, another beside it, and a person for each role."""

    app: Flask
    sessions: sessionmaker[Session]
    people: dict[str, int]  # role → the person's id
    samples: dict[str, Any]  # a value for each argument of an address; "endpoint:argument" where one endpoint needs its own

    def client(self, role: str) -> FlaskClient:
        client = self.app.test_client()
        if role != "nobody":
            with self.sessions() as session:
                user = session.get_one(Person, self.people[role]).fs_uniquifier  # another one after `end_sessions`
            with client.session_transaction() as cookie:
                cookie.update({"_user_id": user, "_fresh": True, "fs_cc": "set", "fs_paa": clock.now().timestamp()})
        return client

    def address(self, rule: Rule) -> str:
        values = {name: self.samples.get(f"{rule.endpoint}:{name}", self.samples.get(name)) for name in rule.arguments}
        assert None not in values.values(), (
            f"{rule.endpoint}: give its arguments {sorted(values)} a sample value in tests/test_authorization.py"
        )
        with self.app.test_request_context():
            built = self.app.url_map.bind("").build(rule.endpoint, values, force_external=False)
        return str(built) + self.samples.get(f"{rule.endpoint}?", "")

    def rules(self) -> Iterator[Rule]:
        yield from sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.endpoint in ENDING, rule.endpoint, rule.rule))

    def requests(self, safe: bool) -> Iterator[tuple[str, str, str]]:
        """Yield (endpoint, method, address) of every route, those that change nothing or those that do."""
        for rule in (rule for rule in self.rules() if rule.endpoint in TABLE):  # the first test names those that are not
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if (method == "GET") == safe:
                    yield rule.endpoint, method, self.address(rule)


def commitment_of(session: Session, process: Process, organisation: Organisation, *people: Person) -> Commitment:
    """Return a commitment that waits for the organisation's, the Mesa's and a witness's signature."""
    now = clock.now()
    made = Commitment(process_id=process.id, organisation_id=organisation.id, code=new_code(), created_at=now, deadline=process.deadline)
    session.add(made)
    session.flush()
    for place, (side, capacity) in enumerate(
        [("organisation", "personero_titular"), ("mesa", "coordinador_regional"), ("witness", "testigo")], 1
    ):
        session.add(
            Slot(
                commitment_id=made.id,
                position=place,
                group=1,
                side=side,
                capacity=capacity,
                required=True,
                method="electronic",
                person_id=people[place - 1].id,
                field=f"firma-{place}",
            )
        )
    note(session, made.id, "chosen", now=now)
    session.commit()
    session.refresh(made)
    return made


def issue_now(portal: Portal, session: Session, commitment: Commitment, representative: Person) -> None:
    """Take a stance on every item, confirm, and make the document that is signed."""
    agenda = frozen_agenda(portal.store, commitment.process.version)
    for dimension in agenda.dimensions:
        typed = {item["code"]: Typed(stance="suscribe", observation="", revision=0) for item in dimension["items"]}
        save_page(
            session,
            now=clock.now(),
            person_id=representative.id,
            commitment=commitment,
            agenda=agenda,
            dimension=dimension["name"],
            typed=typed,
        )
    confirm(session, now=clock.now(), person_id=representative.id, portal=portal, commitment=commitment)
    session.commit()
    issue(portal, commitment.id, now=clock.now())
    session.refresh(commitment)
    assert commitment.state == "issued"
    session.commit()


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    base = load({"PORTAL_DEMO": "1"})
    address = databases.new(base.plugins)
    home = tmp_path_factory.mktemp("home")
    portal = assemble(
        replace(
            base,
            home=home,
            database_url=address,
            queue_url="memory:",
            storage_url=(home / "files").as_uri(),
            secret_key="test",
            mail_url="smtp://127.0.0.1:9",
        )
    )
    app = create_app(portal)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    now = clock.now()
    with portal.sessions() as session:
        actors = Actors(lambda: app, session)
        version = sample_agenda(session, portal.store, now=now, ask=portal.ask)
        other = sample_agenda(session, portal.store, now=now, ask=portal.ask, code="OTRA-T").agenda
        agenda = version.agenda
        item = session.scalars(select(Item).where(Item.agenda_id == agenda.id).order_by(Item.id)).first()
        assert item is not None
        organisation, another, third = (
            Organisation(
                name=f"Organización {n} (muestra)",
                sort_name=f"organizacion {n}",
                kind="movimiento_regional",
                is_sample=True,
                created_at=now,
            )
            for n in "ABC"
        )
        session.add_all([organisation, another, third])
        session.flush()
        people: dict[str, int] = {}
        for role in ROLES[1:]:
            person = actors.person(f"{role.title()} de muestra")
            people[role] = person.id
            name, _, elsewhere = role.partition(" ")
            if name == "representative":
                actors.grant(person, name, agenda, another if elsewhere else organisation)
            elif name == "administrator":
                actors.grant(person, name)
            elif name == "delegate":
                actors.grant(person, name, other if elsewhere else agenda, dimension=item.dimension)
            elif name != "person":
                actors.grant(person, name, other if elsewhere else agenda)
            if role == "representative":
                representative = actors.grant(person, name, agenda, third)
            if role == "witness":
                witness = person
            if role == "coordinator":
                coordinator = person
            if role == "reader":
                reader = person
        process = Process(
            code="APU-T-v1",
            version_id=version.id,
            title="Suscripción de muestra",
            opens_at=now - timedelta(days=1),
            deadline=now + timedelta(days=30),
            consent_text="Acepto.",
            contact_name="Mesa de muestra",
            contact_email="mesa@muestra.example",
            created_at=now,
            plan=[{"side": "organisation", "capacity": "personero_titular", "group": 1, "required": True, "method": "electronic"}],
        )
        session.add(process)
        session.flush()
        member = Membership(organisation_id=organisation.id, person_id=representative.id, capacity="personero_titular")
        session.add(member)
        commitment = commitment_of(session, process, organisation, representative, coordinator, witness)
        to_sign = commitment_of(session, process, third, representative, coordinator, witness)
        issue_now(portal, session, to_sign, representative)
        question = Question(commitment_id=commitment.id, text="¿Pregunta de muestra?", asked_at=now, asked_by_id=representative.id)
        bulk = Bulk(process_id=process.id, act="remind", created_at=now, starts_at=now + timedelta(minutes=10))
        reception = Reception(
            slot_id=to_sign.slots[0].id, sha256="0" * 64, size=1, result="rejected", reasons=[], received_at=now, judged_at=now
        )
        session.add_all([question, bulk, reception])
        session.commit()
        head = heads.publish(session, now=now)
        assert head is not None
        heads.stamp(session, head, portal.store.put(session, b"token", "application/timestamp-reply", now=now))
        session.commit()
        grant = session.scalars(select(Grant).where(Grant.person_id == reader.id)).one()
        about_data = PersonRequest(person_id=reader.id, kind="oposicion", text="No.", asked_at=now, due_on=now.date(), state="open")
        session.add(about_data)
        session.commit()
        samples = {
            "filename": "rubrica.css",
            "security.static:filename": "js/webauthn.js",
            "token": "x" * 43,
            "consent_id": 1,
            "key_id": 1,
            "request_id": about_data.id,
            "accounts.ask_about_data:kind": "oposicion",
            "identity": reader.id,
            "grant_id": grant.id,
            "organisation_id": organisation.id,
            "membership_id": member.id,
            "kind": "csv",
            "code": agenda.code,
            "number": 1,
            "name": item.dimension,
            "item": item.code,
            "item_code": item.code,
            "item_id": item.id,
            "agendas.export:name": "items",
            "format_": "csv",
            "agendas.refused:kind": "json",
            "seq": 1,
            "digest": "0" * 64,
            **dict.fromkeys(("size", "first", "second"), head.size),
            "commitment": commitment.code,
            "question_id": question.id,
            "reception_id": reception.id,
            "slot_id": commitment.slots[0].id,
            "commitments_staff.document:commitment": to_sign.code,
            "agendas.new_item?": f"?dimension={item.dimension}",
            "dimension": item.dimension,
            **{
                f"{endpoint}:code": commitment.code
                for endpoint in TABLE
                if endpoint.startswith(("registry.", "verification.", "offline.", "mine.", "talking."))
            },
            **{
                f"{endpoint}:code": to_sign.code
                for endpoint in TABLE
                if endpoint.startswith(("signing.", "delegating.", "withdrawing.", "digital."))
            },
            **{f"{endpoint}:code": process.code for endpoint in TABLE if endpoint.startswith("commitments_staff.")},
            **paper_came_back(portal, session, process, to_sign, now),
            **{f"{endpoint}:number": bulk.id for endpoint in TABLE if endpoint.startswith("commitments_staff.bulk")},
        }
        samples |= furnished(portal, session, version, people, now)
    yield World(app, portal.sessions, people, samples)
    portal.engine.dispose()
    databases.drop(address)


def furnished(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the other tables' addresses name, and return their sample values."""
    return {name: value for one in OTHERS for name, value in one.furnish(portal, session, version, people, now).items()}


def paper_came_back(portal: Portal, session: Session, process: Process, commitment: Commitment, now: datetime) -> dict[str, Any]:
    """Make a pack, a sheet and a reading, and return the sample values of the pages about them."""
    out = io.BytesIO()
    Image.new("RGB", (210, 297), "white").save(out, "JPEG")
    picture = portal.store.put(session, out.getvalue(), "image/jpeg", now=now)
    pack = PaperPack(process_id=process.id, parts=["acta"], commitments=[commitment.id], state="done", sha256=picture, created_at=now)
    file = PaperFile(
        process_id=process.id, sha256=picture, name="muestra.jpg", size=1, state="done", pages=1, pages_read=1, uploaded_at=now
    )
    session.add_all([pack, file])
    session.flush()
    page = sheets(portal, commitment.certified_sha256 or "").boxes["firma-1"][0]
    sheet = PaperSheet(
        file_id=file.id,
        place=1,
        picture_sha256=picture,
        thumbnail_sha256=picture,
        squared=True,
        commitment_id=commitment.id,
        edition=1,
        page=page,
    )
    reading = PaperReading(
        commitment_id=commitment.id,
        edition=1,
        state="taken",
        signed_on=now.date(),
        slots=[],
        sheets=[],
        read_at=now,
        act_sha256=picture,
    )
    session.add_all([sheet, reading])
    session.commit()
    endpoints = [endpoint for endpoint in TABLE if endpoint.startswith("paper.")]
    return {
        **{f"{endpoint}:code": process.code for endpoint in endpoints},
        **{f"{endpoint}:commitment": commitment.code for endpoint in endpoints},
        **{f"{endpoint}:number": reading.id for endpoint in endpoints},
        "paper.pack:number": pack.id,
        "paper.original:number": file.id,
        "paper.own_act:code": commitment.code,
        "sheet_id": sheet.id,
        "field": "firma-1",
    }


def refused(response: TestResponse) -> bool:
    """Tell whether somebody was turned away: told so, sent to sign in, or told there is no such thing."""
    to_sign_in = response.status_code == 303 and response.headers["Location"].startswith("/entrar?next=")
    return to_sign_in or response.status_code in {401, 403, 404}


def asked(world: World, roles: Iterable[str], requests: list[tuple[str, str, str]]) -> dict[str, TestResponse]:
    found = {}
    for endpoint, method, address in requests:
        for role in sorted(roles):
            if role in TABLE[endpoint]:
                continue
            found[f"{endpoint} {method} {role}"] = world.client(role).open(address, method=method)
    return found


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(world: World) -> None:
    routes = {rule.endpoint for rule in world.rules()}
    assert sorted(routes - set(TABLE)) == []
    assert sorted(set(TABLE) - routes) == []


def test_every_route_has_sample_values(world: World) -> None:
    assert [address for rule in world.rules() if not (address := world.address(rule)).startswith("/")] == []


@pytest.mark.parametrize("safe", [True, False], ids=["reading", "changing"])
def test_those_not_named_are_refused(world: World, safe: bool) -> None:
    answers = asked(world, ROLES, list(world.requests(safe)))
    assert len(answers) > 100
    assert {what: answer.status for what, answer in answers.items() if not refused(answer)} == {}
    assert {what: answer.status for what, answer in answers.items() if " nobody" in what and answer.status_code != 303} == {}


def test_those_named_may_read(world: World) -> None:
    """A page whose every admitted reader gets 404 would prove nothing: the sample values must lead somewhere."""
    wrong = {}
    for endpoint, method, address in world.requests(safe=True):
        for role in sorted(TABLE[endpoint]):
            answer = world.client(role).open(address, method=method)
            missing = answer.status_code == 404 and (TABLE[endpoint] == ALL or endpoint in BEFORE_ITS_TIME)  # not there before its time
            if answer.status_code >= 500 or (refused(answer) and not missing):
                wrong[f"{endpoint} {role}"] = answer.status
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())


# Reading is not nothing here, and why.
NOTED_ON_READING: dict[str, str] = {}


def rows(world: World) -> dict[str, frozenset[str]]:
    """Return every row of every table, as text."""
    with world.sessions() as session:
        connection = session.connection()
        names = inspect(connection).get_table_names()
        found = {name: frozenset(str(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))) for name in names}
        session.rollback()
    return found


def test_reading_changes_nothing(world: World) -> None:
    """Scanners of mail open every link, browsers fetch ahead: no row changes for a GET, nor for a HEAD."""
    changed: dict[str, list[str]] = {}
    before = rows(world)
    with world.app.extensions["portal"].engine.connect() as watching:

        def version() -> int:
            """Return a number that SQLite moves whenever another connection has changed the file."""
            found = int(watching.exec_driver_sql("PRAGMA data_version").scalar_one())
            watching.rollback()
            return found

        seen = version()
        for endpoint, _, address in world.requests(safe=True):
            for role in sorted(TABLE[endpoint] & {"nobody", "representative", "administrator", "coordinator"}):
                client = world.client(role)
                client.head(address)
                client.get(address, headers={"Sec-Purpose": "prefetch"})
            if seen != (seen := version()):
                after = rows(world)
                tables = sorted(name for name in after if after[name] != before[name])
                if tables:
                    changed[endpoint] = tables
                before = after
    assert {endpoint: tables for endpoint, tables in changed.items() if endpoint not in NOTED_ON_READING} == {}
    assert set(NOTED_ON_READING) - set(changed) == set()


def test_those_named_may_act(world: World) -> None:
    """Forms are sent empty: what matters is that the form is what they are told about, not their role."""
    wrong = {}
    for endpoint, method, address in world.requests(safe=False):
        for role in sorted(TABLE[endpoint]):
            answer = world.client(role).open(address, method=method)
            missing = answer.status_code in {401, 404} and TABLE[endpoint] in {ALL, SIGNED_IN}  # a link, key or consent that nobody has
            if answer.status_code >= 500 or (refused(answer) and not missing):
                wrong[f"{endpoint} {role}"] = f"{answer.status} {answer.headers.get('Location', '')}"
    assert wrong == {}, "\n".join(f"{key}: {value}" for key, value in wrong.items())


def test_somebody_erased_is_on_no_page_and_in_no_table(world: World) -> None:
    """Whatever tables and pages there are: whoever adds one that keeps people's data answers `person_erased` for it."""
    portal: Portal = world.app.extensions["portal"]
    with world.sessions() as session:
        person = session.get_one(Person, world.people["representative"])
        words = [person.full_name, str(person.email)]
        session.rollback()
        assert set(in_tables(portal, words)) >= {"person.full_name", "person.email"}
        assert erasure.erase(portal, session, now=clock.now(), person_id=person.id).pending == ()
        farewell = session.scalars(select(MailMessage).where(MailMessage.kind == "farewell")).one()
        session.delete(farewell)  # nobody delivers here, and its address goes when it is delivered
        session.commit()
    portal.queue.drain()
    assert in_tables(portal, words) == {}
    assert {name: columns for name, columns in in_files(portal, words).items() if not set(columns) & (SIGNED_FILES | KEPT_FILES)} == {}
    shown = []
    for endpoint, method, address in world.requests(safe=True):
        for role in ("nobody", "administrator", "coordinator"):
            answer = world.client(role).open(address, method=method)
            if any(word.casefold() in answer.get_data(as_text=False).decode("utf-8", "replace").casefold() for word in words):
                shown.append(f"{endpoint} {role}")
    assert shown == []

"""The instrument: made once, certified, with its data inside, whatever happens meanwhile."""

import json
import signal
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugins.commitments import evidence, issuing, keys, signing_acts
from plugins.commitments.models import Commitment, Event, Process, Revision
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.stances import confirm
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict
from portal.extend import Objection, hookimpl
from portal.ledger.audit import audit
from portal.ledger.queries import entries_about
from portal.mail import MailMessage
from portal.settings import Settings
from portal.testing.fixtures import Actors

from .conftest import PLAN, Signing, at_rest
from .elsewhere import run_elsewhere
from .test_signing import last_code

KILLED_WHILE_STORING = """
    kept, left = portal.store.put, [int(sys.argv[2])]
    def put(*arguments, **named):
        name = kept(*arguments, **named)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return name
    object.__setattr__(portal, "store", type("Killing", (), {"put": staticmethod(put), "get": staticmethod(portal.store.get)}))
"""


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def confirmed(portal: Portal, session: Session, answered: Callable[..., Signing], now: datetime) -> Callable[..., Signing]:
    """Make a commitment whose positions are confirmed and whose document is asked for."""

    def make(of: Process | None = None) -> Signing:
        signing = answered(of)
        confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=signing.commitment)
        session.commit()
        at_rest(session, signing.commitment)
        return signing

    return make


def test_the_instrument_is_a_tagged_certified_pdf_with_both_files_inside(
    portal: Portal, issued: Callable[..., Signing], tmp_path: Path, now: datetime
) -> None:
    commitment = issued().commitment
    pdf = portal.store.get(commitment.head_sha256 or "")
    file = tmp_path / "instrument.pdf"
    file.write_bytes(pdf)
    assert "No syntax or stream encoding errors found" in output("qpdf", "--check", str(file))
    assert "Tagged:          yes" in output("pdfinfo", str(file))
    with pikepdf.open(file) as opened:
        assert (str(opened.Root.Lang), str(opened.Root.Metadata.read_bytes().count(b"pdfaid:part"))) == ("es-PE", "1")
    output("pdfdetach", "-saveall", "-o", str(tmp_path), str(file))
    agenda, record = (tmp_path / "agenda.json").read_bytes(), (tmp_path / "commitment.json").read_bytes()
    assert (sha256(agenda), sha256(record)) == (commitment.process.version.sha256, commitment.record_sha256)
    said = json.loads(record)
    assert [(row["item"], row["stance"]) for row in said["stances"]] == [
        ("SOC-01", "suscribe"),
        ("SOC-01.1", "con_observacion"),
        ("SOC-01.2", "no_suscribe"),
        ("SOC-01.3", "sin_pronunciamiento"),
        ("AMB-01", "suscribe"),
        ("AMB-01.1", "con_observacion"),
        ("AMB-01.2", "no_suscribe"),
    ]
    assert said["counts"]["total"] == {"suscribe": 2, "con_observacion": 2, "no_suscribe": 2, "sin_pronunciamiento": 1}
    found = inspect(pdf, trust_roots=read_roots(keys.root_pem(portal) or b""), now=now)
    assert (found.verdict, [(one.field, one.certification, one.docmdp) for one in found.signatures]) == ("valid", [("sello", True, 2)])


def test_it_says_in_words_what_is_signed_and_every_signing_page_has_its_code(
    portal: Portal, issued: Callable[..., Signing], process: Callable[..., Process], tmp_path: Path
) -> None:
    plan = [{**PLAN[0], "capacity": "representante", "group": number} for number in range(1, 9)]
    commitment = issued(process(plan=plan)).commitment
    file = tmp_path / "instrument.pdf"
    file.write_bytes(portal.store.get(commitment.head_sha256 or ""))
    pages = output("pdftotext", "-layout", str(file), "-").split("\f")
    words = " ".join(" ".join(pages).split())
    assert (
        "Dimensión Suscribe Suscribe con observación No suscribe Sin pronunciamiento Total Social 1 1 1 1 4 Ambiental 1 1 1 0 3 Toda la agenda 2 2 2 1 7"
        in words
    )
    assert "Pedimos precisar la línea de base." in words
    assert "Texto del punto 2 de la dimensión ambiental." in words
    signing = [page for page in pages if "Espacio reservado para la firma" in page]
    assert [page.count("Espacio reservado para la firma") for page in signing] == [4, 4]
    assert all(f"/v/{commitment.code}" in page and "Firmamos el compromiso de" in page for page in signing)


def test_asked_twice_it_is_made_once(portal: Portal, session: Session, confirmed: Callable[..., Signing], now: datetime) -> None:
    signing = confirmed()
    identity = signing.commitment.id
    assert list(issuing.waiting(session, now)) == [str(identity)]
    session.commit()
    assert [issuing.issue(portal, identity, now=now), issuing.issue(portal, identity, now=now)] == [True, False]
    assert list(issuing.waiting(session, now)) == []
    assert session.scalar(select(func.count()).select_from(Revision)) == 1
    assert [one.kind for one in entries_about(session, f"commitment:{signing.commitment.code}")] == ["commitment.issued"]


@pytest.mark.slow
@pytest.mark.parametrize("place", [1, 2, 4])  # the annex, the instrument, the consent
def test_killed_while_issuing_and_run_again_there_is_one_instrument(
    portal: Portal, settings: Settings, session: Session, confirmed: Callable[..., Signing], now: datetime, place: int
) -> None:
    signing = confirmed()
    act = KILLED_WHILE_STORING + "    from plugins.commitments.issuing import issue\n    issue(portal, int(sys.argv[1]), now=now())\n"
    assert run_elsewhere(settings, act, signing.commitment.id, place).returncode == -signal.SIGKILL
    assert at_rest(session, signing.commitment).state == "open"
    assert issuing.issue(portal, signing.commitment.id, now=now) is True
    assert [(one.number, one.sha256) for one in at_rest(session, signing.commitment).revisions] == [(0, signing.commitment.head_sha256)]
    assert session.scalar(select(func.count()).where(Event.kind == "issued")) == 1
    assert audit(portal, session)[1] == []


@pytest.mark.slow
def test_killed_while_publishing_everyone_gets_one_constancia(
    portal: Portal, settings: Settings, session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None], now: datetime
) -> None:
    signing = issued()
    sign_all(signing)
    act = KILLED_WHILE_STORING + "    from plugins.commitments.evidence import publish\n    publish(portal, int(sys.argv[1]), now=now())\n"
    assert run_elsewhere(settings, act, signing.commitment.id, 1).returncode == -signal.SIGKILL
    assert list(evidence.unpublished(session)) == [str(signing.commitment.id)]
    session.commit()
    assert [evidence.publish(portal, signing.commitment.id, now=now) for _ in range(2)] == [True, False]
    assert session.scalar(select(func.count()).where(MailMessage.kind == "commitment.constancia")) == 2
    assert audit(portal, session)[1] == []


def test_a_document_that_is_archived_while_its_constancia_is_made_gets_one_of_what_it_is_now(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    sign_all: Callable[..., None],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signing = issued()
    sign_all(signing)
    identity, made = signing.commitment.id, evidence._render
    session.commit()

    def meanwhile(*args: Any, **values: Any) -> Any:
        found = made(*args, **values)
        session.execute(update(Commitment).where(Commitment.id == identity).values(head_sha256=Commitment.certified_sha256))
        session.commit()
        return found

    monkeypatch.setattr(evidence, "_render", meanwhile)
    assert not evidence.publish(portal, identity, now=now)
    monkeypatch.undo()
    assert list(evidence.unpublished(session)) == [str(identity)]
    session.commit()
    assert evidence.publish(portal, identity, now=now)


@pytest.mark.slow
def test_a_full_disk_loses_neither_the_code_nor_the_document(
    portal: Portal, settings: Settings, session: Session, issued: Callable[..., Signing], actors: Actors, now: datetime
) -> None:
    signing = issued()
    slot, person = signing.commitment.slots[0], signing.representative
    actors.signed_in(person).post(f"/mi-compromiso/{signing.commitment.code}/firmar/codigo")
    code = last_code(session)
    full = """
        from plugins.commitments.signing_acts import sign
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        with portal.sessions() as session:
            try:
                sign(portal, session, now=now(), slot_id=int(sys.argv[1]), person_id=int(sys.argv[2]), code=sys.argv[3], name=sys.argv[4], agrees=True)
                session.commit()
            except Exception as error:
                print(type(error).__name__)
    """
    ended = run_elsewhere(settings, full, slot.id, person.id, code, person.full_name)
    assert ended.stdout.strip() in {"Unavailable", "OperationalError"}, ended.stderr
    assert at_rest(session, signing.commitment).state == "issued"
    signing_acts.sign(portal, session, now=now, slot_id=slot.id, person_id=person.id, code=code, name=person.full_name, agrees=True)
    session.commit()
    assert at_rest(session, signing.commitment).state == "partly_signed"
    assert audit(portal, session)[1] == []


class Objector:
    """A plugin that objects, or fails."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails

    @hookimpl
    def commitment_objections(self, session: Any, commitment: Any) -> list[Objection]:  # noqa: ARG002
        if self.fails:
            raise RuntimeError("out of order")
        return [Objection(sentence="Falta el acta de la asamblea.")]


@pytest.mark.parametrize(
    ("fails", "sentence"), [(False, "Falta el acta de la asamblea."), (True, "El módulo «objector» falló al revisar esto.")]
)
def test_no_document_and_no_signature_passes_an_objection(
    portal: Portal, session: Session, answered: Callable[..., Signing], actors: Actors, now: datetime, *, fails: bool, sentence: str
) -> None:
    signing = answered()
    commitment, manager = signing.commitment, portal.registry.manager
    objector = Objector(fails=fails)
    manager.register(objector, name="objector")
    answer = actors.signed_in(signing.representative).post(f"/mi-compromiso/{commitment.code}/revisar")
    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (409, True)
    manager.unregister(objector)
    confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=commitment)
    session.commit()
    manager.register(objector, name="objector")
    with pytest.raises(Conflict, match=sentence[:25]):
        issuing.issue(portal, commitment.id, now=now)
    at_rest(session, commitment)
    assert (commitment.state, (commitment.issue_problem or "").startswith(sentence)) == ("open", True)
    manager.unregister(objector)
    assert issuing.issue(portal, commitment.id, now=now) is True
    manager.register(objector, name="objector")
    with pytest.raises(Conflict, match=sentence[:25]):
        signing_acts.sign_slot(portal, session, now=now, slot_id=commitment.slots[0].id, person_id=signing.representative.id)
    session.rollback()
    assert at_rest(session, commitment).state == "issued"


def test_a_document_waits_until_every_signature_has_its_person(
    portal: Portal, session: Session, confirmed: Callable[..., Signing], now: datetime
) -> None:
    signing = confirmed()
    signing.commitment.slots[1].person_id = None
    session.commit()
    with pytest.raises(Conflict, match=r"Falta elegir quién firma como: Coordinador/a regional\."):
        issuing.issue(portal, signing.commitment.id, now=now)
    assert "Falta elegir quién firma" in (at_rest(session, signing.commitment).issue_problem or "")

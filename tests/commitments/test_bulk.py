"""Bulk work: previewed, cancellable for ten minutes, done once a row, surviving a restart; only what failed is tried again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugins.commitments import bulk, contacts
from plugins.commitments.models import Bulk, BulkRow, Event, Process
from portal.accounts.models import Person
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.errors import Conflict, Invalid
from portal.mail import MailMessage
from portal.testing.fixtures import Actors
from tests.commitments.conftest import Signing


@pytest.fixture
def three(commitment: Callable[..., Signing], process: Callable[..., Process], session: Session) -> list[Signing]:
    """Three organisations in one process; the last one has nobody with an e-mail."""
    of = process()
    made = [commitment(of) for _ in range(3)]
    session.execute(update(Person).where(Person.id == made[2].representative.id).values(email=None))
    session.commit()
    return made


def ids(signings: list[Signing]) -> list[int]:
    """Return the commitments' ids."""
    return [one.commitment.id for one in signings]


def started(session: Session, signings: list[Signing], act: str = "invite", ago: timedelta = timedelta(hours=1)) -> Bulk:
    """Put work in the outbox some time ago, committed."""
    process = signings[0].commitment.process
    made = bulk.start(session, now=signings[0].commitment.created_at - ago, process=process, act=act, ids=ids(signings), by=None)
    session.commit()
    return made


def test_the_preview_sorts_out_what_cannot_be_done(session: Session, three: list[Signing], now: datetime) -> None:
    process = three[0].commitment.process
    invite = bulk.preview(session, now=now, process=process, act="invite", ids=ids(three))
    assert [row.id for row in invite.ready] == ids(three[:2])
    assert [(row.id, why) for row, why in invite.left_out] == [(three[2].commitment.id, "Ninguna de sus personas tiene correo.")]
    remind = bulk.preview(session, now=now, process=process, act="remind", ids=ids(three[:1]))
    assert [why for _, why in remind.left_out] == ["Todavía no se le invitó."]
    issue = bulk.preview(session, now=now, process=process, act="issue", ids=ids(three[:1]))
    assert [why for _, why in issue.left_out] == ["Todavía no confirmó sus posiciones."]
    with pytest.raises(Invalid, match="No hay ninguna organización"):
        bulk.start(session, now=now, process=process, act="issue", ids=ids(three), by=None)
    with pytest.raises(Invalid, match="Elija qué hacer"):
        bulk.preview(session, now=now, process=process, act="erase", ids=ids(three))


def test_nothing_begins_before_the_outbox_is_over(session: Session, portal: Portal, three: list[Signing], now: datetime) -> None:
    work = bulk.start(session, now=now, process=three[0].commitment.process, act="invite", ids=ids(three), by=None)
    session.commit()
    assert bulk.pending(session, now + timedelta(minutes=9)) == []
    assert bulk.pending(session, now + timedelta(minutes=10)) == [str(work.id)]
    identity = str(work.id)
    session.rollback()
    bulk.run(portal, identity)
    assert session.scalar(select(func.count(MailMessage.id))) == 0
    bulk.cancel(session, now=now + timedelta(minutes=5), bulk=work)
    assert bulk.pending(session, now + timedelta(hours=1)) == []
    with pytest.raises(Conflict):
        bulk.cancel(session, now=now + timedelta(minutes=6), bulk=work)


def test_work_that_began_is_not_cancelled(session: Session, three: list[Signing], now: datetime) -> None:
    work = started(session, three)
    with pytest.raises(Conflict, match="ya empezó"):
        bulk.cancel(session, now=now, bulk=work)


def test_the_sweep_finds_it_and_each_row_is_done_once(session: Session, portal: Portal, three: list[Signing]) -> None:
    work = started(session, three)
    identity = str(work.id)
    session.rollback()
    assert portal.queue.sweep() >= 1
    bulk.run(portal, identity)
    assert session.scalars(select(BulkRow.state).order_by(BulkRow.id)).all() == ["done", "done"]
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "invited")) == 2
    assert session.scalar(select(func.count(MailMessage.id))) == 2


def test_a_restart_in_the_middle_repeats_nothing(
    session: Session, portal: Portal, three: list[Signing], monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = str(started(session, three).id)
    session.rollback()

    def killed(*_arguments: object, **_more: object) -> list[int]:
        raise SystemExit

    with monkeypatch.context() as patch:
        first = True

        def dies_at_the_second(*arguments: object, **more: object) -> list[int]:
            nonlocal first
            if not first:
                killed()
            first = False
            return contacts.invite(*arguments, **more)  # type: ignore[arg-type]

        patch.setattr(bulk, "invite", dies_at_the_second)
        with pytest.raises(SystemExit):
            bulk.run(portal, identity)
    assert session.scalars(select(BulkRow.state).order_by(BulkRow.id)).all() == ["done", "waiting"]
    session.rollback()
    portal.queue.sweep()
    session.expire_all()
    assert session.scalars(select(BulkRow.state).order_by(BulkRow.id)).all() == ["done", "done"]
    invited = session.scalars(select(Event.commitment_id).where(Event.kind == "invited").order_by(Event.id)).all()
    assert invited == ids(three[:2])


def test_only_what_failed_is_tried_again(session: Session, portal: Portal, three: list[Signing]) -> None:
    work = started(session, three[:2])
    identity = str(work.id)
    session.execute(update(Person).where(Person.id == three[1].representative.id).values(email=None))  # between the preview and the work
    session.commit()
    bulk.run(portal, identity)
    rows = session.scalars(select(BulkRow).order_by(BulkRow.id)).all()
    assert [(row.state, row.problem) for row in rows] == [
        ("done", None),
        (
            "failed",
            f"Ninguna persona de {three[1].commitment.organisation.name} tiene correo. Agregue uno o entregue la invitación en papel.",
        ),
    ]
    session.execute(update(Person).where(Person.id == three[1].representative.id).values(email="otra@muestra.example"))
    assert bulk.retry(session, bulk=work) == 1
    session.commit()
    bulk.run(portal, identity)
    session.expire_all()
    assert session.scalars(select(BulkRow.state).order_by(BulkRow.id)).all() == ["done", "done"]
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "invited")) == 2


def test_documents_are_asked_for_in_bulk(session: Session, portal: Portal, answered: Callable[..., Signing]) -> None:
    one = answered()
    one.commitment.stances_open = False
    session.commit()
    identity = str(started(session, [one], act="issue").id)
    session.rollback()
    bulk.run(portal, identity)
    session.refresh(one.commitment)
    assert (session.scalars(select(BulkRow.state)).all(), one.commitment.state, one.commitment.issue_problem) == (["done"], "issued", None)


def test_from_the_board_to_the_job_page(session: Session, three: list[Signing], actors: Actors, version: AgendaVersion) -> None:
    staff: FlaskClient = actors.client("staff", version.agenda)
    base = f"/gestion/compromisos/{three[0].commitment.process.code}/trabajos"
    first, everybody = three[0].commitment.id, ",".join(map(str, ids(three)))
    session.rollback()  # SQLite has one writer, and the pages are to write
    assert staff.post(f"{base}/vista-previa", data={"act": "invite", "scope": "page"}).status_code == 422
    marked = staff.post(f"{base}/vista-previa", data={"act": "invite", "scope": "page", "commitment": str(first)}).get_data(as_text=True)
    assert ("Se hará con 1 organización." in marked, "figurará en la tabla de trato igual" in marked) == (True, True)
    everyone = staff.post(f"{base}/vista-previa", data={"act": "invite", "scope": "all"}).get_data(as_text=True)
    assert ("Se hará con 2 organizaciones." in everyone, "Ninguna de sus personas tiene correo." in everyone) == (True, True)
    assert session.scalar(select(func.count(Bulk.id))) == 0
    session.rollback()
    where = staff.post(base, data={"act": "invite", "ids": everybody}).location
    waiting = staff.get(where).get_data(as_text=True)
    assert ("En la bandeja de salida" in waiting, "Cancelar el trabajo" in waiting) == (True, True)
    assert staff.post(f"{where}/empezar").status_code == 303
    done = staff.get(where).get_data(as_text=True)
    assert ("<strong>2</strong> hechos" in done, "Cancelar el trabajo" in done) == (True, False)
    refused = staff.post(f"{where}/cancelar")
    assert (refused.status_code, "ya empezó" in refused.get_data(as_text=True)) == (409, True)
    assert "Invitar, " in staff.get(base).get_data(as_text=True)

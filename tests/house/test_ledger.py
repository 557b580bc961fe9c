"""The ledger: whatever is changed, taken out, cut off or slipped in, the audit names it."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.context import Portal, assemble
from portal.ledger import queries
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.ledger.service import GENESIS, entry_hash, record
from portal.settings import Settings

COUNT = 5


@pytest.fixture
def written(session: Session, now: datetime) -> list[LedgerEntry]:
    entries = [
        record(session, now=now, kind=f"test.{number}", subject=f"thing:{number}", data={"number": number, "digest": "ab" * 32})
        for number in range(1, COUNT + 1)
    ]
    session.commit()
    return entries


def problems(portal: Portal) -> list[tuple[str, str]]:
    with portal.sessions() as session:
        return [(one.subject, one.sentence) for one in audit(portal, session)[1]]


def change(portal: Portal, statement: str, **values: Any) -> None:
    with portal.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_entries_are_numbered_and_chained(session: Session, written: list[LedgerEntry]) -> None:
    assert [entry.seq for entry in written] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in written] == [GENESIS, *[entry.hash for entry in written[:-1]]]
    assert queries.head(session) == (5, written[-1].hash)
    assert [entry.seq for entry in queries.entries_about(session, "thing:3")] == [3]
    assert [entry.seq for entry in queries.entries_of_kind(session, "test.4")] == [4]


def test_an_untouched_ledger_has_no_problem(portal: Portal, written: list[LedgerEntry]) -> None:
    with portal.sessions() as session:
        assert audit(portal, session) == (5, [])


def test_an_empty_ledger_has_no_problem(portal: Portal) -> None:
    with portal.sessions() as session:
        assert audit(portal, session) == (0, [])


def test_the_hash_can_be_recomputed_by_anybody(written: list[LedgerEntry]) -> None:
    import hashlib

    entry = written[0]
    canonical = json.dumps(
        {"at": entry.at, "data": entry.data, "kind": entry.kind, "previous": entry.previous, "seq": entry.seq, "subject": entry.subject},
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    assert entry.hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_time_is_kept_in_utc(session: Session) -> None:
    lima = datetime(2026, 8, 31, 10, 32, tzinfo=timezone(timedelta(hours=-5)))
    assert record(session, now=lima, kind="test", subject="x", data={}).at == "2026-08-31T15:32:00.000000+00:00"


@pytest.mark.parametrize("seq", [1, 3, COUNT])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01T00:00:00.000000+00:00"),
        ("kind", "test.other"),
        ("subject", "thing:other"),
        ("data", '{"number": 0}'),
        ("previous", "f" * 64),
        ("hash", "e" * 64),
    ],
)
def test_an_edit_of_any_column_of_any_entry_is_named(portal: Portal, written: list[LedgerEntry], seq: int, column: str, value: str) -> None:
    change(portal, f"UPDATE ledger_entry SET {column} = :value WHERE seq = :seq", value=value, seq=seq)
    named = [subject for subject, _ in problems(portal)]
    assert named[0] == f"ledger:{seq}"


@pytest.mark.parametrize("seq", [1, 3, COUNT])
def test_a_renumbered_entry_is_noticed(portal: Portal, written: list[LedgerEntry], seq: int) -> None:
    change(portal, "UPDATE ledger_entry SET seq = 77 WHERE seq = :seq", seq=seq)
    assert f"Falta la entrada {seq} del registro." in [sentence for _, sentence in problems(portal)]


def test_an_edit_with_its_hash_recomputed_breaks_the_chain(portal: Portal, session: Session, written: list[LedgerEntry]) -> None:
    entry = session.get(LedgerEntry, 3)
    assert entry is not None
    entry.data = {"number": 33}
    entry.hash = entry_hash(entry)
    session.commit()
    assert problems(portal) == [("ledger:4", "La entrada 4 no continúa a la anterior.")]


def test_a_chain_recomputed_to_the_end_does_not_meet_its_head(portal: Portal, session: Session, written: list[LedgerEntry]) -> None:
    previous = GENESIS
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all():
        entry.data, entry.previous = {"number": 0}, previous
        entry.hash = previous = entry_hash(entry)
    session.commit()
    assert problems(portal) == [("ledger:head", "El final del registro no es la entrada 5: se cortó o se añadió algo.")]


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_deleted_entry_is_named(portal: Portal, written: list[LedgerEntry], seq: int) -> None:
    change(portal, "DELETE FROM ledger_entry WHERE seq = :seq", seq=seq)
    assert problems(portal) == [(f"ledger:{seq + 1}", f"Falta la entrada {seq} del registro.")]


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_a_cut_tail_is_noticed(portal: Portal, written: list[LedgerEntry], kept: int) -> None:
    change(portal, "DELETE FROM ledger_entry WHERE seq > :kept", kept=kept)
    assert problems(portal) == [("ledger:head", f"El final del registro no es la entrada {kept}: se cortó o se añadió algo.")]


def test_a_missing_head_is_noticed(portal: Portal, written: list[LedgerEntry]) -> None:
    change(portal, "DELETE FROM ledger_head")
    assert [subject for subject, _ in problems(portal)] == ["ledger:head"]


def test_an_entry_slipped_in_at_the_end_is_noticed(portal: Portal, session: Session, written: list[LedgerEntry], now: datetime) -> None:
    forged = LedgerEntry(seq=6, at=now.astimezone(UTC).isoformat(), kind="test.6", subject="thing:6", data={}, previous=written[-1].hash)
    forged.hash = entry_hash(forged)
    session.add(forged)
    session.commit()
    assert problems(portal) == [("ledger:head", "El final del registro no es la entrada 6: se cortó o se añadió algo.")]


def test_a_damaged_or_missing_file_is_named(portal: Portal, session: Session, now: datetime) -> None:
    kept, damaged, missing = (portal.store.put(session, data, "text/plain", now=now) for data in (b"one", b"two", b"three"))
    session.commit()
    folder = Path(portal.settings.storage_url.removeprefix("file://"))
    (folder / damaged[:2] / damaged).write_bytes(b"TWO")
    (folder / missing[:2] / missing).unlink()
    assert sorted(problems(portal)) == sorted(
        [
            (f"file:{damaged}", f"{damaged}: El archivo guardado no coincide con su huella. Avise a la administración del portal."),
            (f"file:{missing}", f"{missing}: Falta un archivo en el almacén. Avise a la administración del portal."),
        ]
    )
    assert kept not in str(problems(portal))


def together(count: int, act: Callable[[int], None]) -> list[BaseException]:
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - a thread's error is the test's to show
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_twenty_at_once_get_twenty_entries_in_one_order(portal: Portal, now: datetime) -> None:
    gate = threading.Barrier(20)

    def act(number: int) -> None:
        gate.wait()
        with portal.sessions() as session:
            record(session, now=now, kind="test", subject=f"thread:{number}", data={})
            session.commit()

    assert together(20, act) == []
    with portal.sessions() as session:
        assert audit(portal, session) == (20, [])
        assert sorted(session.scalars(select(LedgerEntry.subject))) == sorted(f"thread:{number}" for number in range(20))


def test_an_entry_that_is_rolled_back_leaves_no_gap(portal: Portal, now: datetime) -> None:
    def act(number: int) -> None:
        with portal.sessions() as session:
            record(session, now=now, kind="test", subject=f"thread:{number}", data={})
            session.commit() if number % 2 else session.rollback()

    assert together(10, act) == []
    with portal.sessions() as session:
        assert audit(portal, session) == (5, [])


def verify(settings: Settings) -> tuple[int, dict[str, Any]]:
    environment = {
        "PATH": "/usr/bin",
        "PORTAL_HOME": str(settings.home),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_QUEUE_URL": "memory:",
        "PORTAL_PLUGINS": " ".join(settings.plugins),
    }
    run = subprocess.run(
        [sys.executable, "-m", "portal", "ledger", "verify", "--json"], env=environment, capture_output=True, text=True, check=False
    )
    return run.returncode, json.loads(run.stdout)


def test_the_command_passes_and_after_an_edit_of_the_database_file_fails(settings: Settings, now: datetime) -> None:
    if not settings.database_url.startswith("sqlite:"):
        pytest.skip("there is a database file with SQLite only")
    portal = assemble(settings)
    with portal.sessions() as session:
        for number in range(1, 4):
            record(session, now=now, kind="test", subject=f"thing:{number}", data={"number": number})
        session.commit()
    portal.engine.dispose()
    assert verify(settings) == (0, {"ok": True, "entries": 3, "problems": []})

    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as database:
        database.execute("""UPDATE ledger_entry SET data = '{"number": 22}' WHERE seq = 2""")
    assert verify(settings) == (
        1,
        {
            "ok": False,
            "entries": 3,
            "problems": [{"subject": "ledger:2", "sentence": "La entrada 2 (test, thing:2) cambió después de escribirse."}],
        },
    )

"""Published heads: proofs that a third party checks, history that cannot be rewritten, and a ledger of 100,000 entries."""

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from portal.context import Portal
from portal.documents.canonical import canonical
from portal.ledger import heads
from portal.ledger.checking import Unfit, check_proof, verify_heads
from portal.ledger.merkle import tree_hash
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead, LedgerTile
from portal.ledger.service import GENESIS, entry_hash, record, verify_chain
from portal.ledger.tree import TILE, StoredTree, leaf_of

COMMAND = [sys.executable, "-m", "portal"]


def grow(session: Session, count: int, now: datetime, subject: str = "agenda:APU/v1") -> None:
    for number in range(count):
        record(session, now=now, kind="test.fact", subject=subject, data={"number": number, "texto": "ñ"})
    session.commit()


def published(session: Session, now: datetime) -> LedgerCheckpoint:
    head = heads.publish(session, now=now)
    session.commit()
    assert head is not None
    return head


def test_a_head_is_published_once_for_what_is_there(session: Session, now: datetime) -> None:
    assert heads.publish(session, now=now) is None
    grow(session, 3, now)
    head = published(session, now)
    entries = list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))
    assert (head.size, head.root, head.last_entry) == (3, tree_hash([leaf_of(one) for one in entries]).hex(), entries[-1].hash)
    assert heads.publish(session, now=now) is None
    grow(session, 1, now)
    assert published(session, now).size == 4
    assert [one.size for one in heads.heads(session)] == [4, 3]


def test_the_daily_job_publishes_what_is_a_day_old(portal: Portal, session: Session, now: datetime) -> None:
    assert list(heads.KIND.pending(session, now)) == []
    grow(session, 2, now)
    assert list(heads.KIND.pending(session, now + timedelta(hours=23))) == []
    assert list(heads.KIND.pending(session, now + timedelta(hours=25))) == ["due"]
    session.commit()
    heads.KIND.run(portal, "due")
    heads.KIND.run(portal, "due")
    assert [one.size for one in heads.heads(session)] == [2]
    assert list(heads.KIND.pending(session, now + timedelta(days=9))) == []
    grow(session, 1, now)
    assert list(heads.KIND.pending(session, now + timedelta(hours=23))) == []
    assert list(heads.KIND.pending(session, now + timedelta(hours=25))) == ["due"]


def test_a_proof_holds_with_its_head_and_with_no_other(session: Session, now: datetime) -> None:
    grow(session, 300, now)
    first = published(session, now)
    grow(session, 7, now)
    second = published(session, now)
    for seq in (1, 2, 256, 257, 300):
        for head in (first, second):
            found = heads.proof(session, head, seq, with_entry=True)
            assert check_proof(found, heads.head_data(head)) is None
            changed = json.loads(json.dumps(found))
            changed["entry"]["data"]["number"] += 1
            assert check_proof(changed, heads.head_data(head)) == "La entrada no es la que la prueba dice: cambió."
            lie = {**heads.head_data(head), "root": GENESIS}
            assert check_proof(found, lie) == "La entrada no está en el registro con esa cabeza."
            assert check_proof({**found, "seq": seq + 1, "entry": None}, heads.head_data(head)) is not None
    assert "no para la que usted dio" in str(check_proof(heads.proof(session, first, 1, with_entry=False), heads.head_data(second)))
    continued = heads.consistency(session, 300, 307)
    assert (check_proof(continued, heads.head_data(first)), check_proof(continued, heads.head_data(second))) == (None, None)
    lie = {**continued, "first": {**continued["first"], "root": GENESIS}}
    assert check_proof(lie, heads.head_data(second)) == "La cabeza posterior no continúa a la anterior: se reescribió la historia."


@pytest.mark.parametrize("junk", [None, [], {}, {"schema": "rubrica.proof/1"}, {"schema": "rubrica.proof/1", "path": [1]}, {"schema": 3}])
def test_what_is_no_proof_is_said_to_be_none(session: Session, now: datetime, junk: Any) -> None:
    grow(session, 2, now)
    head = heads.head_data(published(session, now))
    with pytest.raises(Unfit):
        check_proof(junk, head)
    with pytest.raises(Unfit):
        check_proof(heads.proof(session, heads.head_at(session, 2), 1, with_entry=True), junk)


def rewrite(session: Session, change: dict[str, Any]) -> None:
    """What a host with the database and this very code would do: change the past and chain everything again."""
    previous = GENESIS
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)):
        if entry.seq == 2:
            entry.data = change
        entry.previous = previous
        entry.hash = previous = entry_hash(entry)
        session.flush()
    session.get_one(LedgerHead, 1).hash = previous
    session.commit()


def test_a_chain_rewritten_whole_is_found_by_the_published_heads(session: Session, now: datetime) -> None:
    grow(session, 5, now)
    kept = heads.head_data(published(session, now))
    assert list(verify_heads(session)) == []
    rewrite(session, {"number": 9})
    assert list(verify_chain(session)) == []
    assert [one.subject for one in verify_heads(session)] == ["ledger:head:5"]
    session.execute(delete(LedgerCheckpoint))  # and the host's own list of heads too:
    published(session, now)
    assert list(verify_heads(session)) == []
    found = list(verify_heads(session, [kept]))  # then a head that somebody else kept tells
    assert [one.sentence for one in found] == ["La cabeza guardada fuera con 5 entradas no es la del registro: se reescribió la historia."]


def test_a_ledger_cut_and_headed_anew_is_found(session: Session, now: datetime) -> None:
    grow(session, 5, now)
    published(session, now)
    session.execute(delete(LedgerEntry).where(LedgerEntry.seq > 3))
    end = session.get_one(LedgerHead, 1)
    end.seq, end.hash = 3, session.get_one(LedgerEntry, 3).hash
    session.commit()
    assert list(verify_chain(session)) == []
    assert [one.sentence for one in verify_heads(session)] == ["Hay una cabeza con 5 entradas y el registro tiene 3: se cortó."]


def test_a_false_tile_is_found(session: Session, now: datetime) -> None:
    grow(session, TILE + 1, now)
    published(session, now)
    session.get_one(LedgerTile, 0).root = GENESIS
    session.commit()
    assert [one.subject for one in verify_heads(session)] == ["ledger:tile:0"]


def test_the_page_and_the_addresses_answer(client: FlaskClient, session: Session, portal: Portal, now: datetime) -> None:
    assert "Todavía no se publicó ninguna cabeza" in client.get("/transparencia").text
    assert client.get("/transparencia/cabeza.json").status_code == 404
    grow(session, 3, now)
    grow(session, 1, now, subject="commitment:RUB-00000-00000")
    head = published(session, now)
    token = portal.store.put(session, b"token", "application/timestamp-reply", now=now)
    heads.stamp(session, head, token)
    heads.stamp(session, head, portal.store.put(session, b"another", "application/timestamp-reply", now=now))
    session.commit()
    assert head.token_sha256 == token
    page = client.get("/transparencia")
    assert (page.status_code, head.root in page.text, "cabezas/4.tsr" in page.text) == (200, True, True)
    last = client.get("/transparencia/cabeza.json")
    assert last.data == canonical(heads.head_data(head)) == client.get("/transparencia/cabezas/4.json").data
    assert last.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/transparencia/cabezas/4.tsr").data == b"token"
    assert client.get("/transparencia/cabezas.json").json == {
        "heads": [{**heads.head_data(head), "timestamp": "/transparencia/cabezas/4.tsr"}],
        "next": None,
    }
    shown, discreet = (client.get(f"/transparencia/prueba/{seq}.json").json for seq in (2, 4))
    assert shown is not None
    assert discreet is not None
    assert (check_proof(shown, last.json), check_proof(discreet, last.json)) == (None, None)
    assert ("entry" in shown, "entry" in discreet) == (True, False)
    assert client.get("/transparencia/prueba/5.json").status_code == 404
    assert client.get("/transparencia/prueba/1.json?cabeza=3").status_code == 404
    grow(session, 2, now)
    published(session, now)
    steps = client.get("/transparencia/consistencia/4/6.json").json
    assert check_proof(steps, last.json) is None
    assert client.get("/transparencia/consistencia/4/7.json").status_code == 404
    unstamped = client.get("/transparencia/prueba/1.json").json
    assert unstamped is not None
    assert unstamped["head"]["size"] == 4  # the one with a timestamp goes before


def test_a_third_party_checks_with_the_command_alone(portal: Portal, session: Session, now: datetime, tmp_path: Path) -> None:
    grow(session, 5, now)
    settings = {"PORTAL_HOME": str(portal.settings.home), "PORTAL_DATABASE_URL": portal.settings.database_url}
    here = {**os.environ, **settings}

    def run(*arguments: str, where: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*COMMAND, "ledger", *arguments], env=where, capture_output=True, text=True, check=False)

    head = run("head", "--publish", "--json", where=here)
    assert head.returncode == 0, head.stderr
    (tmp_path / "head.json").write_text(head.stdout)
    (tmp_path / "proof.json").write_text(run("prove", "3", where=here).stdout)
    elsewhere = {**os.environ, "PORTAL_HOME": str(tmp_path / "nothing"), "PORTAL_DATABASE_URL": "postgresql://127.0.0.1:9/none"}
    files = [str(tmp_path / "proof.json"), "--head", str(tmp_path / "head.json")]
    good = run("check-proof", *files, where=elsewhere)
    assert (good.returncode, good.stdout) == (0, "La prueba es correcta.\n")
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "proof.json").write_text((tmp_path / "proof.json").read_text().replace('"number": 2', '"number": 3'))
    assert run("check-proof", *files, where=elsewhere).returncode == 1
    (tmp_path / "proof.json").write_text("no")
    assert run("check-proof", *files, where=elsewhere).returncode == 2
    assert run("verify", "--head", str(tmp_path / "head.json"), where=here).returncode == 0
    rewrite(session, {"number": 9})
    session.execute(delete(LedgerCheckpoint))
    session.commit()
    assert run("verify", where=here).returncode == 0
    found = run("verify", "--head", str(tmp_path / "head.json"), where=here)
    assert (found.returncode, found.stdout) == (
        1,
        "ledger:head:5: La cabeza guardada fuera con 5 entradas no es la del registro: se reescribió la historia.\n",
    )


@pytest.mark.once
def test_a_hundred_thousand_entries_take_three_queries_a_proof(session: Session, now: datetime) -> None:
    size = 100_000
    rows, previous = [], GENESIS
    for seq in range(1, size + 1):
        entry = LedgerEntry(
            seq=seq, at=now.isoformat(), kind="test.fact", subject="agenda:APU/v1", data={}, previous=previous, hash=f"{seq:064x}"
        )
        previous = entry.hash
        rows.append(
            {
                "seq": seq,
                "at": entry.at,
                "kind": entry.kind,
                "subject": entry.subject,
                "data": {},
                "previous": entry.previous,
                "hash": entry.hash,
            }
        )
    session.execute(LedgerEntry.__table__.insert(), rows)
    session.add(LedgerHead(id=1, seq=size, hash=previous))
    session.commit()
    head = published(session, now)
    session.expire_all()
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    started = time.process_time()
    found = heads.proof(session, head, 54_321, with_entry=True)
    took = time.process_time() - started
    assert check_proof(found, heads.head_data(head)) is None
    assert len(found["path"]) == 17
    assert len([one for one in asked if one.startswith("SELECT")]) <= 5
    assert took < 0.5
    assert StoredTree(session, size).root.hex() == head.root

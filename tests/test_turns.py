"""Writers into SQLite enter in the order they came; nobody keeps a turn that is over."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from portal import db
from portal.turns import Turns

pytestmark = pytest.mark.once


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = db.new_engine(f"sqlite:///{tmp_path / 'turns.db'}")
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE entered (who INTEGER)"))
    return made


def test_writers_enter_in_the_order_they_came(engine: Engine) -> None:
    """SQLite's own waiting sleeps between tries, longer each time: who came last is often let in first."""

    def write(who: int) -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO entered VALUES (:who)"), {"who": who})
            time.sleep(0.02)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(8)]
    with engine.begin():
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    with engine.begin() as connection:
        assert connection.scalars(text("SELECT who FROM entered ORDER BY rowid")).all() == list(range(8))


def test_whoever_fails_or_forgets_to_end_gives_the_turn_back(engine: Engine) -> None:
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    forgotten = engine.connect()
    forgotten.execute(text("INSERT INTO entered VALUES (1)"))
    forgotten.close()
    began = time.monotonic()
    other = threading.Thread(target=lambda: engine.connect().execute(text("SELECT 1")))
    other.start()
    other.join()
    assert time.monotonic() - began < 5


def test_a_turn_that_does_not_come_is_given_up_and_passes_the_waiter_by() -> None:
    turns, first, second, third = Turns(), object(), object(), object()
    came: list[bool] = []
    assert turns.take(first, 0)
    assert turns.take(second, 5) is False  # this very thread has it
    tired = threading.Thread(target=lambda: came.append(turns.take(second, 0.01)))
    tired.start()
    tired.join()
    patient = threading.Thread(target=lambda: came.append(turns.take(third, 5)))
    patient.start()
    turns.leave(second)  # not its own to give
    turns.leave(first)
    patient.join()
    assert came == [False, True]

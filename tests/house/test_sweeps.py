"""Two sweeps at the same instant, as when a portal starts: what waits is noted once, and nothing is called a failure."""

import logging
import threading

import pytest
from sqlalchemy.orm import Session

from portal import clock, waiting
from portal.context import Portal


def test_a_sweep_that_another_came_before_is_no_failure(portal: Portal, session: Session, caplog: pytest.LogCaptureFixture) -> None:
    waiting.note(session, [], now=clock.now())  # not committed yet: the other, on PostgreSQL, is let in to note the same
    sweep = threading.Thread(target=portal.queue._note, args=([], []))  # the end of a sweep
    with caplog.at_level(logging.INFO):
        sweep.start()
        sweep.join(1)
        session.commit()
        sweep.join()
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []
    assert waiting.last_sweep(session) is not None

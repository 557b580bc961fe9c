"""Jobs: the queue only carries ids; what it loses, the sweep finds."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from huey.consumer import Consumer
from sqlalchemy.orm import Session

from portal import clock, diagnosis, waiting
from portal.context import Portal
from portal.errors import Misconfigured
from portal.extend.kinds import Diagnosis, JobKind
from portal.jobs import Queue


@dataclass
class Work:
    """A kind of work over rows; fails as often as it is told."""

    rows: set[str] = field(default_factory=lambda: {"1", "2", "3"})
    done: list[str] = field(default_factory=list)
    failures: int = 0

    def run(self, _portal: Portal, identity: str) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("failed half-way")
        self.done.append(identity)
        self.rows.discard(identity)

    def pending(self, _session: Session, _now: datetime) -> list[str]:
        return sorted(self.rows)

    @property
    def kind(self) -> JobKind:
        return JobKind(name="test.work", run=self.run, pending=self.pending)


@pytest.fixture
def work() -> Work:
    return Work()


def queue(url: str, portal: Portal, *kinds: JobKind) -> Queue:
    made = Queue(url)
    made.bind(portal, kinds)
    return made


@pytest.fixture
def consumers() -> Iterator[list[Consumer]]:
    running: list[Consumer] = []
    yield running
    for one in running:
        one.stop(graceful=False)


def start(made: Queue, consumers: list[Consumer]) -> None:
    consumer = Consumer(made.huey, workers=2, periodic=False, initial_delay=0.01, max_delay=0.05)
    consumer._set_signal_handlers = lambda: None
    consumer.start()
    consumers.append(consumer)


def wait_until(*, rows: set[str]) -> None:
    limit = time.monotonic() + 10
    while rows and time.monotonic() < limit:
        time.sleep(0.02)
    assert not rows


def test_a_worker_does_what_is_enqueued(portal: Portal, work: Work, tmp_path: Path, consumers: list[Consumer]) -> None:
    made = queue(f"sqlite:///{tmp_path}/queue.db", portal, work.kind)
    start(made, consumers)
    for identity in ("3", "1", "2"):
        made.enqueue("test.work", identity)
    wait_until(rows=work.rows)
    assert sorted(work.done) == ["1", "2", "3"]


def test_on_postgresql_too(portal: Portal, work: Work, consumers: list[Consumer]) -> None:
    if portal.engine.dialect.name != "postgresql":
        pytest.skip("needs the PostgreSQL of this run")
    made = queue(portal.engine.url.set(drivername="postgresql").render_as_string(hide_password=False), portal, work.kind)
    start(made, consumers)
    made.enqueue("test.work", "1")
    work.rows = {"1"}
    wait_until(rows=work.rows)
    assert work.done == ["1"]


def test_what_was_enqueued_before_a_restart_is_done_after_it(portal: Portal, work: Work, tmp_path: Path, consumers: list[Consumer]) -> None:
    before = queue(f"sqlite:///{tmp_path}/queue.db", portal, work.kind)
    for identity in ("1", "2", "3"):
        before.enqueue("test.work", identity)
    after = queue(f"sqlite:///{tmp_path}/queue.db", portal, work.kind)
    start(after, consumers)
    wait_until(rows=work.rows)
    assert sorted(work.done) == ["1", "2", "3"]


def test_a_queue_that_is_down_stops_nobody_and_the_sweep_finds_the_rows(portal: Portal, work: Work) -> None:
    down = queue("redis://127.0.0.1:9/0", portal, work.kind)
    down.enqueue("test.work", "1")
    assert work.done == []
    up = queue("memory:", portal, work.kind)
    assert up.sweep() == 3
    assert work.done == ["1", "2", "3"]
    assert up.sweep() == 0


def test_work_that_fails_is_found_again(portal: Portal, work: Work) -> None:
    work.failures = 2
    made = queue("memory:", portal, work.kind)
    made.sweep()
    assert work.done == ["3"]
    made.sweep()
    assert work.done == ["3", "1", "2"]


def test_a_kind_that_cannot_list_its_work_does_not_stop_the_others(portal: Portal, work: Work) -> None:
    def broken(_session: Session, _now: datetime) -> list[str]:
        raise RuntimeError("no list")

    made = queue("memory:", portal, JobKind(name="test.broken", run=work.run, pending=broken), work.kind)
    assert made.sweep() == 3
    assert work.done == ["1", "2", "3"]


def test_unknown_work_is_a_mistake_of_the_programmer(portal: Portal) -> None:
    with pytest.raises(KeyError):
        portal.queue.enqueue("test.nothing", 1)


@pytest.mark.parametrize("url", ["amqp://127.0.0.1", "queue.db", ""])
def test_an_unknown_queue_is_refused_by_the_variable_s_name(url: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        Queue(url)
    assert refused.value.text == "PORTAL_QUEUE_URL debe empezar con sqlite:, postgresql:, redis: o memory:."


def test_what_waits_is_remembered_until_it_is_done_and_shown_when_it_waits_too_long(portal: Portal, work: Work, now: datetime) -> None:
    made = queue("memory:", portal, work.kind)
    work.failures = 100
    with time_machine.travel(now, tick=False):
        made.sweep()
    with time_machine.travel(now + waiting.LATE + timedelta(seconds=1), tick=False):
        made.sweep()
        with portal.sessions() as session:
            assert waiting.stuck(session, now=clock.now()) == [waiting.Stuck("test.work", 3, now)]
        line = work_line(portal)
        assert (line.ok, line.sentence) == (False, f"3 de test.work desde {now:%Y-%m-%d %H:%M} UTC")
        work.failures = 0
        made.sweep()
        made.sweep()
        assert work_line(portal).ok is True
    with time_machine.travel(now + 3 * waiting.LATE, tick=False):
        line = work_line(portal)
        assert (line.ok, "nadie lo busca ahora" in line.sentence) == (False, True)


def test_work_that_cannot_be_listed_keeps_its_wait(portal: Portal, work: Work, now: datetime) -> None:
    made = queue("memory:", portal, work.kind)
    work.failures = 100
    made.sweep()
    work.rows = None  # type: ignore[assignment]
    made.sweep()
    with portal.sessions() as session:
        assert [(one.rows, one.kind) for one in waiting.stuck(session, now=now + timedelta(hours=1))] == [(3, "test.work")]


def test_before_anything_ran_nothing_is_wrong(portal: Portal) -> None:
    assert work_line(portal).ok is True


def work_line(portal: Portal) -> Diagnosis:
    return next(one for one in diagnosis.examine(portal) if one.label == "background work")

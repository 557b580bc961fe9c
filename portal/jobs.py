"""Background work over rows. The queue (Huey) only carries a kind and an id; a sweep finds what was left undone."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from sqlalchemy.exc import IntegrityError

from portal import clock, waiting
from portal.errors import Misconfigured
from portal.extend.kinds import JobKind

if TYPE_CHECKING:
    from huey import Huey

    from portal.context import Portal

log = logging.getLogger(__name__)


class Queue:
    """Carries (kind, id) to workers. `url`: sqlite:///file, postgresql://…, redis://…, or memory: (run at once)."""

    def __init__(self, url: str) -> None:
        self.huey = _huey(url)
        self._portal: Portal | None = None
        self._quiet = 0
        self._kinds: dict[str, JobKind] = {}
        self._task: Callable[[str, str], Any] = self.huey.task(name="portal.job")(self._run)
        self.huey.periodic_task(_every_minute, name="portal.sweep")(self.sweep)

    def bind(self, portal: "Portal", kinds: tuple[JobKind, ...]) -> None:
        """Tell the queue what it works for; done once, when the portal is assembled."""
        self._portal, self._kinds = portal, {kind.name: kind for kind in kinds}

    def enqueue(self, kind: str, identity: object) -> None:
        """Ask for work on a row. Call it after the row is committed; if this fails, the sweep finds the row."""
        if kind not in self._kinds:
            raise KeyError(kind)
        try:
            self._task(kind, str(identity))
        except Exception:
            log.exception("the queue does not answer; the sweep will find %s %s", kind, identity)

    def sweep(self) -> int:
        """Enqueue every row whose work is still to do; return how many."""
        if self._portal is None or self._quiet:
            return 0
        found, unlisted = [], []
        with self._portal.sessions() as session:
            for kind in self._kinds.values():
                try:
                    found += [(kind.name, identity) for identity in kind.pending(session, clock.now())]
                except Exception:
                    log.exception("cannot list pending work of %s", kind.name)
                    session.rollback()
                    unlisted.append(kind.name)
        self._note(found, unlisted)
        for name, identity in found:
            self.enqueue(name, identity)
        return len(found)

    def _note(self, found: list[tuple[str, str]], unlisted: list[str]) -> None:
        """Remember since when each row waits; work goes on if this fails."""
        if self._portal is None:
            return
        try:
            with self._portal.sessions() as session:
                waiting.note(session, found, now=clock.now(), unlisted=unlisted)
                session.commit()
        except IntegrityError:
            log.info("another sweep noted at this instant what waits")  # a portal just started sweeps twice
        except Exception:
            log.exception("cannot note what waits")

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold this process's sweeps back, while something writes rows whose work it does itself."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    def drain(self, rounds: int = 20) -> int:
        """Do, in this process and now, all that is pending; return how many rows. For commands and tests."""
        done = 0
        for _ in range(rounds):
            if self._portal is None:
                break
            with self._portal.sessions() as session:
                found = [(kind.name, identity) for kind in self._kinds.values() for identity in kind.pending(session, clock.now())]
            if not found:
                break
            for name, identity in found:
                self._run(name, identity)
            done += len(found)
        return done

    def _run(self, kind: str, identity: str) -> None:
        if self._portal is None or kind not in self._kinds:
            return
        try:
            self._kinds[kind].run(self._portal, identity)
        except Exception:
            log.exception("job %s %s failed; the sweep will try again", kind, identity)


def _every_minute(_at: Any) -> bool:
    return True


def _huey(url: str) -> "Huey":
    from huey import MemoryHuey, RedisHuey, SqliteHuey  # noqa: PLC0415 - commands such as --help do without

    parsed = urlparse(url)
    if parsed.scheme == "memory":
        return MemoryHuey("rubrica", immediate=True, results=False)
    if parsed.scheme == "sqlite":
        return SqliteHuey("rubrica", filename=unquote(parsed.path).replace("//", "/", 1), results=False, timeout=30)
    if parsed.scheme in {"redis", "rediss"}:
        if find_spec("redis") is None:
            raise Misconfigured("PORTAL_QUEUE_URL nombra un servidor Redis y falta su biblioteca: instale rubrica[redis].")
        return RedisHuey("rubrica", url=url, results=False)
    if parsed.scheme in {"postgres", "postgresql"}:
        from huey import PostgresHuey  # noqa: PLC0415

        return PostgresHuey("rubrica", dsn=url, results=False)
    raise Misconfigured("PORTAL_QUEUE_URL debe empezar con sqlite:, postgresql:, redis: o memory:.")

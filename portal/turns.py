"""Lets this process's writers into SQLite in the order they came: SQLite itself polls, and somebody may wait for ever."""

import threading
from collections import deque
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

PATIENCE = 60.0  # seconds; who has waited longer tries all the same, as another process's writers do
_KEY = "turn"


class Turns:
    """A lock whose waiters are served first come, first served; whoever has it need not be the thread that gives it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: object | None = None
        self._thread = 0
        self._waiting: deque[tuple[object, int, threading.Event]] = deque()

    def take(self, token: object, seconds: float) -> bool:
        """Wait for the turn; tell whether it came within so many seconds. A thread does not wait for itself."""
        thread = threading.get_ident()
        with self._lock:
            if self._holder is None:
                self._holder, self._thread = token, thread
                return True
            if self._thread == thread:
                return False
            mine = (token, thread, threading.Event())
            self._waiting.append(mine)
        if mine[2].wait(seconds):
            return True
        with self._lock:
            if self._holder is token:  # it came just now
                return True
            self._waiting.remove(mine)
            return False

    def leave(self, token: object) -> None:
        """Give the turn to the next; nothing happens when it is another's."""
        with self._lock:
            if self._holder is not token:
                return
            if self._waiting:
                self._holder, self._thread, woken = self._waiting.popleft()
                woken.set()
            else:
                self._holder = None


def one_at_a_time(engine: Engine) -> Turns:
    """Have `begin` wait for its turn with this engine, and every end of a transaction give it back."""
    turns = Turns()

    def end(connection: Connection) -> None:
        _give_back(turns, connection.info)

    def returned(_connection: Any, record: Any, _error: Any = None) -> None:
        _give_back(turns, record.info)

    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)
    event.listen(engine, "checkin", returned)
    event.listen(engine, "invalidate", returned)  # a connection given up clears its notes before it comes back
    return turns


def begin_writing(turns: Turns, connection: Connection) -> None:
    """Begin a transaction that writes, when those who came before have ended theirs."""
    token = connection.info[_KEY] = object()
    turns.take(token, PATIENCE)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        _give_back(turns, connection.info)
        raise


def _give_back(turns: Turns, info: dict[Any, Any]) -> None:
    token = info.pop(_KEY, None)
    if token is not None:
        turns.leave(token)

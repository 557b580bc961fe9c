"""Fills the installation with the samples, act by act; killed anywhere and run again, it goes on where it was."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from plugins.demo import plot
from plugins.demo.data.people import SIGN_INS
from plugins.demo.scene import Scene, note, record
from portal import clock
from portal.accounts.actor import ROLES
from portal.accounts.models import Person
from portal.context import Portal
from portal.errors import Conflict
from portal.i18n import N_

log = logging.getLogger(__name__)
LOCK = "demo.lock"


def loaded(portal: Portal) -> bool:
    """Tell whether the samples are all there."""
    return bool(record(portal).get("done"))


def load(portal: Portal, *, now: datetime) -> bool:
    """Load what is missing of the samples; return whether anything was.

    About 30 s the first time. A second call while one is under way waits for it. Raises `Conflict` when the
    installation holds data of its own: samples never mix with it.
    """
    with _alone(portal):
        if loaded(portal):
            return False
        if "begun" not in record(portal) and _in_use(portal):
            raise Conflict(
                N_(
                    "Esta instalación ya tiene personas registradas: los datos de muestra solo se cargan en una vacía. Use otra carpeta (PORTAL_HOME)."
                )
            )
        scene = Scene.of(portal, now)
        note(portal, begun=scene.day, done=False)
        with portal.queue.quiet():
            for act in plot.whole(scene):
                act.do(scene, scene.at(act.days))
                scene.post(scene.at(act.days))
        note(portal, begun=scene.day, done=True)
        log.info("sample data loaded")
        return True


def _in_use(portal: Portal) -> bool:
    with portal.sessions() as session:
        return session.scalar(select(Person.id).limit(1)) is not None


@contextmanager
def _alone(portal: Portal) -> Iterator[None]:
    """Hold the installation's lock: released by the system if this process dies."""
    with portal.settings.file(LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sign_in_lines(public_url: str) -> list[str]:
    """Return what the terminal tells about signing in."""
    width = max(len(one.email) for one in SIGN_INS)
    lines = [f"Datos de muestra. Entre en {public_url}/entrar con un clic, o como:"]
    lines += [f"  {one.email:<{width}}  {ROLES[one.role]}" for one in SIGN_INS]
    return [*lines, f"El correo que saldría se lee en {public_url}/demo/correo"]


_told: list[bool] = []


def untold() -> list[str]:
    """Return ["samples"] until this process has told the terminal how to sign in."""
    return [] if _told else ["samples"]


def say_nothing() -> None:
    """Let this process not tell the terminal: its command does."""
    _told.append(True)


def load_and_tell(portal: Portal) -> None:
    """Load what is missing, in the background of a portal that serves, and print how to sign in; once a process."""
    if _told:
        return
    _told.append(True)
    try:
        load(portal, now=clock.now())
    except Conflict as error:
        print(error.text, flush=True)  # noqa: T201 - for the person who started it
        return
    except BaseException:
        _told.clear()  # the sweep comes again
        raise
    print("\n".join(sign_in_lines(portal.settings.public_url)), flush=True)  # noqa: T201
    portal.queue.sweep()

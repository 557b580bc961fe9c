"""A process that does one act of signing for each line it reads, in a child of its own that may be killed on the way.

Started by test_chaos.py. It imports everything once and touches nothing, so that its children, forked without threads or
open files, begin like a portal that was just restarted. Reads {"name", …, "stop_at"|"patience"}; writes {"said", …}.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from plugins.commitments import evidence, instrument, issuing, keys, signing_acts, stances, taking  # noqa: F401 - imported for the children
from plugins.commitments.models import Commitment
from plugins.commitments.signing import appearance, certify, fonts, sign  # noqa: F401 - as above
from portal import clock
from portal.context import Portal, assemble
from portal.errors import Conflict
from portal.settings import Settings, load

OWN_WORK = "commitments."  # mail is another's work, and would wait for a server here


def issue(portal: Portal, act: dict[str, Any]) -> None:
    """Confirm the positions, if that is still to be done, and issue the document."""
    with portal.sessions() as session:
        commitment = session.get_one(Commitment, act["commitment"])
        if commitment.stances_open:
            stances.confirm(session, now=clock.now(), person_id=act["person"], portal=portal, commitment=commitment)
            session.commit()
    issuing.issue(portal, act["commitment"], now=clock.now())


def sign_one(portal: Portal, act: dict[str, Any]) -> None:
    """Sign, as the page does after it has checked the code."""
    with portal.sessions() as session:
        outcome = signing_acts.sign_slot(portal, session, now=clock.now(), slot_id=act["slot"], person_id=act["person"])
        commitment_id = outcome.revision.commitment_id
        session.commit()
    taking.announce(portal, commitment_id, outcome)


def recover(portal: Portal, _act: dict[str, Any]) -> None:
    """Do what a restarted portal does: all work that rows still ask for."""
    found: list[Any] = []
    for _ in range(6):
        with portal.sessions() as session:
            kinds = [kind for kind in portal.queue._kinds.values() if kind.name.startswith(OWN_WORK)]
            found = [(kind, identity) for kind in kinds for identity in kind.pending(session, clock.now())]
        if not found:
            return
        for kind, identity in found:
            with contextlib.suppress(Conflict):
                kind.run(portal, identity)
    raise AssertionError([(kind.name, identity) for kind, identity in found])


ACTS = {"issue": issue, "sign": sign_one, "last": sign_one, "recover": recover}


def live(settings: Settings, act: dict[str, Any], writing: int) -> None:
    """Be the child: open the portal, do the act, tell, and end. Kills itself at its `stop_at`-th call."""
    count, stop_at = 0, act.get("stop_at")

    def watch(_frame: Any, event: str, _value: Any) -> None:
        nonlocal count
        if event == "call":
            count += 1
            if count == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        portal = assemble(settings)
        keys.authority(portal, now=clock.now())
        sys.setprofile(watch)
        ACTS[act["name"]](portal, act)
        sys.setprofile(None)
        answer = {"said": "done", "calls": count}
    except BaseException:  # noqa: BLE001 - the test is told, and shows it
        sys.setprofile(None)
        answer = {"said": "failed", "trace": traceback.format_exc()}
    os.write(writing, json.dumps(answer).encode())
    os._exit(0)


def have(settings: Settings, act: dict[str, Any]) -> dict[str, Any]:
    """Fork a child for `act`, kill it after `patience` seconds if that was asked, and return what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        live(settings, act, writing)
    os.close(writing)
    timer = threading.Timer(act["patience"], kill, (child,)) if "patience" in act else None
    if timer:
        timer.start()
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    if timer:
        timer.cancel()
        timer.join()
    os.waitpid(child, 0)
    return json.loads(text) if text else {"said": "killed"}


def kill(child: int) -> None:
    """Kill a child that was not waited for yet."""
    os.kill(child, signal.SIGKILL)


def main() -> None:
    """Read acts until there are no more."""
    said = json.loads(sys.argv[1])
    fonts.regular(), fonts.semibold()  # cut to size once, not by each child
    settings = replace(load({}), **{**said, "home": Path(said["home"])}, queue_url="memory:")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(have(settings, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

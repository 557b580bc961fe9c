"""A process is killed (SIGKILL) anywhere while a commitment is issued, signed and published; the next one finishes the work once.

`make chaos` does it 1,000 times; `make test` a few. CHAOS_RUNS and CHAOS_SEED change how often, and which points.
A child is killed either by itself, at its n-th function call (n at random among as many as the act takes), or by its
parent after a random time; what it had told before it died ("signed") must be there afterwards.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import issuing, states, taking
from plugins.commitments.models import Commitment, Process
from portal.accounts.models import Consent
from portal.context import Portal
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.mail import MailMessage
from portal.settings import Settings
from tests.commitments.conftest import PLAN, Signing

RUNS = int(os.environ.get("CHAOS_RUNS", "8"))
Act = dict[str, Any]


@dataclass
class Chaos:
    """Has acts done by processes of their own, and kills them. `mother` (tests/commitments/mortal.py) forks one for each act."""

    mother: subprocess.Popen[str]
    dice: random.Random
    calls: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    told: Counter[str] = field(default_factory=Counter)
    """How the killed acts ended: "killed", or "done" when the kill came too late."""

    def whole(self, act: Act) -> None:
        """Have an act done by a process that nobody kills; learn how long it takes."""
        began = time.perf_counter()
        answer = self.have(act)
        assert answer["said"] == "done", answer.get("trace")
        self.seconds[act["name"]] = time.perf_counter() - began
        self.calls[act["name"]] = answer["calls"]

    def killed(self, act: Act) -> bool:
        """Have an act done and kill who does it; return whether it said before that it was done."""
        self.kills += 1
        if self.dice.random() < 0.7:  # both ways matter: calls reach every line, time reaches the system's calls
            answer = self.have({**act, "stop_at": self.dice.randint(1, self.calls[act["name"]])})
        else:
            answer = self.have({**act, "patience": self.dice.uniform(0, self.seconds[act["name"]])})
        assert answer["said"] in {"killed", "done"}, answer.get("trace")
        self.told[answer["said"]] += 1
        return bool(answer["said"] == "done")

    def have(self, act: Act) -> dict[str, Any]:
        """Send an act to the mother process and return what became of it."""
        assert self.mother.stdin
        assert self.mother.stdout
        self.mother.stdin.write(json.dumps(act) + "\n")
        self.mother.stdin.flush()
        answer: dict[str, Any] = json.loads(self.mother.stdout.readline())
        return answer


def state_of(portal: Portal, commitment_id: int) -> tuple[str, set[int]]:
    """Return the commitment's state and the slots signed, having compared every record of each signature with the others."""
    with portal.sessions() as session:
        commitment = session.get_one(Commitment, commitment_id)
        subject = f"commitment:{commitment.code}"
        facts: dict[str, list[Any]] = defaultdict(list)
        for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.subject == subject).order_by(LedgerEntry.seq)):
            facts[entry.kind].append(entry.data)
        revisions = [one for one in commitment.current_revisions if one.kind != "archive"]
        signed = {slot.id: slot for slot in commitment.slots if slot.signed_at is not None}
        assert [one.number for one in revisions] == list(range(len(revisions)))
        assert sorted(one.slot_id or 0 for one in revisions[1:]) == sorted(signed)
        assert sorted(one["field"] for one in facts[taking.SIGNED]) == sorted(one.field for one in signed.values())
        assert len(facts[issuing.ISSUED]) == (1 if revisions else 0)
        for earlier, later in pairwise([portal.store.get(one.sha256) for one in revisions]):
            assert later.startswith(earlier)
        people = [one.person_id for one in signed.values()]
        consents = session.scalars(select(Consent.person_id).where(Consent.purpose == subject)).all()
        assert sorted(consents) == sorted(one for one in people if one is not None)
        letters = Counter(session.scalars(select(MailMessage.kind).where(MailMessage.about == subject)))
        assert letters["commitment.signed"] == len(signed)
        complete = len(signed) == len(commitment.slots)
        expected = states.COMPLETE if complete else states.PARTLY if signed else states.ISSUED if revisions else states.OPEN
        assert commitment.state == expected
        assert (commitment.constancia_sha256 is not None) == complete
        assert letters["commitment.constancia"] == (len(signed) if complete else 0)
        return commitment.state, set(signed)


@pytest.fixture
def chaos(settings: Settings) -> Iterator[Chaos]:
    seed = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
    print(f"CHAOS_SEED={seed} repeats these choices")  # noqa: T201 - shown when the test fails
    said = {name: str(getattr(settings, name)) for name in ("home", "database_url", "storage_url", "secret_key", "mail_url")}
    mother = subprocess.Popen(
        [sys.executable, "-m", "tests.commitments.mortal", json.dumps(said)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield Chaos(mother, random.Random(seed))  # dice, not secrets
    with mother:
        mother.terminate()


@pytest.mark.slow
def test_killed_anywhere_nothing_is_lost_doubled_or_stuck(
    chaos: Chaos, portal: Portal, session: Session, answered: Callable[..., Signing], process: Callable[..., Process]
) -> None:
    of = process(plan=[PLAN[0], {**PLAN[0], "capacity": "representante"}, PLAN[-1]])

    def road(attempt: Callable[[Act, Callable[[], bool]], None]) -> None:
        """One commitment from its positions to its constancia."""
        signing = answered(of)
        identity, slots = signing.commitment.id, [(one.id, one.person_id) for one in signing.commitment.slots]
        session.rollback()
        attempt(
            {"name": "issue", "commitment": identity, "person": signing.representative.id},
            lambda: state_of(portal, identity)[0] != states.OPEN,
        )
        for slot, person in slots:
            name = "last" if slot == slots[-1][0] else "sign"
            attempt({"name": name, "slot": slot, "person": person}, lambda slot=slot: slot in state_of(portal, identity)[1])  # type: ignore[misc]
        assert state_of(portal, identity)[0] == states.COMPLETE

    def quietly(act: Act, is_done: Callable[[], bool]) -> None:
        chaos.whole(act)
        assert is_done()

    def murderously(act: Act, is_done: Callable[[], bool]) -> None:
        for _ in range(3):
            said = chaos.killed(act)
            assert chaos.have({"name": "recover"})["said"] == "done"
            done = is_done()
            assert done or not said, f"{act} was told as done, and is not"
            if done:
                return
        quietly(act, is_done)

    road(quietly)
    while chaos.kills < RUNS:
        road(murderously)
        print(f"{chaos.kills} of {RUNS}: {dict(chaos.told)}", flush=True)  # noqa: T201 - an hour of silence would look like a hang
    assert audit(portal, session)[1] == []
    assert chaos.told["killed"] > chaos.kills / 3
    print(f"{chaos.kills} processes: {dict(chaos.told)}")  # noqa: T201 - what `make chaos` is run for

"""Any order of signing, refusing, withdrawing, expiring, moving deadlines, reopening and resending, from two clients at once, keeps the rules."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import closing, contacts, issuing, processes, signing_acts, stances, states, taking
from plugins.commitments.models import Commitment, Process
from plugins.commitments.plan import missing
from portal.accounts.models import SignInLink
from portal.context import Portal
from portal.errors import PortalError
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from tests.commitments.conftest import PLAN, Signing

FINAL = {states.DECLINED, states.WITHDRAWN, states.SUPERSEDED}
ACTS = st.sampled_from(["sign 0", "sign 1", "sign 2", "decline", "withdraw", "expire", "more time", "remind", "invite", "reopen", "issue"])


class Client:
    """Does what somebody asks of the portal, in a session of their own; a refusal is an answer like another."""

    def __init__(self, portal: Portal, signing: Signing, now: datetime) -> None:
        self.portal, self.now = portal, now
        self.identity = signing.commitment.id
        self.slots = [(one.id, one.person_id or 0) for one in signing.commitment.slots]

    def do(self, act: str) -> str:
        """Return "done", or the sentence of the refusal."""
        name, _, place = act.partition(" ")
        try:
            if name == "expire":
                return "done" if closing.expire(self.portal, self.identity, now=self.now + timedelta(days=60)) else "nothing to expire"
            if name == "issue":
                return self._issue()
            with self.portal.sessions() as session:
                commitment = session.get_one(Commitment, self.identity)
                self._act(session, commitment, name, place)
                session.commit()
        except PortalError as error:
            return error.text
        return "done"

    def _issue(self) -> str:
        with self.portal.sessions() as session:
            commitment = session.get_one(Commitment, self.identity)
            stances.confirm(session, now=self.now, person_id=self.slots[0][1], portal=self.portal, commitment=commitment)
            session.commit()
        return "done" if issuing.issue(self.portal, self.identity, now=self.now) else "issued by another"

    def _act(self, session: Session, commitment: Commitment, name: str, place: str) -> None:
        by, mailer, given = self.slots[0][1], self.portal.mailer, {"now": self.now, "commitment": commitment}
        if name == "sign":
            slot, person = self.slots[int(place)]
            signing_acts.sign_slot(self.portal, session, now=self.now, slot_id=slot, person_id=person)
        elif name == "decline":
            closing.decline(session, **given, person_id=by, reason="Motivo de muestra.", public=True, mailer=mailer)
        elif name == "withdraw":
            closing.withdraw(session, **given, person_id=by, document="Carta de muestra 1")
        elif name == "more":
            later = self.now + timedelta(days=50)
            processes.move_deadline(session, **given, process=commitment.process, deadline=later, reason="Motivo de muestra.", by=by)
        elif name == "reopen":
            issuing.reopen(session, **given, person_id=by)
        else:
            getattr(contacts, name)(session, **given, mailer=mailer, by=by)


class AnyOrder(RuleBasedStateMachine):
    """One commitment, issued, and what two clients do with it."""

    portal: Portal
    make: Callable[[], Signing]
    now: datetime

    def __init__(self) -> None:
        super().__init__()
        self.client = Client(self.portal, type(self).make(), self.now)
        self.seen: dict[str, Any] = {}

    @rule(act=ACTS)
    def alone(self, act: str) -> None:
        self.client.do(act)

    @rule(acts=st.tuples(ACTS, ACTS))
    def at_once(self, acts: tuple[str, str]) -> None:
        start, told, wrong = threading.Barrier(2), ["", ""], list[BaseException]()

        def run(place: int) -> None:
            start.wait()
            try:
                told[place] = self.client.do(acts[place])
            except BaseException as error:  # noqa: BLE001 - raised again below, where the test sees it
                wrong.append(error)

        threads = [threading.Thread(target=run, args=(place,)) for place in (0, 1)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert wrong == []
        closers = {"sign 0", "decline"}  # the organisation's first signature and its refusal exclude each other
        assert not (set(acts) == closers and told == ["done", "done"])

    @invariant()
    def the_rules_hold(self) -> None:
        with self.portal.sessions() as session:
            commitment = session.get_one(Commitment, self.client.identity)
            signed = {slot.id: slot for slot in commitment.slots if slot.signed_at is not None}
            self._state_fits(commitment, list(signed.values()))
            revisions = commitment.current_revisions
            assert [one.number for one in revisions] == list(range(len(revisions)))
            assert sorted(one.slot_id or 0 for one in revisions[1:]) == sorted(signed)
            assert (revisions[-1].sha256 if revisions else None) == commitment.head_sha256
            chain = [self.portal.store.get(one.sha256) for one in revisions]
            assert all(later.startswith(earlier) for earlier, later in pairwise(chain))
            entries = session.scalars(select(LedgerEntry).where(LedgerEntry.subject == f"commitment:{commitment.code}")).all()
            facts = Counter(one.kind for one in entries)
            fields = [one.data["field"] for one in entries if one.kind == taking.SIGNED]
            assert sorted(fields) == sorted(slot.field for slot in signed.values())
            assert facts[closing.DECLINED] == (commitment.state == states.DECLINED)
            assert facts[closing.WITHDRAWN] == (commitment.state == states.WITHDRAWN)
            purpose = f"commitment:{commitment.id}"
            usable = select(SignInLink.person_id).where(
                SignInLink.purpose == purpose, SignInLink.revoked_at.is_(None), SignInLink.used_at.is_(None)
            )
            assert max(Counter(session.scalars(usable)).values(), default=0) <= 1  # resending replaces, never adds
            self._written_once(commitment, list(signed.values()))

    def _state_fits(self, commitment: Commitment, signed: list[Any]) -> None:
        by_organisation = any(slot.side == "organisation" for slot in signed)
        state, complete = commitment.state, not missing(commitment.slots)
        assert state not in {states.OPEN, states.ISSUED} or not signed
        assert state != states.PARTLY or (signed and not complete)
        assert state != states.COMPLETE or complete
        assert state != states.DECLINED or not by_organisation
        assert state != states.WITHDRAWN or by_organisation
        assert (commitment.completed_at is not None) == complete
        assert (commitment.closed_at is not None) == (state in FINAL | {states.EXPIRED})
        assert (commitment.certified_sha256 is not None) == (bool(commitment.current_revisions) and state != states.OPEN)

    def _written_once(self, commitment: Commitment, signed: list[Any]) -> None:
        now = {slot.field: (slot.signed_at, slot.certificate_sha256) for slot in signed}
        if commitment.completed_at:
            now["complete"] = commitment.completed_at
        if commitment.state in FINAL:
            now["final"] = (commitment.state, commitment.closed_at)
        assert {name: value for name, value in self.seen.items() if now.get(name) != value} == {}
        self.seen = now


@pytest.mark.slow
def test_any_order_keeps_the_rules(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    of = process(plan=[PLAN[0], {**PLAN[0], "capacity": "representante"}, PLAN[1]])

    def make() -> Signing:
        signing = issued(of)
        session.commit()
        return signing

    class Machine(AnyOrder):
        pass

    Machine.portal, Machine.make, Machine.now = portal, staticmethod(make), now  # type: ignore[assignment]
    quiet = settings(max_examples=10, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    run_state_machine_as_test(Machine, settings=quiet)  # type: ignore[no-untyped-call]
    assert audit(portal, session)[1] == []

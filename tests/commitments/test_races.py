"""Many people sign at the same instant: every signature is recorded once, none is lost, the ledger verifies."""

import threading
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from plugins.commitments import keys, signing_acts, taking
from plugins.commitments.models import Process
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from portal.context import Portal
from portal.errors import Conflict, PortalError
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from tests.commitments.conftest import PLAN, Signing, at_rest

PATIENCE = 6  # times a person presses again after "muchas personas firman en este instante", with the same code


def together(portal: Portal, now: datetime, slots: list[tuple[int, int]]) -> list[str]:
    """Sign all `slots` (slot, person) at once, each as one request would; return what each was told."""
    start, told = threading.Barrier(len(slots)), [""] * len(slots)

    def sign(place: int, slot_id: int, person_id: int) -> None:
        start.wait()
        for _ in range(PATIENCE):
            with portal.sessions() as session:
                try:
                    signing_acts.sign_slot(portal, session, now=now, slot_id=slot_id, person_id=person_id)
                    session.commit()
                except Conflict as error:
                    told[place] = error.text
                    if "en este instante" in error.text:
                        continue
                except PortalError as error:
                    told[place] = error.text
                else:
                    told[place] = "done"
                return

    threads = [threading.Thread(target=sign, args=(place, *one)) for place, one in enumerate(slots)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def ledger_of(session: Session, signing: Signing) -> int:
    return session.query(LedgerEntry).filter_by(kind=taking.SIGNED, subject=f"commitment:{signing.commitment.code}").count()


@pytest.mark.slow
def test_ten_people_of_one_group_sign_one_instrument_at_the_same_instant(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    signing = issued(process(plan=[{**PLAN[0], "capacity": "representante"}] * 10))
    slots = [(slot.id, slot.person_id or 0) for slot in signing.commitment.slots]
    session.commit()
    assert together(portal, now, slots) == ["done"] * 10
    commitment = at_rest(session, signing.commitment)
    assert (commitment.state, [one.number for one in commitment.revisions]) == ("complete", list(range(11)))
    assert sorted(one.slot_id or 0 for one in commitment.revisions[1:]) == sorted(slot for slot, _ in slots)
    chain = [portal.store.get(one.sha256) for one in commitment.revisions]
    assert all(later.startswith(earlier) for earlier, later in pairwise(chain))
    found = inspect(chain[-1], trust_roots=read_roots(keys.root_pem(portal) or b""), now=now)
    assert (found.verdict, len(found.signatures)) == ("valid", 11)
    assert ledger_of(session, signing) == 10
    assert audit(portal, session)[1] == []


@pytest.mark.slow
def test_fifty_organisations_sign_their_instruments_at_the_same_instant(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    shared = process(plan=PLAN[:1])
    signings = [issued(shared) for _ in range(50)]
    slots = [(one.commitment.slots[0].id, one.representative.id) for one in signings]
    session.commit()
    assert together(portal, now, slots) == ["done"] * 50
    assert {at_rest(session, one.commitment).state for one in signings} == {"complete"}
    assert [len(one.commitment.revisions) for one in signings] == [2] * 50
    assert [ledger_of(session, one) for one in signings] == [1] * 50
    assert audit(portal, session)[1] == []

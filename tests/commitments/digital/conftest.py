"""An issued commitment whose people have document numbers, and a public key infrastructure that the portal trusts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from plugins.commitments.digital import receiving
from plugins.commitments.digital.isolated import examine_here
from plugins.commitments.digital.models import Reception
from plugins.commitments.models import Process, Slot
from portal.context import Portal
from tests.commitments.conftest import PLAN, Signing, at_rest
from tests.commitments.digital.pki import Pki
from tests.commitments.signing.kit import Holder

NUMBERS = ("40000001", "40000002", "40000003")
ANY = [{**PLAN[0], "method": "any"}, {**PLAN[0], "capacity": "candidato_gobernador", "method": "any"}, {**PLAN[1], "method": "any"}]


@pytest.fixture
def pki(portal: Portal, now: datetime) -> Pki:
    """The infrastructure, trusted by its root, with fresh revocation lists in the operator's folder."""
    made = Pki(now)
    made.trust(portal.settings.home)
    return made


@dataclass
class Outside:
    """An issued commitment, and what its people do with their own certificates."""

    portal: Portal
    session: Session
    signing: Signing
    pki: Pki
    now: datetime

    def holder(self, place: int = 0, **values: Any) -> Holder:
        return self.pki.person(NUMBERS[place], **values)

    def slot(self, place: int = 0) -> Slot:
        return self.signing.commitment.slots[place]

    def head(self) -> bytes:
        return self.portal.store.get(at_rest(self.session, self.signing.commitment).head_sha256 or "")

    def look(self, data: bytes, place: int = 0, **values: Any) -> Any:
        """Judge without recording, and without the cost of a process of its own, which `receive` and the pages pay."""
        at_rest(self.session, self.signing.commitment)
        wanted = receiving.expected_of(self.portal, self.slot(place), **values)
        self.session.commit()
        return receiving.look(self.portal, data, wanted, now=self.now, examine=examine_here)

    def receive(self, data: bytes, place: int = 0, *, publish: bool = False) -> Reception:
        """Judge and record, as the page does."""
        slot, person = self.slot(place), self.signing.people[place]
        wanted = receiving.prepare(self.portal, self.session, now=self.now, slot_id=slot.id, person_id=person.id)
        self.session.commit()
        judgement = receiving.look(self.portal, data, wanted, now=self.now)
        received = receiving.settle(
            self.portal,
            self.session,
            now=self.now,
            person_id=person.id,
            data=data,
            wanted=wanted,
            judgement=judgement,
            publish=publish,
        )
        self.session.commit()
        at_rest(self.session, self.signing.commitment)
        return received.reception


@pytest.fixture
def outside(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], pki: Pki, now: datetime
) -> Outside:
    """Three slots: two of the organisation in parallel, then the Mesa's; everybody's document number is known."""
    signing = issued(process(plan=ANY))
    for person, number in zip(signing.people, NUMBERS, strict=True):
        person.dni = number
        session.add(person)
    session.commit()
    return Outside(portal, session, signing, pki, now)


def codes(judged: Any) -> list[str]:
    return [one["code"] for one in judged.reasons]

"""A process that may be signed in any way, two people of the Mesa, and what its ceremony prints."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process, Slot
from plugins.commitments.paper import printed, printing
from plugins.commitments.paper.marks import Box
from plugins.commitments.signing_acts import sign_slot
from portal.context import Portal
from portal.testing.fixtures import Actors
from tests.commitments.conftest import PLAN, Signing, at_rest
from tests.commitments.paper import desk

ANY_WAY = [{**one, "method": "any"} for one in PLAN]


@dataclass
class Mesa:
    """Two people of the Mesa with accounts of their own, signed in."""

    first: FlaskClient
    second: FlaskClient
    process: Process
    today: str

    @property
    def desk(self) -> str:
        return f"/gestion/compromisos/{self.process.code}/papel"

    def reading(self, commitment: Commitment) -> str:
        return f"/gestion/compromisos/{self.process.code}/{commitment.code}/papel"

    def upload(self, *files: tuple[str, bytes], status: int = 303) -> str:
        import io

        answer = self.first.post(f"{self.desk}/archivos", data={"files": [(io.BytesIO(data), name) for name, data in files]})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return self.first.get(self.desk).get_data(as_text=True) if status == 303 else answer.get_data(as_text=True)

    def read(self, commitment: Commitment, slots: list[Slot], status: int = 303, **more: str) -> str:
        data = {"slots": [str(one.id) for one in slots], "signed_on": self.today, **more}
        answer = self.first.post(self.reading(commitment), data=data)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)


@pytest.fixture
def any_way(process: Callable[..., Process]) -> Process:
    """A process whose every signature may be given in any way."""
    return process(plan=ANY_WAY)


@pytest.fixture
def mesa(session: Session, actors: Actors, any_way: Process, now: datetime) -> Mesa:
    """Two people of the Mesa."""
    agenda = any_way.version.agenda
    session.commit()
    today = now.astimezone(ZoneInfo("America/Lima")).date().isoformat()
    return Mesa(actors.client("staff", agenda), actors.client("coordinator", agenda), any_way, today)


def boxes(portal: Portal, commitment: Commitment) -> dict[str, tuple[int, Box]]:
    return printed.sheets(portal, commitment.certified_sha256 or "").boxes


@pytest.fixture
def on_paper(portal: Portal) -> Callable[..., dict[int, Image.Image]]:
    """Print a commitment's document and sign it by hand: on_paper(commitment, "firma-1", …) → {page: picture}, those that come back."""

    def make(commitment: Commitment, *fields: str, dpi: int = 130, edition: int | None = None) -> dict[int, Image.Image]:
        pdf = printing.print_copy(
            portal.templates,
            portal.store.get(commitment.head_sha256 or ""),
            code=commitment.code,
            edition=edition or commitment.edition,
            public_url=portal.settings.public_url,
            annex=False,
        )
        wanted = printed.sheets(portal, commitment.certified_sha256 or "").wanted
        pages = dict(zip(wanted, desk.printed(pdf, dpi=dpi, pages=list(wanted)), strict=True))
        for seed, field in enumerate(fields, 1):
            page, box = boxes(portal, commitment)[field]
            desk.sign(pages[page], box, seed)
        return pages

    return make


@pytest.fixture
def sign_on_screen(portal: Portal, session: Session, now: datetime) -> Callable[[Signing, int], None]:
    """Sign one slot electronically: sign_on_screen(signing, place)."""

    def sign(signing: Signing, place: int) -> None:
        slot = signing.commitment.slots[place]
        assert slot.person is not None
        sign_slot(portal, session, now=now, slot_id=slot.id, person_id=slot.person.id)
        session.commit()
        at_rest(session, signing.commitment)

    return sign

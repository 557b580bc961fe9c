"""Commitments are found once the public registry links to them, with what it says and no more."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import closing, finding
from plugins.commitments.models import Commitment, Stance
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.search import rebuilding
from portal.search.models import SearchDocument
from portal.testing.fixtures import Installation
from tests.bench.installation import begin
from tests.search.conftest import Look

pytestmark = pytest.mark.settings(plugins=("commitments", "social"))


@pytest.fixture
def commitment(portal: Portal, session: Session, frozen: AgendaVersion, now: datetime, app: object, actors: object) -> Commitment:
    made = Installation.__new__(Installation)
    made.portal, made.session, made.actors = portal, session, actors  # type: ignore[assignment]
    _, found = begin(made, frozen, now, organisations=2, code="P-1")
    session.commit()
    return found[0]


def decline(portal: Portal, session: Session, commitment: Commitment, now: datetime) -> None:
    closing.decline(session, now=now, person_id=1, commitment=commitment, reason="Razón xilófono", public=False, mailer=portal.mailer)
    session.commit()


def test_while_it_is_under_way_it_is_not_found(commitment: Commitment, look: Look) -> None:
    assert look("organizacion P-1") == []


def test_once_declined_it_is_found_without_its_private_reason(
    portal: Portal, session: Session, commitment: Commitment, look: Look, now: datetime
) -> None:
    decline(portal, session, commitment, now)
    name = f"signature:APU-T/{commitment.code}"
    assert (look("organizacion P-1"), look(f'"{commitment.code}"')) == ([name], [name])
    assert look("xilofono") == []


def test_of_a_complete_one_the_observations_are_found(
    portal: Portal, session: Session, commitment: Commitment, look: Look, now: datetime
) -> None:
    session.add(
        Stance(commitment_id=commitment.id, item_code="SOC-01", stance="observa", observation="Más xilófonos", revision=1, saved_at=now)
    )
    session.flush()
    finding.keep(session, commitment.id)
    session.commit()
    assert look("xilofono") == []
    commitment.state, commitment.completed_at = "complete", now
    session.flush()
    session.expire_all()
    finding.keep(session, commitment.id)
    session.commit()
    assert look("xilófono") == [f"signature:APU-T/{commitment.code}"]
    columns = [one for one in SearchDocument.__table__.columns if one.name != "id"]
    before = session.execute(select(*columns).where(SearchDocument.source == "commitments")).all()
    done, failed = rebuilding.rebuild(portal, session)
    assert (done["commitments"], failed) == (1, [])
    assert session.execute(select(*columns).where(SearchDocument.source == "commitments")).all() == before

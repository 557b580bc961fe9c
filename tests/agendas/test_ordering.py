"""Where items stand in the draft."""

import pytest
from sqlalchemy.orm import Session

from portal.agendas import queries, service
from portal.agendas.drafting import reading_order
from portal.agendas.models import Agenda
from portal.errors import Invalid, Stale
from portal.testing.agendas import sample_draft

from .conftest import Bench


@pytest.fixture
def draft(bench: Bench, session: Session) -> Agenda:
    agenda = sample_draft(session, now=bench.now, items=8)
    session.commit()
    return agenda


def _order(session: Session, agenda: Agenda) -> list[str]:
    return [f"{'  ' * depth}{item.code.removeprefix('EJE-')}" for item, depth in reading_order(queries.items(session, agenda.id))]


def test_items_are_read_depth_first(session: Session, draft: Agenda) -> None:
    assert _order(session, draft) == ["01", "  01.1", "  01.2", "02", "  02.1", "  02.2", "03", "  03.1"]


def test_an_item_moves_with_what_hangs_from_it_and_stops_at_the_ends(session: Session, draft: Agenda) -> None:
    assert service.move_item(session, draft, "EJE-02", direction="up")
    assert not service.move_item(session, draft, "EJE-02", direction="up")
    assert _order(session, draft) == ["02", "  02.1", "  02.2", "01", "  01.1", "  01.2", "03", "  03.1"]
    assert service.move_item(session, draft, "EJE-01.1", direction="down")
    assert not service.move_item(session, draft, "EJE-01.1", direction="down")
    assert _order(session, draft)[3:6] == ["01", "  01.2", "  01.1"]


def test_moving_makes_nobodys_edit_stale(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.item(session, draft.id, "EJE-02")
    service.move_item(session, draft, "EJE-02", direction="up")
    assert bench.edit(draft, item, revision=1, text="Texto nuevo").revision == 2


def test_a_new_parent_is_kept_in_the_history(bench: Bench, session: Session, draft: Agenda) -> None:
    above = queries.item(session, draft.id, "EJE-02")
    item = service.place_item(session, draft, "EJE-01.1", revision=1, parent_id=above.id, now=bench.now, person_id=None)
    assert _order(session, draft) == ["01", "  01.2", "02", "  02.1", "  02.2", "  01.1", "03", "  03.1"]
    assert [one.snapshot["parent"] for one in queries.item_revisions(session, item.id)] == ["EJE-02", "EJE-01"]
    with pytest.raises(Stale):
        service.place_item(session, draft, "EJE-01.1", revision=1, parent_id=None, now=bench.now, person_id=None)


def test_nothing_hangs_from_itself_a_stranger_or_a_retired_item(bench: Bench, session: Session, draft: Agenda) -> None:
    child, other = queries.item(session, draft.id, "EJE-01.1"), sample_draft(session, now=bench.now, code="OTRA", items=1)
    stranger = queries.items(session, other.id)[0]
    gone = service.retire_item(session, draft, "EJE-03.1", revision=1, now=bench.now, person_id=None)
    for above in (child.id, stranger.id, gone.id, 10**9):
        with pytest.raises(Invalid) as caught:
            service.place_item(session, draft, "EJE-01", revision=1, parent_id=above, now=bench.now, person_id=None)
        assert list(caught.value.fields) == ["parent"]

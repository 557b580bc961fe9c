"""What the whole demonstration lets be found is kept up by each part's services exactly as each part would make it anew."""

import pytest
from sqlalchemy import select

from portal.context import Portal
from portal.search import rebuilding
from portal.search.models import SearchDocument


@pytest.mark.once
def test_the_index_kept_up_is_the_index_made_anew(demo: Portal) -> None:
    columns = [one for one in SearchDocument.__table__.columns if one.name != "id"]
    with demo.sessions() as session:
        before = [tuple(row) for row in session.execute(select(*columns).order_by(SearchDocument.ref))]
        done, failed = rebuilding.rebuild(demo, session)
        after = [tuple(row) for row in session.execute(select(*columns).order_by(SearchDocument.ref))]
        session.rollback()
    assert failed == []
    assert sum(done.values()) == len(after)
    assert [one for one in after if one not in before] == []
    assert [one for one in before if one not in after] == []
    assert {"core", "commitments", "workplan", "groups", "demands", "drafting", "dialogue", "validation"} == set(done)

"""The plan's calendar, read by another program's parser."""

from datetime import date, datetime
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from plugins.workplan import reporting, service
from plugins.workplan.models import Plan
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))


def _events(data: bytes) -> dict[str, Any]:
    return {one.uid.value: one for one in vobject.readOne(data.decode()).vevent_list}


def test_a_second_parser_reads_it_and_sees_what_moved_and_what_is_gone(session: Session, plan: Plan, actors: Actors, now: datetime) -> None:
    client, by = actors.client(), actors.person().id
    rows = {one.code: one for one in service.rows_of(session, plan)}
    session.commit()
    answer = client.get("/agendas/APU-T/plan.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    first = _events(answer.data)
    assert set(first) == {one.uid for one in rows.values()}
    event = first[rows["P-12"].uid]
    assert (event.dtstart.value, event.dtend.value) == (date(2022, 7, 1), date(2022, 10, 1))
    assert event.summary.value.startswith("P-12 Campaña comunicacional : ferias informativas")
    assert "Equipo MCLCP, y comisiones , medios de comunicación" in event.description.value
    assert event.url.value.endswith("/agendas/APU-T/plan/P-12")
    assert event.status.value == "CONFIRMED"
    moved, gone = rows["P-12"], rows["P-13"]
    reporting.reschedule(session, plan, moved, now=now, revision=1, text="octubre", days=None, reason="Muestra", by=by)
    service.retire(session, plan, gone, now=now, revision=1, by=by)
    session.commit()
    then = _events(client.get("/agendas/APU-T/plan.ics").data)
    assert set(then) == set(first)
    assert (then[moved.uid].dtstart.value, int(then[moved.uid].sequence.value)) == (date(2022, 10, 1), int(event.sequence.value) + 1)
    assert (then[gone.uid].status.value, int(then[gone.uid].sequence.value)) == ("CANCELLED", 1)


def test_what_has_no_days_is_left_out(session: Session, plan: Plan, actors: Actors, now: datetime) -> None:
    client = actors.client()
    service.add(
        session, plan, now=now, cells={"sub_activity": "Algo", "date_text": "por definir"}, after=None, days=None, by=actors.person().id
    )
    session.commit()
    assert len(_events(client.get("/agendas/APU-T/plan.ics").data)) == 18

"""In the room: somebody with a phone registers themselves, without JavaScript, on a page that everybody can use."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups import attending, convening
from plugins.groups.models import Attendance, Group, Meeting
from portal.context import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.once]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_somebody_registers_with_a_phone(
    portal: Portal,
    session: Session,
    group: Group,
    meet: Callable[..., Meeting],
    now: datetime,
    page: "Callable[..., Page]",
    look: Callable[..., list[Any]],
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    meeting = meet(group=group, starts_at=now + timedelta(hours=1))
    convening.convene(portal, session, meeting, now=now, person_id=None)
    attending.open_checkin(session, meeting, now=now, person_id=None)
    path = f"/asistencia/{attending.checkin_code(portal.settings, meeting)}"
    session.commit()
    seen = page("phone")
    for place in (path, f"{path}/listo", "/asistencia/1-0", "/agendas/APU-T/reuniones/R-001"):
        seen.goto(place)
        assert [one["id"] for one in axe.run(seen, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]] == [], (
            place
        )
        assert seen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, place
    phone = page("phone", javascript=False)
    phone.goto(path)
    phone.get_by_label("Nombres y apellidos").fill("Rosa de Muestra")
    phone.get_by_role("button", name="Registrarme").click()
    assert phone.get_by_role("link", name="Elija su sector.").is_visible()
    assert phone.get_by_label("Nombres y apellidos").input_value() == "Rosa de Muestra"
    phone.get_by_label("Sociedad civil").check()
    phone.get_by_role("button", name="Registrarme").click()
    assert phone.get_by_role("heading", name="Asistencia registrada").is_visible()
    rows = look(select(Attendance.name, Attendance.way, Attendance.sector, Attendance.sex))
    assert rows == [("Rosa de Muestra", "qr", "sociedad_civil", None)]

"""The pages of groups and meetings: what each person sees and may do, what is kept when something is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from plugins.groups.meetings import create_meeting
from plugins.groups.models import Attendance, Group, Invitation, Meeting, Member
from plugins.groups.sheet import blank_lines
from portal.agendas import service
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.limits import limiter
from portal.testing.fixtures import Actors

pytestmark = [pytest.mark.once, pytest.mark.settings(plugins=("social", "groups"))]
Look = Callable[..., list[Any]]
HOME = "/gestion/agendas/APU-T"


def test_a_group_is_formed_and_a_meeting_of_it_convened(look: Look, agenda: Agenda, actors: Actors, now: datetime) -> None:
    mesa = actors.client("staff", agenda)
    formed = mesa.post(f"{HOME}/grupos/nuevo", data={"name": "Grupo del agua", "kind": "grupo", "dimension": "social"})
    assert (formed.status_code, formed.location) == (303, f"{HOME}/grupos/G-01")
    for name, email in (("Ana de Muestra", "ana@muestra.example"), ("Beto en Papel", "")):
        added = mesa.post(f"{HOME}/grupos/G-01/integrantes", data={"full_name": name, "email": email, "sector": "estado", "role": "member"})
        assert added.status_code == 303
    when = (now + timedelta(days=3)).strftime("%Y-%m-%dT")
    typed = {
        "title": "Agua",
        "kind": "foro",
        "group": "G-01",
        "starts_at": when + "09:00",
        "ends_at": when + "12:00",
        "place": "Aquí",
        "public": "y",
    }
    made = mesa.post(f"{HOME}/reuniones/nueva", data=typed)
    assert (made.status_code, made.location) == (303, f"{HOME}/reuniones/R-001")
    meeting = look(select(Meeting))[0]
    assert (meeting.code, meeting.state, meeting.starts_at.hour) == ("R-001", "draft", 14)  # 9 in Lima
    assert len(look(select(Invitation.id))) == 2
    assert mesa.get("/agendas/APU-T/reuniones/R-001").status_code == 404
    page = mesa.post(f"{HOME}/reuniones/R-001/convocar", follow_redirects=True).get_data(as_text=True)
    assert "Convocatoria puesta en cola para 1 persona." in page
    assert "Sin correo: avísele por otro medio" in page
    public = mesa.get("/agendas/APU-T/reuniones/R-001").get_data(as_text=True)
    assert ("Agua" in public, "Ana de Muestra" in public, "ana@muestra.example" in public) == (True, False, False)


def test_what_was_typed_is_kept_when_it_cannot_be_used(agenda: Agenda, actors: Actors) -> None:
    mesa = actors.client("staff", agenda)
    typed = {
        "title": "Taller de la costa",
        "kind": "bilateral",
        "starts_at": "2027-05-02T09:00",
        "ends_at": "2027-05-02T08:00",
        "points": "Uno\nDos",
    }
    answer = mesa.post(f"{HOME}/reuniones/nueva", data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "La reunión debe terminar después de empezar." in page
    assert "Elija la organización política con la que es el conversatorio bilateral." in page
    assert ("Taller de la costa" in page, "Uno\nDos" in page.replace("\r", "")) == (True, True)


def test_two_people_edit_one_meeting(look: Look, agenda: Agenda, actors: Actors, meet: Callable[..., Meeting]) -> None:
    meeting, mesa = meet(), actors.client("staff", agenda)
    typed = {"title": "Mío", "kind": "foro", "starts_at": "2027-05-02T09:00", "ends_at": "2027-05-02T10:00", "revision": "1", "place": "A"}
    assert mesa.post(f"{HOME}/reuniones/R-001/editar", data=typed).status_code == 303
    late = mesa.post(f"{HOME}/reuniones/R-001/editar", data={**typed, "title": "Lo que escribió la segunda"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert ("Lo que escribió la segunda" in page, "Lo que guardó la otra persona" in page) == (True, True)
    [meeting] = look(select(Meeting))
    assert meeting.title == "Mío"
    again = mesa.post(f"{HOME}/reuniones/R-001/editar", data={**typed, "title": "Lo que escribió la segunda", "revision": "2"})
    [meeting] = look(select(Meeting))
    assert (again.status_code, meeting.title) == (303, "Lo que escribió la segunda")


def test_a_reader_sees_no_names(agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting]) -> None:
    meet(group=group)
    reader, mesa = actors.client("reader", agenda), actors.client("staff", agenda)
    for path in (f"{HOME}/grupos/G-01", f"{HOME}/reuniones/R-001"):
        assert ("Uno de Muestra" in reader.get(path).get_data(as_text=True)) is False
        assert ("Uno de Muestra" in mesa.get(path).get_data(as_text=True)) is True


def test_a_clash_is_shown_and_nothing_is_sent_until_it_is_confirmed(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting]
) -> None:
    first = meet(group=group, title="La primera")
    meet(group=group, title="La otra", starts_at=first.starts_at + timedelta(hours=2))
    mesa = actors.client("staff", agenda)
    shown = mesa.get(f"{HOME}/reuniones/R-002").get_data(as_text=True)
    assert "«La primera»" in shown
    refused = mesa.post(f"{HOME}/reuniones/R-002/convocar")
    assert (refused.status_code, "Revise la lista y confirme" in refused.get_data(as_text=True)) == (409, True)
    assert look(select(Meeting.state).order_by(Meeting.id)) == ["draft", "draft"]
    mark = shown.split('name="clashes" id="clashes" value="')[1].split('"')[0]
    assert mesa.post(f"{HOME}/reuniones/R-002/convocar", data={"clashes": mark}).status_code == 303
    assert look(select(Meeting.state).order_by(Meeting.id)) == ["draft", "convened"]


def test_of_a_meeting_in_an_agenda_of_others_only_the_clash_is_told(
    session: Session, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    mine = meet(group=group, title="La mía")
    other = service.create_agenda(
        session, code="OTRA", title="Otra", summary="", period_start=2027, period_end=2030, territory_inei="03", now=now
    )
    theirs = create_meeting(
        session, now=now, agenda=other, kind="foro", title="Secreta", starts_at=mine.starts_at, ends_at=mine.ends_at, place="Sala"
    )
    for one in session.scalars(select(Invitation).where(Invitation.meeting_id == mine.id)).all():
        session.add(Invitation(meeting_id=theirs.id, person_id=one.person_id, sector=one.sector, added_at=now))
    session.commit()
    page = actors.client("staff", agenda).get(f"{HOME}/reuniones/R-001").get_data(as_text=True)
    assert "Otra reunión, de una agenda que usted no lleva" in page
    assert "Secreta" not in page
    assert "Secreta" in actors.client("administrator").get(f"{HOME}/reuniones/R-001").get_data(as_text=True)


def test_moving_into_a_clash_is_refused_until_confirmed(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting]
) -> None:
    meet(group=group, title="La primera", starts_at=datetime.fromisoformat("2027-05-02T14:00+00:00"))
    moved = meet(group=group, title="La otra", starts_at=datetime.fromisoformat("2027-05-04T14:00+00:00"))
    mesa = actors.client("staff", agenda)
    mesa.post(f"{HOME}/reuniones/R-002/convocar")
    moved = look(select(Meeting).order_by(Meeting.id))[-1]
    typed = {"title": "La otra", "kind": "grupo", "group": "G-01", "starts_at": "2027-05-02T10:00", "ends_at": "2027-05-02T12:00"}
    typed |= {"place": "Sala", "revision": str(moved.revision)}
    refused = mesa.post(f"{HOME}/reuniones/R-002/editar", data=typed)
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "«La primera»" in page, "2027-05-02T10:00" in page) == (409, True, True)
    moved = look(select(Meeting).order_by(Meeting.id))[-1]
    assert moved.starts_at == datetime.fromisoformat("2027-05-04T14:00+00:00")
    mark = page.split('name="clashes" id="clashes" value="')[1].split('"')[0]
    assert mesa.post(f"{HOME}/reuniones/R-002/editar", data={**typed, "clashes": mark}).status_code == 303
    moved = look(select(Meeting).order_by(Meeting.id))[-1]
    assert (moved.starts_at, moved.sequence) == (datetime.fromisoformat("2027-05-02T15:00+00:00"), 1)


def test_attendance_is_typed_in_from_the_sheet(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meeting = meet(group=group, starts_at=now - timedelta(hours=4))
    mesa = actors.client("staff", agenda)
    invited = look(select(Invitation.id).order_by(Invitation.id))
    typed = {"way": "sheet", "invited": [invited[0]], "rows": "5", "others-1-name": "Eva de Muestra", "others-1-organisation": "Junta"}
    bad = mesa.post(f"{HOME}/reuniones/R-001/asistencia", data=typed)
    page = bad.get_data(as_text=True)
    assert (bad.status_code, 'value="Eva de Muestra"' in page, 'id="others-1-sector-error"' in page) == (422, True, True)
    assert len(look(select(Attendance.id))) == 0
    more = mesa.post(f"{HOME}/reuniones/R-001/asistencia", data={**typed, "more": "1"}).get_data(as_text=True)
    assert ('id="others-9-name"' in more, 'value="Eva de Muestra"' in more) == (True, True)
    good = {**typed, "others-1-sector": "sociedad_civil", "others-1-sex": "mujer"}
    assert mesa.post(f"{HOME}/reuniones/R-001/asistencia", data=good).status_code == 303
    rows = look(select(Attendance.name, Attendance.way, Attendance.sex).order_by(Attendance.id))
    assert rows == [("Uno de Muestra", "sheet", None), ("Eva de Muestra", "sheet", "mujer")]
    again = mesa.post(f"{HOME}/reuniones/R-001/asistencia", data=good, follow_redirects=True).get_data(as_text=True)
    assert "2 ya estaban." in again
    assert len(look(select(Attendance.id))) == 2
    assert meeting.state == "draft"


def test_people_present_register_themselves(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meeting = meet(group=group, starts_at=now + timedelta(hours=1))
    mesa, guest = actors.client("staff", agenda), actors.client()
    mesa.post(f"{HOME}/reuniones/R-001/convocar")
    assert mesa.post(f"{HOME}/reuniones/R-001/qr/abrir", data={"qr-hours": "2"}).status_code == 303
    shown = mesa.get(f"{HOME}/reuniones/R-001/qr").get_data(as_text=True)
    path = "/asistencia/" + shown.split("/asistencia/")[1].split("<")[0]
    assert "<svg" in shown
    page = guest.get(path).get_data(as_text=True)
    assert ("correo" in page, 'type="email"' in page, "Uno de Muestra" in page) == (True, False, False)
    said = {"name": "uno  de muestra", "organisation": "Asociación (muestra)", "sector": "sociedad_civil", "sex": ""}
    assert guest.post(path, data={**said, "sector": ""}).status_code == 422
    for _ in range(2):
        assert guest.post(path, data=said).status_code == 303
    [row] = look(select(Attendance))
    assert (row.way, row.by_id, row.person_id is not None, row.sex) == ("qr", None, True, None)
    other = path.rpartition("-")[0] + "-" + "0" * 32
    assert (guest.get(other).status_code, guest.get("/asistencia/x").status_code, guest.get("/asistencia/99-1").status_code) == (
        410,
        404,
        404,
    )
    mesa.post(f"{HOME}/reuniones/R-001/qr/abrir", data={"qr-hours": "2"})
    assert guest.get(path).status_code == 410  # the code was changed
    [meeting] = look(select(Meeting))
    mesa.post(f"{HOME}/reuniones/R-001/qr/cerrar")
    [meeting] = look(select(Meeting))
    assert meeting.checkin_until is None


def test_who_left_a_group_may_come_back(look: Look, agenda: Agenda, actors: Actors, group: Group, now: datetime) -> None:
    mesa = actors.client("staff", agenda)
    member = look(select(Member).order_by(Member.id))[-1]
    assert mesa.post(f"{HOME}/grupos/G-01/integrantes/{member.id}/retirar").status_code == 303
    assert look(select(Member.until).where(Member.id == member.id)) == [now.date()]
    data = {"full_name": "Tres en Papel", "sector": "academia", "role": "secretary"}
    assert mesa.post(f"{HOME}/grupos/G-01/integrantes", data=data).status_code == 303
    assert look(select(Member.until, Member.sector).order_by(Member.id))[-1] == (None, "academia")
    assert len(look(select(Member.id))) == 3
    assert mesa.post(f"{HOME}/grupos/G-01/integrantes", data=data).status_code == 422


def test_the_lists_cost_the_same_for_one_and_for_many(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], portal: Portal
) -> None:
    mesa = actors.client("staff", agenda)
    counted: list[str] = []
    event.listen(portal.engine, "before_cursor_execute", lambda *given: counted.append(given[2]))

    def cost(path: str) -> int:
        counted.clear()
        assert mesa.get(path).status_code == 200
        return len(counted)

    paths = (f"{HOME}/reuniones", f"{HOME}/grupos", f"{HOME}/reuniones/R-001", "/agendas/APU-T/reuniones", f"{HOME}/grupos/G-01")
    first = meet(group=group)
    for path in paths:
        cost(path)
    before = [cost(path) for path in paths]
    for number in range(12):
        meet(group=group, starts_at=first.starts_at + timedelta(days=number + 1))
    assert [cost(path) for path in paths] == before


def test_somebody_added_later_who_is_expected_elsewhere_is_named(
    agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting]
) -> None:
    first = meet(group=group, title="La primera")
    meet(title="La otra", starts_at=first.starts_at)
    mesa = actors.client("staff", agenda)
    typed = {"invitar-full_name": "Uno", "invitar-email": "uno@muestra.example", "invitar-sector": "estado"}
    page = mesa.post(f"{HOME}/reuniones/R-002/invitados", data=typed, follow_redirects=True).get_data(as_text=True)
    assert "Uno de Muestra está también en APU-T R-001 «La primera» a la misma hora." in page
    again = mesa.post(f"{HOME}/reuniones/R-002/invitados", data=typed)
    assert (again.status_code, "Esa persona ya está invitada." in again.get_data(as_text=True)) == (422, True)


def test_nobody_fills_the_list_from_one_place(
    agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meet(group=group, starts_at=now + timedelta(hours=1))
    mesa = actors.client("staff", agenda)
    mesa.post(f"{HOME}/reuniones/R-001/convocar")
    mesa.post(f"{HOME}/reuniones/R-001/qr/abrir", data={"qr-hours": "1"})
    path = "/asistencia/" + mesa.get(f"{HOME}/reuniones/R-001/qr").get_data(as_text=True).split("/asistencia/")[1].split("<")[0]
    limiter.enabled = True
    limiter.reset()
    try:
        answers = [mesa.get(path).status_code for _ in range(91)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert (answers[:90], answers[90]) == ([200] * 90, 429)


def test_the_sheet_is_a_pdf_of_the_invited(agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting]) -> None:
    meet(group=group)
    answer = actors.client("staff", agenda).get(f"{HOME}/reuniones/R-001/hoja.pdf")
    words = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.data))
    assert answer.mimetype == "application/pdf"
    assert [name in words for name in ("Uno de Muestra", "Tres en Papel", "Firma", "uno@muestra.example")] == [True, True, True, False]
    lines = [int(line) for line in words.split() if line.isdigit() and int(line) < 100]
    assert blank_lines(3) == 30
    assert max(lines) == 33


def test_pressing_twice_does_no_harm(
    look: Look, agenda: Agenda, actors: Actors, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meet(group=group, starts_at=now + timedelta(hours=1))
    meet(group=group, starts_at=now + timedelta(days=9))
    mesa = actors.client("staff", agenda)
    first, other = look(select(Invitation.id).order_by(Invitation.id))[0], look(select(Invitation.id).order_by(Invitation.id))[-1]
    assert mesa.post(f"{HOME}/reuniones/R-001/asistencia", data={"way": "screen", "invited": [first]}).status_code == 303
    [came] = look(select(Attendance.id))
    for path in (f"asistencia/{came}/quitar", f"invitados/{first}/retirar"):
        assert [mesa.post(f"{HOME}/reuniones/R-001/{path}").status_code for _ in range(2)] == [303, 303]
    assert mesa.post(f"{HOME}/reuniones/R-001/invitados/{other}/retirar").status_code == 404
    assert (len(look(select(Attendance.id))), len(look(select(Invitation.id)))) == (0, 5)


@pytest.mark.parametrize(
    "wrong",
    [{"link": "http://[::1"}, {"link": "https://"}, {"starts_at": "9999-12-31T23:59"}, {"organisation": "9" * 30, "kind": "bilateral"}],
)
def test_a_form_that_nobody_would_fill_in_is_answered_with_a_sentence(agenda: Agenda, actors: Actors, wrong: dict[str, str]) -> None:
    typed = {"title": "Agua", "kind": "foro", "starts_at": "2027-05-02T09:00", "ends_at": "2027-05-02T10:00", "place": "Aquí"}
    assert actors.client("staff", agenda).post(f"{HOME}/reuniones/nueva", data=typed | wrong).status_code == 422

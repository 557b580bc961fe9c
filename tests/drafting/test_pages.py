"""The pages of drafting without JavaScript: what they show, what they keep when something is wrong, who may decide."""

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from plugins.drafting import queries, suggesting
from portal.testing.fixtures import Actors

from .conftest import Desk
from .word import Edited

pytestmark = pytest.mark.settings(plugins=("social", "economica", "drafting"))
HOME = "/gestion/agendas/APU-T/redaccion"


@pytest.fixture
def staff(actors: Actors, desk: Desk) -> FlaskClient:
    return actors.client("staff", desk.agenda)


def fields(page: str, within: str) -> dict[str, str]:
    """Return what a browser would send of the form that has `within`."""
    form = next(part.split("</form>")[0] for part in page.split("<form")[1:] if within in part.split("</form>")[0])
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf'\b{one}="([^"]*)"', tag) for one in ("name", "value"))
        if name:
            found[name[1]] = value[1] if value else ""
    found |= {
        name: text.removeprefix("\r\n")
        for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    }
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def test_suggesting_from_the_page_and_accepting_it(staff: FlaskClient, desk: Desk) -> None:
    data = fields(staff.get(f"{HOME}/puntos/ECO-01.1/sugerir").text, 'name="reason"')
    wrong = staff.post(f"{HOME}/puntos/ECO-01.1/sugerir", data={**data, "text": "Nuevo texto.", "reason": ""})
    assert wrong.status_code == 422
    assert (fields(wrong.text, 'name="reason"')["text"], "Diga por qué propone el cambio." in wrong.text) == ("Nuevo texto.", True)
    sent = staff.post(f"{HOME}/puntos/ECO-01.1/sugerir", data={**data, "text": "Nuevo texto.", "reason": "Más corto."})
    assert (sent.status_code, sent.location) == (303, f"{HOME}/sugerencias/S-001")
    before = desk.seen("ECO-01.1").content
    page = staff.get(sent.location).text
    assert "<ins>" in page
    done = staff.post(f"{HOME}/sugerencias/S-001/aceptar", data=fields(page, 'name="note"'))
    assert done.status_code == 303
    after = desk.seen("ECO-01.1").content
    assert after == {**before, "text": "Nuevo texto."}  # indicators, alignments and own fields stay
    assert "Aceptada" in staff.get(f"{HOME}/sugerencias?estado=accepted").text


def test_accepting_what_changed_meanwhile_shows_three_texts_and_keeps_what_was_typed(staff: FlaskClient, desk: Desk) -> None:
    item = desk.seen("SOC-01")
    suggesting.suggest(
        desk.session,
        desk.portal.registry,
        desk.agenda,
        "SOC-01",
        content={**item.content, "text": "Lo sugerido."},
        reason="Sí.",
        now=desk.now,
        person_id=None,
    )
    desk.session.commit()
    data = fields(staff.get(f"{HOME}/sugerencias/S-001").text, 'name="note"')
    desk.edit("SOC-01", text="Lo que otra persona escribió.")
    answer = staff.post(f"{HOME}/sugerencias/S-001/aceptar", data={**data, "text": "Lo sugerido, ajustado.", "note": "Bien."})
    assert answer.status_code == 409
    assert "los tres textos" in answer.text
    again = fields(answer.text, 'name="note"')
    assert (again["text"], again["note"]) == ("Lo sugerido, ajustado.", "Bien.")
    assert desk.seen("SOC-01").content["text"] == "Lo que otra persona escribió."
    assert staff.post(f"{HOME}/sugerencias/S-001/aceptar", data=again).status_code == 303
    assert desk.seen("SOC-01").content["text"] == "Lo sugerido, ajustado."


def test_a_delegate_decides_only_in_their_dimension_and_a_reader_never(actors: Actors, desk: Desk) -> None:
    item = desk.item("SOC-01")
    suggesting.suggest(
        desk.session,
        desk.portal.registry,
        desk.agenda,
        "SOC-01",
        content={**item.content, "text": "X."},
        reason="Sí.",
        now=desk.now,
        person_id=None,
    )
    desk.session.commit()
    for role, dimension, status in (("reader", None, 403), ("delegate", "economica", 403), ("delegate", "social", 303)):
        client = actors.client(role, desk.agenda, dimension=dimension)
        assert ("Por qué no se acepta" in client.get(f"{HOME}/sugerencias/S-001").text) == (status == 303)
        assert client.post(f"{HOME}/sugerencias/S-001/rechazar", data={"reason": "No."}).status_code == status


def test_a_file_goes_out_and_comes_back_through_the_pages(staff: FlaskClient, desk: Desk) -> None:
    answer = staff.get(f"{HOME}/word/agenda.docx")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="APU-T-borrador.docx"'
    file = Edited(answer.data)
    file.replace("SOC-02", "muestra", "ejemplo")
    file.delete_item("ECO-02")
    file.paragraph_after("SOC-01", "Un punto nuevo sobre riego.")
    data = file.done()
    sent = staff.post(f"{HOME}/word", data={"file": (io.BytesIO(data), "Mi versión.docx"), "note": "De la comisión."})
    assert (sent.status_code, sent.location) == (303, f"{HOME}/word/W-001")
    page = staff.get(sent.location).text
    assert "<del>" in page
    assert "Texto que no pertenece a ningún punto" in page
    assert "ECO-02. Siguen en el borrador" in page
    assert queries.suggestions(desk.session, desk.agenda.id)[1] == 0
    desk.session.commit()
    assert staff.get(f"{HOME}/word/W-001/original.docx").data == data
    assert staff.post(f"{HOME}/word/W-001/guardar").status_code == 303
    assert staff.post(f"{HOME}/word/W-001/guardar").status_code == 409
    assert "S-001" in staff.get(f"{HOME}/word/W-001").text
    new = fields(staff.get(f"{HOME}/punto-nuevo?texto=W-001.0&dimension=social").text, 'name="parent"')
    assert (new["text"], new["code"]) == ("Un punto nuevo sobre riego.", "SOC-03")
    own = {name: value or "Salud" for name, value in new.items()} | {"parent": "", "responsible": ""}
    made = staff.post(f"{HOME}/punto-nuevo?texto=W-001.0&dimension=social", data=own)
    assert (made.status_code, made.location) == (303, f"{HOME}/word/W-001")
    assert desk.seen("SOC-03").content["text"] == "Un punto nuevo sobre riego."
    assert "Con este texto se hizo SOC-03." in staff.get(f"{HOME}/word/W-001").text


@pytest.mark.parametrize(("name", "data"), [("a.docx", b"no es Word"), ("", b"")])
def test_a_file_that_cannot_be_read_is_said_beside_its_field(staff: FlaskClient, desk: Desk, name: str, data: bytes) -> None:
    answer = staff.post(f"{HOME}/word", data={"file": (io.BytesIO(data), name), "note": "De la comisión."})
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert fields(answer.text, 'name="note"')["note"] == "De la comisión."


def test_a_section_moves_by_its_owner_and_a_stale_move_is_said(actors: Actors, staff: FlaskClient, desk: Desk) -> None:
    owner = actors.grant(actors.person("Dueña de muestra"), "delegate", desk.agenda, dimension="social")
    made = staff.post(f"{HOME}/secciones/nueva", data={"part": "social|", "owners": [str(owner.id)]})
    assert (made.status_code, made.location) == (303, f"{HOME}/secciones/RED-01")
    assert staff.post(f"{HOME}/secciones/nueva", data={"part": "social|"}).status_code == 409
    assert staff.post(f"{HOME}/secciones/nueva", data={"part": "nada|"}).status_code == 422
    client = actors.signed_in(owner)
    data = fields(client.get(made.location).text, 'name="state"')
    assert client.post(f"{made.location}/estado", data={**data, "state": "writing"}).status_code == 303
    stale = staff.post(f"{made.location}/estado", data={**data, "state": "ready", "note": "Lo escrito."})
    assert stale.status_code == 409
    assert fields(stale.text, 'name="state"')["note"] == "Lo escrito."
    other = actors.client("delegate", desk.agenda, dimension="economica")
    assert other.post(f"{made.location}/estado", data={**data, "state": "ready"}).status_code == 403
    assert staff.post(f"{made.location}/responsables", data={"leaving": str(owner.id)}).status_code == 303
    assert "Ya no responde Dueña de muestra" in staff.get(made.location).text


def test_any_two_wordings_are_compared(staff: FlaskClient, client: FlaskClient, desk: Desk) -> None:
    assert "Todavía no hay una versión congelada" in staff.get(f"{HOME}/comparar").text
    for text in ("Texto uno.", "Texto dos.", "Texto tres."):
        desk.edit("SOC-01", text=text)
        desk.freeze()
    desk.edit("SOC-01", text="Texto cuatro.")

    def differs(page: str) -> tuple[list[str], list[str]]:
        shown = [re.sub(r"<span.*?</span>", "", one) for one in re.findall(r"<(?:del|ins)>.*?</(?:del|ins)>", page)]
        return tuple([re.sub(r"<.*?>", "", one) for one in shown if one.startswith(f"<{tag}")] for tag in ("del", "ins"))  # type: ignore[return-value]

    assert differs(client.get("/agendas/APU-T/comparar?de=1&a=3").text) == (["uno"], ["tres"])
    assert differs(client.get("/agendas/APU-T/comparar?de=3&a=1").text) == (["tres"], ["uno"])
    assert differs(client.get("/agendas/APU-T/comparar").text) == (["dos"], ["tres"])
    assert differs(staff.get(f"{HOME}/comparar?de=2&a=borrador").text) == (["dos"], ["cuatro"])
    assert "Las dos versiones dicen lo mismo." in client.get("/agendas/APU-T/comparar?de=2&a=2").text
    assert client.get("/agendas/APU-T/comparar?de=1&a=9").status_code == 404


def test_lists_cost_the_same_however_long(make_desk: Callable[..., Desk], actors: Actors) -> None:
    desk = make_desk(items=24)
    client = actors.client("staff", desk.agenda)

    def cost(address: str) -> int:
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(desk.portal.engine, "before_cursor_execute", listen)
        assert client.get(address).status_code == 200
        event.remove(desk.portal.engine, "before_cursor_execute", listen)
        return len(statements)

    def grow(many: int) -> None:
        for number in range(many):
            item = desk.item("SOC-01")
            suggesting.suggest(
                desk.session,
                desk.portal.registry,
                desk.agenda,
                "SOC-01",
                content={**item.content, "text": f"Otra {number}."},
                reason="Sí.",
                now=desk.now,
                person_id=None,
            )
        desk.session.commit()

    grow(1)
    places = (f"{HOME}/sugerencias", HOME, "/gestion/agendas/APU-T")
    few = [cost(one) for one in places]
    grow(40)
    assert [cost(one) for one in places] == few
    page = client.get(f"{HOME}/sugerencias?pagina=2")
    assert len(re.findall(r'sugerencias/S-\d+"', page.text)) == 11

"""What strangers may try: words in what is not shown, damaged files, control characters, links of another agenda."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.dialogue import moderating
from plugins.dialogue.attachments import Upload, checked
from plugins.dialogue.models import Contribution, Reply
from portal.errors import Invalid
from portal.testing.fixtures import Actors
from tests.dialogue.conftest import Dialogue, Mailbox, path_in

Form = Callable[..., dict[str, Any]]


def test_a_word_does_not_tell_what_a_withheld_contribution_says(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    shown = dialogue.said("El agua no llega.", published=True)
    hidden = dialogue.said("Llame a la vecina al 987654321.")
    moderating.withhold(
        dialogue.session,
        dialogue.portal.mailer,
        now=dialogue.now,
        contribution=hidden,
        revision=hidden.revision,
        kind="personal",
        reason="Tiene un teléfono.",
        person_id=None,
    )
    dialogue.session.commit()
    codes = shown.code, hidden.code
    assert all(code in nobody.get(f"{dialogue.public}/aportes").text for code in codes if code)
    found = [nobody.get(f"{dialogue.public}/aportes{kind}?q={word}").text for kind in ("", ".csv") for word in ("987654321", "agua")]
    assert ["A-0002" in page for page in found] == [False] * 4
    assert ["A-0001" in page for page in found] == [False, True] * 2
    assert "A-0002" in actors.signed_in(dialogue.coordinator).get(f"{dialogue.staff}?q=987654321").text


@pytest.mark.once
def test_a_document_whose_bytes_are_damaged_is_refused_with_a_sentence() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("[Content_Types].xml", "x" * 500)
        folder.writestr("word/document.xml", "y" * 500)
    data = bytearray(whole.getvalue())
    start = data.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    data[start : start + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(Invalid, match="dañado"):
        checked([Upload("aporte.docx", bytes(data))])


def test_control_characters_lose_nothing(dialogue: Dialogue, actors: Actors, nobody: FlaskClient, form: Form) -> None:
    person = actors.signed_in(actors.person())
    staff = actors.signed_in(dialogue.coordinator)
    for name, value in (("text", "Falta\0 agua."), ("name", "Ana\0"), ("wording", "a\0b"), ("place", "SOC\0"), ("kind", "x\0")):
        assert person.post(f"{dialogue.public}/aportar", data=form(**{name: value})).status_code in {303, 422}, name
    assert nobody.post(f"{dialogue.public}/aportar", data=form(email="a\0@muestra.example")).status_code in {303, 422}
    for place in (f"{dialogue.public}/aportes", f"{dialogue.public}/aportes.csv"):
        for name in ("q", "sobre", "tipo", "estado", "respuesta", "asignado", "pagina"):
            assert nobody.get(f"{place}?{name}=%00agua").status_code in {200, 404}, name
    for path in (
        "agendas/APU%00",
        "agendas/APU%00/consultas",
        f"agendas/{dialogue.code}/consultas/C%00",
        f"agendas/{dialogue.code}/aportes/A%00",
        f"agendas/{dialogue.code}/aportes/confirmar/a%00",
        f"agendas/{dialogue.code}/aportes/propio/a%00.b",
        f"agendas/{dialogue.code}/puntos/SOC%00",
    ):
        assert nobody.get(path).status_code == 404, path
    one = f"{dialogue.staff}/aportes/A-0001"
    assert (
        staff.post(f"{one}/moderar", data={"act": "withhold", "revision": 1, "reason_kind": "spam", "reason": "Por\0 esto."}).status_code
        == 303
    )
    assert staff.post(f"{one}/moderar", data={"act": "publish", "revision": 2}).status_code == 303
    answer = {"aporte": "A-0001:3", "verdict": "rejected", "reason": "No\0.", "items": "SOC-01\0"}
    assert staff.post(f"{dialogue.staff}/respuesta", data=answer).status_code in {303, 422}
    answer["items"] = ""
    assert staff.post(f"{dialogue.staff}/respuesta", data=answer).status_code in {303, 409}
    assert person.post(f"/agendas/{dialogue.code}/aportes/A-0001/replica", data={"text": "Sigo\0 igual."}).status_code == 303
    assert staff.post(f"{one}/replica", data={"act": "withhold", "reason": "Por\0."}).status_code == 303
    assert staff.get(f"{dialogue.staff}?q=%00a").status_code == 200
    edit = {
        "revision": "1",
        "title": "T\0",
        "purpose": "P\0",
        "opens_at": "2030-01-01T10:00",
        "closes_at": "2030-02-01T10:00",
        "reason": "x\0",
    }
    assert staff.post(f"{dialogue.staff}/editar", data=edit).status_code in {303, 422}
    assert [one.text for one in dialogue.read(select(Reply))] == ["Sigo igual."]
    said = dialogue.read(select(Contribution).order_by(Contribution.id))
    assert [one.author.name for one in said if one.author and one.author.name] == ["Ana"]


def test_a_link_of_another_agenda_opens_and_confirms_nothing(
    dialogue: Dialogue, nobody: FlaskClient, form: Form, mailbox: tuple[Mailbox, int]
) -> None:
    nobody.post(f"{dialogue.public}/aportar", data=form(email="vecina@muestra.example"))
    link = path_in(mailbox[0].messages[0], r"/agendas/\S+/aportes/confirmar/\S+")
    elsewhere = link.replace(f"/agendas/{dialogue.code}/", "/agendas/OTRA-1/")
    assert [nobody.get(elsewhere).status_code, nobody.post(elsewhere).status_code] == [404, 404]
    assert "Falta agua" not in nobody.get(elsewhere).text
    assert [one.state for one in dialogue.read(select(Contribution))] == ["unverified"]
    assert nobody.post(link).status_code == 303

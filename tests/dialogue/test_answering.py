"""Moderation that is never silent, answers with their reasons and changes, and dissent that stays in sight."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.dialogue import contributing
from plugins.dialogue.models import Answer, Change, Contribution, Moderation
from portal.agendas.models import Item
from portal.testing.fixtures import Actors
from portal.threads.models import ThreadLink
from tests.dialogue.conftest import Dialogue, Mailbox, path_in, words


def moderate(dialogue: Dialogue, actors: Actors, one: Contribution, **values: object) -> int:
    client = actors.signed_in(dialogue.coordinator)
    address = f"{dialogue.staff}/aportes/{one.code}/moderar"
    return client.post(address, data={"revision": one.revision, **values}).status_code


def test_what_is_withheld_is_counted_and_its_reason_is_for_everybody(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    one = dialogue.said("Fulano es un insulto de muestra.", name="Quien insulta")
    assert moderate(dialogue, actors, one, act="withhold", reason_kind="", reason="") == 422
    assert moderate(dialogue, actors, one, act="withhold", reason_kind="insult", reason="Insulta a una persona.") == 303
    for address in (f"/agendas/{dialogue.code}/aportes/A-0001", f"{dialogue.public}/aportes", f"{dialogue.public}/aportes.csv"):
        page = nobody.get(address).text
        assert "Fulano" not in page
        assert "Quien insulta" not in page
        assert "Insulta a una persona." in page
    assert "insulta o amenaza a alguien (1)" in nobody.get(f"{dialogue.public}/aportes").text
    [act] = dialogue.read(select(Moderation))
    assert (act.act, act.reason, act.by_id) == ("withheld", "Insulta a una persona.", dialogue.coordinator.id)
    [fresh] = dialogue.read(select(Contribution))
    assert moderate(dialogue, actors, fresh, act="publish") == 303  # a decision can be mended, and that is on record too
    assert "Fulano" in nobody.get(f"/agendas/{dialogue.code}/aportes/A-0001").text
    assert [one.act for one in dialogue.read(select(Moderation).order_by(Moderation.id))] == ["withheld", "published"]


def test_two_who_moderate_at_once_decide_once(dialogue: Dialogue, actors: Actors) -> None:
    one = dialogue.said()
    assert moderate(dialogue, actors, one, act="publish") == 303
    client = actors.signed_in(dialogue.coordinator)
    data = {"act": "withhold", "revision": 1, "reason_kind": "other", "reason": "Lo que yo había escrito."}
    late = client.post(f"{dialogue.staff}/aportes/A-0001/moderar", data=data)
    assert late.status_code == 409
    assert "Otra persona atendió este aporte antes" in late.text
    assert "Lo que yo había escrito." in late.text
    assert [one.state for one in dialogue.read(select(Contribution))] == ["published"]


def test_an_answer_names_what_changed_and_ties_it(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    one = dialogue.said(published=True)
    client = actors.signed_in(dialogue.coordinator)
    typed = {
        "aporte": f"A-0001:{one.revision}",
        "verdict": "accepted",
        "reason": "Tiene razón.",
        "items": "soc-01, SOC-01.2",
        "version": "",
    }
    assert client.post(f"{dialogue.staff}/respuesta", data=typed).status_code == 303
    [answer] = dialogue.read(select(Answer))
    revisions = {item.code: item.revision for item in dialogue.read(select(Item))}
    changes = dialogue.read(select(Change).where(Change.answer_id == answer.id))
    assert [(one.item_code, one.revision) for one in changes] == [("SOC-01", revisions["SOC-01"]), ("SOC-01.2", revisions["SOC-01.2"])]
    code = dialogue.code
    links = [(one.source, one.relation, one.target) for one in dialogue.read(select(ThreadLink).order_by(ThreadLink.id))]
    assert links == [
        (f"answer:{code}/A-0001", "answers", f"contribution:{code}/A-0001"),
        (f"contribution:{code}/A-0001", "changed", f"item:{code}/SOC-01"),
        (f"contribution:{code}/A-0001", "changed", f"item:{code}/SOC-01.2"),
    ]
    page = nobody.get(f"{dialogue.public}/aportes").text
    assert "Tiene razón." in page
    assert "Cambió SOC-01.2 en el borrador" in page


@pytest.mark.once
def test_an_answer_that_cannot_be_given_is_kept_as_typed(dialogue: Dialogue, actors: Actors) -> None:
    one, client = dialogue.said(published=True), actors.signed_in(dialogue.coordinator)
    usual = {"aporte": f"A-0001:{one.revision}", "verdict": "accepted", "reason": "Tiene razón.", "items": "SOC-01", "version": ""}
    wrong: dict[str, dict[str, str]] = {
        "Elija la respuesta.": {"verdict": ""},
        "Escriba el motivo de la respuesta.": {"reason": " "},
        "En la agenda no hay un punto XYZ-9.": {"items": "SOC-01, XYZ-9"},
        "Un aporte que no se acepta no causa cambios.": {"verdict": "rejected"},
        "El motivo tiene 6001 caracteres y el límite es 6000.": {"reason": "a" * 6001},
    }
    for sentence, values in wrong.items():
        answer = client.post(f"{dialogue.staff}/respuesta", data={**usual, **values})
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence
        assert {**usual, **values}["reason"].strip() in answer.text
        assert {**usual, **values}["items"] in answer.text
    assert dialogue.read(select(Answer)) == []


def test_many_alike_are_answered_at_once_all_or_none(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    made = [dialogue.said(f"Más agua {n}", published=True) for n in range(3)]
    waits = dialogue.said("Más agua todavía")
    client = actors.signed_in(dialogue.coordinator)
    marked = client.post(f"{dialogue.staff}/lote", data={"act": "answer", "aporte": [one.code for one in made]})
    form = client.get(marked.headers["Location"]).text
    assert form.count('name="aporte"') == 3
    typed = {"verdict": "rejected", "reason": "No alcanza el presupuesto.", "items": "", "version": ""}
    all_four = [f"{one.code}:{one.revision}" for one in (*made, waits)]
    refused = client.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": all_four})
    assert (refused.status_code, "El aporte A-0004 no está publicado" in refused.text) == (409, True)
    assert dialogue.read(select(Answer)) == []
    assert client.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": all_four[:3]}).status_code == 303
    assert len({one.batch for one in dialogue.read(select(Answer))}) == 1
    assert "La misma respuesta se dio a 3 aportes parecidos." in nobody.get(f"/agendas/{dialogue.code}/aportes/A-0002").text
    stale = client.post(f"{dialogue.staff}/respuesta", data={**typed, "reason": "Otra respuesta.", "aporte": all_four[:1]})
    assert (stale.status_code, "Otra respuesta." in stale.text, "Ya respondido: no aceptado" in stale.text) == (409, True, True)


def test_the_marked_are_published_and_assigned_together(dialogue: Dialogue, actors: Actors) -> None:
    codes = [dialogue.said(f"Texto {n}").code for n in range(2)]
    client = actors.signed_in(dialogue.coordinator)
    assert (
        "Publicados: 2 aportes."
        in client.post(f"{dialogue.staff}/lote", data={"act": "publish", "aporte": codes}, follow_redirects=True).text
    )
    client.post(f"{dialogue.staff}/lote", data={"act": "assign", "aporte": codes, "person": dialogue.coordinator.id})
    assert {(one.state, one.assigned_id) for one in dialogue.read(select(Contribution))} == {("published", dialogue.coordinator.id)}
    stranger = actors.person()
    client.post(f"{dialogue.staff}/lote", data={"act": "assign", "aporte": codes, "person": stranger.id})
    assert {one.assigned_id for one in dialogue.read(select(Contribution))} == {dialogue.coordinator.id}
    assert "A-0002" in client.get(f"{dialogue.staff}?asignado=yo").text


@pytest.mark.settings(plugins=("social", "ambiental", "dialogue"))
def test_a_delegate_answers_in_their_dimension_only(dialogue: Dialogue, actors: Actors) -> None:
    dialogue.said("De lo social", published=True)
    dialogue.said("De todo", item="", published=True)
    client = actors.client("delegate", dialogue.consultation.agenda, dimension="social")
    other = actors.client("delegate", dialogue.consultation.agenda, dimension="ambiental")
    typed = {"verdict": "partial", "reason": "En parte.", "items": "", "version": ""}
    assert other.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": "A-0001:2"}).status_code == 403
    assert client.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": "A-0002:2"}).status_code == 403
    assert client.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": ["A-0001:2", "A-0002:2"]}).status_code == 403
    assert client.post(f"{dialogue.staff}/lote", data={"act": "publish", "aporte": "A-0001"}).status_code == 403
    assert client.post(f"{dialogue.staff}/respuesta", data={**typed, "aporte": "A-0001:2"}).status_code == 303


def test_whoever_disagrees_says_so_once_and_it_stands_beside_the_answer(
    dialogue: Dialogue, actors: Actors, nobody: FlaskClient, mailbox: tuple[Mailbox, int]
) -> None:
    dialogue.session.commit()
    form = {"kind": "opposition", "place": "SOC-01", "text": "Me opongo.", "name": "", "email": "v@muestra.example"}
    nobody.post(f"{dialogue.public}/aportar", data=form)
    nobody.post(path_in(mailbox[0].messages[0], r"/agendas/\S+confirmar/\S+"))
    [one] = dialogue.read(select(Contribution))
    moderate(dialogue, actors, one, act="publish")
    staff = actors.signed_in(dialogue.coordinator)
    typed = {"aporte": "A-0001:2", "verdict": "rejected", "reason": "La norma no lo permite.", "items": "", "version": ""}
    assert staff.post(f"{dialogue.staff}/respuesta", data=typed).status_code == 303
    told = mailbox[0].to("v@muestra.example")[-1]
    assert "Respuesta a su aporte A-0001" in str(told["Subject"])
    for kind in ("plain", "html"):
        assert "La norma no lo permite." in words(told, kind)
        assert "No aceptado" in words(told, kind)
    own = path_in(told, r"/agendas/\S+propio/\S+")
    assert "Mantengo mi desacuerdo" in nobody.get(own).text
    assert nobody.post(f"{own}/replica", data={"text": ""}).status_code == 422
    assert nobody.post(f"{own}/replica", data={"text": "La norma sí lo permite, en su artículo 5."}).status_code == 303
    assert nobody.post(f"{own}/replica", data={"text": "Y otra cosa."}).status_code == 409
    assert "artículo 5" not in nobody.get(f"{dialogue.public}/aportes").text  # not read yet
    staff.post(f"{dialogue.staff}/aportes/A-0001/replica", data={"act": "publish"})
    page = nobody.get(f"{dialogue.public}/aportes?respuesta=rejected").text
    assert "artículo 5" in page
    assert "Me opongo." in page


def test_an_answer_that_is_mended_leaves_the_earlier_one_in_sight(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    dialogue.said(published=True)
    client = actors.signed_in(dialogue.coordinator)
    for revision, verdict, reason in ((2, "rejected", "Primero dijimos que no."), (3, "accepted", "Ahora decimos que sí.")):
        data = {"aporte": f"A-0001:{revision}", "verdict": verdict, "reason": reason, "items": "", "version": ""}
        assert client.post(f"{dialogue.staff}/respuesta", data=data).status_code == 303
    page = nobody.get(f"/agendas/{dialogue.code}/aportes/A-0001").text
    assert page.index("Ahora decimos que sí.") < page.index("Respuesta anterior: no aceptado") < page.index("Primero dijimos que no.")
    rows = nobody.get(f"{dialogue.public}/aportes.csv").text.splitlines()
    assert len(rows) == 2
    assert "Ahora decimos que sí." in rows[1]


def test_what_was_taken_back_cannot_be_published(dialogue: Dialogue, actors: Actors) -> None:
    one = dialogue.said("Me arrepiento")
    contributing.withdraw(dialogue.session, now=dialogue.now, contribution=one)
    dialogue.session.commit()
    assert moderate(dialogue, actors, one, act="publish") == 409
    [kept] = dialogue.read(select(Contribution))
    assert (kept.state, kept.text, kept.code) == ("withdrawn", "", "A-0001")


def test_a_later_answer_unties_what_the_earlier_one_said_it_changed(dialogue: Dialogue, actors: Actors) -> None:
    dialogue.said(published=True)
    client = actors.signed_in(dialogue.coordinator)
    answers = (("2", "accepted", "SOC-01, SOC-01.2"), ("3", "partial", "SOC-01.2"), ("4", "rejected", ""))
    tied = []
    for revision, verdict, items in answers:
        typed = {"aporte": f"A-0001:{revision}", "verdict": verdict, "reason": "Se volvió a ver.", "items": items, "version": ""}
        assert client.post(f"{dialogue.staff}/respuesta", data=typed).status_code == 303
        links = dialogue.read(select(ThreadLink).where(ThreadLink.relation == "changed").order_by(ThreadLink.id))
        tied.append([one.target.partition("/")[2] for one in links])
    assert tied == [["SOC-01", "SOC-01.2"], ["SOC-01.2"], []]

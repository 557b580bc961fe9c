""" "Usted dijo, hicimos" at the size of a region: few queries, light pages, filters that are addresses, tables to take away."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from plugins.dialogue.models import Answer, Author, Contribution
from plugins.dialogue.words import numbered
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries
from tests.dialogue.conftest import Dialogue

LONG = "Señalamos que el canal de riego del sector alto no llega a las chacras y pedimos que se diga en la agenda. " * 12


def fill(dialogue: Dialogue, until: int) -> None:
    """Make contributions up to A-`until`: of every kind, on every item, answered in every way, some withheld."""
    session, consultation = dialogue.session, dialogue.consultation
    start = len(dialogue.read(select(Contribution.id)))
    items = [f"SOC-0{n}" for n in range(1, 5)] + [None]
    rows, authors, answers = [], [], []
    for number in range(start + 1, until + 1):
        item, kind = items[number % 5], ("comment", "change", "addition", "opposition")[number % 4]
        verdict, state = (None, "accepted", "partial", "rejected")[number // 4 % 4], "withheld" if number % 10 == 0 else "published"
        at = dialogue.now - timedelta(minutes=until - number)
        rows.append(
            {
                "id": number,
                "agenda_id": consultation.agenda_id,
                "consultation_id": consultation.id,
                "number": number,
                "code": numbered("A", number),
                "kind": kind,
                "scope": "item" if item else "whole",
                "dimension": "social" if item else None,
                "item_code": item,
                "text": f"{number} {LONG}",
                "wording": "",
                "source": "mail",
                "state": state,
                "reason_kind": "insult" if state == "withheld" else None,
                "reason": "Insulta." if state == "withheld" else "",
                "verdict": verdict,
                "sent_at": at,
                "received_at": at,
                "revision": 1,
            }
        )
        authors.append({"contribution_id": number, "name": f"Vecina {number}", "asked_at": at})
        if verdict:
            answers.append({"contribution_id": number, "verdict": verdict, "reason": LONG, "last": True, "at": at})
    for table, values in ((Contribution, rows), (Author, authors), (Answer, answers)):
        session.execute(insert(table), values)
    session.commit()


def test_five_thousand_contributions_cost_as_many_queries_as_forty(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    staff = actors.signed_in(dialogue.coordinator)
    pages = [
        (nobody, f"{dialogue.public}/aportes"),
        (nobody, f"{dialogue.public}/aportes?respuesta=rejected&tipo=opposition"),
        (nobody, dialogue.public),
        (nobody, f"/agendas/{dialogue.code}/consultas"),
        (staff, dialogue.staff),
        (staff, f"/gestion/agendas/{dialogue.code}/consultas"),
    ]
    sent: dict[int, list[int]] = {}
    for size in (40, 5000):
        fill(dialogue, size)
        sent[size] = []
        for client, address in pages:
            with count_queries(dialogue.portal.engine) as counted:
                page = client.get(address)
            assert page.status_code == 200
            assert len(page.data) < 100_000, f"{address}: {len(page.data)}"
            sent[size].append(len(counted))
    assert sent[5000] == sent[40]
    assert max(sent[40]) < 20
    last = nobody.get(f"{dialogue.public}/aportes?pagina=250").text
    assert "A-0001" in last
    assert "4,981 a 5,000" in last or "4981 a 5000" in last


def test_filters_live_in_the_address_and_dissent_is_as_easy_to_find(dialogue: Dialogue, nobody: FlaskClient) -> None:
    fill(dialogue, 40)
    everything = {one.code: one for one in dialogue.read(select(Contribution))}

    def shown(query: str) -> set[str]:
        text = nobody.get(f"{dialogue.public}/aportes.csv?{query}").text
        return {row[0] for row in csv.reader(io.StringIO(text.lstrip("\ufeff")))} - {"Código"}

    assert shown("") == set(everything)
    assert shown("tipo=opposition") == {code for code, one in everything.items() if one.kind == "opposition"}
    assert shown("respuesta=rejected") == {code for code, one in everything.items() if one.verdict == "rejected"}
    assert shown("respuesta=sin") == {code for code, one in everything.items() if one.verdict is None and one.state == "published"}
    assert shown("sobre=SOC-02&tipo=comment") == {c for c, one in everything.items() if (one.item_code, one.kind) == ("SOC-02", "comment")}
    assert shown("estado=withheld") == {"A-0010", "A-0020", "A-0030", "A-0040"}
    assert shown("tipo=%27%3B--&respuesta=nada") == set(everything)


@pytest.mark.once
def test_the_matrix_is_the_same_as_a_spreadsheet_and_no_cell_is_a_formula(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    dialogue.said('=HYPERLINK("http://mal.example";"premio")', published=True, name="@vecina", wording="Que diga así.", kind="change")
    dialogue.said("Todavía no se lee.")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(nobody.get(f"{dialogue.public}/aportes.xlsx").data)).get_sheet_by_index(0).to_python()
    rows = list(csv.reader(io.StringIO(nobody.get(f"{dialogue.public}/aportes.csv").text.lstrip("\ufeff"))))
    assert [row[0] for row in sheet] == [row[0] for row in rows] == ["Código", "A-0001"]
    assert rows[1][5].startswith("'=HYPERLINK")
    assert sheet[1][5].startswith("=HYPERLINK")  # text, in a cell of text
    whole = nobody.get(f"/gestion/exportar/aportes.csv?agenda={dialogue.code}")
    assert whole.text == nobody.get(f"{dialogue.public}/aportes.csv").text
    page = nobody.get(f"{dialogue.public}/aportes").text
    assert "En moderación: 1." in page
    assert "Todavía no se lee." not in page


@pytest.mark.once
def test_markup_that_somebody_types_is_shown_as_typed(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    dialogue.said("<script>alert(1)</script> <a href='http://mal.example'>aquí</a> **negrita**", name="<b>yo</b>", published=True)
    for client, address in (
        (nobody, f"{dialogue.public}/aportes"),
        (nobody, f"/agendas/{dialogue.code}/aportes/A-0001"),
        (actors.signed_in(dialogue.coordinator), dialogue.staff),
    ):
        page = client.get(address).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "mal.example'" not in page.replace("&#39;", "")

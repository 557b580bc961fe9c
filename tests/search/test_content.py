"""What the portal itself lets be found: agendas, items with their plugins' fields, drafts, organisations; kept in step, made anew, forgotten."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from portal import diagnosis
from portal.accounts import erasure
from portal.accounts.actor import NOBODY
from portal.agendas import service as agendas
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.context import Portal
from portal.extend.kinds import SearchEntry
from portal.extend.plugin import hookimpl
from portal.install import ready
from portal.organisations import service as organisations
from portal.search import rebuilding, service
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors
from tests.search.conftest import Look, Put, somebody

pytestmark = pytest.mark.settings(plugins=("social",))


def content(words: str) -> dict[str, Any]:
    return {"text": words, "responsible": "Oficina de muestra", "indicators": [], "alignments": [], "fields": {}}


def everything(session: Session) -> list[tuple[Any, ...]]:
    """Return the index but for the rows' numbers."""
    columns = [one for one in SearchDocument.__table__.columns if one.name != "id"]
    found = [tuple(row) for row in session.execute(select(*columns).order_by(SearchDocument.ref))]
    session.rollback()
    return found


def freeze(portal: Portal, session: Session, agenda: Agenda, now: datetime) -> AgendaVersion:
    expected = draft_digest(draft_document(session, portal.registry, agenda))
    return agendas.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)


def test_a_draft_is_for_its_readers_until_it_is_frozen(
    portal: Portal, session: Session, look: Look, frozen: AgendaVersion, now: datetime
) -> None:
    agenda, reader = frozen.agenda, somebody("reader", frozen.agenda_id)
    item = session.scalars(select(Item).where(Item.agenda_id == agenda.id).order_by(Item.id)).first()
    assert item is not None
    agendas.edit_item(
        session,
        portal.registry,
        agenda,
        item.code,
        revision=item.revision,
        new_code=item.code,
        kind=item.kind,
        content={**item.content, **content("Más xilófonos"), "fields": item.content["fields"]},
        now=now,
        person_id=None,
    )
    session.commit()
    assert (look("xilofono"), look("xilófonos", reader)) == ([], [f"draft:item/{item.id}"])
    freeze(portal, session, agenda, now)
    session.commit()
    assert look("xilofono") == [f"item:APU-T/{item.code}"]
    assert set(look("xilofono", reader)) == {f"item:APU-T/{item.code}", f"draft:item/{item.id}"}


def test_what_the_last_version_no_longer_says_is_not_found(
    portal: Portal, session: Session, look: Look, frozen: AgendaVersion, now: datetime
) -> None:
    leaves = session.scalars(select(Item).where(Item.parent_id.is_not(None)).order_by(Item.id)).all()
    before = look("ñandú", kind="Punto")
    agendas.retire_item(session, frozen.agenda, leaves[0].code, revision=leaves[0].revision, now=now, person_id=None)
    session.commit()
    assert look("ñandú", kind="Punto") == before
    assert len(look("ñandú", somebody("reader", frozen.agenda_id), kind="Punto retirado")) == 1
    freeze(portal, session, frozen.agenda, now)
    session.commit()
    assert set(before) - set(look("ñandú", kind="Punto")) == {f"item:APU-T/{leaves[0].code}"}
    agendas.restore_item(session, frozen.agenda, leaves[0].code, revision=leaves[0].revision, now=now, person_id=None)
    session.commit()
    assert look("ñandú", somebody("reader", frozen.agenda_id), kind="Punto retirado") == []


@pytest.mark.parametrize("words", ["Agenda de muestra pruebas", "APU-T", "Apurímac 2023"])
def test_an_agenda_is_found_by_its_title_code_and_place(look: Look, frozen: AgendaVersion, words: str) -> None:
    assert look(words, kind="Agenda") == ["agenda:APU-T/agenda"]


@pytest.mark.parametrize("words", ["decisiones inclusivas", "Fuente de muestra", "Entidad de muestra", "indicador 2", "ods 16.7"])
def test_items_are_found_by_what_stands_beside_their_text(look: Look, frozen: AgendaVersion, words: str) -> None:
    assert {ref.partition(":")[0] for ref in look(words)} == {"item"}


@pytest.mark.settings(plugins=("opengov",))
def test_items_are_found_by_the_fields_of_their_dimension_s_plugin(portal: Portal, look: Look, frozen: AgendaVersion) -> None:
    document = json.loads(portal.store.get(frozen.sha256))
    fields = [(item["code"], one) for dimension in document["dimensions"] for item in dimension["items"] for one in item["fields"].values()]
    code, field = next((code, one) for code, one in fields if one["value"])
    assert f"item:APU-T/{code}" in look(field["label"])


def test_organisations_are_for_whoever_may_see_them(session: Session, look: Look, now: datetime) -> None:
    made = organisations.create_organisation(
        session,
        now=now,
        name="Movimiento Ñandú (muestra)",
        short_name="MÑ",
        kind="movimiento_regional",
        jne_code="J-77",
        territory_inei="03",
    )
    session.commit()
    staff, name = somebody("staff", 1), f"organisation:{made.id}"
    assert [look(words, staff) for words in ("ñandú", "MÑ", "J-77", "movimiento regional", "apurimac")] == [[name]] * 5
    assert (look("ñandú"), look("ñandú", somebody("representative", 1, made.id))) == ([], [])
    organisations.edit_organisation(session, made, revision=made.revision, name="Frente Guanaco (muestra)")
    session.commit()
    assert (look("ñandú", staff), look("guanaco", staff)) == ([], [name])


def test_made_anew_the_index_is_the_same(portal: Portal, session: Session, frozen: AgendaVersion, now: datetime) -> None:
    organisations.create_organisation(session, now=now, name="Movimiento de muestra", kind="movimiento_regional", territory_inei="03")
    draft = agendas.create_agenda(session, code="OTRA", title="Otra", period_start=2027, period_end=2030, territory_inei="03", now=now)
    agendas.edit_agenda(
        session, draft, revision=1, title="Otra más", summary="Con resumen", period_start=2027, period_end=2030, territory_inei="03"
    )
    session.commit()
    before = everything(session)
    assert len(before) == 1 + 12 + 1 + 12 + 1 + 1
    done, failed = rebuilding.rebuild(portal, session)
    session.commit()
    assert (done, failed) == ({"core": 28}, [])
    assert everything(session) == before


def line(portal: Portal) -> tuple[bool, str]:
    [found] = [one for one in diagnosis.examine(portal) if one.label == "search"]
    return found.ok, found.sentence


def test_doctor_says_whether_the_index_is_in_step(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    assert line(portal) == (True, "core: 26")
    session.execute(delete(SearchDocument).where(SearchDocument.kind == "Agenda"))
    session.commit()
    assert line(portal) == (False, "core: 25; el núcleo debería tener 26. Ejecute: portal search rebuild")


def test_an_index_out_of_step_is_noticed_and_mended(portal: Portal, session: Session, frozen: AgendaVersion, look: Look) -> None:
    if session.get_bind().dialect.name != "sqlite":
        return  # a generated column cannot fall out of step
    session.execute(text("INSERT INTO ft_search(ft_search) VALUES ('delete-all')"))
    session.commit()
    assert line(portal) == (False, "core: 26; en el índice hay 0 de 26. Ejecute: portal search rebuild")
    assert look("ñandú") == []
    rebuilding.rebuild(portal, session)
    session.commit()
    assert (line(portal), len(look("ñandú"))) == ((True, "core: 26"), 12)


def test_an_installation_from_before_gets_its_index_at_start(portal: Portal, session: Session, frozen: AgendaVersion, look: Look) -> None:
    before = everything(session)
    assert rebuilding.lacking(session) is False
    session.execute(delete(SearchDocument))
    session.commit()
    assert rebuilding.lacking(session) is True
    session.rollback()
    ready(portal.settings).engine.dispose()
    assert everything(session) == before
    assert len(look("ñandú")) == 12


class Many:
    """A plugin with more entries than other hooks may answer."""

    @hookimpl
    def search_entries(self, session: Session) -> Any:
        at = session.scalars(select(Agenda.created_at)).first()
        return (SearchEntry(ref=f"x:{n}", kind="Muestra", title=f"Título {n}", href=f"/x/{n}", at=at, public=True) for n in range(12_000))


class Broken:
    """A plugin that cannot say what it has."""

    @hookimpl
    def search_entries(self) -> Any:
        raise RuntimeError("avería")


@pytest.mark.once
def test_a_plugin_may_have_many_entries(portal: Portal, session: Session, frozen: AgendaVersion, look: Look) -> None:
    portal.registry.manager.unregister(name="social")
    portal.registry.manager.register(Many(), name="social")
    done, failed = rebuilding.rebuild(portal, session)
    session.commit()
    assert (done, failed) == ({"core": 26, "social": 12_000}, [])
    assert look("título 11999") == ["x:11999"]


def test_what_a_plugin_had_stays_when_it_fails_to_say_it_again(
    portal: Portal, session: Session, frozen: AgendaVersion, put: Put, look: Look
) -> None:
    put("a", "Xilófono", source="social")
    portal.registry.manager.unregister(name="social")
    portal.registry.manager.register(Broken(), name="social")
    done, failed = rebuilding.rebuild(portal, session)
    session.commit()
    assert (done, [one.plugin for one in failed]) == ({"core": 26}, ["social"])
    assert look("xilofono") == ["a"]


def test_somebody_erased_is_in_no_word_of_the_index(
    portal: Portal, session: Session, put: Put, look: Look, actors: Actors, now: datetime
) -> None:
    person = actors.person("Quispe Xilófono Zárate", email="quispe@muestra.example")
    put("a", "Relatoría de Quispe  Xilófono Zárate", "Asistió quispe xilófono zárate (quispe@muestra.example) con otras personas.")
    put("b", "Quispe", "Otra persona")
    assert look("quispe xilofono") == ["a"]
    erasure.erase(portal, session, now=now, person_id=person.id)
    session.commit()
    assert (look("xilofono"), look("zarate")) == ([], [])
    assert look("quispe") == ["b"]
    [row] = session.scalars(select(SearchDocument).where(SearchDocument.ref == "a"))
    assert (
        re.findall("xil|zarat|zárat|muestra.example", f"{row.title}{row.body}{row.title_terms}{row.terms}{row.words}", re.IGNORECASE) == []
    )
    if session.get_bind().dialect.name == "sqlite":
        blocks = session.scalars(text("SELECT block FROM ft_search_data")).all()
        assert [one for one in blocks if b"xilofon" in one or b"zarat" in one] == []
        assert [one for one in blocks if b"relatori" in one] != []


def test_the_page(app: Flask, put: Put, session: Session) -> None:
    put("a", "Agua <b>segura</b>", "Un **párrafo** con [enlace](/x) sobre el agua & <script>alert(1)</script> " + "relleno " * 80)
    page = app.test_client().get("/buscar?q=aguas").get_data(as_text=True)
    assert "1 resultado" in page
    assert '<a href="/muestra/a"><mark>Agua</mark> &lt;b&gt;segura&lt;/b&gt;</a>' in page
    assert "Un párrafo con enlace sobre el <mark>agua</mark> &amp; &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert page.count('name="q"') == 1  # on this page the frame's own box stands back


def test_the_frame_has_a_box_on_every_page(app: Flask) -> None:
    page = app.test_client().get("/agendas").get_data(as_text=True)
    assert '<form class="site-search" role="search" action="/buscar"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Escriba una o más palabras"),
        ("%00%01", "Escriba una o más palabras"),
        ("de+la", "casi todos los textos"),
        ("%28%29%22*", "no hay letras ni cifras"),
        ("x" * 500, "como máximo 200 caracteres"),
        ("nadaparecido", "No se encontró nada"),
        ("a%C3%B1o%FF%FE", "No se encontró nada"),
    ],
)
def test_the_page_says_why_there_is_nothing(app: Flask, typed: str, said: str) -> None:
    answer = app.test_client().get(f"/buscar?q={typed}&pagina=9999999999&agenda=%00&tipo='")
    assert answer.status_code == 200
    assert said in answer.get_data(as_text=True)


def test_without_a_question_there_is_no_complaint(app: Flask) -> None:
    page = app.test_client().get("/buscar").get_data(as_text=True)
    assert ("Escriba una o más palabras" in page, 'name="q"' in page) == (False, True)


def test_the_page_filters_and_keeps_the_filter(app: Flask, put: Put, frozen: AgendaVersion) -> None:
    for n in range(25):
        put(f"a{n}", f"Xilófono {n}", kind="Demanda", agenda_id=frozen.agenda_id)
    put("b", "Xilófono", kind="Reunión")
    page = app.test_client().get("/buscar?q=xilofono&tipo=Demanda").get_data(as_text=True)
    assert "25 resultados" in page
    assert 'href="/buscar?q=xilofono&amp;pagina=2&amp;tipo=Demanda"' in page
    assert "Reunión (1)" in page
    assert "APU-T (25)" in page
    nothing = app.test_client().get("/buscar?q=xilofono&tipo=Aporte").get_data(as_text=True)
    assert "Nada coincide con ese filtro" in nothing


def test_the_same_as_data(app: Flask, put: Put, now: datetime) -> None:
    put("a", "Agua <segura>", "Sobre el agua", at=now)
    put("b", "Agua secreta", public=False, action="agenda.read_draft")
    found = app.test_client().get("/buscar.json?q=agua").get_json()
    assert found == {
        "query": "agua",
        "total": 1,
        "page": 1,
        "pages": 1,
        "next": None,
        "results": [
            {
                "kind": "Muestra",
                "title": "Agua <segura>",
                "address": "http://127.0.0.1:8000/muestra/a",
                "agenda": None,
                "at": now.isoformat(),
                "excerpt": "Sobre el agua",
            }
        ],
    }
    answer = app.test_client().get("/buscar.json?q=")
    assert (answer.status_code, answer.get_json()) == (422, {"error": "Escriba una o más palabras para buscar."})


def test_staff_see_which_results_are_not_public(app: Flask, actors: Actors, put: Put, frozen: AgendaVersion) -> None:
    put("b", "Xilófono", public=False, action="agenda.read_draft", agenda_id=frozen.agenda_id)
    page = actors.client("staff", frozen.agenda).get("/buscar?q=xilofono").get_data(as_text=True)
    assert "No es público" in page
    assert NOBODY.held == ()


def test_a_freeze_of_many_items_puts_them_all_at_once(portal: Portal, session: Session, now: datetime) -> None:
    from portal.testing.agendas import sample_agenda

    version = sample_agenda(session, portal.store, now=now, ask=portal.ask, code="MUCHOS", items=60)
    count = select(func.count()).where(SearchDocument.agenda_id == version.agenda_id, SearchDocument.public)
    assert session.scalar(count) == 61
    service.remove_all(session, source="core", agenda_id=version.agenda_id)
    assert session.scalar(count) == 0

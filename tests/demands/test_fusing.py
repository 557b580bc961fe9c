"""Merging and splitting keep who said what; each is undone to what there was; similar demands are found by their words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import deciding, finding, fusing, queries
from plugins.demands.collecting import Said, add_source, amend, collect, remove_source, wording
from plugins.demands.fusing import Part
from plugins.demands.models import Demand
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.search.models import SearchDocument
from portal.threads.models import ThreadLink
from tests.demands.conftest import Collect

pytestmark = pytest.mark.settings(plugins=("demands", "social"))
MEETING = "meeting:APU-T/R-003"


def said(demand: Demand) -> list[tuple[str, str]]:
    return [(one.name, one.said) for one in demand.sources]


def links(session: Session) -> set[tuple[str, str, str]]:
    return {(one.source.split("/")[1], one.relation, one.target.split("/")[1]) for one in session.scalars(select(ThreadLink))}


def found_by_search(session: Session) -> set[str]:
    return {ref.split("/")[1] for ref in session.scalars(select(SearchDocument.ref).where(SearchDocument.source == "demands"))}


def test_merged_demands_give_their_sources_with_their_words_and_can_be_undone(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    water = collected("Agua segura en las escuelas", "Padres")
    also = collect(
        session,
        now=now,
        agenda=agenda,
        text="Agua para los colegios",
        said=[Said(kind="meeting", ref=MEETING, name="Taller")],
        person_id=staff.id,
    )
    third = collected("Agua potable en colegios", "Docentes", "Estudiantes")
    first = fusing.merge(session, now=now, agenda=agenda, into=water, others=[also], person_id=staff.id)
    second = fusing.merge(
        session, now=now, agenda=agenda, into=third, others=[water], text="Agua segura en todo colegio", person_id=staff.id
    )

    assert said(third) == [
        ("Docentes", "Agua potable en colegios"),  # not what it says from now on
        ("Estudiantes", "Agua potable en colegios"),
        ("Padres", "Agua segura en las escuelas"),
        ("Taller", "Agua para los colegios"),
    ]
    assert said(also) == [("Taller", "")]  # the merged one stays readable
    assert (also.state, also.merged_into, water.state, water.merged_into) == ("merged", water, "merged", third)
    assert third.text == "Agua segura en todo colegio"
    assert links(session) == {
        ("D-002", "came_from", "R-003"),
        ("D-001", "came_from", "R-003"),
        ("D-003", "came_from", "R-003"),
        ("D-002", "merged_into", "D-001"),
        ("D-001", "merged_into", "D-003"),
    }

    with pytest.raises(Conflict, match="D-001 se unió o se dividió después"):
        fusing.undo(session, now=now, agenda=agenda, fusion=first, person_id=staff.id)
    fusing.undo(session, now=now, agenda=agenda, fusion=second, person_id=staff.id)
    fusing.undo(session, now=now, agenda=agenda, fusion=first, person_id=staff.id)

    assert [(one.code, one.state, one.text, said(one)) for one in (water, also, third)] == [
        ("D-001", "open", "Agua segura en las escuelas", [("Padres", "")]),
        ("D-002", "open", "Agua para los colegios", [("Taller", "")]),
        ("D-003", "open", "Agua potable en colegios", [("Docentes", ""), ("Estudiantes", "")]),
    ]
    assert links(session) == {("D-002", "came_from", "R-003")}
    with pytest.raises(Conflict):
        fusing.undo(session, now=now, agenda=agenda, fusion=first, person_id=staff.id)


def test_what_was_written_after_a_merge_stays_when_it_is_undone(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    one, other = collected("Agua"), collected("Agua segura")
    fusion = fusing.merge(session, now=now, agenda=agenda, into=one, others=[other], text="Agua segura y limpia", person_id=staff.id)
    later = now + timedelta(hours=1)
    values = wording(one) | {"text": "Agua segura en todo distrito"}
    amend(session, now=later, agenda=agenda, demand=one, revision=one.revision, person_id=staff.id, **values)
    fusing.undo(session, now=later, agenda=agenda, fusion=fusion, person_id=staff.id)
    assert (one.text, other.state) == ("Agua segura en todo distrito", "open")
    assert {old.snapshot["text"] for old in queries.wordings(session, one.id)} == {"Agua", "Agua segura y limpia"}


def test_a_split_shares_sources_out_and_loses_none(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    both = collected("Postas y colegios con internet", "Salud", "Educación")
    health = both.sources[0]
    parts = [Part(text="Postas", sources=frozenset({health.id})), Part(text="Colegios", sources=frozenset({health.id}))]
    with pytest.raises(Invalid, match="Hay fuentes sin marcar"):
        fusing.split(session, now=now, agenda=agenda, demand=both, parts=parts, person_id=staff.id)
    parts = [Part(text="Postas con internet", sources=frozenset({health.id})), Part(text="Colegios con internet")]
    posts, schools = fusing.split(session, now=now, agenda=agenda, demand=both, parts=parts, person_id=staff.id)

    assert (both.state, posts.code, schools.code) == ("split", "D-002", "D-003")
    assert said(posts) == [("Salud", "Postas y colegios con internet")]
    assert [name for name, _ in said(schools)] == ["Salud", "Educación"]
    assert links(session) == {("D-002", "came_from", "D-001"), ("D-003", "came_from", "D-001")}
    add_source(session, now=now, agenda=agenda, demand=schools, said=Said(kind="organisation", name="Municipio"), person_id=staff.id)

    [fusion] = queries.fusions(session, both.id)
    fusing.undo(session, now=now, agenda=agenda, fusion=fusion, person_id=staff.id)

    session.refresh(both)
    assert (both.state, posts.state, schools.state) == ("open", "undone", "undone")
    assert said(both) == [("Salud", ""), ("Educación", ""), ("Municipio", "Colegios con internet")]  # what came later is not lost
    assert links(session) == set()
    assert found_by_search(session) == {"D-001"}
    assert collected("Otra").code == "D-004"  # codes are not used again


def test_a_split_with_a_decision_stays(session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime) -> None:
    whole = collected("Riego y semillas")
    part, _ = fusing.split(
        session, now=now, agenda=agenda, demand=whole, parts=[Part(text="Riego"), Part(text="Semillas")], person_id=staff.id
    )
    deciding.decide(session, now=now, agenda=agenda, demand=part, outcome="included", reason="Sí", place="Plenario", person_id=staff.id)
    [fusion] = queries.fusions(session, whole.id)
    with pytest.raises(Conflict, match="D-002 ya tiene una decisión"):
        fusing.undo(session, now=now, agenda=agenda, fusion=fusion, person_id=staff.id)


def test_similar_demands_are_found_whatever_the_accents_and_plurals(session: Session, agenda: Agenda, collected: Collect) -> None:
    roads = collected("Mantenimiento de los caminos vecinales de la provincia")
    near = collected("Caminos vecinales con mantenimiento permanente")
    collected("Bibliotecas públicas con libros en quechua")
    found = finding.similar(session, agenda.id, "MANTENIMIENTO del camino vecinal de cada província", but=[])
    assert [one.demand.code for one in found] == [roads.code, near.code]
    assert found[0].share > found[1].share > 0
    assert finding.similar(session, agenda.id, "para los de la") == []


def test_two_people_who_change_a_demand(session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime) -> None:
    one = collected("Agua")
    values = wording(one) | {"text": "Agua segura"}
    amend(session, now=now, agenda=agenda, demand=one, revision=1, person_id=staff.id, **values)
    with pytest.raises(Stale):
        amend(session, now=now, agenda=agenda, demand=one, revision=1, person_id=staff.id, **(values | {"text": "Agua fría"}))
    assert one.text == "Agua segura"
    assert [old.snapshot["text"] for old in queries.wordings(session, one.id)] == ["Agua"]


def test_a_decision_to_merge_merges_and_its_undoing_takes_it_back(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    one, other = collected("Agua", "Padres"), collected("Agua segura", "Docentes")
    with pytest.raises(Invalid) as refused:
        deciding.decide(session, now=now, agenda=agenda, demand=one, outcome="merged", reason=" ", person_id=staff.id)
    assert set(refused.value.fields) == {"reason", "place", "with"}
    deciding.decide(
        session, now=now, agenda=agenda, demand=one, outcome="merged", reason="Lo mismo", place="Plenario", with_=other, person_id=staff.id
    )
    assert (one.state, one.decision, said(other)) == ("merged", "merged", [("Docentes", ""), ("Padres", "Agua")])
    [fusion] = queries.fusions(session, one.id)
    fusing.undo(session, now=now, agenda=agenda, fusion=fusion, person_id=staff.id)
    assert (one.state, one.decision, [now_.current for now_ in queries.decisions(session, one.id)]) == ("open", "", [False])


def test_what_is_included_is_what_a_draft_is_made_of(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    yes, later, changed = collected("Agua"), collected("Luz"), collected("Riego", kind="policy", detail="Con obras pequeñas")
    for one, outcome in ((yes, "included"), (later, "postponed"), (changed, "not_included"), (changed, "included")):
        deciding.decide(
            session, now=now, agenda=agenda, demand=one, outcome=outcome, reason=f"Por {outcome}", place="Plenario", person_id=staff.id
        )
    assert [(one.ref, one.kind, one.text, one.detail, one.dimension, one.reason) for one in queries.included(session, agenda.id)] == [
        ("demand:APU-T/D-001", "demand", "Agua", "", "social", "Por included"),
        ("demand:APU-T/D-003", "policy", "Riego", "Con obras pequeñas", "social", "Por included"),
    ]


def test_what_was_merged_keeps_its_sources(session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime) -> None:
    kept, gone = collected("Agua segura en las escuelas", "Padres"), collected("Agua para los colegios", "Docentes", "Estudiantes")
    fusing.merge(session, now=now, agenda=agenda, into=kept, others=[gone], person_id=staff.id)
    with pytest.raises(Conflict, match="ya no está vigente"):
        remove_source(session, agenda=agenda, demand=gone, source_id=gone.sources[0].id)
    assert said(gone) == [("Docentes", ""), ("Estudiantes", "")]

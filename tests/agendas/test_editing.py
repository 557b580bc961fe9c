"""Items of the draft: nothing written is lost, whoever else writes."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.agendas import queries, service
from portal.agendas.models import Agenda, ItemRevision
from portal.errors import Conflict, Invalid, PortalError, Stale

from .conftest import Bench


def test_every_wording_is_kept(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id)[0]
    first = item.content["text"]
    bench.edit(draft, item, text="Segunda redacción")
    bench.edit(draft, item, text="Tercera redacción")
    found = queries.item_revisions(session, item.id)
    assert [(one.revision, one.snapshot["content"]["text"]) for one in found] == [
        (3, "Tercera redacción"),
        (2, "Segunda redacción"),
        (1, first),
    ]


def test_saving_the_same_words_changes_nothing(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id)[0]
    assert bench.edit(draft, item).revision == 1
    assert len(queries.item_revisions(session, item.id)) == 1


def test_the_second_editor_gets_what_the_first_left_and_can_save_on_top(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id)[0]
    bench.edit(draft, item, text="Lo de la primera persona")
    with pytest.raises(Stale) as caught:
        bench.edit(draft, item, revision=1, text="Lo de la segunda")
    assert caught.value.theirs["content"]["text"] == "Lo de la primera persona"
    assert caught.value.theirs["revision"] == 2
    bench.edit(draft, item, revision=2, text="Lo de la segunda")
    assert [one.snapshot["content"]["text"] for one in queries.item_revisions(session, item.id)][:2] == [
        "Lo de la segunda",
        "Lo de la primera persona",
    ]


def _at_once(acts: list[Any]) -> list[Any]:
    """Run `acts` in threads that start together; return what each gave or the error it met."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = acts[place]()
        except PortalError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_two_people_who_save_at_the_same_instant_one_is_told(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id)[0]
    identity, code, kind, content = item.id, item.code, item.kind, item.content
    session.close()  # its transaction would hold the others up

    def save(text: str) -> Any:
        def act() -> str:
            with bench.portal.sessions() as own:
                agenda = queries.agenda(own, "APU-T")
                saved = service.edit_item(
                    own,
                    bench.portal.registry,
                    agenda,
                    code,
                    revision=1,
                    new_code=code,
                    kind=kind,
                    content={**content, "text": text},
                    now=bench.now,
                    person_id=None,
                )
                own.commit()
                return str(saved.content["text"])

        return act

    results = _at_once([save("Uno"), save("Dos")])
    stale = [one for one in results if isinstance(one, Stale)]
    (kept,) = [one for one in results if isinstance(one, str)]
    assert [one.theirs["content"]["text"] for one in stale] == [kept]
    assert session.scalar(select(func.count()).select_from(ItemRevision).where(ItemRevision.item_id == identity)) == 2


def test_of_two_people_who_take_the_same_code_one_is_told(bench: Bench, session: Session, draft: Agenda) -> None:
    place = draft.dimensions[0]
    name, code, kind = place.name, f"{place.prefix}-50", queries.items(session, draft.id, place.name)[0].kind
    session.close()

    def add() -> str:
        with bench.portal.sessions() as own:
            made = service.add_item(
                own,
                bench.portal.registry,
                queries.agenda(own, "APU-T"),
                dimension=name,
                code=code,
                kind=kind,
                content={"text": "x"},
                now=bench.now,
                person_id=None,
            )
            own.commit()
            return made.code

    results = _at_once([add, add])
    assert sorted(type(one).__name__ for one in results) == ["Invalid", "str"]
    assert [one.fields for one in results if isinstance(one, Invalid)] == [
        {"code": "Este código ya es de otro punto (quizá retirado). Use otro."}
    ]


def test_a_frozen_code_stays_and_a_taken_one_is_refused(bench: Bench, session: Session, draft: Agenda) -> None:
    one, other = queries.items(session, draft.id)[:2]
    with pytest.raises(Invalid):
        bench.edit(draft, one, code=other.code)
    prefix = one.code.partition("-")[0]
    assert bench.edit(draft, one, code=f"{prefix}-60").code == f"{prefix}-60"
    bench.freeze(draft)
    session.refresh(one)
    with pytest.raises(Invalid) as caught:
        bench.edit(draft, one, code=f"{prefix}-61")
    assert caught.value.fields == {"code": "El código ya está en una versión congelada y no puede cambiar."}


def test_items_retire_from_the_leaves_and_come_back(bench: Bench, session: Session, draft: Agenda) -> None:
    parent, child = (one for one in queries.items(session, draft.id, draft.dimensions[0].name)[:2])
    with pytest.raises(Conflict, match=child.code):
        service.retire_item(session, draft, parent.code, revision=1, now=bench.now, person_id=None)
    with pytest.raises(Stale):
        service.retire_item(session, draft, child.code, revision=9, now=bench.now, person_id=None)
    for item in [*queries.items(session, draft.id, draft.dimensions[0].name)[1:], parent]:
        service.retire_item(session, draft, item.code, revision=1, now=bench.now, person_id=None)
    assert queries.items(session, draft.id, draft.dimensions[0].name) == []
    back = service.restore_item(session, draft, child.code, revision=2, now=bench.now, person_id=None)
    assert (back.retired, back.parent_id) == (False, None)
    assert [one.snapshot["retired"] for one in queries.item_revisions(session, child.id)] == [False, True, False]


def test_a_retired_code_is_not_given_again(bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id, draft.dimensions[0].name)[-1]
    service.retire_item(session, draft, item.code, revision=1, now=bench.now, person_id=None)
    with pytest.raises(Invalid):
        service.add_item(
            session,
            bench.portal.registry,
            draft,
            dimension=item.dimension,
            code=item.code,
            kind=item.kind,
            content=item.content,
            now=bench.now,
            person_id=None,
        )

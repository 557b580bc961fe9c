"""Agendas themselves: settings and dimensions."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.agendas import queries, service
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.extend import Dimension
from portal.testing.agendas import MADE_UP

from .conftest import Bench

GOOD: dict[str, Any] = {"title": "Agenda de muestra", "period_start": 2027, "period_end": 2030, "territory_inei": "03"}


def _chosen(*dimensions: Dimension) -> list[service.Chosen]:
    return [service.Chosen(one.name, one.label, one.prefix) for one in dimensions]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "apu 2027"}, "code"),
        ({"code": "A" * 21}, "code"),
        ({"title": " "}, "title"),
        ({"period_end": 2026}, "period_end"),
        ({"period_start": 27}, "period_start"),
        ({"territory_inei": "99"}, "territory_inei"),
    ],
)
def test_what_cannot_be_used_is_named(session: Session, now: datetime, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        service.create_agenda(session, **{"code": "APU-2027", **GOOD, **values}, now=now)
    assert list(caught.value.fields) == [field]


def test_a_code_is_given_once_and_for_ever(session: Session, now: datetime) -> None:
    assert service.create_agenda(session, code="apu-2027", **GOOD, now=now).code == "APU-2027"
    with pytest.raises(Invalid) as caught:
        service.create_agenda(session, code="APU-2027", **GOOD, now=now)
    assert caught.value.fields == {"code": "Ya hay una agenda con este código."}


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(session: Session, draft: Agenda) -> None:
    service.edit_agenda(session, draft, revision=1, **{**GOOD, "title": "El primero"}, summary="")
    with pytest.raises(Stale) as caught:
        service.edit_agenda(session, draft, revision=1, **{**GOOD, "title": "El segundo"}, summary="")
    assert caught.value.theirs["title"] == draft.title == "El primero"
    assert (
        service.edit_agenda(session, draft, revision=caught.value.theirs["revision"], **{**GOOD, "title": "El segundo"}, summary="").title
        == "El segundo"
    )


def test_a_dimension_leaves_only_while_it_is_empty(bench: Bench, session: Session, draft: Agenda) -> None:
    present = [service.Chosen(one.name, one.label, one.prefix) for one in draft.dimensions]
    service.choose_dimensions(session, draft, [*_chosen(MADE_UP), *present])
    assert [one.name for one in draft.dimensions] == ["ejemplo", *(one.name for one in present)]
    service.choose_dimensions(session, draft, present)
    assert [one.name for one in draft.dimensions] == [one.name for one in present]
    with pytest.raises(Conflict, match="Retírelos antes"):
        service.choose_dimensions(session, draft, present[:-1])
    bench.freeze(draft)
    for item in reversed(queries.items(session, draft.id, present[-1].name)):
        service.retire_item(session, draft, item.code, revision=item.revision, now=bench.now, person_id=None)
    with pytest.raises(Conflict, match="solo cerrar"):
        service.choose_dimensions(session, draft, present[:-1])


def test_a_closed_dimension_takes_no_new_item_but_can_be_edited(bench: Bench, session: Session, draft: Agenda) -> None:
    place = draft.dimensions[0]
    service.close_dimension(session, draft, place.name, closed=True)
    new: dict[str, Any] = {
        "dimension": place.name,
        "code": f"{place.prefix}-77",
        "kind": "lineamiento",
        "content": {"text": "Nuevo"},
        "now": bench.now,
        "person_id": None,
    }
    with pytest.raises(Conflict, match="cerrada"):
        service.add_item(session, bench.portal.registry, draft, **new)
    assert bench.edit(draft, queries.items(session, draft.id, place.name)[0], text="Otro texto").content["text"] == "Otro texto"
    service.close_dimension(session, draft, place.name, closed=False)
    assert service.add_item(session, bench.portal.registry, draft, **new).code == f"{place.prefix}-77"
    with pytest.raises(NotFound):
        service.close_dimension(session, draft, "ninguna", closed=True)

"""What the dimensions know: sourced figures, official names, spending by its code; and the form that offers them."""

import re
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

import plugins
from plugins.demo.data import alignments as demo
from plugins.demo.data import apurimac
from plugins.opengov import data as opengov
from portal.agendas import queries
from portal.context import Portal
from portal.extend import Alignment, BudgetFilter, Figure, Indicator
from portal.extend.registry import Registry, load
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

FOUR = ("social", "economica", "ambiental", "institucional")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load(plugins.ENABLED)


@pytest.mark.parametrize("name", FOUR)
def test_each_brings_its_own(registry: Registry, name: str) -> None:
    assert len(registry.indicators(name)) >= 4
    assert {one.scheme for one in registry.budget_filters(name)} == {"funcion", "ppr"}
    assert len(registry.alignments(name)) >= 7
    assert all(one.source for one in (*registry.indicators(name), *registry.budget_filters(name), *registry.alignments(name)))


def test_every_figure_says_where_it_was_read(registry: Registry) -> None:
    figures = [figure for one in registry.answers("indicators") for figure in one.series]
    assert len(figures) > 15
    assert all(re.match(r"https?://", figure.source_url) and figure.source for figure in figures)


def test_what_was_not_found_is_offered_without_a_figure(registry: Registry) -> None:
    assert {one.code for one in registry.answers("indicators") if not one.series} == {
        "cred",
        "superficie-riego",
        "residuos-autorizados",
        "superficie-incendios",
    }


def test_the_catalogue_and_the_sample_agenda_tell_the_same_figures(registry: Registry) -> None:
    told = {(one.name, one.baseline_year): one.baseline for item in apurimac.AGENDA.items for one in item.indicators if one.baseline}
    known = {
        (one.name, figure.year): figure.value for one in registry.answers("indicators") for figure in one.series if figure.territory == "03"
    }
    both = told.keys() & known.keys()
    assert len(both) >= 6
    assert {key: told[key] for key in both} == {key: known[key] for key in both}


def test_one_goal_has_one_name_everywhere(registry: Registry) -> None:
    names: dict[tuple[str, str], set[str]] = {}
    for one in registry.answers("alignments"):
        names.setdefault((one.scheme, one.code), set()).add(one.label)
    for code, label in {**demo._ODS, **opengov.SDG}.items():
        names.setdefault(("ods", code), set()).add(label)
    assert {key: labels for key, labels in names.items() if len(labels) > 1} == {}


def test_what_nobody_could_check_is_refused() -> None:
    figure = {"year": 2024, "value": "1", "territory": "03", "source": "INEI"}
    for wrong in ({"value": "1,5"}, {"source": " "}, {"territory": ""}):
        with pytest.raises(ValueError, match="figure of 2024"):
            Figure(**{**figure, **wrong})  # type: ignore[arg-type]
    given = {"dimension": "social", "code": "x", "name": "X", "unit": "%", "direction": "baja", "source": "INEI"}
    twice = (Figure(**figure), Figure(**figure))  # type: ignore[arg-type]
    for wrong_indicator in ({"direction": "más"}, {"code": "a b"}, {"series": twice}, {"source": ""}):
        with pytest.raises(ValueError, match="indicator"):
            Indicator(**{**given, **wrong_indicator})  # type: ignore[arg-type]
    for scheme, code in (("ppr", "20"), ("funcion", "0001"), ("otro", "20")):
        with pytest.raises(ValueError, match="two figures, a programme four"):
            BudgetFilter(dimension="social", scheme=scheme, code=code, label="x", source="MEF")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="label is empty"):
        Alignment(dimension="social", scheme="ods", code="1", label="", source="x")


def test_the_form_fills_a_row_with_what_is_chosen_and_keeps_what_was_typed(
    portal: Portal, session: Session, actors: Actors, now: datetime
) -> None:
    agenda = sample_draft(session, now=now, ask=portal.ask, items=1, dimensions=["social"])
    session.commit()
    client = actors.client("staff", agenda)
    place = "/gestion/agendas/APU-T/puntos/SOC-01"
    page = client.get(place).text
    assert '<label for="catalogue-indicators">' in page
    assert '<option value="ods|2.2">ODS 2.2: ' in page
    typed = {"code": "SOC-01", "kind": "resultado", "revision": "1", "text": "Lo que escribí"}
    page = client.post(place, data={**typed, "add-indicators": "1", "catalogue-indicators": "anemia|método anterior a 2024"}).text
    assert "Lo que escribí</textarea>" in page
    for value in ("Niñas y niños de 6 a 35 meses con anemia (método anterior a 2024)", "55.8", "2023"):
        assert f'value="{value}"' in page
    page = client.post(place, data={**typed, "add-alignments": "1", "catalogue-alignments": "acuerdo-nacional|15"}).text
    assert 'value="Promoción de la seguridad alimentaria y nutrición"' in page
    blank = client.post(place, data={**typed, "add-alignments": "1", "catalogue-alignments": "de|fuera"}).text
    assert 'name="alignments-0-scheme"' in blank
    free = {**typed, "alignments-0-scheme": "plan-local", "alignments-0-code": "7", "alignments-0-label": "Propio"}
    assert client.post(place, data=free).status_code == 303
    session.rollback()
    assert queries.item(session, agenda.id, "SOC-01").content["alignments"] == [{"scheme": "plan-local", "code": "7", "label": "Propio"}]

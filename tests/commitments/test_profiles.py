"""Other dimensions, the same engine: the open-government agenda signed; an outside dimension signed, and then taken away."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.commitments.verification import verify_digest
from plugins.opengov import data
from portal.agendas import printing, queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal
from portal.errors import Conflict
from portal.ledger.audit import audit
from portal.testing.agendas import sample_agenda
from tests.commitments.conftest import Signing

SAMPLES = Path(__file__).parent.parent / "extend" / "samples"
OUTSIDE = ("commitments", "social", "cultural")


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Python find the outside dimension, as if it were installed."""
    monkeypatch.syspath_prepend(SAMPLES)
    yield
    for name in [one for one in sys.modules if one.startswith("rubrica_")]:
        del sys.modules[name]


def _freeze(portal: Portal, session: Session, agenda: Agenda, now: datetime) -> AgendaVersion:
    document = draft_document(session, portal.registry, agenda)
    made = service.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=draft_digest(document), now=now, person_id=None)
    session.commit()
    return made


def _plan(portal: Portal, session: Session, now: datetime) -> AgendaVersion:
    themes = (data.TRANSVERSAL, *data.THEMES)
    agenda = service.create_agenda(
        session,
        code=data.PLAN_CODE,
        title=data.PLAN_TITLE,
        period_start=data.PLAN_PERIOD[0],
        period_end=data.PLAN_PERIOD[1],
        territory_inei=data.PLAN_TERRITORY,
        now=now,
    )
    service.choose_dimensions(session, agenda, [service.Chosen(one.name, one.label, one.prefix) for one in themes])
    for one in data.COMMITMENTS:
        content: dict[str, Any] = {
            "text": one.text,
            "responsible": one.lead or "",
            "fields": {"titulo": one.title, "valores": ", ".join(one.values)},
            "alignments": [{"scheme": "ods", "code": code, "label": data.SDG[code]} for code in one.sdg],
        }
        if one.number == 1:
            content["fields"]["hitos"] = "2018-06-30 | Foro de muestra instalado | Entidad de muestra"
        service.add_item(
            session,
            portal.registry,
            agenda,
            dimension=one.theme.name,
            code=one.code,
            kind=data.KIND,
            content=content,
            now=now,
            person_id=None,
        )
    return _freeze(portal, session, agenda, now)


@pytest.fixture
def version(request: pytest.FixtureRequest, portal: Portal, session: Session, now: datetime) -> AgendaVersion:
    """The agenda that is signed: the open-government plan, or one of a bundled and an outside dimension (two versions)."""
    if "opengov" in portal.registry:
        return _plan(portal, session, now)
    first = sample_agenda(session, portal.store, now=now, ask=portal.ask, dimensions=["social", "cultural"], items=8)
    session.commit()
    item = queries.item(session, first.agenda_id, "CUL-01.1")
    service.edit_item(
        session,
        portal.registry,
        first.agenda,
        item.code,
        revision=item.revision,
        new_code=item.code,
        kind=item.kind,
        content={**item.content, "fields": {"lengua": "es", "fiestas": "2026-06-24 | Inti Raymi de muestra"}},
        now=now,
        person_id=None,
    )
    return _freeze(portal, session, first.agenda, now)


@pytest.fixture
def signed(session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None]) -> Signing:
    """A commitment on it that everybody expected has signed."""
    signing = issued()
    sign_all(signing)
    session.rollback()
    return signing


def _verdict(portal: Portal, digest: str, now: datetime) -> str:
    with portal.sessions() as own:
        return str(verify_digest(portal, own, digest, now=now).as_dict()["verdict"])


@pytest.mark.settings(plugins=("commitments", "opengov"))
def test_the_open_government_agenda_is_frozen_signed_and_verified_like_any_other(
    portal: Portal, client: FlaskClient, signed: Signing, now: datetime
) -> None:
    assert _verdict(portal, str(signed.commitment.head_sha256), now) == "authentic_complete"
    page = client.get(f"/agendas/{data.PLAN_CODE}").text
    assert page.count('<article class="agenda-item') == 18
    themes = (data.TRANSVERSAL, *data.THEMES)
    starts = [page.index(f'<h2 id="dimension-{one.prefix}">') for one in themes]
    sections = {one: page[start:end] for one, start, end in zip(themes, starts, [*starts[1:], len(page)], strict=True)}
    for one in data.COMMITMENTS:
        start = sections[one.theme].index(f'id="{one.code}"')
        article = sections[one.theme][start : sections[one.theme].index("</article>", start)]
        for code in one.sdg:
            assert f"ODS {code}: {data.SDG[code]}" in article
    assert '<th scope="col">Fecha</th><th scope="col">Hito</th><th scope="col">Responsable</th>' in page
    assert "<td>2018-06-30</td><td>Foro de muestra instalado</td>" in page
    assert page.count("Compromisos de este tema") == 7


@pytest.mark.settings(plugins=OUTSIDE)
def test_two_dimensions_never_seen_together_and_one_taken_away(
    portal: Portal, client: FlaskClient, signed: Signing, now: datetime, with_plugins: Callable[..., Any]
) -> None:
    head = str(signed.commitment.head_sha256)
    page = client.get("/agendas/APU-T").text
    for words in ("Lenguas vivas", "Puntos por lengua", "Brechas por cerrar", "<td>2026-06-24</td><td>Inti Raymi de muestra</td>"):
        assert words in page
    portal.queue.drain()
    before = {
        address: client.get(address).data for address in ("/agendas/APU-T/v2.json", "/agendas/APU-T/v2.pdf", "/agendas/APU-T/v2/cambios")
    }
    without = with_plugins("commitments", "social", like=portal)
    assert without.portal.registry.refused == ()
    assert "cultural" not in without.portal.registry.dimensions
    assert _verdict(without.portal, head, now) == _verdict(portal, head, now) == "authentic_complete"
    after = without.client.get("/agendas/APU-T").text
    for words in ("Inti Raymi de muestra", "<dt>Lengua</dt><dd>Castellano</dd>", '<th scope="col">Fiesta</th>', "Brechas por cerrar"):
        assert words in after
    assert "Lenguas vivas" not in after
    assert {address: without.client.get(address).data for address in list(before)[:2]} == dict(list(before.items())[:2])
    changes = without.client.get("/agendas/APU-T/v2/cambios").text
    assert "Inti Raymi de muestra" in changes
    assert "<dt>Fiestas</dt>" in changes
    with without.portal.sessions() as own:
        assert "Inti Raymi de muestra" in printing.render_annex(
            without.portal, queries.version_document(without.portal.store, queries.version(own, "APU-T", 2))
        )
        assert audit(without.portal, own)[1] == []


@pytest.mark.settings(plugins=OUTSIDE)
def test_a_dimension_with_signed_items_is_closed_and_never_taken_out(
    portal: Portal, session: Session, signed: Signing, now: datetime
) -> None:
    agenda = queries.agenda(session, "APU-T")
    social = [service.Chosen(one.name, one.label, one.prefix) for one in agenda.dimensions if one.name == "social"]
    with pytest.raises(Conflict, match="solo cerrar"):
        service.choose_dimensions(session, agenda, social)
    service.close_dimension(session, agenda, "cultural", closed=True)
    with pytest.raises(Conflict, match="cerrada"):
        service.add_item(
            session,
            portal.registry,
            agenda,
            dimension="cultural",
            code="CUL-77",
            kind="lineamiento",
            content={"text": "Nuevo", "fields": {"lengua": "qu"}},
            now=now,
            person_id=None,
        )

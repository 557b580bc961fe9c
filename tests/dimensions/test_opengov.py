"""The open-government profile: the same engine, other dimensions, other items."""

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.opengov import data
from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.context import Portal


def test_it_offers_the_plans_themes_in_its_order(portal: Portal) -> None:
    found = [(one.label, one.prefix) for one in portal.registry.dimensions.values() if one.prefix.startswith("OG")]
    assert found == [(one.label, one.prefix) for one in (data.TRANSVERSAL, *data.THEMES)]
    assert {kind.name for one in portal.registry.dimensions.values() if one.prefix.startswith("OG") for kind in one.item_kinds} == {
        data.KIND
    }


def test_the_eighteen_commitments_are_frozen_and_shown_by_theme(
    portal: Portal, session: Session, now: datetime, client: FlaskClient
) -> None:
    agenda = service.create_agenda(
        session,
        code=data.PLAN_CODE,
        title=data.PLAN_TITLE,
        period_start=data.PLAN_PERIOD[0],
        period_end=data.PLAN_PERIOD[1],
        territory_inei=data.PLAN_TERRITORY,
        now=now,
    )
    themes = (data.TRANSVERSAL, *data.THEMES)
    service.choose_dimensions(session, agenda, [service.Chosen(one.name, one.label, one.prefix) for one in themes])
    for one in data.COMMITMENTS:
        service.add_item(
            session,
            portal.registry,
            agenda,
            dimension=one.theme.name,
            code=one.code,
            kind=data.KIND,
            now=now,
            person_id=None,
            content={
                "text": one.text,
                "responsible": one.lead or "",
                "fields": {"titulo": one.title},
                "alignments": [{"scheme": "ods", "code": code, "label": data.SDG[code]} for code in one.sdg],
            },
        )
    version = service.freeze(
        session,
        portal.store,
        portal.ask,
        agenda_id=agenda.id,
        expected=draft_digest(draft_document(session, portal.registry, agenda)),
        now=now,
        person_id=None,
    )
    session.commit()
    assert version.item_count == 18
    page = client.get(f"/agendas/{data.PLAN_CODE}").text
    assert page.count('<article class="agenda-item') == 18
    for one in data.COMMITMENTS:
        assert f'id="{one.code}"' in page
    places = [page.index(f'id="dimension-{one.prefix}"') for one in themes]
    assert places == sorted(places)
    assert "ODS 16.7" in page

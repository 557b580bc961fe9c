"""The four bundled dimensions: what each offers, its own field and rule, from the form to the export."""

import csv
import io
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from plugins.ambiental.basins import BASINS
from plugins.ambiental.plugin import item_objections as ambiental
from plugins.social.plugin import item_objections as social
from portal.agendas import printing, queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.context import Portal
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

FIGURES: dict[str, Any] = {"name": "Anemia", "baseline": "55.8", "baseline_year": 2023, "source": "INEI"}


def _item(dimension: str, **more: Any) -> dict[str, Any]:
    return {"dimension": dimension, "code": "X-01", "kind": "resultado", "indicators": [], "fields": {}, **more}


def test_they_come_in_order_with_their_prefixes(portal: Portal) -> None:
    found = [(one.name, one.prefix) for one in portal.registry.dimensions.values()][:4]
    assert found == [("social", "SOC"), ("economica", "ECO"), ("ambiental", "AMB"), ("institucional", "INS")]


@pytest.mark.parametrize("name", ["social", "economica", "ambiental", "institucional"])
def test_each_works_alone(name: str) -> None:
    from portal.extend.registry import load

    registry = load((name,))
    assert registry.refused == ()
    assert list(registry.dimensions) == [name]


@pytest.mark.parametrize("missing", [{"baseline": None}, {"baseline_year": None}, {"source": ""}])
def test_a_measured_social_result_says_from_where_it_starts(missing: dict[str, Any]) -> None:
    assert list(social(_item("social", indicators=[FIGURES]))) == []
    lacking = [{**FIGURES, **missing}]
    assert [one.sentence for one in social(_item("social", indicators=lacking))] == [
        "El indicador «Anemia» de X-01 necesita línea de base con año y fuente."
    ]
    assert list(social(_item("social", indicators=lacking, kind="objetivo"))) == list(social(_item("economica", indicators=lacking))) == []


def test_an_environmental_result_names_its_basin() -> None:
    assert [one.subject for one in ambiental(_item("ambiental"))] == ["X-01"]
    assert list(ambiental(_item("ambiental", fields={"cuenca": {"label": "Cuenca", "value": "Pampas"}}))) == []
    assert list(ambiental(_item("ambiental", kind="producto"))) == list(ambiental(_item("social"))) == []


def test_the_basin_goes_from_the_form_to_every_place(
    portal: Portal, session: Session, actors: Actors, now: datetime, tmp_path: Path
) -> None:
    agenda = sample_draft(session, now=now, ask=portal.ask, items=3, dimensions=["ambiental"])
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
    client = actors.client("staff", agenda)
    form = client.get("/gestion/agendas/APU-T/puntos/AMB-01.1").text
    assert all(f'value="{value}"' in form for value, _ in BASINS)
    assert (
        client.post(
            "/gestion/agendas/APU-T/puntos/AMB-01.1",
            data={"code": "AMB-01.1", "kind": "resultado", "revision": "1", "text": "x", "fields-cuenca": "nilo"},
        ).status_code
        == 422
    )
    saved = client.post(
        "/gestion/agendas/APU-T/puntos/AMB-01.1",
        data={"code": "AMB-01.1", "kind": "resultado", "revision": "1", "text": "Río limpio", "fields-cuenca": "vilcabamba"},
    )
    assert saved.status_code == 303
    changes = client.get("/gestion/agendas/APU-T/cambios").text
    assert "<dt>Cuenca</dt>" in changes
    assert "Vilcabamba" in changes
    document = draft_document(session, portal.registry, agenda)
    second = service.freeze(
        session, portal.store, portal.ask, agenda_id=agenda.id, expected=draft_digest(document), now=now, person_id=None
    )
    session.commit()
    assert second.number == version.number + 1
    frozen = queries.version_document(portal.store, second)
    assert next(one for one in queries.document_items(frozen) if one["code"] == "AMB-01.1")["fields"] == {
        "cuenca": {"label": "Cuenca", "value": "Vilcabamba"}
    }
    assert "<dt>Cuenca</dt><dd>Vilcabamba</dd>" in client.get("/agendas/APU-T").text
    (tmp_path / "a.pdf").write_bytes(printing.version_pdf(portal, second))
    text = subprocess.run(["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"], check=True, capture_output=True, text=True).stdout
    assert "Cuenca Vilcabamba" in " ".join(text.split())
    rows = list(csv.DictReader(io.StringIO(client.get("/gestion/exportar/items.csv?agenda=APU-T").data.decode("utf-8-sig"))))
    assert {one["Código"]: one["Cuenca"] for one in rows}["AMB-01.1"] == "Vilcabamba"

"""The sample agenda that the rest of the suite stands on."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.agendas import queries
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.testing.agendas import sample_agenda


def test_the_sample_uses_the_enabled_dimensions(frozen: AgendaVersion, portal: Portal) -> None:
    document = queries.version_document(portal.store, frozen)
    assert [one["prefix"] for one in document["dimensions"]] == ["SOC", "ECO", "AMB", "INS"]
    assert frozen.item_count == len(queries.document_items(document)) == 12
    assert [item["code"] for item in document["dimensions"][0]["items"]] == ["SOC-01", "SOC-01.1", "SOC-01.2"]


@pytest.mark.settings(plugins=())
def test_the_sample_needs_no_plugin(frozen: AgendaVersion, portal: Portal) -> None:
    document = queries.version_document(portal.store, frozen)
    assert [one["name"] for one in document["dimensions"]] == ["ejemplo"]
    assert frozen.item_count == 12


def test_the_open_government_profile_can_be_frozen(portal: Portal, session: Session, now: datetime) -> None:
    version = sample_agenda(session, portal.store, now=now, ask=portal.ask, code="GA", items=6, dimensions=["salud", "educacion"])
    kinds = {item["kind_label"] for item in queries.document_items(queries.version_document(portal.store, version))}
    assert kinds == {"Compromiso"}

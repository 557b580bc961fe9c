"""An edit behind the ledger's back is found and named, whichever column or file it touches."""

from pathlib import Path
from urllib.parse import urlparse

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.agendas import printing
from portal.agendas.audit import audit
from portal.agendas.models import AgendaVersion
from portal.context import Portal


def _sentences(portal: Portal, session: Session) -> list[str]:
    session.expire_all()
    return [one.sentence for one in audit(session, portal.store)]


def test_what_was_frozen_and_printed_passes(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    assert _sentences(portal, session) == []
    identity = str(frozen.id)
    session.rollback()
    printing.print_version(portal, identity)
    assert _sentences(portal, session) == []


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Otro'",
        "summary = 'Otro'",
        "note = 'Otra'",
        "item_count = 13",
        "period_start = 2022",
        "period_end = 2030",
        "territory_name = 'Cusco'",
        "frozen_at = '2020-01-01 00:00:00+00:00'",
    ],
)
def test_each_column_is_vouched_for(portal: Portal, session: Session, frozen: AgendaVersion, change: str) -> None:
    session.execute(text(f"UPDATE agenda_version SET {change}"))
    assert _sentences(portal, session) == ["Los datos de la versión agenda:APU-T/v1 cambiaron después de congelarla."]


def test_another_file_another_number_and_another_code_are_found(
    portal: Portal, session: Session, frozen: AgendaVersion, now: object
) -> None:
    other = portal.store.put(session, b"{}", "application/json", now=frozen.frozen_at)
    session.execute(text("UPDATE agenda_version SET sha256 = :other"), {"other": other})
    assert _sentences(portal, session) == ["Los datos de la versión agenda:APU-T/v1 cambiaron después de congelarla."]
    session.rollback()
    for change in ("UPDATE agenda_version SET number = 2", "UPDATE agenda SET code = 'OTRA'"):
        session.execute(text(change))
        assert len(_sentences(portal, session)) == 2
        session.rollback()


def test_a_deleted_and_an_added_version_are_found(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    session.execute(
        text(
            "INSERT INTO agenda_version (agenda_id, number, sha256, title, summary, period_start, period_end, territory_name, note, item_count, frozen_at, pdf_tries) SELECT agenda_id, 2, sha256, title, summary, period_start, period_end, territory_name, note, item_count, frozen_at, 0 FROM agenda_version"
        )
    )
    assert _sentences(portal, session) == ["La versión agenda:APU-T/v2 no está en el registro: alguien la añadió."]
    session.execute(text("DELETE FROM agenda_version WHERE number = 1"))
    assert _sentences(portal, session) == [
        "Falta la versión agenda:APU-T/v1, que está en el registro.",
        "La versión agenda:APU-T/v2 no está en el registro: alguien la añadió.",
    ]


def test_a_changed_or_missing_file_is_found(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    path = Path(urlparse(portal.settings.storage_url).path) / frozen.sha256[:2] / frozen.sha256
    data = path.read_bytes()
    path.write_bytes(data.replace(b"muestra", b"MUESTRA", 1))
    (sentence,) = _sentences(portal, session)
    assert "no coincide con su huella" in sentence
    path.unlink()
    (sentence,) = _sentences(portal, session)
    assert "Falta un archivo" in sentence


def test_another_pdf_is_found(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    session.execute(text("UPDATE agenda_version SET pdf_sha256 = sha256"))
    assert _sentences(portal, session) == ["El PDF de la versión agenda:APU-T/v1 no es el que se registró."]

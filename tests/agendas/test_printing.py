"""The PDF of a version, read back by other people's tools."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.agendas import printing, queries
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.ledger.queries import entries_of_kind


def _print(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    """Do the job, with no transaction of the test's own in its way, and look at the row again."""
    identity = str(frozen.id)
    session.rollback()
    printing.print_version(portal, identity)
    session.refresh(frozen)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_pdf_says_everything_and_carries_what_was_hashed(
    portal: Portal, session: Session, frozen: AgendaVersion, tmp_path: Path
) -> None:
    _print(portal, session, frozen)
    assert frozen.pdf_sha256 is not None
    path = tmp_path / "agenda.pdf"
    path.write_bytes(portal.store.get(frozen.pdf_sha256))
    facts = _said("pdfinfo", str(path))
    assert "Tagged:          yes" in facts
    assert f"Title:           {frozen.title}" in facts
    assert "pdfaid:part" in _said("pdfinfo", "-meta", str(path))
    _said("qpdf", "--check", str(path))
    assert "agenda.json" in _said("pdfdetach", "-list", str(path))
    _said("pdfdetach", "-saveall", "-o", str(tmp_path), str(path))
    assert (tmp_path / "agenda.json").read_bytes() == queries.version_bytes(portal.store, frozen)
    text = _said("pdftotext", "-layout", str(path), "-")
    squeezed = "".join(text.split())
    for dimension in queries.version_document(portal.store, frozen)["dimensions"]:
        for item in dimension["items"]:
            assert item["code"] in text
            for field in item["fields"].values():
                assert "".join(f"{field['label']}{field['value']}".split()) in squeezed
    assert "55.8 % (2021)" in " ".join(text.split())
    assert frozen.sha256 in squeezed


def test_printing_twice_changes_nothing(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    tomorrow = frozen.frozen_at + timedelta(days=1)
    assert list(printing.pending(session, tomorrow)) == [str(frozen.id)]
    _print(portal, session, frozen)
    first = frozen.pdf_sha256
    _print(portal, session, frozen)
    assert frozen.pdf_sha256 == first
    assert len(entries_of_kind(session, "agenda.printed")) == 1
    assert list(printing.pending(session, tomorrow)) == []


def test_a_failure_is_shown_and_tried_again(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    path = Path(portal.settings.storage_url.removeprefix("file://")) / frozen.sha256[:2] / frozen.sha256
    data = path.read_bytes()
    path.write_bytes(b"{}")
    with pytest.raises(Exception, match="huella"):
        _print(portal, session, frozen)
    session.refresh(frozen)
    assert (frozen.pdf_tries, frozen.pdf_problem) == (
        1,
        "El archivo guardado no coincide con su huella. Avise a la administración del portal.",
    )
    session.rollback()
    path.write_bytes(data)
    assert portal.queue.drain(1) == 0  # not at once: it was tried a moment ago
    _print(portal, session, frozen)
    assert (frozen.pdf_problem, frozen.pdf_sha256 is not None) == (None, True)


@pytest.mark.settings(plugins=())
def test_an_annex_needs_no_plugin(portal: Portal, frozen: AgendaVersion) -> None:
    html = printing.render_annex(portal, queries.version_document(portal.store, frozen))
    assert html.count('class="item-code"') == 12

"""The joined instrument: as well-formed and tagged as the one laid out whole, with the same words, from an annex made once."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments import instrument, issuing
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.annexes import annex_of
from plugins.commitments.models import Annex, Process
from plugins.commitments.signing.fields import reserve
from plugins.commitments.stances import confirm
from plugins.commitments.typesetting import joining
from portal.context import Portal, assemble
from portal.settings import Settings

from .conftest import PLAN, Signing, at_rest
from .wellformed import bookmarks, complaints
from .whole import laid_out_whole

BODY = ("-x", "0", "-y", "76", "-W", "596", "-H", "690")  # without the running head and foot


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def spoken(path: Path) -> str:
    """Return all that a screen reader says, in its order, without spaces. The head of the positions is said once more on each page by one."""
    said = re.findall(r'^ *"(.*)"$', output("pdfinfo", "-struct-text", str(path)), flags=re.MULTILINE)
    return "".join("".join(said).split()).replace("PuntoTextoyobservaciónPosición", "")


@pytest.fixture
def both(portal: Portal, session: Session, now: datetime, tmp_path: Path) -> Callable[[Signing], tuple[Path, Path]]:
    """Make the instrument joined, and laid out whole, with the same fields: both(signing) → two paths."""

    def make(signing: Signing) -> tuple[Path, Path]:
        agenda = frozen_agenda(portal.store, signing.commitment.process.version)
        record = json.loads(portal.store.get(signing.commitment.record_sha256 or ""))
        session.commit()
        annex = annex_of(portal, agenda, now=now)
        made = instrument.render(portal.templates, record, agenda, annex=annex, public_url=portal.settings.public_url)
        whole = laid_out_whole(portal, record, agenda)
        (joined := tmp_path / "joined.pdf").write_bytes(reserve(made.document, made.fields, code=record["code"], fonts=made.fonts))
        (other := tmp_path / "whole.pdf").write_bytes(reserve(whole.pdf, whole.fields, code=record["code"]))
        return joined, other

    return make


@pytest.mark.settings(plugins=("commitments", "social", "ambiental"))
@pytest.mark.parametrize("slots", [2, 8])
def test_the_joined_file_is_as_well_formed_and_tagged_as_the_whole_one(
    both: Callable[[Signing], tuple[Path, Path]], issued: Callable[..., Signing], process: Callable[..., Process], slots: int
) -> None:
    plan = [{**PLAN[0], "capacity": "representante", "group": number} for number in range(1, slots)] + [PLAN[1] | {"group": slots}]
    joined, whole = both(issued(process(plan=plan)))
    assert complaints(joined) == []
    assert "No syntax or stream encoding errors found" in output("qpdf", "--check", str(joined))
    assert spoken(joined) == spoken(whole)
    assert {line.split()[-5] for line in output("pdffonts", str(joined)).splitlines()[2:]} == {"yes"}
    assert [line.split(": ")[1] for line in output("pdfdetach", "-list", str(joined)).splitlines()[1:]] == [
        "agenda.json",
        "commitment.json",
    ]
    with pikepdf.open(joined) as one, pikepdf.open(whole) as other:
        assert bookmarks(one) == bookmarks(other)
        assert str(one.docinfo.Title) == str(other.docinfo.Title)
        assert _kinds(one) == _kinds(other)
        assert joined.stat().st_size < whole.stat().st_size * 1.1


def _kinds(document: pikepdf.Pdf) -> dict[str, int]:
    """Count the elements that mean something; a table's head on a second page is an artifact in one and a row in the other."""
    found: dict[str, int] = {}
    for element in joining.elements(document.Root.StructTreeRoot):
        kind = str(element.S)
        if kind in {"/H1", "/H2", "/H3", "/Table", "/TD", "/Caption", "/L", "/BlockQuote", "/Form"} or "/Alt" in element:
            found[kind] = found.get(kind, 0) + 1
    return found


def test_every_page_says_whose_it_is_and_which_of_how_many(portal: Portal, issued: Callable[..., Signing], tmp_path: Path) -> None:
    commitment = issued().commitment
    (file := tmp_path / "a.pdf").write_bytes(portal.store.get(commitment.head_sha256 or ""))
    cover, *pages = output("pdftotext", "-layout", str(file), "-").rstrip("\f").split("\f")
    total = len(pages) + 1
    assert f"Página 1 de {total}" in cover
    for number, text in enumerate(pages, 2):
        words = " ".join(text.split())
        assert words.startswith(f"Compromiso de Movimiento Qantu (muestra) {commitment.code}")
        assert f"/v/{commitment.code}" in words.rpartition("http")[2]
        assert words.endswith(f"Página {number} de {total}")


def test_what_the_typesetting_does_not_know_is_laid_out_the_slow_way_and_as_well_formed(
    portal: Portal, session: Session, issued: Callable[..., Signing], caplog: pytest.LogCaptureFixture, now: datetime, tmp_path: Path
) -> None:
    signing = issued()
    agenda = frozen_agenda(portal.store, signing.commitment.process.version)
    record = json.loads(portal.store.get(signing.commitment.record_sha256 or ""))
    session.commit()
    annex = annex_of(portal, agenda, now=now)

    def made() -> Path:
        caplog.clear()
        one = instrument.render(portal.templates, record, agenda, annex=annex, public_url="https://portal.example")
        return _file(tmp_path, "made", reserve(one.document, one.fields, code=record["code"], fonts=one.fonts))

    made()
    assert caplog.messages == []  # what is usual is never slow
    record["slots"][0]["name"] = "Кечуа"
    slow = made()
    assert caplog.messages == ["own pages laid out the slow way: letters that SourceSansPro-Semibold does not set"]
    assert complaints(slow) == []
    with pikepdf.open(slow) as document:
        total = len(document.pages)
    words = output("pdftotext", "-layout", str(slow), "-")
    assert [words.count(f"Página {number} de {total}") for number in range(1, total + 1)] == [1] * total
    assert words.count("Página") == total


def _file(folder: Path, name: str, data: bytes) -> Path:
    (path := folder / f"{name}.pdf").write_bytes(data)
    return path


def test_joined_twice_it_has_the_same_bytes(portal: Portal, session: Session, issued: Callable[..., Signing], now: datetime) -> None:
    signing = issued()
    agenda = frozen_agenda(portal.store, signing.commitment.process.version)
    record = json.loads(portal.store.get(signing.commitment.record_sha256 or ""))
    session.commit()
    annex = annex_of(portal, agenda, now=now)
    twice = [instrument.render(portal.templates, record, agenda, annex=annex, public_url="https://portal.example").pdf for _ in range(2)]
    assert twice[0] == twice[1]


def test_the_annex_is_laid_out_once_for_all_organisations_and_after_a_restart(
    portal: Portal, settings: Settings, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    of = process()
    first, second = issued(of), issued(of)
    assert session.scalar(select(func.count()).select_from(Annex)) == 1
    pages = [_annex_words(portal, one) for one in (first, second)]
    assert pages[0] == pages[1]
    kept = session.scalars(select(Annex)).one()
    made, name = kept.made_at, kept.sha256
    session.commit()
    again = assemble(settings)
    agenda = frozen_agenda(again.store, first.commitment.process.version)
    session.commit()
    assert annex_of(again, agenda, now=now) == portal.store.get(name)
    session.expire_all()
    assert (session.scalars(select(Annex)).one().made_at, session.scalar(select(func.count()).select_from(Annex))) == (made, 1)


def _annex_words(portal: Portal, signing: Signing) -> str:
    with pikepdf.open(_file(Path(portal.settings.home), "x", portal.store.get(signing.commitment.head_sha256 or ""))) as document:
        last = bookmarks(document)
        start = next(page for _, words, page in last if words.startswith("Anexo"))
    text = output("pdftotext", "-raw", *BODY, "-f", str(start + 1), str(Path(portal.settings.home) / "x.pdf"), "-")
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("damage", ["gone", "spoilt"])
def test_an_annex_that_the_store_lost_is_laid_out_again(
    portal: Portal, session: Session, issued: Callable[..., Signing], answered: Callable[..., Signing], now: datetime, damage: str
) -> None:
    first = issued()
    name = session.scalars(select(Annex.sha256)).one()
    session.commit()
    path = Path(portal.settings.storage_url.removeprefix("file://")) / name[:2] / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"%PDF-1.7 spoilt")
    signing = answered(first.commitment.process)
    confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=signing.commitment)
    session.commit()
    assert issuing.issue(portal, signing.commitment.id, now=now) is True
    assert at_rest(session, signing.commitment).state == "issued"
    assert portal.store.get(session.scalars(select(Annex.sha256)).one())[:5] == b"%PDF-"


def test_a_plugin_that_shows_something_else_makes_another_annex(
    portal: Portal, session: Session, issued: Callable[..., Signing], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    signing = issued()
    agenda = frozen_agenda(portal.store, signing.commitment.process.version)
    session.commit()
    template = (
        "{% extends 'pdf/base.html' %}{% set doc_title = 'x' %}{% set doc_bare = true %}{% block content %}<h1>Otro</h1>{% endblock %}"
    )
    monkeypatch.setattr("plugins.commitments.annexes.annex_html", lambda *_: portal.templates.from_string(template).render())
    other = annex_of(portal, agenda, now=now)
    assert session.scalar(select(func.count()).select_from(Annex)) == 2
    with pikepdf.open(_file(Path(portal.settings.home), "o", other)) as document:
        assert bookmarks(document) == [(0, "Otro", 0)]

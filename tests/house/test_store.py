"""The file store: bytes by their SHA-256, in a folder or in an object store, never changed unnoticed."""

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.documents.models import StoredFile
from portal.documents.store import Damaged, FileStore
from portal.errors import Misconfigured, NotFound, Unavailable

BYTES = b"%PDF-1.7 una muestra"
NAME = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return FileStore((tmp_path / "store with spaces").as_uri() if request.param == "folder" else "memory:///")


def test_what_is_put_comes_back_under_its_hash(store: FileStore, session: Session, now: datetime) -> None:
    assert store.put(session, BYTES, "application/pdf", now=now) == NAME
    assert store.get(NAME) == BYTES
    row = session.get(StoredFile, NAME)
    assert row is not None
    assert (row.size, row.media_type) == (len(BYTES), "application/pdf")


def test_the_same_bytes_are_kept_once(store: FileStore, session: Session, now: datetime) -> None:
    assert store.put(session, BYTES, "application/pdf", now=now) == store.put(session, BYTES, "application/pdf", now=now)
    assert [row.sha256 for row in session.scalars(select(StoredFile))] == [NAME]


def test_what_is_not_there_is_said(store: FileStore) -> None:
    with pytest.raises(NotFound) as missing:
        store.get(NAME)
    assert missing.value.text == "Falta un archivo en el almacén. Avise a la administración del portal."


@pytest.mark.parametrize("damage", [BYTES[:-1], BYTES + b" ", BYTES.replace(b"una", b"uno"), b""])
def test_changed_bytes_are_never_given_out(session: Session, now: datetime, tmp_path: Path, damage: bytes) -> None:
    store = FileStore(tmp_path.as_uri())
    store.put(session, BYTES, "application/pdf", now=now)
    (tmp_path / NAME[:2] / NAME).write_bytes(damage)
    with pytest.raises(Damaged) as noticed:
        store.get(NAME)
    assert noticed.value.text == "El archivo guardado no coincide con su huella. Avise a la administración del portal."


def test_a_store_that_takes_nothing_says_so_and_notes_nothing(session: Session, now: datetime, tmp_path: Path) -> None:
    store = FileStore((tmp_path / "store").as_uri())
    (tmp_path / "store").rmdir()
    (tmp_path / "store").write_text("a file where the folder was")
    with pytest.raises(Unavailable) as refused:
        store.put(session, BYTES, "application/pdf", now=now)
    assert (
        refused.value.text
        == "No se pudo guardar el archivo: el almacén no acepta más datos o no responde. Nada se perdió; inténtelo de nuevo."
    )
    assert session.get(StoredFile, NAME) is None
    with pytest.raises(Unavailable):
        store.check()


def test_check_leaves_nothing_behind(tmp_path: Path) -> None:
    FileStore(tmp_path.as_uri()).check()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("url", ["ftp://files.example/x", "nowhere"])
def test_an_unknown_store_is_refused_by_the_variable_s_name(url: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        FileStore(url)
    assert refused.value.text.startswith("No se puede usar el almacén de archivos (PORTAL_STORAGE_URL): ")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Misconfigured):
        FileStore((tmp_path / "file" / "store").as_uri())

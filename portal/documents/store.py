"""Keeps bytes by their SHA-256, in a folder or in any S3 store (obstore), and checks them when they come back."""

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlparse

import obstore
from obstore.store import LocalStore, from_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.documents.canonical import sha256
from portal.documents.models import StoredFile
from portal.errors import Misconfigured, NotFound, PortalError, Unavailable
from portal.i18n import N_


class Damaged(PortalError):
    """A stored file's bytes are no longer those that its name says."""

    code = "damaged"
    default = N_("El archivo guardado no coincide con su huella. Avise a la administración del portal.")


class FileStore:
    """Content-addressed files. `url`: file:///folder, s3://bucket/prefix, memory:///."""

    def __init__(self, url: str) -> None:
        try:
            if url.startswith("file:"):
                folder = Path(unquote(urlparse(url).path))
                folder.mkdir(parents=True, exist_ok=True)
                self._objects = LocalStore(folder)
            else:
                self._objects = from_url(url)  # type: ignore[assignment]
        except (OSError, obstore.exceptions.BaseError, ValueError) as error:
            raise Misconfigured("No se puede usar el almacén de archivos (PORTAL_STORAGE_URL): %(reason)s.", reason=error) from error

    @staticmethod
    def _path(name: str) -> str:
        return f"{name[:2]}/{name}"

    def put(self, session: Session, data: bytes, media_type: str, *, now: datetime) -> str:
        """Keep `data`, note it in `session`, return its SHA-256. The bytes are written before the row is."""
        name = sha256(data)
        row = session.get(StoredFile, name)
        if row is not None and row.forgotten_at is not None:  # the same bytes come back: its lock keeps them from being removed meanwhile
            row = session.get_one(StoredFile, name, with_for_update=True, populate_existing=True)
            self._write(name, data)
            row.forgotten_at = row.removed_at = None
            row.media_type, row.stored_at = media_type, now
            session.flush()
        elif row is None:
            self._write(name, data)
            try:
                with session.begin_nested():
                    session.add(StoredFile(sha256=name, size=len(data), media_type=media_type, stored_at=now))
            except IntegrityError:  # somebody kept the same bytes at the same instant
                session.get_one(StoredFile, name, populate_existing=True)
        return name

    def restore(self, data: bytes) -> str:
        """Write again, under their own name, bytes that the store lost or spoilt and somebody could make again; return their SHA-256."""
        name = sha256(data)
        self._write(name, data)
        return name

    def _write(self, name: str, data: bytes) -> None:
        try:
            obstore.put(self._objects, self._path(name), data)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise Unavailable(
                N_("No se pudo guardar el archivo: el almacén no acepta más datos o no responde. Nada se perdió; inténtelo de nuevo.")
            ) from error

    def remove(self, name: str) -> None:
        """Remove bytes for ever; those that are not there are no error. Only `portal.documents.forgetting` calls it."""
        try:
            obstore.delete(self._objects, self._path(name))
        except FileNotFoundError:
            return
        except (obstore.exceptions.BaseError, OSError) as error:
            raise Unavailable(N_("El almacén de archivos no acepta escrituras.")) from error

    def get(self, name: str) -> bytes:
        """Return the bytes named `name`. Raises `NotFound`, or `Damaged` when they changed."""
        try:
            data = bytes(obstore.get(self._objects, self._path(name)).bytes())
        except FileNotFoundError as error:
            raise NotFound(N_("Falta un archivo en el almacén. Avise a la administración del portal.")) from error
        if sha256(data) != name:
            raise Damaged
        return data

    def check(self) -> None:
        """Write, read back and delete a small object. Raises `Unavailable` when the store cannot."""
        try:
            obstore.put(self._objects, "check", b"ok")
            obstore.get(self._objects, "check").bytes()
            obstore.delete(self._objects, "check")
        except (obstore.exceptions.BaseError, OSError) as error:
            raise Unavailable(N_("El almacén de archivos no acepta escrituras.")) from error

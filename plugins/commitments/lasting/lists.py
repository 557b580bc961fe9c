"""Keeps the revocation list of each authority of the portal in its folder of keys, where everybody may read it."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from plugins.commitments import keys
from plugins.commitments.lasting import generations
from plugins.commitments.signing.errors import AuthorityError
from plugins.commitments.signing.keyfiles import SigningKey, replace_private
from plugins.commitments.signing.lists import Revoked, make_list, read_list
from portal.context import Portal

FOLDER = "lists"


def name_of(issuer: x509.Certificate) -> str:
    """Return the name of an authority's list: the SHA-256 of its certificate."""
    return issuer.fingerprint(hashes.SHA256()).hex()


def path(portal: Portal, name: str) -> Path:
    """Return the file of an authority's list, there or not."""
    return keys.folder(portal) / FOLDER / f"{name}.crl"


def lines(portal: Portal, issuer: x509.Certificate) -> tuple[Revoked, ...]:
    """Return what an authority revoked."""
    with contextlib.suppress(FileNotFoundError):
        return read_list(path(portal, name_of(issuer)).read_bytes())
    return ()


def revoke(portal: Portal, issuer: x509.Certificate, key: SigningKey, *, now: datetime, line: Revoked) -> None:
    """Put one more line on an authority's list."""
    with generations.locked(keys.folder(portal)):
        _write(portal, issuer, key, now=now, more=(line,))


def renew(portal: Portal, *, now: datetime) -> None:
    """Write every list anew that has a key at hand: the moment at which it was made says until when nothing was revoked."""
    with generations.locked(keys.folder(portal)):
        for issuer, key in _with_keys(portal):
            _write(portal, issuer, key, now=now)


def _with_keys(portal: Portal) -> Iterator[tuple[x509.Certificate, SigningKey]]:
    from plugins.commitments.lasting import rotation  # noqa: PLC0415 - it makes lists too
    from plugins.commitments.signing.authority import open_key  # noqa: PLC0415

    seen: set[str] = set()
    for one in rotation.all_generations(portal):
        place = generations.path(keys.folder(portal), one.number)
        for name, certificate in (("issuing", one.issuing), ("root", one.root)):
            if name_of(certificate) in seen or one.places[name] == "away":
                continue
            with contextlib.suppress(AuthorityError, OSError, ValueError, TypeError):  # `portal doctor` names a key that does not open
                yield certificate, open_key(place, name, keys.passphrase(portal), keys.token(portal))
                seen.add(name_of(certificate))


def _write(portal: Portal, issuer: x509.Certificate, key: SigningKey, *, now: datetime, more: tuple[Revoked, ...] = ()) -> None:
    file = path(portal, name_of(issuer))
    file.parent.mkdir(mode=0o700, exist_ok=True)
    before = file.read_bytes() if file.exists() else None
    replace_private(file, make_list(issuer, key, before=before, now=now, more=more))

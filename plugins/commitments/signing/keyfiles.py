"""Write private files and folders so that a crash leaves the whole old or the whole new, and read keys back."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .errors import AuthorityError

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def publish_folder(folder: Path, fill: Callable[[Path], None]) -> bool:
    """Make `folder` with what `fill` writes into a draft beside it; return whether this call did, False when it was there.

    Two processes at once, or a crash, leave one whole folder or none.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}")
    draft.mkdir(mode=0o700)
    try:
        fill(draft)
        sync_folder(draft)
        try:
            draft.rename(folder)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:  # those two: another process was first
                raise
            return False
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return True


def write_private(path: Path, data: bytes) -> None:
    """Write a new file, 0600, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of what the file held, at once."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        write_private(draft, data)
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names down to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def encrypted(key: SigningKey, passphrase: bytes) -> bytes:
    """PKCS#8, PEM, under the passphrase."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )


def read_key(path: Path, passphrase: bytes) -> SigningKey:
    """The inverse of `encrypted`. Raises AuthorityError for a kind of key that does not sign here; OSError, ValueError, TypeError."""
    key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise AuthorityError(f"{path.name} is neither an elliptic curve key nor an RSA key")
    return key

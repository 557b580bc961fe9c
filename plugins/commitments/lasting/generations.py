"""The folder of keys: one generation of certificates beside the other, and a file that says which one signs now.

    keys/present        the number of the generation that signs
    keys/1/  keys/2/    root, issuing, seal (certificates; keys, or the labels of keys in a token)
    keys/lists/         revocation lists, by the SHA-256 of the authority's certificate

Earlier generations stay: what they signed chains to their roots, and their lists are signed with their keys. Changing
generation is one rename of a small file, so that a crash leaves the whole old or the whole new, and processes that
run see it at their next signature.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from plugins.commitments.signing.keyfiles import publish_folder, replace_private, sync_folder, write_private

Fill = Callable[[Path], None]


def present(folder: Path) -> int | None:
    """Return the number of the generation that signs, None while there is none."""
    try:
        return int((folder / "present").read_text())
    except FileNotFoundError:
        return None


def numbers(folder: Path) -> list[int]:
    """Return the numbers of all generations, the present one first, then from the latest to the earliest."""
    return list(range(present(folder) or 0, 0, -1))


def path(folder: Path, number: int) -> Path:
    """Return the folder of one generation."""
    return folder / str(number)


def begin(folder: Path, fill: Fill) -> bool:
    """Make the folder with its first generation; return whether this call did. Two at once make one."""

    def whole(draft: Path) -> None:
        first = path(draft, 1)
        first.mkdir(mode=0o700)
        fill(first)
        sync_folder(first)
        write_private(draft / "present", b"1\n")

    return _adopt(folder) if (folder / "root.pem").exists() else publish_folder(folder, whole)


def _adopt(folder: Path) -> bool:
    """Make the first generation of keys that lie in the folder itself, as they did before there were generations."""

    def fill(draft: Path) -> None:
        for file in folder.glob("*.pem"):
            write_private(draft / file.name, file.read_bytes())

    with locked(folder):
        publish_folder(path(folder, 1), fill)
        replace_private(folder / "present", b"1\n")
        for file in folder.glob("*.pem"):
            file.unlink()
    return True


def advance(folder: Path, fill: Callable[[Path, int], None]) -> int:
    """Make the next generation and let it sign from now on; return its number."""
    with locked(folder):
        number = (present(folder) or 0) + 1
        new = path(folder, number)
        if new.exists():  # left by a crash before it ever signed
            shutil.rmtree(new)
        publish_folder(new, lambda draft: fill(draft, number))
        replace_private(folder / "present", f"{number}\n".encode())
        return number


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time change the folder."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

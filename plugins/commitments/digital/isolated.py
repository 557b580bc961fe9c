"""Examine an upload in a process of its own, with the limits of every stranger's file (`signing.sandbox`)."""

import base64
import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from plugins.commitments.signing import sandbox
from portal.errors import Unavailable
from portal.i18n import N_

_MODULE: Final = "plugins.commitments.digital.isolated"
_WALL: Final = 20  # seconds until the answer: whoever signed waits longer than whoever is curious
_MEGABYTES: Final = 1024
_NAMES: Final = ("roots", "anchors", "time_anchors", "intermediates", "crls")
_PATIENCE: Final = 40  # seconds
_places = threading.BoundedSemaphore(2)  # each may take a processor and a gigabyte
BUSY: Final = N_("Hay muchos documentos en revisión en este momento. Espere un minuto y vuelva a subir el suyo.")


@dataclass(frozen=True)
class Known:
    """Certificates and revocation lists for the child, DER."""

    roots: Sequence[bytes] = ()
    anchors: Sequence[bytes] = ()
    time_anchors: Sequence[bytes] = ()
    intermediates: Sequence[bytes] = ()
    crls: Sequence[bytes] = ()


def examine_isolated(pdf: bytes, *, base_size: int, known: Known, now: datetime) -> dict[str, Any]:
    """`examining.examine` in a separate process. Never raises for what the file contains: then {"failed": code, "problem": detail}.

    Raises `Unavailable` when too many files are being read.
    """
    header = {
        "now": now.isoformat(),
        "base_size": base_size,
        **{name: [base64.b64encode(one).decode() for one in getattr(known, name)] for name in _NAMES},
    }
    if not _places.acquire(timeout=_PATIENCE):
        raise Unavailable(BUSY)
    try:
        child = sandbox.run(_MODULE, json.dumps(header).encode() + b"\n" + pdf, wall=_WALL)
    finally:
        _places.release()
    if child.trouble is not None:
        return {"failed": "too_slow" if child.trouble == "too_slow" else "unreadable", "problem": child.detail}
    try:
        found: dict[str, Any] = json.loads(child.output)
    except ValueError as error:
        return {"failed": "unreadable", "problem": str(error)}
    return found


def examine_here(pdf: bytes, *, base_size: int, known: Known, now: datetime) -> dict[str, Any]:
    """As `examine_isolated`, in this very process and without limits: for the child, and for files that one wrote oneself."""
    from asn1crypto import x509  # noqa: PLC0415 - only the child pays for the heavy libraries

    from plugins.commitments.digital.examining import Trust, examine  # noqa: PLC0415

    roots, anchors, time_anchors, intermediates = ([x509.Certificate.load(one) for one in getattr(known, name)] for name in _NAMES[:4])
    trust = Trust(roots, anchors, time_anchors, intermediates, tuple(known.crls))
    return examine(pdf, base_size=base_size, trust=trust, now=now)


def main() -> None:
    """The child: header line and PDF on standard input, what was seen as JSON on standard output."""
    from plugins.commitments.digital import examining  # noqa: F401, PLC0415 - loaded before the limits begin

    header = json.loads(sys.stdin.buffer.readline())
    sandbox.limit(sandbox.SECONDS, _MEGABYTES)
    pdf = sys.stdin.buffer.read()
    known = Known(**{name: [base64.b64decode(one) for one in header[name]] for name in _NAMES})
    found = examine_here(pdf, base_size=header["base_size"], known=known, now=datetime.fromisoformat(header["now"]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

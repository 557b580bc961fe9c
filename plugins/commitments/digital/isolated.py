"""Examine an upload in a process of its own, with the same limits as strangers' files at verification, and no network."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from plugins.commitments.signing import sandbox
from portal.errors import Unavailable
from portal.i18n import N_

_MODULE: Final = "plugins.commitments.digital.isolated"
_STARTING: Final = 5  # seconds that a cold start may take before the clock of the caller runs
_places = threading.BoundedSemaphore(2)  # each may take a processor and a gigabyte
_NAMES: Final = ("roots", "anchors", "time_anchors", "intermediates", "crls")
_PATIENCE: Final = 40  # seconds
BUSY: Final = N_("Hay muchos documentos en revisión en este momento. Espere un minuto y vuelva a subir el suyo.")


@dataclass(frozen=True)
class Known:
    """Certificates and revocation lists for the child, DER."""

    roots: Sequence[bytes] = ()
    anchors: Sequence[bytes] = ()
    time_anchors: Sequence[bytes] = ()
    intermediates: Sequence[bytes] = ()
    crls: Sequence[bytes] = field(default=())


def examine_isolated(
    pdf: bytes, *, base_size: int, known: Known, now: datetime, seconds: float = 10, megabytes: int = 1024
) -> dict[str, Any]:
    """`examining.examine` in a separate process. Never raises for what the file contains: then {"failed": code, "problem": detail}.

    Raises `Unavailable` when too many files are being read.
    """
    header = {
        "now": now.isoformat(),
        "base_size": base_size,
        "seconds": seconds,
        "megabytes": megabytes,
        **{name: [base64.b64encode(one).decode() for one in getattr(known, name)] for name in _NAMES},
    }
    if not _places.acquire(timeout=_PATIENCE):
        raise Unavailable(BUSY)
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", _MODULE],
            input=json.dumps(header).encode() + b"\n" + pdf,
            capture_output=True,
            timeout=seconds + _STARTING,
            env=sandbox.environment(),
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": "too_slow", "problem": f"no answer within {seconds + _STARTING} s"}
    finally:
        _places.release()
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        tail = done.stderr[-300:].decode("utf-8", "replace")
        code = "too_slow" if done.returncode in {-9, -24} else "unreadable"
        return {"failed": code, "problem": f"exit status {done.returncode}: {tail}"}
    return found


def main() -> None:
    """The child: header line and PDF on standard input, what was seen as JSON on standard output."""
    from asn1crypto import x509  # noqa: PLC0415 - only the child pays for the heavy libraries, before its limits begin

    from plugins.commitments.digital.examining import Trust, examine  # noqa: PLC0415

    header = json.loads(sys.stdin.buffer.readline())
    sandbox.limit(header["seconds"], header["megabytes"])
    pdf = sys.stdin.buffer.read()

    def certificates(name: str) -> list[x509.Certificate]:
        return [x509.Certificate.load(base64.b64decode(one)) for one in header[name]]

    trust = Trust(
        certificates("roots"),
        certificates("anchors"),
        certificates("time_anchors"),
        certificates("intermediates"),
        tuple(base64.b64decode(one) for one in header["crls"]),
    )
    found = examine(pdf, base_size=header["base_size"], trust=trust, now=datetime.fromisoformat(header["now"]))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

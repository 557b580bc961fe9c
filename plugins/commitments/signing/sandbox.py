"""Inspect a stranger's PDF in a process of its own, with limits on processor time, memory, files, network and patience."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from .findings import Inspection, unreadable

_ROOT: Final = Path(__file__).resolve().parents[3]
_MODULE: Final = "plugins.commitments.signing.sandbox"
_STARTING: Final = 5  # seconds that a cold start may take before the clock of the caller runs
_FORBIDDEN: Final = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.", "os.exec", "os.fork", "os.system")


def inspect_isolated(
    pdf: bytes,
    trust_roots_pem: Sequence[bytes],
    *,
    now: datetime,
    timestamp_roots_pem: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    seconds: float = 10,
    megabytes: int = 1024,
) -> Inspection:
    """`inspection.inspect` in a separate process. Never raises for what the file contains.

    `timestamp_roots_pem`: believed for timestamps only. `crls`: revocation lists (DER) beside those that the file carries.

    `seconds` limits processor time and, with a few more for starting, wall time; `megabytes` limits the address space
    of the whole process (about 300 of them are the libraries). The child gets no environment, so no secrets.
    """
    header = {
        "now": now.isoformat(),
        "roots": [pem.decode("latin-1") for pem in trust_roots_pem],
        "timestamp_roots": [pem.decode("latin-1") for pem in timestamp_roots_pem],
        "crls": [der.hex() for der in crls],
        "seconds": seconds,
        "megabytes": megabytes,
    }
    message = json.dumps(header).encode("utf-8") + b"\n" + pdf
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-m", _MODULE],
            input=message,
            capture_output=True,
            timeout=seconds + _STARTING,
            env=environment(),
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return unreadable("too_slow", f"no answer within {seconds + _STARTING} s", size=len(pdf))
    if done.returncode in {-9, -24}:  # SIGKILL, SIGXCPU
        return unreadable("too_slow", f"stopped by signal {-done.returncode}", size=len(pdf))
    try:
        return Inspection.from_dict(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        tail = done.stderr[-300:].decode("utf-8", "replace")
        code = "no_memory" if b"MemoryError" in done.stderr else "crashed"
        return unreadable(code, f"exit status {done.returncode}: {tail}", size=len(pdf))


def environment() -> dict[str, str]:
    """The environment of a child: where it finds its libraries, and nothing else of ours."""
    others = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return {"PYTHONPATH": os.pathsep.join([str(_ROOT), *others]), "LANG": "C.UTF-8"}


def limit(seconds: float, megabytes: int) -> None:
    """Limit this process from now on: a child calls it before it touches what a stranger sent."""
    processor = max(1, round(seconds))
    used = round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    for kind, amount in (
        (resource.RLIMIT_CPU, processor + used),
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, ceiling = resource.getrlimit(kind)
        allowed = amount if ceiling == resource.RLIM_INFINITY else min(amount, ceiling)
        resource.setrlimit(kind, (allowed, allowed))
    sys.addaudithook(_forbid)


def _forbid(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a stranger's file is read")


def main() -> None:
    """The child: header line and PDF on standard input, inspection as JSON on standard output."""
    # imported here because only the child pays for the heavy libraries, before its limits begin
    from .authority import read_roots  # noqa: PLC0415
    from .inspection import inspect  # noqa: PLC0415
    from .revocation import Answers  # noqa: PLC0415

    header = json.loads(sys.stdin.buffer.readline())
    limit(header["seconds"], header["megabytes"])
    pdf = sys.stdin.buffer.read()
    roots, timestamp_roots = (
        [root for pem in header[name] for root in read_roots(pem.encode("latin-1"))] for name in ("roots", "timestamp_roots")
    )
    answers = Answers(tuple(bytes.fromhex(text) for text in header["crls"]))
    found = inspect(pdf, trust_roots=roots, now=datetime.fromisoformat(header["now"]), timestamp_roots=timestamp_roots, answers=answers)
    sys.stdout.write(json.dumps(found.as_dict()))


if __name__ == "__main__":
    main()

"""Read what strangers send in a process of its own, with limits on processor time, memory, files, network, output and patience."""

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from .findings import Inspection, unreadable

SECONDS: Final = 6  # of processor; the libraries' loading, about one, comes on top
WALL: Final = 8  # seconds until the answer, however loaded the machine; the command takes one or two more, and nobody waits ten
MOST_BYTES: Final = 200_000_000
_MOST_OUTPUT: Final = 8_000_000
_ROOT: Final = Path(__file__).resolve().parents[3]
_MODULE: Final = "plugins.commitments.signing.sandbox"
_FORBIDDEN: Final = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.", "os.exec", "os.fork", "os.system")
_BIG: Final = 5_000_000
_PIECE: Final = 65_536


@dataclass(frozen=True)
class Child:
    """How a child ended. `trouble`: None when it ended by itself, "too_slow", "no_memory" or "crashed"; `detail` for experts."""

    output: bytes
    trouble: str | None = None
    detail: str = ""


def run(module: str, message: bytes, *, wall: float, most_output: int = _MOST_OUTPUT) -> Child:
    """Run `python -m module` with `message` on its standard input, for `wall` seconds at most, starting included.

    The child gets no environment, so no secrets. When its time is over, or it says more than `most_output` bytes, it
    and all that it may have started are killed. Never raises for what the child does.
    """
    ends = time.monotonic() + wall
    child = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd="/",
        start_new_session=True,
    )
    try:
        output, errors = _talk(child, message, ends, most_output)
        status = child.wait(max(0.0, ends - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        return Child(b"", "too_slow", f"no answer within {wall} s")
    except OverflowError:
        return Child(b"", "crashed", f"more than {most_output} bytes of answer")
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
    if status in {-signal.SIGKILL, -signal.SIGXCPU}:
        return Child(output, "too_slow", f"stopped by signal {-status}")
    if status:
        tail = errors[-300:].decode("utf-8", "replace")
        return Child(output, "no_memory" if b"MemoryError" in errors else "crashed", f"exit status {status}: {tail}")
    return Child(output)


def _talk(child: "subprocess.Popen[bytes]", message: bytes, ends: float, most: int) -> tuple[bytes, bytes]:
    """Write the message and read both answers at once. Raises TimeoutError, or OverflowError when the child says too much."""
    waiting, heard = memoryview(message), {"out": bytearray(), "err": bytearray()}
    stdin, stdout, stderr = child.stdin, child.stdout, child.stderr
    if stdin is None or stdout is None or stderr is None:
        raise ValueError("the child was started without pipes")
    with selectors.DefaultSelector() as selector:
        for pipe, name, wanted in (
            (stdin, "in", selectors.EVENT_WRITE),
            (stdout, "out", selectors.EVENT_READ),
            (stderr, "err", selectors.EVENT_READ),
        ):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, wanted, name)
        while selector.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in selector.select(left):
                if key.data == "in":
                    waiting = _written(key.fd, waiting)
                    over = not waiting
                else:
                    piece = os.read(key.fd, _PIECE)
                    heard[key.data] += piece
                    over = not piece
                    if len(heard[key.data]) > most:
                        raise OverflowError
                if over:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
    return bytes(heard["out"]), bytes(heard["err"])


def _written(descriptor: int, waiting: memoryview) -> memoryview:
    """Write what the pipe takes now; return what is left, nothing when the child no longer reads."""
    try:
        return waiting[os.write(descriptor, waiting[:_PIECE]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return waiting[:0]


def inspect_isolated(
    pdf: bytes,
    trust_roots_pem: Sequence[bytes],
    *,
    now: datetime,
    timestamp_roots_pem: Sequence[bytes] = (),
    crls: Sequence[bytes] = (),
    seconds: float = SECONDS,
    wall: float = WALL,
    megabytes: int = 1024,
) -> Inspection:
    """`inspection.inspect` in a separate process. Never raises for what the file contains.

    `timestamp_roots_pem`: believed for timestamps only. `crls`: revocation lists (DER) beside those that the file carries.

    `seconds` limits processor time, `wall` the time until the answer; `megabytes` limits the address space of the
    whole process (about 300 of them are the libraries).
    """
    if len(pdf) > MOST_BYTES:
        return unreadable("too_large", f"{len(pdf)} bytes", size=len(pdf))
    if len(pdf) > _BIG and b"%PDF-" not in pdf[:1024]:
        return unreadable("not_a_pdf", "no %PDF- header in the first 1024 bytes", size=len(pdf))
    header = {
        "now": now.isoformat(),
        "roots": [pem.decode("latin-1") for pem in trust_roots_pem],
        "timestamp_roots": [pem.decode("latin-1") for pem in timestamp_roots_pem],
        "crls": [der.hex() for der in crls],
        "seconds": seconds,
        "megabytes": megabytes,
    }
    child = run(_MODULE, json.dumps(header).encode("utf-8") + b"\n" + pdf, wall=wall)
    if child.trouble is not None:
        return unreadable(child.trouble, child.detail, size=len(pdf))
    try:
        return Inspection.from_dict(json.loads(child.output))
    except (ValueError, KeyError, TypeError) as error:
        return unreadable("crashed", f"not an inspection: {error}"[:300], size=len(pdf))


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

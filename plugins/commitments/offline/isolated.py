"""Judges a bundle in a process of its own, with the same limits as every stranger's file."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from plugins.commitments.signing import sandbox
from plugins.commitments.signing.reasons import Reason

_MODULE: Final = "plugins.commitments.offline.isolated"


def judge_isolated(
    data: bytes,
    *,
    now: datetime,
    fingerprints: Sequence[str] = (),
    roots_pem: Sequence[bytes] = (),
    head: Mapping[str, Any] | None = None,
    wall: float = sandbox.WALL,
) -> dict[str, Any]:
    """`signing.bundle.judge_bundle` in a separate process. Never raises for what the bundle contains."""
    if len(data) > sandbox.MOST_BYTES:
        return _unjudged("too_large", f"{len(data)} bytes")
    header = {
        "now": now.isoformat(),
        "fingerprints": list(fingerprints),
        "roots": [pem.decode("latin-1") for pem in roots_pem],
        "head": dict(head) if head is not None else None,
        "seconds": sandbox.SECONDS,
        "megabytes": 1024,
    }
    child = sandbox.run(_MODULE, json.dumps(header).encode() + b"\n" + data, wall=wall)
    if child.trouble is not None:
        return _unjudged(child.trouble, child.detail)
    try:
        found: dict[str, Any] = json.loads(child.output)
    except ValueError as error:
        return _unjudged("crashed", str(error))
    return found


def _unjudged(code: str, detail: str) -> dict[str, Any]:
    return {"verdict": "unverifiable", "reasons": [Reason(code, detail).as_dict()], "instrument": None, "signatures": []}


def main() -> None:
    """The child: header line and ZIP on standard input, the verdict as JSON on standard output."""
    from plugins.commitments.signing.authority import read_roots  # noqa: PLC0415 - only the child pays, before its limits begin
    from plugins.commitments.signing.bundle import judge_bundle  # noqa: PLC0415

    header = json.loads(sys.stdin.buffer.readline())
    sandbox.limit(header["seconds"], header["megabytes"])
    data = sys.stdin.buffer.read()
    found = judge_bundle(
        data,
        now=datetime.fromisoformat(header["now"]),
        fingerprints=header["fingerprints"],
        roots=[root for pem in header["roots"] for root in read_roots(pem.encode("latin-1"))],
        head=header["head"],
    )
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()

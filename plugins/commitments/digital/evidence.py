"""What is captured on the day of reception: chain, revocation answers, version of the trust list and the server's time.

A DNIe signs without timestamp or revocation data, and its certificate ends in three or four years: what is not kept
now cannot be had later.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from plugins.commitments.digital.judging import Expected, Judgement
from portal.documents.canonical import canonical

SCHEMA = "rubrica.reception/1"
MEDIA_TYPE = "application/json"


def capture(*, expected: Expected, judgement: Judgement, upload_sha256: str, received_at: datetime, now: datetime) -> bytes:
    """Return the evidence of a judgement as canonical JSON; certificates and answers are DER in Base64.

    {"schema", "commitment", "edition", "field", "base_sha256", "upload_sha256", "received_at", "judged_at", "result", "reasons",
    "identity": "dni" | "mesa" | null, "certificate": {"issuer", "usages", "chain": [signer … anchor], "from_store", "moment",
    "links"}, "trust": {what `Anchor.source` says} | null, "signature": {format, algorithms, claimed or stamped time} | null}.
    """
    certificate = judgement.certificate
    finding = judgement.seen["people"][0] if certificate else None
    return canonical(
        {
            "schema": SCHEMA,
            "commitment": expected.code,
            "edition": expected.edition,
            "field": expected.field,
            "base_sha256": judgement.base_sha256,
            "upload_sha256": upload_sha256,
            "received_at": received_at.isoformat(),
            "judged_at": now.isoformat(),
            "result": judgement.result,
            "reasons": list(judgement.reasons),
            "identity": None if not certificate else "mesa" if expected.confirmed else "dni",
            "certificate": {
                "issuer": certificate["issuer"],
                "usages": certificate["usages"],
                "chain": certificate["chain"] or [certificate["der"]],
                "from_store": certificate["added"],
                "moment": certificate["moment"],
                "links": certificate["links"],
            }
            if certificate
            else None,
            "trust": judgement.anchor.source if judgement.anchor else None,
            "signature": _signature(finding) if finding else None,
        }
    )


def _signature(finding: Mapping[str, Any]) -> dict[str, Any]:
    names = ("format", "digest_algorithm", "signature_algorithm", "signing_time", "time_source", "certificate_sha256", "revision_size")
    return {name: finding[name] for name in names}


def authorities(judgement: Judgement) -> Iterator[bytes]:
    """Yield the certificates (DER) that a later verification needs beside the file: the anchor, what the file left out, timestamps' anchors."""
    certificate = judgement.certificate
    chains = [certificate.get("chain", [])[-1:], certificate.get("added", [])]
    chains += [one["chain"][:1] for one in judgement.seen.get("timestamps", ())]
    for encoded in dict.fromkeys(one for chain in chains for one in chain):
        yield base64.b64decode(encoded)


def level(judgement: Judgement) -> str:
    """Return the PAdES level reached: a trusted timestamp makes it B-T."""
    return "B-T" if judgement.seen["people"][0]["time_source"] == "timestamp" else "B-B"

"""What the trust folder holds and what of it an operator must mend, for `portal trust` and `portal doctor`."""

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.digital.trust_folder import TrustFolder, fingerprint

SOON = timedelta(days=30)


def described(found: TrustFolder) -> list[dict[str, Any]]:
    """Return a row for each thing in the folder: {"kind", "file", "name", "until", "sha256", …}."""
    rows: list[dict[str, Any]] = []
    for name, one in found.lists:
        rows.append(
            {
                "kind": "list",
                "file": name,
                "name": f"{one.operator} ({one.territory})",
                "version": one.version,
                "issued": one.issued.isoformat(),
                "until": one.next_update.isoformat() if one.next_update else None,
                "services": len(one.services),
                "sha256": one.sha256,
            }
        )
    by_hand = [one for one in found.anchors if one.source["kind"] == "pem"]
    rows.extend(_certificate("anchor", one.file, one.der) | {"without_revocation": one.exempt} for one in by_hand)
    for kind, held in (("list-signer", found.signers), ("intermediate", found.intermediates)):
        rows.extend(_certificate(kind, name, one.public_bytes(Encoding.DER)) for name, one in held)
    rows.extend(
        {
            "kind": "crl",
            "file": name,
            "name": one.issuer.rfc4514_string(),
            "until": one.next_update_utc.isoformat() if one.next_update_utc else None,
        }
        for name, one in found.crls
    )
    return rows


def _certificate(kind: str, file: str, der: bytes) -> dict[str, Any]:
    one = x509.load_der_x509_certificate(der)
    until = one.not_valid_after_utc.isoformat()
    return {"kind": kind, "file": file, "name": one.subject.rfc4514_string(), "until": until, "sha256": fingerprint(one)}


def troubles(found: TrustFolder, *, now: datetime) -> list[tuple[str, str]]:
    """Return (file, sentence) of what cannot be used, has ended, or ends within thirty days."""
    ends: list[tuple[str, str, datetime | None]] = [
        (name, "la lista de confianza (NextUpdate)", one.next_update) for name, one in found.lists
    ]
    ends += [(name, "el certificado de quien publica la lista", one.not_valid_after_utc) for name, one in found.signers]
    ends += [(name, "el certificado intermedio", one.not_valid_after_utc) for name, one in found.intermediates]
    ends += [
        (one.file, "el certificado de la autoridad", datetime.fromisoformat(_certificate("", one.file, one.der)["until"]))
        for one in found.anchors
        if one.source["kind"] == "pem"
    ]
    rows = list(found.problems)
    for file, what, end in ends:
        if end is not None and end < now:
            rows.append((file, f"{what} venció el {end:%Y-%m-%d}"))
        elif end is not None and end - now < SOON:
            rows.append((file, f"{what} vence el {end:%Y-%m-%d}"))
    rows += [
        (name, f"la lista de revocación venció el {one.next_update_utc:%Y-%m-%d}: póngala al día")
        for name, one in found.crls
        if one.next_update_utc is not None and one.next_update_utc < now
    ]
    return rows

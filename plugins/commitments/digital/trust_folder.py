"""The operator's folder of outside trust: PORTAL_HOME/trust, read anew for each judgement.

    anchors/*.pem         authorities that are believed as they are
    lists/*.xml           trust lists (ETSI TS 119 612)
    list-signers/*.pem    certificates of those who publish the lists
    intermediates/*.pem   certificates that lead from a signer's to an anchor, for files that leave them out
    crls/*.crl            revocation lists (DER or PEM)

An empty file NAME.without-revocation beside an anchor or a list says that signatures under it need no revocation answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.digital.trust_lists import BadList, TrustList, read_list

FOLDER = "trust"
KINDS = {"anchor": "anchors", "list": "lists", "list-signer": "list-signers", "intermediate": "intermediates", "crl": "crls"}
EXEMPT = ".without-revocation"


@dataclass(frozen=True)
class Anchor:
    """A certificate (DER) that is believed, the file that says so, and what is captured of that file at a reception."""

    der: bytes
    file: str
    signs: bool
    times: bool
    exempt: bool
    source: dict[str, Any] = field(compare=False)
    stale_since: datetime | None = None
    """The list's NextUpdate, once it has passed."""


@dataclass(frozen=True)
class TrustFolder:
    """What the folder holds. `problems`: (file, sentence for the operator) of each thing that cannot be used."""

    anchors: tuple[Anchor, ...] = ()
    lists: tuple[tuple[str, TrustList], ...] = ()
    intermediates: tuple[tuple[str, x509.Certificate], ...] = ()
    signers: tuple[tuple[str, x509.Certificate], ...] = ()
    crls: tuple[tuple[str, x509.CertificateRevocationList], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()

    def anchor(self, der: bytes) -> Anchor | None:
        """Return the anchor with these bytes: the freshest when several files name it."""
        found = [one for one in self.anchors if one.der == der]
        return min(found, key=lambda one: one.stale_since is not None, default=None)


def read_folder(home: Path, *, now: datetime) -> TrustFolder:
    """Read the folder. A file that cannot be used is a problem, never an exception."""
    folder = home / FOLDER
    problems: list[tuple[str, str]] = []
    signers = tuple(_certificates(folder / "list-signers", problems))
    anchors = [
        Anchor(
            certificate.public_bytes(Encoding.DER),
            name,
            signs=True,
            times=True,
            exempt=_exempt(folder / name),
            source={"kind": "pem", "file": name},
        )
        for name, certificate in _certificates(folder / "anchors", problems)
    ]
    lists = []
    for path in sorted((folder / "lists").glob("*.xml")):
        name = f"lists/{path.name}"
        try:
            found = read_list(path.read_bytes(), tuple(one for _, one in signers))
        except (BadList, OSError) as error:
            problems.append((name, str(error)))
            continue
        lists.append((name, found))
        anchors.extend(_of_list(name, found, exempt=_exempt(path), now=now))
    return TrustFolder(
        anchors=tuple(anchors),
        lists=tuple(lists),
        intermediates=tuple(_certificates(folder / "intermediates", problems)),
        signers=signers,
        crls=tuple(_crls(folder / "crls", problems)),
        problems=tuple(problems),
    )


def _exempt(path: Path) -> bool:
    return path.with_suffix(EXEMPT).exists()


def _of_list(name: str, found: TrustList, *, exempt: bool, now: datetime) -> Iterator[Anchor]:
    stale = found.next_update is not None and found.next_update < now
    source = {
        "kind": "list",
        "file": name,
        "operator": found.operator,
        "territory": found.territory,
        "version": found.version,
        "issued": found.issued.isoformat(),
        "next_update": found.next_update.isoformat() if found.next_update else None,
        "sha256": found.sha256,
        "signer_sha256": found.signer_sha256,
    }
    for service in found.services:
        yield Anchor(
            service.der,
            name,
            signs=service.purpose == "sign",
            times=service.purpose == "time",
            exempt=exempt,
            source={**source, "service": service.name},
            stale_since=found.next_update if stale else None,
        )


def _certificates(folder: Path, problems: list[tuple[str, str]]) -> Iterator[tuple[str, x509.Certificate]]:
    for path in sorted(folder.glob("*.pem")):
        name = f"{folder.name}/{path.name}"
        try:
            found = x509.load_pem_x509_certificates(path.read_bytes())
        except (ValueError, OSError) as error:
            problems.append((name, f"no contiene certificados en PEM ({error})"))
            continue
        for one in found:
            yield name, one


def _crls(folder: Path, problems: list[tuple[str, str]]) -> Iterator[tuple[str, x509.CertificateRevocationList]]:
    for path in sorted(folder.glob("*.crl")):
        try:
            yield f"crls/{path.name}", read_crl(path.read_bytes())
        except (ValueError, OSError) as error:
            problems.append((f"crls/{path.name}", f"no es una lista de revocación ({error})"))


def read_crl(data: bytes) -> x509.CertificateRevocationList:
    """Return a revocation list from DER or PEM. Raises ValueError."""
    return x509.load_pem_x509_crl(data) if b"-----BEGIN" in data[:100] else x509.load_der_x509_crl(data)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the DER, hexadecimal."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()

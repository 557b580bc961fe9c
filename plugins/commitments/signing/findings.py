"""What an inspection found, as plain frozen data that travels between processes as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self

from .reasons import Reason, heaviest

SEAL_FIELD: Final = "sello"
"""The field that holds the portal's certification of every instrument."""

Kind = Literal["signature", "timestamp"]
Status = Literal["valid", "altered", "untrusted", "unverifiable"]
StandaloneVerdict = Literal["valid", "altered", "untrusted", "unsigned", "unverifiable"]


@dataclass(frozen=True)
class SignatureFinding:
    """One signature or document timestamp."""

    field: str
    kind: Kind = "signature"
    signer: str = ""
    """Common name in the certificate; empty when there is no certificate."""
    capacity: str = ""
    """Title in the certificate."""
    organisation: str = ""
    act: str = ""
    """Organisational unit in the certificate: the portal puts the instrument's code there."""
    slot: str = ""
    """serialNumber in the subject: the portal puts the reserved field's name there, a DNIe its document number."""
    issuer: str = ""
    covers: Literal["whole_file", "whole_revision", "part", ""] = ""
    intact: bool = False
    """The bytes it covers are those that were signed, and the signature over them is good."""
    trusted: bool = False
    digest_algorithm: str = ""
    signature_algorithm: str = ""
    format: str = ""
    """SubFilter of the signature dictionary."""
    signing_time: str | None = None
    """ISO 8601 with offset."""
    time_source: Literal["timestamp", "claimed"] | None = None
    certificate_serial: str = ""
    """Lower-case hexadecimal."""
    certificate_sha256: str = ""
    docmdp: int | None = None
    """1, 2 or 3 when this signature restricts later changes."""
    certification: bool = False
    """Whether it is the signature that certifies the document."""
    revision_size: int = 0
    """Size in bytes of the revision that it covers: the file's prefix of that size is what was signed."""
    reason: str = ""
    """What the signer gave as reason (/Reason)."""
    problems: tuple[Reason, ...] = ()

    @property
    def status(self) -> Status:
        """Follows from the problems."""
        worst = heaviest(list(self.problems))
        if worst in {"altered", "untrusted", "unverifiable"}:
            return worst  # type: ignore[return-value]
        return "valid"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON, with the status."""
        return {**asdict(self), "status": self.status, "problems": [problem.as_dict() for problem in self.problems]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The inverse of `as_dict`. Raises KeyError or TypeError for anything else."""
        known = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "problems": _reasons(data["problems"])})


@dataclass(frozen=True)
class Inspection:
    """A file judged by cryptography and the strict difference policy alone."""

    verdict: StandaloneVerdict
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureFinding, ...] = ()
    revisions: int = 0
    size: int = 0
    codes: tuple[str, ...] = field(default=())
    """Instrument codes that the raw bytes mention."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "verdict": self.verdict,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "signatures": [signature.as_dict() for signature in self.signatures],
            "revisions": self.revisions,
            "size": self.size,
            "codes": list(self.codes),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The inverse of `as_dict`. Raises KeyError or TypeError for anything else."""
        return cls(
            verdict=data["verdict"],
            reasons=_reasons(data["reasons"]),
            signatures=tuple(SignatureFinding.from_dict(item) for item in data["signatures"]),
            revisions=data["revisions"],
            size=data["size"],
            codes=tuple(data["codes"]),
        )


def _reasons(items: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(item["code"], item["detail"], item["values"]) for item in items)


def unreadable(code: str, detail: str = "", *, size: int = 0, codes: tuple[str, ...] = ()) -> Inspection:
    """The inspection of a file that could not be judged."""
    return Inspection("unverifiable", (Reason(code, detail),), size=size, codes=codes)

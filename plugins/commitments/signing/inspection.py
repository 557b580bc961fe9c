"""Judge any PDF by cryptography and the strict difference policy alone: anybody's file, honest or hostile.

The verdict is a conjunction: every signature intact, trusted and counted once, each covering its whole revision, the
last one covering the file, and nothing changed beyond what signing changes. What cannot be read is "unverifiable",
never valid and never an exception. Nothing is fetched from the network.
"""

import datetime as dt
import io
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .byte_ranges import raw_ranges, unclaimed_range
from .evidence import carried_evidence, raw_damage
from .findings import Inspection, SignatureFinding, unreadable
from .judging import Judge, finding_of
from .mentions import find_codes
from .overlay import find_overlays
from .policy import find_changes, only_adds_evidence
from .reasons import Reason, heaviest
from .revocation import NO_ANSWERS, Answers
from .trust import TrustBase

_MOST_REVISIONS: Final = 400
_MOST_FIELDS: Final = 1000
_MOST_BYTES: Final = 200_000_000
_LONGEST_TAIL: Final = 1_000_000
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # its warnings repeat what the reasons say
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def inspect(  # noqa: PLR0911 - one exit for each way of not being readable
    pdf: bytes,
    *,
    trust_roots: Sequence[asn1_x509.Certificate],
    now: dt.datetime,
    timestamp_roots: Sequence[asn1_x509.Certificate] = (),
    answers: Answers = NO_ANSWERS,
) -> Inspection:
    """Judge `pdf`, trusting only what chains to `trust_roots` at `now` (or at a trusted timestamp's time). Never raises.

    `timestamp_roots`: believed for timestamps only. `answers`: revocation answers beside those that the file carries.
    """
    if len(pdf) > _MOST_BYTES:
        return unreadable("too_large", f"{len(pdf)} bytes", size=len(pdf))
    codes = tuple(find_codes(pdf))
    if b"%PDF-" not in pdf[:1024]:
        return unreadable("not_a_pdf", "no %PDF- header in the first 1024 bytes", size=len(pdf), codes=codes)
    try:
        return _Inspector(pdf, codes, TrustBase(trust_roots, (), answers, timestamp_roots), now).run()
    except _Refused as refusal:
        if refusal.code == "appended":
            return Inspection("altered", (Reason("appended", refusal.detail),), size=len(pdf), codes=codes)
        return unreadable(refusal.code, refusal.detail, size=len(pdf), codes=codes)
    except RecursionError:
        return unreadable("too_complex", "objects nested too deeply", size=len(pdf), codes=codes)
    except PdfDecodeLimitError as error:
        return unreadable("too_complex", str(error), size=len(pdf), codes=codes)
    except MemoryError:
        return unreadable("no_memory", size=len(pdf), codes=codes)
    except Exception as error:  # noqa: BLE001 - attackers choose the bytes; whatever a parser raises means "not judged"
        detail = f"{type(error).__name__}: {error}"
        damage = raw_damage(pdf)
        if damage is not None:
            return Inspection("altered", (damage, Reason("damaged", detail)), size=len(pdf), codes=codes)
        return unreadable("damaged", detail, size=len(pdf), codes=codes)


class _Refused(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class _Inspector:
    def __init__(
        self,
        pdf: bytes,
        codes: tuple[str, ...],
        base: TrustBase,
        now: dt.datetime,
    ) -> None:
        self._pdf, self._codes, self._base, self._now = pdf, codes, base, now
        self._must_be_unsigned = False
        self._reader = self._open()
        self._reasons: list[Reason] = []

    def _open(self) -> PdfFileReader:
        if self._pdf.rfind(b"startxref") < len(self._pdf) - _LONGEST_TAIL:
            # a reader would look for it byte by byte
            raise _Refused("appended" if raw_ranges(self._pdf) else "damaged", "no startxref near the end")
        try:
            reader = PdfFileReader(io.BytesIO(self._pdf), strict=True)
            _ = reader.root
        except PdfDecodeLimitError:
            raise
        except PdfError:
            # some producers are sloppy; leniency is safe only where one signature covers every byte, or where there is none
            ranges = raw_ranges(self._pdf)
            if ranges and (len(ranges) != 1 or sum(ranges[0][2:]) != len(self._pdf)):
                raise
            self._must_be_unsigned = not ranges
            reader = PdfFileReader(io.BytesIO(self._pdf), strict=False)
            _ = reader.root
        if reader.encrypted:
            raise _Refused("encrypted", "the trailer has /Encrypt")
        if reader.xrefs.hybrid_xrefs_present:
            raise _Refused("hybrid", "hybrid-reference file: /XRefStm")
        if reader.xrefs.total_revisions > _MOST_REVISIONS:
            raise _Refused("too_complex", f"{reader.xrefs.total_revisions} revisions")
        return reader

    def run(self) -> Inspection:
        embedded, broken = self._collect()
        if self._must_be_unsigned and (embedded or broken):
            raise _Refused("damaged", "signatures that the raw bytes do not show, in a file that only a lenient reader opens")
        if broken and (damage := raw_damage(self._pdf)) is not None:
            self._reasons.append(damage)
        findings = [*self._judge(embedded), *broken]
        if not findings:
            return self._without_signatures()
        self._check_removed(embedded)
        self._check_duplicates(embedded)
        self._check_changes(embedded)
        self._check_tail(findings)
        self._reasons.extend(find_overlays(self._reader, self._pdf, embedded))
        reasons = self._reasons + [problem for finding in findings for problem in finding.problems]
        verdict = heaviest(reasons)
        if verdict is None and not any(finding.kind == "signature" for finding in findings):
            reasons.append(Reason("only_timestamps"))
            verdict = "unsigned"
        if verdict is None:
            reasons.insert(0, Reason("all_valid"))
        reasons.sort(key=lambda reason: reason.weight != verdict)
        return self._result(verdict or "valid", reasons, findings)

    def _result(self, verdict: str, reasons: list[Reason], findings: Sequence[SignatureFinding] = ()) -> Inspection:
        return Inspection(
            verdict=verdict,  # type: ignore[arg-type]
            reasons=tuple({r.code + r.sentence + r.detail: r for r in reasons}.values()),
            signatures=tuple(sorted(findings, key=lambda finding: finding.revision_size)),
            revisions=self._reader.xrefs.total_revisions,
            size=len(self._pdf),
            codes=self._codes,
        )

    def _collect(self) -> tuple[list[EmbeddedPdfSignature], list[SignatureFinding]]:
        """The signatures that can be parsed, by revision; and a finding for each field whose value cannot."""
        embedded, broken = [], []
        for count, (name, value, field) in enumerate(enumerate_sig_fields(self._reader, filled_status=True)):
            if count > _MOST_FIELDS:
                raise _Refused("too_complex", f"more than {_MOST_FIELDS} signature fields")
            try:
                if not isinstance(value.get_object(), DictionaryObject):
                    raise TypeError("the value of the signature field is not a dictionary")  # noqa: TRY301
                embedded.append(EmbeddedPdfSignature(self._reader, field, str(name)))
            except Exception as error:  # noqa: BLE001 - see `inspect`
                problem = Reason("broken_signature_data", f"{type(error).__name__}: {error}", {"field": str(name)})
                broken.append(SignatureFinding(field=str(name), problems=(problem,)))
        embedded.sort(key=lambda signature: signature.signed_revision)
        return embedded, broken

    def _judge(self, embedded: Sequence[EmbeddedPdfSignature]) -> list[SignatureFinding]:
        certificates, answers = carried_evidence(self._reader, embedded)
        base = replace(self._base, certificates=certificates, answers=self._base.answers + answers)
        judge = Judge(self._pdf, base, self._now)
        certifier = _certifier(self._reader)
        return [finding_of(judge, signature, certifier) for signature in reversed(embedded)]

    def _without_signatures(self) -> Inspection:
        if raw_ranges(self._pdf):
            return self._result("altered", [Reason("signature_removed", "a /ByteRange that no signature field refers to")])
        return self._result("unsigned", [Reason("no_signature")])

    def _check_removed(self, embedded: Sequence[EmbeddedPdfSignature]) -> None:
        """Whoever signs last over another catalogue would make the earlier signatures vanish without a word."""
        left = unclaimed_range(self._pdf, {tuple(int(number) for number in one.byte_range) for one in embedded})
        if left is not None:
            self._reasons.append(Reason("signature_removed", f"the signature over {left} is in no field"))

    def _check_duplicates(self, embedded: Sequence[EmbeddedPdfSignature]) -> None:
        seen: dict[tuple[int, ...] | bytes, list[str]] = defaultdict(list)
        for signature in embedded:
            seen[tuple(int(number) for number in signature.byte_range)].append(signature.fq_name)
            seen[bytes(signature.signer_info["signature"].native)].append(signature.fq_name)
        for names in {tuple(sorted(set(names))) for names in seen.values() if len(names) > 1}:
            self._reasons.append(Reason("counted_twice", "same byte range or same CMS signature", {"fields": ", ".join(names)}))

    def _check_changes(self, embedded: Sequence[EmbeddedPdfSignature]) -> None:
        for change in find_changes(self._reader, embedded):
            code = "changed_after" if change.comparable else "damaged"
            self._reasons.append(Reason(code, f"revision {change.revision}: {change.explanation}"[:1000]))

    def _check_tail(self, findings: Sequence[SignatureFinding]) -> None:
        """Whatever follows the last signature may only be validation data, as PAdES B-LT leaves it."""
        end = max(finding.revision_size for finding in findings)
        if end == 0 or end == len(self._pdf):
            return
        xrefs = self._reader.xrefs
        later = [revision for revision in range(1, xrefs.total_revisions) if xrefs.get_xref_container_info(revision).end_location > end]
        tail = self._pdf[end:]
        ends_well = tail.rstrip(b"\r\n").endswith(b"%%EOF") and len(tail) - len(tail.rstrip(b"\r\n")) <= 2  # noqa: PLR2004
        whole_revisions = later and ends_well and tail.count(b"%%EOF") == len(later)
        if not whole_revisions or not all(only_adds_evidence(self._reader, revision) for revision in later):
            self._reasons.append(Reason("appended", f"bytes {end} to {len(self._pdf)} are not covered by any signature"))


def _certifier(reader: PdfFileReader) -> object:
    """Reference of the signature that certifies the document, or None."""
    try:
        value = reader.root["/Perms"].raw_get("/DocMDP")
    except (KeyError, TypeError, AttributeError):
        return None
    return value.reference if isinstance(value, IndirectObject) else None

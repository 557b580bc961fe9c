"""Judge an offline bundle by what it carries: no portal, no database, no network.

A bundle is a ZIP with the signed document, its data, the roots and the ledger's entries with their proofs (README.md in
it says so to people). All of it must agree: the document with its signatures, the data with what the certified
document holds inside, each entry with the document's bytes, and every entry with the published head.
"""

import datetime as dt
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from lzma import LZMAError
from typing import Any, Final

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509

from portal.ledger.merkle import is_included, leaf_hash
from portal.timestamp_tokens import NoTimestamp, check_token

from .attachments import attachments
from .authority import read_roots
from .codes import PATTERN, normalise
from .completeness import counts, missing
from .findings import SEAL_FIELD, Inspection, SignatureFinding
from .inspection import inspect
from .reasons import Reason, heaviest, hide_numbers, without_numbers
from .revocation import Answers

SCHEMA: Final = "rubrica.bundle/1"
SUMS, MANIFEST = "SHA256SUMS", "bundle.json"
DOCUMENT, CONSTANCIA, AGENDA, RECORD = "instrument.pdf", "constancia.pdf", "agenda.json", "commitment.json"
HEAD, TOKEN = "ledger/head.json", "ledger/head.tsr"
_NEEDED: Final = (MANIFEST, DOCUMENT, AGENDA, RECORD, HEAD)
_MOST_FILES, _MOST_BYTES = 1000, 200_000_000


class Malformed(Exception):
    """Not a bundle, or one that lacks something; the argument is for experts."""


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger as the bundle has it: its bytes, what they say, and the steps up to the head."""

    raw: bytes = field(repr=False)
    facts: dict[str, Any]
    path: tuple[bytes, ...]

    @property
    def kind(self) -> str:
        """What kind of fact it is."""
        return str(self.facts.get("kind"))

    @property
    def data(self) -> dict[str, Any]:
        """What the entry records."""
        found = self.facts.get("data")
        return found if isinstance(found, dict) else {}


def unpack(data: bytes) -> dict[str, bytes]:
    """Return {name: bytes} of a bundle. Raises `Malformed`: for ambiguous, encrypted or huge archives too."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > _MOST_FILES or sum(one.file_size for one in members) > _MOST_BYTES:
                raise Malformed("too many files, or too large")
            if len({one.filename for one in members}) != len(members):
                raise Malformed("two files have one name")
            files = {}
            for one in members:
                with archive.open(one) as opened:
                    files[one.filename] = opened.read(one.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, LZMAError, RuntimeError, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
    lacking = [name for name in (*_NEEDED, SUMS) if name not in files]
    if lacking:
        raise Malformed("lacks " + ", ".join(lacking))
    if _object(files[MANIFEST]).get("schema") != SCHEMA:
        raise Malformed(f"{MANIFEST} is not {SCHEMA}")
    return files


def judge_bundle(
    data: bytes,
    *,
    now: dt.datetime,
    fingerprints: Sequence[str] = (),
    roots: Sequence[asn1_x509.Certificate] = (),
    head: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return {"verdict", "reasons", "instrument", "signatures"} of a bundle, as `portal verify --json` prints it.

    `fingerprints` (SHA-256, of a root's DER or of its file) and `roots` are what the caller trusts; with neither, the
    bundle's own roots are believed and the answer is at best "valid", never "authentic". `head`: a published head that the caller kept.
    """
    try:
        return _Bundle(unpack(data), now, fingerprints, roots, head).judged()
    except Malformed as error:
        return _said("unverifiable", [Reason("bundle_malformed", str(error))], None, ())


def _said(verdict: str, reasons: Sequence[Reason], code: str | None, signatures: Sequence[SignatureFinding]) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "reasons": [without_numbers(one).as_dict() for one in reasons],
        "instrument": code,
        "signatures": [one.as_dict() for one in signatures],
    }


class _Bundle:
    def __init__(
        self,
        files: dict[str, bytes],
        now: dt.datetime,
        fingerprints: Sequence[str],
        roots: Sequence[asn1_x509.Certificate],
        head: Mapping[str, Any] | None,
    ) -> None:
        self.files, self.now, self.kept_head = files, now, head
        self.record, self.head = _object(files[RECORD]), _object(files[HEAD])
        self.code = str(self.record.get("code", ""))
        self.document = files[DOCUMENT]
        self.reasons: list[Reason] = []
        self.confirmed = bool(fingerprints or roots)
        self.roots = self._trusted(fingerprints, roots)
        self.timestamp_roots = [one for _, found in self._certificates("timestamp-roots/") for one in found]
        self.entries = self._entries()

    def _certificates(self, folder: str) -> list[tuple[bytes, tuple[asn1_x509.Certificate, ...]]]:
        found = []
        for name in sorted(self.files):
            if name.startswith(folder) and name.endswith(".pem"):
                try:
                    found.append((self.files[name], read_roots(self.files[name])))
                except ValueError as error:
                    raise Malformed(f"{name}: {error}") from error
        return found

    def _trusted(self, fingerprints: Sequence[str], given: Sequence[asn1_x509.Certificate]) -> list[asn1_x509.Certificate]:
        inside = self._certificates("roots/")
        everything = [one for _, found in inside for one in found]
        if not self.confirmed:
            shown = ", ".join(one.sha256.hex() for one in everything)
            self.reasons.append(Reason("root_unconfirmed", "", {"sha256": shown}))
            return everything
        wanted = {one.replace(":", "").lower() for one in fingerprints}
        chosen = [one for raw, found in inside for one in found if {one.sha256.hex(), hashlib.sha256(raw).hexdigest()} & wanted]
        if fingerprints and not chosen:
            self.reasons.append(Reason("root_differs", ", ".join(one.sha256.hex() for one in everything)))
        elif chosen or given:
            self.reasons.append(Reason("root_confirmed"))
        return [*chosen, *given]

    def _entries(self) -> list[Entry]:
        found = []
        for name in sorted(self.files):
            if name.startswith("ledger/") and name.endswith(".json") and name != HEAD:
                steps = self.files.get(name.removesuffix(".json") + ".path", b"").decode("ascii", "replace").split()
                try:
                    path = tuple(bytes.fromhex(one) for one in steps[1::2])
                except ValueError as error:
                    raise Malformed(f"{name}: {error}") from error
                found.append(Entry(self.files[name], _object(self.files[name]), path))
        return found

    def judged(self) -> dict[str, Any]:
        self._check_sums()
        inspection = self._inspect(self.document)
        self.reasons += [one for one in inspection.reasons if one.weight != "note"]
        if inspection.verdict == "unsigned":
            self.reasons.append(Reason("bundle_disagrees", "", {"what": "el documento no tiene firmas"}))
        signed = {one.field: one for one in inspection.signatures if one.kind == "signature"}
        self._check_seal(signed.get(SEAL_FIELD))
        self._check_attachments(signed.get(SEAL_FIELD))
        self._check_ledger()
        self._check_facts(signed)
        self._check_constancia()
        self._check_token()
        verdict = heaviest(self.reasons)
        if verdict is None:
            verdict = self._complete(set(signed))
        order = sorted(self.reasons, key=lambda one: one.weight != verdict)
        return _said(verdict, list({(one.code, one.sentence): one for one in order}.values()), self.code or None, self._named(inspection))

    def _inspect(self, pdf: bytes) -> Inspection:
        crls = tuple(self.files[name] for name in sorted(self.files) if name.startswith("revocation/"))
        return inspect(pdf, trust_roots=self.roots, now=self.now, timestamp_roots=self.timestamp_roots, answers=Answers(crls))

    def _wrong(self, what: str, detail: str = "") -> None:
        self.reasons.append(Reason("bundle_disagrees", detail, {"what": what}))

    def _check_sums(self) -> None:
        listed = {}
        for line in self.files[SUMS].decode("utf-8", "replace").splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        for name in sorted(self.files.keys() | listed.keys()):
            if name != SUMS and (name not in self.files or listed.get(name) != hashlib.sha256(self.files[name]).hexdigest()):
                self.reasons.append(Reason("bundle_file_changed", "", {"name": name}))

    def _check_seal(self, seal: SignatureFinding | None) -> None:
        if seal is None or not (seal.certification and seal.docmdp == 2):  # noqa: PLR2004 - form filling
            self._wrong("el documento no lleva la certificación del portal")

    def _check_attachments(self, seal: SignatureFinding | None) -> None:
        """The certified document holds both files inside: the loose ones must be they."""
        if seal is None:
            return
        inside = attachments(self.document[: seal.revision_size])
        for name in (AGENDA, RECORD):
            if inside.get(name) != self.files[name]:
                self._wrong(f"{name} no es el que está dentro del documento")
        if normalise(self.code) != self.code:
            self._wrong("commitment.json no tiene el código del compromiso")

    def _check_ledger(self) -> None:
        size, root = self.head.get("size"), _hash(self.head.get("root"))
        if self.head.keys() != _HEAD_KEYS or self.head["schema"] != "rubrica.head/1" or not isinstance(size, int) or root is None:
            raise Malformed(f"{HEAD} is no head")
        for one in self.entries:
            seq = one.facts.get("seq")
            if not isinstance(seq, int) or not is_included(leaf_hash(one.raw), seq - 1, size, one.path, root):
                self.reasons.append(Reason("ledger_entry_false", "", {"seq": str(seq)}))
        if self.kept_head is not None:
            same = all(self.kept_head.get(name) == self.head.get(name) for name in ("size", "root", "last_entry"))
            self.reasons.append(Reason("head_confirmed" if same else "head_differs"))

    def _check_facts(self, signed: Mapping[str, SignatureFinding]) -> None:
        """What the ledger recorded must be what the files are."""
        edition, digests = self.record.get("edition"), _prefixes(self.document)
        about = [
            one for one in self.entries if one.facts.get("subject") == f"commitment:{self.code}" and one.data.get("edition") == edition
        ]
        expected: dict[str, dict[str, str]] = {
            _ISSUED: {"record_sha256": self._sha256(RECORD), "version_sha256": self._sha256(AGENDA)},
            _SIGNED: {},
            _PUBLISHED: {"constancia_sha256": self._sha256(CONSTANCIA)},
        }
        for one in about:
            kind, seq = one.kind, one.facts.get("seq")
            if kind in expected and one.data.get("revision_sha256") not in digests:
                self._wrong(f"la entrada {seq} es sobre otro documento")
            if any(one.data.get(name) != value for name, value in expected.get(kind, {}).items()):
                self._wrong(f"la entrada {seq} no corresponde a los archivos")
            if kind in _AFTER:
                self.reasons.append(Reason(_AFTER[kind]))
        issued = next((one.data for one in about if one.kind == _ISSUED), {})
        seal = signed.get(SEAL_FIELD)
        if seal is None or issued.get("seal_sha256") != seal.certificate_sha256:
            self._wrong("la emisión no está en el registro")
        self._check_people(signed, {str(one.data.get("field")): one.data for one in about if one.kind == _SIGNED})

    def _check_people(self, signed: Mapping[str, SignatureFinding], recorded: Mapping[str, Mapping[str, Any]]) -> None:
        for name in sorted((signed.keys() | recorded.keys()) - {SEAL_FIELD}):
            known = recorded.get(name, {}).get("certificate_sha256")
            if name not in signed or known != signed[name].certificate_sha256:
                self._wrong(f"la firma del campo {name} no es la que está en el registro")
        if signed.keys() - {SEAL_FIELD} - {one.get("field") for one in self._slots()}:
            self._wrong("hay firmas que el documento no preveía")
        for finding in signed.values():
            if PATTERN.fullmatch(finding.act) and finding.act != self.code:
                self._wrong(f"la firma del campo {finding.field} es de otro compromiso")

    def _check_constancia(self) -> None:
        pdf = self.files.get(CONSTANCIA)
        if pdf is None:
            return
        found = self._inspect(pdf)
        self.reasons += [one for one in found.reasons if one.weight != "note"]
        if found.verdict == "unsigned" or not any(one.certification for one in found.signatures):
            self._wrong("la constancia no lleva el sello del portal", found.verdict)

    def _check_token(self) -> None:
        der = self.files.get(TOKEN)
        if der is None:
            self.reasons.append(Reason("head_unstamped"))
            return
        try:
            claimed = _token_time(der)
            token = check_token(der, digest=hashlib.sha256(self.files[HEAD]).digest(), roots=self.timestamp_roots, now=claimed)
        except NoTimestamp as problem:
            code = "head_stamp_untrusted" if "trusted" in str(problem) else "head_stamp_broken"
            self.reasons.append(Reason(code, str(problem)))
        else:
            self.reasons.append(Reason("head_stamped", token.time.isoformat(), {"authority": token.authority}))

    def _complete(self, signed: set[str]) -> str:
        slots = [
            _Expected(str(one["field"]), bool(one["required"]), one.get("pool"), one.get("needed"))
            for one in self._slots()
            if {"field", "required"} <= one.keys()
        ]
        have, expected = counts(slots, signed)
        said = {"signed": str(have), "expected": str(expected)}
        if missing(slots, signed):
            self.reasons.append(Reason("incomplete", "", said))
            return "authentic_incomplete" if self.confirmed else "valid"
        self.reasons.append(Reason("complete" if self.confirmed else "bundle_complete", "", said))
        return "authentic_complete" if self.confirmed else "valid"

    def _slots(self) -> list[dict[str, Any]]:
        found = self.record.get("slots")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _named(self, inspection: Inspection) -> list[SignatureFinding]:
        """With the names that the document prints: a certificate of a DNIe says the number too, which nobody needs here."""
        names = {one.get("field"): str(one.get("name") or "") for one in self._slots()}
        signatures = [one for one in inspection.signatures if one.kind == "signature"]
        return [
            replace(
                one,
                slot="",
                signer=names.get(one.field) or hide_numbers(one.signer),
                problems=tuple(without_numbers(problem) for problem in one.problems),
            )
            for one in signatures
        ]

    def _sha256(self, name: str) -> str:
        return hashlib.sha256(self.files[name]).hexdigest() if name in self.files else ""


_ISSUED, _SIGNED, _PUBLISHED = "commitment.issued", "commitment.signed", "commitment.published"
_HEAD_KEYS: Final = {"schema", "size", "root", "last_entry", "published_at"}
_AFTER: Final = {"commitment.withdrawn": "withdrawn", "commitment.superseded": "superseded"}


@dataclass(frozen=True)
class _Expected:
    field: str
    required: bool
    pool: str | None
    needed: int | None


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def _hash(text: object) -> bytes | None:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _prefixes(pdf: bytes) -> set[str]:
    """SHA-256 of every beginning of the file that may be one of its revisions: those that end with %%EOF."""
    found, hasher, done = set(), hashlib.sha256(), 0
    place = pdf.find(b"%%EOF")
    while place >= 0:
        for end in range(place + 5, min(place + 7, len(pdf)) + 1):
            hasher.update(pdf[done:end])
            done = end
            found.add(hasher.copy().hexdigest())
        place = pdf.find(b"%%EOF", place + 7)
    return found


def _token_time(der: bytes) -> dt.datetime:
    try:
        content = cms.ContentInfo.load(der, strict=True)["content"]["encap_content_info"]["content"].parsed
        claimed = content["gen_time"].native if isinstance(content, tsp.TSTInfo) else None
    except Exception as error:
        raise NoTimestamp(f"the token cannot be read: {type(error).__name__}") from error
    if not isinstance(claimed, dt.datetime):
        raise NoTimestamp("the token has no time")
    return claimed

"""What may change in a PDF after a signature: other signatures, and the evidence that keeps them verifiable. Nothing else.

pyHanko's own default also lets text fields be filled, which an attacker turns into a "shadow replace" (the
appearance of an unlocked field swapped). Here the form rule knows signature fields only; the document information may
change in its dates and producer only; and no object that draws (a stream, a font) may be replaced, whatever a rule says.

Each revision is compared with the one before it, once, under the strictest permission and all field locks in
force by then: n comparisons for n signatures where comparing each signature with all later revisions takes n²/2.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Final

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, Reference, StreamObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FieldComparisonContext,
    FieldMDPRule,
    FormUpdate,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .plain_signing import Mentions, is_plain_signing, supplied_later
from .reading import elements, entry, text
from .usages import answer_for

_INFO_THAT_MAY_CHANGE: Final = frozenset({"/ModDate", "/Producer"})
_INFO_THAT_MAY_APPEAR: Final = _INFO_THAT_MAY_CHANGE | {"/CreationDate", "/Creator"}


class _DatesOnlyInfoRule(DocInfoRule):
    """The information dictionary may get a new date and producer; title, author and the rest stay."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        before, after = (_info(revision) for revision in (old, new))
        for key in before.keys() | after.keys():
            allowed = _INFO_THAT_MAY_CHANGE if key in before else _INFO_THAT_MAY_APPEAR
            if before.get(key) != after.get(key) and key not in allowed and key in after:
                raise SuspiciousModification(f"document information {key} changed")
        yield from super().apply(old, new)


def _info(revision: HistoricalResolver) -> dict[str, object]:
    reference = revision.trailer_view.get_value_as_reference("/Info", optional=True)
    info = revision(reference) if reference is not None else None  # the trailer alone would lead to today's object
    return dict(info) if isinstance(info, DictionaryObject) else {}


class _SeparateWidgetRule(FieldMDPRule):
    """A field whose picture is a separate widget may get its picture when it is signed, as a merged one may."""

    def apply(self, context: FieldComparisonContext) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        for name, spec in context.field_specs.items():
            before, after = spec.old_field, spec.new_field
            if spec.field_type != "/Sig" or before is None or after is None or "/V" in before or "/V" not in after:
                continue
            for kid in elements(entry(after, "/Kids"), follow=False):
                if isinstance(kid, IndirectObject) and not context.old.is_ref_unassignable(kid.reference):
                    yield from self._picture(context, name, kid.reference)

    def _picture(
        self,
        context: FieldComparisonContext,
        name: str,
        reference: Reference,
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        before, after = context.old(reference), context.new(reference)
        if not isinstance(before, DictionaryObject) or "/T" in before or text(before, "/Subtype") != "/Widget":
            return
        compare_dicts(before, after, frozenset({"/AP"}))
        yield ModificationLevel.FORM_FILLING, FormUpdate(updated_ref=reference, field_name=name)
        picture = after.raw_get("/AP") if "/AP" in after else None
        if picture is not None:
            for new in context.new.collect_dependencies(picture, since_revision=context.old.revision + 1):
                yield ModificationLevel.FORM_FILLING, FormUpdate(updated_ref=new, field_name=name)


_EVIDENCE_RULES: Final = [
    _DatesOnlyInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
    XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
    DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),
]

STRICT_POLICY: Final = StandardDiffPolicy(
    global_rules=[CatalogModificationRule(), *_EVIDENCE_RULES],
    form_rule=FormUpdatingRule([SigFieldCreationRule(), SigFieldModificationRule(), _SeparateWidgetRule()]),
)
"""Signature fields may be created and filled; validation data may be added."""

EVIDENCE_POLICY: Final = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=frozenset({"/DSS", "/Extensions", "/Version", "/Metadata"})),
        *_EVIDENCE_RULES,
    ],
    form_rule=None,
)
"""Validation data may be added; nothing in the form."""


@dataclasses.dataclass(frozen=True)
class Change:
    """A change after a signature that is not allowed."""

    revision: int
    """The revision (counted from 0) that made it."""
    explanation: str
    comparable: bool = True
    """False when the two revisions could not be compared at all: then nothing is known."""


class _AllLocks(FieldMDPSpec):
    """The union of the field locks of several signatures."""

    def __init__(self, locks: Sequence[FieldMDPSpec]) -> None:
        self._locks = tuple(locks)

    def is_locked(self, field_name: str) -> bool:
        return any(lock.is_locked(field_name) for lock in self._locks)


def find_changes(reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature]) -> list[Change]:
    """Every change after the first signature that the strict policy refuses."""
    if not signatures:
        return []
    found = []
    # lenient, because an honest file may point to an object that does not exist; `supplied_later` watches those
    reader = PdfFileReader(reader.stream, strict=False)
    mentions = Mentions(reader)
    first = min(signature.signed_revision for signature in signatures)
    for revision in range(first, reader.xrefs.total_revisions - 1):
        in_force = [signature for signature in signatures if signature.signed_revision <= revision]
        levels = [level for signature in in_force if (level := signature.docmdp_level) is not None]
        locks = [lock for signature in in_force if (lock := signature.fieldmdp) is not None]
        try:
            _compare(
                reader.get_historical_resolver(revision),
                reader.get_historical_resolver(revision + 1),
                mentions,
                min(levels, key=lambda level: level.value, default=None),
                locks,
            )
        except SuspiciousModification as change:
            found.append(Change(revision + 1, str(change)))
        except PdfError as error:
            found.append(Change(revision + 1, f"cannot be compared: {error}", comparable=False))
    return found


def _compare(
    old: HistoricalResolver,
    new: HistoricalResolver,
    mentions: Mentions,
    level: MDPPerm | None,
    locks: list[FieldMDPSpec],
) -> None:
    for reference in supplied_later(mentions, old, new):
        raise SuspiciousModification(f"{reference}, to which an earlier revision points, was supplied later")
    may_fill = level is None or level.value >= MDPPerm.FILL_FORMS.value
    if may_fill and not locks and is_plain_signing(old, new):
        return
    answer_for(old)
    lock = _AllLocks(locks) if locks else None
    result = STRICT_POLICY.apply(old, new, field_mdp_spec=lock, doc_mdp=level)
    if level is not None and result.modification_level.value > level.value:
        raise SuspiciousModification(f"{result.modification_level.name} is not allowed by DocMDP {level.value}")
    _refuse_replaced_drawings(old, new)


def _refuse_replaced_drawings(old: HistoricalResolver, new: HistoricalResolver) -> None:
    for reference in new.explicit_refs_in_revision():
        if old.is_ref_unassignable(reference):
            continue  # a new object
        before, after = old(reference), new(reference)
        if isinstance(before, StreamObject):
            if not _is_metadata(old, reference) and not _same_stream(before, after):
                raise SuspiciousModification(f"stream {reference} was replaced")
        elif isinstance(before, DictionaryObject) and before != after:
            kind = str(entry(before, "/Type"))
            if kind in {"/Font", "/FontDescriptor", "/XObject", "/Pattern", "/ExtGState", "/Encoding"}:
                raise SuspiciousModification(f"{kind} {reference} was replaced")


def _is_metadata(revision: HistoricalResolver, reference: Reference) -> bool:
    try:
        metadata = revision.root.raw_get("/Metadata")
    except KeyError:
        return False
    return isinstance(metadata, IndirectObject) and metadata.reference == reference


def _same_stream(before: StreamObject, after: object) -> bool:
    return isinstance(after, StreamObject) and dict(before) == dict(after) and before.encoded_data == after.encoded_data


def only_adds_evidence(reader: PdfFileReader, revision: int) -> bool:
    """Whether `revision` adds validation data to the security store (as PAdES B-LT does) and changes nothing else."""
    reader = PdfFileReader(reader.stream, strict=False)  # as in `find_changes`
    old, new = reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
    try:
        answer_for(old)
        EVIDENCE_POLICY.apply(old, new)
        _refuse_replaced_drawings(old, new)
    except (SuspiciousModification, PdfError):
        return False
    if "/DSS" not in new.root or any(supplied_later(Mentions(reader), old, new)):  # the dear question last
        return False
    if "/DSS" not in old.root or old.root.raw_get("/DSS") != new.root.raw_get("/DSS"):
        return True
    store = new.root.raw_get("/DSS")
    return isinstance(store, IndirectObject) and store.reference in new.explicit_refs_in_revision()

"""Recognise the plainest update there is, one reserved field filled with a signature, without walking the whole document.

pyHanko's policy computes every path to every object of each revision before it compares: a third of a second for twenty
tagged pages, ten seconds for thirty signatures. The update that the portal (and most programs) writes when
somebody signs replaces a single object, the field, in two entries. That can be checked on the spot, more strictly
than the policy would. Whatever is not as plain goes to the policy.

Also closes a gap of the policy: an earlier page may point to an object that does not exist yet, and a later update
may supply it. Such an object would count as new and unused; here it counts as a change.
"""

from collections.abc import Iterator
from typing import Final, TypeGuard

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

_OF_THE_TABLE: Final = frozenset(
    {"/Prev", "/Size", "/ID", "/W", "/Index", "/Length", "/Filter", "/DecodeParms", "/Type"},
)
_SIGNED_ENTRIES: Final = frozenset({"/V", "/AP"})


class Mentions:
    """The numbers of all objects that the revisions up to a given one define or point to."""

    def __init__(self, reader: PdfFileReader) -> None:
        self._reader = reader
        self._by_revision: list[set[int]] = []

    def up_to(self, revision: int) -> set[int]:
        """Object numbers that revision 0 to `revision` point to."""
        while len(self._by_revision) <= revision:
            number = len(self._by_revision)
            found = set(self._by_revision[-1]) if self._by_revision else set()
            resolver = self._reader.get_historical_resolver(number)
            _collect(resolver.trailer_view, found)
            for reference in resolver.explicit_refs_in_revision():
                _collect(resolver(reference), found)
            self._by_revision.append(found)
        return self._by_revision[revision]


def _collect(start: PdfObject, found: set[int]) -> None:
    waiting = [start]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            found.add(value.idnum)
        elif isinstance(value, DictionaryObject):
            waiting.extend(value.values())
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))


def supplied_later(mentions: Mentions, old: HistoricalResolver, new: HistoricalResolver) -> Iterator[Reference]:
    """Objects of `new` that did not exist in `old` although something there already pointed to them."""
    pointed_to = mentions.up_to(old.revision)
    for reference in new.explicit_refs_in_revision():
        if reference.idnum in pointed_to and old.is_ref_unassignable(reference):
            yield reference


def is_plain_signing(old: HistoricalResolver, new: HistoricalResolver) -> bool:
    """Whether `new` fills one empty signature field with a signature and its picture, and touches nothing else that existed."""
    if new.refs_freed_in_revision() or not _same_trailer(old.trailer_view, new.trailer_view):
        return False
    replaced = [reference for reference in new.explicit_refs_in_revision() if not old.is_ref_unassignable(reference)]
    return len(replaced) == 1 and _is_filled_field(old, old(replaced[0]), new(replaced[0]))


def _same_trailer(before: DictionaryObject, after: DictionaryObject) -> bool:
    keys = (before.keys() | after.keys()) - _OF_THE_TABLE
    return all(key in before and key in after and before.raw_get(key) == after.raw_get(key) for key in keys)


def _is_filled_field(old: HistoricalResolver, before: PdfObject, after: PdfObject) -> bool:
    if not _is_empty_slot(before) or not isinstance(after, DictionaryObject) or isinstance(after, StreamObject):
        return False
    if not _same_entries(before, after):
        return False
    return _is_new(old, after, "/V", DictionaryObject) and _is_new_picture(old, after)


def _is_empty_slot(field: PdfObject) -> TypeGuard[DictionaryObject]:
    if not isinstance(field, DictionaryObject) or isinstance(field, StreamObject):
        return False
    expected = {"/FT": "/Sig", "/Subtype": "/Widget"}
    is_slot = all(key in field and field.raw_get(key) == value for key, value in expected.items())
    return is_slot and not {"/V", "/Kids", "/Lock"} & field.keys()


def _same_entries(before: DictionaryObject, after: DictionaryObject) -> bool:
    keys = (before.keys() | after.keys()) - _SIGNED_ENTRIES
    return all(key in before and key in after and before.raw_get(key) == after.raw_get(key) for key in keys)


def _is_new(old: HistoricalResolver, holder: DictionaryObject, key: str, kind: type[PdfObject]) -> bool:
    value = holder.raw_get(key) if key in holder else None
    return isinstance(value, IndirectObject) and old.is_ref_unassignable(value.reference) and isinstance(value.get_object(), kind)


def _is_new_picture(old: HistoricalResolver, field: DictionaryObject) -> bool:
    pictures = field.raw_get("/AP") if "/AP" in field else None
    if not isinstance(pictures, DictionaryObject) or pictures.keys() != {"/N"}:
        return False
    return _is_new(old, pictures, "/N", StreamObject)

"""Read dictionaries and arrays of strangers: entries are followed when they are references, and their absence is no error."""

from collections.abc import Iterator

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, PdfObject


def entry(dictionary: object, key: str) -> PdfObject | None:
    """The value of `key`, followed if it is a reference; None when there is none (pyHanko's `get` does not follow)."""
    if not isinstance(dictionary, DictionaryObject) or key not in dictionary:
        return None
    value: PdfObject = dictionary[key]
    return value


def elements(array: object, *, follow: bool = True) -> Iterator[PdfObject]:
    """The elements of `array`, followed if they are references and `follow`; nothing when it is no array."""
    if isinstance(array, ArrayObject):
        for index in range(len(array)):
            yield array[index] if follow else array.raw_get(index)


def text(dictionary: object, key: str) -> str:
    """The value of `key` as text; empty when there is none."""
    value = entry(dictionary, key)
    return "" if value is None else str(value)

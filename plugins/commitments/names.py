"""How names are compared with what a person types, and written when one person signs for another."""

import unicodedata

BY_DELEGATION = ", por delegación de "


def plain(name: str) -> str:
    """Return a name as it is compared: without accents, case or extra spaces."""
    letters_only = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(letters_only.casefold().split())


def delegated_name(substitute: str, principal: str) -> str:
    """Return the name under which `substitute` signs for `principal`, on every page and in the document."""
    return f"{substitute}{BY_DELEGATION}{principal}"

"""What somebody typed, understood: words in any form, a phrase between quotes, a last word that may not be finished."""

import re
from dataclasses import dataclass

from portal.i18n import N_
from portal.search.words import folded, stem, words

LONGEST, MOST = 200, 12  # characters, and words or phrases, of one search
SHORTEST_BEGINNING = 2  # letters of an unfinished word that are looked for

# Words that nearly every text has; alone they find everything, and beside others nothing more.
_COMMON = (
    "a al ante aquel aquella como con contra cual cuando de del desde donde dos e el ella ellas ellos en entre era es esa ese eso esta este "
    "esto estos fue ha han hasta hay la las le les lo los mas me mi muy nada ni no nos o otra otro para pero por porque que se ser si sin "
    "sobre son su sus tambien te tiene todo todos tu u un una uno unos y ya"
)
COMMON = frozenset(_COMMON.split())

NOTHING = N_("Escriba una o más palabras para buscar.")
TOO_LONG = N_("Escriba como máximo 200 caracteres: bastan unas pocas palabras.")
NO_WORD = N_("En lo que escribió no hay letras ni cifras que buscar.")
ALL_COMMON = N_("Solo escribió palabras que están en casi todos los textos («de», «la», «que»…). Agregue otra.")
CUT = N_("Se buscaron las primeras 12 palabras.")


@dataclass(frozen=True)
class Term:
    """A word, or several in a row, by their stems. `beginning`: the folded letters of a last word that may not be finished."""

    stems: tuple[str, ...]
    beginning: str = ""


@dataclass(frozen=True)
class Asked:
    """A search: all of `terms` must be found. `problem`: why there is nothing to look for; `note`: what was left out."""

    text: str
    terms: tuple[Term, ...] = ()
    problem: str = ""
    note: str = ""

    def finds(self, word: str) -> bool:
        """Tell whether a word of a text is one of those looked for."""
        plain = folded(word)
        return any(stem(plain) in one.stems or (one.beginning and plain.startswith(one.beginning)) for one in self.terms)


def read(typed: str) -> Asked:
    """Return what `typed` asks for. Nothing in it is an operator but double quotes, so that nothing typed is an error."""
    text = " ".join("".join(one if one.isprintable() else " " for one in typed[: 20 * LONGEST]).split())
    if not text:
        return Asked("", problem=NOTHING)
    if len(text) > LONGEST:
        return Asked(text[:LONGEST], problem=TOO_LONG)
    pieces = [(quoted, plain) for quoted, plain in re.findall(r'["“”«]([^"“”«»]*)["“”»]|([^\s"“”«»]+)', text)]
    found: list[Term] = []
    for place, (quoted, plain) in enumerate(pieces, 1):
        said = words(quoted or plain)
        if not said or (not quoted and len(said) == 1 and said[0] in COMMON):
            continue
        unfinished = place == len(pieces) and not quoted and len(said) == 1 and len(said[0]) >= SHORTEST_BEGINNING
        found.append(Term(tuple(stem(word) for word in said), said[0] if unfinished else ""))
    terms = tuple(dict.fromkeys(found))
    if not terms:
        return Asked(text, problem=ALL_COMMON if words(text) else NO_WORD)
    return Asked(text, terms[:MOST], note=CUT if len(terms) > MOST else "")

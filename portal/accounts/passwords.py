"""Checks and changes passwords (argon2, by Flask-Security), taking the same time for people who do not exist."""

import unicodedata
from functools import cache

from flask_security.changeable import change_user_password
from flask_security.utils import hash_password, verify_and_update_password, verify_password

from portal.accounts.models import Person
from portal.i18n import N_

SHORTEST, LONGEST, DISTINCT = 12, 128, 5
TOO_SHORT = N_("Use al menos 12 caracteres; sirven varias palabras seguidas.")
TOO_LONG = N_("Use como máximo 128 caracteres.")
TOO_PLAIN = N_("Esa contraseña es fácil de adivinar: no repita pocos caracteres ni use su nombre o su correo.")


@cache
def _nobodys() -> str:
    return str(hash_password("la contraseña de nadie"))


def plain(typed: str) -> str:
    """Return a password the way every keyboard's is kept: composed letters (NFKC)."""
    return unicodedata.normalize("NFKC", typed)


def matches(person: Person | None, typed: str) -> bool:
    """Tell whether `typed` is the person's password; as slow for nobody, or somebody without one."""
    typed = plain(typed)[:LONGEST]
    if person is None or not person.password or not person.active:
        verify_password(typed, _nobodys())
        return False
    return bool(verify_and_update_password(typed, person))


def objection(person: Person, chosen: str) -> str | None:
    """Return why `chosen` cannot be this person's password, or None."""
    chosen = plain(chosen)
    if len(chosen) < SHORTEST:
        return TOO_SHORT
    if len(chosen) > LONGEST:
        return TOO_LONG
    own = {part for part in (*person.full_name.lower().split(), (person.email or "").partition("@")[0]) if len(part) > 3}  # noqa: PLR2004
    rest = chosen.lower()
    for part in own:
        rest = rest.replace(part, "")
    return TOO_PLAIN if len(set(rest)) < DISTINCT else None


def change(person: Person, chosen: str) -> None:
    """Set the password, end every session of the person, and queue a mail that says so. The caller opens a new session."""
    change_user_password(person, plain(chosen), notify=True, autologin=False)

"""Everything that can go wrong and that a person can be told about.

PortalError                 a sentence in Spanish, an HTTP status, a stable code
├── Invalid        422      what was typed cannot be used; `fields` says where
├── NotFound       404
├── Forbidden      403
├── Conflict       409      the thing changed state meanwhile
│   └── Stale      409      somebody else edited it; `theirs` is what they left
├── Expired        410      a link or a code whose time is over
├── TooLarge       413
├── TooMany        429
├── Unavailable    503      a part the portal needs does not answer
└── Misconfigured  500      settings or files that an operator must mend
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from portal.i18n import N_


class PortalError(Exception):
    """An error with a sentence for the person in front of it.

    `sentence` is the Spanish source text (a gettext msgid) with %(name)s places filled from `params`.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    default: ClassVar[str] = N_("Algo falló. Inténtelo de nuevo en unos minutos.")

    def __init__(self, sentence: str | None = None, **params: Any) -> None:
        self.sentence = sentence or self.default
        self.params = params
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The sentence in Spanish, filled in."""
        return self.sentence % self.params if self.params else self.sentence


class Invalid(PortalError):
    """Input that cannot be used; `fields` maps a field's name to its sentence."""

    status = 422
    code = "invalid"
    default = N_("Revise los datos marcados.")

    def __init__(self, sentence: str | None = None, *, fields: Mapping[str, str] | None = None, **params: Any) -> None:
        self.fields = dict(fields or {})
        super().__init__(sentence, **params)


class NotFound(PortalError):
    """No such thing, or not for this person's eyes."""

    status = 404
    code = "not_found"
    default = N_("No encontramos lo que busca. Revise la dirección.")


class Forbidden(PortalError):
    """The person is known and may not do this."""

    status = 403
    code = "forbidden"
    default = N_("No tiene permiso para hacer esto. Pida acceso a la Mesa.")


class Conflict(PortalError):
    """The thing is no longer in the state that the act needs."""

    status = 409
    code = "conflict"
    default = N_("Esto cambió mientras usted lo tenía abierto. Vuelva a cargar la página.")


class Stale(Conflict):
    """Somebody else saved first; `theirs` holds what they saved, nothing was overwritten."""

    code = "stale"

    def __init__(self, sentence: str | None = None, *, theirs: Any = None, **params: Any) -> None:
        self.theirs = theirs
        super().__init__(sentence, **params)


class Expired(PortalError):
    """A link, code or period that is over."""

    status = 410
    code = "expired"
    default = N_("Este enlace venció. Pida uno nuevo.")


class TooLarge(PortalError):
    """A file over the limit."""

    status = 413
    code = "too_large"
    default = N_("El archivo es demasiado grande. El límite es %(megabytes)s MB.")


class TooMany(PortalError):
    """Too many tries in a short time."""

    status = 429
    code = "too_many"
    default = N_("Hizo demasiados intentos. Espere unos minutos y vuelva a intentarlo.")


class Unavailable(PortalError):
    """A service the portal depends on does not answer now."""

    status = 503
    code = "unavailable"
    default = N_("El servicio no responde ahora. Inténtelo de nuevo en unos minutos.")


class Misconfigured(PortalError):
    """Settings, folders or keys that the operator must mend before the portal can work."""

    code = "misconfigured"

"""The frozen kinds of data that hooks return; `portal.extend.ask` refuses anything else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.context import Portal


@dataclass(frozen=True, kw_only=True)
class ItemKind:
    """A kind of agenda item: `name` goes into the canonical JSON, `label` to people."""

    name: str
    label: str


COMMON_ITEM_KINDS = (
    ItemKind(name="lineamiento", label="Lineamiento"),
    ItemKind(name="objetivo", label="Objetivo"),
    ItemKind(name="resultado", label="Resultado"),
    ItemKind(name="producto", label="Producto"),
)


DelegateAct = Literal["add", "edit", "move", "retire"]
DELEGATE_ACTS: tuple[DelegateAct, ...] = ("add", "edit", "move", "retire")
THEME = "tema"  # the field in which an item says its theme


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A dimension an agenda may choose. `prefix` (2-4 capitals) begins its items' codes: SOC-03.2.

    `themes`: its parts; its items then have a field more, `tema`, to choose one. `delegates`: what delegates of the dimension
    may do with its items in a draft (they freeze nothing, and touch no other dimension); whoever coordinates may do everything.
    """

    name: str
    label: str
    prefix: str
    weight: int = 100
    summary: str = ""
    icon: str = "document"
    themes: tuple[str, ...] = ()
    item_kinds: tuple[ItemKind, ...] = COMMON_ITEM_KINDS
    delegates: tuple[DelegateAct, ...] = DELEGATE_ACTS

    def __post_init__(self) -> None:
        """Raise `ValueError` for an act that there is not."""
        unknown = set(self.delegates) - set(DELEGATE_ACTS)
        if unknown:
            raise ValueError(f"dimension {self.name}: delegates cannot {', '.join(sorted(unknown))}")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of an `ItemField` of kind "rows"."""

    label: str
    kind: Literal["text", "number", "date"] = "text"


@dataclass(frozen=True, kw_only=True)
class ItemField:
    """A field that the items of `dimension` have beyond the common ones; its value is under the hash.

    `kind` is the form's widget; `choices` (value, label) are required for "choice" and "choices" (several of them).
    "rows" is a table that people fill in, with `columns`: its value has a row a line, its cells between bars
    (`2026-12-31 | Publicar el padrón | Oficina de muestra`).
    """

    dimension: str
    name: str
    label: str
    kind: Literal["text", "textarea", "choice", "choices", "number", "date", "rows"] = "text"
    choices: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    required: bool = False
    hint: str = ""
    weight: int = 100


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A reason not to go on, as a sentence for the person who must mend it."""

    sentence: str
    subject: str = ""
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """An act that the plugin asks leave for, and the roles that may do it."""

    action: str
    label: str
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PageItem:
    """Something to show in a named place of a page: a link, or a template of the plugin's with its context.

    `plugin` is filled in by whoever asks.
    """

    label: str
    href: str = ""
    text: str = ""
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 100
    active: bool = False
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A plugin's pages about one dimension of a frozen agenda, for HTML and PDF from one template.

    The template gets `context`, and `agenda`, `dimension` (canonical JSON) and `medium` ("html" or "pdf").
    """

    label: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 100
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of `portal`; `target` ("package.module:attribute", a click command) is imported only when run."""

    name: str
    help: str
    target: str


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """Work that can fail, done over a row. `run` must be idempotent; `pending` names the rows still to do.

    `run(portal, id)` opens and commits its own session. `pending(session, now)` yields ids that nobody works on.
    """

    name: str
    run: Callable[["Portal", str], None]
    pending: Callable[["Session", datetime], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """A table for spreadsheets: `rows(session, agenda_code)` yields the header first, then rows of plain values.

    `action` is the permission that the web asks for; public tables use "".
    """

    name: str
    label: str
    rows: Callable[["Session", str], Iterable[tuple[Any, ...]]]
    action: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerProblem:
    """Something that no longer equals what the ledger recorded; `subject` names the entry or the thing."""

    subject: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class SignaturePlace:
    """Where one person signs in a PDF. `field`: the name of its form field, without dots.

    `page`: from 0; `box`: left, bottom, right, top in points from the page's bottom left corner (70 × 30 mm).
    """

    field: str
    page: int
    box: tuple[float, float, float, float]
    name: str
    capacity: str
    organisation: str = ""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A PDF after a seal or a signature, with the SHA-256 of the certificate (DER) that made it and its serial number."""

    pdf: bytes
    certificate_sha256: str
    certificate_serial: str = ""


@dataclass(frozen=True, kw_only=True)
class SigningDesk:
    """Who can sign PDFs. Both callables return a `Sealed` and may raise a `PortalError`; they touch no table.

    `certify(portal, pdf, *, places, code, reason, location, now)`: reserve an empty field for each of `places`, certify the rest.
    `sign(portal, pdf, *, place, code, reason, location, now)`: sign the field of `place`, as an update that leaves the bytes before it.
    `problem`: instead of both, the sentence that says why nobody can sign now (the portal fills it in for a plugin that failed).
    """

    label: str
    certify: Callable[..., Sealed] | None = None
    sign: Callable[..., Sealed] | None = None
    problem: str = ""
    weight: int = 100


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """What a plugin keeps about one person, for their own copy: a heading, and rows of {name: plain value}.

    `plugin` is filled in by whoever asks.
    """

    label: str
    rows: tuple[Mapping[str, Any], ...] = ()
    weight: int = 100
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One line of `portal doctor`."""

    label: str
    ok: bool
    sentence: str = ""
    weight: int = 100


@dataclass(frozen=True, kw_only=True)
class ThreadStage:
    """A part of the road that an item's story passes: `gap` is the sentence while nothing stands there, "" if nothing need stand there."""

    name: str
    label: str
    gap: str = ""
    weight: int = 100


@dataclass(frozen=True, kw_only=True)
class ThreadStation:
    """One thing in a story. `ref`: its stable name ("demand:APU-2027/D-014"); `stage`: where it stands; `label`: what it is ("Demanda D-014").

    `at`: an instant, a day, or None when nobody knows. `href` only where whoever asks may read it.
    `plugin` is filled in by whoever asks.
    """

    ref: str
    stage: str
    label: str
    title: str = ""
    at: datetime | date | None = None
    href: str = ""
    state: str = ""
    weight: int = 100
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class ThreadTie:
    """A link that follows from a plugin's own rows instead of being stored: `source` `relation` `target`."""

    source: str
    relation: str
    target: str
    weight: int = 100
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class SearchEntry:
    """Something that can be found. Who finds it: everybody if `public`, else whoever may do `action` in the agenda.

    `kind`: what it is, in Spanish ("Demanda"); `body`: plain text or Markdown, looked in and quoted; `href`: a path of the portal.
    A role held for one organisation (a representative's) finds only what is public. `plugin` is filled in by whoever asks.
    """

    ref: str
    kind: str
    title: str
    href: str
    at: datetime
    agenda_id: int | None = None
    body: str = ""
    public: bool = False
    action: str = ""
    weight: int = 100
    label: str = ""
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class MailTopic:
    """What notices are about; people choose how often they get each. `often`: unless they choose ("now", "daily", "weekly")."""

    name: str
    label: str
    often: Literal["now", "daily", "weekly"] = "daily"
    weight: int = 100


@dataclass(frozen=True, kw_only=True)
class OrganisationMeeting:
    """A meeting that was held with one political organisation about an agenda. `ref`: its stable name; `title` begins with its code.

    `presented`, `exchanged`: what was done, in words; `observations`: (item's code or "", what the organisation observed).
    `href`: a path for staff. `plugin` is filled in by whoever asks.
    """

    organisation_id: int
    ref: str
    title: str
    at: datetime
    href: str
    presented: str = ""
    exchanged: str = ""
    observations: tuple[tuple[str, str], ...] = ()
    weight: int = 100
    label: str = ""
    plugin: str = ""

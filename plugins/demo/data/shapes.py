"""The shapes of the demo's typed data, so that loaders and tests agree on them without a database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAlignment:
    """A link from an item to a wider framework: `scheme` ("ods", "acuerdo-nacional"), code there, Spanish name."""

    scheme: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class DemoIndicator:
    """How an item would be measured.

    `baseline` and `target` are plain decimals ("55.8"; no thousands separator) in `unit`, or None. A baseline without a
    figure read in a source is None, and then `source` names where to look it up. Targets are always ours
    (`target_is_sample`): no public body committed to them. `territory` is an INEI code.
    """

    name: str
    unit: str
    baseline: str | None
    baseline_year: int | None
    target: str | None
    target_year: int | None
    source: str
    source_url: str | None
    territory: str = "03"
    note: str = ""
    target_is_sample: bool = True


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One item of the agenda; `text` is Markdown, `parent` the code of the lineamiento it hangs from, or None.

    `fields`: values of the fields that its dimension adds, said in `text` too.
    """

    code: str
    kind: str
    parent: str | None
    text: str
    responsible: str
    alignments: tuple[DemoAlignment, ...] = ()
    indicators: tuple[DemoIndicator, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DemoDimension:
    """A dimension as the agenda uses it: the plugin's name, the prefix of its item codes, its Spanish label."""

    name: str
    prefix: str
    label: str


@dataclass(frozen=True, slots=True)
class DemoAgenda:
    """An agenda ready to be loaded; `territory` is an INEI code, the period whole years, both ends included."""

    code: str
    title: str
    summary: str
    period_start: int
    period_end: int
    territory: str
    dimensions: tuple[DemoDimension, ...]
    items: tuple[DemoItem, ...]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of an organisation, in a capacity (`portal.organisations.models.CAPACITIES`)."""

    name: str
    email: str
    capacity: str


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """An invented political organisation and the stage of the funnel that it illustrates.

    `slug` is how the rest of the sample data points to it. `reason` is why it declined or withdrew, `reason_public`
    whether the public may read it.
    """

    slug: str
    name: str
    short_name: str
    kind: str
    jne_code: str
    stage: str
    people: tuple[DemoPerson, ...]
    reason: str = ""
    reason_public: bool = False
    territory: str = "03"


@dataclass(frozen=True, slots=True)
class DemoStance:
    """What an organisation says of one item; an observation goes with "con_observacion" and "no_suscribe" only."""

    item: str
    stance: str
    observation: str = ""


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A question of an organisation to the Mesa, about one item or (None) the whole agenda; no answer yet: ""."""

    organisation: str
    item: str | None
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A way into the demo: a role (`portal.accounts.actor`), who, and what can be seen with it."""

    role: str
    name: str
    email: str
    shows: str
    organisation: str | None = None
    dimension: str | None = None

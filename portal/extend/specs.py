"""Every hook of the portal: its signature, what it returns, and what happens when it fails.

Policies. REFUSE: asked once at start; a failure refuses the plugin whole. SKIP: the answer is left out and the
fault recorded. CLOSE: a failure is itself an objection, so the answer is no (what is asked for
is refused, or said to be unfinished). AFTER: run when the change is
committed; a failure is recorded and changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from portal.extend import catalogue, kinds
from portal.extend import panels as drawn
from portal.extend.plugin import hookspec

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor
    from portal.context import Portal


class Policy(StrEnum):
    """What a hook's failure does."""

    REFUSE = "refuse"
    SKIP = "skip"
    CLOSE = "close"
    AFTER = "after"


@dataclass(frozen=True)
class Rule:
    """The kind of a hook's answers and its failure policy. `kind` None: the hook returns nothing. `most`: answers of one plugin."""

    kind: type | None
    policy: Policy
    most: int = 10_000


@hookspec
def dimensions() -> Iterable[kinds.Dimension]:  # type: ignore[empty-body]
    """Dimensions that an agenda may choose."""


@hookspec
def item_fields() -> Iterable[kinds.ItemField]:  # type: ignore[empty-body]
    """Fields that items of a dimension have beyond the common ones."""


@hookspec
def indicators() -> Iterable[catalogue.Indicator]:  # type: ignore[empty-body]
    """Ways to measure a dimension, with the figures that were read in a source."""


@hookspec
def budget_filters() -> Iterable[catalogue.BudgetFilter]:  # type: ignore[empty-body]
    """Which public spending concerns a dimension."""


@hookspec
def alignments() -> Iterable[catalogue.Alignment]:  # type: ignore[empty-body]
    """What items of a dimension may point to in wider frameworks."""


@hookspec
def permissions() -> Iterable[kinds.Permission]:  # type: ignore[empty-body]
    """Acts that the plugin's pages ask leave for."""


@hookspec
def commands() -> Iterable[kinds.Command]:  # type: ignore[empty-body]
    """Commands of `portal`."""


@hookspec
def jobs() -> Iterable[kinds.JobKind]:  # type: ignore[empty-body]
    """Kinds of background work."""


@hookspec
def exporters() -> Iterable[kinds.Exporter]:  # type: ignore[empty-body]
    """Tables that people may take away as CSV or XLSX."""


@hookspec
def blueprints() -> "Iterable[Blueprint]":  # type: ignore[empty-body]
    """Pages of the plugin's own. Every view declares its access (portal.web)."""


@hookspec
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[kinds.PageItem]:  # type: ignore[empty-body]
    """What to show in a named place of a page; `subject` is the row the page is about, or None."""


@hookspec
def agenda_chapter(dimension: dict[str, Any], agenda: dict[str, Any]) -> Iterable[kinds.Chapter]:  # type: ignore[empty-body]
    """Pages about one dimension of a frozen agenda; both arguments come from its canonical JSON."""


@hookspec
def panels(dimension: dict[str, Any], agenda: dict[str, Any]) -> Iterable[drawn.Panel]:  # type: ignore[empty-body]
    """Numbers of one dimension of a frozen agenda, drawn as chart and table; both arguments come from its canonical JSON."""


@hookspec
def item_objections(item: dict[str, Any], agenda: dict[str, Any]) -> Iterable[kinds.Objection]:  # type: ignore[empty-body]
    """Reasons why an item cannot be frozen; arguments have the shape of the canonical JSON, `item` also its "dimension"."""


@hookspec
def commitment_objections(session: "Session", commitment: Any) -> Iterable[kinds.Objection]:  # type: ignore[empty-body]
    """Reasons why a commitment cannot be issued or signed now."""


@hookspec
def commitment_changed(portal: "Portal", commitment_id: int, event: str) -> None:
    """A commitment's change (issued, signed, complete, declined, withdrawn, …) has been committed."""


@hookspec
def signing_desk() -> Iterable[kinds.SigningDesk]:  # type: ignore[empty-body]
    """Who can certify a PDF and sign its fields; the first one (by weight) is used for actas."""


@hookspec
def version_objections(session: "Session", version: Any) -> Iterable[kinds.Objection]:  # type: ignore[empty-body]
    """Reasons why a frozen version (`AgendaVersion`) may not go to the political organisations."""


@hookspec
def organisation_meetings(  # type: ignore[empty-body]
    session: "Session", agenda_id: int, organisation_ids: frozenset[int]
) -> Iterable[kinds.OrganisationMeeting]:
    """Meetings held with each of these political organisations about the agenda."""


@hookspec
def thread_stages() -> Iterable[kinds.ThreadStage]:  # type: ignore[empty-body]
    """The parts of the road that this plugin's things stand in."""


@hookspec
def thread_ties(session: "Session", refs: frozenset[str]) -> Iterable[kinds.ThreadTie]:  # type: ignore[empty-body]
    """Links that begin or end in any of `refs` and follow from the plugin's own rows (others are stored: `portal.threads.service.link`)."""


@hookspec
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[kinds.ThreadStation]:  # type: ignore[empty-body]
    """Those of `refs` that are the plugin's own and that `actor` may know of."""


@hookspec
def search_entries(session: "Session") -> Iterable[kinds.SearchEntry]:  # type: ignore[empty-body]
    """Everything of the plugin that can be found, for making the index anew (services keep it up: `portal.search.service.put`)."""


@hookspec
def mail_topics() -> Iterable[kinds.MailTopic]:  # type: ignore[empty-body]
    """What the plugin's notices are about."""


@hookspec
def person_data(session: "Session", person_id: int) -> Iterable[kinds.PersonData]:  # type: ignore[empty-body]
    """All that the plugin keeps about a person, for the copy that they may ask for."""


@hookspec
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Erase what the plugin keeps about a person; their row still says who they are. A failure leaves the erasure unfinished."""


@hookspec
def ledger_audits(portal: "Portal", session: "Session") -> Iterable[kinds.LedgerProblem]:  # type: ignore[empty-body]
    """Compare the plugin's rows and files with what the ledger recorded of them."""


@hookspec
def diagnostics(portal: "Portal") -> Iterable[kinds.Diagnosis]:  # type: ignore[empty-body]
    """Lines of `portal doctor`."""


RULES: dict[str, Rule] = {
    "dimensions": Rule(kinds.Dimension, Policy.REFUSE),
    "item_fields": Rule(kinds.ItemField, Policy.REFUSE),
    "indicators": Rule(catalogue.Indicator, Policy.REFUSE),
    "budget_filters": Rule(catalogue.BudgetFilter, Policy.REFUSE),
    "alignments": Rule(catalogue.Alignment, Policy.REFUSE),
    "permissions": Rule(kinds.Permission, Policy.REFUSE),
    "commands": Rule(kinds.Command, Policy.REFUSE),
    "jobs": Rule(kinds.JobKind, Policy.REFUSE),
    "exporters": Rule(kinds.Exporter, Policy.REFUSE),
    "blueprints": Rule(object, Policy.REFUSE),
    "page_items": Rule(kinds.PageItem, Policy.SKIP),
    "agenda_chapter": Rule(kinds.Chapter, Policy.SKIP),
    "panels": Rule(drawn.Panel, Policy.SKIP),
    "item_objections": Rule(kinds.Objection, Policy.CLOSE),
    "commitment_objections": Rule(kinds.Objection, Policy.CLOSE),
    "commitment_changed": Rule(None, Policy.AFTER),
    "signing_desk": Rule(kinds.SigningDesk, Policy.CLOSE),
    "version_objections": Rule(kinds.Objection, Policy.CLOSE),
    "organisation_meetings": Rule(kinds.OrganisationMeeting, Policy.SKIP),
    "thread_stages": Rule(kinds.ThreadStage, Policy.REFUSE),
    "thread_ties": Rule(kinds.ThreadTie, Policy.SKIP),
    "thread_stations": Rule(kinds.ThreadStation, Policy.SKIP),
    "search_entries": Rule(kinds.SearchEntry, Policy.SKIP, most=1_000_000),
    "mail_topics": Rule(kinds.MailTopic, Policy.REFUSE),
    "person_data": Rule(kinds.PersonData, Policy.CLOSE),
    "person_erased": Rule(None, Policy.CLOSE),
    "ledger_audits": Rule(kinds.LedgerProblem, Policy.CLOSE),
    "diagnostics": Rule(kinds.Diagnosis, Policy.CLOSE),
}

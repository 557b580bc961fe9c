"""The only caller of hooks: attributes each answer, isolates each plugin, checks kinds, sorts, applies policies."""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.clock import now
from portal.extend import kinds, specs
from portal.extend.registry import Refused, Registry, order
from portal.log import redacted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor
    from portal.context import Portal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fault:
    """A plugin's failure, for administrators: `trace` has what looks secret blotted out."""

    plugin: str
    hook: str
    at: datetime
    sentence: str
    trace: str


class Ask:
    """Asks the plugins of one registry; remembers the last 100 faults."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.faults: deque[Fault] = deque(maxlen=100)
        self.late_refusals: list[Refused] = []  # plugins whose blueprints failed

    def page_items(self, place: str, actor: "Actor", subject: Any = None) -> list[kinds.PageItem]:
        """What the plugins show in a place of a page."""
        return self._all("page_items", place=place, actor=actor, subject=subject)

    def agenda_chapter(self, dimension: dict[str, Any], agenda: dict[str, Any]) -> list[kinds.Chapter]:
        """The plugins' pages about one dimension of a frozen agenda."""
        return self._all("agenda_chapter", dimension=dimension, agenda=agenda)

    def item_objections(self, item: dict[str, Any], agenda: dict[str, Any]) -> list[kinds.Objection]:
        """Reasons why an item cannot be frozen."""
        return self._closing("item_objections", subject=str(item.get("code", "")), item=item, agenda=agenda)

    def commitment_objections(self, session: "Session", commitment: Any) -> list[kinds.Objection]:
        """Reasons why a commitment cannot be issued or signed now."""
        return self._closing("commitment_objections", session=session, commitment=commitment)

    def commitment_changed(self, portal: "Portal", commitment_id: int, event: str) -> None:
        """Tell the plugins what has been committed."""
        self._all("commitment_changed", portal=portal, commitment_id=commitment_id, event=event)

    def ledger_audits(self, portal: "Portal", session: "Session") -> list[kinds.LedgerProblem]:
        """Compare the plugins' rows with the ledger; a plugin that fails to is itself a problem."""
        failed: list[Fault] = []
        problems: list[kinds.LedgerProblem] = self._all("ledger_audits", failed, portal=portal, session=session)
        return problems + [
            kinds.LedgerProblem(subject=f"plugin:{fault.plugin}", sentence=f"No se pudo comprobar: {fault.sentence}") for fault in failed
        ]

    def diagnostics(self, portal: "Portal") -> list[kinds.Diagnosis]:
        """The plugins' lines of `portal doctor`."""
        failed: list[Fault] = []
        lines: list[kinds.Diagnosis] = self._all("diagnostics", failed, portal=portal)
        return lines + [kinds.Diagnosis(label=f"plugin {fault.plugin}", ok=False, sentence=fault.sentence) for fault in failed]

    def refused(self) -> list[Refused]:
        """Return the enabled plugins that are not in use."""
        return [*self.registry.refused, *self.late_refusals]

    def _closing(self, hook: str, subject: str = "", **arguments: Any) -> list[kinds.Objection]:
        failed: list[Fault] = []
        objections: list[kinds.Objection] = self._all(hook, failed, **arguments)
        closed = [
            (fault.plugin, f"El módulo «{fault.plugin}» falló al revisar esto. Avise a la administración del portal.") for fault in failed
        ]
        closed += [
            (one.name, f"El módulo «{one.name}» está activado y no pudo cargarse. Avise a la administración del portal.")
            for one in self.refused()
        ]
        return objections + [kinds.Objection(sentence=sentence, subject=subject, plugin=plugin) for plugin, sentence in closed]

    def _all(self, hook: str, failed: list[Fault] | None = None, **arguments: Any) -> list[Any]:
        kind = specs.RULES[hook].kind
        found: list[Any] = []
        for impl in getattr(self.registry.manager.hook, hook).get_hookimpls():
            try:
                given = impl.function(**{name: arguments[name] for name in impl.argnames})
                if kind is not None:
                    found.extend(self._checked(given, kind, impl.plugin_name))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - isolation is this class's purpose
                fault = self._record(impl.plugin_name, hook, error)
                if failed is not None:
                    failed.append(fault)
        return sorted(found, key=order)

    @staticmethod
    def _checked(given: Iterable[Any], kind: type, plugin: str) -> list[Any]:
        answers = list(given)
        for answer in answers:
            if not isinstance(answer, kind):
                raise TypeError(f"returned {type(answer).__name__}, not {kind.__name__}")
        return [
            replace(answer, plugin=plugin) if isinstance(answer, kinds.Objection | kinds.PageItem | kinds.Chapter) else answer
            for answer in answers
        ]

    def drawn(self, answer: kinds.PageItem | kinds.Chapter, hook: str, render: Callable[[], str]) -> str:
        """Return what `render` makes of an answer's template; "" when it fails, and the fault is remembered."""
        try:
            return render()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's template never takes a page down
            self._record(answer.plugin, hook, error)
            return ""

    def _record(self, plugin: str, hook: str, error: BaseException) -> Fault:
        sentence = redacted(f"El plugin «{plugin}» falló en «{hook}» ({type(error).__name__}: {error}).")
        fault = Fault(plugin, hook, now(), sentence, redacted("".join(traceback.format_exception(error))))
        self.faults.append(fault)
        log.error("plugin %s failed in %s", plugin, hook, exc_info=error)
        return fault

"""The only caller of hooks: attributes each answer, isolates and times each plugin, checks kinds, sorts, applies policies."""

import logging
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.clock import now
from portal.extend import kinds, specs
from portal.extend.answers import checked
from portal.extend.panels import Panel
from portal.extend.patience import REST, Patience, Slow
from portal.extend.registry import Refused, Registry, order, said
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
    """Asks the plugins of one registry; remembers 100 faults, of each plugin and hook the last."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.faults: deque[Fault] = deque(maxlen=100)
        self._lock = threading.Lock()
        self.patience = Patience()
        self.after_fault: Callable[[], None] = lambda: None  # the web mends the request's session
        self.late_refusals: list[Refused] = []  # plugins whose blueprints failed

    def page_items(self, place: str, actor: "Actor", subject: Any = None) -> list[kinds.PageItem]:
        """What the plugins show in a place of a page."""
        return self._all("page_items", place=place, actor=actor, subject=subject)

    def agenda_chapter(self, dimension: dict[str, Any], agenda: dict[str, Any], *, wait: bool = False) -> list[kinds.Chapter]:
        """The plugins' pages about one dimension of a frozen agenda. `wait`: for a document, which leaves nobody out for being slow."""
        return self._all("agenda_chapter", wait=wait, dimension=dimension, agenda=agenda)

    def panels(self, dimension: dict[str, Any], agenda: dict[str, Any], *, wait: bool = False) -> list[Panel]:
        """The plugins' numbers about one dimension of a frozen agenda. `wait` as above."""
        return self._all("panels", wait=wait, dimension=dimension, agenda=agenda)

    def item_objections(self, item: dict[str, Any], agenda: dict[str, Any]) -> list[kinds.Objection]:
        """Reasons why an item cannot be frozen."""
        return self._closing("item_objections", subject=str(item.get("code", "")), item=item, agenda=agenda)

    def commitment_objections(self, session: "Session", commitment: Any) -> list[kinds.Objection]:
        """Reasons why a commitment cannot be issued or signed now."""
        return self._closing("commitment_objections", session=session, commitment=commitment)

    def signing_desk(self) -> list[kinds.SigningDesk]:
        """Who can sign PDFs; a plugin that fails to say, or could not be loaded, stands first with its problem: nothing is signed without it."""
        failed: list[Fault] = []
        found: list[kinds.SigningDesk] = self._all("signing_desk", failed)
        closed = [(fault.plugin, fault.sentence) for fault in failed] + [(one.name, one.sentence) for one in self.refused()]
        return [kinds.SigningDesk(label=name, problem=sentence) for name, sentence in closed] + found

    def version_objections(self, session: "Session", version: Any) -> list[kinds.Objection]:
        """Reasons why a frozen version may not go to the political organisations."""
        return self._closing("version_objections", session=session, version=version)

    def organisation_meetings(
        self, session: "Session", agenda_id: int, organisation_ids: frozenset[int]
    ) -> list[kinds.OrganisationMeeting]:
        """Meetings held with each of these organisations about an agenda."""
        return self._all("organisation_meetings", session=session, agenda_id=agenda_id, organisation_ids=organisation_ids)

    def thread_ties(self, session: "Session", refs: frozenset[str], *, wait: bool = False) -> list[kinds.ThreadTie]:
        """Links of `refs` that follow from the plugins' rows."""
        return self._all("thread_ties", wait=wait, session=session, refs=refs)

    def thread_stations(self, session: "Session", actor: "Actor", refs: frozenset[str], *, wait: bool = False) -> list[kinds.ThreadStation]:
        """Those of `refs` that plugins know and `actor` may know of."""
        return self._all("thread_stations", wait=wait, session=session, actor=actor, refs=refs)

    def search_entries(self, session: "Session", failed: list["Fault"] | None = None, *, wait: bool = False) -> list[kinds.SearchEntry]:
        """Everything of the plugins that can be found; `failed` gets the faults of those that could not say. `wait` as above."""
        return self._all("search_entries", failed, wait=wait, session=session)

    def commitment_changed(self, portal: "Portal", commitment_id: int, event: str) -> None:
        """Tell the plugins what has been committed."""
        self._all("commitment_changed", portal=portal, commitment_id=commitment_id, event=event)

    def person_data(self, session: "Session", person_id: int) -> list[kinds.PersonData]:
        """What the plugins keep about a person; of a plugin that fails, or could not be loaded, it is said."""
        failed: list[Fault] = []
        found: list[kinds.PersonData] = self._all("person_data", failed, session=session, person_id=person_id)
        missing = [(fault.plugin, fault.sentence) for fault in failed] + [(one.name, one.sentence) for one in self.refused()]
        return found + [
            kinds.PersonData(label="Falta la parte de este módulo", rows=({"problem": sentence},), plugin=name)
            for name, sentence in missing
        ]

    def person_erased(self, session: "Session", person_id: int, now: datetime) -> list[str]:
        """Have the plugins erase a person's data, each in a savepoint; return the names of those that did not."""
        failed: list[Fault] = []
        self._all("person_erased", failed, around=session.begin_nested, session=session, person_id=person_id, now=now)
        return sorted({fault.plugin for fault in failed} | {one.name for one in self.refused()})

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

    def _all(
        self,
        hook: str,
        failed: list[Fault] | None = None,
        *,
        wait: bool = False,
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
        **arguments: Any,
    ) -> list[Any]:
        rule = specs.RULES[hook]
        cut = rule.policy is specs.Policy.SKIP and not wait  # who may object or is told afterwards is asked, however slow
        found: list[Any] = []
        for impl in getattr(self.registry.manager.hook, hook).get_hookimpls():
            place = (impl.plugin_name, hook, str(arguments.get("place", "")))
            if cut and self.patience.resting(place):
                continue
            started = self.patience.timer()
            try:
                with around():
                    given = impl.function(**{name: arguments[name] for name in impl.argnames})
                if rule.kind is not None and not (type(given) is list and not given):  # most say nothing of most things
                    found.extend(self._attributed(answer, impl.plugin_name) for answer in checked(given, rule.kind, rule.most))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - isolation is this class's purpose, and SystemExit is no plugin's to raise
                fault = self._record(impl.plugin_name, hook, error)
                if failed is not None:
                    failed.append(fault)
            self._timed(place, self.patience.timer() - started, cut=cut)
        return sorted(found, key=order)

    @staticmethod
    def _attributed(answer: Any, plugin: str) -> Any:
        return replace(answer, plugin=plugin) if hasattr(answer, "plugin") else answer

    def drawn(self, answer: kinds.PageItem | kinds.Chapter, hook: str, render: Callable[[], str], *, wait: bool = False) -> str:
        """Return what `render` makes of an answer's template; "" when it fails, and the fault is remembered.

        A template that was slow three times is left out for a while, unless the page can `wait` (a document).
        """
        place = (answer.plugin, hook, answer.template)
        if not wait and self.patience.resting(place):
            return ""
        started = self.patience.timer()
        try:
            return render()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's template never takes a page down
            self._record(answer.plugin, hook, error)
            return ""
        finally:
            self._timed(place, self.patience.timer() - started, cut=not wait)

    def _timed(self, place: tuple[str, str, str], seconds: float, *, cut: bool) -> None:
        slow = self.patience.note(place, seconds, cut=cut)
        if slow is None:
            return
        self._keep(Fault(slow.plugin, slow.hook, now(), _told(slow), ""))
        log.error("plugin %s was slow in %s %s: %s ms", slow.plugin, slow.hook, slow.place, slow.took)

    def _record(self, plugin: str, hook: str, error: BaseException) -> Fault:
        sentence = redacted(f"El plugin «{plugin}» falló en «{hook}» ({type(error).__name__}: {said(error)}).")
        fault = Fault(plugin, hook, now(), sentence, redacted("".join(traceback.format_exception(error))))
        self._keep(fault)
        log.error("plugin %s failed in %s", plugin, hook, exc_info=error)
        self.after_fault()
        return fault

    def _keep(self, fault: Fault) -> None:
        """Remember a fault; when there are too many, whoever fails most often in one hook loses the oldest of those."""
        with self._lock:
            if len(self.faults) == self.faults.maxlen:
                often = Counter((one.plugin, one.hook) for one in self.faults).most_common(1)[0][0]
                self.faults.remove(next(one for one in self.faults if (one.plugin, one.hook) == often))
            self.faults.append(fault)


def _told(slow: Slow) -> str:
    where = f"«{slow.hook}»" + (f" ({slow.place})" if slow.place else "")
    after = f"no se le pregunta allí durante {REST.total_seconds() / 60:.0f} minutos" if slow.until else "se le sigue preguntando"
    return f"El plugin «{slow.plugin}» tardó {', '.join(map(str, slow.took))} ms en {where}: {after}."

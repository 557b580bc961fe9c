"""Every hook times every way of misbehaving, taken from the list of hooks: pages come, administrators are told, what may veto closes."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from plugins.commitments import issuing, opening, signing_acts, stances
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.models import Commitment
from plugins.commitments.plan import default_plan
from plugins.commitments.processes import CONSENT_TEXT, choose, create_process
from plugins.commitments.states import STANCES
from portal import clock
from portal.accounts.models import Person
from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import AgendaVersion
from portal.errors import PortalError
from portal.extend import specs
from portal.extend.ask import Ask
from portal.extend.patience import STRIKES, Patience
from portal.extend.specs import Policy
from portal.organisations.models import Membership, Organisation
from portal.settings import Settings, load
from portal.testing.agendas import sample_agenda, sample_draft
from portal.testing.fixtures import Databases, Installation

pytestmark = pytest.mark.once

GOOD = ("commitments", "social")
BODY = {
    "raises": "raise RuntimeError('avería')",
    "exits": "raise SystemExit(3)",
    "raises what no one catches": "raise type('Rara', (BaseException,), {})('avería')",
    "raises what cannot be said": "raise type('Muda', (Exception,), {'__str__': lambda self: 1 / 0})",
    "returns None": "return None",
    "returns text": "return '<b>hola</b>'",
    "returns an empty text": "return ''",
    "returns a dict": "return {'label': 'x'}",
    "returns another kind": "return [object()]",
    "fails while it is listed": "return (1 / 0 for _ in 'x')",
    "never ends": "import itertools; return itertools.repeat(None)",
    "has attributes that fail": "return [type('Mala', (), {'__class__': property(lambda self: 1 / 0)})()]",
    "sleeps": "import time; time.sleep(0.03); return []",
}
RAISES = {one for one in BODY if "raises" in one or one == "exits"}  # in a hook that returns nothing, no other is a fault


@dataclass
class Scene:
    """One installation's data, read by every case: an agenda in force, a draft fit to be frozen, a commitment that waits for its first signature."""

    settings: Settings
    administrator: int
    representative: int
    agenda: int
    draft: int
    slot: int
    code: str
    process: str
    expected: str


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Scene]:
    folder, now = tmp_path_factory.mktemp("scene"), clock.now()
    address = databases.new(GOOD)
    settings = replace(
        load({}),
        home=folder,
        plugins=GOOD,
        queue_url="memory:",
        storage_url=(folder / "files").as_uri(),
        secret_key="test",
        database_url=address,
    )
    made = Installation(settings)
    yield _furnish(made, now)
    made.close()
    databases.drop(address)


def _furnish(made: Installation, now: datetime) -> Scene:
    portal, session, actors = made.portal, made.session, made.actors
    version = sample_agenda(session, portal.store, now=now, ask=portal.ask, items=3)
    draft = sample_draft(session, now=now, ask=portal.ask, code="BORRADOR", items=3)
    administrator = actors.grant(actors.person(), "administrator")
    organisation = Organisation(
        name="Movimiento de muestra", sort_name="muestra", kind="movimiento_regional", is_sample=True, created_at=now
    )
    session.add(organisation)
    session.commit()
    representative = actors.grant(actors.person(), "representative", version.agenda, organisation)
    session.add(Membership(organisation_id=organisation.id, person_id=representative.id, capacity="personero_titular"))
    process = create_process(
        session,
        now=now,
        version=version,
        code="APU-T-v1",
        title="Muestra",
        plan=default_plan(administrator.id),
        opens_at=now,
        deadline=now + timedelta(days=9),
        consent_text=CONSENT_TEXT,
        contact_name="Mesa",
        contact_email="mesa@muestra.example",
        by=administrator.id,
    )
    choose(session, now=now, process=process, organisation_ids=[organisation.id], by=administrator.id)
    session.commit()
    commitment = session.query(Commitment).one()
    for slot in commitment.slots:
        slot.person_id = slot.person_id or representative.id
    agenda = frozen_agenda(portal.store, version)
    for dimension in agenda.dimensions:
        typed = {item["code"]: stances.Typed(stance=next(iter(STANCES)), observation="", revision=0) for item in dimension["items"]}
        stances.save_page(
            session, now=now, person_id=representative.id, commitment=commitment, agenda=agenda, dimension=dimension["name"], typed=typed
        )
    stances.confirm(session, now=now, person_id=representative.id, portal=portal, commitment=commitment)
    session.commit()
    issuing.issue(portal, commitment.id, now=now)
    session.expire_all()
    slot = commitment.slots[0]
    found = Scene(
        portal.settings,
        administrator.id,
        slot.person_id or 0,
        version.agenda_id,
        draft.id,
        slot.id,
        commitment.code,
        process.code,
        draft_digest(draft_document(session, portal.registry, draft)),
    )
    session.commit()
    return found


STARTING = [name for name, rule in specs.RULES.items() if rule.policy is Policy.REFUSE]
WORKING = [name for name in specs.RULES if name not in STARTING]


@pytest.fixture
def trial(scene: Scene, install: Callable[..., str]) -> Iterator[Callable[[list[str], str], Installation]]:
    """Return a function that opens the scene with a plugin more for each of `hooks`, which misbehaves in that hook as `body` says."""
    made: list[Installation] = []

    def open_(hooks: list[str], body: str) -> Installation:
        names = []
        for hook in hooks:
            arguments = ", ".join(inspect.signature(getattr(specs, hook)).parameters)
            names.append(install(f"malo_{hook}", f"@hookimpl\ndef {hook}({arguments}):\n    {body}"))
        made.append(Installation(replace(scene.settings, plugins=(*GOOD, *names))))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def pages(made: Installation, scene: Scene) -> dict[str, tuple[int, str]]:
    """Open every kind of page, ask what no page asks, and open the administrators' page."""
    administrator, representative = (
        made.actors.signed_in(made.session.get_one(Person, one)) for one in (scene.administrator, scene.representative)
    )
    opened = {
        "/": administrator,
        "/entrar": made.app.test_client(),
        "/agendas/APU-T": administrator,
        "/agendas/APU-T/puntos/SOC-01": administrator,
        "/agendas/APU-T/puntos/SOC-01.json": administrator,
        "/agendas/APU-T/camino": administrator,
        "/gestion/compromisos/nuevo": administrator,
        f"/gestion/compromisos/{scene.process}": administrator,
        f"/mi-compromiso/{scene.code}/social": representative,
        "/verificar": made.app.test_client(),
    }
    found = {path: client.get(path) for path, client in opened.items()}
    found["/portal/estado"] = administrator.get("/portal/estado")
    return {path: (answer.status_code, answer.get_data(as_text=True)) for path, answer in found.items()}


def ask(made: Installation, hook: str) -> list[Any]:
    """Ask one hook of everybody, as the portal does."""
    given = {
        "place": "home",
        "actor": None,
        "subject": None,
        "portal": made.portal,
        "session": made.session,
        "commitment": None,
        "commitment_id": 1,
        "person_id": 1,
        "now": clock.now(),
        "event": "signed",
        "agenda_id": 1,
        "organisation_ids": frozenset({1}),
        "refs": frozenset({"item:X/SOC-01"}),
        "version": None,
        "dimension": {"name": "social", "label": "Social", "prefix": "SOC", "items": []},
        "agenda": {"code": "X", "dimensions": []},
        "item": {"code": "SOC-01", "kind": "resultado", "dimension": "social", "indicators": [], "fields": {}},
    }
    answers = getattr(made.portal.ask, hook)(**{name: given[name] for name in inspect.signature(getattr(specs, hook)).parameters})
    made.session.rollback()
    return list(answers or [])


def objection(made: Installation, act: Callable[[], object]) -> str:
    """Do an act, take it back, and return the words of its refusal: "" when it was not refused."""
    try:
        act()
    except PortalError as error:
        return error.text + str(vars(error))
    finally:
        made.session.rollback()
    return ""


def freezing(made: Installation, scene: Scene) -> str:
    portal, session, now = made.portal, made.session, clock.now()
    return objection(
        made,
        lambda: service.freeze(session, portal.store, portal.ask, agenda_id=scene.draft, expected=scene.expected, now=now, person_id=None),
    )


def signing(made: Installation, scene: Scene) -> str:
    portal, session, now = made.portal, made.session, clock.now()
    return objection(made, lambda: signing_acts.sign_slot(portal, session, now=now, slot_id=scene.slot, person_id=scene.representative))


def opening_signing(made: Installation, scene: Scene) -> str:
    portal, session, now = made.portal, made.session, clock.now()
    values = {
        "title": "Otra",
        "plan": default_plan(None),
        "opens_at": now,
        "deadline": now + timedelta(days=9),
        "consent_text": CONSENT_TEXT,
    }
    version = session.query(AgendaVersion).where(AgendaVersion.agenda_id == scene.agenda).one()
    values |= {"contact_name": "Mesa", "contact_email": "mesa@muestra.example", "code": "OTRA"}
    return objection(made, lambda: opening.open_process(portal, session, now=now, version=version, by=None, **values))


def names(sentence: str) -> set[str]:
    """Return the hooks whose plugins a text names."""
    return set(re.findall(r"malo_(\w+?)»", sentence))


def test_without_them_everything_is_done(scene: Scene, trial: Callable[[list[str], str], Installation]) -> None:
    made = trial([], "")
    assert (freezing(made, scene), signing(made, scene), opening_signing(made, scene)) == ("", "", "")
    assert {status for status, _ in pages(made, scene).values()} == {200}


def test_each_hook_can_be_asked_by_its_name() -> None:
    assert {name for name in WORKING if not callable(getattr(Ask, name, None))} == set()


@pytest.mark.parametrize("fault", BODY)
def test_misbehaving_at_start(fault: str, scene: Scene, trial: Callable[[list[str], str], Installation]) -> None:
    made = trial(STARTING, BODY[fault])
    shown = pages(made, scene)
    assert {status for status, _ in shown.values()} == {200}
    refused = set() if fault == "sleeps" else set(STARTING)
    assert names("".join(one.sentence for one in made.portal.ask.refused())) == refused
    assert names("".join(re.findall(r"plugin «malo_\w+» no se us", shown["/portal/estado"][1]))) == refused
    assert names(signing(made, scene)) == names(opening_signing(made, scene)) == refused
    assert bool(names(freezing(made, scene))) is bool(refused)


@pytest.mark.parametrize("fault", [one for one in BODY if one != "sleeps"])
def test_misbehaving_at_work(fault: str, scene: Scene, trial: Callable[[list[str], str], Installation]) -> None:
    made = trial(WORKING, BODY[fault])
    assert made.portal.ask.refused() == []
    answers = {hook: ask(made, hook) for hook in WORKING}
    shown = pages(made, scene)
    assert {status for status, _ in shown.values()} == {200}
    assert "<b>hola</b>" not in "".join(text for _, text in shown.values())
    told = {hook for hook in WORKING if f"El plugin «malo_{hook}» falló en «{hook}»" in shown["/portal/estado"][1]}
    assert told == {hook for hook in WORKING if specs.RULES[hook].kind is not None or fault in RAISES}
    closing = {hook for hook in told if specs.RULES[hook].policy is Policy.CLOSE}
    assert {hook for hook in closing if f"malo_{hook}" in str(answers[hook])} == closing
    assert (names(freezing(made, scene)), names(signing(made, scene))) == ({"item_objections"}, {"commitment_objections"})
    assert names(opening_signing(made, scene)) == {"version_objections"}


def test_sleeping_at_work(scene: Scene, trial: Callable[[list[str], str], Installation]) -> None:
    made = trial(WORKING, BODY["sleeps"])
    made.portal.ask.patience = patience = Patience(slow=0.025)
    for hook in WORKING * STRIKES:
        ask(made, hook)
    slow = {one.hook: one for one in patience.slow() if one.plugin.startswith("malo_")}
    assert set(slow) == set(WORKING)
    assert {hook for hook, one in slow.items() if one.until is not None} == {
        hook for hook in WORKING if specs.RULES[hook].policy is Policy.SKIP
    }
    assert {hook for hook, one in slow.items() if min(one.took) < 25} == set()
    shown = pages(made, scene)
    assert {status for status, _ in shown.values()} == {200}
    assert {hook for hook in WORKING if f"El plugin «malo_{hook}» tardó" in shown["/portal/estado"][1]} == set(WORKING)
    assert (freezing(made, scene), signing(made, scene), opening_signing(made, scene)) == ("", "", "")

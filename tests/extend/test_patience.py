"""A slow plugin is cut out after the third slow answer, for a while, in that place alone; what it answers is made harmless."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect

from portal import cli, diagnosis
from portal.context import Portal, assemble
from portal.extend.kinds import PageItem
from portal.extend.patience import REST, Patience
from portal.install import ready
from portal.settings import Settings
from portal.testing.fixtures import Databases, Installation

HOME = ("lento", "page_items", "home")


class Hand:
    """A clock moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def patience(hand: Hand) -> Patience:
    return Patience(slow=0.2, timer=hand)


def test_the_third_slow_answer_cuts_it_out_for_ten_minutes(patience: Patience, hand: Hand) -> None:
    assert [patience.note(HOME, took, cut=True) for took in (0.3, 0.1, 0.4)] == [None, None, None]
    assert not patience.resting(HOME)
    told = patience.note(HOME, 0.2, cut=True)
    assert told is not None
    assert (told.plugin, told.place, told.took, told.until is not None) == ("lento", "home", (300, 400, 200), True)
    assert [patience.resting(place) for place in (HOME, ("lento", "page_items", "agenda"), ("otro", "page_items", "home"))] == [
        True,
        False,
        False,
    ]
    hand.now += REST.total_seconds()
    assert not patience.resting(HOME)
    assert [one.until for one in patience.slow()] == [None]


def test_slow_answers_far_apart_are_forgiven_and_in_the_end_forgotten(patience: Patience, hand: Hand) -> None:
    for _ in range(6):
        assert patience.note(HOME, 0.5, cut=True) is None
        hand.now += REST.total_seconds() + 1
    assert len(patience.slow()) == 1
    hand.now += REST.total_seconds()
    assert patience.slow() == []


def test_who_may_object_is_named_again_and_again_and_never_cut_out(patience: Patience) -> None:
    place = ("lento", "item_objections", "")
    told = [patience.note(place, 0.5, cut=False) for _ in range(6)]
    assert [one is not None for one in told] == [False, False, True] * 2
    assert not patience.resting(place)


def installed(settings: Settings, body: str, install: Callable[..., str], **more: Any) -> Portal:
    return assemble(replace(settings, plugins=(install("lento", body, **more),)))


def test_it_is_really_not_asked_again_and_a_lazy_answer_counts_whole(settings: Settings, install: Callable[..., str]) -> None:
    body = "ASKED = []\nimport time\n@hookimpl\ndef page_items(place):\n    ASKED.append(place)\n    yield PageItem(label='Uno', href='/')\n    time.sleep(0.03)"
    portal = installed(settings, body, install)
    portal.ask.patience = Patience(slow=0.025)
    seen = [len(portal.ask.page_items("home", None)) for _ in range(5)]  # type: ignore[arg-type]
    assert seen == [1, 1, 1, 0, 0]
    assert portal.registry.loaded[0].module.ASKED == ["home"] * 3
    assert len(portal.ask.page_items("agenda", None)) == 1  # type: ignore[arg-type]
    assert "lento» tardó" in portal.ask.faults[-1].sentence
    portal.engine.dispose()


def test_a_slow_template_is_left_out_of_pages_and_never_of_a_document(settings: Settings) -> None:
    portal = assemble(replace(settings, plugins=()))
    hand = Hand()
    portal.ask.patience = Patience(timer=hand)
    item = PageItem(label="Lento", template="lento/x.html", plugin="lento")

    def render() -> str:
        hand.now += 0.3
        return "dibujado"

    assert [portal.ask.drawn(item, "page_items", render) for _ in range(4)] == ["dibujado"] * 3 + [""]
    assert portal.ask.drawn(item, "page_items", render, wait=True) == "dibujado"
    portal.engine.dispose()


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:x",
        "java\\tscript:x",
        "data:text/html,x",
        "//otro.example",
        "/\\\\otro.example",
        "/\\t/otro",
        "vbscript:x",
    ],
)
def test_an_address_that_would_run_or_leave_unseen_is_a_fault(settings: Settings, install: Callable[..., str], href: str) -> None:
    portal = installed(settings, f"@hookimpl\ndef page_items(place):\n    return [PageItem(label='x', href='{href}')]", install)
    assert portal.ask.page_items("home", None) == []  # type: ignore[arg-type]
    assert [fault.hook for fault in portal.ask.faults] == ["page_items"]
    portal.engine.dispose()


@pytest.mark.parametrize("href", ["", "/", "/a/b?c=d#e", "#lugar", "https://gob.pe/x", "mailto:mesa@muestra.example"])
def test_an_honest_address_is_kept(settings: Settings, install: Callable[..., str], href: str) -> None:
    portal = installed(settings, f"@hookimpl\ndef page_items(place):\n    return [PageItem(label='x', href='{href}')]", install)
    assert [one.href for one in portal.ask.page_items("home", None)] == [href]  # type: ignore[arg-type]
    portal.engine.dispose()


def test_hostile_html_is_text_even_when_it_says_that_it_is_safe(settings: Settings, install: Callable[..., str]) -> None:
    body = "from markupsafe import Markup\nX = '<script>alert(1)</script>'\n@hookimpl\ndef page_items(place):\n    return [PageItem(label=Markup(X), text=Markup(X), href='/')]"
    body += "\n@hookimpl\ndef dimensions():\n    return [Dimension(name='mala', label=Markup(X), prefix='MAL', themes=(Markup(X),))]"
    made = Installation(replace(settings, plugins=(install("malo", body),)))
    page = made.client.get("/").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    dimension = made.portal.registry.dimensions["mala"]
    assert [type(one) for one in (dimension.label, dimension.themes[0])] == [str, str]
    made.close()


def test_a_statement_that_fails_in_the_page_s_session_does_not_end_the_page(settings: Settings, install: Callable[..., str]) -> None:
    body = "from sqlalchemy import text\nfrom portal import web\n@hookimpl\ndef page_items(place):\n    web.session.execute(text('SELECT nada FROM ninguna'))"
    good = body.replace("nada FROM ninguna", "1")
    made = Installation(replace(settings, plugins=(install("malo", body), install("bueno", good + "\n    return []"))))
    client = made.actors.client("administrator")
    assert [client.get(path).status_code for path in ("/", "/gestion/agendas", "/portal/estado")] == [200] * 3
    assert {(fault.plugin, fault.hook) for fault in made.portal.ask.faults} == {("malo", "page_items")}
    made.close()


BROKEN = "revision = 'malo1'\ndown_revision = None\nfrom alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    op.create_table('malo_filas', sa.Column('id', sa.Integer))\n    raise RuntimeError('roto')\n"


@pytest.fixture
def behind(settings: Settings, databases: Databases, install: Callable[..., str]) -> Iterator[Settings]:
    """The settings of a portal on an empty database, with a plugin whose migration fails half way."""
    address = databases.empty()
    body = "@hookimpl\ndef page_items(place):\n    return [PageItem(label='Intruso', href='/')]"
    install("malo", body, files={"migrations/malo1_x.py": BROKEN})
    install("necesitado", plugin='PLUGIN = Plugin(name="necesitado", label="N", version="1.0", needs=("malo",))')
    yield replace(settings, database_url=address, plugins=("malo", "social", "necesitado"))
    databases.drop(address)


def test_a_plugin_with_a_broken_migration_is_refused_and_the_rest_is_migrated(behind: Settings) -> None:
    portal = ready(behind)
    told = {one.name: one.sentence for one in portal.ask.refused()}
    assert told == {
        "malo": "El plugin «malo» no se usa: sus tablas no se pudieron poner al día (RuntimeError: roto).",
        "necesitado": "El plugin «necesitado» no se usa: necesita malo, que no está en uso.",
    }
    assert [one.plugin.name for one in portal.registry.loaded] == ["social"]
    tables = inspect(portal.engine).get_table_names()
    assert ("ledger_head" in tables, "malo_filas" in tables) == (True, False)
    assert portal.ask.page_items("home", None) == []  # type: ignore[arg-type]
    assert [one.plugin for one in portal.ask.item_objections({"code": "X", "kind": "x"}, {}) if one.plugin in told] == [
        "malo",
        "necesitado",
    ]
    portal.engine.dispose()


def test_doctor_and_check_name_it_and_upgrade_says_why(behind: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "settings", lambda: behind)
    run = CliRunner().invoke
    upgraded = run(cli.main, ["db", "upgrade"])
    assert upgraded.exit_code == 1
    assert "El plugin «malo» no se usa: sus tablas no se pudieron poner al día (RuntimeError: roto)." in upgraded.output
    checked = run(cli.main, ["db", "check"])
    assert (checked.exit_code, "FALTA malo: None → malo1" in checked.output) == (1, True)
    portal = assemble(behind)
    [line] = [one for one in diagnosis.examine(portal) if one.label == "database"]
    assert (line.ok, line.sentence) == (False, "Faltan migraciones: malo. Ejecute: portal db upgrade")
    portal.engine.dispose()

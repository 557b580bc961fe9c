"""The registry: found, checked, ordered and frozen before there is an app, one for each app."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

import plugins
from portal.context import assemble
from portal.extend.registry import load
from portal.settings import Settings

Install = Callable[..., str]


def items(*answers: tuple[str, int]) -> str:
    made = ", ".join(f"PageItem(label={label!r}, weight={weight})" for label, weight in answers)
    return f"@hookimpl\ndef page_items(place, actor, subject):\n    return [{made}]"


def test_every_bundled_plugin_is_used() -> None:
    registry = load((*plugins.ENABLED, *plugins.DEMO))
    assert registry.refused == ()
    assert {one.plugin.name for one in registry.loaded} == {*plugins.ENABLED, *plugins.DEMO}
    assert {one.source for one in registry.loaded} == {"incluido"}


def test_what_is_needed_comes_first_whatever_the_settings_order(install: Install) -> None:
    install("a", plugin="PLUGIN = Plugin(name='a', label='A', version='1.0', needs=('c',))")
    install("b", plugin="PLUGIN = Plugin(name='b', label='B', version='1.0', needs=('a',))")
    install("c")
    assert [one.plugin.name for one in load(("b", "a", "c")).loaded] == ["c", "a", "b"]


def test_answers_come_by_weight_then_label(install: Install, settings: Settings) -> None:
    install("uno", items(("Zeta", 10), ("Beta", 50)))
    install("dos", items(("Alfa", 50), ("Gama", 5)))
    portal = assemble(replace(settings, plugins=("uno", "dos")))
    assert [one.label for one in portal.ask.page_items("x", None)] == ["Gama", "Zeta", "Alfa", "Beta"]  # type: ignore[arg-type]
    portal.engine.dispose()


def test_it_cannot_be_changed(install: Install) -> None:
    registry = load((install("uno", "@hookimpl\ndef dimensions():\n    return [Dimension(name='x', label='X', prefix='XX')]"),))
    frozen: Any = registry
    with pytest.raises(FrozenInstanceError):
        frozen.loaded = ()
    with pytest.raises(TypeError):
        frozen.loaded[0].answers["dimensions"] = ()
    with pytest.raises(FrozenInstanceError):
        registry.dimensions["x"].label = "Y"  # type: ignore[misc]


def test_each_portal_has_its_own(install: Install, settings: Settings) -> None:
    install("uno")
    with_it, without = assemble(replace(settings, plugins=("uno",))), assemble(replace(settings, plugins=()))
    assert ("uno" in with_it.registry, "uno" in without.registry) == (True, False)
    assert with_it.registry.manager is not without.registry.manager
    for portal in (with_it, without):
        portal.engine.dispose()


def test_only_commands_are_asked_for_the_list_of_commands(install: Install) -> None:
    body = "@hookimpl\ndef commands():\n    return [Command(name='muestra', help='Una muestra.', target='m:m')]\n@hookimpl\ndef jobs():\n    raise RuntimeError('asked')"
    registry = load((install("uno", body),), hooks=("commands",))
    assert [one.name for one in registry.answers("commands")] == ["muestra"]
    assert [one.name for one in load(("uno",)).refused] == ["uno"]

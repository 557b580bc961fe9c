"""The manual of hooks says what the code says."""

import inspect
import re
from pathlib import Path

from portal.extend import specs

MANUAL = Path(__file__).parent.parent / "docs" / "plugins" / "hooks.md"


def in_code() -> dict[str, str]:
    found = {}
    for name, rule in specs.RULES.items():
        arguments = ", ".join(inspect.signature(getattr(specs, name)).parameters)
        kind = "Blueprint" if name == "blueprints" else rule.kind.__name__ if rule.kind else ""
        found[name] = f"`{name}({arguments}){f' -> {kind}' if kind else ''}` · {rule.policy}"
    return found


def test_each_hook_is_documented_with_its_signature_kind_and_policy() -> None:
    parts = re.split(r"^## (\w+)$", MANUAL.read_text(), flags=re.MULTILINE)[1:]
    manual = {name: text.strip().splitlines()[0] for name, text in zip(parts[::2], parts[1::2], strict=True)}
    assert manual == in_code()


def test_each_hook_has_an_example_that_defines_it() -> None:
    for name in specs.RULES:
        assert f"@hookimpl\ndef {name}(" in MANUAL.read_text()


def test_the_manual_names_the_places_that_pages_ask_for() -> None:
    root = MANUAL.parent.parent.parent
    pages = "".join(path.read_text() for folder in ("templates", "plugins") for path in (root / folder).rglob("*.html"))
    named = re.search(r"Places: (.*?)\. `subject`", MANUAL.read_text(), re.DOTALL)
    assert named is not None
    assert sorted(re.findall(r"`([\w.]+)`", named[1])) == sorted(set(re.findall(r"\b(?:page_items|place)\(\"([\w.]+)\"", pages)))

"""The documents say what the code does: settings, make targets, files that are named."""

import re
from configparser import ConfigParser
from dataclasses import fields
from pathlib import Path

import pytest

from portal.settings import Settings

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings_table() -> dict[str, str]:
    rows = re.findall(r"^\| `(PORTAL_\w+)` \| (.*?) \| .+ \|$", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE)
    return dict(rows)


def test_every_setting_is_described_and_every_description_a_setting() -> None:
    assert sorted(settings_table()) == sorted(f"PORTAL_{field.name.upper()}" for field in fields(Settings))


def test_defaults_are_those_of_the_code() -> None:
    described = settings_table()
    for field in fields(Settings):
        shown = described[f"PORTAL_{field.name.upper()}"]
        if isinstance(field.default, bool):
            assert shown.startswith("on" if field.default else "off"), field.name
        elif isinstance(field.default, int) or (isinstance(field.default, str) and field.default):
            assert shown == f"`{field.default}`", field.name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_variables_that_are_named_exist(document: Path) -> None:
    known = {f"PORTAL_{field.name.upper()}" for field in fields(Settings)}
    assert sorted(set(re.findall(r"\bPORTAL_[A-Z_]+[A-Z]\b", document.read_text())) - known) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text())
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_that_are_named_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|&& |PORTAL_PORT=\d+ )make ([a-z-]+)", document.read_text(), re.MULTILINE))
    assert sorted(named - targets) == []


def test_make_help_lists_every_target_for_people() -> None:
    text = (ROOT / "Makefile").read_text()
    for_people = {name for line in re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[:1] for name in line.split()}
    assert for_people == set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))


def test_folders_of_the_map_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = {one for one in re.findall(r"`((?:portal|plugins|templates|migrations|tests)/[\w./-]*)`", text) if "<" not in one}
    assert sorted(one for one in named if not (ROOT / one).exists()) == []


def test_every_dependency_has_a_reason() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    required = {re.match(r"[\w.-]+", line)[0] for line in config["options"]["install_requires"].split("\n") if line}  # type: ignore[index]
    page = (ROOT / "docs" / "decisions" / "0009-dependencies.md").read_text()
    assert set(re.findall(r"`([\w.-]+)`", page.partition("|---|---|")[2].partition("\n\n")[0])) == required

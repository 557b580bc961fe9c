"""The command line: quick help, answers for people and for programs, one sentence when something is wrong."""

import json
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from portal.cli import main

pytestmark = pytest.mark.once


def portal(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PORTAL_HOME": str(home), "PORTAL_QUEUE_URL": "memory:", **variables}
    return subprocess.run([sys.executable, "-m", "portal", *arguments], env=environment, capture_output=True, text=True, check=False)


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found = [path]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        found += every_command(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_help_takes_less_than_three_tenths_of_a_second_of_processor_time(tmp_path: Path, command: tuple[str, ...]) -> None:
    taken = []
    for _ in range(5):  # the best of five: a busy machine is slower, the programme is not
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run = portal(tmp_path / "home", *command, "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith("Usage: ")
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if taken[-1] < 0.3:
            break
    assert min(taken) < 0.3
    assert not (tmp_path / "home").exists()


def test_every_command_says_what_it_does() -> None:
    context = click.Context(main)
    silent = [
        name for name in main.list_commands(context) if not (command := main.get_command(context, name)) or not command.get_short_help_str()
    ]
    assert silent == []


def test_the_database_is_brought_up_to_date_once(tmp_path: Path) -> None:
    first = portal(tmp_path, "db", "upgrade", PORTAL_PLUGINS="commitments")
    second = portal(tmp_path, "db", "upgrade", PORTAL_PLUGINS="commitments")
    assert (first.returncode, first.stdout) == (0, "Migrado: core, commitments\n")
    assert (second.returncode, second.stdout) == (0, "La base de datos ya estaba al día.\n")
    check = portal(tmp_path, "db", "check", "--json", PORTAL_PLUGINS="commitments")
    assert check.returncode == 0
    assert [(one["owner"], one["current"] == one["head"], one["differences"]) for one in json.loads(check.stdout)] == [
        ("core", True, []),
        ("commitments", True, []),
    ]


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    check = portal(tmp_path, "db", "check", PORTAL_PLUGINS="commitments")
    assert check.returncode == 1
    assert [line.split(":")[0] for line in check.stdout.splitlines()] == ["FALTA core", "FALTA commitments"]


def test_plugins_are_listed_with_those_refused(tmp_path: Path) -> None:
    run = portal(tmp_path, "plugins", "list", "--json", PORTAL_PLUGINS="commitments inexistente")
    data = json.loads(run.stdout)
    assert [(one["name"], one["source"]) for one in data["used"]] == [("commitments", "incluido")]
    assert ["No module named" in one.pop("trace") for one in data["refused"]] == [True]
    assert data["refused"] == [
        {"name": "inexistente", "reason": "El plugin «inexistente» no se usa: no está instalado. Instálelo o quítelo de PORTAL_PLUGINS."}
    ]


def doctor(home: Path, **variables: str) -> tuple[int, dict[str, Any]]:
    run = portal(home, "doctor", "--json", **variables)
    return run.returncode, {line["label"]: (line["ok"], line["sentence"]) for line in json.loads(run.stdout)["lines"]}


def test_doctor_names_what_an_operator_must_mend(tmp_path: Path) -> None:
    code, before = doctor(tmp_path, PORTAL_PLUGINS="commitments inexistente")
    assert code == 1
    assert before["database"] == (False, "Faltan migraciones: core, commitments. Ejecute: portal db upgrade")
    assert before["plugin inexistente"][0] is False
    portal(tmp_path, "db", "upgrade", PORTAL_PLUGINS="commitments")
    _, after = doctor(tmp_path, PORTAL_PLUGINS="commitments")
    assert after["database"] == (True, "sqlite, al día")
    assert after["files"] == (True, (tmp_path / "files").as_uri())
    assert after["plugin commitments"][0] is True


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PORTAL_PORTT", "1", "La variable PORTAL_PORTT no existe. Vea docs/operating.md.\n"),
        ("PORTAL_PORT", "x", "La variable PORTAL_PORT tiene un valor que no se entiende: 'x'.\n"),
    ],
)
def test_a_wrong_setting_ends_in_one_sentence(tmp_path: Path, variable: str, value: str, sentence: str) -> None:
    run = portal(tmp_path, "db", "check", **{variable: value})
    assert (run.returncode, run.stdout, run.stderr) == (2, "", sentence)


def test_a_port_that_is_taken_ends_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = portal(tmp_path, "run", "--port", str(port))
    assert run.returncode == 2
    assert f"No se puede atender en 127.0.0.1:{port} (" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    run = portal(tmp_path, "nada")
    assert run.returncode == 2
    assert "No such command 'nada'" in run.stderr

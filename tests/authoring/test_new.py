"""A new plugin's distribution: refused with a sentence, or written whole, installed, tested and examined."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from portal.authoring import scaffold
from portal.errors import Conflict, Invalid
from portal.extend.registry import load

from .conftest import environment, pip_installed, portal

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Minería", "El nombre «Minería» no es válido: use minúsculas sin tilde, cifras y guion bajo, y empiece por una letra."),
        ("mi-plugin", "El nombre «mi-plugin» no es válido: use minúsculas sin tilde, cifras y guion bajo, y empiece por una letra."),
        ("../fuera", "El nombre «../fuera» no es válido: use minúsculas sin tilde, cifras y guion bajo, y empiece por una letra."),
        ("x", "El nombre «x» no es válido: escriba tres letras o más, sin guiones bajos seguidos ni al final."),
        ("agua_", "El nombre «agua_» no es válido: escriba tres letras o más, sin guiones bajos seguidos ni al final."),
        ("a" * 31, f"El nombre «{'a' * 31}» es demasiado largo: use 30 letras o menos."),
        ("import", "El nombre «import» es una palabra de Python: elija otro."),
        ("agenda", "El nombre «agenda» es del portal (la tabla agenda_dimension): elija otro."),
        ("ledger", "El nombre «ledger» es del portal (la tabla ledger_checkpoint): elija otro."),
        ("doctor", "El nombre «doctor» es del portal (la orden «portal doctor»): elija otro."),
    ],
)
def test_a_name_that_no_plugin_may_have(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        scaffold.write(name, "dimension", tmp_path / "nuevo", load(()))
    assert refused.value.text == sentence
    assert not (tmp_path / "nuevo").exists()


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    with pytest.raises(Conflict) as bundled:
        scaffold.write("ambiental", "dimension", tmp_path / "nuevo", load(()))
    assert bundled.value.text == "Ya hay un plugin «ambiental» en este portal: elija otro nombre."
    with pytest.raises(Conflict) as dimension:
        scaffold.write(
            next(name for name in load(("opengov",)).dimensions if name != "opengov"), "dimension", tmp_path / "nuevo", load(("opengov",))
        )
    assert dimension.value.text.startswith("Ya hay una dimensión «")
    assert not (tmp_path / "nuevo").exists()


def test_a_folder_that_is_not_empty_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mío")
    with pytest.raises(Conflict) as refused:
        scaffold.write("mineria", "dimension", tmp_path, load(()))
    assert refused.value.text == f"«{tmp_path}» ya existe y no está vacía: no se escribió nada. Indique otra carpeta."
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    with pytest.raises(Conflict):
        scaffold.write("mineria", "dimension", tmp_path / "README.md", load(()))
    assert (tmp_path / "README.md").read_text() == "mío"


def test_a_module_needs_a_dimension_of_another(tmp_path: Path) -> None:
    with pytest.raises(Conflict) as refused:
        scaffold.write("vigia", "module", tmp_path / "nuevo", load(()))
    assert (
        refused.value.text
        == "Ningún plugin en uso ofrece una dimensión para el campo del módulo: active alguno en PORTAL_PLUGINS o cree una dimensión."
    )


def test_the_prefix_of_its_codes_is_its_own() -> None:
    taken = {"AMB", "AMBI"}
    assert next(prefix for prefix in scaffold.prefixes("ambar") if prefix not in taken) == "AMBA"
    assert next(prefix for prefix in scaffold.prefixes("ambi") if prefix not in taken) == "AMA"


def test_the_command_says_what_to_do_next_and_the_second_time_no(tmp_path: Path) -> None:
    env = environment(tmp_path / "home", ROOT, PORTAL_PLUGINS="social")
    first = portal("plugins", "new", "cultura_viva", cwd=tmp_path, env=env)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[0] == "Escribimos 14 archivos en rubrica-cultura-viva. Siga con:"
    second = portal("plugins", "new", "cultura_viva", cwd=tmp_path, env=env)
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == "«rubrica-cultura-viva» ya existe y no está vacía: no se escribió nada. Indique otra carpeta.\n"
    lint = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--line-length=160",
            "--select=F,E4,E7,E9,W,UP,B,SIM,ANN,RET,PT",
            "--ignore=ANN401",
            "--target-version=py311",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.stdout == "All checks passed!\n"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name", "lines", "tests"), [("dimension", "mineria_limpia", 14, 9), ("module", "vigia_social", 17, 11)])
def test_what_is_written_is_installed_tested_and_examined(tmp_path: Path, kind: str, name: str, lines: int, tests: int) -> None:
    """In an environment where nothing but Rúbrica is: the distribution's own folder is not importable, its installed copy is."""
    outside = tmp_path / "outside"
    outside.mkdir()
    env = environment(tmp_path / "home", ROOT, PORTAL_PLUGINS="social ambiental")
    new = portal("plugins", "new", name, "plugin", f"--{kind}", "--json", cwd=outside, env=env)
    assert new.returncode == 0, new.stderr
    assert len(json.loads(new.stdout)["files"]) == lines
    checked = portal("plugins", "check", "plugin", "--json", cwd=outside, env=env)
    report = json.loads(checked.stdout)
    assert [one for one in report["checks"] if not one["ok"]] == []
    assert (checked.returncode, report["plugin"], report["ok"]) == (0, name, True)
    assert {path.name for path in (outside / "plugin").iterdir()} == {
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "src",
        "tests",
    }  # nothing was left behind
    installed = pip_installed(outside / "plugin", tmp_path / "installed")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=outside / "plugin",
        env=environment(tmp_path / "home", ROOT, installed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{tests} passed" in run.stdout, run.stdout[-3000:]
    assert run.returncode == 0
    listed = portal(
        "plugins", "list", "--json", cwd=outside, env=environment(tmp_path / "home", ROOT, installed, PORTAL_PLUGINS=f"social {name}")
    )
    assert [(one["name"], one["version"]) for one in json.loads(listed.stdout)["used"]][1] == (name, "0.1.0")

"""The project as others get it: a wheel in an empty environment, an editable install, a bare checkout."""

import configparser
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("packaging")]

ROOT = Path(__file__).resolve().parent.parent
LOADED_BY_NAME = {  # required, though no line of ours imports them
    "argon2-cffi": "Flask-Security hashes passwords with it",
    "email-validator": "WTForms' Email() asks it",
    "font-source-sans-pro": "found by its files",
    "font-source-serif-pro": "found by its files",
    "psycopg": "SQLAlchemy's and Huey's driver for PostgreSQL",
    "python-pkcs11": "imported only with PORTAL_KEYS_PKCS11, which asks for rubrica[pkcs11]",
    "redis": "Huey's, for PORTAL_QUEUE_URL=redis:",
    "tzdata": "zoneinfo, where the system has no zones",
    "webauthn": "Flask-Security's, for passkeys",
}

ASKED_FOR = {"axe-playwright-python", "playwright"}  # `portal plugins check` uses them where they are, and says where they are not


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    read = configparser.ConfigParser()
    read.read(ROOT / "setup.cfg")
    return read


def required(setup: configparser.ConfigParser) -> dict[str, str]:
    """Return the lower bound of each package that the portal needs to run."""
    lines = [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]
    return {normal(re.split(r"[\[>]", line)[0]): line.partition(">=")[2] for line in lines}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {normal(found[0]): found[1] for found in re.findall(r"^([\w.-]+)==([^\s\\]+)", text, re.MULTILINE)}


def blocks(lock: str, *names: str) -> str:
    """Return what a lock says of some packages, with their hashes."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    found = [one for one in re.split(r"\n(?=\S)", text) if one.partition("==")[0] in names]
    assert len(found) == len(names)
    return "\n".join(found)


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def test_every_folder_of_code_is_listed(setup: configparser.ConfigParser) -> None:
    listed = set(setup["options"]["packages"].split()) - {"portal.migrations", "portal.templates"}
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in python_files("portal", "plugins") if path.name == "__init__.py"}
    assert sorted(found - listed) == []
    assert sorted(listed - found) == []


def test_what_is_imported_is_required_and_the_other_way_round(setup: configparser.ConfigParser) -> None:
    owners = packages_distributions()
    imported = set()
    for path in python_files("portal", "plugins"):
        if path.is_relative_to(ROOT / "portal" / "testing"):
            continue
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE):
            imported |= {normal(one) for one in owners.get(name, [])}
    imported -= {"rubrica", *ASKED_FOR}
    assert sorted(imported - set(required(setup)) - set(LOADED_BY_NAME)) == []
    assert sorted(set(required(setup)) - imported - set(LOADED_BY_NAME)) == []


def test_lower_bounds_are_the_versions_that_this_suite_runs_with(setup: configparser.ConfigParser) -> None:
    run, dev = locked("run"), locked("dev")
    assert {name: bound for name, bound in required(setup).items() if run.get(name) != bound} == {}
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("name", ["run", "dev"])
def test_the_lock_has_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.split()[0] for block in blocks if not block.startswith("#") and "--hash=sha256:" not in block] == []
    assert re.findall(r"(?i)https?:|file:/|--index|--extra|--find|--trusted", text) == []


def test_no_file_names_an_index_or_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    config = [
        name for name in listed if name.endswith((".cfg", ".toml", "Makefile", ".ci/run")) or name.startswith(("scripts/", "requirements/"))
    ]
    assert [name for name in config if re.search(r"pypi\.org|pythonhosted|(?<!no-emit-)index-url|/root/", (ROOT / name).read_text())] == []


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder `name` as `make` fills it, once for all of this run's workers."""
    folder = factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".made").exists():
            folder.mkdir()
            make(folder)
            folder.with_suffix(".made").touch()
    return folder


def build(folder: Path) -> None:
    """Build the wheel from a copy of the files (so that nothing is left in the checkout), asking no index."""
    for name in ("portal", "plugins", "templates", "migrations", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."], cwd=folder, check=True, capture_output=True
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    [built] = once(tmp_path_factory, "build", build).glob("dist/*.whl")
    return built


@pytest.fixture(scope="module")
def empty(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which there is the wheel, what it needs, and nothing else."""

    def make(place: Path) -> None:
        venv.create(place, with_pip=True)
        pip(place / "bin", "--require-hashes", "--no-deps", "-r", ROOT / "requirements" / "run.txt")
        pip(place / "bin", "--no-deps", "--no-index", wheel)
        subprocess.run([place / "bin" / "python", "-m", "pip", "check"], check=True, capture_output=True, text=True)

    return once(tmp_path_factory, "environment", make) / "bin"


def pip(programs: Path, *arguments: str | Path) -> None:
    command = [programs / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-compile", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]


def test_the_wheel_holds_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = set()
    for folder in ("portal", "plugins"):
        expected |= {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    for folder in ("templates", "migrations"):
        expected |= {f"portal/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / folder).rglob("*") if path.is_file()}
    expected = {name for name in expected if "__pycache__" not in name}
    assert sorted(expected - inside) == []
    assert sorted(inside - expected) == []


def test_its_licence_is_inside(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
        [metadata] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        assert "\nLicense: AGPL-3.0-or-later\n" in archive.read(metadata).decode()


def environment(home: Path, **variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("PIP_")}
    return {**kept, "HOME": str(home), "PORTAL_HOME": str(home / "instance"), **variables}


def answers(command: list[str], folder: Path, **variables: str) -> str:
    """Serve with `command` in `folder` until /healthz answers; return the home page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "run"],
        cwd=folder,
        env=environment(folder, PORTAL_PORT=str(port), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        limit = time.monotonic() + 90
        while time.monotonic() < limit and process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
                    assert response.read() == b'{"status":"ok"}\n'
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise AssertionError("".join(process.communicate(timeout=10)) if process.poll() is not None else "no answer in 90 s")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as response:
            return str(response.read().decode())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0  # told to stop, it ends well


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(empty: Path, tmp_path: Path) -> None:
    command = [str(empty / "portal")]
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    def portal(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)

    assert portal("--help").stdout.startswith("Usage: portal [OPTIONS] COMMAND")
    upgrade = portal("db", "upgrade")
    assert (upgrade.returncode, upgrade.stdout.split(":")[0]) == (0, "Migrado")
    assert portal("db", "check").returncode == 0
    demo = portal("demo")
    assert (demo.returncode, demo.stderr[-2000:] if demo.returncode else "") == (0, "")
    assert "muestra" in answers(command, folder)


@pytest.mark.slow
def test_an_author_begins_in_an_empty_environment(empty: Path, tmp_path: Path) -> None:
    """`portal plugins new`, `pip install`, its tests, `portal plugins check`: with the wheel, its needs, pytest, and nothing of this checkout."""

    def run(*command: str | Path, cwd: Path) -> str:
        done = subprocess.run(command, cwd=cwd, env=environment(tmp_path), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    written = json.loads(run(empty / "portal", "plugins", "new", "mineria_limpia", "plugin", "--json", cwd=tmp_path))
    assert "src/rubrica_mineria_limpia/plugin.py" in written["files"]
    testers = tmp_path / "testers.txt"
    testers.write_text(blocks("dev", "pytest", "iniconfig", "pygments", "setuptools"))
    pip(empty, "--require-hashes", "--no-deps", "-r", testers)
    pip(empty, "--no-index", "--no-build-isolation", f"{tmp_path / 'plugin'}[testing]")
    folder = tmp_path / "plugin"
    assert re.search(r"^9 passed", run(empty / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder), re.MULTILINE)
    told = run(empty / "portal", "plugins", "check", ".", cwd=folder).splitlines()
    assert len(told) > 10
    assert [line for line in told if not line.startswith("bien ")] == [
        "omite accesibilidad en un navegador: no se comprobó; falta: pip install axe-playwright-python"
    ]
    where = run(empty / "python", "-c", "import portal, plugins; print(portal.__file__, plugins.__file__)", cwd=folder).split()
    assert [Path(one).is_relative_to(empty.parent) for one in where] == [True, True]


def test_a_bare_checkout_works(tmp_path: Path) -> None:
    for name in ("portal", "plugins", "templates", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert "<title>" in answers([sys.executable, "-P", "-m", "portal"], tmp_path, PYTHONPATH=str(tmp_path))


def test_an_editable_install_works(tmp_path: Path) -> None:
    """This suite's own environment is one, when `make` made it: the command is there, and finds the checkout's folders."""
    command = Path(sys.executable).with_name("portal")
    if not command.exists():
        pytest.skip("this environment was not made by make")
    run = subprocess.run([command, "db", "upgrade"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.split(":")[0]) == (0, "Migrado")

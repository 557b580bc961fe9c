"""Settings: read once, refused by name, and a folder that must be writable."""

import stat
import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import pytest

from portal.errors import Misconfigured
from portal.settings import Settings, load, prepare_home, secret_file

pytestmark = pytest.mark.once


def test_defaults_keep_everything_in_the_home_folder(tmp_path: Path) -> None:
    settings = load({"PORTAL_HOME": str(tmp_path)})
    assert (settings.database_url, settings.queue_url, settings.storage_url) == (
        f"sqlite:///{tmp_path}/portal.db",
        f"sqlite:///{tmp_path}/queue.db",
        f"file://{tmp_path}/files",
    )
    assert (settings.demo, settings.host, settings.port, settings.public_url) == (False, "127.0.0.1", 8000, "http://127.0.0.1:8000")


def test_each_kind_of_value_is_read() -> None:
    settings = load(
        {
            "PORTAL_PORT": "8123",
            "PORTAL_DEMO": "sí",
            "PORTAL_PLUGINS": "social, commitments social",
            "PORTAL_PUBLIC_URL": "https://agendas.example/",
        }
    )
    assert (settings.port, settings.demo, settings.public_url) == (8123, True, "https://agendas.example")
    assert settings.plugins == ("social", "commitments", "demo")


def test_the_public_address_follows_the_port() -> None:
    assert load({"PORTAL_PORT": "8123"}).public_url == "http://127.0.0.1:8123"


def test_an_unknown_variable_is_refused_by_name() -> None:
    with pytest.raises(Misconfigured) as refused:
        load({"PORTAL_DATABSE_URL": "sqlite://"})
    assert refused.value.text == "La variable PORTAL_DATABSE_URL no existe. Vea docs/operating.md."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_PORT", "ocho"),
        ("PORTAL_PORT", "-1"),
        ("PORTAL_DEMO", "quizás"),
        ("PORTAL_UPLOAD_MEGABYTES", "20MB"),
        ("PORTAL_WORKERS", ""),
    ],
)
def test_a_malformed_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        load({name: value})
    assert refused.value.text == f"La variable {name} tiene un valor que no se entiende: {value!r}."


@pytest.mark.parametrize("value", ["Lima", "America/Nada", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(value: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        load({"PORTAL_TIMEZONE": value})
    assert refused.value.text == f"La variable PORTAL_TIMEZONE nombra una zona que no existe: {value}."


def test_an_unknown_log_level_is_refused() -> None:
    with pytest.raises(Misconfigured) as refused:
        load({"PORTAL_LOG_LEVEL": "mucho"})
    assert refused.value.text == "La variable PORTAL_LOG_LEVEL debe ser DEBUG, INFO, WARNING o ERROR."


def test_other_variables_are_nobody_s_business() -> None:
    assert load({"PATH": "/bin", "DATABASE_URL": "x"}).database_url.startswith("sqlite:///")


def test_every_setting_can_be_read_from_a_variable() -> None:
    sample = {"Path": "/tmp/x", "int": "3", "bool": "1", "tuple[str, ...]": "social", "str": "text"}  # noqa: S108 - never written
    special = {"timezone": "UTC", "log_level": "DEBUG"}
    for field in fields(Settings):
        kind = (
            getattr(field.type, "__name__", "") if isinstance(field.type, type) and not hasattr(field.type, "__args__") else str(field.type)
        )
        load({f"PORTAL_{field.name.upper()}": special.get(field.name, sample[kind])})


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocking = tmp_path / "file"
    blocking.write_text("not a folder")
    with pytest.raises(Misconfigured) as refused:
        prepare_home(load({"PORTAL_HOME": str(blocking / "home")}))
    assert refused.value.text == f"No se puede escribir en la carpeta {blocking}/home (Not a directory). Cambie PORTAL_HOME o sus permisos."


def test_commands_say_it_in_one_sentence(tmp_path: Path) -> None:
    blocking = tmp_path / "file"
    blocking.write_text("not a folder")
    run = subprocess.run(
        [sys.executable, "-m", "portal", "doctor"],
        env={"PATH": "/usr/bin", "PORTAL_HOME": str(blocking / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"No se puede escribir en la carpeta {blocking}/home (Not a directory). Cambie PORTAL_HOME o sus permisos.\n"


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = prepare_home(load({"PORTAL_HOME": str(tmp_path / "home")}))
    second = prepare_home(load({"PORTAL_HOME": str(tmp_path / "home")}))
    assert len(first.secret_key) >= 43  # 256 bits
    assert second.secret_key == first.secret_key
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(secret_file(tmp_path / "secret_key"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 16

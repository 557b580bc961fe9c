"""Take the largest plugin out of the settings: the rest starts, and the core's tests pass."""

import subprocess
import sys
from pathlib import Path

import pytest

from portal.app import create_app
from portal.context import Portal

ROOT = Path(__file__).resolve().parent.parent.parent
REST = ("social", "economica", "ambiental", "institucional")
CORE = ["tests/test_site.py", "tests/accounts", "tests/organisations", "tests/agendas"]


@pytest.mark.settings(plugins=REST)
def test_its_pages_are_gone_and_the_others_come(portal: Portal) -> None:
    client = create_app(portal).test_client()
    assert {path: client.get(path).status_code for path in ("/", "/agendas", "/entrar", "/healthz", "/compromisos", "/verificar", "/v/RUB-X")} == {
        "/": 200, "/agendas": 200, "/entrar": 200, "/healthz": 200, "/compromisos": 404, "/verificar": 404, "/v/RUB-X": 404,
    }
    assert portal.ask.refused() == []
    assert "/compromisos" not in client.get("/").get_data(as_text=True)


@pytest.mark.settings(plugins=())
def test_the_core_alone_starts(portal: Portal) -> None:
    client = create_app(portal).test_client()
    assert [client.get(path).status_code for path in ("/", "/agendas", "/entrar", "/healthz")] == [200] * 4


@pytest.mark.once
@pytest.mark.slow
def test_the_core_s_tests_pass_without_it() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-m", "not browser", f"--portal-plugins={' '.join(REST)}", *CORE],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert " passed" in run.stdout.splitlines()[-1]

"""Take the largest plugin out of the settings: the rest starts. (That the core's tests pass without it, scripts/test shows.)"""

import pytest

from portal.app import create_app
from portal.context import Portal

REST = ("social", "economica", "ambiental", "institucional", "opengov")


@pytest.mark.settings(plugins=REST)
def test_its_pages_are_gone_and_the_others_come(portal: Portal) -> None:
    client = create_app(portal).test_client()
    assert {
        path: client.get(path).status_code for path in ("/", "/agendas", "/entrar", "/healthz", "/compromisos", "/verificar", "/v/RUB-X")
    } == {
        "/": 200,
        "/agendas": 200,
        "/entrar": 200,
        "/healthz": 200,
        "/compromisos": 404,
        "/verificar": 404,
        "/v/RUB-X": 404,
    }
    assert portal.ask.refused() == []
    assert "/compromisos" not in client.get("/").get_data(as_text=True)


@pytest.mark.settings(plugins=())
def test_the_core_alone_starts(portal: Portal) -> None:
    client = create_app(portal).test_client()
    assert [client.get(path).status_code for path in ("/", "/agendas", "/entrar", "/healthz")] == [200] * 4

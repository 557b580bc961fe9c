"""A number that no row can have is answered as one that is not there, not as a fault of the portal."""

import pytest
from flask.testing import FlaskClient

HUGE = 10**30


@pytest.mark.parametrize(
    "address",
    [
        f"/transparencia/prueba/{HUGE}.json",
        f"/transparencia/prueba/1.json?cabeza={HUGE}",
        f"/transparencia/prueba/1.json?cabeza=-{HUGE}",
        f"/transparencia/cabezas/{HUGE}.json",
        f"/transparencia/consistencia/1/{HUGE}.json",
    ],
)
def test_a_huge_number_in_an_address_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_list_of_heads_begins_below_any_number(client: FlaskClient) -> None:
    answer = client.get(f"/transparencia/cabezas.json?antes={HUGE}")
    assert (answer.status_code, answer.json) == (200, {"heads": [], "next": None})

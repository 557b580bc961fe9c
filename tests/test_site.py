"""The pages that belong to no subject."""

from flask.testing import FlaskClient


def test_machines_are_told_that_the_portal_is_well(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}

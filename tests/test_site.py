"""The pages that belong to no subject."""

from flask.testing import FlaskClient

from portal import web


def test_machines_are_told_that_the_portal_is_well(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_a_number_from_a_form_is_a_number_that_a_row_can_have() -> None:
    given = ["12", "0012", "²", "٣", "-1", "1.5", "", None, "2147483647", "2147483648", "9" * 400]
    assert [web.whole(one) for one in given] == [12, 12, None, None, None, None, None, None, 2147483647, None, None]
    assert web.wholes(["7", "²", "8"]) == [7, 8]

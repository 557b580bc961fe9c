"""The same keys and instruments as the signing tests, for those who attack them."""

import pytest

from plugins.commitments.signing.authority import Authority
from tests.commitments.signing.kit import Instrument, Outside, make_authority, make_instrument, make_outside


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("keys") / "authority")


@pytest.fixture(scope="session")
def instrument(authority: Authority) -> Instrument:
    """Three slots, all signed."""
    return make_instrument(authority, slots=3, signed=3)


@pytest.fixture(scope="session")
def waiting(authority: Authority) -> Instrument:
    """Three slots, one signed."""
    return make_instrument(authority, slots=3, signed=1)


@pytest.fixture(scope="session")
def outside() -> Outside:
    return make_outside()

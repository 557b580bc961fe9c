"""The suite tests with the kit that plugin authors get."""

import pytest

pytest_plugins = ["portal.testing.fixtures"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: Playwright leaves an event loop running in its process, in which pyHanko cannot sign."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

"""The suite tests with the kit that plugin authors get: a pytest plugin that is there wherever Rúbrica is installed (entry point `rubrica`)."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: Playwright leaves an event loop running in its process, in which pyHanko cannot sign."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

"""The suite tests with the kit that plugin authors get: a pytest plugin that is there wherever Rúbrica is installed (entry point `rubrica`)."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whoever uses Chromium, and put them last: Playwright leaves an event loop running in its process, in which pyHanko cannot sign."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

"""The suite tests with the kit that plugin authors get: a pytest plugin that is there wherever Rúbrica is installed (entry point `rubrica`)."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whoever uses Chromium, and put them last: Playwright leaves an event loop running in its process, in which pyHanko cannot sign.

    Whoever uses no database is run once.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "databases" not in fixtures:
            item.add_marker(pytest.mark.once)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

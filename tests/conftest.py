"""The suite tests with the kit that plugin authors get: a pytest plugin that is there wherever Rúbrica is installed (entry point `rubrica`)."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
# About plugins, pages, certificates and bytes: they need a database, and which one makes no difference to what they show.
ANY_DATABASE = [
    HERE / name
    for name in (
        "accounts/test_addresses.py",
        "agendas/test_page_cost.py",
        "authoring",
        "commitments/digital",
        "commitments/lasting",
        "commitments/paper",
        "commitments/test_every_way.py",
        "commitments/test_identity.py",
        "commitments/test_joined.py",
        "commitments/test_offline.py",
        "commitments/test_profiles.py",
        "commitments/test_reminding.py",
        "commitments/test_verification.py",
        "demo",
        "dimensions",
        "drafting/test_hostile.py",
        "drafting/test_looking.py",
        "extend",
        "look",
        "workplan",
    )
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whoever uses Chromium, and put them last: Playwright leaves an event loop running in its process, in which pyHanko cannot sign.

    Whoever uses no database, or any, is run once.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "databases" not in fixtures or any(item.path == path or path in item.path.parents for path in ANY_DATABASE):
            item.add_marker(pytest.mark.once)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

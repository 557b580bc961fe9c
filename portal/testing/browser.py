"""A real Chromium before the test's own portal, for what only a browser can show; skipped, with the reason, where there is none."""

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import make_server

from portal.testing.chromium import FLAGS, PROGRAMS, WIDTHS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The system's Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    program = next((found for found in map(shutil.which, PROGRAMS) if found), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(PROGRAMS)})")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Serve the test's application on the loopback; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: "Browser", live: str) -> "Iterator[Callable[..., Page]]":
    """Open pages as somebody new: `page().goto("/agendas")`; `page(width="phone", javascript=False)`."""
    contexts = []

    def open_page(width: str = "desk", *, javascript: bool = True) -> "Page":
        context = chromium.new_context(
            base_url=live, viewport={"width": WIDTHS[width], "height": 800}, java_script_enabled=javascript, locale="es-PE"
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()

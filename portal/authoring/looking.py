"""Looks at a plugin's pages in a real browser: axe's rules (WCAG 2.2 AA), and nothing wider than a phone."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from portal.authoring import trial
from portal.authoring.finding import Finding, finding
from portal.testing.chromium import FLAGS, PROGRAMS, WIDTHS

LABEL = "accesibilidad en un navegador"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def looked_at(app: Flask, addresses: Sequence[str], *, frozen: bool) -> Finding:
    """Open the sample agenda (when it could be frozen) and the plugin's own pages; without a browser, say what is missing for it."""
    program = next((found for found in map(shutil.which, PROGRAMS) if found), None)
    missing = [name for name in ("playwright", "axe_playwright_python") if find_spec(name) is None]
    if missing or program is None:
        lacking = "pip install axe-playwright-python" if missing else f"no hay Chromium ({', '.join(PROGRAMS)})"
        return Finding(LABEL, ok=True, sentence=f"no se comprobó; falta: {lacking}", skipped=True)
    wanted = [*([f"/agendas/{trial.CODE}"] if frozen else []), *addresses]
    if not wanted:
        return Finding(LABEL, ok=True, sentence="no se comprobó; la muestra no se pudo congelar y no hay otra página", skipped=True)
    # In a thread of its own: Playwright leaves an event loop behind in the thread that used it.
    with ThreadPoolExecutor(max_workers=1) as apart, _served(app) as home:
        problems = apart.submit(lambda: list(_problems(program, home, wanted))).result()
    return finding(LABEL, f"{len(wanted)} páginas, sin barreras y sin salirse de un teléfono", problems)


def _problems(program: str, home: str, addresses: Sequence[str]) -> Iterator[str]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - authors may not have it
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": WIDTHS["phone"], "height": 800}, locale="es-PE")
        for address in addresses:
            answer = page.goto(f"{home}{address}")
            if answer is None or answer.status != 200:  # noqa: PLR2004 - not for everybody, or not there without its data
                continue
            violations: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
            counted = Counter({one["id"]: len(one["nodes"]) for one in violations})
            yield from (f"{address}: {rule} ({count})" for rule, count in sorted(counted.items()))
            if page.evaluate("document.documentElement.scrollWidth") > WIDTHS["phone"]:
                yield f"{address} es más ancha que un teléfono ({WIDTHS['phone']} píxeles)"
        browser.close()


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

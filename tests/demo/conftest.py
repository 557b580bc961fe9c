"""One loaded demonstration for all that look at it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.demo import loading, mailbox
from plugins.demo.scene import record
from portal import clock
from portal.app import create_app
from portal.context import Portal
from portal.install import ready
from portal.settings import load
from portal.testing.fixtures import Databases

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Portal]:
    """A loaded demonstration: begun by the command, killed with signal 9 when it had written some mail, completed by a second run."""
    settings = load({"PORTAL_DEMO": "1", "PORTAL_HOME": str(tmp_path_factory.mktemp("demo"))})
    settings = replace(settings, database_url=databases.new(settings.plugins))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PORTAL_HOME": str(settings.home),
        "PORTAL_DATABASE_URL": settings.database_url,
    }
    begun = subprocess.Popen(
        [sys.executable, "-m", "portal", "demo"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    deadline = time.monotonic() + 90
    while len(mailbox.names(settings.home)) < 5 and begun.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    begun.send_signal(signal.SIGKILL)
    begun.wait()
    portal = ready(settings)
    assert record(portal)["done"] is False
    assert loading.load(portal, now=clock.now()) is True
    yield portal
    portal.engine.dispose()
    databases.drop(settings.database_url)


@pytest.fixture(scope="session")
def pages(demo: Portal) -> Flask:
    app = create_app(demo)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app


@pytest.fixture
def visitor(pages: Flask) -> FlaskClient:
    return pages.test_client()

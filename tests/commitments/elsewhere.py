"""Runs a piece of code in a process of its own on the test's installation: one that may be killed, or have no room to write."""

import os
import subprocess
import sys
import textwrap

from portal.settings import Settings

START = """
import os, resource, signal, sys
from portal.clock import now
from portal.context import assemble
from portal.settings import load
portal = assemble(load())
"""


def run_elsewhere(settings: Settings, code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Return how a fresh process ended that assembled the same portal and ran `code` (it has `portal`, `now` and `sys.argv[1:]`)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "PORTAL_HOME": str(settings.home),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_QUEUE_URL": "memory:",
        "PORTAL_PLUGINS": " ".join(settings.plugins),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_MAIL_URL": settings.mail_url,
    }
    command = [sys.executable, "-c", START + textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

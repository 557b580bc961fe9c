"""A real portal in its own process, a real mail server and a real Chromium; nothing here knows the code's inside."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page

from portal.settings import Settings

ROOT = Path(__file__).parent.parent.parent
WIDTHS = {"phone": 360, "desk": 1280}


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """What the mail server accepted."""

    messages: list[Message] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def wait(self, address: str, words: str, *, seconds: float = 90) -> str:
        """Return the plain text of the newest message to `address` whose subject or text has `words`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for message in reversed(self.messages):
                assert isinstance(message, EmailMessage)
                body = message.get_body(("plain",))
                text = str(body.get_content()) if body else ""
                if address in str(message["To"]) and re.search(words, f"{message['Subject']}\n{text}"):
                    return text
            time.sleep(0.2)
        found = [(str(message["To"]), str(message["Subject"])) for message in self.messages]
        raise AssertionError(f"no mail to {address} with {words!r}; there is {found}")


def environment_of(settings: Settings) -> dict[str, str]:
    """Return what a process of the portal with these settings is started with."""
    names = ("port", "database_url", "queue_url", "storage_url", "mail_url", "secret_key")
    kept = {"PORTAL_PLUGINS": " ".join(settings.plugins), "PORTAL_DEMO": "0", "PORTAL_HOME": str(settings.home)}
    kept |= {f"PORTAL_{name.upper()}": str(getattr(settings, name)) for name in names}
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | kept


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on loopback, and its port."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def settings(settings: Settings, mailbox: tuple[Mailbox, int], tmp_path: Path) -> Settings:
    """The settings that both this test and the portal's process use: same folder, same database."""
    from dataclasses import replace

    port = free_port()
    return replace(
        settings,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        mail_url=f"smtp://127.0.0.1:{mailbox[1]}",
        queue_url=f"sqlite:///{tmp_path / 'queue.db'}",
    )


@pytest.fixture
def serve(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Start the portal's process; it ends with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        environment = environment_of(settings)
        log = (tmp_path / "portal.log").open("wb")
        process = subprocess.Popen([sys.executable, "-m", "portal", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        running.append(process)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{settings.public_url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return settings.public_url
            except OSError:
                time.sleep(0.2)
        raise AssertionError((tmp_path / "portal.log").read_text()[-3000:])

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody new: page(width="phone", javascript=False)."""
    contexts = []

    def open_page(width: str = "desk", *, javascript: bool = True) -> Page:
        context = chromium.new_context(viewport={"width": WIDTHS[width], "height": 800}, java_script_enabled=javascript, locale="es-PE")
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()

"""A consultation on a small agenda, people who take part in it, and a mail server on loopback."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.dialogue import consulting, contributing, moderating
from plugins.dialogue.contributing import Forum, Said
from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.places import Place
from portal.accounts.models import Person
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.settings import Settings
from portal.testing.fixtures import Actors

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests with this plugin and one dimension, unless a test chooses."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("settings") is None:
            item.add_marker(pytest.mark.settings(plugins=("social", "dialogue")))


@dataclass
class Mailbox:
    """What a mail server took."""

    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.messages.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.messages if address in str(one["To"])]


def words(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def path_in(message: EmailMessage, pattern: str) -> str:
    found = re.search(pattern, words(message))
    assert found is not None, words(message)
    return found[0]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The usual ones; a test that asks for `mailbox` sends its mail there."""
    if "mailbox" not in request.fixturenames:
        return settings
    return replaced(settings, mail_url=f"smtp://127.0.0.1:{request.getfixturevalue('mailbox')[1]}")


@dataclass
class Dialogue:
    """An open consultation, who coordinates it, and ways to make what a test needs."""

    portal: Portal
    session: Session
    now: datetime
    consultation: Consultation
    coordinator: Person

    @property
    def code(self) -> str:
        return self.consultation.agenda.code

    @property
    def public(self) -> str:
        return f"/agendas/{self.code}/consultas/{self.consultation.code}"

    @property
    def staff(self) -> str:
        return f"/gestion{self.public}"

    def read(self, statement: Any) -> list[Any]:
        """What the database has now; no transaction stays open, which on SQLite would keep the pages from writing."""
        self.session.commit()
        found = list(self.session.scalars(statement.execution_options(populate_existing=True)))
        for one in found:
            if isinstance(one, Contribution):
                _ = one.author and one.author.name, [file.sha256 for file in one.attachments], one.consultation.agenda.code
        self.session.refresh(self.consultation)
        _ = self.consultation.agenda.code, self.coordinator.full_name
        self.session.commit()
        return found

    def said(self, text: str = "Aporte de muestra.", **values: Any) -> Contribution:
        """A contribution that waits to be read; `published=True`: one that was."""
        published, person, forum = values.pop("published", False), values.pop("person", None), values.pop("forum", None)
        item, files = values.pop("item", "SOC-01"), values.pop("files", ())
        place = Place(item, "item", "social", "Social", item) if item else Place("", "whole")
        said = Said(values.pop("kind", "comment"), place, text, values.pop("wording", ""), values.pop("name", ""))
        assert not values
        made, _ = contributing.contribute(
            self.session,
            self.portal.store,
            self.portal.mailer,
            now=self.now,
            consultation=self.consultation,
            said=said,
            files=files,
            person_id=person.id if person else None,
            forum=forum or (None if person else Forum(self.coordinator.id)),
        )
        if published:
            moderating.publish(self.session, now=self.now, contribution=made, revision=made.revision, person_id=self.coordinator.id)
        self.session.commit()
        return made


@pytest.fixture
def dialogue(portal: Portal, session: Session, now: datetime, frozen: AgendaVersion, actors: Actors) -> Dialogue:
    coordinator = actors.grant(actors.person("Coordinación de muestra"), "coordinator", frozen.agenda)
    consultation = consulting.open_consultation(
        session,
        now=now,
        version=frozen,
        title="Diálogo de muestra",
        purpose="Para **probar**.",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=10),
        person_id=coordinator.id,
    )
    session.commit()
    return Dialogue(portal, session, now, consultation, coordinator)


@pytest.fixture
def nobody(client: FlaskClient) -> FlaskClient:
    """Somebody who has not signed in."""
    return client


@pytest.fixture
def form() -> Callable[..., dict[str, Any]]:
    """What a browser sends from the form of contributing."""

    def typed(**values: Any) -> dict[str, Any]:
        usual = {"kind": "comment", "place": "SOC-01", "text": "Falta agua en la parte alta.", "wording": "", "name": "", "sitio_web": ""}
        return {**usual, **values}

    return typed

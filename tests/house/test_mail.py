"""Mail: queued with what caused it, shown, tried again, and called accepted only when a server accepted it."""

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from jinja2 import DictLoader
from sqlalchemy import select

from portal import diagnosis, mail
from portal.context import Portal
from portal.mail import ACCEPTED, QUEUED, REJECTED, Mailer, MailMessage
from tests.commitments.elsewhere import run_elsewhere

HOUR = timedelta(hours=1)


class Server:
    """A mail server on the loopback that answers each recipient as it is told."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.replies: dict[str, list[str]] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        reply = self.replies.get(address, [])
        if reply:
            return reply.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.replies.get("DATA", [])
        if reply:
            return reply.pop(0)
        self.received.append(envelope)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(portal: Portal) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.url = f"smtp://127.0.0.1:{controller.port}"  # type: ignore[attr-defined]
    yield handler
    controller.stop()


@pytest.fixture
def write(portal: Portal, now: datetime) -> Callable[..., int]:
    def write(**values: Any) -> int:
        with portal.sessions() as session:
            message = MailMessage(
                **{
                    "address": "ana@muestra.example",
                    "name": "Ana Muestra",
                    "kind": "test",
                    "subject": "Su invitación",
                    "text": "Enlace privado: /x",
                    "html": "<p>Enlace privado: /x</p>",
                    "queued_at": now,
                    "next_try_at": now,
                    **values,
                }
            )
            session.add(message)
            session.commit()
            return message.id

    return write


def deliver(portal: Portal, identity: int, when: datetime, url: str | None = None, **settings: Any) -> MailMessage:
    chosen = replace(portal.settings, mail_url=portal.settings.mail_url if url is None else url, **settings)
    with portal.sessions() as session:
        mail.deliver(session, identity, now=when, settings=chosen, read=portal.store.get)
    return shown(portal, identity)


def shown(portal: Portal, identity: int) -> MailMessage:
    with portal.sessions() as session:
        message = session.get(MailMessage, identity)
        assert message is not None
        return message


def test_without_a_server_it_stays_queued_and_says_why(
    portal: Portal, write: Callable[..., int], now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    message = deliver(portal, write(), now)
    assert (message.state, message.tries, message.settled_at) == (QUEUED, 1, None)
    assert message.problem == "no hay servidor de correo: [Errno 111] Connection refused"
    assert message.text == "Enlace privado: /x"
    assert message.next_try_at == now + timedelta(seconds=60)
    assert [record.getMessage() for record in caplog.records if record.name == "portal.mail"] == [
        f"mail {message.id} not delivered (try 1): no hay servidor de correo: [Errno 111] Connection refused"
    ]


def test_it_is_tried_again_later_each_time_and_given_up_after_twelve(portal: Portal, write: Callable[..., int], now: datetime) -> None:
    identity, when, waits = write(), now, []
    while (message := deliver(portal, identity, when)).state == QUEUED:
        waits.append(int((message.next_try_at - when).total_seconds()))
        when = message.next_try_at
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]
    assert (message.state, message.tries, message.text) == (REJECTED, 12, None)


def test_before_its_time_nothing_happens(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    message = deliver(portal, write(next_try_at=now + HOUR), now, server.url)
    assert (message.state, message.tries, server.received) == (QUEUED, 0, [])


def test_accepted_by_a_server_it_is_whole_there_and_erased_here(
    portal: Portal, write: Callable[..., int], now: datetime, server: Any
) -> None:
    with portal.sessions() as session:
        file = portal.store.put(session, b"%PDF-constancia", "application/pdf", now=now)
        session.commit()
    identity = write(
        name="Ana\r\nBcc: otro@muestra.example", reply_to="mesa@muestra.example", files=[["constancia.pdf", file, "application/pdf"]]
    )
    message = deliver(portal, identity, now, server.url, mail_from="Mesa de muestra <mesa@muestra.example>")
    assert (message.state, message.settled_at, message.text, message.html, message.problem) == (ACCEPTED, now, None, None, None)
    [envelope] = server.received
    sent = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert envelope.rcpt_tos == ["ana@muestra.example"]
    assert (str(sent["From"]), str(sent["Subject"]), str(sent["Reply-To"])) == (
        "Mesa de muestra <mesa@muestra.example>",
        "Su invitación",
        "mesa@muestra.example",
    )
    assert sent["Bcc"] is None
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_body(("plain",)).get_content().strip() == "Enlace privado: /x"
    assert sent.get_body(("html",)).get_content().strip() == "<p>Enlace privado: /x</p>"
    assert [(part.get_filename(), part.get_content()) for part in sent.iter_attachments()] == [("constancia.pdf", b"%PDF-constancia")]


def test_an_address_refused_for_good_is_rejected_and_erased(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    server.replies["ana@muestra.example"] = ["550 no such user"]
    message = deliver(portal, write(), now, server.url)
    assert (message.state, message.problem, message.settled_at, message.text) == (
        REJECTED,
        "el servidor de correo respondió 550",
        now,
        None,
    )


def test_a_passing_refusal_is_tried_again_and_then_accepted(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    server.replies["ana@muestra.example"] = ["451 try later"]
    identity = write()
    first = deliver(portal, identity, now, server.url)
    assert (first.state, first.problem, first.text) == (QUEUED, "el servidor de correo respondió 451", "Enlace privado: /x")
    second = deliver(portal, identity, first.next_try_at, server.url)
    assert (second.state, second.tries, len(server.received)) == (ACCEPTED, 2, 1)


@pytest.mark.parametrize(("reply", "state"), [("554 refused", REJECTED), ("452 full", QUEUED)])
def test_the_content_may_be_refused_too(
    portal: Portal, write: Callable[..., int], now: datetime, server: Any, reply: str, state: str
) -> None:
    server.replies["DATA"] = [reply]
    assert deliver(portal, write(), now, server.url).state == state


def test_a_wrong_password_of_the_portal_s_own_loses_no_message(
    portal: Portal, write: Callable[..., int], now: datetime, server: Any
) -> None:
    message = deliver(portal, write(), now, server.url.replace("smtp://", "smtp://mesa:equivocada@"))
    assert (message.state, message.text) == (QUEUED, "Enlace privado: /x")
    assert "equivocada" not in str(message.problem)


def test_what_is_no_address_is_rejected(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    message = deliver(portal, write(address="sin arroba"), now, server.url)
    assert (message.state, message.problem) == (REJECTED, "la dirección o el asunto no forman un mensaje válido")


def test_a_missing_attachment_is_said_and_tried_again(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    message = deliver(portal, write(files=[["c.pdf", "0" * 64, "application/pdf"]]), now, server.url)
    assert (message.state, message.problem) == (QUEUED, "Falta un archivo en el almacén. Avise a la administración del portal.")


def test_workers_at_once_send_it_once(portal: Portal, write: Callable[..., int], now: datetime, server: Any) -> None:
    identity = write()
    threads = [threading.Thread(target=deliver, args=(portal, identity, now, server.url)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (shown(portal, identity).state, shown(portal, identity).tries, len(server.received)) == (ACCEPTED, 1, 1)


def test_the_sweep_takes_up_what_is_due(portal: Portal, write: Callable[..., int], now: datetime) -> None:
    due, later = write(), write(next_try_at=now + HOUR)
    assert portal.queue.sweep() == 1  # memory: runs it at once; nobody answers at the tests' mail server
    assert (shown(portal, due).tries, shown(portal, later).tries) == (1, 0)


def test_a_message_is_written_with_what_causes_it_or_not_at_all(portal: Portal, now: datetime) -> None:
    templates = portal.templates.overlay(
        loader=DictLoader(
            {"aviso.subject.txt": "Aviso para\n {{ name }}", "aviso.txt": "{{ public_url }}/x", "aviso.html": "<p>{{ name }}</p>"}
        ),
    )
    mailer = Mailer(portal.settings, templates)
    with portal.sessions() as session:
        message = mailer.queue(
            session, now=now, to="ana@muestra.example", name="Ana & Muestra", template="aviso", kind="test", hold=HOUR, context={}
        )
        assert (message.subject, message.text, message.html) == (
            "Aviso para Ana & Muestra",
            "http://127.0.0.1:8000/x",
            "<p>Ana &amp; Muestra</p>",
        )
        assert (message.state, message.next_try_at) == (QUEUED, now + HOUR)
        session.rollback()
    with portal.sessions() as session:
        assert session.scalars(select(MailMessage)).all() == []


@pytest.mark.settings(demo=True, mail_url="", plugins=())
def test_in_a_demo_without_a_server_mail_goes_to_a_folder(portal: Portal, write: Callable[..., int], now: datetime) -> None:
    message = deliver(portal, write(), now)
    [file] = (portal.settings.home / "demo-mail").iterdir()
    sent = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (message.state, str(sent["To"])) == (ACCEPTED, "Ana Muestra <ana@muestra.example>")


def test_doctor_notices_mail_that_waits_too_long(portal: Portal, write: Callable[..., int], now: datetime) -> None:
    write(queued_at=now - 2 * HOUR)
    [line] = [line for line in diagnosis.examine(portal) if line.label == "mail"]
    assert (line.ok, line.sentence) == (False, f"1 mensajes en cola desde {now - 2 * HOUR:%Y-%m-%d %H:%M} UTC")


DIES = """
import os, sys
from portal import clock, mail
whole = mail._to_server
def sent_and_gone(email, url):
    whole(email, url)
    os.kill(os.getpid(), 9)
mail._to_server = sent_and_gone
with portal.sessions() as session:
    mail.deliver(session, int(sys.argv[1]), now=clock.now(), settings=portal.settings, read=portal.store.get)
"""


def test_killed_between_the_server_s_yes_and_the_row_it_goes_again_under_the_same_id(
    portal: Portal, write: Callable[..., int], now: datetime, server: Any
) -> None:
    identity = write()
    died = run_elsewhere(replace(portal.settings, mail_url=server.url), DIES, identity)
    assert (died.returncode, len(server.received)) == (-9, 1)
    row = shown(portal, identity)
    assert (row.state, row.tries) == (QUEUED, 1)
    again = deliver(portal, identity, row.next_try_at, server.url)
    assert (again.state, again.tries) == (ACCEPTED, 2)
    ids = [email.message_from_bytes(one.content, policy=email.policy.default)["Message-ID"] for one in server.received]
    assert (len(ids), len(set(ids))) == (2, 1)

"""Links and codes belong to one person: staff see neither, opening them counts as nothing, tries are counted."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import board_tables, contacts, signing_acts
from portal import diagnosis
from portal.accounts.models import SignInLink
from portal.context import Portal
from portal.jobs import Queue
from portal.limits import limiter
from portal.log import JsonLines
from portal.mail import MailMessage
from portal.testing.fixtures import Actors
from tests.commitments.conftest import Signing


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the log says, down to the least."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_nobody_on_staff_sees_a_link_or_a_code(
    portal: Portal, session: Session, app: Flask, actors: Actors, issued: Callable[..., Signing], logged: io.StringIO, now: datetime,
    tmp_path: Path,
) -> None:  # fmt: skip
    signing = issued()
    commitment, process = signing.commitment, signing.commitment.process
    contacts.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)
    signing_acts.send_code(portal, session, now=now, slot_id=commitment.slots[0].id, person_id=signing.representative.id)
    session.commit()
    texts = " ".join(text or "" for text in session.scalars(select(MailMessage.text)))
    links = re.findall(r"/entrar/enlace/([\w-]+)", texts)
    mailed = session.scalars(select(MailMessage.text).where(MailMessage.kind == "commitment.code")).one() or ""
    codes = re.findall(r"\b\d{3} \d{3}\b", mailed)
    assert (len(set(links)), len(codes)) == (1, 1)
    session.commit()
    queue = Queue(f"sqlite:///{tmp_path}/queue.db")
    queue.bind(portal, tuple(portal.queue._kinds.values()))
    queue.sweep()  # puts the mails' ids there
    staff = actors.grant(actors.person(), "administrator")
    client = actors.signed_in(staff)
    addresses = [
        f"/gestion/compromisos/{process.code}",
        f"/gestion/compromisos/{process.code}/{commitment.code}",
        f"/gestion/personas/{signing.representative.id}",
        "/gestion/personas",
        "/portal/estado",
        "/portal/solicitudes",
    ]
    shown = []
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        shown.append(answer.get_data(as_text=True))
    shown.append(str(list(board_tables.board_of_agenda(session, process.version.agenda.code))))
    session.commit()
    shown.append(str(diagnosis.examine(replace(portal))))
    app.test_client().get(f"/entrar/enlace/{links[0]}")
    shown.append(logged.getvalue())
    shown.append((tmp_path / "queue.db").read_bytes().decode("latin-1"))
    secrets = [links[0], codes[0], codes[0].replace(" ", "")]
    assert [(number, secret) for number, page in enumerate(shown) for secret in secrets if secret in page] == []
    assert session.scalars(select(SignInLink.token_sha256).where(SignInLink.token_sha256 == links[0])).all() == []


def test_tries_at_a_signature_are_limited_by_address_too(app: Flask, actors: Actors, issued: Callable[..., Signing]) -> None:
    signing = issued()
    limiter.enabled = True
    limiter.reset()
    try:
        client = actors.signed_in(signing.representative)
        answers = [client.post(f"/mi-compromiso/{signing.commitment.code}/firmar").status_code for _ in range(21)]
        assert (answers.count(429), answers[-1]) == (1, 429)
    finally:
        limiter.reset()
        limiter.enabled = False

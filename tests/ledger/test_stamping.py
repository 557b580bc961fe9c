"""The head's daily timestamp: asked for once a day, kept once, made good when the authority returns; and taken away by anybody."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from asn1crypto import x509
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.context import Portal, assemble
from portal.ledger import heads, stamping
from portal.ledger.service import record
from portal.timestamp_tokens import check_token
from portal.timestamps import trusted
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.lasting.conftest import ask


@pytest.fixture
def authority() -> Iterator[TimestampAuthority]:
    one = TimestampAuthority()
    yield one
    one.stop()


def head(session: Session, now: datetime) -> heads.LedgerCheckpoint:
    record(session, now=now, kind="test.fact", subject="agenda:APU/v1", data={})
    made = heads.publish(session, now=now)
    session.commit()
    assert made is not None
    return made


def test_the_last_head_is_stamped_once_a_day(
    portal: Portal, session: Session, authority: TimestampAuthority, now: datetime, client: FlaskClient
) -> None:
    ask(portal, authority)
    first = head(session, now)
    assert list(stamping.KIND.pending(session, now)) == ["1"]
    session.commit()
    stamping.KIND.run(portal, "1")
    stamping.KIND.run(portal, "1")
    session.refresh(first)
    assert first.token_sha256 is not None
    der = client.get("/transparencia/cabezas/1.tsr").data

    roots = [x509.Certificate.load(one) for one in trusted(portal)]
    token = check_token(der, digest=hashlib.sha256(heads.head_bytes(first)).digest(), roots=roots, now=now)
    assert abs(token.time - now) < timedelta(minutes=5)
    head(session, now)
    assert list(stamping.KIND.pending(session, now + timedelta(hours=23))) == []
    assert list(stamping.KIND.pending(session, now + timedelta(hours=25))) == ["2"]


def test_while_no_authority_answers_the_head_goes_without_and_is_asked_for_again(
    portal: Portal, session: Session, authority: TimestampAuthority, now: datetime
) -> None:
    ask(portal, authority)
    authority.stop()
    made = head(session, now)
    stamping.KIND.run(portal, "1")
    session.refresh(made)
    assert made.token_sha256 is None
    assert list(stamping.KIND.pending(session, now)) == ["1"]


def test_an_installation_without_authorities_has_no_such_job(portal: Portal) -> None:

    def names(one: Portal) -> set[str]:
        return set(one.queue._kinds)

    assert stamping.JOB not in names(portal)
    assert stamping.JOB in names(assemble(replace(portal.settings, timestamp_urls=("http://127.0.0.1:9/",))))

"""Timestamps: a good authority, a dead one, a slow one, one that lies; the next takes over, and the one that failed is left alone for a while."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal import timestamps
from portal.context import Portal
from portal.timestamp_tokens import NoTimestamp, check_token
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.lasting.conftest import ask

DIGEST = hashlib.sha256(b"muestra").digest()
Make = Callable[..., TimestampAuthority]


def test_a_token_says_when_and_by_whom_and_is_checked_again_later(portal: Portal, stamped: TimestampAuthority, now: datetime) -> None:
    token = timestamps.timestamp(portal, DIGEST, now=now)
    assert token is not None
    assert (token.authority, token.until) == ("Sellado de tiempo de muestra", stamped.certificate.not_valid_after_utc)
    assert abs(token.time - now) < timedelta(hours=1)
    found = timestamps.of(portal)
    assert found is not None
    assert check_token(token.der, digest=DIGEST, roots=found.roots, now=now) == token
    with pytest.raises(NoTimestamp, match="other bytes"):
        check_token(token.der, digest=hashlib.sha256(b"otra").digest(), roots=found.roots, now=now)


def test_without_authorities_there_is_no_timestamp(portal: Portal, now: datetime) -> None:
    assert timestamps.timestamp(portal, DIGEST, now=now) is None


def test_the_second_takes_over_and_is_asked_first_from_then_on(portal: Portal, authorities: Make, now: datetime) -> None:
    first, second = authorities(), authorities(name="Segunda autoridad de muestra")
    ask(portal, first, second)
    first.stop()
    for _ in range(2):
        token = timestamps.timestamp(portal, DIGEST, now=now)
        assert token is not None
        assert token.authority == "Segunda autoridad de muestra"
    first.start()
    second.stop()
    assert timestamps.timestamp(portal, DIGEST, now=now) is None  # the first failed a moment ago: who signs does not wait for it
    token = timestamps.timestamp(portal, DIGEST, now=now, patient=True)
    assert token is not None
    assert token.authority == "Sellado de tiempo de muestra"


def test_one_that_failed_is_not_asked_by_those_in_a_hurry(portal: Portal, stamped: TimestampAuthority, now: datetime) -> None:
    stamped.mode = "refuses"
    assert [timestamps.timestamp(portal, DIGEST, now=now) for _ in range(3)] == [None] * 3
    assert stamped.asked == 1


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("other_bytes", "the token is for other bytes"),
        ("other_question", "the answer is to another question"),
        ("refuses", "the authority refuses: rejection"),
        ("nonsense", "the answer is not one of RFC 3161"),
    ],
)
def test_a_bad_answer_is_refused(portal: Portal, stamped: TimestampAuthority, now: datetime, mode: str, reason: str) -> None:
    stamped.mode = mode
    found = timestamps.of(portal)
    assert found is not None
    with pytest.raises(NoTimestamp, match=reason):
        found.stamp(DIGEST, now=now)


def test_a_slow_authority_is_given_up(portal: Portal, stamped: TimestampAuthority, now: datetime) -> None:
    stamped.mode = "slow"
    found = timestamps.of(portal)
    assert found is not None
    with pytest.raises(NoTimestamp, match="no answer within"):
        found.ask(stamped.url, DIGEST, now=now, seconds=0.2)
    stamped.released.set()


def test_a_stranger_and_a_clock_gone_wrong_are_refused(portal: Portal, authorities: Make, now: datetime) -> None:
    stranger, believed = authorities(name="Autoridad ajena de muestra"), authorities()
    ask(portal, believed)
    ask(portal, stranger, believed=False)
    found = timestamps.of(portal)
    assert found is not None
    with pytest.raises(NoTimestamp, match="does not chain"):
        found.stamp(DIGEST, now=now)
    ask(portal, believed)
    believed.fixed_time = now - timedelta(days=30)
    found = timestamps.of(portal)
    assert found is not None
    with pytest.raises(NoTimestamp, match="clock"):
        found.stamp(DIGEST, now=now)


def test_without_a_trusted_certificate_no_authority_is_believed(portal: Portal, authorities: Make, now: datetime) -> None:
    ask(portal, authorities(), believed=False)
    assert timestamps.timestamp(portal, DIGEST, now=now) is None

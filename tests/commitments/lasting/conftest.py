"""Timestamp authorities on loopback, and an installation that asks them."""

from collections.abc import Callable, Iterator

import pytest

from portal.context import Portal
from tests.commitments.lasting.authority import TimestampAuthority


@pytest.fixture
def authorities() -> Iterator[Callable[..., TimestampAuthority]]:
    """Make an authority that answers: authorities(name=…, now=…, years=…)."""
    made: list[TimestampAuthority] = []

    def make(**about: object) -> TimestampAuthority:
        made.append(TimestampAuthority(**about))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def stamped(portal: Portal, authorities: Callable[..., TimestampAuthority]) -> TimestampAuthority:
    """An authority that the installation asks and believes."""
    one = authorities()
    ask(portal, one)
    return one


def ask(portal: Portal, *chosen: TimestampAuthority, believed: bool = True) -> None:
    """Let the installation ask these authorities, in this order."""
    object.__setattr__(portal.settings, "timestamp_urls", tuple(one.url for one in chosen))  # frozen, and the ports are known only now
    for one in chosen if believed else ():
        one.trust_in(portal.settings.home)

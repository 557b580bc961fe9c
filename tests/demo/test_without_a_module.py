"""Take any part of the road away: what is left is whole, for everybody and for the Mesa, and so is what was signed."""

import re
from collections import Counter, deque
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from plugins import ROAD
from plugins.commitments.models import Commitment
from plugins.demo.data.people import SIGN_INS
from portal import clock
from portal.app import create_app
from portal.context import Portal, assemble
from portal.ledger import heads
from portal.ledger.audit import audit
from portal.limits import limiter

pytestmark = pytest.mark.once

OF_EACH = 1  # pages of one kind that are opened
COORDINATOR = next(one.email for one in SIGN_INS if one.role == "coordinator")
# Pages of others that lead nowhere without a module: what it brought them is not there.
ONLY_WITH = {"demands": {"drafting.demands", "drafting.new_item"}, "validation": {"actas.acta", "actas.mine"}}
FILE = re.compile(r"\.[a-z]{3,4}$")
LINK = re.compile(r'<a [^>]*href="([^"#]+)')


@dataclass
class Seen:
    """What a visitor came to, following links from the home page: address → status, and the endpoints."""

    statuses: dict[str, int]
    endpoints: set[str]


def opened(portal: Portal) -> Flask:
    app = create_app(portal)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    return app


def visit(app: Flask, client: FlaskClient, *, files: bool) -> Seen:
    """Follow every link from the home page, one page of each kind; `files`: PDF, ZIP and tables too."""
    urls = app.url_map.bind("")
    waiting, seen, often = deque(["/"]), Seen({}, set()), Counter[str]()
    while waiting:
        address = waiting.popleft()
        try:
            endpoint, _ = urls.match(urlsplit(address).path)
        except HTTPException:
            endpoint = address  # leads nowhere: the answer says so
        if address in seen.statuses or often[endpoint] >= OF_EACH or (not files and FILE.search(urlsplit(address).path)):
            continue
        often[endpoint] += 1
        answer = client.get(address)
        seen.statuses[address] = answer.status_code
        seen.endpoints.add(endpoint)
        if answer.mimetype == "text/html":
            links = (one.replace("&amp;", "&") for one in LINK.findall(answer.get_data(as_text=True)))
            waiting.extend(one for one in links if one.startswith("/") and not one.startswith("//"))
    return seen


def both(app: Flask, *, files: bool = False) -> tuple[Seen, Seen]:
    """Return what anybody sees, and what coordination sees."""
    client = app.test_client()
    public = visit(app, client, files=files)
    assert client.post("/demo/entrar", data={"email": COORDINATOR}).status_code == 303
    return public, visit(app, client, files=files)


def wrong(seen: Seen) -> dict[str, int]:
    """Return what is neither there, nor elsewhere, nor still being made (202)."""
    return {address: status for address, status in seen.statuses.items() if status not in {200, 202, 301, 302, 303}}


@pytest.fixture(autouse=True)
def head(demo: Portal) -> None:
    """Publish the ledger's head, as every day: the bundles are there from then on."""
    with demo.sessions() as session:
        heads.publish(session, now=clock.now())
        session.commit()


def test_every_link_leads_somewhere(demo: Portal, pages: Flask) -> None:
    limiter.enabled = False
    public, staff = both(pages, files=True)
    assert (wrong(public), wrong(staff)) == ({}, {})
    assert len(public.statuses) > 40
    assert {rule.partition(".")[0] for rule in staff.endpoints} >= {"commitments_staff", "agendas", "organisations"}
    assert list(demo.ask.faults) == []


@pytest.fixture(scope="session")
def whole(pages: Flask) -> tuple[Seen, Seen]:
    """What is seen while every module is there."""
    return both(pages)


@pytest.mark.parametrize("name", ROAD)
def test_without_it_the_rest_is_whole(demo: Portal, whole: tuple[Seen, Seen], name: str) -> None:
    left = assemble(replace(demo.settings, plugins=tuple(one for one in demo.settings.plugins if one != name)))
    app = opened(left)
    try:
        for before, after in zip(whole, both(app), strict=True):
            assert wrong(after) == {}
            gone = {endpoint for endpoint in before.endpoints if endpoint not in app.view_functions}
            assert before.endpoints - gone - after.endpoints <= ONLY_WITH.get(name, set())
        assert (list(left.ask.faults), left.ask.refused()) == ([], [])
        with left.sessions() as session:
            assert audit(left, session)[1] == []
            signed = session.scalars(select(Commitment.head_sha256).where(Commitment.state == "complete")).first()
        answer = app.test_client().post("/verificar.json", data=left.store.get(str(signed)), content_type="application/pdf").get_json()
        assert answer["verdict"] == "authentic_complete"
    finally:
        left.engine.dispose()

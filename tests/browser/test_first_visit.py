"""What a first visit costs and whether everybody can use it: bytes on the wire, other hosts, axe (WCAG 2.2 AA), two widths."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from plugins.commitments import processes
from plugins.commitments.plan import entry
from portal import clock
from portal.accounts import links
from portal.context import Portal
from portal.organisations.models import Membership, Organisation
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Actors
from tests.browser.conftest import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.once]

MOST_BYTES = 100_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def visits(portal: Portal, session: Session, actors: Actors, serve: Callable[[], str]) -> dict[str, tuple[str, str]]:
    """Return page → (address, single-use link to enter with, or "") in a portal with an agenda of 60 items and 30 organisations."""
    now = clock.now()
    version = sample_agenda(session, portal.store, now=now, ask=portal.ask, items=60)
    session.commit()
    coordinator = actors.grant(actors.person("Coordinación de muestra"), "coordinator", version.agenda)
    ids = []
    for number in range(30):
        organisation = Organisation(
            name=f"Organización {number:02} (muestra)",
            sort_name=f"organizacion {number:02}",
            kind="movimiento_regional",
            is_sample=True,
            created_at=now,
        )
        session.add(organisation)
        session.flush()
        ids.append(organisation.id)
    person = actors.grant(actors.person("Personera de muestra"), "representative", version.agenda, organisation)
    session.add(Membership(organisation_id=organisation.id, person_id=person.id, capacity="personero_titular"))
    process = processes.create_process(
        session,
        now=now,
        version=version,
        code="APU-T-v1",
        title="Suscripción de muestra",
        plan=[entry("organisation", "personero_titular")],
        opens_at=now - timedelta(minutes=1),
        deadline=now + timedelta(days=20),
        consent_text="Acepto.",
        contact_name="Mesa (muestra)",
        contact_email="mesa@muestra.example",
        by=coordinator.id,
    )
    commitment = processes.choose(session, now=now, process=process, organisation_ids=ids, by=coordinator.id)[-1]

    def enter(person_id: int, path: str) -> str:
        return links.path(links.make_link(session, now=now, person_id=person_id, purpose=f"test:{path}", next_path=path))

    review, board = f"/mi-compromiso/{commitment.code}/social", f"/gestion/compromisos/{process.code}"
    found = {
        "home": ("/", ""),
        "agenda": ("/agendas/APU-T", ""),
        "registry": ("/compromisos", ""),
        "verify": ("/verificar", ""),
        "enter": ("/entrar", ""),
        "review": (review, enter(person.id, review)),
        "board": (board, enter(coordinator.id, board)),
    }
    session.commit()
    address = serve()
    return {name: (address + path, address + link if link else "") for name, (path, link) in found.items()}


@pytest.mark.parametrize("width", list(WIDTHS))
def test_a_first_visit_is_light_stays_here_and_is_usable_by_everybody(
    visits: dict[str, tuple[str, str]], page: Callable[..., Page], width: str
) -> None:
    for name, (address, link) in visits.items():
        visitor = page(width)
        if link:
            visitor.goto(link)
            if visitor.get_by_role("button", name="Entrar", exact=True).count():
                visitor.get_by_role("button", name="Entrar", exact=True).click()
        sizes, hosts = measured(visitor, address)
        assert visitor.url.split("#")[0] == address, name
        assert sum(sizes) < MOST_BYTES, (name, sum(sizes))
        assert hosts == {urlsplit(address).netloc}, name
        found = Axe().run(visitor, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert [one["id"] for one in found.response["violations"]] == [], (name, found.generate_report())
        wide = visitor.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, (name, "scrolls sideways")


def measured(visitor: Page, address: str) -> tuple[list[int], set[str]]:
    """Load a page with an empty cache; return the bytes of each answer as they came, and the hosts asked."""
    sizes: list[int] = []
    hosts: set[str] = set()
    wire = visitor.context.new_cdp_session(visitor)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    wire.on("Network.requestWillBeSent", lambda event: hosts.add(urlsplit(event["request"]["url"]).netloc))
    visitor.goto(address, wait_until="networkidle")
    return sizes, {host for host in hosts if host}

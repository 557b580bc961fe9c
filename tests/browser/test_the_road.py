"""The product's main job, walked by people in a browser: from the invitation's mail to anybody's verification."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from plugins.commitments import contacts, processes
from plugins.commitments.plan import entry
from portal import clock
from portal.context import Portal
from portal.organisations.models import Membership, Organisation
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Actors
from tests.browser.conftest import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.once]

REPRESENTATIVE = "personera@muestra.example"
COORDINATOR = "coordinacion@muestra.example"


@dataclass
class Scene:
    """What exists before anybody opens a browser."""

    code: str  # the commitment's
    process: str
    address: str  # the portal's


@pytest.fixture
def scene(portal: Portal, session: Session, actors: Actors, serve: Callable[[], str]) -> Scene:
    """One organisation invited to sign a frozen agenda of four dimensions, with a countersignature of the Mesa."""
    now = clock.now()
    version = sample_agenda(session, portal.store, now=now, ask=portal.ask, items=8)
    session.commit()
    coordinator = actors.grant(actors.person("Coordinación de muestra", email=COORDINATOR), "coordinator", version.agenda)
    person = actors.person("Personera de muestra", email=REPRESENTATIVE)
    organisation = Organisation(
        name="Movimiento Qantu (muestra)",
        sort_name="movimiento qantu (muestra)",
        kind="movimiento_regional",
        is_sample=True,
        created_at=now,
    )
    session.add(organisation)
    session.flush()
    session.add(Membership(organisation_id=organisation.id, person_id=person.id, capacity="personero_titular"))
    session.flush()
    process = processes.create_process(
        session,
        now=now,
        version=version,
        code="APU-T-v1",
        title="Suscripción de la agenda de muestra",
        plan=[entry("organisation", "personero_titular"), entry("mesa", "coordinador_regional", group=2, person_id=coordinator.id)],
        opens_at=now - timedelta(minutes=1),
        deadline=now + timedelta(days=20),
        consent_text="Acepto suscribir este documento con mi firma electrónica.",
        contact_name="Equipo de la Mesa (muestra)",
        contact_email="mesa@muestra.example",
        by=coordinator.id,
    )
    (commitment,) = processes.choose(session, now=now, process=process, organisation_ids=[organisation.id], by=coordinator.id)
    contacts.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=coordinator.id)
    session.commit()
    return Scene(commitment.code, process.code, serve())


def press(page: Page, place: Locator) -> None:
    """Send a form (or follow a link) and wait for the page that answers: going elsewhere at once would cancel it."""
    with page.expect_navigation():
        place.click()


def digits_in(text: str) -> str:
    """Return the six digits on a line of their own, with the space that people see."""
    found = re.search(r"^\s*(\d{3} ?\d{3})\s*$", text, re.MULTILINE)
    assert found, text
    return found[1]


def enter_by_code(page: Page, scene: Scene, mailbox: Mailbox, address: str, path: str) -> None:
    """Sign in with a code sent by mail, and land on `path`."""
    page.goto(f"{scene.address}{path}")
    page.get_by_label("Correo").first.fill(address)
    press(page, page.get_by_role("button", name="Recibir un código"))
    page.get_by_label("Código").fill(digits_in(mailbox.wait(address, "código para entrar")))
    press(page, page.get_by_role("button", name="Entrar", exact=True))


def sign(page: Page, scene: Scene, mailbox: Mailbox, address: str, name: str) -> None:
    """Read, ask for the code, sign."""
    page.goto(f"{scene.address}/mi-compromiso/{scene.code}/firmar")
    before = len(mailbox.messages)
    press(page, page.get_by_role("button", name="Enviar código"))
    until = 150
    while len(mailbox.messages) == before and until:
        page.wait_for_timeout(200)
        until -= 1
    page.get_by_label("Código").fill(digits_in(mailbox.wait(address, "solo para esta firma")))
    page.get_by_label("Nombre").fill(name)
    page.get_by_role("checkbox").check()
    press(page, page.get_by_role("button", name="Firmar"))


def verdict_on(page: Page, scene: Scene, file: Path) -> str:
    """Upload a file to the public page; return the headline of the verdict."""
    page.goto(f"{scene.address}/verificar")
    page.locator("input[type=file]").set_input_files(file)
    press(page, page.get_by_role("button", name="Verificar el archivo"))
    expect(page.get_by_role("heading", name="Resultado de la verificación")).to_be_visible(timeout=30_000)
    return page.title()


def download(page: Page, address: str, to: Path) -> Path:
    """Fetch a public file."""
    answer = page.request.get(address)
    assert answer.status == 200, address
    to.write_bytes(answer.body())
    return to


@pytest.mark.parametrize(("width", "javascript"), [("desk", True), ("phone", False)])
def test_from_the_invitation_to_anybodys_verification(
    scene: Scene, mailbox: tuple[Mailbox, int], page: Callable[..., Page], tmp_path: Path, width: str, javascript: bool
) -> None:
    box, _port = mailbox
    mine: Any = page(width, javascript=javascript)

    # the invitation's link opens a page; only its button signs in
    link = re.search(r"http://\S+/entrar/enlace/\S+", box.wait(REPRESENTATIVE, "Abrir la invitación"))[0]  # type: ignore[index]
    mine.goto(link)
    press(mine, mine.get_by_role("button", name="Entrar", exact=True))
    expect(mine).to_have_url(re.compile(f"/mi-compromiso/{scene.code}$"))

    # every item gets a stance, a page a dimension; none is preselected
    for dimension in ("Social", "Económica", "Ambiental", "Institucional"):
        mine.goto(f"{scene.address}/mi-compromiso/{scene.code}")
        press(mine, mine.get_by_role("link", name=dimension))
        assert mine.locator("input[type=radio]:checked").count() == 0
        for place, group in enumerate(mine.locator("fieldset").filter(has=mine.locator("input[type=radio]")).all()):
            group.get_by_label("Suscribe con observación" if place else "Suscribe", exact=True).check()
            if place:
                group.get_by_role("textbox").fill("Pedimos precisar la línea de base.")
        press(mine, mine.get_by_role("button", name="Guardar y seguir").last)
    mine.goto(f"{scene.address}/mi-compromiso/{scene.code}/revisar")
    press(mine, mine.get_by_role("button", name="Confirmar posiciones"))
    box.wait(REPRESENTATIVE, "(?i)firma")  # the document is ready
    for _try in range(60):
        mine.goto(f"{scene.address}/mi-compromiso/{scene.code}")
        if mine.get_by_role("link", name="Firmar o declinar").count():
            break
        mine.wait_for_timeout(500)

    # the representative signs, then the Mesa
    sign(mine, scene, box, REPRESENTATIVE, "Personera de muestra")
    expect(mine.locator("main")).to_contain_text("Quién falta")
    mesa = page(width, javascript=javascript)
    enter_by_code(mesa, scene, box, COORDINATOR, f"/gestion/compromisos/{scene.process}")
    expect(mesa.locator("main")).to_contain_text("Movimiento Qantu (muestra)")
    expect(mesa.locator("main")).to_contain_text("1 de 2")
    sign(mesa, scene, box, COORDINATOR, "Coordinación de muestra")
    box.wait(REPRESENTATIVE, "(?i)constancia")
    mesa.goto(f"{scene.address}/gestion/compromisos/{scene.process}")
    expect(mesa.locator("main")).to_contain_text(re.compile("Firmada|Publicada"))

    # anybody, without signing in
    anybody = page(width, javascript=javascript)
    anybody.goto(f"{scene.address}/compromisos")
    anybody.get_by_role("link", name="Movimiento Qantu (muestra)").first.click()
    final = download(anybody, f"{scene.address}/compromisos/{scene.code}/documento.pdf", tmp_path / "final.pdf")
    assert "uténtico y completo" in verdict_on(anybody, scene, final)
    bytes_ = bytearray(final.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    flipped = tmp_path / "flipped.pdf"
    flipped.write_bytes(bytes_)
    assert "lterado" in verdict_on(anybody, scene, flipped)
    certified = download(anybody, f"{scene.address}/compromisos/{scene.code}/revision-0.pdf", tmp_path / "certified.pdf")
    assert "revisión anterior" in verdict_on(anybody, scene, certified)
    assert final.read_bytes().startswith(certified.read_bytes())

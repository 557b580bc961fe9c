"""From an empty portal and the founding plan to an agenda that goes to the organisations, walked in a browser: nothing is made behind the pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page
from sqlalchemy.orm import Session

from plugins.workplan.api import SOURCE
from portal import clock
from portal.accounts import links
from portal.testing.fixtures import Actors
from tests.browser.conftest import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.once]

AGENDA, TITLE = "APU-2027", "Agenda Regional 2027-2030 (muestra)"
STAFF, PUBLIC = f"/gestion/agendas/{AGENDA}", f"/agendas/{AGENDA}"
GROUPS = {"G-01": ("Grupo de la dimensión social (muestra)", "Social"), "G-02": ("Grupo de la dimensión ambiental (muestra)", "Ambiental")}
ON_PAPER = ("Postas médicas abiertas todo el día (muestra)", "Caminos vecinales con mantenimiento (muestra)")
ON_SCREEN = "Agua segura en las escuelas rurales (muestra)"
BETTER = "Agua segura y desinfectada en las escuelas rurales (muestra)"
PARTY = "personera@muestra.example"
CITIZEN = "ciudadana@muestra.example"


@dataclass
class Walk:
    """A person's browser on the road."""

    page: Page
    address: str

    def go(self, path: str) -> None:
        """Open a page; details are opened as a person would."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")

    def fill(self, **fields: str) -> None:
        """Fill fields by their names; `__` stands for a hyphen."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name.replace('__', '-')}]").fill(value)

    def choose(self, label: str, option: str) -> None:
        """Choose the option that contains some words."""
        field = self.page.get_by_label(label, exact=True)
        field.select_option(label=next(one for one in field.locator("option").all_inner_texts() if option in one))

    def press(self, button: str | Locator, *, within: str = "main") -> None:
        """Press a button, wait for the page that answers, and see that nothing was wrong."""
        place = self.page.locator(within).get_by_role("button", name=button).first if isinstance(button, str) else button
        with self.page.expect_navigation():
            place.click()
        assert self.page.locator(".error-summary").all_inner_texts() == []
        self.page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")

    @property
    def words(self) -> str:
        """What the page says."""
        return " ".join(self.page.locator("main").inner_text().split())


def local(moment: datetime) -> str:
    """Return a moment as people type it, in Lima's time."""
    return moment.astimezone(ZoneInfo("America/Lima")).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def walk(session: Session, actors: Actors, serve: Callable[[], str], page: Callable[..., Page]) -> Walk:
    """The administrator of an empty portal, who has just entered."""
    person = actors.grant(actors.person("Administración (muestra)", email="administracion@muestra.example"), "administrator")
    link = links.path(links.make_link(session, now=clock.now(), person_id=person.id, purpose="test", next_path="/"))
    session.commit()
    walk = Walk(page("desk"), serve())
    walk.page.set_default_timeout(8_000)
    walk.go(link)
    walk.press("Entrar")
    return walk


def test_the_whole_road(walk: Walk, page: Callable[..., Page], mailbox: tuple[Mailbox, int]) -> None:
    now = clock.now()
    make_the_agenda(walk)
    import_the_plan(walk)
    convene_two_groups(walk, mailbox[0], now)
    collect_and_prioritise(walk)
    decide_and_draft(walk)
    visitor = Walk(page("phone", javascript=False), walk.address)
    hold_the_dialogue(walk, visitor, mailbox[0], now)
    validate_and_send(walk, mailbox[0], now)
    tell_the_story(visitor)


def make_the_agenda(walk: Walk) -> None:
    walk.go("/gestion/agendas/nueva")
    walk.fill(code=AGENDA, title=TITLE, period_start="2027", period_end="2030")
    walk.choose("Territorio", "Apurímac (departamento)")
    walk.press("Crear y elegir dimensiones")
    for label in ("Social (SOC)", "Ambiental (AMB)"):
        walk.page.get_by_label(label).check()
    walk.press("Guardar dimensiones")


def import_the_plan(walk: Walk) -> None:
    walk.go(f"{STAFF}/plan/importar")
    walk.page.get_by_label("Archivo").set_input_files(SOURCE)
    walk.fill(year="2026")
    walk.press("Ver cómo se entiende")
    assert "Filas nuevas 18" in walk.words
    walk.press("Importar")
    walk.go(f"{STAFF}/plan/ajustes")
    walk.page.locator("[name=public]").check()
    walk.press("Guardar")
    walk.go(f"{PUBLIC}/plan")
    assert "Conversatorios Bilaterales con representantes por dimensiones con organizaciones politicas" in walk.words


def convene_two_groups(walk: Walk, mailbox: Mailbox, now: datetime) -> None:
    for group, (name, dimension) in GROUPS.items():
        walk.go(f"{STAFF}/grupos/nuevo")
        walk.fill(name=name)
        walk.choose("Dimensión", dimension)
        walk.press("Guardar")
        for number in (1, 2):
            walk.fill(full_name=f"Integrante {number} de {group} (muestra)", email=f"{group.lower()}.{number}@muestra.example")
            walk.fill(organisation="Organización de muestra")
            walk.choose("Sector", "Sociedad civil")
            walk.press(walk.page.locator("form[action$=integrantes] button"))
    for number, (group, (name, _)) in enumerate(GROUPS.items(), 1):
        walk.go(f"{STAFF}/reuniones/nueva")
        walk.fill(title=f"Recojo de demandas de {group} (muestra)", place="Local de muestra", points="Diagnóstico\nDemandas")
        walk.fill(starts_at=local(now + timedelta(days=7 * number)), ends_at=local(now + timedelta(days=7 * number, hours=2)))
        walk.choose("Grupo", name)
        walk.page.get_by_label("Se anuncia en la página pública").check()
        walk.press("Guardar")
        if walk.page.get_by_role("button", name="Invitar a quienes faltan").count():
            walk.press("Invitar a quienes faltan")
        walk.press("Enviar la convocatoria")
        for place in (1, 2):
            assert f"R-00{number}" in mailbox.wait(f"{group.lower()}.{place}@muestra.example", "Recojo de demandas")
    walk.go(f"{PUBLIC}/reuniones")
    assert "R-001" in walk.words
    assert "R-002" in walk.words


def collect_and_prioritise(walk: Walk) -> None:
    walk.go(f"{STAFF}/demandas/ajustes")
    walk.page.get_by_label("Publicar", exact=False).first.check()
    walk.press("Guardar")
    walk.go(f"{STAFF}/demandas/hojas")
    walk.fill(many="1")
    walk.choose("Dimensión", "Social")
    walk.choose("Reunión", "R-001")
    walk.press("Crear")
    walk.go(f"{STAFF}/demandas/hojas/H-001")
    for place, text in enumerate(ON_PAPER, 1):
        walk.page.locator(f"[name=l{place}-text]").fill(text)
        walk.page.locator(f"[name=l{place}-who]").fill("Organización de muestra")
    walk.press("Registrar las líneas escritas")
    walk.go(f"{STAFF}/demandas/nueva")
    walk.fill(text=ON_SCREEN)
    walk.choose("Dimensión", "Social")
    walk.page.get_by_label("Reunión", exact=True).check()
    walk.choose("Reunión en que se dijo", "R-001")
    walk.press("Registrar")
    walk.go(f"{STAFF}/demandas/rondas/nueva")
    walk.fill(title="Priorización de la dimensión social (muestra)")
    walk.page.get_by_label("Por mesa: un puntaje acordado en cada mesa").check()
    for demand in walk.page.locator("[name=demands]").all():
        demand.check()
    walk.press("Guardar la ronda")
    walk.page.get_by_label("Mesas, una por línea").fill("Mesa 1\nMesa 2")
    walk.press("Agregar")
    walk.press("Abrir la ronda")
    for ballot in ("M-01", "M-02"):
        walk.go(f"{STAFF}/demandas/rondas/RP-01/fichas/{ballot}")
        for place, score in enumerate(walk.page.locator("main input[name^=p-]").all()):
            score.fill(str(3 + place % 3))
        walk.page.get_by_label("De una hoja de papel").check()
        walk.press("Guardar los puntajes")
    walk.go(f"{STAFF}/demandas/rondas/RP-01")
    walk.press("Cerrar la ronda")


def decide_and_draft(walk: Walk) -> None:
    for demand, outcome in (("D-001", "Postergada"), ("D-002", "No incluida"), ("D-003", "Incluida")):
        walk.go(f"{STAFF}/demandas/{demand}/decidir")
        walk.page.get_by_label(outcome, exact=True).check()
        walk.fill(reason="El grupo lo acordó por consenso.")
        walk.choose("Reunión en que se decidió", "R-001")
        walk.press("Anotar la decisión")
    walk.go(f"{STAFF}/redaccion/punto-nuevo?demanda=D-003")
    walk.choose("Tipo", "Lineamiento")
    walk.choose("Tema", "Salud")
    walk.press("Agregar punto")
    walk.go(f"{STAFF}/congelar")
    walk.page.get_by_label("Revisé el contenido y quiero congelarlo").check()
    walk.press("Congelar la versión 1")


def hold_the_dialogue(walk: Walk, visitor: Walk, mailbox: Mailbox, now: datetime) -> None:
    walk.go(f"{STAFF}/consultas/nueva")
    walk.fill(title="Diálogo sobre la versión preliminar (muestra)", purpose="Recoger aportes (muestra).")
    walk.fill(opens_at=local(now - timedelta(hours=1)), closes_at=local(now + timedelta(days=20)))
    walk.press("Anunciar")
    visitor.go(f"{PUBLIC}/consultas/C-01")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("link", name="Opinar sobre SOC-01").click()
    visitor.page.get_by_label("Cambio de redacción").check()
    visitor.fill(text="Falta decir que el agua debe estar desinfectada (muestra).", wording=BETTER, email=CITIZEN)
    visitor.press("Enviar aporte")
    confirm = re.search(r"(/agendas/\S+/aportes/confirmar/\S+)", mailbox.wait(CITIZEN, "aportes/confirmar"))
    assert confirm is not None
    visitor.go(confirm[1])
    visitor.press(visitor.page.locator("main form button[type=submit]").first)
    walk.go(f"{STAFF}/consultas/C-01/aportes/A-0001")
    walk.press("Publicar")
    walk.go(f"{STAFF}/puntos/SOC-01")
    walk.fill(text=BETTER)
    walk.press("Guardar")
    walk.go(f"{STAFF}/consultas/C-01/aportes/A-0001")
    with walk.page.expect_navigation():
        walk.page.get_by_role("link", name="Responder").first.click()
    walk.page.get_by_label("Aceptado", exact=True).check()
    walk.fill(reason="El grupo lo acordó (muestra).", items="SOC-01")
    walk.press("Responder y avisar")
    assert "El grupo lo acordó" in mailbox.wait(CITIZEN, "acordó")
    visitor.go(f"{PUBLIC}/consultas/C-01/aportes")
    assert "A-0001" in visitor.words


def validate_and_send(walk: Walk, mailbox: Mailbox, now: datetime) -> None:
    walk.go("/gestion/organizaciones/nueva")
    walk.fill(name="Movimiento de muestra")
    walk.choose("Tipo", "Movimiento regional")
    walk.press("Guardar")
    with walk.page.expect_navigation():
        walk.page.get_by_role("link", name="Agregar persona").first.click()
    walk.fill(full_name="Personera de muestra", email=PARTY)
    walk.choose("Calidad", "Personero/a legal titular")
    walk.press("Guardar")
    walk.go(f"{STAFF}/validacion/nuevo")
    walk.fill(held_at=local(now - timedelta(minutes=5)), place="Auditorio de muestra", required="2")
    walk.page.locator("[name=members-0-person]").select_option(index=1)
    for place, name in ((1, "Persona de muestra Uno"), (2, "Persona de muestra Dos")):
        walk.page.locator(f"[name=members-{place}-name]").fill(name)
    for place in range(3):
        walk.page.locator(f"[name=members-{place}-organisation]").fill("Mesa de Concertación (muestra)")
        walk.page.locator(f"[name=members-{place}-capacity]").fill("Integrante del CER")
        walk.page.locator(f"[name=members-{place}-present]").check()
    walk.page.locator("[name=members-0-signs]").check()
    walk.page.get_by_label("La versión queda validada").check()
    walk.press("Registrar el acto")
    assert "Versión 2, congelada por este acto" in walk.words
    walk.go(f"{PUBLIC}/v2")
    with walk.page.expect_navigation():
        walk.page.get_by_role("link", name="Abrir un proceso de suscripción").click()
    walk.fill(code="APU-2027-v2", title="Suscripción de muestra", opens_at=local(now), deadline=local(now + timedelta(days=30)))
    walk.fill(contact_name="Mesa (muestra)", contact_email="mesa@muestra.example")
    walk.press("Ver antes de abrir")
    walk.press("Abrir el proceso")
    walk.page.get_by_label("Movimiento de muestra").check()
    walk.press("Incluir las marcadas")
    walk.go("/gestion/compromisos/APU-2027-v2")
    with walk.page.expect_navigation():
        walk.page.get_by_role("link", name="Movimiento de muestra").first.click()
    walk.press("Invitar")
    assert "/entrar/" in mailbox.wait(PARTY, "entrar")


def tell_the_story(visitor: Walk) -> None:
    """Whoever passes by, with a phone and no JavaScript, reads where the item came from, each station with its date."""
    visitor.go(f"{PUBLIC}/puntos/SOC-01")
    told = visitor.page.request.get(f"{visitor.address}{PUBLIC}/puntos/SOC-01.json").json()
    stations = {one["name"]: [station["ref"] for station in one["stations"]] for one in told["stages"]}
    assert stations == {
        "evidence": [],
        "meeting": [f"meeting:{AGENDA}/R-001"],
        "demand": [f"demand:{AGENDA}/D-003"],
        "version": [f"version:{AGENDA}/v1", f"version:{AGENDA}/v2"],
        "dialogue": [f"consultation:{AGENDA}/C-01", f"contribution:{AGENDA}/A-0001", f"answer:{AGENDA}/A-0001"],
        "validation": [f"validation:{AGENDA}/V-01"],
        "stance": [],
        "signature": [],
    }
    assert [one["gap"] for one in told["stages"] if not one["stations"]] == ["Sin evidencia", "Sin posiciones", "Sin suscripción"]
    dated = re.findall(r"\d{1,2} de [a-z]+ de \d{4}(?:, \d{2}:\d{2} \(hora de Lima\))?", visitor.words)
    for stage in told["stages"]:
        for station in stage["stations"]:
            assert station["at"]
            assert station["label"] in visitor.words
    assert len(dated) >= sum(len(refs) for refs in stations.values())

"""The public registry: neutral order, computed counts, what is public and when, and a fixed number of queries."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.models import Commitment, Process, Slot, Stance
from plugins.commitments.signing.codes import new_code
from portal.accounts.models import Person
from portal.context import Portal
from portal.organisations.models import Organisation
from portal.testing.queries import count_queries
from tests.commitments.conftest import ITEMS

CODES = [f"{prefix}-01" + (f".{place}" if place else "") for _, prefix, count in ITEMS.values() for place in range(count)]
Enrol = Callable[..., Commitment]


@pytest.fixture
def opened(process: Callable[..., Process]) -> Process:
    return process()


@pytest.fixture
def enrol(session: Session, opened: Process, now: datetime) -> Enrol:
    """Put an organisation in the process in a given state, as rows: enrol("Zorzal", "complete", stances={…})."""

    def make(
        name: str, state: str = states.OPEN, *, stances: dict[str, str] | None = None, into: Process | None = None, **values: Any
    ) -> Commitment:
        organisation = Organisation(name=name, sort_name=name.lower(), kind="movimiento_regional", is_sample=True, created_at=now)
        closed = {states.DECLINED, states.WITHDRAWN, states.SUPERSEDED, states.EXPIRED}
        done = state in {states.COMPLETE, states.WITHDRAWN}
        given = {
            "process_id": (into or opened).id,
            "organisation": organisation,
            "code": new_code(),
            "state": state,
            "created_at": now,
            "deadline": now + timedelta(days=9),
            "issued_at": None if state == states.OPEN else now,
            "completed_at": now if done else None,
            "closed_at": now if state in closed else None,
            **values,
        }
        made = Commitment(**given)
        for place, capacity in enumerate(("candidato_gobernador", "coordinador_regional"), 1):
            signed = done or (state == states.PARTLY and place == 1)
            person = Person(
                full_name=f"Nombre {name} {place}",
                email=f"{name}{place}@muestra.example",
                phone="983000000",
                dni="40000001",
                created_at=now,
                salt="x",
                fs_uniquifier=f"{name}{place}",
            )
            made.slots.append(
                Slot(
                    position=place,
                    side="mesa" if place == 2 else "organisation",
                    capacity=capacity,
                    field=f"firma-{place}",
                    person=person,
                    signed_at=now if signed else None,
                    signed_name=person.full_name if signed else None,
                    signed_method="electronic" if signed else None,
                )
            )
        made.stances = [
            Stance(item_code=code, stance=stance, observation=f"Observación de {name}", saved_at=now)
            for code, stance in (stances or {}).items()
        ]
        session.add(made)
        session.commit()
        return made

    return make


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_organisations_are_listed_in_alphabetical_order_and_the_page_says_so(client: FlaskClient, enrol: Enrol) -> None:
    enrol("Zorzal", states.COMPLETE)
    enrol("Amaru")
    enrol("Colibrí", states.PARTLY)
    page = client.get("/compromisos").get_data(as_text=True)
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page, re.DOTALL)
    assert [text(row) for row in rows] == ["Amaru", "Colibrí", "Zorzal"]
    assert "Están en orden alfabético; el orden no indica preferencia." in page


def test_counts_are_computed_from_the_rows(client: FlaskClient, enrol: Enrol) -> None:
    for number in range(3):
        enrol(f"Completa {number}", states.COMPLETE)
    enrol("Declinada", states.DECLINED)
    enrol("En curso")
    page = client.get("/compromisos").get_data(as_text=True)
    numbers = re.findall(r'<dt>(.*?)</dt>\s*<dd class="stat-number">(\d+)</dd>', page)
    assert numbers == [
        ("organizaciones en el proceso", "5"),
        ("con todas las firmas", "3"),
        ("en proceso o por firmar", "1"),
        ("declinó", "1"),
    ]


def test_names_stances_and_code_are_public_only_when_everybody_has_signed(client: FlaskClient, enrol: Enrol) -> None:
    partly = enrol("Paloma", states.PARTLY, stances={"SOC-01": "no_suscribe"})
    pages = [
        client.get(address).get_data(as_text=True)
        for address in ("/compromisos", "/compromisos/posiciones", "/compromisos/puntos/SOC-01", "/compromisos/firmantes.csv")
    ]
    for page in pages:
        assert partly.code not in page
        assert "Nombre Paloma" not in page
        assert "Observación de Paloma" not in page
    assert "Paloma" in pages[0]
    assert "1 de 2" in pages[0]


def test_a_reason_is_shown_only_to_whom_it_was_meant(client: FlaskClient, enrol: Enrol) -> None:
    private = enrol("Alondra", states.DECLINED, reason="Motivo para la Mesa", reason_public=False)
    public = enrol("Búho", states.DECLINED, reason="Motivo para todos", reason_public=True)
    page = client.get("/compromisos").get_data(as_text=True)
    assert "Motivo para todos" in page
    assert "Motivo para la Mesa" not in page
    assert "Motivo para la Mesa" not in client.get(f"/compromisos/{private.code}").get_data(as_text=True)
    assert "Motivo para todos" in client.get(f"/compromisos/{public.code}").get_data(as_text=True)


def test_a_declined_commitment_shows_no_stances_nor_document(client: FlaskClient, enrol: Enrol) -> None:
    one = enrol("Alondra", states.DECLINED, stances={"SOC-01": "suscribe"})
    page = client.get(f"/compromisos/{one.code}").get_data(as_text=True)
    assert "Observación de Alondra" not in page
    assert 'id="posiciones"' not in page
    assert client.get(f"/compromisos/{one.code}/documento.pdf").status_code == 404


def test_the_matrix_says_each_stance_in_a_letter_and_in_words_for_the_ear(client: FlaskClient, enrol: Enrol) -> None:
    enrol(
        "Zorzal",
        states.COMPLETE,
        stances=dict(zip(CODES, ["suscribe", "con_observacion", "no_suscribe", "sin_pronunciamiento"], strict=False)),
    )
    page = client.get("/compromisos/posiciones?dimension=social").get_data(as_text=True)
    table = page[page.index("<table") : page.index("</table>")]
    cells = re.findall(r'<td><span aria-hidden="true">(.*?)</span><span class="visually-hidden">(.*?)</span></td>', table)
    assert cells == [("S", "Suscribe"), ("SO", "Suscribe con observación"), ("N", "No suscribe"), ("–", "Sin pronunciamiento")]
    assert table.count('scope="col"') == 5
    assert table.count('scope="row"') == 1
    assert not re.search(r"badge-(ok|stop|warn)", table)


def test_an_item_lists_what_each_organisation_says_and_an_organisation_each_item(client: FlaskClient, enrol: Enrol) -> None:
    enrol("Zorzal", states.COMPLETE, stances={"SOC-01.1": "con_observacion"})
    one = enrol("Amaru", states.COMPLETE, stances={"SOC-01.1": "suscribe"})
    page = client.get("/compromisos/puntos/SOC-01.1").get_data(as_text=True)
    rows = [text(row) for row in re.findall(r"<tr role=\"row\">(.*?)</tr>", page[page.index("<tbody") :], re.DOTALL)]
    assert rows == [
        "Amaru Posición Suscribe Observación Observación de Amaru",
        "Zorzal Posición Suscribe con observación Observación Observación de Zorzal",
    ]
    assert "Suscribe: 1 · Suscribe con observación: 1" in page
    own = client.get(f"/compromisos/{one.code}").get_data(as_text=True)
    assert "SOC-01.1 Posición Suscribe" in text(own)
    assert client.get("/compromisos/puntos/XXX-99").status_code == 404


def test_who_withdrew_stays_in_the_registry_and_leaves_the_matrix(client: FlaskClient, enrol: Enrol) -> None:
    one = enrol("Lechuza", states.WITHDRAWN, stances={"SOC-01": "suscribe"})
    assert "Se retiró" in client.get("/compromisos").get_data(as_text=True)
    assert "La organización se retiró el" in client.get(f"/compromisos/{one.code}").get_data(as_text=True)
    assert "Lechuza" not in client.get("/compromisos/posiciones").get_data(as_text=True)


def test_the_roll_has_name_capacity_organisation_and_date_and_nothing_else_of_a_person(
    client: FlaskClient, enrol: Enrol, now: datetime
) -> None:
    one = enrol("=Zorzal", states.COMPLETE)
    answer = client.get("/compromisos/firmantes.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    at = now.isoformat(timespec="seconds")
    assert rows == [
        ["proceso", "codigo", "organizacion", "estado", "nombre", "calidad", "parte", "metodo", "fecha_utc"],
        [
            "APU-2023-v1-1",
            one.code,
            "'=Zorzal",
            "Firmado",
            "Nombre =Zorzal 1",
            "Candidato/a a gobernador/a",
            "Organización",
            "Firma electrónica",
            at,
        ],
        ["APU-2023-v1-1", one.code, "'=Zorzal", "Firmado", "Nombre =Zorzal 2", "Coordinador/a regional", "Mesa", "Firma electrónica", at],
    ]


def test_no_public_page_carries_a_dni_an_address_or_a_telephone(client: FlaskClient, enrol: Enrol) -> None:
    one = enrol("Zorzal", states.COMPLETE, stances={"SOC-01": "suscribe"})
    for address in (
        "/compromisos",
        "/compromisos/posiciones",
        "/compromisos/puntos/SOC-01",
        f"/compromisos/{one.code}",
        "/compromisos/firmantes.csv",
        f"/v/{one.code}",
    ):
        page = client.get(address).get_data(as_text=True)
        assert "40000001" not in page
        assert "983000000" not in page
        assert "Zorzal1@muestra.example" not in page


def test_a_process_that_has_not_opened_is_not_shown(
    client: FlaskClient, process: Callable[..., Process], enrol: Enrol, now: datetime
) -> None:
    later = process(opens_at=now + timedelta(days=1), title="Proceso futuro")
    enrol("Secreta", into=later)
    assert "Proceso futuro" not in client.get("/compromisos").get_data(as_text=True)
    assert client.get(f"/compromisos?proceso={later.code}").status_code == 404


def test_without_processes_the_registry_says_so(client: FlaskClient) -> None:
    assert "Todavía no se abrió ningún proceso de suscripción" in client.get("/compromisos").get_data(as_text=True)
    assert client.get("/compromisos/raiz.pem").status_code == 404


def test_long_lists_come_in_pages(client: FlaskClient, enrol: Enrol) -> None:
    for number in range(51):
        enrol(f"Organización {number:02}", states.COMPLETE, stances={"SOC-01": "suscribe"})
    first, second = (client.get(f"/compromisos?pagina={n}").get_data(as_text=True) for n in (1, 2))
    assert first.count('<th scope="row"') == 50
    assert second.count('<th scope="row"') == 1
    assert "51 a 51 de 51" in second
    assert client.get("/compromisos/posiciones?pagina=2").get_data(as_text=True).count('<th scope="row"') == 11


@pytest.mark.parametrize(
    "address",
    ["/compromisos", "/compromisos/posiciones", "/compromisos/puntos/SOC-01", "/compromisos/firmantes.csv", "/compromisos/{code}"],
)
def test_the_number_of_queries_does_not_grow(
    address: str, client: FlaskClient, portal: Portal, session: Session, opened: Process, enrol: Enrol, now: datetime
) -> None:
    def cost() -> int:
        client.get("/compromisos")
        with count_queries(portal.engine) as sent:
            assert client.get(address.format(code=code)).status_code == 200
        return len(sent)

    code = enrol("Organización 0000", states.COMPLETE, stances=dict.fromkeys(CODES, "suscribe")).code
    one = cost()
    crowd(session, opened, now, range(1, 30))
    thirty = cost()
    crowd(session, opened, now, range(30, 3000))
    assert (one, cost()) == (thirty, thirty)
    assert one <= 12


def crowd(session: Session, process: Process, now: datetime, numbers: range) -> None:
    """Put many complete commitments with stances and signatures into a process, in bulk."""
    organisations = [
        Organisation(
            name=f"Organización {n:04}",
            sort_name=f"organizacion {n:04}",
            kind="movimiento_regional",
            is_sample=True,
            active=True,
            created_at=now,
        )
        for n in numbers
    ]
    session.bulk_save_objects(organisations, return_defaults=True)
    commitments = [
        Commitment(
            process_id=process.id,
            organisation_id=one.id,
            code=new_code(),
            state=states.COMPLETE,
            created_at=now,
            deadline=now,
            issued_at=now,
            completed_at=now,
        )
        for one in organisations
    ]
    session.bulk_save_objects(commitments, return_defaults=True)
    session.bulk_save_objects(
        [Stance(commitment_id=one.id, item_code=code, stance="suscribe", saved_at=now) for one in commitments for code in CODES]
    )
    session.bulk_save_objects(
        [
            Slot(
                commitment_id=one.id,
                position=1,
                side="organisation",
                capacity="representante",
                field="firma-1",
                signed_at=now,
                signed_name="Persona de muestra",
            )
            for one in commitments
        ]
    )
    session.commit()

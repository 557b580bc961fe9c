"""The pages of organisations: neutral order, filters in the address, two editors, people, logos, and a constant cost."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.context import Portal
from portal.documents.models import StoredFile
from portal.ledger.models import LedgerEntry
from portal.organisations.models import Membership, Organisation
from portal.organisations.names import sort_name
from portal.organisations.service import add_member, create_organisation
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries


@pytest.fixture
def make(session: Session, now: datetime) -> Callable[..., Organisation]:
    """Make an organisation: make(name, kind=…)."""

    def made(name: str, **values: Any) -> Organisation:
        one = create_organisation(session, now=now, name=name, is_sample=True, **{"kind": "movimiento_regional", **values})
        session.commit()
        return one

    return made


@pytest.fixture
def staff(actors: Actors) -> FlaskClient:
    """Somebody who may edit organisations."""
    return actors.client("administrator")


def names(page: str) -> list[str]:
    """Return the organisations of a list page, in order."""
    return [part.split(">")[1].split("<")[0] for part in page.split('role="rowheader"><a href=')[1:]]


def test_the_order_is_alphabetical_without_accents_or_articles(make: Callable[..., Organisation], staff: FlaskClient) -> None:
    for name in ("Zorro de muestra", "Águila de muestra", "El Bosque de muestra", "árbol de muestra"):
        make(name)
    assert names(staff.get("/gestion/organizaciones").get_data(as_text=True)) == [
        "Águila de muestra",
        "árbol de muestra",
        "El Bosque de muestra",
        "Zorro de muestra",
    ]


def test_filters_live_in_the_address(make: Callable[..., Organisation], staff: FlaskClient) -> None:
    make("Unión Ñandú de muestra", territory_inei="030101", kind="partido_politico")
    make("Otra de muestra", territory_inei="0302", short_name="UNM")
    make("Tercera 100% de muestra", jne_code="JNE-77")
    for address, expected in {
        "?q=nandu": ["Unión Ñandú de muestra"],
        "?q=unm": ["Otra de muestra"],
        "?q=jne-77": [],
        "?q=jne": ["Tercera 100% de muestra"],
        "?tipo=partido_politico": ["Unión Ñandú de muestra"],
        "?territorio=0301": ["Unión Ñandú de muestra"],
        "?territorio=Apur%C3%ADmac": ["Otra de muestra", "Unión Ñandú de muestra"],
        "?q=%25": ["Otra de muestra", "Tercera 100% de muestra", "Unión Ñandú de muestra"],
    }.items():
        if expected:
            assert names(staff.get(f"/gestion/organizaciones{address}").get_data(as_text=True)) == expected, address
    assert "Hay varios territorios con ese nombre" in staff.get("/gestion/organizaciones?territorio=Abancay").get_data(as_text=True)


def form(**values: Any) -> dict[str, Any]:
    """Return a filled form."""
    return {
        "name": "Nueva de muestra",
        "kind": "partido_politico",
        "short_name": "NM",
        "jne_code": "M-9",
        "territory": "Apurímac",
        "active": "y",
        "revision": "0",
        **values,
    }


def test_an_organisation_is_added_and_changed(session: Session, staff: FlaskClient) -> None:
    answer = staff.post("/gestion/organizaciones/nueva", data=form())
    one = session.scalars(select(Organisation)).one()
    assert (answer.status_code, answer.location) == (303, f"/gestion/organizaciones/{one.id}")
    assert (one.name, one.sort_name, one.territory_inei, one.revision) == ("Nueva de muestra", "nueva de muestra", "03", 1)
    session.rollback()
    assert staff.post("/gestion/organizaciones/nueva", data=form(name=" ")).status_code == 422
    repeated = staff.post("/gestion/organizaciones/nueva", data=form(name="Distinta de muestra"))
    assert (repeated.status_code, "Otra organización ya tiene ese código" in repeated.get_data(as_text=True)) == (422, True)


def test_the_second_of_two_editors_sees_the_first_and_loses_nothing(
    session: Session, make: Callable[..., Organisation], staff: FlaskClient
) -> None:
    one = make("Compartida de muestra")
    address = f"/gestion/organizaciones/{one.id}/editar"
    assert staff.post(address, data=form(name="Primera versión de muestra", revision="1")).status_code == 303
    second = staff.post(address, data=form(name="Segunda versión de muestra", revision="1"))
    page = second.get_data(as_text=True)
    assert (
        second.status_code,
        "Primera versión de muestra" in page,
        'value="Segunda versión de muestra"' in page,
        'value="2"' in page,
    ) == (409, True, True, True)
    session.refresh(one)
    assert one.name == "Primera versión de muestra"
    session.rollback()
    assert staff.post(address, data=form(name="Segunda versión de muestra", revision="2")).status_code == 303


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    """Return a picture with something hidden in it."""
    out = io.BytesIO()
    Image.new("RGB", size, "#24505A").save(out, kind, **({"comment": b"<script>"} if kind == "JPEG" else {}))
    return out.getvalue() + b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_and_public(
    session: Session, make: Callable[..., Organisation], staff: FlaskClient, client: FlaskClient, kind: str
) -> None:
    one = make("Con logo de muestra")
    staff.post(f"/gestion/organizaciones/{one.id}/editar", data=form(revision="1", logo=(io.BytesIO(picture(kind)), "logo.png")))
    answer = client.get(f"/organizaciones/{one.id}/logo")
    assert (answer.status_code, answer.content_type, answer.headers["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert (Image.open(io.BytesIO(answer.data)).size, b"script" in answer.data) == ((480, 160), False)
    assert client.get(f"/organizaciones/{one.id}/logo", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    session.refresh(one)
    assert session.get_one(StoredFile, one.logo_sha256).media_type == "image/png"


@pytest.mark.parametrize("data", [b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_not_a_safe_picture_is_refused(
    session: Session, make: Callable[..., Organisation], staff: FlaskClient, data: bytes
) -> None:
    one = make("Sin logo de muestra")
    answer = staff.post(f"/gestion/organizaciones/{one.id}/editar", data=form(revision="1", logo=(io.BytesIO(data), "logo.svg")))
    assert (answer.status_code, "debe ser una imagen PNG o JPEG" in answer.get_data(as_text=True)) == (422, True)
    session.refresh(one)
    assert (one.logo_sha256, one.revision) == (None, 1)


def member(**values: Any) -> dict[str, Any]:
    """Return a filled form of a person."""
    return {
        "full_name": "Persona de muestra",
        "capacity": "personero_titular",
        "email": "persona@muestra.example",
        "phone": "",
        "dni": "",
        "since": "2026-01-01",
        "until": "",
        **values,
    }


def test_people_are_added_with_a_capacity(session: Session, make: Callable[..., Organisation], staff: FlaskClient) -> None:
    one = make("Con personas de muestra")
    address = f"/gestion/organizaciones/{one.id}/personas/nueva"
    assert staff.post(address, data=member()).status_code == 303
    again = staff.post(address, data=member())
    assert (again.status_code, "ya figura en esta organización" in again.get_data(as_text=True)) == (422, True)
    assert staff.post(address, data=member(capacity="representante", full_name="Otro nombre")).status_code == 303
    held = session.scalars(select(Membership).order_by(Membership.id)).all()
    assert [(row.capacity, row.person.full_name, str(row.since)) for row in held] == [
        ("personero_titular", "Persona de muestra", "2026-01-01"),
        ("representante", "Persona de muestra", "2026-01-01"),
    ]
    session.rollback()
    wrong = staff.post(address, data=member(email="sin-arroba", until="2020-01-01")).get_data(as_text=True)
    assert "Escriba un correo completo" in wrong


def test_nobody_moves_the_mail_of_somebody_who_uses_their_account(
    session: Session, make: Callable[..., Organisation], staff: FlaskClient, actors: Actors, now: datetime
) -> None:
    one = make("Con cuenta de muestra")
    administrator = actors.grant(actors.person("Administradora de muestra", email="admin@muestra.example"), "administrator")
    taken = add_member(session, one, now=now, full_name="x", capacity="representante", email="admin@muestra.example")
    free = add_member(session, one, now=now, full_name="Libre de muestra", capacity="representante", email="libre@muestra.example")
    session.commit()
    refused = staff.post(
        f"/gestion/organizaciones/{one.id}/personas/{taken.id}",
        data=member(full_name="Administradora de muestra", email="otro@muestra.example", capacity="representante"),
    )
    assert (refused.status_code, "solo ella puede cambiar su correo" in refused.get_data(as_text=True)) == (422, True)
    assert (
        staff.post(
            f"/gestion/organizaciones/{one.id}/personas/{free.id}", data=member(email="nuevo@muestra.example", capacity="representante")
        ).status_code
        == 303
    )
    session.expire_all()
    assert (administrator.email, free.person.email) == ("admin@muestra.example", "nuevo@muestra.example")
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "person.address_changed")).one()
    assert "muestra.example" not in str(entry.data)


def test_the_list_costs_the_same_with_1_30_and_3000(session: Session, portal: Portal, now: datetime, staff: FlaskClient) -> None:
    costs = []
    for many in (1, 30, 3000):
        held = len(session.scalars(select(Organisation.id)).all())
        session.add_all(
            Organisation(
                name=f"Muestra {number:04d}",
                sort_name=sort_name(f"Muestra {number:04d}"),
                kind="movimiento_regional",
                territory_inei="03",
                is_sample=True,
                created_at=now,
            )
            for number in range(held, many)
        )
        session.commit()
        with count_queries(portal.engine) as sent:
            assert staff.get("/gestion/organizaciones?pagina=1").status_code == 200
        costs.append(len(sent))
    assert len(set(costs)) == 1, costs
    assert "1 a 50 de 3000" in staff.get("/gestion/organizaciones").get_data(as_text=True)

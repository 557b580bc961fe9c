"""The pages through which a document signed outside comes in, as a person with or without JavaScript meets them."""

import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.commitments.digital import receiving
from plugins.commitments.digital.models import HandedCopy, Reception
from plugins.commitments.digital.rejudging import due, judge_again
from plugins.commitments.history import history
from plugins.commitments.models import Event
from portal.documents.canonical import sha256
from portal.errors import Forbidden
from portal.ledger.audit import audit
from portal.mail import MailMessage
from portal.testing.fixtures import Actors
from tests.commitments.conftest import at_rest

from .conftest import Outside
from .pki import sign_outside


def base(outside: Outside) -> str:
    return f"/mi-compromiso/{outside.signing.commitment.code}"


def browser(outside: Outside, actors: Actors, place: int = 0) -> FlaskClient:
    return actors.signed_in(outside.signing.people[place])


def upload(client: FlaskClient, outside: Outside, data: bytes, **more: Any) -> Any:
    form = {"archivo": (io.BytesIO(data), "firmado.pdf"), "agrees": "y", **more}
    return client.post(f"{base(outside)}/firma-digital", data=form, content_type="multipart/form-data")


def last(outside: Outside) -> Reception:
    found = outside.session.scalars(select(Reception).order_by(Reception.id.desc()).limit(1)).one()
    outside.session.refresh(found)
    outside.session.commit()
    return found


def test_download_sign_upload(outside: Outside, actors: Actors) -> None:
    client = browser(outside, actors)
    ways = client.get(f"{base(outside)}/firmar").get_data(as_text=True)
    assert [
        f"{base(outside)}/firma-digital" in ways,
        *(f">{way}</h2>" in ways for way in ("Firmar", "Firma digital", "Firma en papel")),
    ] == [True] * 4
    page = client.get(f"{base(outside)}/firma-digital").get_data(as_text=True)
    assert ["firma-1" in page, "Descargar el documento para firmar" in page, outside.signing.commitment.process.consent_text in page] == [
        True
    ] * 3
    given = client.post(f"{base(outside)}/firma-digital/documento")
    assert (given.status_code, given.mimetype, given.headers["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert [one.sha256 for one in outside.session.scalars(select(HandedCopy))] == [sha256(given.data)]
    outside.session.commit()
    answer = upload(client, outside, sign_outside(given.data, outside.holder(), field="firma-1"))
    assert (answer.status_code, answer.location) == (303, f"{base(outside)}/constancia")
    assert "Firmó el compromiso" in client.get(answer.location).get_data(as_text=True)
    commitment = at_rest(outside.session, outside.signing.commitment)
    assert (commitment.state, outside.slot().signed_method, outside.slot().consent_sha256) == (
        "partly_signed",
        "digital",
        sha256(commitment.process.consent_text.encode()),
    )
    assert client.get(f"{base(outside)}/firma-digital").status_code == 302
    assert audit(outside.portal, outside.session)[1] == []


def test_looking_changes_nothing_and_what_is_missing_is_said_beside_its_field(outside: Outside, actors: Actors) -> None:
    client = browser(outside, actors)
    client.get(f"{base(outside)}/firma-digital")
    assert outside.session.query(HandedCopy).count() == 0
    outside.session.commit()
    answer = client.post(f"{base(outside)}/firma-digital", data={})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ["Elija el documento que firmó." in page, "Marque la casilla" in page] == [True, True]
    assert outside.session.query(Reception).count() == 0


def test_a_rejected_file_says_why_and_what_to_do(outside: Outside, actors: Actors) -> None:
    client = browser(outside, actors)
    answer = upload(client, outside, sign_outside(outside.head(), outside.holder(), field="Signature1"))
    assert (answer.status_code, answer.location) == (303, f"{base(outside)}/firma-digital#resultado")
    page = client.get(f"{base(outside)}/firma-digital").get_data(as_text=True)
    assert "Su programa creó una firma nueva (Signature1) en vez de usar el recuadro reservado para usted." in page
    assert "elija el recuadro de firma que lleva su nombre" in page
    found = last(outside)
    assert (found.result, found.file_sha256) == ("rejected", found.sha256)
    upload(client, outside, b"no es un PDF")
    found = last(outside)
    assert (found.result, found.file_sha256, [one["code"] for one in found.reasons]) == ("rejected", None, ["not_a_pdf"])
    assert at_rest(outside.session, outside.signing.commitment).state == "issued"


def test_two_people_who_took_the_same_revision(outside: Outside, actors: Actors) -> None:
    first, second = browser(outside, actors), browser(outside, actors, 1)
    one = first.post(f"{base(outside)}/firma-digital/documento").data
    two = second.post(f"{base(outside)}/firma-digital/documento").data
    assert one == two
    upload(first, outside, sign_outside(one, outside.holder(), field="firma-1"))
    late = sign_outside(two, outside.holder(1), field="firma-2")
    page = second.get(f"{base(outside)}/firma-digital").get_data(as_text=True)
    assert "firmó otra persona. Descargue la versión nueva antes de firmar." in page
    upload(second, outside, late)
    found = last(outside)
    assert ([item["code"] for item in found.reasons], found.file_sha256) == (["moved"], sha256(late))
    page = second.get(f"{base(outside)}/firma-digital").get_data(as_text=True)
    assert "Otra persona firmó antes de que llegara su archivo" in page
    again = second.post(f"{base(outside)}/firma-digital/documento").data
    assert again.startswith(one)
    upload(second, outside, sign_outside(again, outside.holder(1), field="firma-2"))
    assert [slot.signed_method for slot in at_rest(outside.session, outside.signing.commitment).slots] == ["digital", "digital", None]


def test_the_same_file_uploaded_twice_at_once_signs_once(outside: Outside, actors: Actors) -> None:
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    clients, gate = [browser(outside, actors), browser(outside, actors)], Barrier(2)

    def send(client: FlaskClient) -> int:
        gate.wait()
        return int(upload(client, outside, file).status_code)

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, clients))
    assert statuses in ([303, 303], [303, 409])
    commitment = at_rest(outside.session, outside.signing.commitment)
    assert [one.kind for one in commitment.revisions] == ["certified", "signature"]
    results = sorted(outside.session.scalars(select(Reception.result)))
    assert results in (["accepted"], ["accepted", "rejected"])
    assert audit(outside.portal, outside.session)[1] == []


def test_two_parallel_signers_at_once_one_signs_and_the_other_is_told(outside: Outside, actors: Actors) -> None:
    files = [sign_outside(outside.head(), outside.holder(place), field=f"firma-{place + 1}") for place in (0, 1)]
    clients, gate = [browser(outside, actors, place) for place in (0, 1)], Barrier(2)

    def send(place: int) -> int:
        gate.wait()
        return int(upload(clients[place], outside, files[place]).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, (0, 1))) == [303, 303]
    rows = outside.session.scalars(select(Reception).order_by(Reception.result)).all()
    assert [(one.result, [item["code"] for item in one.reasons]) for one in rows] == [("accepted", ["accepted"]), ("rejected", ["moved"])]
    outside.session.commit()
    assert len(at_rest(outside.session, outside.signing.commitment).revisions) == 2


def test_an_undecided_file_is_kept_and_taken_when_the_operator_mends_the_folder(outside: Outside, actors: Actors) -> None:
    client, home = browser(outside, actors), outside.portal.settings.home
    for path in (home / "trust" / "crls").iterdir():
        path.unlink()
    upload(client, outside, sign_outside(outside.head(), outside.holder(), field="firma-1"))
    found = last(outside)
    assert (found.result, [one["code"] for one in found.reasons]) == ("undecided", ["no_revocation"])
    page = client.get(f"{base(outside)}/firma-digital").get_data(as_text=True)
    assert ["Indeterminada" in page, "No se pudo comprobar si el certificado fue revocado." in page] == [True, True]
    assert list(due(outside.session, outside.now)) == []
    assert found.next_try_at is not None
    assert list(due(outside.session, found.next_try_at)) == [str(found.id)]
    outside.session.commit()
    assert judge_again(outside.portal, found.id, now=outside.now) == "undecided"
    outside.pki.write_crls(home)
    assert judge_again(outside.portal, found.id, now=outside.now) == "accepted"
    assert judge_again(outside.portal, found.id, now=outside.now) == "accepted"
    commitment = at_rest(outside.session, outside.signing.commitment)
    assert (commitment.state, outside.slot().signed_method, len(commitment.revisions)) == ("partly_signed", "digital", 2)
    assert audit(outside.portal, outside.session)[1] == []


def test_an_undecided_file_whose_turn_passed_says_so(outside: Outside, actors: Actors) -> None:
    outside.signing.people[0].dni = None
    outside.session.commit()
    upload(browser(outside, actors), outside, sign_outside(outside.head(), outside.holder(), field="firma-1"))
    found = last(outside)
    assert [one["code"] for one in found.reasons] == ["dni_unknown"]
    upload(browser(outside, actors, 1), outside, sign_outside(outside.head(), outside.holder(1), field="firma-2"))
    outside.signing.people[0].dni = "40000001"
    outside.session.commit()
    assert judge_again(outside.portal, found.id, now=outside.now) == "rejected"
    outside.session.refresh(found)
    assert [one["code"] for one in found.reasons] == ["moved"]
    mails = outside.session.scalars(select(MailMessage.kind).where(MailMessage.kind == "commitment.outside_rejected")).all()
    assert list(mails) == ["commitment.outside_rejected"]


def test_the_mesa_confirms_whose_certificate_it_is(outside: Outside, actors: Actors) -> None:
    outside.signing.people[0].dni = None
    outside.session.commit()
    upload(browser(outside, actors), outside, sign_outside(outside.head(), outside.holder(), field="firma-1"))
    found = last(outside)
    process = outside.signing.commitment.process
    agenda = process.version.agenda
    outside.session.commit()
    address = f"/gestion/compromisos/{process.code}/firmas-digitales"
    staff = actors.client("coordinator", agenda)
    page = staff.get(address).get_data(as_text=True)
    assert ["Es la misma persona" in page, "MUESTRA Firmante (ECEP de muestra)" in page, "40000001" in page] == [True, True, False]
    assert "Es la misma persona" not in actors.client("reader", agenda).get(address).get_data(as_text=True)
    assert staff.post(f"{address}/{found.id}/revisar").status_code == 303
    assert last(outside).result == "undecided"
    assert staff.post(f"{address}/{found.id}/confirmar").status_code == 303
    assert last(outside).result == "accepted"
    assert staff.post(f"{address}/{found.id}/confirmar").status_code == 409
    kinds = outside.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert [kind for kind in kinds if kind.startswith("outside_") or kind == "signed"] == [
        "outside_undecided",
        "outside_undecided",
        "outside_confirmed",
        "signed",
    ]
    kept = outside.portal.store.get(last(outside).evidence_sha256 or "")
    assert b'"identity":"mesa"' in kept


def test_nobody_confirms_their_own_certificate(outside: Outside, actors: Actors) -> None:
    outside.signing.people[0].dni = None
    outside.session.commit()
    upload(browser(outside, actors), outside, sign_outside(outside.head(), outside.holder(), field="firma-1"))
    found = last(outside)
    with pytest.raises(Forbidden, match="la confirma otra persona"):
        receiving.confirm(outside.session, now=outside.now, reception_id=found.id, person_id=outside.signing.people[0].id)
    assert (found.result, found.confirmed_at) == ("undecided", None)


def test_the_plan_says_who_may(outside: Outside, actors: Actors) -> None:
    outside.slot().method = "electronic"
    outside.session.commit()
    client = browser(outside, actors)
    assert "Firmar con mi propio certificado" not in client.get(f"{base(outside)}/firmar").get_data(as_text=True)
    assert client.post(f"{base(outside)}/firma-digital/documento").status_code == 409
    assert upload(client, outside, b"%PDF-1.7").status_code == 409
    outside.slot().method = "digital"
    outside.session.commit()
    page = client.get(f"{base(outside)}/firmar").get_data(as_text=True)
    assert ["Firmar con mi propio certificado" in page, "Pida el código" in page, "Declinar" in page] == [True, False, True]


def test_too_many_files_in_a_day(outside: Outside, actors: Actors) -> None:
    for _ in range(20):
        row = Reception(
            slot_id=outside.slot().id,
            sha256="0" * 64,
            size=1,
            result="rejected",
            reasons=[],
            received_at=outside.now,
            judged_at=outside.now,
        )
        outside.session.add(row)
    outside.session.commit()
    answer = upload(browser(outside, actors), outside, b"%PDF-1.7")
    assert (answer.status_code, "Subió muchos archivos en un día" in answer.get_data(as_text=True)) == (429, True)


def complete(outside: Outside, *, publish: bool) -> str:
    """The first signs outside, the others in the portal; return the commitment's code."""
    from plugins.commitments.signing_acts import sign_slot

    outside.receive(sign_outside(outside.head(), outside.holder(), field="firma-1"), publish=publish)
    for place in (1, 2):
        person = outside.signing.people[place]
        done = sign_slot(outside.portal, outside.session, now=outside.now, slot_id=outside.slot(place).id, person_id=person.id)
        outside.session.commit()
        at_rest(outside.session, outside.signing.commitment)
    assert done.complete
    from plugins.commitments.evidence import publish as make_constancia

    make_constancia(outside.portal, outside.signing.commitment.id, now=outside.now)
    return at_rest(outside.session, outside.signing.commitment).code


def test_public_pages_say_how_each_signed_and_by_whom_certified(outside: Outside, client: FlaskClient, tmp_path: Path) -> None:
    code = complete(outside, publish=True)
    pages = [client.get(f"/compromisos/{code}").get_data(as_text=True), client.get(f"/v/{code}").get_data(as_text=True)]
    digest = outside.signing.commitment.head_sha256
    pages.append(client.get(f"/verificar?codigo={digest}").get_data(as_text=True))
    for page in pages:
        assert ["Firma digital" in page, "Certificado emitido por ECEP de muestra" in page, "Firma electrónica" in page] == [True] * 3
        assert ["Ley 27269" in page, "40000001" in page] == [True, False]
    assert "Auténtico y completo" in pages[2]
    found = history(outside.session, outside.signing.commitment)
    outside.session.commit()
    assert sorted((one.lines, one.text) for one in found if one.title == "Firma registrada") == [
        (("Firma digital",), "ECEP de muestra"),
        (("Firma electrónica",), ""),
        (("Firma electrónica",), ""),
    ]
    assert client.get(f"/compromisos/{code}/documento.pdf").status_code == 200
    constancia = tmp_path / "c.pdf"
    constancia.write_bytes(client.get(f"/compromisos/{code}/constancia.pdf").data)
    words = subprocess.run(["pdftotext", "-layout", constancia, "-"], capture_output=True, text=True, check=True).stdout
    said = " ".join(words.split())
    assert ["Firma digital" in said, "emitido por ECEP de muestra" in said, "40000001" in said] == [True, True, False]


def test_without_the_signers_consent_the_public_gets_the_constancia_and_not_the_file(outside: Outside, client: FlaskClient) -> None:
    code = complete(outside, publish=False)
    page = client.get(f"/compromisos/{code}").get_data(as_text=True)
    assert ["El archivo no se publica" in page, f"/compromisos/{code}/constancia.pdf" in page] == [True, True]
    addresses = {
        f"/compromisos/{code}/documento.pdf": 404,
        f"/compromisos/{code}/revision-0.pdf": 200,
        f"/compromisos/{code}/revision-1.pdf": 404,
        f"/compromisos/{code}/revision-3.pdf": 404,
        f"/compromisos/{code}/constancia.pdf": 200,
        f"/v/{code}/paquete.zip": 404,
    }
    assert {address: client.get(address).status_code for address in addresses} == addresses
    mine = outside.portal.store.get(outside.signing.commitment.head_sha256 or "")
    assert "Auténtico y completo" in client.post(
        "/verificar", data={"archivo": (io.BytesIO(mine), "c.pdf")}, content_type="multipart/form-data"
    ).get_data(as_text=True)

"""People are told how long the evidence lasts: staff of a step down, everybody at verification, the operator by the doctor."""

import io
import re
from collections.abc import Callable
from datetime import datetime

from flask.testing import FlaskClient
from pypdfium2 import PdfDocument
from sqlalchemy.orm import Session

from plugins.commitments import evidence
from plugins.commitments.lasting import archive, rotation
from plugins.commitments.lasting.doctor import long_term_evidence, signing_keys, timestamp_authorities
from portal.context import Portal
from portal.testing.fixtures import Actors
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.lasting.authority import TimestampAuthority

STEPPED = "Sin sello de tiempo por ahora"


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_step_down_is_seen_until_it_is_made_good(
    portal: Portal,
    session: Session,
    client: FlaskClient,
    actors: Actors,
    stamped: TimestampAuthority,
    issued: Callable[..., Signing],
    sign_all: Callable[[Signing], None],
    now: datetime,
) -> None:
    stamped.stop()
    signing = issued()
    sign_all(signing)
    commitment, process = signing.commitment, signing.commitment.process
    staff = actors.client("staff", process.version.agenda)

    def seen() -> list[bool]:
        board = staff.get(f"/gestion/compromisos/{process.code}").get_data(as_text=True)
        case = staff.get(f"/gestion/compromisos/{process.code}/{commitment.code}").get_data(as_text=True)
        page = client.get(f"/compromisos/{commitment.code}").get_data(as_text=True)
        return [STEPPED in board, STEPPED in case, "La autoridad de sellos de tiempo no respondió al firmar" in page]

    assert evidence.publish(portal, commitment.id, now=now)
    at_rest(session, commitment)
    constancia = "".join(page.get_textpage().get_text_range() for page in PdfDocument(portal.store.get(commitment.constancia_sha256 or "")))
    assert "Sin sello de tiempo de otra entidad" in " ".join(constancia.split())
    assert seen() == [True, True, True]
    ok, sentence = timestamp_authorities(portal, now)
    assert (ok, stamped.url in sentence) == (False, True)
    assert long_term_evidence(portal, now)[0] is False

    stamped.start()
    assert archive.archive(portal, commitment.id, now=now)
    at_rest(session, commitment)
    assert seen() == [False, False, False]
    assert timestamp_authorities(portal, now) == (True, "Sellado de tiempo de muestra responde")
    assert long_term_evidence(portal, now) == (True, "1 documentos completos, ninguno espera")
    page = text_of(client.get(f"/compromisos/{commitment.code}").get_data(as_text=True))
    assert "Evidencia de larga duración" in page
    assert "3: con evidencia de larga duración" in page
    assert client.get(f"/compromisos/{commitment.code}/documento.pdf").data == portal.store.get(commitment.head_sha256 or "")


def test_verification_says_whether_a_signature_has_a_timestamp(
    portal: Portal,
    client: FlaskClient,
    stamped: TimestampAuthority,
    issued: Callable[..., Signing],
    sign_all: Callable[[Signing], None],
) -> None:
    with_time = issued()
    sign_all(with_time)
    object.__setattr__(portal.settings, "timestamp_urls", ())
    without = issued()
    sign_all(without)
    told = []
    for one in (with_time, without):
        file = io.BytesIO(portal.store.get(one.commitment.head_sha256 or ""))
        page = client.post("/verificar", data={"archivo": (file, "uno.pdf")}, content_type="multipart/form-data").get_data(as_text=True)
        told.append((page.count("con sello de tiempo"), page.count("sin sello de tiempo")))
    assert told == [(2, 0), (0, 2)]


def test_the_doctor_says_what_is_missing(portal: Portal, now: datetime, stamped: TimestampAuthority) -> None:
    assert signing_keys(portal, now) == (True, "se crearán al emitir el primer documento")
    rotation.rotate(portal, now=now)
    ok, sentence = signing_keys(portal, now)
    assert (ok, sentence.startswith("se abren y forman cadena (en archivos cifrados, generación 2); vencen el ")) == (True, True)
    ends = rotation.all_generations(portal)[0].issuing.not_valid_after_utc
    ok, sentence = signing_keys(portal, ends)
    assert (ok, "portal keys rotate" in sentence) == (False, True)
    (portal.settings.home / "trust" / "timestamps" / f"{stamped.url.rpartition(':')[2]}.pem").unlink()
    assert timestamp_authorities(portal, now)[0] is False
    object.__setattr__(portal.settings, "timestamp_urls", ())
    ok, sentence = timestamp_authorities(portal, now)
    assert (ok, "no llevan sello de tiempo" in sentence) == (True, True)

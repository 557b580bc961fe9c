"""Contributions by people with an account, by anybody with an address that is proved, and from a forum."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.dialogue import answering, contributing
from plugins.dialogue.contributing import Said
from plugins.dialogue.models import Attachment, Author, Consultation, Contribution
from plugins.dialogue.places import Place
from portal.documents.models import StoredFile
from portal.errors import Conflict
from portal.limits import limiter
from portal.mail import MailMessage
from portal.notices.models import Notice
from portal.testing.fixtures import Actors
from portal.threads.models import ThreadLink
from tests.dialogue.conftest import Dialogue, Mailbox, path_in, words

Form = Callable[..., dict[str, Any]]
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def all_of(dialogue: Dialogue) -> list[Contribution]:
    return dialogue.read(select(Contribution).order_by(Contribution.id))


def test_somebody_with_an_account_gets_a_code_at_once_and_the_team_is_told(
    dialogue: Dialogue, actors: Actors, nobody: FlaskClient, form: Form
) -> None:
    person = actors.person("Persona con cuenta")
    answer = actors.signed_in(person).post(f"{dialogue.public}/aportar", data=form(name="Nombre elegido"), follow_redirects=True)
    assert answer.request.path == f"/agendas/{dialogue.code}/aportes/A-0001"
    assert "Su código es A-0001" in answer.text
    [made] = all_of(dialogue)
    assert (made.code, made.state, made.item_code, made.dimension) == ("A-0001", "received", "SOC-01", "social")
    assert made.author is not None
    assert (made.author.person_id, made.author.name, made.author.email) == (person.id, "Nombre elegido", None)
    [notice] = dialogue.read(select(Notice))
    assert (notice.person_id, notice.topic, notice.href) == (
        dialogue.coordinator.id,
        "dialogue.received",
        f"{dialogue.staff}/aportes/A-0001",
    )
    stranger = nobody.get(f"/agendas/{dialogue.code}/aportes/A-0001").text
    assert "Falta agua" not in stranger
    assert "Nombre elegido" not in stranger
    assert "En moderación" in stranger


def test_an_address_waits_until_its_link_is_opened_and_confirmed_by_a_press(
    dialogue: Dialogue, nobody: FlaskClient, form: Form, mailbox: tuple[Mailbox, int]
) -> None:
    client, box = nobody, mailbox[0]
    sent = client.post(f"{dialogue.public}/aportar", data=form(email="Vecina@Muestra.Example"), follow_redirects=True)
    assert "Revise su correo" in sent.text
    [made] = all_of(dialogue)
    assert (made.state, made.code) == ("unverified", None)
    assert "A-0001" not in client.get(f"{dialogue.public}/aportes").text
    [mail] = box.to("vecina@muestra.example")
    assert "Falta agua" not in words(mail) + words(mail, "html")  # anybody can type anybody's address
    link = path_in(mail, r"/agendas/\S+/aportes/confirmar/\S+")
    for _ in range(3):  # scanners of mail open links
        looked = client.get(link)
        client.head(link)
        assert (looked.status_code, looked.headers["Referrer-Policy"]) == (200, "no-referrer")
        assert "Falta agua" in looked.text
    assert all_of(dialogue)[0].state == "unverified"
    done = client.post(link, follow_redirects=True)
    assert "Su código es A-0001" in done.text
    [made] = all_of(dialogue)
    assert (made.state, made.code) == ("received", "A-0001")
    again = client.post(link)
    assert again.status_code == 410
    assert "Este enlace ya se usó" in again.text
    assert client.get(link).status_code == 410
    assert len(all_of(dialogue)) == 1
    receipt = box.to("vecina@muestra.example")[1]
    own = client.get(path_in(receipt, r"/agendas/\S+/aportes/propio/\S+"))
    assert "Falta agua" in own.text
    assert "Retirar mi aporte" in own.text
    assert words(receipt, "html").count("A-0001") >= 1


def test_tokens_are_kept_only_as_digests(dialogue: Dialogue, nobody: FlaskClient, form: Form, mailbox: tuple[Mailbox, int]) -> None:
    nobody.post(f"{dialogue.public}/aportar", data=form(email="a@muestra.example"))
    token = path_in(mailbox[0].messages[0], r"confirmar/\S+").removeprefix("confirmar/")
    [author] = dialogue.read(select(Author))
    assert author.token_sha256 is not None
    assert token not in author.token_sha256
    nobody.post(f"/agendas/{dialogue.code}/aportes/confirmar/{token}")
    own = path_in(mailbox[0].messages[1], r"propio/\S+").removeprefix("propio/")
    [nonce] = dialogue.read(select(Author.nonce))
    assert own.startswith(f"{nonce}.")
    client = nobody
    assert client.get(f"/agendas/{dialogue.code}/aportes/propio/{nonce}.{'0' * 64}").status_code == 404  # the database alone opens nothing
    assert client.get(f"/agendas/{dialogue.code}/aportes/propio/{own}").status_code == 200


def test_what_nobody_confirms_is_erased_in_three_days_with_its_files_and_mail(dialogue: Dialogue, nobody: FlaskClient, form: Form) -> None:
    png = io.BytesIO()
    Image.new("RGB", (4, 4)).save(png, "PNG")
    data = form(email="olvido@muestra.example", files=(io.BytesIO(png.getvalue()), "foto.png"))
    nobody.post(f"{dialogue.public}/aportar", data=data, content_type="multipart/form-data")
    [made] = all_of(dialogue)
    sha256 = made.attachments[0].sha256
    assert contributing.lapsed(dialogue.session, dialogue.now + timedelta(hours=71)) == []
    later = dialogue.now + timedelta(hours=73)
    assert contributing.lapsed(dialogue.session, later) == [made.id]
    contributing.lapse(dialogue.session, now=later, contribution_id=made.id)
    dialogue.session.commit()
    assert all_of(dialogue) == []
    assert dialogue.read(select(Author)) == []
    assert dialogue.read(select(MailMessage.address)) == [None]
    assert dialogue.session.get_one(StoredFile, sha256).forgotten_at == later


def test_fifty_thousand_characters_are_refused_in_one_sentence_and_all_stay_typed(
    dialogue: Dialogue, nobody: FlaskClient, form: Form
) -> None:
    text = "Ñandú y agua. " * 3571 + "fin."
    answer = nobody.post(f"{dialogue.public}/aportar", data=form(text=text, email="x@muestra.example", name="Vecina"))
    assert answer.status_code == 422
    assert f"El texto tiene {len(text)} caracteres y el límite es 6000." in answer.text
    assert text in answer.text
    assert 'value="x@muestra.example"' in answer.text
    assert all_of(dialogue) == []


@pytest.mark.once
def test_what_cannot_be_used_is_said_and_kept(dialogue: Dialogue, nobody: FlaskClient, form: Form) -> None:
    wrong: dict[str, dict[str, str]] = {
        "Escriba su aporte.": {"text": " "},
        "Elija qué quiere hacer.": {"kind": "grito"},
        "Elija sobre qué opina.": {"place": "SOC-99"},
        "Escriba la redacción que propone.": {"kind": "change"},
        "Escriba un correo completo": {"email": "sin arroba"},
        "Deje vacío el campo que no se muestra": {"sitio_web": "https://x.example"},
    }
    for sentence, values in wrong.items():
        typed = form(**{"email": "x@muestra.example", "name": "Vecina de aquí", **values})
        answer = nobody.post(f"{dialogue.public}/aportar", data=typed)
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence
        assert 'value="Vecina de aquí"' in answer.text
    assert all_of(dialogue) == []


def docx(**parts: bytes) -> bytes:
    import zipfile

    out = io.BytesIO()
    kind = b'<Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in {"[Content_Types].xml": kind, "word/document.xml": b"<w:document/>", **parts}.items():
            folder.writestr(name, content)
    return out.getvalue()


HOSTILE = [
    ("factura.pdf", EICAR, "contiene un programa o parece un virus"),
    ("factura.pdf", b"%PDF-1.7\n" + EICAR + b"\n%%EOF", "contiene un programa o parece un virus"),
    ("foto.png", b"MZ\x90\x00 programa", "contiene un programa o parece un virus"),
    ("nota.docx", docx(**{"word/vbaProject.bin": b"macro"}), "contiene un programa o parece un virus"),
    ("nota.docx", docx(**{"word/media/x.bin": EICAR}), "contiene un programa o parece un virus"),
    ("nota.docx", docx()[:-30], "está dañado"),
    ("pagina.html", b"<script>alert(1)</script>", "no es PDF, JPEG, PNG ni DOCX"),
    ("dibujo.svg", b"<svg onload='x()'/>", "no es PDF, JPEG, PNG ni DOCX"),
    ("acta.pdf", b"%PDF-1.7\n<< /OpenAction << /S /JavaScript /JS (x) >> >>\n%%EOF", "contiene programas o archivos dentro"),
    ("acta.pdf", b"%PDF-1.7\n<< /OpenAction << /S /J#61vaScript /J#53 (x) >> >>\n%%EOF", "contiene programas o archivos dentro"),
    ("foto.jpg", b"\xff\xd8\xff\xe0 nada", "está dañada"),
    ("grande.pdf", b"%PDF-1.7" + b"0" * 5_242_880 + b"%%EOF", "pesa más de 5 MB"),
    ("enorme.pdf", b"%PDF-1.7" + b"0" * 24_000_000 + b"%%EOF", "pesa más de 5 MB"),  # more than the portal takes elsewhere
]


@pytest.mark.once
def test_a_hostile_file_is_refused_and_the_text_stays(dialogue: Dialogue, nobody: FlaskClient, form: Form) -> None:
    for name, data, sentence in HOSTILE:
        typed = form(email="x@muestra.example", files=(io.BytesIO(data), name))
        answer = nobody.post(f"{dialogue.public}/aportar", data=typed, content_type="multipart/form-data")
        assert (answer.status_code, sentence in answer.text) == (422, True), (name, sentence)
        assert f"«{name}»" in answer.text
        assert "Falta agua en la parte alta." in answer.text
    assert dialogue.read(select(Attachment)) == []


@pytest.mark.once
def test_pictures_are_drawn_anew_and_documents_are_only_downloaded(
    dialogue: Dialogue, actors: Actors, nobody: FlaskClient, form: Form
) -> None:
    person = actors.person()
    jpeg = io.BytesIO()
    picture = Image.new("RGB", (40, 20), "red")
    exif = picture.getexif()
    exif[0x010E] = "secreto en los metadatos"
    picture.save(jpeg, "JPEG", exif=exif)
    files = [(io.BytesIO(jpeg.getvalue() + b"<?php cola ?>"), "fotos/la foto.jpg"), (io.BytesIO(docx()), "../nota.docx")]
    client = actors.signed_in(person)
    client.post(f"{dialogue.public}/aportar", data=form(files=files), content_type="multipart/form-data")
    [made] = all_of(dialogue)
    assert [one.name for one in made.attachments] == ["la foto.jpg", "nota.docx"]
    address = f"/agendas/{dialogue.code}/aportes/A-0001/adjuntos"
    assert nobody.get(f"{address}/1").status_code == 404  # not published yet
    shown, given = client.get(f"{address}/1"), client.get(f"{address}/2")
    assert b"secreto" not in shown.data
    assert b"php" not in shown.data
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in given.headers["Content-Security-Policy"]


def test_one_address_gets_no_more_than_five_mails_an_hour(dialogue: Dialogue, nobody: FlaskClient, form: Form) -> None:
    client = nobody
    statuses = [client.post(f"{dialogue.public}/aportar", data=form(email="v@muestra.example")).status_code for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    last = client.post(f"{dialogue.public}/aportar", data=form(email="v@muestra.example", text="Mi sexto texto."))
    assert "Mi sexto texto." in last.text


@pytest.mark.once
def test_a_flood_from_one_place_is_stopped_and_the_text_stays(dialogue: Dialogue, nobody: FlaskClient, form: Form, app: Flask) -> None:
    limiter.enabled = True
    limiter.reset()
    try:
        client = nobody
        statuses = [client.post(f"{dialogue.public}/aportar", data=form(text=f"texto {n}", email="x")).status_code for n in range(21)]
        assert statuses == [422] * 20 + [429]
        assert "su texto sigue aquí" in client.post(f"{dialogue.public}/aportar", data=form(text="el último")).text
    finally:
        limiter.enabled = False


def test_staff_type_in_what_was_said_at_a_forum_with_the_sheet(dialogue: Dialogue, actors: Actors, nobody: FlaskClient, form: Form) -> None:
    client = actors.signed_in(dialogue.coordinator)
    sheet = io.BytesIO()
    Image.new("RGB", (30, 40), "white").save(sheet, "JPEG")
    typed = form(meeting="r-003", said_on="2026-10-04", name="Comunidad de muestra", files=(io.BytesIO(sheet.getvalue()), "hoja.jpg"))
    answer = client.post(f"{dialogue.staff}/nuevo-aporte", data=typed, content_type="multipart/form-data")
    assert answer.status_code == 303
    [made] = all_of(dialogue)
    assert (made.source, made.meeting, str(made.said_on), made.state) == ("forum", "R-003", "2026-10-04", "received")
    assert made.author is not None
    assert made.author.typed_by_id == dialogue.coordinator.id
    [link] = dialogue.read(select(ThreadLink).where(ThreadLink.relation == "came_from", ThreadLink.source.startswith("contribution")))
    assert (link.source, link.target) == (f"contribution:{dialogue.code}/A-0001", f"meeting:{dialogue.code}/R-003")
    client.post(f"{dialogue.staff}/aportes/A-0001/moderar", data={"act": "publish", "revision": made.revision})
    file = f"/agendas/{dialogue.code}/aportes/A-0001/adjuntos/1"
    assert (nobody.get(file).status_code, client.get(file).status_code) == (404, 200)  # the sheet is never public
    bad = client.post(f"{dialogue.staff}/nuevo-aporte", data=form(meeting="la del martes"))
    assert bad.status_code == 422
    assert 'value="la del martes"' in bad.text


def test_codes_go_up_and_are_never_given_again(dialogue: Dialogue) -> None:
    assert [dialogue.said().code for _ in range(3)] == ["A-0001", "A-0002", "A-0003"]
    contributing.withdraw(dialogue.session, now=dialogue.now, contribution=all_of(dialogue)[2])
    dialogue.session.commit()
    assert dialogue.said().code == "A-0004"


def at_once(dialogue: Dialogue, act: Callable[[Session], object]) -> list[object]:
    """Do it in four transactions that begin together; return what each gave, in no order."""
    start = Barrier(4)

    def one(_: int) -> object:
        start.wait(10)
        with dialogue.portal.sessions() as own:
            try:
                done = act(own)
                own.commit()
            except Conflict as error:
                return type(error)
            return done

    with ThreadPoolExecutor(4) as people:
        return list(people.map(one, range(4)))


def test_people_who_contribute_at_one_instant_all_get_a_code(dialogue: Dialogue) -> None:
    consultation, person = dialogue.consultation.id, dialogue.coordinator.id
    dialogue.session.commit()

    def contribute(own: Session) -> object:
        said = Said("comment", Place("", "whole"), "Todos a la vez.")
        there = own.get_one(Consultation, consultation)
        store, mailer = dialogue.portal.store, dialogue.portal.mailer
        made, _ = contributing.contribute(own, store, mailer, now=dialogue.now, consultation=there, said=said, person_id=person)
        return made.code

    assert sorted(map(str, at_once(dialogue, contribute))) == ["A-0001", "A-0002", "A-0003", "A-0004"]


def test_a_reply_that_is_sent_twice_at_one_instant_is_kept_once(dialogue: Dialogue) -> None:
    one, person = dialogue.said(published=True), dialogue.coordinator.id
    given = answering.Given("rejected", "No se puede.")
    mailer, now = dialogue.portal.mailer, dialogue.now
    answering.answer(dialogue.session, mailer, now=now, contributions=[(one, one.revision)], given=given, person_id=person)
    dialogue.session.commit()

    def reply(own: Session) -> object:
        return contributing.reply(own, now=now, contribution=own.get_one(Contribution, one.id), text="Insisto.").text

    assert sorted(map(str, at_once(dialogue, reply))) == sorted(["Insisto.", *[str(Conflict)] * 3])

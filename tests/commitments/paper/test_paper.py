"""From the printer to the registry: sheets signed by hand come back, two people read them, and the instrument is complete."""

import io
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import delegating, keys
from plugins.commitments.issuing import issue, reopen
from plugins.commitments.models import Process, Slot
from plugins.commitments.paper import isolation, readings, sealing
from plugins.commitments.paper.models import PaperReading, PaperSheet
from plugins.commitments.stances import confirm as confirm_stances
from plugins.commitments.verification import verify_bytes
from portal.context import Portal
from portal.errors import Conflict
from portal.ledger.audit import audit
from portal.ledger.queries import entries_about
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.paper import desk
from tests.commitments.paper.conftest import Mesa

Pages = dict[int, Image.Image]
Printer = Callable[..., Pages]


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def signed_outside(portal: Portal, pdf: bytes, folder: Path) -> str:
    """Return what pdfsig says of a file, trusting the portal's root."""
    file, root, database = folder / "i.pdf", folder / "root.pem", folder / "nss"
    file.write_bytes(pdf)
    root.write_bytes(keys.root_pem(portal) or b"")
    if not database.is_dir():
        database.mkdir()
        for order in (["-N", "--empty-password"], ["-A", "-n", "root", "-t", "CT,C,C", "-i", root]):
            subprocess.run(["certutil", *order, "-d", f"sql:{database}"], check=True, capture_output=True, timeout=20)
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)
    return subprocess.run(["pdfsig", "-nssdir", f"sql:{database}", file], capture_output=True, text=True, check=False, timeout=60).stdout


def test_the_pack_prints_everything_and_leaves_the_certified_bytes_alone(
    portal: Portal, session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa
) -> None:
    one, two = issued(any_way), issued(any_way, name="Partido Puente (muestra)")
    before = one.commitment.head_sha256
    chosen = [str(one.commitment.id), str(two.commitment.id)]
    parts = ["instruments", "attendance", "signs", "acta"]
    answer = mesa.first.post(
        f"{mesa.desk}/paquete", data={"paquete-commitments": chosen, "paquete-parts": parts, "paquete-place": "Abancay"}
    )
    assert answer.status_code == 303
    link = re.search(r"paquete-\d+\.pdf", mesa.first.get(mesa.desk).get_data(as_text=True))
    assert link is not None
    given = mesa.first.get(f"{mesa.desk}/{link[0]}")
    assert (given.status_code, given.headers["Cache-Control"]) == (200, "private, no-store")
    with pikepdf.open(io.BytesIO(given.data)) as document, document.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        assert "/AcroForm" not in document.Root
        assert all(item.destination is not None for item in outline.root)
    names = [one.commitment.organisation.name, two.commitment.organisation.name]
    assert titles == [
        "Lista de asistencia",
        "Rótulos de mesa",
        "Acta del acto",
        f"{names[0]} ({one.commitment.code})",
        f"{names[1]} ({two.commitment.code})",
    ]
    words = text_of(given.data)
    assert words.count("Copia para firmar a mano") == 8  # four pages each come back
    assert ["Abancay" in words, "Rótulos" in words, "Acta del acto de suscripción" in words, "Anexo: texto completo" in words] == [
        True,
        False,
        True,
        False,
    ]
    assert at_rest(session, one.commitment).head_sha256 == before


def test_three_organisations_sign_on_paper_in_one_scan_and_verify_as_complete(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    actors: Actors,
    tmp_path: Path,
    now: datetime,
) -> None:
    one, two = issued(any_way), issued(any_way, name="Partido Puente (muestra)")
    first, second = on_paper(one.commitment, "firma-1", "firma-2"), on_paper(two.commitment, "firma-1", "firma-2")
    heap = [*first.values(), *reversed(second.values())]  # two organisations in one file: one upside down, one page crooked
    heap[0], heap[2] = heap[0].rotate(180), desk.askew(heap[2], 4)
    heap[5] = heap[5].rotate(90, expand=True)
    sent = desk.scanned(heap, dpi=130)
    page = mesa.upload(("acto.pdf", sent))
    assert page.count("Por leer") == 2
    kept = re.search(r"/papel/archivos/\d+", page)
    assert kept is not None
    given = mesa.second.get(f"/gestion/compromisos/{any_way.code}{kept[0]}")
    assert (given.data == sent, given.headers["Content-Disposition"].partition(";")[0]) == (True, "attachment")
    seen = mesa.first.get(mesa.reading(one.commitment)).get_data(as_text=True)
    assert seen.count("signature-cut") == 2
    cut = mesa.first.get(f"{mesa.reading(one.commitment)}/firma-firma-1.jpg")
    with Image.open(io.BytesIO(cut.data)) as picture:
        assert desk.ink(picture) > 500  # the box on the sheet is where it was printed
    for signing in (one, two):
        mesa.read(signing.commitment, signing.commitment.slots)
        reading = session.scalars(select(PaperReading).where(PaperReading.open_for == signing.commitment.id)).one()
        session.commit()
        address = f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar"
        assert mesa.first.post(address).status_code == 403  # whoever read does not confirm
        assert at_rest(session, signing.commitment).state == "issued"
        assert mesa.second.post(address).status_code == 303
        session.refresh(reading)
        assert (reading.state, reading.problem, reading.open_for) == ("taken", None, None)
        commitment = at_rest(session, signing.commitment)
        assert commitment.state == "complete"
        assert [(slot.signed_method, slot.evidence_sha256, slot.signed_name) for slot in commitment.slots] == [
            ("paper", reading.act_sha256, person.full_name) for person in signing.people
        ]
        pdf = portal.store.get(commitment.head_sha256 or "")
        assert pdf.startswith(portal.store.get(commitment.certified_sha256 or ""))
        verified = verify_bytes(portal, session, pdf, now=now)
        assert verified.verdict.verdict == "authentic_complete"
        session.commit()
    shown = signed_outside(portal, pdf, tmp_path)
    assert (shown.count("Signature is Valid."), shown.count("Certificate is Trusted.")) == (3, 3)
    assert shown.count("(firma manuscrita)") == 4  # in the common name and the full name of both
    with pikepdf.open(io.BytesIO(pdf)) as document:
        given = [str(field.V.Reason) for field in document.Root.AcroForm.Fields if str(field.T).startswith("firma-")]
    assert [reason.endswith(f"digitalizada; acta digitalizada SHA-256 {reading.act_sha256}") for reason in given] == [True, True]
    act = portal.store.get(reading.act_sha256 or "")
    assert "Signature is Valid." in signed_outside(portal, act, tmp_path)
    words = text_of(act)
    assert [reading.sheets[0]["file_sha256"] in words.replace("\n", "").replace(" ", ""), "Coordinación" in words] == [True, True]
    assert [actor not in words for actor in ("Persona de muestra",)] == [True]  # by role, not by name
    own = actors.signed_in(two.representative)
    assert own.get(f"/mi-compromiso/{two.commitment.code}/acta-{reading.id}.pdf").data == act
    assert own.get(f"/mi-compromiso/{one.commitment.code}/acta-{reading.id}.pdf").status_code == 404
    facts = [entry for entry in entries_about(session, f"commitment:{two.commitment.code}") if entry.kind == sealing.ACT]
    assert [fact.data["act_sha256"] for fact in facts] == [reading.act_sha256]
    assert audit(portal, session)[1] == []
    public = mesa.first.get(f"/compromisos/{two.commitment.code}").get_data(as_text=True)
    assert public.count("Firma manuscrita (digitalizada)<br>") == 2  # and below it the hash of the act
    assert str(reading.act_sha256) in public


def test_phone_photos_missing_pages_and_paper_beside_screen(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    sign_on_screen: Callable[[Signing, int], None],
    now: datetime,
) -> None:
    signing = issued(any_way)
    sign_on_screen(signing, 0)
    pages = on_paper(signing.commitment, "firma-2", dpi=160)
    last = max(pages)
    photos = {number: desk.photo(page) for number, page in pages.items()}
    page = mesa.upload(*((f"foto-{number}.jpg", data) for number, data in photos.items() if number != last))
    assert f"Falta la página {last} de 8 de {signing.commitment.code}." in page or f"Falta la página {last} de" in page
    assert "Falta la página" in mesa.read(signing.commitment, signing.commitment.slots[1:], status=409)
    page = mesa.upload(("la-que-faltaba.jpg", photos[last]))
    assert "Por leer" in page
    seen = mesa.first.get(mesa.reading(signing.commitment)).get_data(as_text=True)
    assert (seen.count("signature-cut"), "Firma electrónica" in seen) == (1, True)
    assert "Marque a quienes firmaron" in mesa.read(signing.commitment, signing.commitment.slots, status=422)  # the first signed on screen
    mesa.read(signing.commitment, signing.commitment.slots[1:])
    reading = session.scalars(select(PaperReading)).one()
    session.commit()
    mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
    commitment = at_rest(session, signing.commitment)
    assert [slot.signed_method for slot in commitment.slots] == ["electronic", "paper"]
    assert commitment.state == "complete"
    assert verify_bytes(portal, session, portal.store.get(commitment.head_sha256 or ""), now=now).verdict.verdict == "authentic_complete"
    constancia = text_of(portal.store.get(commitment.constancia_sha256 or ""))
    assert ["a mano, en papel" in " ".join(constancia.split()), "código de un solo uso" in " ".join(constancia.split())] == [True, True]


def test_a_reading_is_given_back_with_a_reason_and_read_again(
    session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots)
    reading = session.scalars(select(PaperReading)).one()
    session.commit()
    address = f"{mesa.reading(signing.commitment)}/{reading.id}"
    assert mesa.second.post(f"{address}/devolver", data={"reason": " "}).status_code == 422
    assert mesa.second.post(f"{address}/devolver", data={"reason": "La segunda firma no está."}).status_code == 303
    assert mesa.second.post(f"{address}/confirmar").status_code == 409
    assert "La segunda firma no está." in mesa.first.get(mesa.reading(signing.commitment)).get_data(as_text=True)
    assert mesa.read(signing.commitment, signing.commitment.slots[:1])
    assert at_rest(session, signing.commitment).state == "issued"
    again = session.scalars(select(PaperReading).order_by(PaperReading.id.desc()).limit(1)).one()
    session.commit()
    assert mesa.second.post(f"{mesa.reading(signing.commitment)}/{again.id}/confirmar").status_code == 303
    assert at_rest(session, signing.commitment).state == "partly_signed"


def test_a_delegation_after_the_reading_does_not_make_the_handwriting_somebody_elses(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    actors: Actors,
    now: datetime,
) -> None:
    signing, substitute = issued(any_way), actors.person("Sustituta de Muestra")
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots[:1])
    delegating.delegate(
        session,
        now=now,
        store=portal.store,
        mailer=portal.mailer,
        slot=session.get_one(Slot, signing.commitment.slots[0].id),
        substitute=substitute,
        mandate=b"%PDF-1.7 carta poder de muestra",
        by=signing.representative.id,
    )
    reading = session.scalars(select(PaperReading)).one()
    session.commit()
    answer = mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
    assert (answer.status_code, "cambió quién firma" in answer.get_data(as_text=True)) == (409, True)
    reading.state = "confirmed"  # as if the delegation had come between the confirmation and the job
    session.commit()
    sealing.seal(portal, reading.id, now=now)
    session.refresh(reading)
    assert (reading.state, reading.act_sha256, "cambió quién firma" in str(reading.problem)) == ("confirmed", None, True)
    commitment = at_rest(session, signing.commitment)
    assert (commitment.state, commitment.slots[0].signed_at) == ("issued", None)


def test_two_people_who_read_or_decide_at_once_leave_one_reading_and_one_decision(
    portal: Portal, session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer, now: datetime
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots[:1])
    assert "Otra persona ya leyó este documento" in mesa.read(signing.commitment, signing.commitment.slots[:1], status=409)
    with portal.sessions() as theirs:  # what the second person's page was drawn from
        seen = theirs.scalars(select(PaperReading)).one()
        theirs.expunge(seen)
        theirs.commit()
    readings.reject(session, now=now, reading=session.scalars(select(PaperReading)).one(), by=signing.people[1].id, reason="No se ve.")
    session.commit()
    with portal.sessions() as theirs, pytest.raises(Conflict, match="mismo instante"):
        readings.confirm(theirs, now=now, reading=seen, by=signing.people[1].id)
    assert at_rest(session, signing.commitment).state == "issued"


def test_killed_while_recording_the_job_ends_its_work_once(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1", "firma-2").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots)
    reading = session.scalars(select(PaperReading)).one()
    session.commit()

    class Killed(BaseException):
        """As SIGKILL: nothing after it runs."""

    real, calls = sealing._take, []

    def dies(*args: object, **values: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise Killed
        return real(*args, **values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_take", dies)
        patch.setattr(portal.queue, "enqueue", lambda *_: None)
        mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
        with pytest.raises(Killed):
            sealing.seal(portal, reading.id, now=now)
    assert at_rest(session, signing.commitment).state == "partly_signed"
    act = session.scalars(select(PaperReading.act_sha256)).one()
    session.commit()
    portal.queue.drain()
    commitment = at_rest(session, signing.commitment)
    assert (commitment.state, [one.evidence_sha256 for one in commitment.slots]) == ("complete", [act, act])
    kinds = [entry.kind for entry in entries_about(session, f"commitment:{commitment.code}")]
    assert (kinds.count(sealing.ACT), kinds.count("commitment.signed")) == (1, 2)
    assert audit(portal, session)[1] == []


def test_out_of_turn_ink_waits_for_its_turn(
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    portal: Portal,
    sign_on_screen: Callable[[Signing, int], None],
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-2").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots[1:])
    reading = session.scalars(select(PaperReading)).one()
    session.commit()
    mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
    session.refresh(reading)
    assert (reading.state, "Todavía no es su turno" in (reading.problem or "")) == ("confirmed", True)
    session.commit()
    assert "Todavía no es su turno" in mesa.first.get(mesa.reading(signing.commitment)).get_data(as_text=True)
    session.commit()
    sign_on_screen(signing, 0)
    portal.queue.drain()
    session.refresh(reading)
    assert reading.state == "taken"
    assert at_rest(session, signing.commitment).state == "complete"


def test_sheets_of_a_discarded_edition_of_another_process_repeated_or_blank_are_told(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    process: Callable[..., Process],
    any_way: Process,
    mesa: Mesa,
    on_paper: Printer,
    now: datetime,
) -> None:
    signing, stranger = issued(any_way), issued(process(), name="Otra (muestra)")
    old = on_paper(signing.commitment, "firma-1")
    reopen(session, now=now, person_id=None, commitment=signing.commitment)
    confirm_stances(
        session, now=now + timedelta(seconds=2), person_id=signing.representative.id, portal=portal, commitment=signing.commitment
    )
    session.commit()
    issue(portal, signing.commitment.id, now=now + timedelta(seconds=2))
    commitment = at_rest(session, signing.commitment)
    assert commitment.edition == 2
    last = max(old)
    strange = on_paper(stranger.commitment)
    new = on_paper(commitment, "firma-1")
    blank = Image.new("RGB", (1000, 1414), (249, 249, 248))
    page = mesa.upload(
        ("viejas.pdf", desk.scanned([old[last]], dpi=130)),
        ("ajena.png", desk.png(strange[last])),
        ("blanca.jpg", desk.jpeg(blank)),
        ("nueva.jpg", desk.jpeg(new[last])),
        ("nueva-otra-vez.jpg", desk.jpeg(new[last], 50)),
    )
    assert "La hoja es de una emisión anterior del documento" in page
    assert "La hoja es de otro proceso." in page
    scans = [f"/v/{commitment.code}?e={edition}&p=5&n=9&q=1" for edition in (1, 2)]  # what a phone opens
    assert ["es de una emisión anterior, que se descartó" in mesa.first.get(one).get_data(as_text=True) for one in scans] == [True, False]
    session.commit()
    assert "Ya hay otra imagen de esta página." in page
    assert session.scalars(select(PaperSheet.problem).order_by(PaperSheet.id)).all() == ["edition", "elsewhere", "blank", None, "duplicate"]
    double = session.scalars(select(PaperSheet).where(PaperSheet.problem == "duplicate")).one()
    session.commit()
    mesa.first.post(f"{mesa.desk}/hojas/{double.id}", data={"act": "back"})
    assert session.scalars(select(PaperSheet.problem).order_by(PaperSheet.id)).all() == ["edition", "elsewhere", "blank", "duplicate", None]
    session.commit()
    assert "Estos archivos ya se subieron antes" in mesa.upload(("nueva.jpg", desk.jpeg(new[last])), status=422)


def test_an_unreadable_code_is_shown_and_placed_by_hand(
    session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer, portal: Portal
) -> None:
    signing = issued(any_way)
    pages = on_paper(signing.commitment, "firma-1")
    last = max(pages)
    for box in ((0, 250, 32, 297), (184, 0, 210, 32)):  # coffee on both codes
        dots = pages[last].width / 210
        pages[last].paste((120, 80, 40), tuple(round(side * dots) for side in box))  # type: ignore[arg-type]
    page = mesa.upload(("acto.pdf", desk.scanned(list(pages.values()), dpi=130)))
    assert "No se pudo leer el código de la hoja." in page
    sheet = session.scalars(select(PaperSheet).where(PaperSheet.problem == "unreadable")).one()
    session.commit()
    address = f"{mesa.desk}/hojas/{sheet.id}"
    assert mesa.first.get(f"{address}.jpg?mini=1").data[:3] == b"\xff\xd8\xff"
    wrong = {"act": "assign", f"hoja-{sheet.id}-commitment": str(signing.commitment.id), f"hoja-{sheet.id}-page": "1"}
    assert mesa.first.post(address, data=wrong).status_code == 422
    assert mesa.first.post(address, data={"act": "turn", "degrees": "180"}).status_code == 303
    assert mesa.first.post(address, data={**wrong, f"hoja-{sheet.id}-page": str(last)}).status_code == 303
    seen = mesa.first.get(mesa.reading(signing.commitment)).get_data(as_text=True)
    assert ["Ubicada a mano." in seen, f"Mire la página {last} completa" in seen] == [True, True]
    mesa.read(signing.commitment, signing.commitment.slots[:1])
    assert mesa.first.post(address, data={"act": "aside"}).status_code == 409  # what two people are reading does not change


def test_the_second_person_confirms_what_the_first_one_saw(
    session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots[:1])
    reading = session.scalars(select(PaperReading)).one()
    sheet = session.get_one(PaperSheet, reading.sheets[0]["id"])
    sheet.picture_sha256 = sheet.thumbnail_sha256  # as if somebody had got round the pages
    session.commit()
    answer = mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
    assert (answer.status_code, "Las hojas cambiaron" in answer.get_data(as_text=True)) == (409, True)


def _bomb() -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000)) + chunk(b"IEND", b"")


def _pdf(*, script: bool = False, size: tuple[float, float] = (595, 842), password: bool = False, image: bytes | None = None) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=size)
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1); while(true){}")
    if image is not None:
        stream = pikepdf.Stream(document, image)
        stream.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 60_000, "/Height": 60_000})
        stream.ColorSpace, stream.BitsPerComponent, stream.Filter = pikepdf.Name.DeviceRGB, 8, pikepdf.Name.FlateDecode
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=stream))
        document.pages[0].Contents = pikepdf.Stream(document, b"q 595 0 0 842 0 0 cm /I Do Q")
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="a", user="b") if password else False)
    return out.getvalue()


@pytest.mark.once
def test_hostile_files_are_told_apart_and_harm_nothing() -> None:
    """Each in a process of its own; a page that only looks odd is drawn as it is."""
    import zlib

    good = desk.jpeg(Image.effect_noise((900, 1200), 40).convert("RGB"))
    cases = {
        "bomb.png": (_bomb(), "huge"),
        "cut.jpg": (good[: len(good) // 3], "damaged"),
        "header-only.jpg": (good[:600], "damaged"),
        "nothing.pdf": (b"%PDF-1.7\n", "damaged"),
        "text": (b"hello", "kind"),
        "locked.pdf": (_pdf(password=True), "locked"),
        "gif": (b"GIF89a" + b"\0" * 50, "kind"),
        "script.pdf": (_pdf(script=True), None),
        "vast.pdf": (_pdf(size=(14_400, 14_400)), None),
        "bomb.pdf": (_pdf(image=zlib.compress(b"\0" * 2_000_000)), None),
        "tiny.png": (desk.png(Image.new("RGB", (3, 3))), "damaged"),
    }
    found = {name: isolation.read_part(data, start=0, count=1) for name, (data, _) in cases.items()}
    assert {name: part.unfit for name, part in found.items()} == {name: fault for name, (_, fault) in cases.items()}
    assert {name: len(part.sheets) for name, part in found.items() if part.unfit is None} == {"script.pdf": 1, "vast.pdf": 1, "bomb.pdf": 1}
    assert max(len(sheet.picture) for part in found.values() for sheet in part.sheets) < 1_000_000


def test_a_file_with_one_bad_page_gives_the_others(
    session: Session, mesa: Mesa, issued: Callable[..., Signing], any_way: Process, on_paper: Printer
) -> None:
    signing = issued(any_way)
    pages = list(on_paper(signing.commitment, "firma-1").values())
    with pikepdf.open(io.BytesIO(desk.scanned(pages, dpi=130))) as document:
        document.pages[1].MediaBox = pikepdf.Array([0, 0, 0, 0])
        document.pages[1].Contents = pikepdf.Stream(document, b"q Q")
        out = io.BytesIO()
        document.save(out)
    page = mesa.upload(("acto.pdf", out.getvalue()))
    assert "Falta la página 3 de" in page
    wanted = [number for number, _ in boxes_pages(session)]
    assert wanted == [2, 4, 5]


def boxes_pages(session: Session) -> list[tuple[int, int]]:
    rows = session.execute(select(PaperSheet.page, PaperSheet.id).where(PaperSheet.problem.is_(None)).order_by(PaperSheet.page))
    return [(int(page or 0), identity) for page, identity in rows]


def test_an_act_put_in_anothers_place_is_found_by_the_audit(
    portal: Portal, session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer
) -> None:
    signing = issued(any_way)
    mesa.upload(("acto.pdf", desk.scanned(list(on_paper(signing.commitment, "firma-1").values()), dpi=130)))
    mesa.read(signing.commitment, signing.commitment.slots[:1])
    reading = session.scalars(select(PaperReading)).one()
    session.commit()
    mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar")
    assert audit(portal, session)[1] == []
    slot = at_rest(session, signing.commitment).slots[0]
    slot.evidence_sha256 = signing.commitment.certified_sha256
    session.commit()
    assert ["con la evidencia que se registró" in one.sentence for one in audit(portal, session)[1]] == [True]


def test_the_page_of_a_process_asks_the_database_as_often_for_one_document_as_for_four(
    portal: Portal, session: Session, issued: Callable[..., Signing], any_way: Process, mesa: Mesa, on_paper: Printer
) -> None:
    counts = []
    for more in (1, 3):
        for _ in range(more):
            signing = issued(any_way)
        pages = on_paper(signing.commitment, dpi=100)
        mesa.upload((f"{more}.pdf", desk.scanned(list(pages.values())[-1:], dpi=100)))
        mesa.first.get(mesa.desk)
        with count_queries(portal.engine) as sent:
            assert mesa.first.get(mesa.desk).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]

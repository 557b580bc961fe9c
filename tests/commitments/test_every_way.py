"""Four organisations sign one commitment each: on the portal, with certificates of their own, on paper, and on paper and screen together."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.evidence import publish
from plugins.commitments.models import Process
from plugins.commitments.paper.models import PaperReading
from plugins.commitments.verification import verify_bytes
from portal.context import Portal
from portal.ledger.audit import audit
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.digital.conftest import NUMBERS, Outside, pki  # noqa: F401 - a fixture
from tests.commitments.digital.pki import Pki, sign_outside
from tests.commitments.paper import desk
from tests.commitments.paper.conftest import Mesa, any_way, mesa, on_paper, sign_on_screen  # noqa: F401 - fixtures

WAYS = {"electronic": "Firma electrónica", "digital": "Firma digital", "paper": "Firma manuscrita (digitalizada)"}


def second_reader(pdf: bytes, roots: list[bytes], folder: Path) -> str:
    """Return what pdfsig says of a file, trusting these roots and no others."""
    folder.mkdir()
    file, database = folder / "i.pdf", folder / "nss"
    file.write_bytes(pdf)
    database.mkdir()
    subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{database}"], check=True, capture_output=True, timeout=20)
    for number, root in enumerate(roots):
        (folder / f"{number}.pem").write_bytes(root)
        order = ["certutil", "-A", "-n", f"root {number}", "-t", "CT,C,C", "-i", str(folder / f"{number}.pem"), "-d", f"sql:{database}"]
        subprocess.run(order, check=True, capture_output=True, timeout=20)
    subprocess.run(["qpdf", "--check", str(file)], check=True, capture_output=True, timeout=60)
    return subprocess.run(
        ["pdfsig", "-nssdir", f"sql:{database}", str(file)], capture_output=True, text=True, check=False, timeout=60
    ).stdout


@pytest.mark.slow
def test_each_way_and_a_mixture_are_complete_and_labelled(
    portal: Portal,
    session: Session,
    client: FlaskClient,
    issued: Callable[..., Signing],
    any_way: Process,  # noqa: F811
    pki: Pki,  # noqa: F811
    mesa: Mesa,  # noqa: F811
    on_paper: Callable[..., dict[int, Image.Image]],  # noqa: F811
    sign_on_screen: Callable[[Signing, int], None],  # noqa: F811
    tmp_path: Path,
    now: datetime,
) -> None:
    names = ("Movimiento Qantu (muestra)", "Partido Puente (muestra)", "Alianza Andina (muestra)", "Frente Valle (muestra)")
    screen, own, paper, mixed = [issued(any_way, name=name) for name in names]

    for place in (0, 1):
        sign_on_screen(screen, place)

    for person, number in zip(own.people, NUMBERS, strict=False):
        person.dni = number
    session.commit()
    outside = Outside(portal, session, own, pki, now)
    for place in (0, 1):
        file = sign_outside(outside.head(), outside.holder(place), field=f"firma-{place + 1}")
        assert outside.receive(file, place, publish=True).result == "accepted"

    sign_on_screen(mixed, 0)
    sheets = [*on_paper(paper.commitment, "firma-1", "firma-2").values(), *on_paper(mixed.commitment, "firma-2").values()]
    mesa.upload(("acto.pdf", desk.scanned(sheets)))
    for signing, slots in ((paper, paper.commitment.slots), (mixed, mixed.commitment.slots[1:])):
        mesa.read(signing.commitment, slots)
        reading = session.scalars(select(PaperReading).where(PaperReading.open_for == signing.commitment.id)).one()
        session.commit()
        assert mesa.second.post(f"{mesa.reading(signing.commitment)}/{reading.id}/confirmar").status_code == 303

    expected = [["electronic"] * 2, ["digital"] * 2, ["paper"] * 2, ["electronic", "paper"]]
    for number, (signing, ways) in enumerate(zip((screen, own, paper, mixed), expected, strict=True)):
        commitment = at_rest(session, signing.commitment)
        assert (commitment.state, [slot.signed_method for slot in commitment.slots]) == ("complete", ways)
        publish(portal, commitment.id, now=now)
        pdf = portal.store.get(at_rest(session, commitment).head_sha256 or "")
        verified = verify_bytes(portal, session, pdf, now=now)
        assert (verified.verdict.verdict, [one.status for one in verified.verdict.signatures]) == ("authentic_complete", ["valid"] * 3)
        session.rollback()
        said = second_reader(pdf, keys.trusted_roots(portal), tmp_path / str(number))
        assert (said.count("Signature is Valid."), said.count("Certificate is Trusted.")) == (3, 3), said
        page = client.get(f"/compromisos/{commitment.code}").get_data(as_text=True)
        assert {way: page.count(label) > 0 for way, label in WAYS.items()} == {way: way in ways for way in WAYS}
    assert audit(portal, session)[1] == []

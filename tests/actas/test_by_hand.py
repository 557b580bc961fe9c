"""Without any plugin that signs, an acta is printed, signed by hand and its scan attached; a broken one stops the issuing."""

import io
import subprocess
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal.actas import signing
from portal.actas.models import Acta
from portal.errors import Conflict, Unavailable
from portal.extend import hookimpl
from portal.ledger.audit import audit
from portal.testing.fixtures import Actors
from tests.actas.conftest import Scene

pytestmark = [pytest.mark.once, pytest.mark.settings(plugins=("social",))]


def test_issued_printed_and_signed_by_hand(scene: Scene, actors: Actors, now: datetime, tmp_path: Path) -> None:
    acta = scene.issue(now)
    assert acta.seal_sha256 is None
    file = tmp_path / "acta.pdf"
    file.write_bytes(scene.portal.store.get(acta.sha256))
    said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    assert "does not contain any signatures" in said
    words = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert [name in words for name in ("Rosa Muestra Ñahui", "Julián Muestra Quispe", "Firman a mano")] == [True] * 3
    path = f"/actas/{acta.code}"
    signer, staff = actors.signed_in(scene.signers[0]), actors.signed_in(scene.staff)
    page = signer.get(path).get_data(as_text=True)
    assert ("se firma a mano" in page, "Enviar código" in page) == (True, False)
    assert signer.post(f"{path}/codigo").status_code == 409
    with pytest.raises(Conflict, match="se firma a mano"):
        signing.check_turn(scene.portal, acta, scene.signers[0].id)
    assert signer.post(f"{path}/copia", data={}).status_code == 403
    scan = {"scan": (io.BytesIO(b"\xff\xd8\xff scan"), "<b>x</b>.jpg"), "positions": ["1", "2"], "signed_on": now.date().isoformat()}
    assert staff.post(f"{path}/copia", data={"positions": ["1"]}).status_code == 422
    assert staff.post(f"{path}/copia", data=scan).status_code == 303
    scene.session.expire_all()
    assert acta.state == "complete"
    given = staff.get(f"{path}/copia/1")
    assert (given.data, given.mimetype, given.headers["Content-Disposition"]) == (
        b"\xff\xd8\xff scan",
        "application/octet-stream",
        'attachment; filename="copia-APU-T-ACTA-001-1"',
    )
    assert signer.get(f"{path}/copia/1").status_code == 403
    assert audit(scene.portal, scene.session)[1] == []


def test_a_desk_that_fails_stops_the_issuing(scene: Scene, now: datetime) -> None:
    def signing_desk() -> list[object]:
        raise RuntimeError("avería")

    scene.portal.registry.manager.register(SimpleNamespace(signing_desk=hookimpl(signing_desk)), name="mesa_rota")
    with pytest.raises(Unavailable, match="mesa_rota"):
        scene.issue(now)
    scene.session.rollback()
    assert scene.session.scalars(select(Acta)).all() == []


def test_a_pdf_made_elsewhere_gets_a_page_to_sign(scene: Scene, now: datetime, tmp_path: Path) -> None:
    first = scene.issue(now)
    acta = scene.issue(now, html="", pdf=scene.portal.store.get(first.sha256), title="Acta con hoja de firmas (muestra)")
    file = tmp_path / "acta.pdf"
    file.write_bytes(scene.portal.store.get(acta.sha256))
    assert subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0
    words = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "Página de firmas del acta APU-T-ACTA-002." in words

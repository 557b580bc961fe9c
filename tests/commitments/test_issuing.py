"""The instrument: made once, certified, with its data inside, whatever happens meanwhile."""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from plugins.commitments import keys
from portal.context import Portal
from portal.documents.canonical import sha256

from .conftest import Signing


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def test_the_instrument_is_a_tagged_certified_pdf_with_both_files_inside(
    portal: Portal, session: Session, issued: Callable[..., Signing], tmp_path: Path, now: datetime
) -> None:
    commitment = issued().commitment
    pdf = portal.store.get(commitment.head_sha256 or "")
    file = tmp_path / "instrument.pdf"
    file.write_bytes(pdf)
    assert "No syntax or stream encoding errors found" in output("qpdf", "--check", str(file))
    assert "Tagged:          yes" in output("pdfinfo", str(file))
    output("pdfdetach", "-saveall", "-o", str(tmp_path), str(file))
    agenda, record = (tmp_path / "agenda.json").read_bytes(), (tmp_path / "commitment.json").read_bytes()
    assert sha256(agenda) == commitment.process.version.sha256
    assert sha256(record) == commitment.record_sha256
    said = json.loads(record)
    assert [(row["item"], row["stance"]) for row in said["stances"]] == [
        ("SOC-01", "suscribe"), ("SOC-01.1", "con_observacion"), ("SOC-01.2", "no_suscribe"), ("SOC-01.3", "sin_pronunciamiento"),
        ("AMB-01", "suscribe"), ("AMB-01.1", "con_observacion"), ("AMB-01.2", "no_suscribe"),
    ]
    assert said["counts"]["total"] == {"suscribe": 2, "con_observacion": 2, "no_suscribe": 2, "sin_pronunciamiento": 1}
    (tmp_path / "root.pem").write_bytes(keys.authority(portal, now=now).root_pem)

"""The offline bundle of a commitment signed partly on screen and partly on paper."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.evidence import publish
from plugins.commitments.models import Process
from plugins.commitments.offline.making import make
from plugins.commitments.paper.models import PaperReading
from plugins.commitments.signing.bundle import judge_bundle
from portal.context import Portal
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.paper import desk
from tests.commitments.paper.conftest import Mesa
from tests.commitments.test_offline import fingerprint, follow, unzipped


def test_partly_on_screen_partly_on_paper(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    any_way: Process,
    mesa: Mesa,
    on_paper: Callable[..., dict[int, Image.Image]],
    sign_on_screen: Callable[[Signing, int], None],
    tmp_path: Path,
    now: datetime,
) -> None:
    one = issued(any_way)
    sign_on_screen(one, 0)
    mesa.upload(("a.pdf", desk.scanned(list(on_paper(one.commitment, "firma-2").values()))))
    mesa.read(one.commitment, one.commitment.slots[1:])
    reading = session.scalars(select(PaperReading).where(PaperReading.open_for == one.commitment.id)).one()
    session.commit()
    assert mesa.second.post(f"{mesa.reading(one.commitment)}/{reading.id}/confirmar").status_code == 303
    assert at_rest(session, one.commitment).state == "complete"
    publish(portal, one.commitment.id, now=now)
    data = make(portal, session, at_rest(session, one.commitment))
    session.rollback()
    files = unzipped(data)
    found = judge_bundle(data, now=now, fingerprints=[fingerprint(files)])
    assert found["verdict"] == "authentic_complete", found["reasons"]
    said = {one["field"]: (one["method"], one["evidence_sha256"]) for one in json.loads(files["bundle.json"])["signatures"]}
    session.refresh(reading)
    assert said == {"firma-1": ("electronic", None), "firma-2": ("paper", reading.act_sha256)}
    assert f"| `firma-2` | Firma manuscrita (digitalizada) | `{reading.act_sha256}` |" in files["README.md"].decode()
    assert follow(data, tmp_path).count("CMS Verification successful") == 3

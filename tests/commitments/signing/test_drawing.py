"""A drawn signature is optional, checked before it is drawn, and printed where the person signs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy.orm import Session

from plugins.commitments import signing_acts
from plugins.commitments.signing.drawing import LONGEST, BadDrawing, operators, parse
from plugins.commitments.verification import verify_digest
from portal.context import Portal
from portal.testing.fixtures import Actors
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.test_signing import last_code

LOOP = "100,200 250,40 400,260 520,60;600,150 900,150"


def test_strokes_are_read_and_scaled() -> None:
    assert parse(LOOP) == (((100, 200), (250, 40), (400, 260), (520, 60)), ((600, 150), (900, 150)))
    assert parse(" ") == ()
    drawn = operators((((0, 0), (1000, 300)),), left=10, bottom=20, width=100, height=30)
    assert b"10.00 50.00 m 110.00 20.00 l S" in drawn


@pytest.mark.parametrize(
    "bad", ["x", "1,2,3", "1,2;", ";1,2", "1001,5", "5,301", "-1,5", "1,2 Q q 1 0 0 rg", "1,2\n3,4", "1,2 " * LONGEST, "<svg/>"]
)
def test_what_is_no_drawing_is_refused(bad: str) -> None:
    with pytest.raises(BadDrawing):
        parse(bad)


@pytest.mark.parametrize(("drawing", "drawn"), [(LOOP, True), ("", False), ("1,2 Q BT", False)])
def test_it_is_printed_in_the_persons_place(
    portal: Portal,
    session: Session,
    issued: Callable[..., Signing],
    actors: Actors,
    now: datetime,
    tmp_path: Path,
    drawing: str,
    drawn: bool,
) -> None:
    signing = issued()
    own, base = actors.signed_in(signing.representative), f"/mi-compromiso/{signing.commitment.code}/firmar"
    assert "data-drawing hidden" in own.get(base).get_data(as_text=True)
    session.commit()
    own.post(f"{base}/codigo")
    form = {"code": last_code(session), "name": signing.representative.full_name, "agrees": "y", "drawing": drawing}
    assert own.post(base, data=form).status_code == 303
    commitment = at_rest(session, signing.commitment)
    file = tmp_path / "signed.pdf"
    file.write_bytes(portal.store.get(commitment.head_sha256 or ""))
    with pikepdf.open(file) as pdf:
        field = next(one for one in pdf.Root.AcroForm.Fields if str(one.T) == "firma-1")
        streams = [field.AP.N, *field.AP.N.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary()).values()]
        content = b"".join(bytes(one.read_bytes()) for one in streams)
    assert (b"1.1 w 1 J 1 j" in content) is drawn
    assert verify_digest(portal, session, commitment.head_sha256 or "", now=now).verdict.authentic
    assert signing_acts.purpose(commitment.slots[0]).startswith("sign:")

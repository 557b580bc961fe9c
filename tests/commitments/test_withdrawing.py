"""An organisation takes back what it signed, with its letter: recorded beside the document, which stays as it was."""

import io
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import closing
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.ledger.audit import audit
from portal.ledger.models import LedgerEntry
from portal.testing.fixtures import Actors

from .conftest import Signing, at_rest

LETTER = b"%PDF-1.7\ncarta de muestra"


def test_a_representative_hands_in_the_letter_and_both_facts_stay_public(
    portal: Portal, session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None], actors: Actors, client: FlaskClient
) -> None:
    signing = issued()
    own = actors.signed_in(signing.representative)
    address = f"/mi-compromiso/{signing.commitment.code}/desistir"
    assert own.get(address).status_code == 409  # nothing was signed yet: declining is what there is
    sign_all(signing)
    portal.queue.drain()
    before = at_rest(session, signing.commitment)
    head, completed = before.head_sha256, before.completed_at
    assert actors.signed_in(signing.people[1]).get(address).status_code == 403  # the Mesa's signatory does not speak for it
    assert own.post(address, data={"reason": "Motivo", "sure": "y"}).status_code == 422
    wrong = {"sure": "y", "letter": (io.BytesIO(b"<html>"), "carta.html")}
    assert own.post(address, data=wrong, content_type="multipart/form-data").status_code == 422
    given = {"reason": "Cambió la directiva.", "public": "y", "sure": "y", "letter": (io.BytesIO(LETTER), "carta.pdf")}
    assert own.post(address, data=given, content_type="multipart/form-data").status_code == 303
    after = at_rest(session, signing.commitment)
    assert (after.state, after.head_sha256, after.completed_at) == ("withdrawn", head, completed)
    fact = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == closing.WITHDRAWN)).one()
    assert (fact.data["letter_sha256"], fact.data["revision_sha256"]) == (sha256(LETTER), head)
    session.commit()
    public = client.get(f"/compromisos/{after.code}").get_data(as_text=True)
    assert ["Cambió la directiva." in public, "Firmante 1 de muestra" in public, "La organización se retiró el" in public] == [True] * 3
    staff = actors.client("staff", after.process.version.agenda)
    case = f"/gestion/compromisos/{after.process.code}/{after.code}"
    session.commit()
    assert "Ver la carta de desistimiento" in staff.get(case).get_data(as_text=True)
    letter = staff.get(f"{case}/desistimiento/carta")
    assert (letter.data, letter.headers["Content-Disposition"].split(";")[0]) == (LETTER, "attachment")
    assert own.get(address).status_code == 409
    assert audit(portal, session)[1] == []

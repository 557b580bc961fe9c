"""What was captured when an outside signature was received goes into the document's long-term evidence."""

import io
from collections.abc import Callable

from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore

from plugins.commitments.lasting import archive
from plugins.commitments.signing_acts import sign_slot
from plugins.commitments.verification import verify_bytes
from tests.commitments.conftest import at_rest
from tests.commitments.digital.conftest import Outside
from tests.commitments.digital.pki import sign_outside
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.lasting.conftest import ask, authorities

__all__ = ["authorities"]  # a fixture


def test_the_chain_and_the_answers_of_an_outside_signature_are_archived(
    outside: Outside,
    authorities: Callable[..., TimestampAuthority],
) -> None:
    portal, session, commitment, now = outside.portal, outside.session, outside.signing.commitment, outside.now
    assert outside.receive(sign_outside(outside.head(), outside.holder(), field="firma-1")).result == "accepted"
    for place in (1, 2):
        sign_slot(portal, session, now=now, slot_id=commitment.slots[place].id, person_id=outside.signing.people[place].id)
        session.commit()
    ask(portal, authorities())
    assert archive.archive(portal, commitment.id, now=now)
    pdf = portal.store.get(at_rest(session, commitment).head_sha256 or "")
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(pdf)))
    subjects = {x509.load_der_x509_certificate(one.get_object().data).subject.rfc4514_string() for one in store.certs.values()}
    issuers = {x509.load_der_x509_crl(one.get_object().data).issuer.rfc4514_string() for one in store.crls}
    leaf = outside.holder(0).certificate
    assert leaf.issuer.rfc4514_string() in subjects
    assert leaf.issuer.rfc4514_string() in issuers
    assert verify_bytes(portal, session, pdf, now=now).verdict.verdict == "authentic_complete"

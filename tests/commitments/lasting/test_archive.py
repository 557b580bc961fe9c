"""Timestamps on signatures and on the whole: up, down, made good when the authority returns, renewed before its certificate ends."""

import asyncio
import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.audit import audit
from plugins.commitments.lasting import archive
from plugins.commitments.models import Commitment
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.verification import verify_bytes
from portal import timestamps
from portal.context import Portal
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.lasting.authority import TimestampAuthority

Issue, SignAll = Callable[..., Signing], Callable[[Signing], None]


def revisions(commitment: Commitment) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.level, one.stepped_down) for one in commitment.revisions]


def verdict(portal: Portal, session: Session, number: int, commitment: Commitment, now: datetime) -> tuple[str, list[str]]:
    data = portal.store.get(commitment.revisions[number].sha256)
    found = verify_bytes(portal, session, data, now=now).verdict
    session.commit()
    return found.verdict, [reason.code for reason in found.reasons]


def archived(portal: Portal, session: Session, signing: Signing, now: datetime) -> bool:
    done = archive.archive(portal, signing.commitment.id, now=now)
    at_rest(session, signing.commitment)
    return done


def test_each_signature_has_a_timestamp_and_the_whole_gets_one(
    portal: Portal, session: Session, stamped: TimestampAuthority, issued: Issue, sign_all: SignAll, now: datetime, tmp_path: Path
) -> None:
    signing = issued()
    sign_all(signing)
    assert revisions(signing.commitment) == [("certified", "B-T", False), ("signature", "B-T", False), ("signature", "B-T", False)]
    assert list(archive.due(session, now)) == [str(signing.commitment.id)]
    session.commit()
    assert archived(portal, session, signing, now)
    assert revisions(signing.commitment)[-1] == ("archive", "B-LTA", False)
    assert list(archive.due(session, now)) == []
    session.commit()
    assert not archived(portal, session, signing, now)  # once
    assert verdict(portal, session, 3, signing.commitment, now) == ("authentic_complete", ["complete"])
    assert verdict(portal, session, 2, signing.commitment, now) == ("authentic_complete", ["complete", "archived_since"])
    assert verdict(portal, session, 1, signing.commitment, now) == ("authentic_earlier_revision", ["earlier"])
    assert list(audit(portal, session)) == []
    session.commit()

    pdf = portal.store.get(signing.commitment.head_sha256 or "")
    found = inspect(pdf, trust_roots=read_roots(keys.root_pem(portal) or b""), timestamp_roots=read_roots(stamped.root_pem), now=now)
    assert found.verdict == "valid"
    assert [(one.field, one.kind, one.time_source) for one in found.signatures] == [
        ("sello", "signature", "timestamp"),
        ("firma-1", "signature", "timestamp"),
        ("firma-2", "signature", "timestamp"),
        (f"archivo-{signing.commitment.revisions[2].size}", "timestamp", "timestamp"),
    ]
    # nine years later the archive timestamp vouches for all that it covers
    later = inspect(
        pdf,
        trust_roots=read_roots(keys.root_pem(portal) or b""),
        timestamp_roots=read_roots(stamped.root_pem),
        now=now + timedelta(days=9 * 365),
    )
    assert later.verdict == "valid"
    assert second_opinion(pdf, keys.root_pem(portal) or b"", stamped, datetime.now(UTC)) == [(True, "OK")] * 3
    assert pdfsig(tmp_path, pdf, keys.root_pem(portal) or b"", stamped.root_pem) == (3, 1)


def second_opinion(pdf: bytes, root: bytes, authority: TimestampAuthority, at: datetime) -> list[tuple[bool, str]]:
    """What pyHanko's own validation of long-term evidence (EN 319 102-1) says of each signature of a person or the seal."""
    strict = RevocationCheckingPolicy(RevocationCheckingRule.CRL_REQUIRED, RevocationCheckingRule.CRL_REQUIRED)

    def spec(pem: bytes) -> CertValidationPolicySpec:
        return CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=list(read_roots(pem))), revinfo_policy=CertRevTrustPolicy(strict)
        )

    reader = PdfFileReader(io.BytesIO(pdf))
    passed = []
    for signature in reader.embedded_signatures:
        if signature.sig_object["/SubFilter"] == "/ETSI.RFC3161":
            continue
        result = asyncio.run(
            ades_lta_validation(
                signature,
                PdfSignatureValidationSpec(
                    SignatureValidationSpec(cert_validation_policy=spec(root), ts_cert_validation_policy=spec(authority.root_pem))
                ),
                ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False),
            )
        )
        passed.append((result.api_status.trusted, result.ades_subindic.name))
    return passed


def pdfsig(folder: Path, pdf: bytes, *roots: bytes) -> tuple[int, int]:
    """How many signatures pdfsig finds good in every respect, and how many it does not judge: it knows no document timestamps."""
    (folder / "nss").mkdir()
    _run("certutil", "-N", "-d", folder / "nss", "--empty-password")
    for number, root in enumerate(roots):
        (folder / "root.pem").write_bytes(root)
        _run("certutil", "-A", "-d", folder / "nss", "-n", f"r{number}", "-t", "C,C,C", "-a", "-i", folder / "root.pem")
    (folder / "one.pdf").write_bytes(pdf)
    out = _run("pdfsig", "-nssdir", folder / "nss", folder / "one.pdf")
    good = out.count("Signature Validation: Signature is Valid.")
    assert out.count("Certificate Validation: Certificate is Trusted.") == good, out
    return good, out.count("Signature has not yet been verified.")


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_dead_authority_does_not_stop_signing_and_what_was_left_out_is_made_good(
    portal: Portal, session: Session, stamped: TimestampAuthority, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    stamped.stop()
    signing = issued()
    sign_all(signing)
    assert revisions(signing.commitment) == [("certified", "B-B", True), ("signature", "B-B", True), ("signature", "B-B", True)]
    assert not archived(portal, session, signing, now)
    assert (signing.commitment.state, signing.commitment.archive_due_at) == ("complete", now + archive.AGAIN)
    assert verdict(portal, session, 2, signing.commitment, now) == ("authentic_complete", ["complete"])
    stamped.start()
    stamped.fixed_time = now + archive.AGAIN
    assert not archived(portal, session, signing, now)  # not yet
    later = now + archive.AGAIN
    assert archived(portal, session, signing, later)
    assert revisions(signing.commitment)[3] == ("archive", "B-LTA", False)
    assert verdict(portal, session, 3, signing.commitment, later) == ("authentic_complete", ["complete"])
    pdf = portal.store.get(signing.commitment.head_sha256 or "")
    # trusted by the archive's timestamp; the other word says that the signatures have none of their own
    assert second_opinion(pdf, keys.root_pem(portal) or b"", stamped, later) == [(True, "SIG_CONSTRAINTS_FAILURE")] * 3


def test_without_an_authority_nothing_is_stepped_down_and_nothing_is_added(
    portal: Portal, session: Session, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    signing = issued()
    sign_all(signing)
    assert revisions(signing.commitment) == [("certified", "B-B", False), ("signature", "B-B", False), ("signature", "B-B", False)]
    assert not archived(portal, session, signing, now)
    assert signing.commitment.archive_due_at == now + archive.WITHOUT


def test_the_archive_is_renewed_before_its_timestamp_ends(
    portal: Portal, session: Session, stamped: TimestampAuthority, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    stamped.renew(years=1)
    signing = issued()
    sign_all(signing)
    assert archived(portal, session, signing, now)
    due = signing.commitment.archive_due_at
    ends = stamped.certificate.not_valid_after_utc
    assert due is not None
    assert now < due < ends
    assert list(archive.due(session, due - timedelta(seconds=1))) == []
    assert list(archive.due(session, due)) == [str(signing.commitment.id)]
    session.commit()
    stamped.renew(years=6)
    stamped.fixed_time = due
    assert archived(portal, session, signing, due)
    assert [one[0] for one in revisions(signing.commitment)] == ["certified", "signature", "signature", "archive", "archive"]
    after = ends + timedelta(days=30)  # the first archive's certificate is over: the second one vouches for it
    assert verdict(portal, session, 4, signing.commitment, after) == ("authentic_complete", ["complete"])
    assert list(audit(portal, session)) == []
    session.commit()


def test_two_jobs_at_once_add_one_revision(
    portal: Portal, session: Session, stamped: TimestampAuthority, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    signing = issued()
    sign_all(signing)
    before = signing.commitment.head_sha256 or ""
    token = timestamps.timestamp(portal, b"\0" * 32, now=now)
    assert token is not None
    pdf = portal.store.get(before) + b"\n"
    assert archived(portal, session, signing, now)
    assert not archive._record(portal, signing.commitment.id, before=before, pdf=pdf, token=token, now=now)
    at_rest(session, signing.commitment)
    assert len(signing.commitment.revisions) == 4

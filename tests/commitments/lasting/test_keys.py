"""Keys: made once, rotated without touching what was signed, imported, revoked; killed anywhere, the whole old or the whole new."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.lasting import generations, lists, revoking, rotation
from plugins.commitments.signing.authority import create, read_roots
from plugins.commitments.verification import verify_bytes
from portal.context import Portal
from portal.errors import Conflict, Invalid, Misconfigured, NotFound
from portal.ledger.queries import entries_of_kind
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.lasting.authority import TimestampAuthority

Issue, SignAll = Callable[..., Signing], Callable[..., None]


def verdict(portal: Portal, session: Session, sha256: str | None, now: datetime) -> tuple[str, list[str]]:
    found = verify_bytes(portal, session, portal.store.get(sha256 or ""), now=now).verdict
    session.commit()
    return found.verdict, [reason.code for reason in found.reasons]


@pytest.mark.parametrize("new_root", [False, True])
def test_what_was_signed_stays_authentic_and_what_comes_is_signed_by_new_keys(
    portal: Portal, session: Session, client: FlaskClient, issued: Issue, sign_all: SignAll, now: datetime, new_root: bool
) -> None:
    old, between = issued(), issued()
    sign_all(old)
    sign_all(between, 1)  # the second signs with the new keys
    before = keys.authority(portal, now=now)
    assert rotation.rotate(portal, now=now, new_root=new_root) == 2
    after = keys.authority(portal, now=now)
    assert (after.root == before.root, after.issuing == before.issuing, after.seal == before.seal) == (not new_root, False, False)
    slot = between.commitment.slots[1]
    from plugins.commitments.signing_acts import sign_slot

    sign_slot(portal, session, now=now, slot_id=slot.id, person_id=slot.person_id or 0)
    session.commit()
    at_rest(session, between.commitment)
    new = issued()
    sign_all(new)
    assert [verdict(portal, session, one.commitment.head_sha256, now) for one in (old, between, new)] == [
        ("authentic_complete", ["complete"])
    ] * 3
    roots = [after.root_pem, before.root_pem] if new_root else [before.root_pem]
    assert keys.portal_roots(portal) == roots
    assert client.get("/compromisos/raiz.pem").data == b"".join(roots)
    assert len(read_roots(b"".join(roots))) == len(roots)
    facts = entries_of_kind(session, rotation.MADE)
    assert [one.subject for one in facts] == ["keys:1", "keys:2"]
    assert facts[1].data["seal_sha256"] == keys.seal_sha256(portal)
    session.commit()


def test_keys_from_before_there_were_generations_go_on_signing(portal: Portal, now: datetime) -> None:
    before = create(keys.folder(portal), now=now, passphrase=keys.passphrase(portal))
    after = keys.authority(portal, now=now)
    assert (after.root, after.seal) == (before.root, before.seal)
    assert sorted(path.name for path in keys.folder(portal).iterdir()) == [".lock", "1", "present"]
    assert rotation.rotate(portal, now=now) == 2


def test_the_root_key_is_needed_unless_a_new_root_is_made(portal: Portal, now: datetime) -> None:
    keys.authority(portal, now=now)
    away = keys.folder(portal) / "1" / "root.key.pem"
    data = away.read_bytes()
    away.unlink()
    with pytest.raises(Misconfigured, match="La llave de la raíz no está aquí"):
        rotation.rotate(portal, now=now)
    assert rotation.rotate(portal, now=now, new_root=True) == 2
    away.write_bytes(data)
    (keys.folder(portal) / "2" / "root.key.pem").unlink()
    with pytest.raises(Misconfigured):  # the earlier root does not help
        rotation.rotate(portal, now=now)


def killed_at(step: int, folder: Path, act: Callable[[], object]) -> int:
    """Do something in a child that dies before its so-many-th change of the folder; return its exit status: 0 when it came to the end."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    count = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        changes = event in {"os.rename", "os.mkdir", "os.remove", "os.rmdir"} or (event == "open" and int(arguments[2]) & os.O_CREAT)  # type: ignore[call-overload]
        if changes and str(folder) in str(arguments[0]):
            count += 1
            if count == step:
                os._exit(9)

    try:
        sys.addaudithook(watch)
        act()
        os._exit(0)
    finally:
        os._exit(1)


def test_killed_while_rotating_there_is_the_whole_old_or_the_whole_new(portal: Portal, now: datetime, tmp_path: Path) -> None:
    first = keys.authority(portal, now=now)
    folder, endings = keys.folder(portal), []
    shutil.copytree(folder, tmp_path / "as-it-was")
    for step in range(1, 100):
        ended = killed_at(step, folder, lambda: rotation.rotate(portal, now=now, new_root=True))
        present = generations.present(folder)
        opened = keys.authority(portal, now=now)
        opened.seal.verify_directly_issued_by(opened.issuing)
        opened.issuing.verify_directly_issued_by(opened.root)
        assert keys.portal_roots(portal) == ([first.root_pem] if present == 1 else [opened.root_pem, first.root_pem])
        endings.append((ended, present))
        if ended == 9:
            assert rotation.rotate(portal, now=now, new_root=True) == (present or 0) + 1  # what was left behind is in nobody's way
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "as-it-was", folder)
        if ended != 9:
            break
    olds = endings.count((9, 1))
    assert olds > 5
    assert endings == [(9, 1)] * olds + [(9, 2)] * (len(endings) - olds - 1) + [(0, 2)]


def test_a_revoked_act_is_revoked_unless_a_timestamp_proves_that_it_came_before(
    portal: Portal, session: Session, client: FlaskClient, stamped: TimestampAuthority, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    with_time = issued()
    sign_all(with_time, 1)
    object.__setattr__(portal.settings, "timestamp_urls", ())
    without = issued()
    sign_all(without, 1)
    later = now + timedelta(hours=1)
    for one, which in (
        (with_time, with_time.commitment.slots[0].certificate_serial or ""),
        (without, f"{without.commitment.code}/firma-1"),
    ):
        found = revoking.revoke(portal, session, now=later, which=which, reason="affiliation_changed")
        session.commit()
        assert (found.what, found.subject) == ("act", f"{one.commitment.code}/firma-1")
    assert verdict(portal, session, with_time.commitment.head_sha256, later) == ("authentic_incomplete", ["incomplete"])
    assert verdict(portal, session, without.commitment.head_sha256, later) == ("unverifiable", ["revoked"])
    revoking.revoke(
        portal, session, now=later, which=f"{without.commitment.code}/firma-1", reason="affiliation_changed"
    )  # again: nothing new
    session.commit()
    assert [one.data["signature"] for one in entries_of_kind(session, revoking.REVOKED)] == [
        f"{with_time.commitment.code}/firma-1",
        f"{without.commitment.code}/firma-1",
    ]
    session.commit()
    issuing = keys.authority(portal, now=now).issuing
    published = client.get(f"/compromisos/revocados/{lists.name_of(issuing)}.crl")
    assert published.mimetype == "application/pkix-crl"
    crl = x509.load_der_x509_crl(published.data)
    assert crl.is_signature_valid(issuing.public_key())  # type: ignore[arg-type]
    assert len(crl) == 2
    page = client.get("/politica-de-certificados").get_data(as_text=True)
    assert page.count("la persona ya no tenía esa calidad") == 2
    assert rotation.sha256_of(keys.authority(portal, now=now).root) in page


def test_an_issuing_certificate_is_revoked_once_another_took_over(
    portal: Portal, session: Session, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    signing = issued()
    sign_all(signing, 1)
    old = keys.authority(portal, now=now)
    serial = f"{old.issuing.serial_number:x}"
    with pytest.raises(Conflict, match="firma ahora"):
        revoking.revoke(portal, session, now=now, which=serial, reason="key_compromise")
    rotation.rotate(portal, now=now)
    found = revoking.revoke(portal, session, now=now, which=serial, reason="key_compromise")
    session.commit()
    assert (found.what, found.issuer) == ("issuing", old.root)
    verdict_now, reasons = verdict(portal, session, signing.commitment.head_sha256, now + timedelta(seconds=1))
    assert (verdict_now, set(reasons)) == ("unverifiable", {"revoked"})


def test_what_cannot_be_revoked_is_said(portal: Portal, session: Session, issued: Issue, now: datetime) -> None:
    with pytest.raises(Conflict, match="Todavía no hay llaves"):
        revoking.revoke(portal, session, now=now, which="abc", reason="superseded")
    session.rollback()
    issued()
    with pytest.raises(NotFound):
        revoking.revoke(portal, session, now=now, which="RUB-AAAAA-AAAAA/firma-1", reason="superseded")
    with pytest.raises(Invalid, match="Elija una razón"):
        revoking.revoke(portal, session, now=now, which="abc", reason="porque sí")


def bought_seal(now: datetime, *, whole: bool = True) -> tuple[bytes, x509.Certificate]:
    """A PKCS#12 file with an RSA seal, as an accredited authority sells them, under a root of its own."""
    key, root_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    made = []
    for name, own, issuer, is_root in (
        ("Raíz acreditada de muestra", root_key, None, True),
        ("Sello comprado de muestra", key, root_key, False),
    ):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made.append(
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(made[0].subject if made else subject)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3 * 365))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(not is_root, not is_root, False, False, False, is_root, is_root, False, False), critical=True)
            .sign(issuer or own, hashes.SHA256())
        )
    above = [made[0]] if whole else []
    return pkcs12.serialize_key_and_certificates(b"x", key, made[1], above, serialization.BestAvailableEncryption(b"clave")), made[0]


def test_a_bought_seal_is_imported_and_certifies_from_then_on(
    portal: Portal, session: Session, issued: Issue, sign_all: SignAll, now: datetime
) -> None:
    old = issued()
    file, root = bought_seal(now)
    with pytest.raises(Invalid, match="contraseña"):
        rotation.import_pkcs12(portal, file, password=b"otra", issuing=False, now=now)
    with pytest.raises(Invalid, match="autoridad emisora"):
        rotation.import_pkcs12(portal, file, password=b"clave", issuing=True, now=now)
    with pytest.raises(Invalid, match="faltan certificados"):
        rotation.import_pkcs12(portal, bought_seal(now, whole=False)[0], password=b"clave", issuing=False, now=now)
    assert rotation.import_pkcs12(portal, file, password=b"clave", issuing=False, now=now) == 2
    sign_all(old)
    new = issued()
    sign_all(new)
    assert [verdict(portal, session, one.commitment.head_sha256, now) for one in (old, new)] == [("authentic_complete", ["complete"])] * 2
    assert new.commitment.revisions[0].certificate_sha256 == keys.seal_sha256(portal)
    assert root.public_bytes(serialization.Encoding.PEM) in keys.portal_roots(portal)


def test_the_commands(tmp_path: Path) -> None:
    environment = {**os.environ, "PORTAL_HOME": str(tmp_path / "home"), "PORTAL_PLUGINS": "commitments", "PORTAL_QUEUE_URL": "memory:"}

    def run(*words: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "portal", "keys", *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout + (done.stderr if status else "")

    assert "Todavía no hay llaves" in run("export-root", status=2)
    made = json.loads(run("init", "--json"))
    assert (made["present"], [one["key"] for one in made["generations"][0]["certificates"]]) == (1, ["file"] * 3)
    assert json.loads(run("init", "--json")) == made
    rotated = json.loads(run("rotate", "--root", "--json"))
    assert (rotated["present"], rotated["generations"][1]) == (2, made["generations"][0])
    assert run("export-root").count("BEGIN CERTIFICATE") == 2
    old = made["generations"][0]["certificates"][1]["serial"]
    assert json.loads(run("revoke", old, "--reason", "superseded", "--json"))["what"] == "issuing"
    assert f"serie {old} (superseded)" in run("list")

"""The offline bundle: the same bytes each time, judged anywhere, checked with common programs by the README inside it, never fooled."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.evidence import publish
from plugins.commitments.lasting.archive import archive
from plugins.commitments.offline.isolated import judge_isolated
from plugins.commitments.offline.making import make
from plugins.commitments.signing.bundle import judge_bundle
from portal import clock
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.errors import NotFound
from portal.ledger import heads, stamping
from portal.ledger.merkle import leaf_hash, tree_hash
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.lasting.conftest import ask

LEAST = {"README.md", "SHA256SUMS", "agenda.json", "bundle.json", "commitment.json", "constancia.pdf", "instrument.pdf", "ledger/head.json"}


@pytest.fixture
def signed(session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None]) -> Signing:
    signing = issued()
    sign_all(signing)
    session.rollback()
    return signing


@pytest.fixture
def published(portal: Portal, session: Session, signed: Signing, now: datetime) -> Signing:
    """A commitment with its constancia, under a published head."""
    assert publish(portal, signed.commitment.id, now=now)
    at_rest(session, signed.commitment)
    return signed


@pytest.fixture
def fresh(portal: Portal, session: Session, published: Signing) -> bytes:
    """The bundle of this test's portal."""
    data = make(portal, session, published.commitment)
    session.rollback()
    return data


_made: list[bytes] = []  # a bundle needs no portal: the tests that only judge one share it


@pytest.fixture
def bundle(request: pytest.FixtureRequest) -> bytes:
    """A bundle, whose portal may be gone."""
    if not _made:
        _made.append(request.getfixturevalue("fresh"))
    return _made[0]


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def zipped(files: dict[str, bytes], *, honest_sums: bool = True) -> bytes:
    """A ZIP of `files`, by default with a list of digests that agrees: what a careful forger would make."""
    if honest_sums:
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()) if name != "SHA256SUMS"]
        files = {**files, "SHA256SUMS": "".join(lines).encode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def judged(data: bytes, **options: Any) -> tuple[str, set[str]]:
    found = judge_bundle(data, now=clock.now(), **options)
    return found["verdict"], {one["code"] for one in found["reasons"]}


def fingerprint(files: dict[str, bytes]) -> str:
    return hashlib.sha256(files["roots/portal-1.pem"]).hexdigest()


def test_the_bundle_holds_all_that_is_needed_and_is_the_same_each_time(
    fresh: bytes, portal: Portal, session: Session, published: Signing, client: FlaskClient
) -> None:
    files, commitment = unzipped(fresh), published.commitment
    assert {name for name in files if not re.match(r"(roots|ledger/\d|consent|revocation)", name)} == LEAST
    assert files["instrument.pdf"] == portal.store.get(commitment.head_sha256 or "")
    assert files["constancia.pdf"] == portal.store.get(commitment.constancia_sha256 or "")
    assert files["roots/portal-1.pem"] == keys.root_pem(portal)
    assert files["ledger/head.json"] == heads.head_bytes(heads.latest(session) or pytest.fail("no head"))
    kinds = [json.loads(data)["kind"] for name, data in sorted(files.items()) if re.fullmatch(r"ledger/\d+\.json", name)]
    assert sorted(kinds) == sorted(["agenda.frozen", "commitment.issued", "commitment.signed", "commitment.signed", "commitment.published"])
    assert make(portal, session, commitment) == fresh
    session.rollback()
    answer = client.get(f"/v/{commitment.code}/paquete.zip")
    assert (answer.status_code, answer.mimetype, answer.data == fresh) == (200, "application/zip", True)


def test_before_everybody_signed_there_is_none(client: FlaskClient, issued: Callable[..., Signing]) -> None:
    assert client.get(f"/v/{issued().commitment.code}/paquete.zip").status_code == 404
    assert client.get("/v/RUB-00000-00000/paquete.zip").status_code == 404


def test_before_a_head_covers_the_signatures_it_is_not_ready(
    portal: Portal, session: Session, signed: Signing, client: FlaskClient, now: datetime
) -> None:
    with pytest.raises(NotFound):
        make(portal, session, signed.commitment)
    session.rollback()
    assert "El paquete estará listo" in client.get(f"/v/{signed.commitment.code}/paquete.zip").text
    heads.publish(session, now=now)
    session.commit()
    files = unzipped(make(portal, session, signed.commitment))
    assert "constancia.pdf" not in files
    assert judged(zipped(files), fingerprints=[fingerprint(files)])[0] == "authentic_complete"


def test_without_a_fingerprint_it_agrees_with_itself_and_with_one_it_is_authentic(bundle: bytes) -> None:
    files = unzipped(bundle)
    assert judged(bundle) == ("valid", {"root_unconfirmed", "head_unstamped", "bundle_complete"})
    assert judged(bundle, fingerprints=[fingerprint(files)]) == ("authentic_complete", {"root_confirmed", "head_unstamped", "complete"})
    assert judged(bundle, fingerprints=["0" * 64])[0] == "untrusted"
    assert "root_differs" in judged(bundle, fingerprints=["0" * 64])[1]
    head = json.loads(files["ledger/head.json"])
    assert judged(bundle, head=head)[1] >= {"head_confirmed"}
    assert judged(bundle, head={**head, "root": "0" * 64})[0] == "altered"


def test_the_command_judges_it_without_database_or_folder(bundle: bytes, tmp_path: Path) -> None:
    files, file = unzipped(bundle), tmp_path / "paquete.zip"
    file.write_bytes(bundle)
    (tmp_path / "head.json").write_bytes(files["ledger/head.json"])
    (tmp_path / "root.pem").write_bytes(files["roots/portal-1.pem"])
    elsewhere = {**os.environ, "PORTAL_HOME": str(tmp_path / "nothing"), "PORTAL_DATABASE_URL": "postgresql://127.0.0.1:9/none"}

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "portal", "verify", str(file), *arguments]
        done = subprocess.run(command, env=elsewhere, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.partition("\n")[0]

    shown = subprocess.run(
        ["openssl", "x509", "-in", str(tmp_path / "root.pem"), "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.partition("=")[2]
    assert run() == (0, "Válido")
    assert run("--root-sha256", shown.strip(), "--head", str(tmp_path / "head.json")) == (0, "Auténtico y completo")
    assert run("--trust-root", str(tmp_path / "root.pem")) == (0, "Auténtico y completo")
    assert run("--root-sha256", "abc")[0] == 2
    file.write_bytes(bundle[:-300])
    assert run() == (2, "No se pudo verificar")
    assert judge_isolated(bundle, now=clock.now())["verdict"] == "valid"
    assert not (tmp_path / "nothing").exists()


def blocks(readme: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)


def follow(bundle: bytes, folder: Path) -> str:
    """Run every command of the README in an empty folder, and return what they said."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive_:
        archive_.extractall(folder)
    said = []
    for block in blocks((folder / "README.md").read_text()):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        said += [done.stdout, done.stderr]
    return "\n".join(said)


def test_the_readme_s_commands_work_word_by_word(bundle: bytes, tmp_path: Path) -> None:
    together = follow(bundle, tmp_path)
    assert together.count("Signature is Valid") == 3
    assert together.count("Certificate is Trusted") == 3
    assert together.count("CMS Verification successful") == 3
    assert together.count("en el registro") == 5
    # and they notice: the same commands on a document with one byte changed
    pdf = bytearray((tmp_path / "instrument.pdf").read_bytes())
    pdf[2000] ^= 1
    (tmp_path / "instrument.pdf").write_bytes(pdf)
    commands = [one for one in blocks((tmp_path / "README.md").read_text()) if "sha256sum --check" in one or "openssl cms" in one]
    assert len(commands) == 2
    for block in commands:
        assert subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=tmp_path, capture_output=True, check=False).returncode != 0


def forged(files: dict[str, bytes], entry: str, change: dict[str, Any]) -> dict[str, bytes]:
    """A bundle whose ledger says something else, with a head made for it."""
    names = sorted((name for name in files if re.fullmatch(r"ledger/\d+\.json", name)), key=lambda name: int(name[7:-5]))
    facts = {name: json.loads(files[name]) for name in names}
    for one in facts.values():
        if one["kind"] == entry:
            one["data"] |= change
    leaves = [leaf_hash(canonical(one)) for one in facts.values()]
    made = {name: data for name, data in files.items() if not name.startswith("ledger/")}
    for place, one in enumerate(facts.values()):
        one["seq"] = place + 1
    leaves = [leaf_hash(canonical(one)) for one in facts.values()]
    from plugins.commitments.offline.making import _path
    from portal.ledger.merkle import inclusion_path

    for place, one in enumerate(facts.values()):
        steps = inclusion_path(lambda start, end: tree_hash(leaves[start:end]), place, len(leaves))
        made[f"ledger/{place + 1}.json"] = canonical(one)
        made[f"ledger/{place + 1}.path"] = _path(place, len(leaves), [step.hex() for step in steps])
    head = {**json.loads(files["ledger/head.json"]), "size": len(leaves), "root": tree_hash(leaves).hex()}
    return {**made, "ledger/head.json": canonical(head)}


def test_whatever_is_changed_is_noticed(bundle: bytes) -> None:
    files = unzipped(bundle)
    root = {"fingerprints": [fingerprint(files)]}
    assert judged(zipped(forged(files, "none", {})), **root)[0] == "authentic_complete"  # the forger's tools are good
    pdf = files["instrument.pdf"]
    other = files["commitment.json"].replace(b'"suscribe"', b'"no_suscribe"', 1)
    assert other != files["commitment.json"]
    seqs = sorted(int(name[7:-5]) for name in files if re.fullmatch(r"ledger/\d+\.json", name))
    attacks: dict[str, tuple[dict[str, bytes], str]] = {
        "a byte of the document": ({**files, "instrument.pdf": pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:]}, "content_changed"),
        "an appended byte": ({**files, "instrument.pdf": pdf + b"\n"}, "appended"),
        "stances beside the document": ({**files, "commitment.json": other}, "bundle_disagrees"),
        "another agenda": ({**files, "agenda.json": files["agenda.json"].replace(b"2026", b"2027", 1)}, "bundle_disagrees"),
        "another constancia": ({**files, "constancia.pdf": pdf}, "bundle_disagrees"),
        "no constancia though it was published": ({n: d for n, d in files.items() if n != "constancia.pdf"}, "bundle_disagrees"),
        "an entry edited": (
            {
                **files,
                f"ledger/{seqs[-1]}.json": files[f"ledger/{seqs[-1]}.json"].replace(b"commitment.published", b"commitment.withdrawn"),
            },
            "ledger_entry_false",
        ),
        "the issue left out": ({n: d for n, d in files.items() if not n.startswith(f"ledger/{seqs[1]}.")}, "bundle_disagrees"),
        "a signature left out of the ledger": (
            {n: d for n, d in files.items() if not n.startswith(f"ledger/{seqs[2]}.")},
            "bundle_disagrees",
        ),
        "a ledger of its own": (forged(files, "commitment.signed", {"certificate_sha256": "0" * 64}), "bundle_disagrees"),
        "another head": (
            {**files, "ledger/head.json": files["ledger/head.json"].replace(b'"root":"', b'"root":"00')},
            "ledger_entry_false",
        ),
        "a false token": ({**files, "ledger/head.tsr": b"token"}, "head_stamp_broken"),
    }
    for name, (made, code) in attacks.items():
        verdict, reasons = judged(zipped(made), **root)
        assert (name, verdict) == (name, "altered"), reasons
        assert code in reasons, (name, reasons)
    verdict, reasons = judged(zipped({**files, "README.md": b"otro"}, honest_sums=False), **root)
    assert (verdict, reasons & {"bundle_file_changed"}) == ("altered", {"bundle_file_changed"})


def test_what_is_no_bundle_is_not_judged(bundle: bytes) -> None:
    files = unzipped(bundle)
    twice = io.BytesIO(bundle)
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("agenda.json", b"{}")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("instrument.pdf", bytes(210_000_000))
    hostile = {
        "empty": b"",
        "text": b"PK\x03\x04hola",
        "cut": bundle[: len(bundle) // 2],
        "two of a name": twice.getvalue(),
        "bomb": bomb.getvalue(),
        "deep": zipped({**files, "bundle.json": b"[" * 100_000}),
        "no document": zipped({name: data for name, data in files.items() if name != "instrument.pdf"}),
        "no head": zipped({**files, "ledger/head.json": b"{}"}),
        "bad root": zipped({**files, "roots/portal-1.pem": b"no"}),
    }
    assert {name: judge_bundle(data, now=clock.now())["verdict"] for name, data in hostile.items()} == dict.fromkeys(
        hostile, "unverifiable"
    )


def test_a_flipped_byte_anywhere_is_never_authentic(bundle: bytes) -> None:
    """Of what is signed or proved; the README and the ZIP's own frame are neither."""
    files = unzipped(bundle)
    root = [fingerprint(files)]
    for name in ("agenda.json", "commitment.json", "ledger/1.json", "ledger/1.path"):
        data = files[name]
        for place in range(3, len(data), max(1, len(data) // 2)):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            assert not judged(zipped({**files, name: changed}), fingerprints=root)[0].startswith("authentic"), (name, place)


@pytest.fixture
def authority() -> Iterator[TimestampAuthority]:
    one = TimestampAuthority()
    yield one
    one.stop()


def test_with_timestamps_archive_and_a_stamped_head(
    portal: Portal,
    session: Session,
    authority: TimestampAuthority,
    issued: Callable[..., Signing],
    sign_all: Callable[..., None],
    now: datetime,
    tmp_path: Path,
) -> None:
    """Signatures with timestamps, a document timestamp over the whole, a timestamp over the head: all by the README's commands."""
    ask(portal, authority)
    signing = issued()
    sign_all(signing)
    session.rollback()
    assert publish(portal, signing.commitment.id, now=now)
    assert archive(portal, signing.commitment.id, now=now)
    heads.publish(session, now=now)
    session.commit()
    for identity in list(stamping.KIND.pending(session, now)):
        session.commit()
        stamping.KIND.run(portal, identity)
    at_rest(session, signing.commitment)
    data = make(portal, session, signing.commitment)
    session.rollback()
    files = unzipped(data)
    assert judged(data) == ("valid", {"root_unconfirmed", "head_stamped", "bundle_complete"})
    assert judged(data, fingerprints=[fingerprint(files)]) == ("authentic_complete", {"root_confirmed", "head_stamped", "complete"})
    said = follow(data, tmp_path)
    assert said.count("CMS Verification successful") == 3
    assert said.count("Verification: OK") == 2  # the archive's timestamp, and the head's
    assert judged(zipped({**files, "ledger/head.tsr": files["ledger/head.tsr"][:-1]}))[1] >= {"head_stamp_broken"}
    moved = canonical({**json.loads(files["ledger/head.json"]), "published_at": "2020-01-01T00:00:00Z"})
    assert judged(zipped({**files, "ledger/head.json": moved}))[0] == "altered"
    without = {name: content for name, content in files.items() if not name.startswith("timestamp-roots/")}
    assert judged(zipped(without))[1] >= {"head_stamp_untrusted"}

"""The signing authority is made once, is read only with its passphrase, and its certificates satisfy other people's tools."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from plugins.commitments.signing.appearance import Appearance
from plugins.commitments.signing.authority import Authority, create, load, read_roots
from plugins.commitments.signing.certificates import name_of
from plugins.commitments.signing.errors import AuthorityError
from plugins.commitments.signing.sign import sign_field
from tests.commitments.signing.kit import CODE, NOW, act_signer, issue, look


def test_making_it_twice_gives_the_same_authority(tmp_path: Path) -> None:
    first = create(tmp_path / "keys", now=NOW, passphrase=b"secreto")
    second = create(tmp_path / "keys", now=NOW, passphrase=b"secreto")
    assert first.root_pem == second.root_pem
    assert first.chain == second.chain


def test_files_are_private_and_keys_are_encrypted(tmp_path: Path) -> None:
    create(tmp_path / "keys", now=NOW, passphrase=b"secreto")
    files = sorted((tmp_path / "keys").iterdir())
    names = ["issuing.key.pem", "issuing.pem", "root.key.pem", "root.pem", "seal.key.pem", "seal.pem"]
    assert [file.name for file in files] == names
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    keys = [file.read_bytes() for file in files if ".key." in file.name]
    assert [key.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") for key in keys] == [True] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_a_wrong_passphrase_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    create(tmp_path / "keys", now=NOW, passphrase=b"secreto")
    with pytest.raises(AuthorityError, match="wrong passphrase"):
        load(tmp_path / "keys", b"otro")
    (tmp_path / "keys" / "issuing.key.pem").unlink()
    with pytest.raises(AuthorityError, match=r"cannot read .*issuing\.key\.pem"):
        load(tmp_path / "keys", b"secreto")


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="empty passphrase"):
        create(tmp_path / "keys", now=NOW, passphrase=b"")
    assert list(tmp_path.iterdir()) == []


def test_the_root_key_may_be_taken_offline(tmp_path: Path) -> None:
    made = create(tmp_path / "keys", now=NOW, passphrase=b"secreto")
    (tmp_path / "keys" / "root.key.pem").unlink()
    assert load(tmp_path / "keys", b"secreto").root_pem == made.root_pem


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    create(tmp_path / "one", now=NOW, passphrase=b"secreto")
    create(tmp_path / "two", now=NOW, passphrase=b"secreto")
    (tmp_path / "one" / "seal.key.pem").write_bytes((tmp_path / "two" / "seal.key.pem").read_bytes())
    with pytest.raises(AuthorityError, match=r"seal\.key\.pem is not the key"):
        load(tmp_path / "one", b"secreto")


def test_processes_that_start_together_share_one_authority(tmp_path: Path) -> None:
    script = (
        "import sys, datetime as dt; from pathlib import Path; from plugins.commitments.signing.authority import create;"
        "print(hash(create(Path(sys.argv[1]), now=dt.datetime(2026, 8, 31, tzinfo=dt.UTC), passphrase=b'x').root_pem))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "keys")]
    environment = {"PYTHONHASHSEED": "0", "PYTHONPATH": "."}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(3)]
    answers = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(answers) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_openssl_builds_the_chain_of_an_act_and_of_the_seal(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    (tmp_path / "issuing.pem").write_bytes(authority.issuing.public_bytes(serialization.Encoding.PEM))
    for name, signer in (("act", act_signer(authority, 0)), ("seal", authority.seal_signer())):
        (tmp_path / name).write_bytes(signer.certificate_der)
        command = ["openssl", "verify", "-x509_strict", "-purpose", "smimesign", "-attime", str(int(NOW.timestamp()))]
        chain = ["-CAfile", str(tmp_path / "root.pem"), "-untrusted", str(tmp_path / "issuing.pem"), str(tmp_path / name)]
        done = subprocess.run([*command, *chain], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, f"{tmp_path / name}: OK"), done.stderr


def test_the_certificate_of_an_act_names_person_capacity_organisation_instrument_and_slot(authority: Authority) -> None:
    signer = authority.issue_for_act(
        full_name="Persona\nUno  Muestra",
        capacity="Personera legal",
        organisation="Alianza " + "muy larga " * 10,
        act_code="RUB-7K3MQ-9TD24",
        slot="firma-1",
        now=NOW,
    )
    subject = signer.signer.signing_cert.subject.native
    assert subject == {
        "country_name": "PE",
        "organization_name": "Alianza muy larga muy larga muy larga muy larga muy larga muy l…",
        "organizational_unit_name": "RUB-7K3MQ-9TD24",
        "title": "Personera legal",
        "serial_number": "firma-1",
        "common_name": "Persona Uno Muestra",
    }
    assert len(subject["organization_name"]) == 64


def test_two_acts_never_share_a_key_or_a_serial_number(authority: Authority) -> None:
    one, two = act_signer(authority, 0), act_signer(authority, 0)
    assert one.serial != two.serial
    assert one.signer.signing_cert.public_key.native != two.signer.signing_cert.public_key.native


def test_roots_are_read_from_pem_and_der_and_nothing_else(authority: Authority) -> None:
    der = authority.root.public_bytes(serialization.Encoding.DER)
    assert [root.dump() for root in read_roots(authority.root_pem * 2)] == [der, der]
    assert [root.dump() for root in read_roots(der)] == [der]
    for rubbish in (b"", b"hola", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(ValueError, match=r".+"):
            read_roots(rubbish)


@pytest.mark.parametrize("name", ["Ñ" * 64, "Ñusta Ángela " * 6, "A" * 65, "A" * 64])
def test_a_long_name_with_accents_fits_in_a_certificate(name: str) -> None:
    [attribute] = name_of((NameOID.COMMON_NAME, name))
    assert 60 < len(str(attribute.value).encode()) <= 64
    assert str(attribute.value).endswith("…") is (name != "A" * 64)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("Sabino Sustituto Muestra, por delegación de Persona Que Delega De Muestra", True),
        ("Sabino Sustituto Muestra, por delegación de Otra Persona Muy Distinta", False),
    ],
)
def test_a_name_cut_for_its_certificate_is_read_whole_from_its_signature(authority: Authority, stated: str, read: bool) -> None:
    name = "Sabino Sustituto Muestra, por delegación de Persona Que Delega De Muestra"
    act = authority.issue_for_act(
        full_name=name, capacity="Personera legal", organisation="Alianza", act_code=CODE, slot="firma-1", now=NOW
    )
    words = Appearance(stated, "Personera legal", "Alianza", "Firma electrónica", "31/08/2026 10:32 (hora de Lima)", CODE)
    pdf = sign_field(issue(authority, 1), field_name="firma-1", signer=act, appearance=words, now=NOW, reason="Suscripción")

    found = {one.field: one.signer for one in look(pdf, authority).signatures}

    assert found["firma-1"] == (name if read else "Sabino Sustituto Muestra, por delegación de Persona Que Dele…")

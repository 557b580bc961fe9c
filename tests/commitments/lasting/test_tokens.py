"""Keys in a PKCS#11 token, with SoftHSM: made there, they seal, issue and sign revocation lists there; earlier keys in files stay valid."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.lasting import lists, revoking, rotation
from plugins.commitments.signing.errors import AuthorityError
from plugins.commitments.signing.tokens import Token
from plugins.commitments.verification import verify_bytes
from portal.context import Portal
from portal.errors import Misconfigured
from tests.commitments.conftest import Signing, at_rest

MODULE = next((str(one) for one in Path("/usr/lib").glob("**/libsofthsm2.so")), "/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a token of SoftHSM."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    (folder / "pin").write_text("123456\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))  # the library reads it when it is first used
    command = ["softhsm2-util", "--init-token", "--free", "--label", "muestra", "--so-pin", "12345678", "--pin", "123456"]
    subprocess.run(command, check=True, capture_output=True)
    return f"pkcs11:token=muestra;object=rubrica?module-path={MODULE}&pin-source=file:{folder / 'pin'}"


def use(portal: Portal, address: str) -> None:
    object.__setattr__(portal.settings, "keys_pkcs11", address)  # frozen, and the folder is known only now


def test_the_token_seals_issues_and_revokes(
    portal: Portal,
    session: Session,
    token: str,
    issued: Callable[..., Signing],
    sign_all: Callable[[Signing], None],
    now: datetime,
) -> None:
    in_files = issued()
    use(portal, token)
    assert rotation.rotate(portal, now=now) == 2
    assert [one.places for one in rotation.all_generations(portal)] == [
        {"root": "away", "issuing": "token", "seal": "token"},
        {"root": "file", "issuing": "file", "seal": "file"},
    ]
    assert sorted(path.name for path in (keys.folder(portal) / "2").iterdir()) == [
        "issuing.pem",
        "issuing.pkcs11",
        "root.pem",
        "seal.pem",
        "seal.pkcs11",
    ]
    sign_all(in_files)
    in_token = issued()
    sign_all(in_token)
    for one in (in_files, in_token):
        found = verify_bytes(portal, session, portal.store.get(one.commitment.head_sha256 or ""), now=now)
        assert (found.verdict.verdict, [reason.code for reason in found.verdict.reasons]) == ("authentic_complete", ["complete"])
    session.commit()
    revoking.revoke(portal, session, now=now, which=f"{in_token.commitment.code}/firma-1", reason="superseded")
    session.commit()
    issuing = keys.authority(portal, now=now).issuing
    crl = x509.load_der_x509_crl(lists.path(portal, lists.name_of(issuing)).read_bytes())
    assert crl.is_signature_valid(issuing.public_key())  # type: ignore[arg-type]
    assert len(crl) == 1
    at_rest(session, in_token.commitment)


def test_without_the_token_its_keys_cannot_be_used(portal: Portal, token: str, now: datetime) -> None:
    use(portal, token.replace("object=rubrica", "object=otra"))
    made = keys.authority(portal, now=now)
    with pytest.raises(AuthorityError, match="does not leave its token"):
        made.seal_key.private_bytes(None, None, None)  # type: ignore[arg-type]
    use(portal, "")
    with pytest.raises(Misconfigured, match="PORTAL_KEYS_PKCS11"):
        keys.authority(portal, now=now)
    use(portal, token.replace("token=muestra", "token=perdida"))
    with pytest.raises(Misconfigured, match="the PKCS#11 token 'perdida' fails"):
        keys.authority(portal, now=now)


@pytest.mark.parametrize("address", ["softhsm:token=x", "pkcs11:token=x", "pkcs11:token=x?module-path=/y"])
def test_an_address_that_lacks_something_is_refused(address: str) -> None:
    with pytest.raises(AuthorityError, match="missing"):
        Token.of(address)

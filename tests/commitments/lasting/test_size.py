"""Thirty signatures, each with a timestamp as large as public authorities make them, and the file stays small."""

from collections.abc import Callable

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.signing.appearance import Appearance
from plugins.commitments.signing.authority import read_roots
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.signing.sign import sign_field
from plugins.commitments.signing.stamping import Stamping
from portal.timestamps import Authorities
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.signing.kit import CODE, NOW, PEOPLE, act_signer, issue, make_authority


def test_thirty_timestamped_signatures_take_less_than_a_megabyte(
    tmp_path_factory: object, authorities: Callable[..., TimestampAuthority]
) -> None:
    authority = make_authority(tmp_path_factory.mktemp("keys") / "authority")  # type: ignore[attr-defined]
    source = authorities(now=NOW)
    asked = Authorities([source.url], [asn1_x509.Certificate.load(source.root.public_bytes(Encoding.DER))])
    pdf = issued = issue(authority, 30)
    for number in range(30):
        stamping = Stamping(lambda digest: asked.stamp(digest, now=NOW).der, lambda: 6_000)
        pdf = sign_field(
            pdf,
            field_name=f"firma-{number + 1}",
            signer=act_signer(authority, number),
            appearance=Appearance(*PEOPLE[number % len(PEOPLE)], "Firma electrónica", "31/08/2026 10:32 (hora de Lima)", CODE),
            now=NOW,
            reason="Suscripción",
            stamping=stamping,
        )
        assert stamping.stamped
    assert len(pdf) - len(issued) < 1_000_000
    found = inspect(pdf, trust_roots=read_roots(authority.root_pem), timestamp_roots=read_roots(source.root_pem), now=NOW)
    assert (found.verdict, {one.time_source for one in found.signatures[1:]}, len(found.signatures)) == ("valid", {"timestamp"}, 31)


def test_a_token_that_does_not_fit_is_given_more_room(tmp_path_factory: object, authorities: Callable[..., TimestampAuthority]) -> None:
    authority = make_authority(tmp_path_factory.mktemp("keys") / "authority")  # type: ignore[attr-defined]
    source = authorities(now=NOW)
    asked = Authorities([source.url], [asn1_x509.Certificate.load(source.root.public_bytes(Encoding.DER))])
    sizes = iter([-4_000, 4_000])
    stamping = Stamping(lambda digest: asked.stamp(digest, now=NOW).der, lambda: next(sizes))
    words = Appearance(*PEOPLE[0], "Firma electrónica", "31/08/2026 10:32 (hora de Lima)", CODE)
    sign_field(
        issue(authority, 1),
        field_name="firma-1",
        signer=act_signer(authority, 0),
        appearance=words,
        now=NOW,
        reason="Suscripción",
        stamping=stamping,
    )
    assert stamping.level == "B-T"
    assert list(sizes) == []

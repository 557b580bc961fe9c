"""Signs other documents of the portal with the same authority and kernel as the instruments: what the hook `signing_desk` offers."""

from collections.abc import Sequence
from datetime import datetime

from plugins.commitments import keys
from plugins.commitments.lasting import stamps
from plugins.commitments.record import METHODS
from portal.context import Portal
from portal.extend import Sealed, SignaturePlace
from portal.formats import Manner, fecha_hora


def certify(
    portal: Portal, pdf: bytes, *, places: Sequence[SignaturePlace], code: str, reason: str, location: str, now: datetime
) -> Sealed:
    """Return `pdf` with an empty field for each of `places`, certified by the portal's seal. Raises `Misconfigured` without keys."""
    from plugins.commitments.signing.certify import reserve_and_certify  # noqa: PLC0415 - heavy to import
    from plugins.commitments.signing.fields import ReservedField  # noqa: PLC0415

    authority = keys.authority(portal, now=now)
    fields = [ReservedField(one.field, one.page, one.box, one.name, one.capacity, one.organisation) for one in places]
    stamping = stamps.stamping(portal, now=now)
    sealed = reserve_and_certify(
        pdf, fields=fields, authority=authority, code=code, reason=reason, location=location, now=now, stamping=stamping
    )
    return Sealed(pdf=sealed, certificate_sha256=authority.seal_signer().sha256)


def sign(portal: Portal, pdf: bytes, *, place: SignaturePlace, code: str, reason: str, location: str, now: datetime) -> Sealed:
    """Return `pdf` followed by an update that signs the field of `place`, with a certificate issued for this act alone."""
    from plugins.commitments.signing.appearance import Appearance  # noqa: PLC0415 - as above
    from plugins.commitments.signing.sign import sign_field  # noqa: PLC0415

    signer = keys.authority(portal, now=now).issue_for_act(
        full_name=place.name, capacity=place.capacity, organisation=place.organisation, act_code=code, slot=place.field, now=now
    )
    appearance = Appearance(
        name=place.name,
        capacity=place.capacity,
        organisation=place.organisation,
        method=METHODS["electronic"],
        time=fecha_hora(now, Manner(zone=portal.settings.timezone)),
        code=code,
    )
    signed = sign_field(
        pdf,
        field_name=place.field,
        signer=signer,
        appearance=appearance,
        now=now,
        location=location,
        reason=reason,
        stamping=stamps.stamping(portal, now=now),
    )
    return Sealed(pdf=signed, certificate_sha256=signer.sha256, certificate_serial=str(signer.serial))

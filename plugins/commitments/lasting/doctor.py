"""What `portal doctor` says of keys, timestamps and long-term evidence."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from plugins.commitments import keys
from plugins.commitments.lasting import archive, lists, rotation
from plugins.commitments.lasting.standing import lacking
from plugins.commitments.models import Commitment
from portal import timestamps
from portal.context import Portal
from portal.timestamp_tokens import NoTimestamp

SOON: Final = timedelta(days=365)
LATE: Final = timedelta(days=1)


def signing_keys(portal: Portal, now: datetime) -> tuple[bool, str]:
    """Open the keys that sign now, check their chain and how long it lasts. Makes nothing."""
    if keys.root_pem(portal) is None:
        return True, "se crearán al emitir el primer documento"
    authority = keys.authority(portal, now=now)
    authority.issuing.verify_directly_issued_by(
        authority.others[0] if authority.issuing.issuer != authority.root.subject else authority.root
    )
    if authority.seal.issuer == authority.issuing.subject:
        authority.seal.verify_directly_issued_by(authority.issuing)
    ends = min(one.not_valid_after_utc for one in (authority.root, authority.issuing, authority.seal))
    if ends - now < SOON:
        return (
            False,
            f"un certificado de la autoridad vence el {ends:%Y-%m-%d}: haga el relevo con «portal keys rotate» antes de emitir más documentos",
        )
    present = rotation.all_generations(portal)[0]
    serials = {present.issuing.serial_number: present.root, present.seal.serial_number: present.issuing}
    if any(line.serial == serial for serial, issuer in serials.items() for line in lists.lines(portal, issuer)):
        return False, "un certificado que firma ahora está revocado: haga el relevo con «portal keys rotate»"
    if portal.settings.keys_pkcs11 and present.places["issuing"] != "token":
        return False, "PORTAL_KEYS_PKCS11 está puesta y las llaves siguen en archivos: «portal keys rotate» hace otras en el módulo"
    place = "en el módulo PKCS#11" if present.places["issuing"] == "token" else "en archivos cifrados"
    count = f", generación {present.number}" if present.number > 1 else ""
    return True, f"se abren y forman cadena ({place}{count}); vencen el {ends:%Y-%m-%d}"


def timestamp_authorities(portal: Portal, now: datetime) -> tuple[bool, str]:
    """Ask each authority for a token; without any, say what is missing."""
    authorities = timestamps.of(portal)
    if authorities is None:
        return True, "ninguna configurada (PORTAL_TIMESTAMP_URLS): las firmas no llevan sello de tiempo y su hora es la del portal"
    if not authorities.roots:
        return False, f"ponga el certificado raíz de cada autoridad (PEM) en {portal.settings.file(timestamps.FOLDER)}"
    good, bad = [], []
    for url in authorities.urls:
        try:
            token = authorities.ask(url, hashlib.sha256(b"").digest(), now=now, seconds=3)
        except NoTimestamp as problem:
            bad.append(f"{url}: {problem}")
            continue
        if token.until - now < archive.EARLY:
            bad.append(f"{url}: su certificado vence el {token.until:%Y-%m-%d}")
        good.append(f"{token.authority} responde")
    return not bad, "; ".join([*good, *bad])


def long_term_evidence(portal: Portal, now: datetime) -> tuple[bool, str]:
    """Count the complete documents whose evidence is owed since long, and those that never had a timestamp."""
    with portal.sessions() as session:
        late = session.scalar(select(func.count()).where(archive.is_due(now - LATE))) or 0
        stepped = lacking(session)
        whole = (
            session.scalar(select(func.count()).where(Commitment.state.in_(archive.SIGNED_STATES), Commitment.completed_at.is_not(None)))
            or 0
        )
    if timestamps.of(portal) is None:
        return True, f"{whole} documentos completos, sin evidencia de larga duración: hace falta una autoridad de sellos de tiempo"
    if late or stepped:
        return (
            False,
            f"{stepped} documentos tienen firmas sin el sello de tiempo que debían llevar; {late} esperan su evidencia hace más de un día",
        )
    return True, f"{whole} documentos completos, ninguno espera"

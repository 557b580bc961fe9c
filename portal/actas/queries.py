"""What can be read of actas."""

from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.actas import words
from portal.actas.models import Acta, ActaSignature
from portal.documents.models import StoredFile
from portal.errors import NotFound


def _loaded() -> Select[Acta]:
    return select(Acta).options(
        joinedload(Acta.agenda),
        joinedload(Acta.replaces),
        selectinload(Acta.signatures).options(joinedload(ActaSignature.person), joinedload(ActaSignature.recorded_by)),
    )


def acta_of(session: Session, code: str) -> Acta:
    """Return the acta of this code. Raises `NotFound`."""
    found = session.scalar(_loaded().where(Acta.code == code))
    if found is None:
        raise NotFound
    return found


def successor(session: Session, acta: Acta) -> Acta | None:
    """Return the acta that replaced this one."""
    return session.scalar(select(Acta).where(Acta.replaces_id == acta.id))


def actas_about(session: Session, abouts: Iterable[str]) -> list[Acta]:
    """Return the actas about any of these things, oldest first, with their signatures. Three queries."""
    return list(session.scalars(_loaded().where(Acta.about.in_(sorted(set(abouts)))).order_by(Acta.id)))


def to_sign(session: Session, person_id: int) -> list[Acta]:
    """Return the actas that wait for this person's signature, oldest first."""
    mine = select(ActaSignature.acta_id).where(ActaSignature.person_id == person_id, ActaSignature.method.is_(None))
    return list(session.scalars(_loaded().where(Acta.id.in_(mine), Acta.state == words.OPEN).order_by(Acta.id)))


def signed_by(session: Session, person_id: int) -> list[Acta]:
    """Return the actas where this person is among the signers, newest first, at most 100."""
    mine = select(ActaSignature.acta_id).where(ActaSignature.person_id == person_id)
    return list(session.scalars(_loaded().where(Acta.id.in_(mine)).order_by(Acta.id.desc()).limit(100)))


def by_file(session: Session, sha256: str) -> Acta | None:
    """Return the acta one of whose revisions is the file with this SHA-256: as issued, or after any of its signatures."""
    signed = select(ActaSignature.acta_id).where(ActaSignature.sha256 == sha256)
    return session.scalar(_loaded().where(or_(Acta.first_sha256 == sha256, Acta.id.in_(signed))).limit(1))


def candidates(session: Session, *, codes: Iterable[str], certificates: Iterable[str], files: Iterable[str]) -> list[Acta]:
    """Return the actas that a file which is none of ours may derive from: by code, by a signer's certificate, by a revision that it begins with."""
    files = set(files)
    mine = select(ActaSignature.acta_id).where(
        or_(ActaSignature.certificate_sha256.in_(set(certificates)), ActaSignature.sha256.in_(files))
    )
    wanted = or_(Acta.code.in_(set(codes)), Acta.first_sha256.in_(files), Acta.id.in_(mine))
    return list(session.scalars(_loaded().where(wanted).order_by(Acta.id).limit(20)))


def revisions(acta: Acta) -> list[tuple[int, str, str]]:
    """Return (number, sha256, field) of each state of the file: number 0, without field, is the file as issued."""
    signed = sorted((one for one in acta.signatures if one.number is not None), key=lambda one: one.number or 0)
    return [(0, acta.first_sha256, ""), *((one.number or 0, one.sha256 or "", one.field) for one in signed)]


def sizes(session: Session, acta: Acta) -> dict[str, int]:
    """Return the size in bytes of each of the acta's revisions, by SHA-256."""
    names = [sha256 for _, sha256, _ in revisions(acta)]
    rows = session.execute(select(StoredFile.sha256, StoredFile.size).where(StoredFile.sha256.in_(names)))
    return {name: size for name, size in rows}  # noqa: C416 - rows are not pairs to dict()

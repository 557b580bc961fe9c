"""How commitments stand, and issuing them one by one, as plain data for commands."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import counting, issuing, states
from plugins.commitments.models import Commitment, Process
from plugins.commitments.signing.codes import normalise
from portal import clock
from portal.context import Portal
from portal.errors import NotFound, PortalError
from portal.i18n import N_
from portal.organisations.models import Organisation


def standing(session: Session, process: str | None = None) -> list[dict[str, Any]]:
    """Return each commitment's code, organisation, state, signatures and problem. Raises `NotFound` for an unknown process."""
    if process is not None:
        _known(session, process)
    rows = (
        select(
            Process.code,
            Commitment,
            Organisation.name,
            counting.signed(),
            counting.expected(),
        )
        .join(Process, Process.id == Commitment.process_id)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .order_by(Process.code, Organisation.sort_name, Organisation.id)
    )
    if process is not None:
        rows = rows.where(Process.code == process)
    return [
        {
            "process": code,
            "code": one.code,
            "organisation": name,
            "state": one.state,
            "signed": signed,
            "expected": expected,
            "deadline": one.deadline.isoformat(),
            "sha256": one.head_sha256,
            "problem": one.issue_problem,
        }
        for code, one, name, signed, expected in session.execute(rows)
    ]


def _known(session: Session, process: str) -> None:
    if session.scalar(select(Process.id).where(Process.code == process)) is None:
        raise NotFound(N_("No hay ningún proceso con el código %(code)s."), code=process)


def ready(session: Session, process: str) -> list[str]:
    """Return the codes of a process's commitments that can be issued: positions confirmed, no document yet."""
    _known(session, process)
    rows = select(Commitment.code).join(Process, Process.id == Commitment.process_id)
    return list(
        session.scalars(
            rows.where(Process.code == process, Commitment.state == states.OPEN, Commitment.stances_open.is_(False)).order_by(Commitment.id)
        )
    )


def issue_now(portal: Portal, code: str) -> dict[str, Any]:
    """Issue one commitment's document and return {"code", "state", "problem"}; one that has its document is left as it is."""
    now = clock.now()
    with portal.sessions() as session:
        found = session.scalar(select(Commitment).where(Commitment.code == (normalise(code) or code)))
        if found is None:
            return {"code": code, "state": None, "problem": "No hay ningún compromiso con ese código."}
        problem = None
        if found.state == states.OPEN:
            try:
                issuing.request_issue(session, now=now, commitment=found)
                session.commit()
                issuing.issue(portal, found.id, now=now)
            except PortalError as error:
                problem = error.text
        session.rollback()
        session.refresh(found)
        return {"code": found.code, "state": found.state, "problem": problem}

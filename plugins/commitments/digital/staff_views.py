"""The Mesa's page of documents signed outside: what could not be decided, whose certificate it is, and judging again."""

from typing import Any

from flask import flash, g, render_template
from flask_babel import gettext

from plugins.commitments.digital import queries, receiving, rejudging
from plugins.commitments.digital.models import ACCEPTED, REJECTED, UNDECIDED, Reception
from plugins.commitments.digital.reasons import TELLINGS
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.staff import BOARD, MANAGE, blueprint, process_for
from portal import db, web
from portal.errors import NotFound
from portal.i18n import N_
from portal.web import requires

ADDRESS = "/gestion/compromisos/<code>/firmas-digitales"
RESULTS = {
    ACCEPTED: (N_("Aceptada"), "ok", "full"),
    REJECTED: (N_("Rechazada"), "stop", "bar"),
    UNDECIDED: (N_("Indeterminada"), "warn", "half"),
}
IDENTITY = frozenset({"dni_unknown", "no_dni"})
AFTERWARDS = {
    ACCEPTED: N_("Se resolvió: la firma se aceptó y quedó registrada."),
    REJECTED: N_("Se resolvió: no se pudo aceptar. Avisamos a quien firmó."),
    UNDECIDED: N_("Se revisó otra vez y sigue sin poder decidirse."),
}


@blueprint.get(ADDRESS)
@requires(BOARD)
def receptions(code: str) -> str:
    """Show the receptions of a process."""
    process = process_for(BOARD, code)
    return render_template(
        "commitments/digital/receptions.html",
        process=process,
        rows=queries.of_process(web.session, process.id),
        tellings=TELLINGS,
        results=RESULTS,
        identity=IDENTITY,
        undecided=UNDECIDED,
        manages=web.allowed(MANAGE, agenda_id=process.version.agenda_id),
    )


@blueprint.post(f"{ADDRESS}/<int:reception_id>/revisar")
@requires(MANAGE)
def review_reception(code: str, reception_id: int) -> Any:
    """Judge a reception again, with the trust of today."""
    _reception(code, reception_id)
    return _again(code, reception_id)


@blueprint.post(f"{ADDRESS}/<int:reception_id>/confirmar")
@requires(MANAGE, fresh=True)
def confirm_reception(code: str, reception_id: int) -> Any:
    """Say that the certificate is the expected person's, and judge again."""
    _reception(code, reception_id)
    receiving.confirm(web.session, now=g.now, reception_id=reception_id, person_id=web.person_id())
    web.commit()
    return _again(code, reception_id)


def _reception(code: str, reception_id: int) -> Reception:
    process = process_for(MANAGE, code)
    found = web.session.get(Reception, reception_id)
    slot = web.session.get(Slot, found.slot_id) if found is not None else None
    if found is None or slot is None or web.session.get_one(Commitment, slot.commitment_id).process_id != process.id:
        raise NotFound
    return found


def _again(code: str, reception_id: int) -> Any:
    web.session.rollback()  # reading the file takes a second or two: nobody waits for this request meanwhile
    result = rejudging.judge_again(web.portal(), reception_id, now=g.now)
    db.writing.set(False)
    flash(gettext(AFTERWARDS[result]), "ok" if result == ACCEPTED else "warn")
    return web.back_to("commitments_staff.receptions", code=code)

"""The representative's road: their commitments, one page a dimension, the check of all answers."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext, ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from plugins.commitments import issuing, parking, questions, renewing, signing_pages, states
from plugins.commitments import stances as positions
from plugins.commitments.agenda_text import FrozenAgenda, frozen_agenda
from plugins.commitments.models import Commitment, Event
from plugins.commitments.participants import Part, commitments_of, reviewer_of
from plugins.commitments.review_entry import entered, reviewing
from plugins.commitments.review_pages import as_parked, from_parked, shown_items, typed_in
from portal import web
from portal.errors import Conflict, Expired, Forbidden, Invalid, NotFound, PortalError
from portal.failures import told
from portal.i18n import N_
from portal.organisations.models import CAPACITIES
from portal.web import public, signed_in

blueprint = Blueprint("mine", __name__)
COOKIE = "rubrica_pendiente"
CHANGED = N_("Su sesión cambió desde que abrió esta página. Lo que escribió sigue aquí: revíselo y vuelva a guardar.")
FULL = N_(
    "No se pudo guardar: el servidor no acepta más datos ahora. Lo que escribió sigue en esta página: no la cierre y vuelva a intentarlo."
)


@blueprint.record
def _accept_after_sign_out(state: BlueprintSetupState) -> None:
    """A page sent after its session ended has no token to check: `save` checks it itself, and keeps what was typed."""
    csrf = state.app.extensions.get("csrf")
    if csrf is not None:
        csrf.exempt(save)


@blueprint.get("/mi-compromiso")
@signed_in
def index() -> Any:
    """List the person's commitments, or go to the only one."""
    found = commitments_of(web.session, web.person_id())
    if len(found) == 1:
        return redirect(url_for(".home", code=found[0].code))
    return render_template("commitments/representative/index.html", commitments=found, labels=states.LABELS)


@blueprint.get("/mi-compromiso/<code>")
@signed_in
def home(code: str) -> str:
    """Show what is to do, with deadline and contact."""
    part, agenda = entered(code)
    said = positions.stances_of(web.session, part.commitment)
    return render_template(
        "commitments/representative/home.html",
        part=part,
        commitment=part.commitment,
        agenda=agenda,
        counts=positions.counts(agenda, said),
        missing=positions.unanswered(agenda, said),
        confirmed=_data_confirmed(part.commitment),
        asked=questions.questions_of(web.session, part.commitment),
        labels=states.LABELS,
        capacities=CAPACITIES,
        waiting=_is_waiting(part.commitment),
        renewal=renewing.renewal(web.session, part.commitment, g.now),
        **_renewing(part.commitment),
        printed_deadline=signing_pages.printed_deadline(web.portal(), part.commitment),
    )


@blueprint.get("/mi-compromiso/<code>/<dimension>")
@signed_in
def page(code: str, dimension: str) -> Any:
    """Show one dimension, item by item; with what was typed when a session had ended."""
    part, agenda = reviewing(code)
    agenda.dimension(dimension)
    kept = parking.parked(web.session, now=g.now, commitment=part.commitment, dimension=dimension, token=request.cookies.get(COOKIE, ""))
    notice = gettext("Su sesión terminó. Guardamos lo que escribió: revíselo y vuelva a guardar.") if kept else None
    return _dimension_page(part, agenda, dimension, typed=from_parked(kept) if kept else None, notice=notice)


@blueprint.post("/mi-compromiso/<code>/<dimension>")
@public
def save(code: str, dimension: str) -> Any:
    """Save the whole page; go to the next item. Without a session, keep what was typed and ask to sign in."""
    if not web.actor().signed_in:
        return _park(code, dimension)
    part, agenda = reviewing(code)
    typed = typed_in(request.form, agenda, dimension)
    try:
        if current_app.config.get("WTF_CSRF_ENABLED", True):
            current_app.extensions["csrf"].protect()
    except CSRFError:  # signed in again in another window: nothing is saved until they press again, and nothing is lost
        return _dimension_page(part, agenda, dimension, typed=typed, notice=gettext(CHANGED)), 400
    wanted, batch, applied = request.form.get("aplicar", ""), "", 0
    try:
        saved = positions.save_page(
            web.session, now=g.now, person_id=web.person_id(), commitment=part.commitment, agenda=agenda, dimension=dimension, typed=typed
        )
        token = request.cookies.get(COOKIE, "")
        if token:
            parking.forget(web.session, token=token)
        web.commit()
        if wanted and saved.whole:
            batch, applied = positions.apply_to_unanswered(
                web.session,
                now=g.now,
                person_id=web.person_id(),
                commitment=part.commitment,
                agenda=agenda,
                stance=wanted,
                dimension=dimension,
            )
            web.commit()
    except (Conflict, Expired, Invalid) as error:
        web.session.rollback()
        return _dimension_page(part, agenda, dimension, typed=typed, notice=told(error)), error.status
    except OperationalError:
        current_app.logger.exception("positions not saved")
        web.session.rollback()
        return _dimension_page(part, agenda, dimension, typed=typed, notice=gettext(FULL)), 503
    if not saved.whole:
        return _dimension_page(part, agenda, dimension, typed=typed, saved=saved), 409 if saved.stale else 422
    return _without_cookie(_onwards(code, agenda, dimension, batch=batch, applied=applied))


def _onwards(code: str, agenda: FrozenAgenda, dimension: str, *, batch: str, applied: int) -> Response:
    """Lead to the next item, the next dimension or the check of answers."""
    if batch:
        return redirect(url_for(".page", code=code, dimension=dimension, lote=batch, aplicados=applied), 303)
    if request.form.get("volver") == "revisar":
        return redirect(url_for(".review", code=code, _anchor=f"punto-{request.form.get('punto', '')}"), 303)
    names = [one["name"] for one in agenda.dimensions]
    after = request.form.get("siguiente", "")
    if after and after in agenda.codes:
        return redirect(url_for(".page", code=code, dimension=dimension, _anchor=f"punto-{after}"), 303)
    following = names[names.index(dimension) + 1 :]
    return redirect(url_for(".page", code=code, dimension=following[0]) if following else url_for(".review", code=code), 303)


@blueprint.post("/mi-compromiso/<code>/<dimension>/deshacer")
@signed_in
def undo(code: str, dimension: str) -> Response:
    """Take back what was applied to every unanswered item."""
    part, _ = reviewing(code)
    count = positions.undo(
        web.session, now=g.now, person_id=web.person_id(), commitment=part.commitment, batch=request.form.get("lote", "")
    )
    web.commit()
    flash(
        ngettext(
            "Deshecho: %(num)d punto vuelve a quedar sin respuesta.", "Deshecho: %(num)d puntos vuelven a quedar sin respuesta.", count
        ),
        "info",
    )
    return web.back_to(".page", code=code, dimension=dimension)


@blueprint.get("/mi-compromiso/<code>/revisar")
@signed_in
def review(code: str) -> str:
    """Show every answer, the unanswered first."""
    part, agenda = reviewing(code)
    return _review_page(part, agenda)


@blueprint.post("/mi-compromiso/<code>/revisar")
@signed_in
def confirm(code: str) -> Any:
    """Close the positions and ask for the document; unanswered items are asked about first."""
    part, agenda = reviewing(code)
    convert = request.form.get("convertir") == "si"
    try:
        positions.confirm(
            web.session,
            now=g.now,
            person_id=web.person_id(),
            portal=web.portal(),
            commitment=part.commitment,
            agenda=agenda,
            convert=convert,
            accept=request.form.get("traidas") == "si",
        )
    except (Conflict, Expired, Invalid) as error:
        web.session.rollback()
        unanswered = isinstance(error, Invalid) and (
            request.form.get("traidas") == "si" or not renewing.carried(web.session, part.commitment)
        )
        return _review_page(part, agenda, problem=told(error), asking=unanswered), error.status
    web.commit()
    web.portal().queue.enqueue("commitments.issue", part.commitment.id)
    return web.back_to(".home", code=code)


@blueprint.post("/mi-compromiso/<code>/reabrir")
@signed_in
def reopen(code: str) -> Response:
    """Open the positions again while nobody has signed; an issued document is discarded."""
    part = reviewer_of(web.session, code=code, person_id=web.person_id())
    issuing.reopen(web.session, now=g.now, person_id=web.person_id(), commitment=part.commitment)
    web.commit()
    web.portal().ask.commitment_changed(web.portal(), part.commitment.id, "review_reopened")
    flash(gettext("Las posiciones están abiertas otra vez."), "ok")
    return web.back_to(".review", code=code)


def _renewing(commitment: Commitment) -> dict[str, Any]:
    """Return the commitment that this one renews, what changed since, and how many positions wait to be confirmed."""
    old = renewing.renewed(web.session, commitment)
    if old is None:
        return {"renewed": None}
    return {
        "renewed": old,
        "changes": renewing.difference(web.portal().store, old, commitment.process),
        "carried": renewing.carried(web.session, commitment),
    }


def _is_waiting(commitment: Commitment) -> bool:
    return commitment.state == states.OPEN and commitment.issue_requested_at is not None and commitment.issue_problem is None


def _data_confirmed(commitment: Commitment) -> bool:
    rows = select(Event.id).where(Event.commitment_id == commitment.id, Event.kind == "entered", Event.person_id == web.person_id())
    return web.session.scalar(rows.limit(1)) is not None


def _dimension_page(
    part: Part, agenda: FrozenAgenda, dimension: str, *, typed: Any = None, saved: Any = None, notice: str | None = None
) -> str:
    commitment = part.commitment
    said = positions.stances_of(web.session, commitment)
    writable = commitment.state == states.OPEN and commitment.stances_open and commitment.deadline > g.now
    return render_template(
        "commitments/representative/dimension.html",
        part=part,
        commitment=commitment,
        agenda=agenda,
        dimension=agenda.dimension(dimension),
        carried=renewing.carried(web.session, commitment),
        items=shown_items(web.session, agenda, dimension, said, typed=typed, saved=saved),
        counts=positions.counts(agenda, said)[dimension],
        saved=saved,
        told=notice,
        stances=states.STANCES,
        writable=writable or typed is not None,
        batch=request.args.get("lote", ""),
        applied=request.args.get("aplicados", "0"),
        back=request.values.get("volver", ""),
        place=request.values.get("punto", ""),
        longest=positions.LONGEST,
    )


def _review_page(part: Part, agenda: FrozenAgenda, *, problem: str | None = None, asking: bool = False) -> str:
    said = positions.stances_of(web.session, part.commitment)
    missing = positions.unanswered(agenda, said)
    rows = [
        {"item": item, "dimension": dimension, "said": said.get(item["code"])}
        for dimension in agenda.dimensions
        for item in dimension["items"]
    ]
    return render_template(
        "commitments/representative/review.html",
        part=part,
        commitment=part.commitment,
        agenda=agenda,
        missing=missing,
        totals=positions.totals(agenda, said),
        rows=[row for row in rows if row["item"]["code"] not in missing],
        unanswered=[row for row in rows if row["item"]["code"] in missing],
        stances=states.STANCES,
        problem=problem,
        carried=renewing.carried(web.session, part.commitment),
        accepted=request.form.get("traidas") == "si",
        renewed=renewing.renewed(web.session, part.commitment),
        asking=asking and bool(missing),
        waiting=_is_waiting(part.commitment),
    )


def _park(code: str, dimension: str) -> Response:
    """Keep what was typed until the person signs in again; only pages of this portal may send it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden
    back = redirect(url_for("accounts.sign_in", next=url_for(".page", code=code, dimension=dimension)), 303)
    commitment = web.session.scalar(select(Commitment).where(Commitment.code == code))
    if commitment is None:
        return back
    try:
        agenda = frozen_agenda(web.portal().store, commitment.process.version)
        typed = as_parked(typed_in(request.form, agenda, dimension))
    except (NotFound, PortalError):
        return back
    token = parking.park(web.session, now=g.now, commitment=commitment, dimension=dimension, typed=typed)
    web.commit()
    flash(gettext("Su sesión terminó. Guardamos lo que escribió: entre de nuevo para seguir."), "info")
    back.set_cookie(
        COOKIE,
        token,
        max_age=int(parking.KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=web.portal().settings.secure_cookies,
        path="/mi-compromiso",
    )
    return back


def _without_cookie(response: Response) -> Response:
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/mi-compromiso")
    return response

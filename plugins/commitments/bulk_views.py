"""The pages of bulk work: preview, outbox, progress, and another try for what failed."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext, ngettext

from plugins.commitments import board_queries, bulk, opening
from plugins.commitments.board_queries import Filters
from plugins.commitments.models import Bulk, Process
from plugins.commitments.staff import BOARD, MANAGE, blueprint, process_for
from portal import web
from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.web import requires


@blueprint.post("/gestion/compromisos/<code>/trabajos/vista-previa")
@requires(MANAGE)
def bulk_preview(code: str) -> Any:
    """Show what the work would do with the marked organisations, or with all that match; nothing is written."""
    process = process_for(MANAGE, code)
    act = request.form.get("act", "")
    if request.form.get("scope") == "all":
        ids = board_queries.matching_ids(web.session, process, now=g.now, filters=Filters.read(request.form))
    else:
        ids = web.wholes(request.form.getlist("commitment"))
    if not ids:
        raise Invalid(N_("No marcó ninguna organización. Vuelva atrás y marque al menos una."))
    found = bulk.preview(web.session, now=g.now, process=process, act=act, ids=ids)
    everyone = len(board_queries.organisations_in(web.session, process))
    return render_template(
        "commitments/staff/bulk_preview.html",
        process=process,
        act=act,
        acts=bulk.ACTS,
        preview=found,
        everyone=everyone,
        minutes=int(bulk.OUTBOX.total_seconds() // 60),
    )


@blueprint.post("/gestion/compromisos/<code>/trabajos")
@requires(MANAGE)
def bulk_start(code: str) -> Any:
    """Put the work in the outbox."""
    process = process_for(MANAGE, code)
    if request.form.get("act") == "invite":
        opening.still_allowed(web.portal(), web.session, process)
    made = bulk.start(
        web.session,
        now=g.now,
        process=process,
        act=request.form.get("act", ""),
        ids=web.wholes(request.form.get("ids", "").split(",")),
        by=web.person_id(),
    )
    web.commit()
    return web.back_to("commitments_staff.bulk_page", code=process.code, number=made.id)


@blueprint.get("/gestion/compromisos/<code>/trabajos")
@requires(BOARD)
def bulk_list(code: str) -> str:
    """List the process's bulk work."""
    process = process_for(BOARD, code)
    return render_template(
        "commitments/staff/bulk_list.html", process=process, bulks=board_queries.bulks(web.session, process), acts=bulk.ACTS
    )


@blueprint.get("/gestion/compromisos/<code>/trabajos/<int:number>")
@requires(BOARD)
def bulk_page(code: str, number: int) -> str:
    """Show how far a piece of work has come, and what failed."""
    process = process_for(BOARD, code)
    found = _bulk(process, number)
    counts = board_queries.bulk_counts(web.session, found)
    page = board_queries.bulk_rows(web.session, found, number=web.page_number())
    return render_template(
        "commitments/staff/bulk.html",
        process=process,
        bulk=found,
        acts=bulk.ACTS,
        counts=counts,
        total=sum(counts.values()),
        page=page,
        begun=found.starts_at <= g.now,
        manages=web.allowed(MANAGE, agenda_id=process.version.agenda_id),
    )


def _bulk(process: Process, number: int) -> Bulk:
    found = web.session.get(Bulk, number)
    if found is None or found.process_id != process.id:
        raise NotFound
    return found


@blueprint.post("/gestion/compromisos/<code>/trabajos/<int:number>/cancelar")
@requires(MANAGE)
def bulk_cancel(code: str, number: int) -> Any:
    """Take the work out of the outbox."""
    process = process_for(MANAGE, code)
    bulk.cancel(web.session, now=g.now, bulk=_bulk(process, number))
    web.commit()
    flash(gettext("Se canceló antes de empezar: no se hizo nada."), "ok")
    return web.back_to("commitments_staff.bulk_page", code=process.code, number=number)


@blueprint.post("/gestion/compromisos/<code>/trabajos/<int:number>/empezar")
@requires(MANAGE)
def bulk_begin(code: str, number: int) -> Any:
    """Begin without waiting for the outbox."""
    process = process_for(MANAGE, code)
    bulk.begin(web.session, now=g.now, bulk=_bulk(process, number))
    web.commit()
    web.portal().queue.enqueue("commitments.bulk", number)
    return web.back_to("commitments_staff.bulk_page", code=process.code, number=number)


@blueprint.post("/gestion/compromisos/<code>/trabajos/<int:number>/reintentar")
@requires(MANAGE)
def bulk_retry(code: str, number: int) -> Any:
    """Try again what failed, and only that."""
    process = process_for(MANAGE, code)
    again = bulk.retry(web.session, bulk=_bulk(process, number))
    web.commit()
    web.portal().queue.enqueue("commitments.bulk", number)
    flash(ngettext("Se vuelve a intentar %(num)s.", "Se vuelven a intentar %(num)s.", again), "info")
    return web.back_to("commitments_staff.bulk_page", code=process.code, number=number)

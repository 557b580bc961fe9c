"""The staff board's pages: the processes, whose turn it is, equal treatment, and both as spreadsheets."""

from collections.abc import Iterable
from typing import Any

from flask import g, render_template, request

from plugins.commitments import board_queries, bulk, treatment
from plugins.commitments.board_queries import Filters
from plugins.commitments.board_tables import board_rows
from plugins.commitments.funnel import BESIDE, STAGES, TASKS, TURNS
from plugins.commitments.lasting.standing import lacking
from plugins.commitments.staff import BOARD, MANAGE, blueprint, process_for
from plugins.commitments.staff_forms import BoardFilter
from portal import exporting, waiting, web
from portal.organisations.models import KINDS
from portal.organisations.queries import Page
from portal.web import requires


@blueprint.get("/gestion/compromisos")
@requires(BOARD)
def index() -> str:
    """List the processes of one's agendas."""
    agendas = web.permissions().agendas(web.actor(), BOARD)
    return render_template("commitments/staff/index.html", processes=board_queries.processes(web.session, agendas))


@blueprint.get("/gestion/compromisos/<code>")
@requires(BOARD)
def board(code: str) -> str:
    """Show whose turn it is, the oldest wait first; stages and turns are links."""
    process = process_for(BOARD, code)
    filters = Filters.read(request.args)
    page = board_queries.board(web.session, process, now=g.now, filters=filters, number=web.page_number())
    return render_template(
        "commitments/staff/board.html",
        process=process,
        page=page,
        filters=filters,
        form=BoardFilter(request.args),
        stages=STAGES,
        beside=BESIDE,
        turns=TURNS,
        tasks=TASKS,
        groups=_groups(page.rows, filters),
        kinds=KINDS,
        acts=bulk.ACTS,
        stepped_down=lacking(web.session, process.id),
        stuck=waiting.stuck(web.session, now=g.now),
        manages=web.allowed(MANAGE, agenda_id=process.version.agenda_id),
    )


def _groups(rows: Iterable[Any], filters: Filters) -> list[tuple[str, list[Any]]]:
    """Return the rows under whose turn it is, in the order they come; under "" when the order is alphabetical."""
    found: list[tuple[str, list[Any]]] = []
    for row in rows:
        turn = (row.turn or "nadie") if filters.order == "turno" else ""
        if not found or found[-1][0] != turn:
            found.append((turn, []))
        found[-1][1].append(row)
    return found


@blueprint.get("/gestion/compromisos/<code>/trato-igual")
@requires(BOARD)
def equal_treatment(code: str) -> str:
    """Show what each organisation got, and in words where it was not the same."""
    process = process_for(BOARD, code)
    rows = treatment.given(web.session, process, now=g.now, zone=web.portal().settings.timezone)
    number = max(1, min(web.page_number(), -(-len(rows) // 100)))
    page = Page(rows[(number - 1) * 100 : number * 100], number, len(rows), 100)
    return render_template(
        "commitments/staff/treatment.html",
        process=process,
        page=page,
        differences=treatment.differences(rows),
        exceptions=treatment.exceptions(web.session, process),
    )


@blueprint.get("/gestion/compromisos/<code>/tablero.<any(csv, xlsx):kind>")
@requires(BOARD)
def board_table(code: str, kind: str) -> Any:
    """Give the board, as filtered, as a spreadsheet."""
    process = process_for(BOARD, code)
    rows = board_queries.every_row(web.session, process.id, now=g.now, filters=Filters.read(request.args))
    return exporting.response(board_rows(rows, process.code), f"tablero-{process.code}", kind)


@blueprint.get("/gestion/compromisos/<code>/trato-igual.<any(csv, xlsx):kind>")
@requires(BOARD)
def treatment_table(code: str, kind: str) -> Any:
    """Give the equal-treatment table as a spreadsheet."""
    process = process_for(BOARD, code)
    rows = treatment.given(web.session, process, now=g.now, zone=web.portal().settings.timezone)
    return exporting.response(treatment.table(rows, process.code), f"trato-igual-{process.code}", kind)

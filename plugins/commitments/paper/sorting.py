"""What staff do with sheets by hand: say which page one is, turn it, put it aside, take it instead of another."""

import io
from datetime import datetime

from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process
from plugins.commitments.paper import printed, receiving
from plugins.commitments.paper.models import PaperSheet
from plugins.commitments.paper.readings import open_reading
from portal.context import Portal
from portal.errors import Conflict, Invalid
from portal.i18n import N_

QUARTERS = (90, 180, 270)


def _free(session: Session, sheet: PaperSheet) -> None:
    """Refuse while the sheet is part of what two people are reading, or of a sealed act."""
    if sheet.problem == "used":
        raise Conflict(N_("Esta hoja ya forma parte de un acta digitalizada: no se puede cambiar."))
    if sheet.commitment_id is not None:
        reading = open_reading(session, sheet.commitment_id)
        if reading is not None and sheet.id in {one["id"] for one in reading.sheets}:
            raise Conflict(N_("Hay una lectura de este documento por confirmar. Devuélvala antes de cambiar sus hojas."))


def assign(
    portal: Portal, session: Session, *, sheet: PaperSheet, process: Process, commitment: Commitment, page: int, by: int | None
) -> None:
    """Say which page of which document a sheet is, when its code cannot be read. Raises `Invalid`, `Conflict`."""
    _free(session, sheet)
    if commitment.process_id != process.id or commitment.certified_sha256 is None:
        raise Invalid(
            N_("Elija un documento emitido de este proceso."), fields={"commitment": N_("Elija un documento emitido de este proceso.")}
        )
    wanted = printed.sheets(portal, commitment.certified_sha256).wanted
    if page not in wanted:
        raise Invalid(
            N_("De este documento vuelven las páginas %(first)s a %(last)s."),
            fields={"page": N_("Escriba una página que tenga que volver.")},
            first=wanted.start,
            last=wanted.stop - 1,
        )
    sheet.commitment_id = sheet.page = sheet.edition = None
    session.flush()
    problem = receiving.problem_of(portal, session, commitment, edition=commitment.edition, page=page)
    sheet.commitment_id, sheet.page, sheet.edition, sheet.said = commitment.id, page, commitment.edition, None
    sheet.problem, sheet.set_aside, sheet.assigned_by_id = problem, False, by
    session.flush()


def turn(portal: Portal, session: Session, *, now: datetime, sheet: PaperSheet, degrees: int) -> None:
    """Turn a sheet's picture clockwise by a quarter, a half or three quarters."""
    from PIL import Image  # noqa: PLC0415 - heavy to import

    _free(session, sheet)
    if degrees not in QUARTERS:
        raise Invalid(N_("Elija cuánto girar la hoja."))
    for column in ("picture_sha256", "thumbnail_sha256"):
        with Image.open(io.BytesIO(portal.store.get(getattr(sheet, column))), formats=("JPEG",)) as picture:
            out = io.BytesIO()
            picture.rotate(-degrees, expand=True).save(out, "JPEG", quality=80, optimize=True, dpi=(160, 160))
        setattr(sheet, column, portal.store.put(session, out.getvalue(), "image/jpeg", now=now))
    sheet.squared = False
    session.flush()


def set_aside(session: Session, *, sheet: PaperSheet) -> None:
    """Leave a sheet out; it stays on record."""
    _free(session, sheet)
    sheet.set_aside = True
    session.flush()


def take_back(session: Session, *, sheet: PaperSheet) -> None:
    """Count a sheet again that had been put aside, or a repeated one instead of the one that counts."""
    _free(session, sheet)
    sheet.set_aside = False
    if sheet.commitment_id is not None and sheet.page is not None and sheet.problem in {None, "duplicate"}:
        commitment = session.get_one(Commitment, sheet.commitment_id)
        for other in receiving.active(session, commitment):
            if other.page == sheet.page and other.id != sheet.id:
                _free(session, other)
                other.problem = "duplicate"
        sheet.problem = "edition" if sheet.edition != commitment.edition else None
    session.flush()

"""Takes in what came back on paper: keeps the files, has them read page by page, and puts each sheet where it belongs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.models import Commitment, Process
from plugins.commitments.paper import isolation, printed
from plugins.commitments.paper.models import DONE, FAILED, WAITING, PaperFile, PaperSheet
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict, Invalid, NotFound
from portal.i18n import N_

MOST_FILES, MOST_PAGES, AT_ONCE = 40, 400, 4
KINDS = {b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
UNFIT = {
    "kind": N_("El archivo no es un PDF, JPG ni PNG. Si su teléfono guarda las fotos en otro formato, guárdelas como JPG."),
    "damaged": N_("El archivo está dañado o incompleto. Escanéelo o fotografíelo de nuevo."),
    "locked": N_("El archivo pide una contraseña. Guárdelo sin contraseña y vuelva a subirlo."),
    "huge": N_("La imagen es demasiado grande. Escanee a 200 o 300 puntos por pulgada."),
    "slow": N_("El archivo tarda demasiado en abrirse. Escanéelo de nuevo, o súbalo en partes."),
    "long": N_("El archivo tiene más de 400 páginas. Súbalo en partes."),
}
PROBLEMS = {
    "unreadable": N_("No se pudo leer el código de la hoja."),
    "blank": N_("Hoja en blanco."),
    "unknown": N_("El código de la hoja no es de ningún compromiso de este portal."),
    "elsewhere": N_("La hoja es de otro proceso."),
    "edition": N_("La hoja es de una emisión anterior del documento, que se descartó. No vale: imprima la vigente."),
    "unneeded": N_("Esta página no tiene que volver."),
    "closed": N_("El documento de este compromiso ya no está por firmar."),
    "duplicate": N_("Ya hay otra imagen de esta página."),
    "used": N_("Ya forma parte de un acta digitalizada."),
}


def receive(
    portal: Portal, session: Session, *, now: datetime, process: Process, files: Sequence[tuple[str, bytes]], by: int | None
) -> list[PaperFile]:
    """Keep the files (name, bytes); enqueue "commitments.paper_read" for each after the commit. Raises `Invalid` (field "files").

    A file that this process already has is left out.
    """
    given = [(name, data) for name, data in files if data]
    if not given:
        raise _bad(N_("Elija al menos un archivo: PDF, JPG o PNG."))
    if len(given) > MOST_FILES:
        raise _bad(N_("Suba hasta 40 archivos por vez."))
    if process.closed_at is not None:
        raise Conflict(N_("Este proceso está cerrado: ya no admite firmas."))
    known = set(session.scalars(select(PaperFile.sha256).where(PaperFile.process_id == process.id, PaperFile.state != FAILED)))
    made = []
    for name, data in given:
        kind = next((media for start, media in KINDS.items() if start in data[:1024][: 1024 if start == b"%PDF" else len(start)]), None)
        if kind is None:
            raise _bad(UNFIT["kind"])
        if sha256(data) in known:
            continue
        digest = portal.store.put(session, data, kind, now=now)
        known.add(digest)
        made.append(PaperFile(process_id=process.id, sha256=digest, name=name[-200:], size=len(data), uploaded_at=now, uploaded_by_id=by))
    if not made:
        raise _bad(N_("Estos archivos ya se subieron antes a este proceso."))
    session.add_all(made)
    session.flush()
    return made


def _bad(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"files": sentence})


def unread(session: Session, _now: datetime) -> Iterable[str]:
    """Return the ids of files that are not read to their end."""
    return [str(one) for one in session.scalars(select(PaperFile.id).where(PaperFile.state == WAITING).order_by(PaperFile.id).limit(100))]


def read_file(portal: Portal, file_id: int, *, now: datetime) -> None:
    """Read what is left of a file, a few pages at a time, each committed: killed anywhere and run again, each sheet is there once."""
    with portal.sessions() as session:
        file = session.get(PaperFile, file_id)
        if file is None or file.state != WAITING:
            return
        data, start, pages = portal.store.get(file.sha256), file.pages_read, file.pages
        session.commit()
    while pages is None or start < pages:
        part, step = _read_part(data, start, pages)
        if part.unfit is not None:
            _fail(portal, file_id, UNFIT[part.unfit])
            return
        pages = part.pages
        if pages > MOST_PAGES:
            _fail(portal, file_id, UNFIT["long"])
            return
        if not _keep(portal, file_id, part, start, min(start + step, pages), now=now):
            return  # another worker is at it
        start = min(start + step, pages)


def _read_part(data: bytes, start: int, pages: int | None) -> tuple[isolation.Part, int]:
    """Return the sheets of the next pages and how many pages those are; a page that cannot be read is passed over alone."""
    part = isolation.read_part(data, start=start, count=AT_ONCE)
    if part.unfit is None or pages == 1:
        return part, AT_ONCE
    one = isolation.read_part(data, start=start, count=1)
    if one.unfit is not None and pages is not None:
        return isolation.Part(pages=pages, broken=(start + 1,)), 1
    return one, 1


def _fail(portal: Portal, file_id: int, sentence: str) -> None:
    with portal.sessions() as session:
        session.execute(update(PaperFile).where(PaperFile.id == file_id, PaperFile.state == WAITING).values(state=FAILED, problem=sentence))
        session.commit()


def _keep(portal: Portal, file_id: int, part: isolation.Part, start: int, end: int, *, now: datetime) -> bool:
    with portal.sessions() as session:
        changes: dict[str, Any] = {"pages": part.pages, "pages_read": end, "state": DONE if end >= part.pages else WAITING}
        if part.broken:
            changes["problem"] = (
                N_("No se pudo dibujar alguna página del archivo: %(pages)s.") % {"pages": ", ".join(map(str, part.broken))}
            )[:300]
        done = session.execute(
            update(PaperFile).where(PaperFile.id == file_id, PaperFile.state == WAITING, PaperFile.pages_read == start).values(**changes)
        )
        if not isinstance(done, CursorResult) or done.rowcount != 1:
            return False
        file = session.get_one(PaperFile, file_id)
        for found in part.sheets:
            sheet = PaperSheet(
                file_id=file_id,
                place=found.place,
                squared=found.squared,
                picture_sha256=portal.store.put(session, found.picture, "image/jpeg", now=now),
                thumbnail_sha256=portal.store.put(session, found.thumbnail, "image/jpeg", now=now),
            )
            _place(portal, session, file.process_id, sheet, found)
            session.add(sheet)
            session.flush()
        session.commit()
        return True


def _place(portal: Portal, session: Session, process_id: int, sheet: PaperSheet, found: isolation.Found) -> None:
    if found.sheet is None:
        sheet.problem, sheet.set_aside = ("blank", True) if found.blank else ("unreadable", False)
        return
    code, edition, page, pages = found.sheet
    commitment = session.scalar(select(Commitment).where(Commitment.code == code).with_for_update())  # two files at once: one sheet counts
    if commitment is None or commitment.process_id != process_id:
        sheet.problem, sheet.said = "elsewhere" if commitment else "unknown", code
        return
    sheet.commitment_id, sheet.edition, sheet.page = commitment.id, edition, page
    sheet.problem = problem_of(portal, session, commitment, edition=edition, page=page, pages=pages)


def problem_of(
    portal: Portal, session: Session, commitment: Commitment, *, edition: int, page: int, pages: int | None = None
) -> str | None:
    """Return what keeps a sheet from being this page of this commitment's document: a code of PROBLEMS, or None."""
    if edition != commitment.edition:
        return "edition"
    if commitment.certified_sha256 is None or commitment.state not in {states.ISSUED, states.PARTLY}:
        return "closed"
    sheets = printed.sheets(portal, commitment.certified_sha256)
    if page not in sheets.wanted or pages not in {None, sheets.pages}:
        return "unneeded"
    return "duplicate" if page in {one.page for one in active(session, commitment)} else None


def active(session: Session, commitment: Commitment) -> list[PaperSheet]:
    """Return the sheets that make up a commitment's document as it came back, in the order of its pages."""
    rows = select(PaperSheet).where(
        PaperSheet.commitment_id == commitment.id,
        PaperSheet.edition == commitment.edition,
        PaperSheet.problem.is_(None),
        PaperSheet.set_aside.is_(False),
    )
    return list(session.scalars(rows.order_by(PaperSheet.page, PaperSheet.id)))


def sheet_of(session: Session, process: Process, sheet_id: int) -> PaperSheet:
    """Return a sheet of this process. Raises `NotFound`."""
    sheet = session.get(PaperSheet, sheet_id)
    if sheet is None or sheet.file.process_id != process.id:
        raise NotFound
    return sheet


def file_of(session: Session, process: Process, number: int) -> PaperFile:
    """Return a file of this process. Raises `NotFound`."""
    file = session.get(PaperFile, number)
    if file is None or file.process_id != process.id:
        raise NotFound
    return file

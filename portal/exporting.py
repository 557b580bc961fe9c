"""Takes tables away as CSV or XLSX: the core's and those that plugins offer."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.orm import Session

from portal.agendas import queries as agendas
from portal.documents.rendering import plain_text
from portal.errors import Conflict, Invalid, NotFound
from portal.extend.kinds import Exporter
from portal.i18n import N_

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from portal.context import Portal

FORMATS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Row = tuple[Any, ...]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def exporters(portal: "Portal") -> dict[str, Exporter]:
    """Return every table on offer by name."""

    def items(session: Session, code: str) -> Iterable[Row]:
        return item_rows(portal, session, code)

    core = Exporter(name="items", label=N_("Puntos de la última versión de la agenda"), rows=items, action="")
    return {one.name: one for one in (core, *portal.registry.answers("exporters"))}


def exporter(portal: "Portal", name: str) -> Exporter:
    """Return one table. Raises `NotFound`."""
    found = exporters(portal).get(name)
    if found is None:
        raise NotFound(N_("No hay una tabla con ese nombre."))
    return found


def item_rows(portal: "Portal", session: Session, code: str) -> Iterator[Row]:
    """Yield the items of an agenda's last frozen version, one row an indicator (one row where there is none)."""
    document = agendas.version_document(portal.store, agendas.version(session, code))
    extra: dict[str, str] = {}
    for item in agendas.document_items(document):
        extra |= {name: field["label"] for name, field in item["fields"].items()}
    figures = ("name", "unit", "baseline", "baseline_year", "target", "target_year", "source", "source_url")
    yield (
        "Dimensión",
        "Código",
        "Tipo",
        "Depende de",
        "Texto",
        "Responsable",
        "Alineamientos",
        *extra.values(),
        "Indicador",
        "Unidad",
        "Línea de base",
        "Año de la línea de base",
        "Meta",
        "Año de la meta",
        "Fuente",
        "Dirección de la fuente",
    )
    for dimension in document["dimensions"]:
        for item in dimension["items"]:
            aligned = "; ".join(" ".join(filter(None, (one["scheme"], one["code"]))) for one in item["alignments"])
            common = (
                dimension["label"],
                item["code"],
                item["kind_label"],
                item["parent"] or "",
                plain_text(item["text"]),
                item["responsible"],
                aligned,
            )
            own = tuple(item["fields"].get(name, {}).get("value", "") for name in extra)
            for indicator in item["indicators"] or [dict.fromkeys(figures)]:
                yield (*common, *own, *(_number(indicator[key]) if key in {"baseline", "target"} else indicator[key] for key in figures))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def inert(value: Any) -> Any:
    """Return `value` so that no spreadsheet runs it: text that would be a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return rows as CSV with commas, in UTF-8 with a mark at its head (spreadsheets need it to read accents)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([inert(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """Return rows as XLSX with a bold first row that stays in sight; text is never a formula nor a link."""
    import xlsxwriter  # noqa: PLC0415 - only wanted here

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    sheet, bold = book.add_worksheet("Rúbrica"), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(line, column, value[:32_767], bold if line == 0 else None)  # the format's longest cell
            elif hasattr(value, "year"):
                sheet.write_datetime(line, column, value, day)
            else:
                sheet.write(line, column, value)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def exported(rows: Iterable[Row], format_: str) -> bytes:
    """Return rows in a format of `FORMATS`. Raises `NotFound` for another."""
    if format_ not in FORMATS:
        raise NotFound
    return as_csv(rows) if format_ == "csv" else as_xlsx(rows)


def response(rows: Iterable[Row], filename: str, format_: str) -> "Response":
    """Return rows as a download called `filename`.`format_`."""
    from werkzeug.wrappers import Response  # noqa: PLC0415 - commands do without

    answer = Response(exported(rows, format_), content_type=FORMATS[format_])
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}.{format_}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def command(portal: "Portal", name: str | None, agenda: str, format_: str, out: str | None, *, as_json: bool) -> None:
    """Do `portal export`: write a table to `out` or print it; without a name, list the tables. Raises `Invalid`."""
    if name is None:
        listed = [{"name": one.name, "label": one.label} for one in exporters(portal).values()]
        click.echo(
            json.dumps(listed, ensure_ascii=False, indent=2)
            if as_json
            else "\n".join(f"{one['name']:<20} {one['label']}" for one in listed)
        )
        return
    with portal.sessions() as session:
        rows = list(exporter(portal, name).rows(session, agenda))
    if as_json:
        head, *body = rows
        data = json.dumps([dict(zip(head, row, strict=True)) for row in body], ensure_ascii=False, indent=2, default=str).encode() + b"\n"
    elif format_ == "xlsx" and out is None:
        raise Invalid(N_("Un XLSX no se escribe en la pantalla. Diga en qué archivo con --out."))
    else:
        data = exported(rows, format_)
    if out is None:
        sys.stdout.buffer.write(data)
        return
    try:
        Path(out).write_bytes(data)
    except OSError as error:
        raise Conflict(N_("No se pudo escribir %(file)s: %(reason)s."), file=out, reason=error.strerror or str(error)) from error
    click.echo(json.dumps({"file": out, "rows": len(rows) - 1}) if as_json else f"{out}: {len(rows) - 1} filas.")

"""The fields that a dimension's items have of their own: how each kind of value is checked, kept, and read by people."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.agendas.figures import decimal
from portal.extend.kinds import Column, ItemField
from portal.i18n import N_

CELL, LIST = " | ", ", "
UNLIKE = N_("Este dato no tiene la forma esperada.")
UNLIKE_ROWS = N_("Escriba una fila por línea, con sus partes separadas por una barra (|) y las fechas así: 2026-12-31.")


def kept(field: ItemField, value: str) -> str:
    """Return a field's value as it is kept. Raises `ValueError` for one that is not of the field's kind."""
    if not value:
        return ""
    if field.kind == "rows":
        return "\n".join(_row(field.columns, line) for line in value.split("\n") if line.strip())
    if field.kind in {"choice", "choices"}:
        return _chosen(field, [value] if field.kind == "choice" else [one.strip() for one in value.split(",")])
    return _cell(field.kind, value)


def _row(columns: Sequence[Column], line: str) -> str:
    cells = [one.strip() for one in line.split("|")]
    if len(cells) != len(columns) or not all(cells):
        raise ValueError(line)
    return CELL.join(_cell(column.kind, cell) for column, cell in zip(columns, cells, strict=True))


def _chosen(field: ItemField, values: Sequence[str]) -> str:
    """Return the chosen values in the field's order."""
    known = [value for value, _ in field.choices]
    if not set(values) <= set(known):
        raise ValueError(values)
    return LIST.join(value for value in known if value in values)


def _cell(kind: str, value: str) -> str:
    if kind == "number":
        return decimal(value) or ""
    if kind == "date":
        return date.fromisoformat(value).isoformat()
    return " ".join(value.split()) if kind == "text" else value


def shown(field: ItemField | None, name: str, value: str) -> dict[str, Any]:
    """Return a field as the canonical JSON has it: read without its plugin, choices by their labels, rows with their columns."""
    if field is None:
        return {"label": name, "value": value}
    if field.kind in {"choice", "choices"}:
        labels = dict(field.choices)
        parts = [value] if field.kind == "choice" else value.split(LIST)
        value = LIST.join(labels.get(one, one) for one in parts)
    found: dict[str, Any] = {"label": field.label, "value": value}
    if field.kind == "rows":
        found["columns"] = [column.label for column in field.columns]
    return found


def cells(field: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of a frozen field of kind "rows"; none for another."""
    return [line.split(CELL) for line in field["value"].split("\n")] if field.get("columns") else []

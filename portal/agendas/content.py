"""Checks and tidies what people write in an item, so that the same words always become the same bytes."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from portal.agendas import own_fields
from portal.agendas.figures import decimal, year
from portal.errors import Invalid
from portal.extend.kinds import ItemField
from portal.i18n import N_

TEXTS = ("name", "unit", "source", "source_url")
LONGEST = {"text": 20_000, "responsible": 400}


def tidy(text: object) -> str:
    """Return `text` in Unicode's composed form, with plain line ends and no spaces around it."""
    return unicodedata.normalize("NFC", str(text or "")).replace("\r\n", "\n").replace("\r", "\n").strip()


def clean(raw: Mapping[str, Any], fields: Sequence[ItemField]) -> dict[str, Any]:
    """Return an item's content in the shape of `Item.content`.

    Raises `Invalid`; its `fields` are named text, responsible, indicators-<n>-<key>, alignments-<n>-<key>, fields-<name>.
    Values of fields that no plugin declares now are kept as they were.
    """
    wrong: dict[str, str] = {}
    content: dict[str, Any] = {name: tidy(raw.get(name)) for name in ("text", "responsible")}
    if not content["text"]:
        wrong["text"] = N_("Escriba el texto del punto.")
    for name, longest in LONGEST.items():
        if len(content[name]) > longest:
            wrong[name] = N_("El texto es demasiado largo.")
    content["indicators"] = _indicators(raw.get("indicators") or (), wrong)
    content["alignments"] = _alignments(raw.get("alignments") or (), wrong)
    content["fields"] = _fields(raw.get("fields") or {}, fields, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    return content


def undeclared(content: Mapping[str, Any], fields: Sequence[ItemField]) -> dict[str, str]:
    """Return the values, in an item's content, of fields that no plugin declares now: no form shows them, and saving one keeps them."""
    known = {field.name for field in fields}
    return {name: value for name, value in content.get("fields", {}).items() if name not in known}


def _indicators(rows: Sequence[Mapping[str, Any]], wrong: dict[str, str]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        if not any(str(value if value is not None else "").strip() for value in row.values()):
            continue
        one: dict[str, Any] = {name: tidy(row.get(name)) for name in TEXTS}
        at = f"indicators-{place}-"
        if not one["name"]:
            wrong[at + "name"] = N_("Escriba el nombre del indicador.")
        if one["source_url"] and not re.match(r"https?://\S+$", one["source_url"]):
            wrong[at + "source_url"] = N_("La dirección debe empezar con https:// o http://.")
        for key in ("baseline", "target"):
            one[key] = _read(decimal, row.get(key), at + key, N_("Escriba una cifra, por ejemplo 55.8."), wrong)
            one[f"{key}_year"] = _read(year, row.get(f"{key}_year"), f"{at}{key}_year", N_("Escriba un año de cuatro cifras."), wrong)
        kept.append(one)
    return kept


def _read(reader: Any, value: object, name: str, sentence: str, wrong: dict[str, str]) -> Any:
    try:
        return reader(value)
    except ValueError:
        wrong[name] = sentence
        return None


def _alignments(rows: Sequence[Mapping[str, Any]], wrong: dict[str, str]) -> list[dict[str, str]]:
    kept = []
    for place, row in enumerate(rows):
        one = {name: tidy(row.get(name)) for name in ("scheme", "code", "label")}
        if not any(one.values()):
            continue
        if not one["scheme"]:
            wrong[f"alignments-{place}-scheme"] = N_("Diga con qué marco se alinea.")
        if not one["code"] and not one["label"]:
            wrong[f"alignments-{place}-code"] = N_("Escriba el código o el nombre.")
        kept.append(one)
    return kept


def _fields(values: Mapping[str, Any], fields: Sequence[ItemField], wrong: dict[str, str]) -> dict[str, str]:
    known = {field.name: field for field in fields}
    kept = {name: tidy(value) for name, value in values.items() if tidy(value)}
    for name, field in known.items():
        try:
            value = own_fields.kept(field, kept.get(name, ""))
        except ValueError:
            wrong[f"fields-{name}"] = own_fields.UNLIKE_ROWS if field.kind == "rows" else own_fields.UNLIKE
            continue
        if value:
            kept[name] = value
        elif field.required:
            wrong[f"fields-{name}"] = N_("Complete este dato.")
    return dict(sorted(kept.items()))

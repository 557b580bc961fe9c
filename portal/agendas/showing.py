"""How parts of an agenda are written for people, in pages and on paper alike."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.formats import NOTHING, numero

# Names of the frameworks that items are aligned with; another scheme is shown as it was written.
SCHEMES = {
    "ods": "ODS",
    "acuerdo-nacional": "Acuerdo Nacional",
    "pdrc": "PDRC",
    "pedn-2050": "PEDN al 2050",
    "plan-bicentenario": "Plan Bicentenario",
}


def figure(indicator: Mapping[str, Any], key: str) -> str:
    """Return an indicator's baseline or target with unit and year (`55.8 % (2023)`); the decimals are the source's."""
    value = indicator[key]
    if value is None:
        return NOTHING
    decimals = len(str(value).partition(".")[2])
    year = indicator[f"{key}_year"]
    return f"{numero(Decimal(value), decimals)} {indicator['unit']}".strip() + (f" ({year})" if year else "")


def alignment(link: Mapping[str, str]) -> str:
    """Return an alignment in words: `ODS 16.7: Garantizar…`."""
    head = " ".join(filter(None, (SCHEMES.get(link["scheme"], link["scheme"]), link["code"])))
    return f"{head}: {link['label']}" if link["label"] else head


def citation_order(link: Mapping[str, str]) -> tuple[str, list[tuple[int, str]], str]:
    """Return the sorting key of an alignment: its framework, then its code read as numbers (2.10 after 2.9)."""
    return link["scheme"], [(int(part) if part.isdecimal() else 0, part) for part in re.split(r"\W", link["code"])], link["label"]

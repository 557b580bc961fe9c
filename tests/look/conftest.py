"""The templates as a page sees them, without an application: only what the frame and the macros may count on."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from portal import formats
from portal.paths import STATIC, TEMPLATES

NOON = datetime(2022, 8, 31, 15, 32, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    """Return the moment the samples speak of: 31 August 2022, 10:32 in Lima."""
    return NOON


def _items(place: str, _subject: object = None) -> list[Any]:
    labels = {"nav.public": ["Agendas", "Compromisos"], "nav.staff": ["Tablero"], "nav.account": ["Mi cuenta"]}
    return [SimpleNamespace(label=label, href=f"/{label}", active=label == "Agendas") for label in labels.get(place, ["Verificar"])]


@pytest.fixture
def env() -> jinja2.Environment:
    """Return an environment like the portal's, with strict undefined names and Spanish as it is written."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, Path(__file__).parent / "pages"]),
        autoescape=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=jinja2.StrictUndefined,
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    formats.register(made, now=lambda: NOON)
    made.globals.update(
        csrf_token=lambda: "the-token",
        page_items=_items,
        static_url=lambda name: (STATIC / name).as_uri(),
        get_flashed_messages=lambda **_: [("ok", "Guardamos sus respuestas.")],
        locale="es",
        demo=True,
        actor=SimpleNamespace(signed_in=True, full_name="Persona Muestra Uno", is_administrator=False),
    )
    return made

"""Where the other pages lead to this plugin's: entries of the menus."""

from collections.abc import Iterator
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from portal.accounts.actor import Actor
from portal.extend import PageItem


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    if place in {"nav.public", "nav.footer"}:
        yield PageItem(label=gettext("Compromisos"), href=url_for("registry.index"), weight=20, active=request.path.startswith("/compromisos"))
        yield PageItem(label=gettext("Verificar"), href=url_for("verification.start"), weight=30, active=request.path.startswith(("/verificar", "/v/")))

"""Where the demo shows itself on the portal's pages."""

from collections.abc import Iterator

from flask import request, url_for
from flask_babel import gettext

from plugins.demo.data.people import SIGN_INS
from portal.accounts.actor import ROLES
from portal.extend import PageItem


def items(place: str) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    if place == "nav.public":
        yield PageItem(
            label=gettext("Correo de muestra"), href=url_for("demo.mailbox"), weight=90, active=request.path.startswith("/demo/correo")
        )
    elif place == "sign_in":
        yield PageItem(label=gettext("Entradas de muestra"), template="demo/_sign_in.html", context={"people": SIGN_INS, "roles": ROLES})

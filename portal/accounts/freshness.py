"""Sensitive acts ask for a sign-in of the last minutes; this sends people to prove again that it is them."""

import time

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.web import SAFE_METHODS, local_path, portal


def is_fresh() -> bool:
    """Tell whether the person proved who they are within the last `fresh_minutes`."""
    proved = session.get("fs_paa")
    return isinstance(proved, int | float) and 0 <= time.time() - proved < portal().settings.fresh_minutes * 60


def renewal() -> Response | None:
    """Return None for a fresh sign-in, else the redirect that renews it and comes back.

    A GET comes back to itself; a POST to the page whose form was sent, which keeps what was typed as a draft.
    """
    if is_fresh():
        return None
    if request.method in SAFE_METHODS:
        back = request.full_path.rstrip("?")
    else:
        back = local_path(
            request.headers.get("Referer", "").removeprefix(portal().settings.public_url).removeprefix(request.host_url.rstrip("/")),
            "/cuenta",
        )
    return redirect(url_for("accounts.renew", next=back), code=303)

"""What every view uses: the session, who acts, what they may do; and the rule that each view says who may enter."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast, overload
from urllib.parse import urlsplit

from flask import Flask, current_app, g, has_request_context, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from portal import clock, db
from portal.accounts.actor import NOBODY, Actor, Held, Permissions
from portal.accounts.models import Grant
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Forbidden, NotFound
from portal.log import request_id

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LARGEST = 2**31 - 1  # databases answer a larger number with an error, not with "there is none"


@dataclass(frozen=True)
class Access:
    """Who may enter a view: anybody (`action` None and not `signed_in`), any person, or those who may do `action`.

    `agenda` names the URL argument that holds an agenda's code; the agenda is loaded into `g.agenda`.
    """

    signed_in: bool = False
    action: str | None = None
    agenda: str | None = None
    fresh: bool = False


def public(view: View) -> View:
    """Let anybody in."""
    return _marked(view, Access())


@overload
def signed_in(view: View) -> View: ...


@overload
def signed_in(*, fresh: bool) -> Callable[[View], View]: ...


def signed_in(view: View | None = None, *, fresh: bool = False) -> Any:
    """Let any signed-in person in; the view or its service checks the rest. `fresh`: signed in lately."""
    if view is None:
        return lambda real: _marked(real, Access(signed_in=True, fresh=fresh))
    return _marked(view, Access(signed_in=True, fresh=fresh))


def requires(action: str, *, agenda: str | None = None, fresh: bool = False) -> Callable[[View], View]:
    """Let in those who may do `action`, in the agenda named by the URL argument `agenda` where given."""
    return lambda view: _marked(view, Access(signed_in=True, action=action, agenda=agenda, fresh=fresh))


def _marked(view: View, access: Access) -> View:
    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.access = access  # type: ignore[attr-defined]
    return cast("View", marked)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return what a view declared, or None."""
    return getattr(app.view_functions.get(endpoint), "access", None)


def portal() -> Portal:
    """Return the installation that serves this request."""
    return cast("Portal", current_app.extensions["portal"])


def _session() -> Session:
    if "db_session" not in g:
        g.db_session = portal().sessions()
    return cast("Session", g.db_session)


session: Session = cast("Session", LocalProxy(_session))


def commit() -> None:
    """Commit the request's work. A view calls it once, after its one service call."""
    _session().commit()


def mend() -> None:
    """Let the request go on after a plugin's statement failed in its session (`portal.db.mend`)."""
    if has_request_context() and "db_session" in g:
        db.mend(g.db_session)


def permissions() -> Permissions:
    """Return which roles may do which act."""
    return cast("Permissions", current_app.extensions["permissions"])


def actor() -> Actor:
    """Return who acts in this request."""
    if "actor" not in g:
        g.actor = _load_actor()
    return cast("Actor", g.actor)


def _load_actor() -> Actor:
    person = current_user
    if not getattr(person, "is_authenticated", False):
        return NOBODY
    grants = _session().scalars(select(Grant).where(Grant.person_id == person.id, Grant.ended_at.is_(None)))
    return Actor(person.id, person.full_name, tuple(Held(one.role, one.agenda_id, one.organisation_id, one.dimension) for one in grants))


def person_id() -> int:
    """Return the acting person's id; only for views that demand a sign-in."""
    identity = actor().person_id
    if identity is None:
        raise Forbidden
    return identity


def allowed(action: str, **where: Any) -> bool:
    """Tell whether the acting person may do `action` there (see `Permissions.allows`)."""
    return permissions().allows(actor(), action, **where)


def authorize(action: str, **where: Any) -> None:
    """Raise `Forbidden` unless the acting person may do `action` there."""
    if not allowed(action, **where):
        raise Forbidden


def local_path(target: str | None, default: str = "/") -> str:
    """Return `target` when it is a path of this portal, else `default`: a link never sends people elsewhere."""
    parts = urlsplit(target or "")
    good = (
        bool(target) and not parts.scheme and not parts.netloc and parts.path.startswith("/") and not str(target).startswith(("//", "/\\"))
    )
    return str(target) if good else default


def back_to(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST (303), so that reloading does not repeat it."""
    return redirect(url_for(endpoint, **values), code=303)


def page_number() -> int:
    """Return the ?pagina= of the address, at least 1."""
    try:
        return max(1, min(100_000, int(request.args.get("pagina", "1"))))
    except ValueError:
        return 1


def asked_number(name: str) -> int | None:
    """Return the whole number of the address's ?name=, None when there is none; no larger than a database can look for."""
    found = request.args.get(name, type=int)
    return None if found is None else max(-1, min(LARGEST, found))


def whole(text: str | None) -> int | None:
    """Return the whole number that a form sent ("12"), None for anything else and for more than a database can look for."""
    if not text or not re.fullmatch(r"[0-9]{1,40}", text):
        return None
    return int(text) if int(text) <= LARGEST else None


def wholes(texts: Iterable[str] | None) -> list[int]:
    """Return the whole numbers among what a form sent."""
    return [one for one in map(whole, texts or ()) if one is not None]


class _Number(IntegerConverter):
    """`<int:…>` in an address: one that no row can have is an address that does not exist."""

    def __init__(self, of: Map, *args: Any, **values: Any) -> None:
        super().__init__(of, *args, **{"max": LARGEST, **values})


def guard(app: Flask) -> None:
    """Install the checks around each request: id, transaction kind, access, closing of the session; and the limit of numbers in addresses."""
    app.url_map.converters["int"] = _Number

    @app.before_request
    def begin() -> None:
        g.request_token = request_id.set(secrets.token_hex(8))
        g.writing_token = db.writing.set(request.method not in SAFE_METHODS)
        g.now = clock.now()

    @app.before_request
    def check_access() -> Response | None:
        if request.endpoint is None or request.routing_exception is not None:
            return None
        access = access_of(app, request.endpoint)
        if access is None:  # not ours: static files and Flask-Security's pages, which guard themselves
            return None
        return _refusal(access)

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        opened = g.pop("db_session", None)
        if opened is not None:
            opened.close()
        if "writing_token" in g:
            db.writing.reset(g.pop("writing_token"))
            request_id.reset(g.pop("request_token"))


def _refusal(access: Access) -> Response | None:
    if access.signed_in and not actor().signed_in:
        where = (
            request.full_path.rstrip("?")
            if request.method in SAFE_METHODS
            else local_path(request.headers.get("Referer", "").removeprefix(portal().settings.public_url))
        )
        return redirect(url_for("accounts.sign_in", next=where), code=303)
    where_agenda: int | None = None
    if access.agenda is not None:
        agenda = _session().scalar(select(Agenda).where(Agenda.code == (request.view_args or {})[access.agenda]))
        if agenda is None:
            raise NotFound
        g.agenda, where_agenda = agenda, agenda.id
    if access.action is not None and not permissions().allows(actor(), access.action, agenda_id=where_agenda):
        raise Forbidden
    if access.fresh:
        from portal.accounts.freshness import renewal  # noqa: PLC0415 - that module's pages use this one

        return renewal()
    return None


def undeclared(app: Flask) -> list[str]:
    """Return the endpoints of our own that do not say who may enter."""
    own = (endpoint for endpoint in app.view_functions if not endpoint.startswith("security.") and not endpoint.endswith("static"))
    return sorted(endpoint for endpoint in own if access_of(app, endpoint) is None)

"""Opens and closes the browser's session, the same way for every means of signing in."""

from typing import Any

import flask
from flask_security.utils import login_user, logout_user
from sqlalchemy import select

from portal.accounts.models import Person
from portal.mail import QUEUED, MailMessage
from portal.web import commit, portal, session

KEPT = "keep."  # a page may leave, under such a key, what must survive signing in: the id of a draft, never the draft


def open_session(person: Person, *, via: str) -> None:
    """Sign the browser in, freshly, as `person`. `via` says how: "link", "code", "password", "passkey", "sample".

    Whatever the browser's session held before is dropped (its CSRF token too) but for keys that start with "keep.".
    """
    kept = {key: value for key, value in flask.session.items() if key.startswith(KEPT)}
    flask.session.clear()
    flask.session.update(kept)
    flask.g.pop("csrf_token", None)
    login_user(person, remember=False, authn_via=[via])
    flask.session.permanent = True
    flask.g.pop("actor", None)


def close_session() -> None:
    """Sign the browser out and forget all that its session held."""
    logout_user()
    flask.session.clear()
    flask.g.pop("actor", None)


def deliver(person_id: int) -> None:
    """Ask for the delivery of the mails that wait for a person; call it after the commit."""
    waiting: Any = select(MailMessage.id).where(
        MailMessage.person_id == person_id, MailMessage.state == QUEUED, MailMessage.next_try_at <= flask.g.now
    )
    found = session.scalars(waiting.order_by(MailMessage.id.desc()).limit(5)).all()
    commit()  # the workers write to these rows: nothing here may hold them
    for identity in found:
        portal().queue.enqueue("mail.send", identity)

"""Sets up Flask-Security: who is signed in, passwords (argon2), passkeys. Pages, codes and links are ours.

Of its pages only the passkeys' are mounted, as JSON for `static/passkeys.js`; bearer tokens are refused.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, after_this_request, g
from flask_security import FSQLALiteUserDatastore, MailUtil, RoleMixin, Security, WebauthnUtil
from flask_security import webauthn as passkeys
from flask_security.signals import user_authenticated, wan_registered
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement
from werkzeug.wrappers import Response

from portal import clock, web
from portal.accounts.models import Passkey, Person
from portal.accounts.session import deliver, open_session
from portal.context import Portal
from portal.i18n import N_
from portal.limits import limiter
from portal.templating import TRANSLATIONS

MESSAGES = {
    "API_ERROR": N_("La solicitud llegó incompleta. Recargue la página e inténtelo de nuevo."),
    "INVALID_INPUT": N_("El nombre lleva caracteres que no se aceptan."),
    "ANONYMOUS_USER_REQUIRED": N_("Ya inició sesión. Recargue la página."),
    "UNAUTHENTICATED": N_("Su sesión terminó. Recargue la página y entre de nuevo."),
    "WEBAUTHN_EXPIRED": N_("Pasó demasiado tiempo. Inténtelo de nuevo."),
    "WEBAUTHN_NAME_REQUIRED": N_("Escriba un nombre para la llave."),
    "WEBAUTHN_NAME_INUSE": N_("Ya tiene una llave con ese nombre. Escriba otro."),
    "WEBAUTHN_NAME_NOT_FOUND": N_("No tiene una llave con ese nombre."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": N_("En el nombre use solo letras, números, espacios y guiones."),
    "WEBAUTHN_CREDENTIAL_DELETED": N_("Se quitó la llave."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": N_("Se agregó la llave."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": N_("Esta llave ya está registrada."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": N_("No reconocemos esta llave. Entre con su correo."),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": N_("No reconocemos esta llave. Entre con su correo."),
    "WEBAUTHN_NO_VERIFY": N_("No se pudo comprobar la llave. Inténtelo de nuevo o entre con su correo."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": N_("Esta llave no sirve para entrar."),
    "WEBAUTHN_MISMATCH_USER_HANDLE": N_("Esta llave no es de su cuenta."),
    "DISABLED_ACCOUNT": N_("No reconocemos esta llave. Entre con su correo."),
}


class NoRole(RoleMixin):
    """Flask-Security wants a role class; roles here are held in an agenda (`Grant`) and asked of `portal.web.actor`."""


class OurSession:
    """Gives Flask-Security the request's database session."""

    session = web.session


class Store(FSQLALiteUserDatastore):
    """Knows that `Passkey` also keeps when a key was added."""

    def create_webauthn(self, user: Any, **values: Any) -> None:  # type: ignore[override]
        """Add a passkey to `user`."""
        super().create_webauthn(user, create_datetime=g.now, **values)


class QueuedMail(MailUtil):
    """Puts Flask-Security's mails into the portal's queue, drawn from the portal's templates."""

    def send_mail(self, template: str, subject: Any, recipient: Any, sender: Any, body: Any, html: Any, **kwargs: Any) -> None:  # noqa: ARG002 - its signature
        """Queue `template`; the caller's commit makes it real."""
        person: Person = kwargs["user"]
        _notify(person, template)


class Keys(WebauthnUtil):
    """Passkeys that sign in by themselves: kept on the device, unlocked by finger, face or PIN, on any kind of device."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002 - its signature
        """Ask for a key that needs no e-mail typed first."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002 - its signature
        """Ask that the device makes sure who holds it."""
        return UserVerificationRequirement.REQUIRED


SETTINGS = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "DEPRECATED_PASSWORD_SCHEMES": [],
    "PASSWORD_SINGLE_HASH": ["argon2"],  # passwords outlive a change of the secret key
    "EMAIL_PLAINTEXT": False,  # QueuedMail draws our templates instead
    "EMAIL_HTML": False,
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "accounts/mail/password_changed",
    "WEBAUTHN": True,
    "WAN_RP_NAME": "Rúbrica",
    "WAN_ALLOW_USER_HINTS": False,  # an address would tell whether its person has keys
    "WAN_ALLOW_AS_VERIFY": ["first"],
    "WAN_SIGNIN_WITHIN": timedelta(minutes=5),
    "FRESHNESS": timedelta(minutes=-1),  # asked by portal.web with `fresh=True`
    "API_ENABLED_METHODS": ["session"],
    "JOIN_USER_ROLES": False,
    "INPUT_NORMALIZE_FORM": "NFKC",  # accents stay one letter, as everywhere else
    "DATETIME_FACTORY": clock.now,
    "I18N_DOMAIN": "messages",
    "I18N_DIRNAME": [str(TRANSLATIONS)],
}


def init_app(app: Flask, _portal: Portal) -> None:
    """Install sign-in and the passkeys' endpoints."""
    app.config.update({f"SECURITY_{name}": value for name, value in SETTINGS.items()})
    app.config.update({f"SECURITY_MSG_{name}": (sentence, "error") for name, sentence in MESSAGES.items()})
    # It may be typed for a library that is not installed here.
    database: Any = OurSession()
    datastore = Store(database, Person, NoRole, Passkey)
    security = Security(app, datastore, register_blueprint=False, mail_util_cls=QueuedMail, webauthn_util_cls=Keys)
    security.want_json(lambda _request: True)
    app.login_manager._request_callback = None  # type: ignore[attr-defined]  # noqa: SLF001 - no sign-in by header
    app.register_blueprint(_endpoints())
    wan_registered.connect(_key_added, app)
    user_authenticated.connect(_note_key, app)


def _endpoints() -> Blueprint:
    """Return the passkeys' endpoints, named as Flask-Security's own code calls them."""
    pages = Blueprint("security", "flask_security", static_folder="static", static_url_path="/static/llaves")
    limited = limiter.limit("30 per minute")
    fresh = web.signed_in(fresh=True)
    pages.add_url_rule("/entrar/llave", "wan_signin", web.public(limited(passkeys.webauthn_signin)), methods=["POST"])
    pages.add_url_rule("/entrar/llave/<token>", "wan_signin_response", web.public(limited(_signed_in_by_key)), methods=["POST"])
    pages.add_url_rule("/entrar/confirmar/llave", "wan_verify", web.signed_in(limited(passkeys.webauthn_verify)), methods=["POST"])
    pages.add_url_rule(
        "/entrar/confirmar/llave/<token>",
        "wan_verify_response",
        web.signed_in(limited(passkeys.webauthn_verify_response)),
        methods=["POST"],
    )
    pages.add_url_rule("/cuenta/llaves/nueva", "wan_register", fresh(passkeys.webauthn_register), methods=["POST"])
    pages.add_url_rule(
        "/cuenta/llaves/nueva/<token>", "wan_register_response", fresh(passkeys.webauthn_register_response), methods=["POST"]
    )
    return pages


def _note_key(_app: Flask, user: Person, authn_via: list[str] | None, **_about: Any) -> None:
    if authn_via == ["webauthn"]:
        g.opened_by_key = user


def _signed_in_by_key(token: str) -> Any:
    """Sign in as Flask-Security does; when it did, and only then, open our kind of session."""
    answer = passkeys.webauthn_signin_response(token)
    person = g.pop("opened_by_key", None)
    if person is not None:
        open_session(person, via="passkey")
    return answer


def _key_added(_app: Flask, user: Person, **_about: Any) -> None:
    _notify(user, "accounts/mail/passkey_added")

    @after_this_request
    def send(response: Response) -> Response:  # runs after Flask-Security's commit, which was asked for first
        deliver(user.id)
        return response


def _notify(person: Person, template: str) -> None:
    if person.email:
        web.portal().mailer.queue(
            web.session,
            now=g.now,
            to=person.email,
            name=person.full_name,
            template=template,
            kind="security",
            about=f"person:{person.id}",
            person_id=person.id,
            context={"at": g.now},
        )

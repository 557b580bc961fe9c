"""The signed token of an unsubscribing link: it says which person's row and which topic, and nothing about the person."""

from itsdangerous import BadSignature, URLSafeSerializer

from portal.errors import NotFound
from portal.i18n import N_

UNKNOWN = N_("Este enlace no está completo. Copie la dirección entera de su correo, o cambie sus avisos en su cuenta.")


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="notices.unsubscribe")


def path(secret: str, person_id: int, topic: str) -> str:
    """Return the path of the page that ends a person's mail about `topic`. It works for ever: people read old mail."""
    return f"/avisos/baja/{_signer(secret).dumps([person_id, topic])}"


def read(secret: str, token: str) -> tuple[int, str]:
    """Return (person's id, topic). Raises `NotFound`."""
    try:
        person_id, topic = _signer(secret).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(UNKNOWN) from error
    return int(person_id), str(topic)

"""The two kinds of links that contributors without an account get: one that proves their address, once, and their own one, which lasts."""

import hashlib
import hmac
import secrets
from datetime import timedelta

TTL = timedelta(hours=72)


def new_token() -> str:
    """Return 256 bits for the link that proves an address; only `digest` of it is kept."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def own(secret: str, nonce: str) -> str:
    """Return the token of a contributor's own link: it can be made again for each mail, and not from the database alone."""
    seal = hmac.new(secret.encode(), f"dialogue:{nonce}".encode(), hashlib.sha256).hexdigest()
    return f"{nonce}.{seal}"


def nonce_of(secret: str, token: str) -> str | None:
    """Return the nonce that a contributor's own link names, None if this portal did not make the link."""
    nonce, _, _ = token.partition(".")
    good = hmac.compare_digest(own(secret, nonce).encode(), token.encode("utf-8", "surrogatepass"))
    return nonce if good and nonce else None

"""Keys in a PKCS#11 token (a security module, or SoftHSM): they are made there, sign there, and never leave it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NoReturn, Self
from urllib.parse import unquote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .errors import AuthorityError

_LOCK: Final = threading.RLock()  # a token signs for one thread at a time


@dataclass(frozen=True)
class Token:
    """Where a token is: what the RFC 7512 address `pkcs11:token=…;object=…?module-path=…&pin-source=file:…` says.

    `prefix` (the address's `object`) begins the label of every key that is made there.
    """

    module: str
    label: str
    prefix: str
    pin_file: str

    @classmethod
    def of(cls, address: str) -> Self:
        """Read an address. Raises AuthorityError, naming what is missing."""
        scheme, _, rest = address.partition(":")
        path, _, query = rest.partition("?")
        parts = dict(pair.partition("=")[::2] for pair in path.split(";") if pair)
        parts |= dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        lacking = [name for name in ("token", "module-path", "pin-source") if not parts.get(name)]
        if scheme != "pkcs11" or lacking:
            raise AuthorityError(f"not a PKCS#11 address: {', '.join(lacking) or 'it begins with pkcs11:'} is missing")
        known = {name: unquote(text) for name, text in parts.items()}
        return cls(known["module-path"], known["token"], known.get("object", "rubrica"), known["pin-source"].removeprefix("file:"))

    @contextmanager
    def session(self) -> Iterator[Any]:
        """The one session of this process with the token. Raises AuthorityError when it cannot be had or fails."""
        import pkcs11  # noqa: PLC0415 - an optional library

        with _LOCK:
            try:
                yield _session(self.module, self.label, self.pin_file)
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                _session.cache_clear()  # the token may have been taken out; the next try opens it again
                raise AuthorityError(f"the PKCS#11 token {self.label!r} fails: {type(error).__name__} {error}".rstrip()) from error

    def make_key(self, label: str) -> "TokenKey":
        """A P-256 key that is made in the token, or the one of that label that is there."""
        from pkcs11 import Attribute, KeyType  # noqa: PLC0415
        from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

        with self.session() as session:
            if not any(True for _ in session.get_objects(_private(label))):
                curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
                parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
                parameters.generate_keypair(store=True, label=label)
        return self.key(label)

    def key(self, label: str) -> "TokenKey":
        """The key of that label. Raises AuthorityError when the token has none."""
        from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415
        from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415

        with self.session() as session:
            found = list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: label}))
            der = encode_ec_public_key(found[0]) if len(found) == 1 else None
        public = serialization.load_der_public_key(der) if der is not None else None
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise AuthorityError(f"the PKCS#11 token {self.label!r} has not one elliptic curve key labelled {label!r}")
        return TokenKey(self, label, public)


def _private(label: str) -> dict[Any, Any]:
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

    return {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label}


@lru_cache(maxsize=4)
def _session(module: str, label: str, pin_file: str) -> Any:
    import pkcs11  # noqa: PLC0415

    found = pkcs11.lib(module).get_token(token_label=label)
    try:
        return found.open(rw=True, user_pin=Path(pin_file).read_text().strip())
    except pkcs11.UserAlreadyLoggedIn:  # by a session before this one: a login is the process's
        return found.open(rw=True)


class TokenKey(ec.EllipticCurvePrivateKey):
    """Stands for a private key that is in a token; `cryptography` builds certificates and lists with it as with any other."""

    def __init__(self, token: Token, label: str, public: ec.EllipticCurvePublicKey) -> None:
        self._token, self.label, self._public = token, label, public

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Return the ECDSA signature (DER) over the SHA-256 of `data`, made in the token."""
        from pkcs11 import Mechanism  # noqa: PLC0415

        if getattr(signature_algorithm.algorithm, "name", "") != "sha256":
            raise AuthorityError("a key in a token signs SHA-256 only")
        with self._token.session() as session:
            found = list(session.get_objects(_private(self.label)))
            if len(found) != 1:
                raise AuthorityError(f"the PKCS#11 token has not one private key labelled {self.label!r}")
            raw = found[0].sign(sha256(data).digest(), mechanism=Mechanism.ECDSA)
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half."""
        return self._public

    @cached_property
    def curve(self) -> ec.EllipticCurve:
        """The curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Bits."""
        return self._public.key_size

    def _stays(self) -> NoReturn:
        raise AuthorityError("the key does not leave its token")

    def exchange(self, algorithm: Any, peer_public_key: Any) -> bytes:  # noqa: ARG002
        """Not what this key is for."""
        self._stays()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """Never."""
        self._stays()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002, ARG002 - the library's name
        """Never."""
        self._stays()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

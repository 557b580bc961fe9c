"""Sign CMS with a key that `cryptography` holds or stands for: in memory, or in a PKCS#11 token that never gives it away."""

from collections.abc import Iterable

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .errors import SigningError
from .keyfiles import SigningKey


class KeySigner(Signer):
    """pyHanko's signer around one key. SHA-256; ECDSA, or RSA with PKCS#1 v1.5."""

    def __init__(self, certificate: asn1_x509.Certificate, key: SigningKey, chain: Iterable[asn1_x509.Certificate]) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=registry)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's order
        """Return the signature over `data`."""
        if digest_algorithm != "sha256":
            raise SigningError(f"{digest_algorithm} is not signed with")
        if dry_run:
            return bytes(self._key.key_size // 8 if not isinstance(self._key, ec.EllipticCurvePrivateKey) else 72)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())

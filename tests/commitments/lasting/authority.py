"""A timestamp authority on loopback, of certomancer's making: it may be stopped, started again, slow, or lie."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from certomancer.services import TimeStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEAR = dt.timedelta(days=365)


class TimestampAuthority:
    """An authority with a root of its own. `mode`: "good", "slow", "other_bytes", "other_question", "refuses", "nonsense"."""

    def __init__(self, name: str = "Sellado de tiempo de muestra", *, now: dt.datetime | None = None, years: float = 10) -> None:
        self.mode, self.asked, self.fixed_time = "good", 0, now
        self.released = Event()  # lets the slow one answer
        self._name, self._now = name, now or dt.datetime.now(dt.UTC)
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(f"Raíz de {name}", self._root_key, None, years=30)
        self.renew(years)
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.start()

    def renew(self, years: float) -> None:
        """Begin to stamp with a new certificate, good for so many years."""
        key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._certificate(self._name, key, self.root, years=years)
        der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self._key = asn1_keys.PrivateKeyInfo.load(der)

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, *, years: float
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        start = self._now - dt.timedelta(days=400)
        is_root = issuer is None
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(self._now + years * YEAR)
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root_key.public_key()), critical=False)
            .add_extension(x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False), critical=True)
        )
        if not is_root:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            if self._port_known:
                place = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{self.url}/root.crl")], None, None, None)
                builder = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False)
        return builder.sign(self._root_key, hashes.SHA256())

    @property
    def _port_known(self) -> bool:
        return bool(getattr(self, "_port", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def trust_in(self, home: Path) -> None:
        """Put the root where an installation looks for it."""
        folder = home / "trust" / "timestamps"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self._port}.pem").write_bytes(self.root_pem)

    def crl(self) -> bytes:
        now = self.fixed_time or dt.datetime.now(dt.UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.root.subject).last_update(now).next_update(now + YEAR)
        return builder.sign(self._root_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def answer(self, body: bytes) -> bytes:
        """Answer a TimeStampReq in the manner of `mode`."""
        self.asked += 1
        if self.mode == "slow":
            self.released.wait(30)
        if self.mode == "nonsense":
            return b"<html>502 Bad Gateway</html>"
        request = tsp.TimeStampReq.load(body)
        if self.mode == "refuses":
            return bytes.fromhex("30053003020102")  # TimeStampResp { status { rejection } }
        if self.mode == "other_bytes":
            request["message_imprint"]["hashed_message"] = b"\x00" * 32
        if self.mode == "other_question":
            request["nonce"] = 7
        certificate = asn1_x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))
        return bytes(TimeStamper(certificate, self._key, fixed_dt=self.fixed_time).request_tsa_response(request).dump())

    def start(self) -> None:
        """Answer (again) at the same address."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self._give(answer, "application/timestamp-reply")

            def do_GET(self) -> None:
                self._give(authority.crl(), "application/pkix-crl")

            def _give(self, data: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        first = not self._port
        for _ in range(50):
            try:
                self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
                break
            except OSError:  # the port is still being left
                time.sleep(0.1)
        assert self._server is not None
        self._port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        if first:
            self.renew((self.certificate.not_valid_after_utc - self._now) / YEAR)  # now its list has an address

    def stop(self) -> None:
        """Go down: connections are refused."""
        self.released.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def running(**about: object) -> Iterator[TimestampAuthority]:
    """An authority for the time of a test."""
    one = TimestampAuthority(**about)  # type: ignore[arg-type]
    try:
        yield one
    finally:
        one.stop()

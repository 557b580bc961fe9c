"""Revocation lists are fetched from wherever a certificate says, and whoever answers there may answer anything."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.lasting import archive


def pointing_to(address: str) -> asn1_x509.Certificate:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Autoridad de muestra")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
    made = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False).sign(key, hashes.SHA256())
    return asn1_x509.Certificate.load(made.public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    "answer",
    [b"nothing like HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut short", b"HTTP/1.1 200 OK\r\n\r\nno list", b""],
    ids=["not-http", "cut-short", "no-list", "silence"],
)
def test_an_answer_that_is_no_revocation_list_is_left_out(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert archive._fetched([pointing_to(f"http://127.0.0.1:{server.getsockname()[1]}/lista.crl")]) == []
        thread.join()

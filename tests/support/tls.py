"""How does a test put HTTPS before a program, as a proxy does in service?"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug import Request, Response

from tests.support.web import serving_at

_OF_THE_CONNECTION = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


def certificate(file: Path, *names: str) -> Path:
    """Writes a certificate of `names`, or else of this machine's address, for itself into `file`, together with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    of: list[x509.GeneralName] = [*map(x509.DNSName, names)] or [x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(of), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def speaking_https(port: int, *, before: int, certificate: Path) -> Iterator[None]:
    """A proxy at `port` of this machine for the program at the port `before`, which it tells for whom and how it was asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with httpx.Client(base_url=f"http://127.0.0.1:{before}", trust_env=False, timeout=20) as client:

        def pass_on(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            asked = Request(environ)
            headers = [(name, value) for name, value in asked.headers if name.lower() not in _OF_THE_CONNECTION]
            headers += [("X-Forwarded-For", str(asked.remote_addr)), ("X-Forwarded-Proto", "https")]
            target = asked.full_path if asked.query_string else asked.path
            answer = client.send(client.build_request(asked.method, target, headers=headers, content=asked.get_data()))
            kept: list[Any] = [(name, value) for name, value in answer.headers.multi_items() if name not in _OF_THE_CONNECTION]
            return Response(answer.content, answer.status_code, kept)(environ, start_response)

        with serving_at(pass_on, port, encrypted=context):
            yield

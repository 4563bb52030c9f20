"""A real SMTP server, as mean as a test wants it to be, and certificates for it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.clock import now

USER = "fluxvector"
PASSWORD = "correct/horse@battery"


@dataclass(slots=True)
class Letters:
    """What a server got, and what it says: `recipient` and `data` are its answers, in turn; the last one stays."""

    envelopes: list[Envelope] = field(default_factory=list)
    recipient: list[str] = field(default_factory=lambda: ["250 OK"])
    data: list[str] = field(default_factory=lambda: ["250 OK"])
    # Ends the connection instead of answering the data, so often.
    hang_ups: int = 0
    delay_s: float = 0.0
    connections: int = 0
    # Of each mail that was taken, whether TLS held; and who tried to log in.
    was_encrypted: list[bool] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    sessions: list[SMTP] = field(default_factory=list)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = _next(self.recipient)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay_s)
        if self.hang_ups:
            self.hang_ups -= 1
            assert server.transport is not None
            server.transport.close()
            return "250 never read"
        answer = _next(self.data)
        if answer.startswith("250"):
            self.envelopes.append(envelope)
            self.was_encrypted.append(session.ssl is not None)
        return answer

    def hang_up_idle(self) -> None:
        """Ends all connections, whoever is connected."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.close()

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails that were taken, parsed."""
        return [parsed(envelope.original_content or b"") for envelope in self.envelopes]


def parsed(data: bytes) -> EmailMessage:
    """A mail as a reader of mail sees it."""
    message = message_from_string(data.decode(), policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """The body of a mail, plain or html."""
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate and the authority that signed it, as PEM files."""

    chain: Path
    key: Path
    ca: Path

    @property
    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context


def make_certificate(folder: Path, *names: str, days: int = 1) -> Certificate:
    """A certificate for these host names, by an authority of its own; with negative `days` it has run out."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's authority")])
    ca = _signed(ca_name, ca_name, ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=0), (), 2)
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = _signed(own, ca_name, key, ca_key, x509.BasicConstraints(ca=False, path_length=None), names, days)
    made = Certificate(folder / "chain.pem", folder / "key.pem", folder / "ca.pem")
    made.chain.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


@asynccontextmanager
async def smtp_server(
    letters: Letters, *, tls: ssl.SSLContext | None = None, port: int = 0, **options: Any
) -> AsyncIterator[int]:
    """A server on a port of this machine for the block, with `tls` from the first byte; options are aiosmtpd's."""

    def made() -> SMTP:
        letters.connections += 1
        session = SMTP(letters, hostname="mail.example.com", loop=loop, **{"enable_SMTPUTF8": True, **options})
        letters.sessions.append(session)
        return session

    loop = asyncio.get_running_loop()
    server = await loop.create_server(made, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        letters.hang_up_idle()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # for what was connected to take note of it


def starttls(certificate: Certificate, *, with_login: bool = False) -> dict[str, Any]:
    """Options of a server that wants STARTTLS, and a login of USER if need be."""
    options: dict[str, Any] = {"tls_context": certificate.context, "require_starttls": True}
    return options | (login() if with_login else {})


def login() -> dict[str, Any]:
    """Options of a server that wants a login of USER."""
    return {"authenticator": _authenticate, "auth_required": True}


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, sent: Any) -> AuthResult:
    letters = server.event_handler
    assert isinstance(letters, Letters)
    letters.logins.append(getattr(sent, "login", b""))
    is_right = isinstance(sent, LoginPassword) and (sent.login, sent.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


def _next(answers: list[str]) -> str:
    return answers.pop(0) if len(answers) > 1 else answers[0]


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    ca_key: ec.EllipticCurvePrivateKey,
    constraints: x509.BasicConstraints,
    names: tuple[str, ...],
    days: int,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=3))
        .not_valid_after(now() + timedelta(days=days))
        .add_extension(constraints, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    else:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(ca_key, hashes.SHA256())

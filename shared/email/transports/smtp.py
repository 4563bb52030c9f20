"""SMTP with TLS 1.2 or newer and a certificate that is verified; without only to this machine itself.

The standard library's client blocks, so it runs in a thread. A connection serves many mails. Its own time-outs are for
each read; that a server which answers a byte now and then does not hold a mail for ever is seen to by a watchdog.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.email.message import Mail
from shared.email.transports.transport import (
    CONNECT_TIMEOUT_S,
    SEND_TIMEOUT_S,
    DeliveryFault,
    NotNow,
    Refused,
    Unreachable,
)

# 5.7.x (RFC 3463): what is refused is us or the relaying, not the recipient. That can be mended, and mail sent then.
_OUR_FAULT = re.compile(rb"5\.7\.\d")

# The first that fits.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "smtp_login"),
    (smtplib.SMTPResponseException, "smtp"),
    (smtplib.SMTPServerDisconnected, "smtp_disconnected"),
    (smtplib.SMTPException, "smtp_error"),
    (ssl.SSLCertVerificationError, "tls_certificate"),
    (ssl.SSLError, "tls_error"),
    (TimeoutError, "smtp_timeout"),
    (OSError, "smtp_connection"),
)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `is_implicit`: TLS from the first byte (smtps), else STARTTLS."""

    host: str
    port: int
    is_implicit: bool
    user: str = field(repr=False)
    password: str = field(repr=False)
    # Certificates (PEM) that are trusted instead of the system's.
    ca_file: str | None

    @property
    def needs_tls(self) -> bool:
        """Whether nothing is said in the clear: everywhere but on this machine, and there too where a CA is named."""
        return self.is_implicit or self.ca_file is not None or not _is_loopback(self.host)


class Smtp:
    """Hands mail to an SMTP server."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        send_timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        self._server = server
        self._connect_timeout_s = connect_timeout_s
        self._send_timeout_s = send_timeout_s
        self._connection: smtplib.SMTP | None = None

    def __repr__(self) -> str:
        return f"Smtp({self._server!r})"

    async def send(self, mail: Mail) -> None:
        """Hands a mail over. Raises DeliveryFault."""
        await asyncio.to_thread(self._send, mail)

    async def close(self) -> None:
        """Takes leave of the server, if it is still there."""
        await asyncio.to_thread(self._quit)

    def _send(self, mail: Mail) -> None:
        is_connected = False
        try:
            connection = self._connected()
            is_connected = True
            with self._watched(connection):
                _hand_over(connection, mail)
        except BaseException as error:
            # Whatever state the server is in, the next mail meets a fresh one.
            self._drop()
            if isinstance(error, DeliveryFault) or (reason := _reason_of(error)) is None:
                raise
            # What ends in the middle may be about this mail; what does not begin is about none.
            raise (NotNow(reason) if is_connected else Unreachable(reason)) from None

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None:
            try:
                with self._watched(self._connection):
                    code, _ = self._connection.rset()
                if code == 250:
                    return self._connection
            except (OSError, smtplib.SMTPException):
                pass  # it waited too long between two mails
            self._drop()
        self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if server.is_implicit:
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._connect_timeout_s, context=context
            )
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=self._connect_timeout_s)
        try:
            with self._watched(made):
                made.ehlo_or_helo_if_needed()
                if server.needs_tls and not server.is_implicit:
                    if not made.has_extn("starttls"):
                        raise Unreachable("smtp_no_tls")
                    made.starttls(context=context)
                    made.ehlo()
                if server.user:
                    made.login(server.user, server.password)
            if made.sock is not None:
                made.sock.settimeout(self._send_timeout_s)
        except BaseException:
            made.close()
            raise
        return made

    @contextmanager
    def _watched(self, connection: smtplib.SMTP) -> Iterator[None]:
        """Ends the connection where the block takes longer than a mail may; whoever waits for it then gets an error."""
        watchdog = threading.Timer(self._send_timeout_s, _hang_up, [connection])
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _quit(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException), self._watched(self._connection):
                self._connection.quit()
            self._drop()


def _hand_over(connection: smtplib.SMTP, mail: Mail) -> None:
    options = []
    if mail.is_international:
        if not connection.has_extn("smtputf8"):
            raise Refused("smtp_no_smtputf8")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, _ = connection.mail(mail.sender.envelope, options)
    if code != 250:
        raise Unreachable(f"smtp_sender_{code}")
    code, words = connection.rcpt(mail.recipient.envelope)
    if code not in (250, 251):
        raise _refusal(code, words)
    try:
        code, words = connection.data(mail.data)
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"") from None
    if code != 250:
        raise _refusal(code, words)


def _refusal(code: int, words: bytes) -> DeliveryFault:
    """What an answer to a recipient or a text means for the mail."""
    reason = f"smtp_{code}"
    if code == 421:
        return Unreachable(reason)
    if code < 500 or code == 530 or _OUR_FAULT.match(words):
        return NotNow(reason)
    return Refused(reason)


def _reason_of(error: BaseException) -> str | None:
    """A code for what the library raised; its message may quote the server, and with it an address."""
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), None)
    return f"{reason}_{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else reason


def _hang_up(connection: smtplib.SMTP) -> None:
    if isinstance(connection.sock, socket.socket):
        with contextlib.suppress(OSError):
            # Below TLS, whose own state belongs to the thread that waits.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

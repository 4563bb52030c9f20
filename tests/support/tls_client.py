"""A client that speaks one version of TLS, old ones too, and a server that would let it."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.certificate import Certificate

EVERY_CIPHER = "ALL:@SECLEVEL=0"
"""OpenSSL keeps TLS below 1.2 for this level alone."""


def client_of(version: ssl.TLSVersion, ca_file: Path) -> ssl.SSLContext:
    """A context that speaks this version and no other, and trusts one authority."""
    return _only(ssl.create_default_context(cafile=ca_file), version)


def handshake(port: int, context: ssl.SSLContext, name: str = "localhost") -> str:
    """The version that a server on 127.0.0.1 agrees to, `TLSv1.3`. Raises ssl.SSLError, ConnectionError."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        return connection.version() or ""


@contextmanager
def old_server(certificate: Certificate, version: ssl.TLSVersion) -> Iterator[int]:
    """The port of a server that speaks this version and no other, and sends nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    _only(context, version)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, context))
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)  # wakes the thread
        thread.join()


def _serve(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(5)
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:  # ssl.SSLError is one: the client would not
                continue


def _only(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    if version < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers(EVERY_CIPHER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is what this is about
        context.minimum_version = version
        context.maximum_version = version
    return context

"""The container's health check: exit status 0 when the embedder answers ``GET /health`` with 200.

    python -I -S /srv/health.py

It runs every few seconds for as long as the container lives, so it imports next to nothing: a client library would cost
more than an idle embedder does. It asks this very machine, hence TLS without checking the certificate's name.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping

TIMEOUT_SECONDS = 2.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - listened on, not by us


def is_healthy(environ: Mapping[str, str]) -> bool:
    """Whether the embedder of these settings answers in time that it is well."""
    host = environ.get("EMBEDDER_HOST", "").strip() or "127.0.0.1"
    address = (_EVERY_ADDRESS.get(host, host), int(environ.get("EMBEDDER_PORT", "").strip() or 8081))
    try:
        with socket.create_connection(address, TIMEOUT_SECONDS) as plain:
            if not environ.get("EMBEDDER_TLS_CERT", "").strip():
                return _ask(plain)
            with _encrypted(plain) as connection:
                return _ask(connection)
    except OSError:
        return False


def _encrypted(plain: socket.socket) -> socket.socket:
    import ssl  # noqa: PLC0415 - twice the time of all the rest

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def _ask(connection: socket.socket) -> bool:
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return connection.recv(64).startswith(b"HTTP/1.1 200 ")


if __name__ == "__main__":
    sys.exit(not is_healthy(os.environ))

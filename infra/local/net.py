"""Addresses: is the port free, where does the service answer, and does it."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NamedTuple

from infra.local.failure import StartFailure


class Address(NamedTuple):
    """Where the gateway listens: the IP address to bind, and the host by which a client on this machine reaches it.

    `is_tls` is whether it serves HTTPS there, and not HTTP.
    """

    bind: str
    connect: str
    port: int
    is_tls: bool = False

    @property
    def base_url(self) -> str:
        host = f"[{self.connect}]" if ":" in self.connect else self.connect
        return f"{'https' if self.is_tls else 'http'}://{host}:{self.port}"

    @property
    def reach(self) -> str | None:
        """Where others than this machine may reach it, as words; None on loopback."""
        address = _ip(self.bind)
        if address.is_unspecified:
            return "every address of this machine"
        return None if address.is_loopback else self.bind


def free_address(host: str, port: int, *, is_tls: bool = False) -> Address:
    """The address of `host` (a name, an IPv4 or an IPv6 address) and `port`, proven to be free.

    Raises StartFailure where the host is not this machine's or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        raise StartFailure(f"FLUXVECTOR_HOST {host!r} is not an address of this machine{reason}.") from error
    # IPv4 first: "localhost" is both, and 127.0.0.1 is what everybody expects of it.
    family, _, _, _, sockaddr = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        # A port that only waits out its last connections (TIME_WAIT) is free; one that somebody listens on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(sockaddr)
            probe.listen(1)
        except PermissionError as error:
            raise StartFailure(f"Port {port} is only for root: choose one above 1023 by FLUXVECTOR_PORT.") from error
        except OSError as error:
            if probe.getsockname()[1] == 0 and error.errno not in _TAKEN:
                raise StartFailure(f"{host} port {port} cannot be listened on: {error.strerror}.") from error
            raise StartFailure(
                f"Port {port} on {host} is taken by another program: stop it, or choose another by FLUXVECTOR_PORT."
            ) from error
    bind = str(sockaddr[0])
    return Address(bind=bind, connect=_connectable(host, bind), port=port, is_tls=is_tls)


def free_loopback_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def request(
    address: Address,
    method: str,
    path: str,
    *,
    body: Mapping[str, Any] | None = None,
    token: str | None = None,
    timeout_s: float = 10.0,
) -> int | None:
    """The status of one request, None where nobody answered."""
    headers = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    connection = _connection(address, timeout_s)
    try:
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _connection(address: Address, timeout_s: float) -> http.client.HTTPConnection:
    if not address.is_tls:
        return http.client.HTTPConnection(address.connect, address.port, timeout=timeout_s)
    # It is this machine's own gateway, whose certificate is for the name that others know it by.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(address.connect, address.port, timeout=timeout_s, context=context)


_TAKEN = {98, 48}  # EADDRINUSE of Linux and of macOS


def _connectable(host: str, bind: str) -> str:
    """0.0.0.0 and :: say where to listen; nobody can portably connect to them."""
    address = _ip(bind)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return host


def _ip(bind: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(bind.partition("%")[0])
    # ::ffff:127.0.0.1 is 127.0.0.1, which Python knows from 3.13 on.
    return getattr(address, "ipv4_mapped", None) or address

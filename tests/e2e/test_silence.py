"""The started product writes down nothing that anybody sends over real connections (privacy policy, 2 to 4)."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from tests.support.canaries import Flock, Kind, told
from tests.support.canary_requests import ERASURE, TEXTS, VALUES, Requests
from tests.support.product import Product


def test_policy_2_the_product_writes_nothing_of_it_down(product: Product) -> None:
    """Everything that its processes log: gateway, scheduler, embedder, PostgreSQL, index worker, and the terminal."""
    flock = Flock()
    credentials = product.credentials
    for secret, name in (
        (credentials.api_key, "key"),
        (credentials.password, "password"),
        (credentials.email, "email"),
    ):
        flock.adopt(secret, f"the demo account's {name}")
    statuses = set()
    # A body that a call does not read ends its connection: each request has one of its own.
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=credentials.base_url, timeout=30, limits=limits) as client:
        signed_in = {"email": credentials.email, "password": credentials.password}
        tokens = client.post("/v1/auth/login", json=signed_in).json()
        session = flock.adopt(tokens["access_token"], "a session's token")
        by_key = {"Authorization": f"Bearer {credentials.api_key}"}
        collections = {name: flock.word(Kind.NAME, f"the collection of {name}") for name in (TEXTS, VALUES)}
        for name, dimension in ((TEXTS, 1024), (VALUES, 3)):
            made = {"name": collections[name], "dimension": dimension}
            assert client.post("/v1/collections", json=made, headers=by_key).status_code == 200
        requests = Requests(flock, collections, "key_unknown")
        for sent in [*requests.good(together=0), *requests.bad()]:
            if sent.route == ERASURE:
                continue
            credential = {"Authorization": f"Bearer {session}"} if sent.is_signed_in else by_key
            method, url = sent.route.split(" ")[0], f"{sent.path}?{sent.query}"
            with suppress(httpx.TransportError):  # it was answered before all of its body was sent
                answer = client.request(method, url, content=sent.content, headers=credential | sent.headers)
                statuses.add(answer.status_code)
        for name in collections.values():
            assert client.delete(f"/v1/collections/{name}", headers=by_key).status_code == 200
    assert statuses >= {200, 400, 401, 404, 415, 422, 501}
    for request in (
        f"GET /{flock.word(Kind.SECRET, 'a line that is cut')}",
        f"{flock.word(Kind.SECRET, 'a method')} / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET / HTTP/1.1\r\n{flock.word(Kind.SECRET, 'a header without a colon')}\r\n\r\n",
        f"GET / HTTP/9.9 {flock.word(Kind.SECRET, 'a protocol')}\r\n\r\n",
        f"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{flock.word(Kind.CONTENT, 'a chunk')}\r\n",
        f"GET /{flock.word(Kind.SECRET, 'a long path') * 8_000} HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        _said_by_socket(credentials.base_url, request)
    logs = sorted((product.data_dir / "logs").iterdir())
    assert {"gateway", "embedder", "postgres", "scheduler"} <= {path.name.split(".")[0] for path in logs}
    assert sum(path.read_bytes().count(b'"event":"request"') for path in logs) > len(statuses) * 50
    for path in logs:
        found = flock.found_in(path.read_bytes().decode("latin-1"))
        assert not found, f"{path.name} tells of\n{told(found)}"
    shown = [each for each in flock.found_in(product.output) if not each.where.startswith("the demo account's")]
    assert not shown, f"the terminal tells of\n{told(shown)}"


def _said_by_socket(base_url: str, request: str) -> bytes:
    parts = urlsplit(base_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        try:
            connection.sendall(request.encode())
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(1 << 16)
        except (ConnectionError, TimeoutError):
            return b""

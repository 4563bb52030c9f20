"""`make run` with a certificate: HTTPS, and nothing but HTTPS."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from typing import Any

import pytest

from tests.support import product as support
from tests.support.certificates import self_signed
from tests.support.product import MODEL_DIR, Product, started

pytestmark = pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")


def test_it_serves_https_and_a_wrong_pair_starts_nothing() -> None:
    with support.home() as home:
        certificate, other = self_signed(home), self_signed(home)
        pair: dict[str, Any] = {
            "FLUXVECTOR_TLS_CERT": str(certificate.chain),
            "FLUXVECTOR_TLS_KEY": str(certificate.key),
        }
        wrong = Product(home / "wrong", **pair | {"FLUXVECTOR_TLS_KEY": str(other.key)})
        assert wrong.wait() == 1
        assert "no certificate with its key" in wrong.output.splitlines()[-1]
        with started(home / "data", FLUXVECTOR_HOST="localhost", **pair) as product:
            credentials = product.credentials
            assert credentials.base_url == f"https://localhost:{product.port}"
            assert credentials.base_url in product.output
            context = ssl.create_default_context(cafile=certificate.chain)
            connection = http.client.HTTPSConnection("localhost", product.port, timeout=30, context=context)
            try:
                headers = {"Authorization": f"Bearer {credentials.api_key}"}
                connection.request("GET", "/v1/collections/demo", headers=headers)
                answer = connection.getresponse()
                assert (answer.status, json.loads(answer.read())["name"]) == (200, "demo")
            finally:
                connection.close()
            with socket.create_connection(("localhost", product.port), timeout=10) as plain:
                plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b"HTTP" not in plain.recv(1024)
            assert product.stop() == 0

"""TLS 1.2 or newer, to callers, to the database and to the embedder (privacy policy, section 10)."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.local.certificate import Certificate
from shared.config import Model
from shared.db.connection import Database, Statement
from shared.embedding import Embedder
from shared.errors import Unavailable
from shared.transport_rules import fault_of_database_url
from tests.support.api import MODEL
from tests.support.certificates import self_signed
from tests.support.database import REPOSITORY, TestDatabase
from tests.support.embedder import EMBEDDER_COMMAND, MODEL_DIR
from tests.support.gateway import RunningGateway, launch, running_gateway
from tests.support.product import free_port
from tests.support.tls_client import client_of, handshake, old_server
from tests.support.tls_database import tls_before

OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
NEW = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
ONE = Statement(b"SELECT 1")
TOKEN = "token-of-the-tests-0123456789abcdef"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def certificate(folder: Path) -> Certificate:
    """Of localhost."""
    return self_signed(folder)


@pytest.fixture(scope="module")
def stranger(folder: Path) -> Certificate:
    """Of localhost too, by another authority."""
    return self_signed(folder)


def of(certificate: Certificate) -> dict[str, str]:
    return {"FLUXVECTOR_TLS_CERT": str(certificate.chain), "FLUXVECTOR_TLS_KEY": str(certificate.key)}


# --- the public side


@pytest.fixture
def gateway(database: TestDatabase, certificate: Certificate, tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(database, tmp_path / "log", **of(certificate)) as running:
        yield running


def test_callers_are_served_by_tls_1_2_and_1_3_and_refused_below(
    gateway: RunningGateway, certificate: Certificate, stranger: Certificate
) -> None:
    for name, version in NEW.items():
        context = client_of(version, certificate.chain)
        assert handshake(gateway.port, context) == name
        connection = http.client.HTTPSConnection("localhost", gateway.port, timeout=10, context=context)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b'{"status":"ok"}')
            assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        finally:
            connection.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(gateway.port, client_of(version, stranger.chain))
    for version in OLD:
        context = client_of(version, certificate.chain)
        with old_server(certificate, version) as port:  # the client can: it is the gateway that will not
            assert ssl.TLSVersion[handshake(port, context).replace(".", "_")] == version
        with pytest.raises((ssl.SSLError, ConnectionError)):
            handshake(gateway.port, context)


def test_openssl_is_refused_below_1_2(gateway: RunningGateway, certificate: Certificate) -> None:
    refused = {}
    for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", f"-{version}", "-brief"]
        command += ["-CAfile", str(certificate.chain), "-servername", "localhost"]
        command += ["-cipher", "ALL:@SECLEVEL=0"] if version in ("tls1", "tls1_1") else []
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20)
        refused[version] = ran.returncode != 0
    assert refused == {"tls1": True, "tls1_1": True, "tls1_2": False, "tls1_3": False}


def test_with_a_certificate_there_is_no_http(gateway: RunningGateway) -> None:
    with gateway.connect() as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP" not in plain.recv(1024)


def test_a_gateway_refuses_what_is_no_pair(
    database: TestDatabase, certificate: Certificate, stranger: Certificate, folder: Path, tmp_path: Path
) -> None:
    wrong = "FLUXVECTOR_TLS_CERT and FLUXVECTOR_TLS_KEY are no certificate with its key (PEM, not encrypted)."
    half = "FLUXVECTOR_TLS_CERT and FLUXVECTOR_TLS_KEY are set together or not at all."
    encrypted = self_signed(folder, password="a password")
    started = []
    for number, (settings, sentence) in enumerate(
        (
            (of(Certificate(certificate.chain, stranger.key)), wrong),
            (of(encrypted), wrong),
            (of(Certificate(certificate.chain, tmp_path / "none")), wrong),
            ({"FLUXVECTOR_TLS_CERT": str(certificate.chain)}, half),
            ({"FLUXVECTOR_TLS_KEY": str(certificate.key)}, half),
        )
    ):
        started.append((launch(database, tmp_path / f"log{number}", **settings), sentence))
    try:
        for gateway, sentence in started:
            assert gateway.process.wait(30) == 1
            assert gateway.log.read_text().splitlines()[-1].endswith(sentence)
    finally:
        for gateway, _ in started:
            gateway.process.kill()
            gateway.process.wait()


# --- the database


def by_tls(database: TestDatabase, port: int, ca_file: Path, host: str = "localhost") -> str:
    """The URL of the functions, as it would be with the database elsewhere."""
    url = make_conninfo(database.api_url, host=host, port=port, sslmode="verify-full", sslrootcert=str(ca_file))
    assert fault_of_database_url(url) is None
    return url


async def test_the_database_is_reached_by_tls_with_a_checked_name(
    database: TestDatabase, certificate: Certificate, stranger: Certificate, folder: Path
) -> None:
    other_name = self_signed(folder, "elsewhere.test")
    for serving, trusted, is_right in (
        (certificate, certificate, True),
        (stranger, certificate, False),
        (other_name, other_name, False),
    ):
        async with tls_before(database.api_url, serving) as server:
            functions = Database(by_tls(database, server.port, trusted.chain))
            try:
                if is_right:
                    assert await functions.execute(ONE) == [(1,)]
                    assert server.encrypted == 1
                else:
                    with pytest.raises(Unavailable):
                        await functions.execute(ONE)
                    assert server.opened > 0
                    assert server.encrypted == 0  # so no name, no password and no statement was sent
                assert server.plain == b""
            finally:
                await functions.close()


async def test_a_database_without_tls_is_refused(database: TestDatabase, certificate: Certificate) -> None:
    said: list[bytes] = []

    def refuse(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            said.append(connection.recv(1024))
            connection.sendall(b"N")  # PostgreSQL's word for: no TLS here
            said.append(connection.recv(1024))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        functions = Database(by_tls(database, listening.getsockname()[1], certificate.chain, host="127.0.0.1"))
        waiting = asyncio.create_task(asyncio.to_thread(refuse, listening))
        with pytest.raises(Unavailable):
            await functions.execute(ONE)
        await waiting
    assert [len(one) for one in said] == [8, 0]  # the question for TLS, then the end
    assert str(conninfo_to_dict(database.api_url)["password"]).encode() not in b"".join(said)


# --- the embedder


@contextmanager
def embedder_by_tls(certificate: Certificate, log: Path) -> Iterator[int]:
    """The port of a real embedder that serves HTTPS."""
    port = free_port()
    environment = {
        **os.environ,
        "EMBEDDER_MODEL_DIR": str(MODEL_DIR),
        "EMBEDDER_PORT": str(port),
        "EMBEDDER_TOKEN": TOKEN,
        "EMBEDDER_EXIT_WITH_PARENT": "1",
        "EMBEDDER_TLS_CERT": str(certificate.chain),
        "EMBEDDER_TLS_KEY": str(certificate.key),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(EMBEDDER_COMMAND, cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
    context = ssl.create_default_context(cafile=certificate.chain)
    try:
        deadline = time.monotonic() + 60
        while not _is_ready(port, context):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _is_ready(port: int, context: ssl.SSLContext) -> bool:
    connection = http.client.HTTPSConnection("localhost", port, timeout=5, context=context)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")
@pytest.mark.skipif("FLUXVECTOR_TEST_IMAGE" in os.environ, reason="the certificate is outside the container")
async def test_the_embedder_is_reached_by_tls_with_a_checked_name(
    certificate: Certificate, stranger: Certificate, tmp_path: Path
) -> None:
    name, revision = MODEL.split("@")
    model = Model(name, revision, unrelated_cosine=0.7)
    log = tmp_path / "log"
    with embedder_by_tls(certificate, log) as port:
        for version in OLD:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                handshake(port, client_of(version, certificate.chain))
        for host, trusted, is_right in (
            ("localhost", certificate, True),
            ("localhost", stranger, False),
            ("localhost", None, False),
            ("127.0.0.1", certificate, False),  # for which the certificate is not
        ):
            ca_file = None if trusted is None else str(trusted.chain)
            embedder = Embedder([f"https://{host}:{port}"], token=TOKEN, model=model, ca_file=ca_file)
            try:
                if is_right:
                    assert len((await embedder.embed("query", ["a question"], budget_s=20)).rows) == 1
                else:
                    with pytest.raises(Unavailable):
                        await embedder.embed("query", ["a question"], budget_s=5)
            finally:
                await embedder.close()

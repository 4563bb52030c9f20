"""What the container is made with, without making it: its health check, and the base image that its file names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from infra.container.base_image import suite_of
from infra.container.containerfile import CONTAINERFILE, base_name
from infra.container.health import is_healthy


@contextmanager
def answering(answer: bytes) -> Iterator[dict[str, str]]:
    """A server that gives one caller the answer; the settings that lead to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield {"EMBEDDER_HOST": "0.0.0.0", "EMBEDDER_PORT": str(server.getsockname()[1])}
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", False),
        (b"", False),
    ],
)
def test_health_is_what_the_embedder_answers(answer: bytes, expected: bool) -> None:
    with answering(answer) as environ:
        assert is_healthy(environ) is expected


def test_with_a_certificate_the_question_is_encrypted() -> None:
    # An answer in the clear is no TLS handshake, so this is not the embedder.
    with answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as environ:
        assert not is_healthy({**environ, "EMBEDDER_TLS_CERT": "/tls/certificate.pem"})


def test_nothing_listening_is_not_healthy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not is_healthy({"EMBEDDER_PORT": str(port)})


def test_the_base_image_is_one_that_can_be_made_here() -> None:
    assert suite_of(base_name()) == "trixie"
    assert suite_of(base_name("FROM docker.io/library/debian:forky-slim AS build\n")) == "forky"


def test_another_base_image_is_refused_in_a_sentence() -> None:
    with pytest.raises(SystemExit, match=r"python:3\.13-slim cannot be made here"):
        suite_of("docker.io/library/python:3.13-slim")


def test_the_last_stage_starts_from_nothing_and_runs_nothing() -> None:
    last = CONTAINERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2].splitlines()
    assert last[0] == "scratch"
    assert not [line for line in last if line.startswith("RUN")]

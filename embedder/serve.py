"""Runs the application on granian in this very process, until told to stop."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import os
import signal
import socket
import ssl

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp

from embedder.app import create_app
from embedder.config import Settings
from embedder.engines.engine import Engine
from embedder.engines.load import load_engine
from embedder.log import Log
from embedder.manifest import Manifest, ModelError, read_manifest, verify_files
from embedder.model_files import ModelFiles
from embedder.parent import exit_with_parent
from embedder.process import forbid_core_dumps
from embedder.queues import KINDS
from embedder.service import EmbeddingService
from embedder.tokens import TextTokenizer

CONNECTIONS = 2048
"""Open at once. Idle ones count too, and beyond them nobody is answered, not even with 503."""
GUARD_SECONDS = 2.0
"""How often the model's files are looked at."""
LAST_SECONDS = 1.0
"""How long a process whose model has failed tells so before it ends."""
END_SECONDS = 5.0
"""How long the end waits for runs that are under way when the drain is over."""


class StartError(Exception):
    """The server cannot start; the message is a sentence for the operator."""


def make_service(settings: Settings, log: Log) -> EmbeddingService:
    """The service of the settings' model, not started yet.

    Raises:
        ModelError: there is no such model, or it is damaged in a way that shows without reading it whole.
    """
    manifest = read_manifest(settings.model_dir)
    if importlib.util.find_spec(settings.engine) is None:
        raise ModelError(f"EMBEDDER_ENGINE is {settings.engine}, and the package {settings.engine} is not installed.")
    return EmbeddingService(
        manifest,
        dict(zip(KINDS, (settings.query_queue_tokens, settings.passage_queue_tokens), strict=True)),
        settings.threads,
        lambda: _load(settings, manifest),
        log,
        cache_bytes=settings.query_cache_bytes,
        run_seconds=settings.run_seconds,
    )


def _load(settings: Settings, manifest: Manifest) -> tuple[TextTokenizer, Engine]:
    verify_files(settings.model_dir, manifest)
    tokenizer = TextTokenizer(settings.model_dir, manifest)
    return tokenizer, load_engine(settings.engine, settings.model_dir, manifest, settings.threads)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT (status 0), or until the model cannot be run any more (status 1).

    Raises:
        ModelError, StartError: before anything is listening.
    """
    forbid_core_dumps()
    log = Log()
    service = make_service(settings, log)
    _check_certificate(settings)
    _check_port(settings)
    if settings.exit_with_parent:
        exit_with_parent()
    status = 1
    try:
        status = asyncio.run(_serve(create_app(settings, service, log), settings, service, log))
    finally:
        service.stop()
        if not service.join(END_SECONDS):
            log.event("threads_left")
            os._exit(status)  # Python would wait for them, and a run that hangs never ends
    return status


async def _serve(app: ASGIApp, settings: Settings, service: EmbeddingService, log: Log) -> int:
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        backlog=1024,
        backpressure=CONNECTIONS,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service.on_failed = functools.partial(loop.call_soon_threadsafe, stop.set)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    guarding = asyncio.create_task(_guard(service, settings))
    log.event(
        "listening",
        host=settings.host,
        port=settings.port,
        tls=settings.tls_cert is not None,
        engine=settings.engine,
        threads=settings.threads,
    )
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    guarding.cancel()
    if serving.done():
        stopping.cancel()
        log.event("server_ended")
        return 1
    log.event("stopping")
    if service.failed:
        await asyncio.sleep(LAST_SECONDS)
    await service.drain(settings.drain_seconds)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait({serving}, timeout=settings.drain_seconds)
    log.event("stopped")
    return 1 if service.failed else 0


async def _guard(service: EmbeddingService, settings: Settings) -> None:
    """End the service when the files of its model are written to."""
    files = ModelFiles(settings.model_dir / name for name in service.manifest.files)
    try:
        while not files.written():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(GUARD_SECONDS)
        service.fail("The files of the model were written to.")
    finally:
        files.close()


def _check_certificate(settings: Settings) -> None:
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        # Without the empty password, Python would ask the terminal for that of an encrypted key.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, "")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        fault = "EMBEDDER_TLS_CERT and EMBEDDER_TLS_KEY are no certificate with its key (PEM, not encrypted)."
        raise StartError(fault) from error


def _check_port(settings: Settings) -> None:
    """granian would share a taken port (SO_REUSEPORT) or panic; a clear sentence is better."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise StartError(f"The embedder cannot listen on {settings.host}:{settings.port}: {reason}.") from error

"""Runs the application on granian in this very process, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp

from embedder.app import create_app
from embedder.config import Settings
from embedder.engine import Engine
from embedder.log import Log
from embedder.manifest import Manifest, read_manifest, verify_files
from embedder.parent import exit_with_parent
from embedder.queues import KINDS
from embedder.service import EmbeddingService
from embedder.tokens import TextTokenizer


class StartError(Exception):
    """The server cannot start; the message is a sentence for the operator."""


def make_service(settings: Settings, log: Log) -> EmbeddingService:
    """The service of the settings' model, not started yet.

    Raises:
        ModelError: there is no such model, or it is damaged in a way that shows without reading it whole.
    """
    manifest = read_manifest(settings.model_dir)
    limits = dict(zip(KINDS, (settings.query_queue_tokens, settings.passage_queue_tokens), strict=True))
    return EmbeddingService(manifest, limits, settings.threads, lambda: _load(settings, manifest), log)


def _load(settings: Settings, manifest: Manifest) -> tuple[TextTokenizer, Engine]:
    verify_files(settings.model_dir, manifest)
    tokenizer = TextTokenizer(settings.model_dir, manifest)
    return tokenizer, Engine(settings.model_dir, manifest)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit status.

    Raises:
        ModelError, StartError: before anything is listening.
    """
    log = Log()
    service = make_service(settings, log)
    _check_port(settings)
    if settings.exit_with_parent:
        exit_with_parent()
    try:
        return asyncio.run(_serve(create_app(settings, service, log), settings, service, log))
    finally:
        service.stop()


async def _serve(app: ASGIApp, settings: Settings, service: EmbeddingService, log: Log) -> int:
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    log.event("listening", host=settings.host, port=settings.port, threads=settings.threads)
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        stopping.cancel()
        log.event("server_ended")
        return 1
    log.event("stopping")
    await service.drain(settings.drain_seconds)
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait({serving}, timeout=settings.drain_seconds)
    log.event("stopped")
    return 0


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

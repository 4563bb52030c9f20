"""The settings; the only module of the embedder that reads the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from embedder.cores import available_cores

ENGINES = ("onnxruntime", "openvino")


class ConfigError(Exception):
    """The environment does not describe a runnable embedder. ``faults`` holds one sentence for each thing wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Settings:
    """What an embedder needs to know; `from_env` reads it, tests build it."""

    model_dir: Path
    host: str = "127.0.0.1"
    port: int = 8081
    token: str | None = field(default=None, repr=False)
    engine: str = "onnxruntime"
    """What runs the model: one of `ENGINES`."""
    threads: int = 1
    """Runs at once, each on a thread of its own; as many as there are physical cores."""
    query_queue_tokens: int = 16_384
    """Tokens of queries that may wait; beyond them the answer is 503 at once."""
    passage_queue_tokens: int = 131_072
    """The same for passages."""
    body_bytes: int = 256 << 20
    """Bytes of bodies that all requests together may hold; beyond them the answer is 503 at once."""
    query_cache_bytes: int = 64 << 20
    """What vectors of queries asked before may take; 0 keeps none."""
    run_seconds: float = 60.0
    """A run of queries that takes longer hangs, one of passages after five times as long, for it stands back: who waits
    is told, and the process ends to be started again."""
    default_deadline_seconds: float = 60.0
    """For callers that send no ``X-Deadline-Ms``: nobody waits for ever."""
    drain_seconds: float = 10.0
    """How long a stop waits for what is under way."""
    exit_with_parent: bool = False
    tls_cert: Path | None = None
    """A file of certificates in PEM, the server's first; with ``tls_key`` HTTPS is served, and HTTP is not."""
    tls_key: Path | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the ``EMBEDDER_*`` variables.

        Raises:
            ConfigError: with every fault found, not the first alone.
        """
        reader = _Reader(os.environ if environ is None else environ)
        settings = cls(
            model_dir=reader.path("EMBEDDER_MODEL_DIR"),
            host=reader.host("EMBEDDER_HOST", "127.0.0.1"),
            port=reader.number("EMBEDDER_PORT", 8081, 1, 65_535),
            token=reader.secret("EMBEDDER_TOKEN"),
            engine=reader.choice("EMBEDDER_ENGINE", ENGINES),
            threads=reader.number("EMBEDDER_THREADS", available_cores(), 1, 1024),
            query_queue_tokens=reader.number("EMBEDDER_QUERY_QUEUE_TOKENS", 16_384, 1, 1 << 30),
            passage_queue_tokens=reader.number("EMBEDDER_PASSAGE_QUEUE_TOKENS", 131_072, 1, 1 << 30),
            body_bytes=reader.number("EMBEDDER_BODY_BYTES", 256 << 20, 1 << 20, 1 << 40),
            query_cache_bytes=reader.number("EMBEDDER_QUERY_CACHE_BYTES", 64 << 20, 0, 1 << 40),
            run_seconds=reader.number("EMBEDDER_RUN_SECONDS", 60, 1, 3600),
            drain_seconds=reader.number("EMBEDDER_DRAIN_SECONDS", 10, 0, 600),
            exit_with_parent=reader.text("EMBEDDER_EXIT_WITH_PARENT", "0") == "1",
            tls_cert=reader.file("EMBEDDER_TLS_CERT"),
            tls_key=reader.file("EMBEDDER_TLS_KEY"),
        )
        if (settings.tls_cert is None) != (settings.tls_key is None):
            reader.faults.append("EMBEDDER_TLS_CERT and EMBEDDER_TLS_KEY are set together or not at all.")
        if settings.token is None and not is_loopback(settings.host):
            reader.faults.append(f"EMBEDDER_TOKEN is required when EMBEDDER_HOST ({settings.host}) is not loopback.")
        if reader.faults:
            raise ConfigError(reader.faults)
        return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Reader:
    """Reads variables and collects what is wrong with them; a faulty value is replaced so that reading goes on."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def host(self, name: str, default: str) -> str:
        """An address; the server takes no names but the one that everyone uses."""
        value = self.text(name, default)
        if value == "localhost":
            return default
        try:
            ipaddress.ip_address(value)
        except ValueError:
            self.faults.append(f"{name} ({value}) is not an IP address.")
        return value

    def path(self, name: str) -> Path:
        value = self.text(name, "")
        if not value:
            self.faults.append(f"{name} is required: the directory of a model.")
        elif not Path(value).is_dir():
            self.faults.append(f"{name} ({value}) is not a directory.")
        return Path(value)

    def file(self, name: str) -> Path | None:
        value = self.text(name, "")
        if value and not Path(value).is_file():
            self.faults.append(f"{name} ({value}) is not a file.")
        return Path(value) if value else None

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the choices, the first when nothing is set."""
        value = self.text(name, choices[0])
        if value not in choices:
            self.faults.append(f"{name} ({value}) must be {' or '.join(choices)}.")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            self.faults.append(f"{name} ({value}) must be a whole number from {least} to {most}.")
            return default
        return int(value)

    def secret(self, name: str) -> str | None:
        """A bearer token: what stands in an HTTP header. The fault does not repeat it."""
        value = self.text(name, "")
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            self.faults.append(f"{name} may hold printable ASCII characters without blanks only.")
            return None
        return value or None

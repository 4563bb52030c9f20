from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedder.engines.engine import Engine
from embedder.engines.load import load_engine
from embedder.manifest import Manifest, read_manifest
from embedder.service import EmbeddingService
from embedder.tokens import TextTokenizer

MODEL_DIR = Path(__file__).resolve().parents[3] / ".local" / "models" / "multilingual-e5-small"


@dataclass(frozen=True)
class Model:
    """The default model, loaded once a process."""

    directory: Path
    manifest: Manifest
    tokenizer: TextTokenizer
    engine: Engine


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def stopped_services(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every service that a test starts is stopped behind it: its threads would outlive the test run."""
    started: list[EmbeddingService] = []
    start = EmbeddingService.start

    def noted(service: EmbeddingService) -> None:
        started.append(service)
        start(service)

    monkeypatch.setattr(EmbeddingService, "start", noted)
    yield
    for service in started:
        service.stop()


@pytest.fixture(scope="session")
def model() -> Model:
    if not MODEL_DIR.exists():
        pytest.skip("needs the default model: `make model`")
    manifest = read_manifest(MODEL_DIR)
    engine = load_engine("onnxruntime", MODEL_DIR, manifest)
    return Model(MODEL_DIR, manifest, TextTokenizer(MODEL_DIR, manifest), engine)

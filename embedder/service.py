"""Texts in, vectors out: tokenizing threads, the queues, and the workers that run the session."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.errors import DeadlinePassed, EmbedderError, EngineFailed, NotReady, ShuttingDown
from embedder.log import Log, where
from embedder.manifest import Manifest
from embedder.metrics import Metrics
from embedder.queues import KINDS, Item, Job, TokenQueues
from embedder.tokens import Tokens

CHUNK = 16
"""Texts tokenized at a time: the session starts on the first while the next are tokenized."""


class Tokenizing(Protocol):
    """See `embedder.tokens.TextTokenizer`."""

    def encode(self, kind: str, texts: Sequence[str]) -> list[Tokens]:
        """Ids of each text."""


class Running(Protocol):
    """See `embedder.engine.Engine`."""

    batch_tokens: int

    def run(self, batch: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Vectors of each text."""


@dataclass(frozen=True)
class Embedded:
    """Vectors float32 ``[texts, dimension]`` of length 1, and tokens (after truncation) and truncation by text."""

    vectors: NDArray[np.float32]
    tokens: list[int]
    truncated: list[bool]


class EmbeddingService:
    """Owns the model and the threads. `start` returns at once; `ready` turns true after the session has run."""

    def __init__(
        self,
        manifest: Manifest,
        limits: dict[str, int],
        workers: int,
        load: Callable[[], tuple[Tokenizing, Running]],
        log: Log,
    ) -> None:
        self.manifest = manifest
        self.metrics = Metrics()
        self.ready = False
        self.failed = False
        """The model could not be loaded, or a worker has ended: only a new process will help."""
        self._workers = workers
        self._load = load
        self._log = log
        self._queues = TokenQueues(limits)
        self._tokenizer: Tokenizing | None = None
        self._stopping = False
        self._under_way = 0
        # A query never waits for the tokenizing of a thousand passages.
        self._tokenizing = {kind: ThreadPoolExecutor(1, f"tokenize-{kind}") for kind in KINDS}
        for kind in KINDS:
            self.metrics.gauge("queue_tokens", functools.partial(self._queues.waiting_tokens, kind), kind=kind)
            for counter in ("texts", "tokens"):
                self.metrics.add(counter, 0, kind=kind)
        self.metrics.gauge("ready", lambda: self.ready)

    def start(self) -> None:
        """Start the thread that loads the model, warms it up and then serves.

        The threads are no daemons: Python ends those inside ONNX Runtime, which aborts the process. So `stop` must be
        called for the process to end.
        """
        threading.Thread(target=self._load_and_work, name="engine-0").start()

    async def embed(self, kind: str, texts: Sequence[str], deadline: float) -> Embedded:
        """Vectors of texts of a kind ("query" or "passage"), by a deadline of `time.monotonic`.

        Cancelling drops what has not run.

        Raises:
            Overloaded, DeadlinePassed, NotReady, ShuttingDown, EngineFailed: see `embedder.errors`.
        """
        if self._stopping:
            raise ShuttingDown("The embedder is shutting down.")
        if self._tokenizer is None or not self.ready:
            raise NotReady("The model is being loaded.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def done(error: BaseException | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, future, error)

        vectors = np.empty((len(texts), self.manifest.dimension), np.float32)
        job = Job(kind=kind, vectors=vectors, deadline=deadline, done=done, remaining=len(texts))
        estimates = [min(len(text) // 3 + 8, self.manifest.max_tokens) for text in texts]
        self._queues.admit(job, sum(estimates))
        self._under_way += 1
        tokens: list[Tokens] = []
        try:
            self._tokenizing[kind].submit(self._tokenize, self._tokenizer, job, texts, estimates, tokens)
            async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                await future
        except TimeoutError:
            raise DeadlinePassed("The deadline passed before the vectors were there.") from None
        finally:
            self._queues.release(job)
            self._under_way -= 1
        return Embedded(vectors, [len(text.ids) for text in tokens], [text.truncated for text in tokens])

    async def drain(self, seconds: float) -> None:
        """Refuse new work, wait for what is under way at most so long, then end the threads."""
        self._stopping = True
        self.ready = False
        end = time.monotonic() + seconds
        while self._under_way and time.monotonic() < end:  # noqa: ASYNC110 - once in a life, and it has an end
            await asyncio.sleep(0.02)
        self.stop()

    def stop(self) -> None:
        """End the threads, each after the text it is at; who still waits is told."""
        self._stopping = True
        self.ready = False
        for job in self._queues.stop():
            self._fail(job, ShuttingDown("The embedder is shutting down."))
        for executor in self._tokenizing.values():
            executor.shutdown(wait=False, cancel_futures=True)

    def _tokenize(
        self, tokenizer: Tokenizing, job: Job, texts: Sequence[str], estimates: list[int], tokens: list[Tokens]
    ) -> None:
        try:
            for start in range(0, len(texts), CHUNK):
                if job.closed:
                    return
                encoded = tokenizer.encode(job.kind, texts[start : start + CHUNK])
                tokens += encoded
                items = [Item(job, start + place, text.ids) for place, text in enumerate(encoded)]
                self._queues.put(items, sum(estimates[start : start + CHUNK]))
        except ShuttingDown as error:
            self._fail(job, error)
        except Exception as error:  # the caller is told, and the thread serves the next one
            self._log.event("tokenizer_failed", error=where(error))
            self._fail(job, EngineFailed("The texts could not be tokenized."))

    def _load_and_work(self) -> None:
        try:
            tokenizer, engine = self._load()
            _warm_up(tokenizer, engine)
        except Exception as error:  # told by /health and the log; the message may be the operator's only hint
            self.failed = True
            self._log.event("model_failed", error=where(error), reason=str(error))
            return
        for number in range(1, self._workers):
            threading.Thread(target=self._work, args=(engine,), name=f"engine-{number}").start()
        self._tokenizer, self.ready = tokenizer, not self._stopping
        self._log.event("ready", model=self.manifest.name, revision=self.manifest.revision)
        self._work(engine)

    def _work(self, engine: Running) -> None:
        try:
            while (items := self._queues.take(engine.batch_tokens)) is not None:
                self._serve(engine, items)
        except BaseException:
            self.failed, self.ready = True, False
            raise

    def _serve(self, engine: Running, items: list[Item]) -> None:
        now = time.monotonic()
        late = [item for item in items if item.job.deadline <= now]
        for item in late:
            self._fail(item.job, DeadlinePassed("The deadline passed before the vectors were there."))
        items = [item for item in items if item.job.deadline > now]
        if not items:
            return
        started = time.perf_counter()
        try:
            vectors = engine.run([item.ids for item in items])
        except Exception as error:
            self.metrics.add("engine_failures")
            self._log.event("engine_failed", error=where(error))
            for item in items:
                self._fail(item.job, EngineFailed("The model failed on this request."))
            return
        seconds = time.perf_counter() - started
        tokens = sum(len(item.ids) for item in items)
        self.metrics.observe_run(seconds)
        self.metrics.add("texts", len(items), kind=items[0].job.kind)
        self.metrics.add("tokens", tokens, kind=items[0].job.kind)
        self._queues.served(tokens, seconds)
        for item, vector in zip(items, vectors, strict=True):
            item.job.vectors[item.row] = vector
            if self._queues.finish(item):
                item.job.done(None)

    def _fail(self, job: Job, error: EmbedderError) -> None:
        if self._queues.release(job):
            job.done(error)


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


def _warm_up(tokenizer: Tokenizing, engine: Running) -> None:
    """Run each kind once, short and long, so that the first caller meets allocated memory."""
    for text in ("warm up", "warm up " * 300):
        for kind in KINDS:
            engine.run([tokens.ids for tokens in tokenizer.encode(kind, [text])])

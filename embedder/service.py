"""Texts in, vectors out: the cache, the tokenizing threads, the queues, and the workers that run the session."""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embedder.cache import QueryCache
from embedder.engines.engine import Engine
from embedder.errors import DeadlinePassed, EmbedderError, EngineFailed, NotReady, ShuttingDown, Unavailable
from embedder.log import Log, where
from embedder.manifest import Manifest
from embedder.metrics import Metrics
from embedder.process import lower_priority
from embedder.queues import KINDS, Item, Job, TokenQueues
from embedder.tokens import Tokens
from embedder.watchdog import Watchdog
from embedder.workers import PATIENCE, Workers

CHUNK = 16
"""Texts tokenized at a time: the session starts on the first while the next are tokenized."""
EXIT_HUNG = 70
"""The exit status of a process whose session does not come back (EX_SOFTWARE of sysexits.h)."""
_LARGE = 64 * 1024
"""Characters beyond which texts are hashed beside the event loop."""


class Tokenizing(Protocol):
    """See `embedder.tokens.TextTokenizer`."""

    def encode(self, kind: str, texts: Sequence[str]) -> list[Tokens]:
        """Ids of each text."""


@dataclass(frozen=True)
class Embedded:
    """Vectors float32 ``[texts, dimension]`` of length 1, and tokens (after truncation) and truncation by text.

    ``cached`` says that all of them were there before.
    """

    vectors: NDArray[np.float32]
    tokens: list[int]
    truncated: list[bool]
    cached: bool = False


@dataclass(frozen=True)
class _Work:
    """What a tokenizing thread needs of a request, and the tokens that it found so far."""

    job: Job
    texts: Sequence[str]
    rows: Sequence[int]
    """Of the job's vectors, by text."""
    estimates: list[int]
    tokens: list[Tokens] = field(default_factory=list)


class EmbeddingService:
    """Owns the model and the threads. `start` returns at once; `ready` turns true after the session has run."""

    def __init__(
        self,
        manifest: Manifest,
        limits: dict[str, int],
        workers: int,
        load: Callable[[], tuple[Tokenizing, Engine]],
        log: Log,
        *,
        cache_bytes: int = 0,
        run_seconds: float = 60.0,
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        self.manifest = manifest
        self.metrics = Metrics()
        self.ready = False
        self.failed = False
        """The model could not be loaded, or cannot be run any more: only a new process will help."""
        self.on_failed: Callable[[], object] = lambda: None
        """Called once, from any thread, when ``failed`` has turned true."""
        self._count = workers
        self._load = load
        self._log = log
        self._end_process = end_process
        self._queues = TokenQueues(limits, workers)
        self._watchdog = Watchdog(run_seconds, self._hung)
        self._cache = QueryCache(cache_bytes) if cache_bytes else None
        self._tokenizer: Tokenizing | None = None
        self._loading = threading.Thread(target=self._load_and_start, name="load")
        self._workers: Workers | None = None
        self._failing = threading.Lock()
        self._stopping = False
        self._under_way = 0
        # A query never waits for the tokenizing of a thousand passages.
        self._tokenizing = {
            "query": ThreadPoolExecutor(1, "tokenize-query"),
            "passage": ThreadPoolExecutor(1, "tokenize-passage", lower_priority),
        }
        self._show_metrics()

    def start(self) -> None:
        """Start the thread that loads the model, warms it up and starts the workers.

        The threads are no daemons: Python ends those inside ONNX Runtime, which aborts the process. So `stop` must be
        called for the process to end.
        """
        self._watchdog.start()
        self._loading.start()

    async def embed(self, kind: str, texts: Sequence[str], deadline: float, scope: str | None = None) -> Embedded:
        """Vectors of texts of a kind ("query" or "passage"), by a deadline of `time.monotonic`.

        With a ``scope``, queries that were asked under the same one are answered from the cache. Cancelling drops what
        has not run.

        Raises:
            Overloaded, DeadlinePassed, NotReady, ShuttingDown, EngineFailed: see `embedder.errors`.
        """
        self._check()
        if self._cache is None or scope is None or kind != "query":
            vectors = np.empty((len(texts), self.manifest.dimension), np.float32)
            tokens = await self._embed(kind, texts, range(len(texts)), vectors, deadline)
            return Embedded(vectors, [len(text.ids) for text in tokens], [text.truncated for text in tokens])
        return await self._embed_cached(self._cache, scope, kind, texts, deadline)

    async def count_tokens(self, kind: str, texts: Sequence[str], deadline: float) -> list[int | None]:
        """Tokens of each text of a kind, as `embed` would meet them, uncut; None for one too long to be counted.

        Cancelling ends it within a few texts.

        Raises:
            DeadlinePassed, NotReady, ShuttingDown, EngineFailed: see `embedder.errors`.
        """
        self._check()
        assert self._tokenizer is not None
        tokenizer, left = self._tokenizer, threading.Event()

        def count() -> list[int | None]:
            counts: list[int | None] = []
            for start in range(0, len(texts), CHUNK):
                if left.is_set() or deadline <= time.monotonic():
                    raise DeadlinePassed("The deadline passed before the tokens were counted.")
                with self._watchdog.watching([], PATIENCE[kind]):
                    counts += [text.count for text in tokenizer.encode(kind, texts[start : start + CHUNK])]
            return counts

        try:
            counting = self._tokenizing[kind].submit(count)
        except RuntimeError:  # `stop` has ended the threads since
            raise ShuttingDown("The embedder is shutting down.") from None
        self._under_way += 1
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                return await asyncio.wrap_future(counting)
        except TimeoutError:
            raise DeadlinePassed("The deadline passed before the tokens were counted.") from None
        except asyncio.CancelledError:
            if self._stopping and not _is_cancelled():  # `stop` has cancelled what had not begun
                raise ShuttingDown("The embedder is shutting down.") from None
            raise
        except EmbedderError:
            raise
        except Exception as error:  # the caller is told, and the thread serves the next one
            self._log.event("tokenizer_failed", error=where(error))
            raise EngineFailed("The texts could not be tokenized.") from None
        finally:
            left.set()
            self._under_way -= 1

    async def drain(self, seconds: float) -> None:
        """Refuse new work, wait for what is under way at most so long, then end the threads."""
        self._stopping = True
        self.ready = False
        end = time.monotonic() + seconds
        while self._under_way and time.monotonic() < end:  # noqa: ASYNC110 - once in a life, and it has an end
            await asyncio.sleep(0.02)
        self.stop()

    def stop(self) -> None:
        """End the threads, each after the run it is at; who still waits is told."""
        self._stopping = True
        self.ready = False
        self._close(ShuttingDown("The embedder is shutting down."))
        self._watchdog.stop()

    def fail(self, reason: str) -> None:
        """The model must not be run any more: who waits is told, and the process is to end."""
        self._broken(reason)

    def join(self, seconds: float) -> bool:
        """Wait for the threads to end, after `stop`; whether all have."""
        end = time.monotonic() + seconds
        tokenizing = threading.Thread(target=self._join_tokenizing, daemon=True)
        tokenizing.start()
        if self._loading.ident is not None:
            self._loading.join(seconds)
        tokenizing.join(max(0.0, end - time.monotonic()))
        if self._loading.is_alive() or tokenizing.is_alive():
            return False
        return self._workers is None or self._workers.join(end)

    def _check(self) -> None:
        if self.failed:
            raise Unavailable("The model cannot be run; the process must be restarted.")
        if self._stopping:
            raise ShuttingDown("The embedder is shutting down.")
        if not self.ready:
            raise NotReady("The model is being loaded.")

    async def _embed_cached(
        self, cache: QueryCache, scope: str, kind: str, texts: Sequence[str], deadline: float
    ) -> Embedded:
        if sum(map(len, texts)) > _LARGE:
            keys = await asyncio.to_thread(lambda: [cache.key(scope, kind, text) for text in texts])
        else:
            keys = [cache.key(scope, kind, text) for text in texts]
        found = [cache.get(key) for key in keys]
        missing = [row for row, entry in enumerate(found) if entry is None]
        self.metrics.add("query_cache_hits", len(texts) - len(missing))
        self.metrics.add("query_cache_misses", len(missing))
        width = self.manifest.native_dimension
        vectors = np.zeros((len(texts), self.manifest.dimension), np.float32)
        counts, truncated = [0] * len(texts), [False] * len(texts)
        for row, entry in enumerate(found):
            if entry is not None:
                vectors[row, :width] = np.frombuffer(entry.vector, np.float32)
                counts[row], truncated[row] = entry.tokens, entry.truncated
        if missing:
            tokens = await self._embed(kind, [texts[row] for row in missing], missing, vectors, deadline)
            for row, text in zip(missing, tokens, strict=True):
                counts[row], truncated[row] = len(text.ids), text.truncated
                cache.put(keys[row], vectors[row, :width], counts[row], truncated[row])
        return Embedded(vectors, counts, truncated, not missing)

    async def _embed(
        self, kind: str, texts: Sequence[str], rows: Sequence[int], vectors: NDArray[np.float32], deadline: float
    ) -> list[Tokens]:
        """Fill the rows of ``vectors`` that belong to the texts; their tokens."""
        assert self._tokenizer is not None
        if deadline <= time.monotonic():
            raise DeadlinePassed("The deadline passed before the work could begin.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def done(error: BaseException | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, future, error)

        job = Job(kind=kind, vectors=vectors, deadline=deadline, done=done, remaining=len(texts))
        estimates = [min(len(text) // 3 + 8, self.manifest.max_tokens) for text in texts]
        self._queues.admit(job, sum(estimates))
        self._under_way += 1
        stopping = ShuttingDown("The embedder is shutting down.")
        work = _Work(job, texts, rows, estimates)
        try:
            try:
                tokenizing = self._tokenizing[kind].submit(self._tokenize, self._tokenizer, work)
            except RuntimeError:  # `stop` has ended the threads since
                raise stopping from None
            tokenizing.add_done_callback(lambda future: self._fail(job, stopping) if future.cancelled() else None)
            async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                await future
        except TimeoutError:
            raise DeadlinePassed("The deadline passed before the vectors were there.") from None
        finally:
            self._queues.release(job)
            self._under_way -= 1
        return work.tokens

    def _tokenize(self, tokenizer: Tokenizing, work: _Work) -> None:
        job = work.job
        try:
            for start in range(0, len(work.texts), CHUNK):
                if job.closed or job.deadline <= time.monotonic():
                    return
                with self._watchdog.watching([job], PATIENCE[job.kind]):
                    encoded = tokenizer.encode(job.kind, work.texts[start : start + CHUNK])
                work.tokens.extend(encoded)
                items = [Item(job, work.rows[start + place], text.ids) for place, text in enumerate(encoded)]
                self._queues.put(items, sum(work.estimates[start : start + CHUNK]))
        except ShuttingDown as error:
            self._fail(job, error)
        except Exception as error:  # the caller is told, and the thread serves the next one
            self._log.event("tokenizer_failed", error=where(error))
            self._fail(job, EngineFailed("The texts could not be tokenized."))

    def _load_and_start(self) -> None:
        try:
            tokenizer, engine = self._load()
            if self._stopping:
                return
            probe = self._warm_up(tokenizer, engine)
        except Exception as error:  # told by /health and the log; the message may be the operator's only hint
            self._log.event("model_failed", error=where(error), reason=str(error))
            self._broken("The model could not be loaded.")
            return
        self._workers = Workers(
            engine=engine,
            probe=probe,
            queues=self._queues,
            count=self._count,
            watchdog=self._watchdog,
            metrics=self.metrics,
            log=self._log,
            on_broken=self._broken,
        )
        self._workers.start()
        self._tokenizer, self.ready = tokenizer, not self._stopping
        self._log.event("ready", model=self.manifest.name, revision=self.manifest.revision)

    def _warm_up(self, tokenizer: Tokenizing, engine: Engine) -> NDArray[np.int64]:
        """Run each kind once, short and long, so that the first caller meets allocated memory; ids that can be run."""
        for text in ("warm up " * 300, "warm up"):
            for kind in KINDS:
                (tokens,) = tokenizer.encode(kind, [text])
                started = time.perf_counter()
                with self._watchdog.watching([]):
                    vectors = engine.run([tokens.ids])
                self._queues.served(kind, len(tokens.ids), time.perf_counter() - started)
                if not np.isfinite(vectors).all():
                    raise ValueError("The model gives vectors that are not numbers.")
        return tokens.ids

    def _broken(self, reason: str) -> None:
        """The model cannot be run any more: who waits is told, and the process is to end."""
        with self._failing:
            if self.failed:
                return
            self.failed = True
        self.ready = False
        self._log.event("failed", reason=reason)
        self._close(EngineFailed("The model cannot be run; the embedder restarts."))
        self.on_failed()

    def _hung(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._fail(job, EngineFailed("The model did not come back."))
        self._broken("A run did not come back.")
        time.sleep(1)  # the answers go out
        # Nothing ends a thread that hangs in native code but the end of the process.
        self._end_process(EXIT_HUNG)

    def _close(self, error: EmbedderError) -> None:
        for job in self._queues.stop():
            self._fail(job, error)
        for executor in self._tokenizing.values():
            executor.shutdown(wait=False, cancel_futures=True)

    def _join_tokenizing(self) -> None:
        for executor in self._tokenizing.values():
            executor.shutdown()

    def _fail(self, job: Job, error: EmbedderError) -> None:
        if self._queues.release(job):
            job.done(error)

    def _show_metrics(self) -> None:
        for kind in KINDS:
            self.metrics.gauge("queue_tokens", functools.partial(self._queues.waiting_tokens, kind), kind=kind)
            for counter in ("texts", "tokens", "padding_tokens"):
                self.metrics.add(counter, 0, kind=kind)
            for histogram in ("run_seconds", "run_texts", "queue_seconds"):
                self.metrics.observe(histogram, 0, times=0, kind=kind)
        self.metrics.gauge("ready", lambda: self.ready)
        if (cache := self._cache) is not None:
            self.metrics.gauge("query_cache_bytes", lambda: cache.bytes)
            for counter in ("query_cache_hits", "query_cache_misses"):
                self.metrics.add(counter, 0)


def _is_cancelled() -> bool:
    """Whether somebody wants this very task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)

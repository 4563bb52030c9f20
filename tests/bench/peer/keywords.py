"""Keyword and hybrid search among 100,000 documents, beside an exact scan of 10,000 vectors in the same run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median
from typing import Any

import msgspec

from tests.bench.client import Client
from tests.bench.peer import exact_scan
from tests.bench.peer.clustered import Clustered, Floats
from tests.bench.peer.ours import FluxVector
from tests.bench.peer.server import wait_until_indexed
from tests.bench.peer.zipf import DOCUMENT_WORDS, QUERY_WORDS, Texts
from tests.bench.result import Row, percentile
from tests.bench.target import Target

COLLECTION = "bench-keywords"
DOCUMENTS = 100_000
DIMENSION = 8
"""Small values that come with the texts, so that nothing is embedded."""
A_REQUEST = 1_000
QUERIES, WARM_UP = 300, 30
P99_SCANS, HYBRID_SLACK_MS = 5, 5.0
MODES = ("keyword", "vector", "hybrid")


def measure(target: Target) -> list[Row]:
    """The modes and the scan in turns."""
    texts = Texts(seed=11)
    values = Clustered.of(DOCUMENTS, QUERIES, seed=12, dimension=DIMENSION)
    with target.client() as client:
        rate = _store(client, texts, values.vectors)
        indexed_after = wait_until_indexed(FluxVector(target.product), client, COLLECTION)
    took: dict[str, list[float]] = {mode: [] for mode in MODES}
    scanned: list[float] = []
    with target.client() as client, exact_scan.prepared(target, client) as scan:
        questions = list(zip(texts.queries(QUERIES), values.queries.tolist(), strict=True))
        for number, (text, vector) in enumerate(questions[:WARM_UP] + questions):
            times = {mode: _search(client, mode, text, vector) for mode in MODES}
            scan_ms = scan()
            if number >= WARM_UP:
                scanned.append(scan_ms)
                for mode, ms in times.items():
                    took[mode].append(ms)
    return [
        Row(
            f"Storing {DOCUMENTS:,} documents of {DOCUMENT_WORDS} words with {DIMENSION} values each",
            f"{rate:,.0f} rows/s, indexed {indexed_after:.0f} s later",
            numbers={"documents_per_second": rate, "indexed_after_s": indexed_after},
        ),
        *_rows(took, scanned),
    ]


def _rows(took: Mapping[str, list[float]], scanned: list[float]) -> list[Row]:
    keyword, hybrid, vector = (median(took[mode]) for mode in ("keyword", "hybrid", "vector"))
    late, scan = percentile(took["keyword"], 0.99), median(scanned)
    legs = keyword + vector
    return [
        Row(
            f"Keyword search among {DOCUMENTS:,}, {QUERY_WORDS} words drawn as they occur: p50",
            f"{keyword:.1f} ms",
            goal="no slower than one scan",
            peer=f"exact scan of {exact_scan.ROWS:,} vectors, in the database: {scan:.1f} ms",
            ratio=f"{keyword / scan:.2f}",
            met=keyword <= scan,
            numbers={"keyword_p50_ms": keyword, "scan_p50_ms": scan},
        ),
        Row(
            "… p99",
            f"{late:.1f} ms",
            goal=f"no slower than {P99_SCANS} scans",
            peer=f"{P99_SCANS * scan:.1f} ms",
            ratio=f"{late / (P99_SCANS * scan):.2f}",
            met=late <= P99_SCANS * scan,
            numbers={"keyword_p99_ms": late},
        ),
        Row(
            "Hybrid search among them: p50",
            f"{hybrid:.1f} ms",
            goal=f"≤ both legs + {HYBRID_SLACK_MS:.0f} ms",
            peer=f"keyword {keyword:.1f} ms + vector {vector:.1f} ms",
            ratio=f"{hybrid / legs:.2f}",
            met=hybrid <= legs + HYBRID_SLACK_MS,
            numbers={"hybrid_p50_ms": hybrid, "vector_p50_ms": vector},
        ),
    ]


def _store(client: Client, texts: Texts, values: Floats) -> float:
    client.create_collection(COLLECTION, dimension=DIMENSION)
    documents = texts.documents(DOCUMENTS)
    seconds = 0.0
    for start in range(0, DOCUMENTS, A_REQUEST):
        rows = zip(range(start, start + A_REQUEST), values[start : start + A_REQUEST].tolist(), documents, strict=False)
        vectors = [{"id": str(number), "values": row, "text": text} for number, row, text in rows]
        assert len(vectors) == A_REQUEST
        body = msgspec.json.encode({"collection": COLLECTION, "vectors": vectors})
        started = time.perf_counter()
        client.post("/v1/vectors/upsert", body)
        seconds += time.perf_counter() - started
    return DOCUMENTS / seconds


def _search(client: Client, mode: str, text: str, vector: list[float]) -> float:
    """Milliseconds. A hybrid query brings its own vector, so nothing is embedded."""
    content: dict[str, Any] = {"collection": COLLECTION, "top_k": 10, "mode": mode}
    content |= {} if mode == "vector" else {"text": text}
    content |= {} if mode == "keyword" else {"vector": vector}
    answer = client.post("/v1/vectors/query", msgspec.json.encode(content))
    return answer.ms

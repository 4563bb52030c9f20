"""Upsert of texts, as a share of what the embedder alone reaches with the same texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from tests.bench import processes, texts
from tests.bench.client import Client
from tests.bench.parallel import seconds_for
from tests.bench.result import Row
from tests.bench.split import split
from tests.bench.target import Target

COLLECTION = "bench-texts"
A_REQUEST = 1_000
ROUNDS = 3
BATCH, IN_FLIGHT = 64, 2
GOAL = 0.80


def measure(target: Target) -> list[Row]:
    """Three times a thousand new texts: through the API in one request, and to the embedder in batches."""
    shares, rates, peers = [], [], []
    seconds = alone = 0.0
    answers = []
    used: list[dict[str, float]] = []
    passages = texts.passages()
    assert len(passages) >= ROUNDS * A_REQUEST
    with target.client() as client, target.embedder() as embedder:
        client.create_collection(COLLECTION)
        _embed(embedder, passages[-BATCH:])
    for number in range(ROUNDS):
        chosen = passages[number * A_REQUEST : (number + 1) * A_REQUEST]
        before = _embedder_alone(target, chosen) if number % 2 == 0 else None
        records = [{"id": f"{number}-{place}", "text": text} for place, text in enumerate(chosen)]
        cpu = processes.cpu_seconds(target.product)
        with target.client() as client:  # a new one: the gateway closes what idles for 15 s
            answer = client.post("/v1/vectors/upsert", {"collection": COLLECTION, "vectors": records})
        took = answer.ms / 1000
        used.append({name: now - cpu.get(name, 0.0) for name, now in processes.cpu_seconds(target.product).items()})
        done = answer.json()
        assert (done["upserted"], done["unchanged"], done["pending"]) == (A_REQUEST, 0, 0), done
        peer = before if before is not None else _embedder_alone(target, chosen)
        answers.append(answer)
        seconds, alone = seconds + took, alone + peer
        shares.append(peer / took)
        rates.append(A_REQUEST / took)
        peers.append(A_REQUEST / peer)
    share, parts = median(shares), split(answers, target.gateway_log)
    words = sum(len(text.split()) for text in passages[: ROUNDS * A_REQUEST]) / (ROUNDS * A_REQUEST)
    return [
        Row(
            f"Upsert of {A_REQUEST:,} texts a request (20 to 90 words, {words:.0f} on average)",
            f"{median(rates):.0f} texts/s",
            goal=f"≥ {GOAL:.0%} of the embedder alone",
            peer=f"the embedder alone, batches of {BATCH}, {IN_FLIGHT} in flight: {median(peers):.0f} texts/s",
            ratio=f"{share:.0%}",
            met=share >= GOAL,
            numbers={"per_second": median(rates), "embedder_per_second": median(peers), "share": share},
        ),
        Row(
            f"… {ROUNDS * A_REQUEST:,} texts in {ROUNDS} requests, one after the other",
            f"{ROUNDS * A_REQUEST / seconds:.0f} texts/s",
            goal=f"≥ {GOAL:.0%} of the embedder alone",
            peer=f"{ROUNDS * A_REQUEST / alone:.0f} texts/s",
            ratio=f"{alone / seconds:.0%}",
            met=alone / seconds >= GOAL,
            numbers={
                "per_second": ROUNDS * A_REQUEST / seconds,
                "share": alone / seconds,
                "embedding_ms": parts.embedding,
                "database_ms": parts.database,
            },
        ),
        Row(
            "… the embedder's share of the processor time of those (less noisy than the clock)",
            f"{sum(one['embedder'] for one in used) / sum(sum(one.values()) for one in used):.0%}",
            peer="PostgreSQL, by request: " + ", ".join(f"{one['PostgreSQL']:.2f} s" for one in used),
            ratio=f"last to first request {used[-1]['PostgreSQL'] / max(used[0]['PostgreSQL'], 0.01):.1f}",
            numbers={f"cpu_{name}_s": sum(one.get(name, 0.0) for one in used) for name in used[-1]},
        ),
    ]


def _embedder_alone(target: Target, chosen: Sequence[str]) -> float:
    return seconds_for(_batches(chosen), target.embedder, _embed, clients=IN_FLIGHT)


def _embed(embedder: Client, batch: Sequence[str]) -> None:
    embedder.post("/embed", {"kind": "passage", "inputs": batch})


def _batches(chosen: Sequence[str]) -> Iterator[Sequence[str]]:
    return (chosen[start : start + BATCH] for start in range(0, len(chosen), BATCH))

"""Records how well the float32 models search Cranfield: minutes of work whose result only other weights can change.

Not run by the tests, which refuse a record of other weights. To make it again::

    python -m tests.accuracy.record_float32
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tests.accuracy.family import MODELS, NAMES, SOURCES, Family
from tests.accuracy.measures import mean_ndcg
from tests.bench.cranfield import load

FILE = Path(__file__).parent / "data" / "float32.json"


class Record(msgspec.Struct, frozen=True):
    """nDCG@10 of the weights with this SHA-256."""

    source_sha256: str
    ndcg_at_10: float


def recorded(name: str) -> Record:
    """The record of a model."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Record])[name]


def measure(family: Family) -> Record:
    """Some five minutes for e5-small on two cores."""
    collection = load()
    questions = family.exact(family.ids("query", list(collection.queries.values())))
    documents = family.exact(family.ids("passage", list(collection.documents.values())))
    return Record(family.source_digest, round(mean_ndcg(collection, questions, documents), 5))


def main() -> int:
    """Measure all models."""
    records = {name: measure(Family(MODELS / name, SOURCES / name)) for name in NAMES}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

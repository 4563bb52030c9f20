"""What the index worker reads from its environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from infra.indexer.hours import Hours, parse_hours
from infra.migrations.config import OWNER_URL
from shared.config import EnvReader

Number = TypeVar("Number", int, float)

MAX_DEFAULT_WORKERS = 3


@dataclass(frozen=True, slots=True)
class IndexerSettings:
    """What may be set for the index worker; the defaults are measured (infra/decisions/0015-index-worker.md)."""

    # libpq URL of fluxvector_owner, direct: a transaction pooler keeps neither the lock nor the settings of a session.
    owner_url: str = field(repr=False)
    # A collection with so many vectors is indexed; one that shrank below half of it no longer is.
    min_rows: int = 2_000
    # From one look at all collections to the next.
    interval_s: float = 1.0
    # A collection is built when it has changed little for so long, and at the latest when it has waited so long.
    quiet_s: float = 3.0
    max_wait_s: float = 300.0
    # The database server's memory for one build, at most; a graph that does not fit is finished on disk, slowly.
    memory_mb: int = 1_024
    # The database server's processes that help with a build.
    parallel_workers: int = 0
    # When tables with much that is deleted are written anew; None is never.
    rewrite_hours: Hours | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> IndexerSettings:
        """Reads FLUXVECTOR_OWNER_DATABASE_URL and FLUXVECTOR_INDEX_MIN_ROWS, _INTERVAL_S, _QUIET_S, _MAX_WAIT_S,
        _MEMORY_MB, _PARALLEL_WORKERS and _REWRITE_HOURS ("2-4": from 2 to 4 o'clock, UTC; "never").

        Raises shared.config.ConfigurationError with all faults together.
        """
        reader = EnvReader(os.environ if env is None else env)
        settings = cls(
            owner_url=reader.get(OWNER_URL, _not_empty),
            min_rows=reader.get("FLUXVECTOR_INDEX_MIN_ROWS", _between(int, 100, 10_000_000), "2000"),
            interval_s=reader.get("FLUXVECTOR_INDEX_INTERVAL_S", _between(float, 0.1, 3_600.0), "1"),
            quiet_s=reader.get("FLUXVECTOR_INDEX_QUIET_S", _between(float, 0.0, 3_600.0), "3"),
            max_wait_s=reader.get("FLUXVECTOR_INDEX_MAX_WAIT_S", _between(float, 0.0, 86_400.0), "300"),
            memory_mb=reader.get("FLUXVECTOR_INDEX_MEMORY_MB", _between(int, 64, 1_000_000), "1024"),
            parallel_workers=reader.get(
                "FLUXVECTOR_INDEX_PARALLEL_WORKERS", _between(int, 0, 64), str(default_parallel_workers(os.cpu_count()))
            ),
            rewrite_hours=reader.get("FLUXVECTOR_INDEX_REWRITE_HOURS", parse_hours, "2-4"),
        )
        reader.raise_faults()
        return settings


def default_parallel_workers(cores: int | None) -> int:
    """As many as leave half of the cores to searches, the one that builds counted, and at most 3."""
    return min(MAX_DEFAULT_WORKERS, max(0, (cores or 1) // 2 - 1))


def _not_empty(raw: str) -> str:
    if not raw.strip():
        raise ValueError("is empty")
    return raw


def _between(number: Callable[[str], Number], low: Number, high: Number) -> Callable[[str], Number]:
    def parse(raw: str) -> Number:
        try:
            value = number(raw)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise ValueError(f"is not a number from {low} to {high}")
        return value

    return parse

"""The product's processes by what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import machine
from tests.support.product import Product, command_lines

NAMES: Mapping[str, str] = {
    "-m embedder": "embedder",
    "-m infra.local.gateway": "gateway",
    "-m infra.local.scheduler": "scheduler",
    "-m infra.indexer": "indexer",
    "-m infra.local": "supervisor",
    "postgres": "PostgreSQL",
}
"""What a command line holds, and what we call it; the first that fits."""


def cpu_seconds(product: Product) -> dict[str, float]:
    """CPU time so far, of processes that ended and were waited for too."""
    return _sums(product, machine.cpu_seconds)


def megabytes(product: Product) -> dict[str, float]:
    """Proportional set sizes: a shared page counts once, divided among those who share it."""
    return _sums(product, _proportional_mb)


def _sums(product: Product, measure: Callable[[int], float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for pid in product.processes():
        line = command_lines({pid})
        name = next((name for part, name in NAMES.items() if part in line), "other")
        sums[name] = sums.get(name, 0.0) + measure(pid)
    return sums


def _proportional_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has just ended
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))

"""How long a first and a second start take, from the command to a service that answers."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.bench.result import Row
from tests.support.product import Product, end

ROUNDS = 3
SECOND_GOAL_S = 6.0


def measure(home: Path) -> list[Row]:
    """New data directories, started twice each. The model and the environment are there already."""
    first, second = [], []
    for number in range(ROUNDS):
        data_dir = home / f"start-{number}"
        first.append(_start(data_dir))
        second.append(_start(data_dir))
    return [
        Row(
            "First start: empty data directory, environment and model made before",
            f"{median(first):.1f} s",
            numbers={"seconds": median(first)},
        ),
        Row(
            "Second start",
            f"{median(second):.1f} s",
            goal=f"≤ {SECOND_GOAL_S:.0f} s",
            peer=f"the first {median(first):.1f} s",
            ratio=f"{median(second) / median(first):.2f}",
            met=median(second) <= SECOND_GOAL_S,
            numbers={"seconds": median(second)},
        ),
    ]


def _start(data_dir: Path) -> float:
    product = Product(data_dir)
    try:
        return product.wait_until_ready()
    finally:
        end(product)

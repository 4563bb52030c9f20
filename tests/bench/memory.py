"""Resident memory of the whole product once it is idle after the bench."""

from __future__ import annotations

import time

from tests.bench import processes
from tests.bench.result import Row
from tests.bench.target import Target

IDLE_S = 2.0


def measure(target: Target) -> list[Row]:
    """The sum, and of whom."""
    time.sleep(IDLE_S)
    sizes = processes.megabytes(target.product)
    total = sum(sizes.values())
    largest_first = sorted(sizes.items(), key=lambda entry: -entry[1])
    return [
        Row(
            "Resident memory of all processes, idle after the above",
            f"{total:.0f} MB",
            peer=", ".join(f"{name} {size:.0f}" for name, size in largest_first),
            numbers={"total_mb": total, **sizes},
        )
    ]

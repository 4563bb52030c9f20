"""Cold start: what importing a function costs beyond bare Python."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from infra import template
from tests.bench.result import Row
from tests.bench.target import Target
from tests.support.product import REPOSITORY

ROUNDS = 7
GOAL_MS = 300
DATA_PLANE = ("functions.search", "functions.vectors.", "functions.embed.")


def measure(_: Target) -> list[Row]:
    """Each module of the data plane in a fresh interpreter, bare Python among them, in turns."""
    modules = sorted(f.module for f in template.load() if f.module.startswith(DATA_PLANE))
    for module in modules:
        _import(module)  # byte code and disk
    took: dict[str, list[float]] = {name: [] for name in ("", *modules)}
    for _round in range(ROUNDS):
        for name, times in took.items():
            times.append(_import(name))
    bare = median(took.pop(""))
    above = {name: median(times) - bare for name, times in took.items()}
    worst = max(above, key=above.__getitem__)
    return [
        Row(
            f"Import of a data-plane function (cold start): the slowest of {len(modules)}, `{worst}`",
            f"{above[worst]:.0f} ms more",
            goal=f"< {GOAL_MS} ms more than bare Python",
            peer=f"bare Python {bare:.0f} ms",
            ratio=f"{(above[worst] + bare) / bare:.1f}",
            met=above[worst] < GOAL_MS,
            numbers={"bare_ms": bare, **above},
        )
    ]


def _import(module: str) -> float:
    """Milliseconds of a fresh interpreter that imports the module, or nothing where it is ""."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}" if module else ""], cwd=REPOSITORY, env={}, check=True)
    return (time.perf_counter() - started) * 1000

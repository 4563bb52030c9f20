"""Measures speed, memory and quality of the product on this machine.

    python -m tests.bench [--only search,rows,…] [--events 10000000]

It starts a product of its own in a temporary directory, prints one Markdown table, and last one line of JSON. Whatever
is promised or compared stands beside its floor or peer of the same run: times do not carry over between machines.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from tests.bench import (
    accounts,
    embedding,
    exact,
    imports,
    limits,
    machine,
    memory,
    quality,
    rows,
    search,
    starts,
    usage,
)
from tests.bench.result import Row, as_json, table
from tests.bench.target import Measure, Target
from tests.support.product import home, started

PARTS: Mapping[str, Measure] = {
    "search": search.measure,
    "texts": embedding.measure,
    "rows": rows.measure,
    "exact": exact.measure,
    "quality": quality.measure,
    "imports": imports.measure,
    "memory": memory.measure,
    "accounts": accounts.measure,
    "usage": usage.measure,
    "limits": limits.measure,
}
STARTS = "starts"
BUSY = 0.10
"""Beyond this share of the machine for others, a part's numbers are told to be doubtful."""


def main() -> int:
    """Runs the parts asked for; 1 where a goal was missed."""
    asked, events = _asked()
    found: list[Row] = []
    others: dict[str, float] = {}
    began = time.monotonic()
    with home() as folder:
        if STARTS in asked:
            found += _part(STARTS, partial(starts.measure, folder), others)
        measures = {name: measure for name, measure in PARTS.items() if name in asked}
        if "usage" in measures:
            measures["usage"] = partial(usage.measure, events=events)
        if measures:
            with started(folder / "data") as product:
                target = Target(product)
                for name, measure in measures.items():
                    found += _part(name, partial(measure, target), others)
    _tell(found, others, time.monotonic() - began)
    return int(any(row.met is False for row in found))


def _asked() -> tuple[set[str], int]:
    names = [STARTS, *PARTS]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", metavar="PARTS", help=f"some of {','.join(names)}")
    parser.add_argument("--events", type=int, default=usage.EVENTS, help="events for `usage`; its goal is of 10000000")
    given = parser.parse_args()
    only: str | None = given.only
    asked = set(names if only is None else only.split(","))
    if unknown := asked - set(names):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return asked, given.events


def _part(name: str, measure: Callable[[], list[Row]], others: dict[str, float]) -> list[Row]:
    before, began = machine.cpu(), time.monotonic()
    found = measure()
    others[name] = machine.cpu().others_since(before)
    seconds = time.monotonic() - began
    print(f"{name}: {seconds:.0f} s, {others[name]:.0%} of the machine went to others", file=sys.stderr, flush=True)
    return found


def _tell(found: list[Row], others: Mapping[str, float], seconds: float) -> None:
    print(table(found))
    print()
    busy = [f"{name} {share:.0%}" for name, share in others.items() if share > BUSY]
    load = f"the machine was busy with others ({', '.join(busy)})" if busy else "the machine had little else to do"
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{machine.model()}, Python {python}; {load}; {seconds:.0f} s in all.")
    about = {"machine": machine.model(), "python": python, "seconds": round(seconds), "others": others}
    print(as_json(found, **about))


if __name__ == "__main__":
    sys.exit(main())

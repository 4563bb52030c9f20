"""Measures the product beside the Chroma server, and how it grows, on this machine.

    make bench-peer                        # python -m tests.bench.peer [--only peer,growth,…] [--long]

The servers take turns, each alone on the machine, with the same rows, the same requests and the same client. The other
parts measure the product alone, each in a data directory of its own. One Markdown table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.bench import machine
from tests.bench.peer import chroma, growth, keywords, loads, many, modes
from tests.bench.peer.clustered import Clustered
from tests.bench.peer.compare import compare
from tests.bench.peer.ours import FluxVector
from tests.bench.peer.server import Server
from tests.bench.result import Row, as_json, table
from tests.bench.target import Measure, Target
from tests.support.product import home, started

PEER = "peer"
PARTS: Mapping[str, Measure] = {
    "growth": growth.measure,
    "collections": many.measure,
    "keywords": keywords.measure,
    "modes": modes.measure,
}
LONG_GROWTH: Measure = partial(growth.measure, is_long=True)
BUSY = 0.10
"""Beyond this share of the machine for others, numbers are told to be doubtful."""


def main() -> int:
    """Runs the parts asked for; 1 where a goal was missed."""
    arguments = _arguments()
    others: dict[str, float] = {}
    rows: list[Row] = []
    began = time.monotonic()
    with home() as folder:
        if PEER in arguments.only:
            rows += _beside_chroma(folder, others)
        for name, measure in PARTS.items():
            if name in arguments.only:
                chosen = LONG_GROWTH if name == "growth" and arguments.long else measure
                rows += _alone(folder / name, name, chosen, others)
    _tell(rows, others, time.monotonic() - began)
    return int(any(row.met is False for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    names = [PEER, *PARTS]
    parser.add_argument("--only", type=_names(names), default=names, metavar="PARTS", help=f"some of {','.join(names)}")
    parser.add_argument("--long", action="store_true", help="growth to 1,000,000 vectors (hours, 20 GB)")
    return parser.parse_args()


def _names(known: Sequence[str]) -> Callable[[str], list[str]]:
    def parts(text: str) -> list[str]:
        asked = text.split(",")
        if unknown := sorted(set(asked) - set(known)):
            raise argparse.ArgumentTypeError(f"there is no part {', '.join(unknown)}; there are {', '.join(known)}")
        return asked

    return parts


def _beside_chroma(folder: Path, others: dict[str, float]) -> list[Row]:
    """Chroma first, then ours, each alone."""
    data = Clustered.of(loads.ROWS, loads.QUERIES)
    with chroma.started(folder / "chroma") as server:
        peer = _measured(server, data, others)
    with started(folder / "ours") as product:
        ours = _measured(FluxVector(product), data, others)
    return compare(ours, peer)


def _measured(server: Server, data: Clustered, others: dict[str, float]) -> loads.Measured:
    found = loads.measure(server, data)
    others |= {f"{server.name}, {phase}": share for phase, share in found.others.items()}
    print(f"{server.name}: {json.dumps(loads.told(found))}", file=sys.stderr, flush=True)
    return found


def _alone(folder: Path, name: str, measure: Measure, others: dict[str, float]) -> list[Row]:
    """One part on a product of its own: what another part stored would weigh on it."""
    before, began = machine.cpu(), time.monotonic()
    with started(folder / "data") as product:
        found = measure(Target(product))
        others[name] = machine.cpu().others_since(before)
    shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{name}: {time.monotonic() - began:.0f} s, {others[name]:.0%} of the machine went to others", file=sys.stderr
    )
    return found


def _tell(found: list[Row], others: Mapping[str, float], seconds: float) -> None:
    print(table(found))
    busy = [f"{name} {share:.0%}" for name, share in others.items() if share > BUSY]
    load = f"the machine was busy with others ({'; '.join(busy)})" if busy else "the machine had little else to do"
    print(f"\n{machine.model()}; {load}; {seconds:.0f} s in all.")
    print(as_json(found, machine=machine.model(), seconds=round(seconds), others=others))


if __name__ == "__main__":
    sys.exit(main())

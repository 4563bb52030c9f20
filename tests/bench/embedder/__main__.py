"""Measures the embedder's engines against their peers and against what the processor can multiply.

    make bench-embedder                        # python -m tests.bench.embedder [--rounds 3] [--only onnxruntime,limit]

The model is multilingual-e5-large with random weights (``make e5-large-shape``): speed depends on the shape alone.
Every subject is a process of its own; they take turns, load by load, and the medians count. torch is measured where
``make test-torch`` has made its environment. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from embedder.cores import available_cores
from tests.bench import machine
from tests.bench.embedder.loads import LOADS, MIXED, QUERY
from tests.bench.embedder.subjects import SUBJECTS, Limit

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / ".local" / "models" / "multilingual-e5-large-shape"
TORCH_PYTHON = ROOT / ".venv-torch" / "bin" / "python"
ENGINES = {"onnxruntime": 0.68, "openvino": 0.80}
"""Engines, and the shares of the limit that they are to reach."""

QUIET_SECONDS = 1.2
"""A session with default options spins on after its run, and would take the processor from the next subject."""

LABELS = {
    "limit": "the limit: MatMulInteger, 256 rows",
    "onnxruntime": "**this embedder, ONNX Runtime** (default)",
    "openvino": "**this embedder, OpenVINO**",
    "plain": "the same file, plain ONNX Runtime, batches of 32 in order of arrival",
    "torch-float32": "torch, float32, the same batches",
    "torch-int8": "torch, dynamic int8, the same batches",
}


class Loaded(NamedTuple):
    """Queries of 16 tokens beside passages (median, 99th percentile), the longest run, goodput as share of the peak."""

    middle_seconds: float
    late_seconds: float
    run_seconds: float
    goodput: float


class Process:
    """A subject in its process."""

    def __init__(self, name: str, directory: Path, threads: int) -> None:
        python = str(TORCH_PYTHON) if name.startswith("torch") else sys.executable
        command = ["/usr/bin/env", "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", "ORT_DISABLE_TELEMETRY=1", python]
        command += ["-m", "tests.bench.embedder.subjects", name, str(directory), str(threads)]
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        self.load_seconds = self._answer()
        self.seconds: dict[str, list[float]] = {load: [] for load in LOADS}
        self.direct: list[float] = []

    def measure(self, load: str) -> None:
        """One round of a load."""
        self.seconds[load].append(self.ask(load))
        if self.name in {"limit", "plain"}:
            time.sleep(QUIET_SECONDS)

    def ask(self, line: str) -> float:
        """A line to the subject, and the number that comes back."""
        self._tell(line)
        return self._answer()

    def under_load(self) -> Loaded:
        """How it does with more to do than it can."""
        self._tell("load")
        assert self._process.stdout is not None
        return Loaded(*json.loads(self._process.stdout.readline()))

    def end(self) -> None:
        """Close its input, which ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _answer(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer")
        return float(line)

    def tokens_per_second(self, load: str) -> float:
        """By the median round."""
        tokens = Limit.ROWS if self.name == "limit" else sum(LOADS[load])
        return tokens / median(self.seconds[load])


def main() -> int:
    """Measure and tell; 1 where a goal was missed."""
    arguments = _arguments()
    threads = available_cores()
    names = [name for name in SUBJECTS if name in arguments.only]
    before, began = machine.cpu(), time.monotonic()
    subjects = [Process(name, arguments.model, threads) for name in names]
    for _ in range(arguments.rounds):
        for load in LOADS:
            for subject in subjects:
                if subject.name != "limit" or load == MIXED:
                    subject.measure(load)
        for subject in subjects:
            if subject.name in ENGINES:
                subject.direct.append(subject.ask("direct"))
    loaded = {subject.name: subject.under_load() for subject in subjects if subject.name in ENGINES}
    memory = {subject.name: subject.ask("memory") / 1e6 for subject in subjects}
    for subject in subjects:
        subject.end()
    others = machine.cpu().others_since(before)
    _tell(subjects, memory, loaded, others, time.monotonic() - began)
    return int(
        any(_share(subject, subjects) < ENGINES[subject.name] for subject in subjects if subject.name in ENGINES)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.embedder", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, default=MODEL)
    available = [name for name in SUBJECTS if not name.startswith("torch") or TORCH_PYTHON.exists()]
    parser.add_argument("--only", type=lambda names: names.split(","), default=available, metavar="SUBJECTS")
    return parser.parse_args()


def _share(subject: Process, subjects: list[Process]) -> float:
    limit = next(other for other in subjects if other.name == "limit")
    return subject.tokens_per_second(MIXED) / limit.tokens_per_second(MIXED)


def _tell(
    subjects: list[Process], memory: dict[str, float], loaded: dict[str, Loaded], others: float, seconds: float
) -> None:
    print(f"| tokens/s | {' | '.join(LOADS)} | share of the limit, mixed | one query, p50 | memory | load |")
    print("|---" * (len(LOADS) + 5) + "|")
    for subject in subjects:
        if subject.name == "limit":
            blanks = " |" * (len(LOADS) - 1)
            print(f"| {LABELS['limit']} |{blanks} {subject.tokens_per_second(MIXED):,.0f} | 100 % | | | |")
            continue
        rates = " | ".join(f"{subject.tokens_per_second(load):,.0f}" for load in LOADS)
        share = f"{_share(subject, subjects):.0%}" + (
            f" (goal {ENGINES[subject.name]:.0%})" if subject.name in ENGINES else ""
        )
        query = f"{median(subject.seconds[QUERY]) * 1000:.1f} ms"
        if subject.direct:
            query += f", {median(subject.seconds[QUERY]) / median(subject.direct):.2f} times the session alone"
        print(
            f"| {LABELS[subject.name]} | {rates} | {share} | {query} | {memory[subject.name]:,.0f} MB"
            f" | {subject.load_seconds:.1f} s |"
        )
    print(
        "\n| With more to do than it can | a query, p50 / p99 | twice the idle p50 plus one run | goodput at 10 times |"
    )
    print("|---" * 4 + "|")
    idle = {subject.name: median(subject.seconds[QUERY]) for subject in subjects if subject.name in loaded}
    for name, found in loaded.items():
        print(
            f"| {LABELS[name]} | {found.middle_seconds * 1000:.0f} / {found.late_seconds * 1000:.0f} ms"
            f" | {(2 * idle[name] + found.run_seconds) * 1000:.0f} ms | {found.goodput:.0%} (goal 90%) |"
        )
    busy = f"{others:.0%} of the machine went to others" if others > 0.1 else "the machine had little else to do"
    print(f"\n{machine.model()}; {busy}; {seconds:.0f} s in all.")
    limit = next(subject for subject in subjects if subject.name == "limit")
    engines = {
        subject.name: {
            "mixed_tok_s": round(subject.tokens_per_second(MIXED), 1),
            "share": round(_share(subject, subjects), 4),
            "query_p50_ms": round(median(subject.seconds[QUERY]) * 1000, 2),
            "query_ratio": round(median(subject.seconds[QUERY]) / median(subject.direct), 3),
            "rss_mb": round(memory[subject.name]),
            "load_s": round(subject.load_seconds, 2),
            "loaded_query_p99_ms": round(loaded[subject.name].late_seconds * 1000, 1),
            "goodput": round(loaded[subject.name].goodput, 3),
        }
        for subject in subjects
        if subject.name in ENGINES
    }
    print(json.dumps({"limit_tok_s": round(limit.tokens_per_second(MIXED), 1), "engines": engines}))


if __name__ == "__main__":
    sys.exit(main())

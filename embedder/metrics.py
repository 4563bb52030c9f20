"""Counters in Prometheus's text format (version 0.0.4), without a library. No label ever holds a text."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping

RUN_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Metrics:
    """What the embedder has done since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: defaultdict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)
        self._buckets = [0] * (len(RUN_SECONDS) + 1)
        self._run_seconds = 0.0
        self._gauges: dict[str, tuple[Callable[[], float], dict[str, str]]] = {}

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter ``embedder_<name>_total``."""
        with self._lock:
            self._counters[name, tuple(sorted(labels.items()))] += amount

    def observe_run(self, seconds: float) -> None:
        """A run of the session took so long."""
        with self._lock:
            self._run_seconds += seconds
            self._buckets[next((i for i, bound in enumerate(RUN_SECONDS) if seconds <= bound), -1)] += 1

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Show ``embedder_<name>`` as whatever ``read`` gives when asked."""
        self._gauges[_series(f"embedder_{name}", labels)] = (read, labels)

    def render(self) -> str:
        """All of it as text."""
        with self._lock:
            counters = dict(self._counters)
            buckets, run_seconds = list(self._buckets), self._run_seconds
        lines: list[str] = []
        for name in sorted({name for name, _ in counters}):
            lines.append(f"# TYPE embedder_{name}_total counter")
            lines += [
                f"{_series(f'embedder_{name}_total', dict(labels))} {value:g}"
                for (counter, labels), value in sorted(counters.items())
                if counter == name
            ]
        for name in sorted({series.partition("{")[0] for series in self._gauges}):
            lines.append(f"# TYPE {name} gauge")
            lines += [f"{s} {read():g}" for s, (read, _) in self._gauges.items() if s.partition("{")[0] == name]
        lines += _histogram("embedder_run_seconds", buckets, run_seconds)
        return "\n".join(lines) + "\n"


def _series(name: str, labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}" if inner else name


def _histogram(name: str, buckets: list[int], total: float) -> list[str]:
    lines, count = [f"# TYPE {name} histogram"], 0
    for bound, size in zip((*map(str, RUN_SECONDS), "+Inf"), buckets, strict=True):
        count += size
        lines.append(f'{name}_bucket{{le="{bound}"}} {count}')
    return [*lines, f"{name}_sum {total:.6f}", f"{name}_count {count}"]

"""Counters in Prometheus's text format (version 0.0.4), without a library. No label ever holds a text."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
BOUNDS = {
    "run_seconds": SECONDS,
    "queue_seconds": SECONDS,
    "run_texts": (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),
}
"""The histograms: how long a run took, how long a text waited to be taken, how many texts shared a run."""

Labels = tuple[tuple[str, str], ...]


@dataclass
class _Histogram:
    bounds: tuple[float, ...]
    sizes: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.sizes = [0] * (len(self.bounds) + 1)

    def add(self, value: float, times: int) -> None:
        self.total += value * times
        self.sizes[next((place for place, bound in enumerate(self.bounds) if value <= bound), -1)] += times


class Metrics:
    """What the embedder has done since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: defaultdict[tuple[str, Labels], float] = defaultdict(float)
        self._histograms: dict[tuple[str, Labels], _Histogram] = {}
        self._gauges: dict[str, tuple[Callable[[], float], dict[str, str]]] = {}

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter ``embedder_<name>_total``."""
        with self._lock:
            self._counters[name, tuple(sorted(labels.items()))] += amount

    def observe(self, name: str, value: float, times: int = 1, **labels: str) -> None:
        """Add to the histogram ``embedder_<name>``, one of `BOUNDS`; no times only shows it."""
        key = name, tuple(sorted(labels.items()))
        with self._lock:
            if key not in self._histograms:
                self._histograms[key] = _Histogram(BOUNDS[name])
            self._histograms[key].add(value, times)

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Show ``embedder_<name>`` as whatever ``read`` gives when asked."""
        self._gauges[_series(f"embedder_{name}", labels)] = (read, labels)

    def render(self) -> str:
        """All of it as text."""
        lines: list[str] = []
        with self._lock:
            counters = dict(self._counters)
            histograms = [
                (name, labels, _histogram(f"embedder_{name}", labels, histogram))
                for (name, labels), histogram in sorted(self._histograms.items(), key=lambda entry: entry[0])
            ]
        for name in sorted({name for name, _ in counters}):
            lines.append(f"# TYPE embedder_{name}_total counter")
            lines += [
                f"{_series(f'embedder_{name}_total', dict(labels))} {value:.15g}"
                for (counter, labels), value in sorted(counters.items())
                if counter == name
            ]
        for name in sorted({series.partition("{")[0] for series in self._gauges}):
            lines.append(f"# TYPE {name} gauge")
            lines += [f"{s} {read():.15g}" for s, (read, _) in self._gauges.items() if s.partition("{")[0] == name]
        for name in sorted({name for name, _, _ in histograms}):
            lines.append(f"# TYPE embedder_{name} histogram")
            lines += [line for other, _, shown in histograms if other == name for line in shown]
        return "\n".join(lines) + "\n"


def _series(name: str, labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}" if inner else name


def _histogram(name: str, labels: Labels, histogram: _Histogram) -> list[str]:
    lines, count = [], 0
    for bound, size in zip((*(f"{bound:g}" for bound in histogram.bounds), "+Inf"), histogram.sizes, strict=True):
        count += size
        lines.append(f"{_series(f'{name}_bucket', {**dict(labels), 'le': bound})} {count}")
    lines.append(f"{_series(f'{name}_sum', dict(labels))} {histogram.total:.6f}")
    return [*lines, f"{_series(f'{name}_count', dict(labels))} {count}"]

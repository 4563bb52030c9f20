"""What the processor offers: physical cores that this process may use, and exact products of bytes."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

_TOPOLOGY = "devices/system/cpu/cpu{}/topology/thread_siblings_list"


def available_cores(system: Path = Path("/sys"), groups: Path = Path("/proc/self/cgroup")) -> int:
    """Physical cores in the process's affinity, at most what its control group's quota pays for; at least 1.

    Two hardware threads of a core share the units that multiply, so the second brings nothing. ``system`` is where
    Linux shows itself, ``groups`` where it names the process's control groups (others in tests). Elsewhere half of the
    processors would be a guess: all are taken.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    return max(1, min(physical_cores(os.sched_getaffinity(0), system), quota_cores(system, groups)))


def physical_cores(processors: set[int], system: Path) -> int:
    """Distinct cores among the processors; a processor whose topology is not shown counts as a core."""
    return len({_siblings(processor, system) for processor in processors})


def quota_cores(system: Path, groups: Path = Path("/proc/self/cgroup")) -> int:
    """Whole cores that the control groups (version 2 and 1) may use a period, or a large number without a limit.

    The group and all that it lies in are asked, since the tightest counts. In a container the own group is the root of
    what is shown.
    """
    quotas = [
        quota / period
        for directory, read in _directories(system, groups)
        for quota, period in [read(directory)]
        if quota > 0 and period > 0
    ]
    return max(1, math.floor(min(quotas))) if quotas else 1 << 16


def _siblings(processor: int, system: Path) -> str:
    return _read(system / _TOPOLOGY.format(processor)) or str(processor)


def _directories(system: Path, groups: Path) -> Iterator[tuple[Path, Callable[[Path], tuple[int, int]]]]:
    """Where quotas stand, and how they are read there. A line of ``groups`` is ``number:controllers:path``."""
    root = system / "fs/cgroup"
    paths = {"2": "/", "1": "/"}
    for line in _read(groups).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if not controllers or "cpu" in controllers.split(","):
            paths["1" if controllers else "2"] = path
    for version, base, read in (("2", root, _version_2), ("1", root / "cpu", _version_1)):
        parts = [part for part in paths[version].split("/") if part]
        if ".." in parts:  # outside of what this container is shown
            parts = []
        for depth in range(len(parts) + 1):
            yield base.joinpath(*parts[:depth]), read


def _version_2(directory: Path) -> tuple[int, int]:
    fields = _read(directory / "cpu.max").split()
    return (int(fields[0]), int(fields[1])) if len(fields) == 2 and fields[0].isdigit() else (0, 0)


def _version_1(directory: Path) -> tuple[int, int]:
    quota, period = (_read(directory / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    return (int(quota), int(period)) if quota.isdigit() and period.isdigit() else (0, 0)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def multiplies_inexactly(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether ONNX Runtime's fast int8 kernel may saturate here: x86 without VNNI.

    There, AVX2 adds two products of an unsigned and a signed byte in 16 bits, which overflow. ONNX Runtime has an exact
    kernel for it (``session.x64quantprecision``), three times slower where VNNI would have been exact anyway.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return False
    flags = _read(cpuinfo).partition("flags")[2].partition("\n")[0].split()
    return not {"avx512_vnni", "avx_vnni"} & set(flags)

"""What the processor offers: physical cores that this process may use, and exact products of bytes."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path

_TOPOLOGY = "devices/system/cpu/cpu{}/topology/thread_siblings_list"


def available_cores(system: Path = Path("/sys")) -> int:
    """Physical cores in the process's affinity, at most what its control group's quota pays for; at least 1.

    Two hardware threads of a core share the units that multiply, so the second brings nothing. ``system`` is where
    Linux shows itself (another directory in tests). Elsewhere half of the processors would be a guess: all are taken.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    return max(1, min(physical_cores(os.sched_getaffinity(0), system), quota_cores(system)))


def physical_cores(processors: set[int], system: Path) -> int:
    """Distinct cores among the processors; a processor whose topology is not shown counts as a core."""
    return len({_siblings(processor, system) for processor in processors})


def quota_cores(system: Path) -> int:
    """Whole cores that the control group may use a period (version 2, then 1), or a large number without a limit."""
    for quota, period in (_version_2(system), _version_1(system)):
        if quota > 0 and period > 0:
            return max(1, math.floor(quota / period))
    return 1 << 16


def _siblings(processor: int, system: Path) -> str:
    return _read(system / _TOPOLOGY.format(processor)) or str(processor)


def _version_2(system: Path) -> tuple[int, int]:
    fields = _read(system / "fs/cgroup/cpu.max").split()
    return (int(fields[0]), int(fields[1])) if len(fields) == 2 and fields[0].isdigit() else (0, 0)


def _version_1(system: Path) -> tuple[int, int]:
    quota, period = (_read(system / f"fs/cgroup/cpu/cpu.cfs_{name}_us") for name in ("quota", "period"))
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

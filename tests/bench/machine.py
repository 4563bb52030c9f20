"""The machine: how busy others kept it while we measured, and what it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.support.product import descendants

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds so far: of the whole machine, of all that was not idle, and of us and everything that we started."""

    total: float
    busy: float
    ours: float

    def others_since(self, before: Cpu) -> float:
        """Share of the machine's time that went to others (a hypervisor's other guests too)."""
        total = self.total - before.total
        others = (self.busy - before.busy) - (self.ours - before.ours)
        return min(max(others / total, 0.0), 1.0) if total else 0.0


def cpu() -> Cpu:
    """Now. Children that ended count with their parents, once those have waited for them."""
    # user, nice, system, idle, iowait, irq, softirq, steal: proc_stat(5); what follows is part of the first two.
    times = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = times[3] + times[4]
    ours = sum(cpu_seconds(pid) for pid in {os.getpid()} | descendants(os.getpid()))
    return Cpu(sum(times) / TICKS, (sum(times) - idle) / TICKS, ours)


def model() -> str:
    """The processor's name and the number of processors that we may use."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':', 1)[1].strip()}, {len(os.sched_getaffinity(0))} processors"
    return f"{os.cpu_count()} processors"


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, with that of its children that ended and were waited for; 0 when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # utime, stime, cutime, cstime are the 14th to 17th field; the second may hold blanks and ends with ")".
    return sum(int(value) for value in stat.rpartition(")")[2].split()[11:15]) / TICKS

"""What the kernel knows of a process: its processor time, its memory, how many files it may open. Linux only."""

import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.core.errors import TabooError

_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12
"""Where the two times are in /proc/PID/stat, counted from the state, which follows the name in brackets."""


@dataclass(eq=False)
class BenchError(TabooError):
    """A bench that could not be run on this machine, or whose server or clients failed."""

    part: str
    problem: str

    def __str__(self) -> str:
        return f"bench {self.part}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds of real memory now, and the most it has held, in MiB."""

    now: float
    peak: float


def cpu_seconds(pid: int) -> float:
    """Processor seconds that a process has used, all of its threads, in itself and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICK


def busy_seconds() -> float:
    """Processor seconds that all of the machine was busy with, the kernel and its interrupts included."""
    user, nice, system, _, _, irq, softirq, *_ = Path("/proc/stat").read_text(encoding="ascii").split()[1:9]
    return sum(int(ticks) for ticks in (user, nice, system, irq, softirq)) / _TICK


def memory(pid: int) -> Memory:
    """The memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    rows = dict(line.split(":", 1) for line in lines if ":" in line)
    return Memory(*(int(rows[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")))


def allow_files(count: int) -> None:
    """Let this process and those it starts hold so many files and sockets open. Raises BenchError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise BenchError("server", f"needs {count} open files, and the hard limit of this machine is {hard}")
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the ordered values do not exceed; 0.0 where there is none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]

"""How much memory a process holds and has held, for programs that measure it in a process of their own."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_bytes() -> int:
    """The most that this process has held in memory so far, in bytes.

    ``getrusage`` alone would not do on Linux: a child begins with the peak of the process that started it, which may be
    larger than anything the child does. The kernel's own account (``VmHWM``) begins anew with the program.
    """
    if _STATUS.exists():
        return _field("VmHWM")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def held_bytes() -> int:
    """What this process holds now, in bytes; its peak so far where the system does not tell."""
    return _field("VmRSS") if _STATUS.exists() else peak_bytes()


def _field(name: str) -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024

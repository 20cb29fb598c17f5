"""A job for the tests of the process model: does one odd thing, chosen by its request."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

from pt2k_gui.files import atomic_path
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context, StageDone, stage
from pt2k_gui.save.checking import Reopening


@dataclass(frozen=True)
class Request:
    what: str
    path: str = ""


class Unreadable:
    """Can be sent, but not taken apart again at the other end."""

    def __reduce__(self) -> tuple[object, ...]:
        return (int, ("no number",))


def run(request: Request, context: Context) -> object:
    match request.what:
        case "echo":
            context.progress(0.0, "begin")
            context.log("a line")
            with stage(context, "One stage") as result:
                result.text = "went well"
            context.progress(1.0, "end")
            return (os.getpid(), sorted(sys.modules))
        case "sleep":
            context.log("asleep")
            time.sleep(60)
        case "until stopped":
            context.log("waiting")
            while not context.stopping():
                time.sleep(0.01)
            return "kept"
        case "flood":
            while True:
                context.log("x" * 50_000)
        case "half write":
            with atomic_path(request.path) as temporary:
                temporary.write_bytes(b"half")
                context.log("written half")
                time.sleep(60)
        case "reopening":
            with Reopening(Mock(), Mock()):
                context.log("files are being opened again")
                time.sleep(60)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "problem":
            raise Problem("It does not fit.", hint="Make it fit.", details="by one")
        case "error":
            raise ZeroDivisionError("surprise")
        case "memory":
            raise MemoryError
        case "grandchild":
            import subprocess

            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            Path(request.path).write_text(str(child.pid))
            context.log("grandchild started")
            child.wait()
        case "unpicklable":
            return lambda: StageDone
        case "unreadable":
            return Unreadable()
    return None

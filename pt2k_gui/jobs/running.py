"""Run a job in a child process and wait for it: for the command line and for tests. The window has its workers."""

from __future__ import annotations

from typing import Any

from pt2k_gui.jobs.process import Child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context


def run_in_child(child: Child, request: object, context: Context) -> Any:
    """The job's result; what it reports goes to ``context``.

    Raises:
        Problem: the job failed, or its process died.
        KeyboardInterrupt: Ctrl+C; the child is ended and what it had half written is removed.
    """
    try:
        child.submit(request)
        stopped = False
        while True:
            if context.stopping() and not stopped:
                stopped = True
                child.stop()
            message = child.receive(0.1)
            if message is None:
                continue
            kind, *values = message
            if kind == "finished":
                return values[0]
            if kind == "failed":
                problem = values[0]
                assert isinstance(problem, Problem)
                raise problem
            if kind in ("progress", "log", "event"):
                getattr(context, str(kind))(*values)
    except KeyboardInterrupt:
        child.kill()
        raise

"""Run a job in a child process and wait for it: for the command line, a library user and tests. The window has its workers."""

from __future__ import annotations

from pt2k_gui.jobs.job import Job, Result
from pt2k_gui.jobs.process import Child
from pt2k_gui.progress import Context


def run_in_child(child: Child, request: Job[Result], context: Context) -> Result:
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
                result: Result = values[0]
                return result
            if kind == "failed":
                raise values[0]
            if kind in ("progress", "log", "event"):
                getattr(context, kind)(*values)
    except KeyboardInterrupt:
        child.kill()
        raise

"""List the models that a package has, in PT2K's own interpreter or in the user's."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs import messages
from pt2k_gui.jobs.job import Job
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[tuple[str, ...]]):
    """Which names.

    Args:
        python: the interpreter; empty for PT2K's own.
        package: such as ``timm``; empty for all packages of models that PT2K knows of.
        pattern: as in a shell, or a part of the name.
        trusted: whether the user agreed that the interpreter is started.
        seconds: how long it may take.
    """

    python: str
    package: str = ""
    pattern: str = ""
    trusted: bool = False
    seconds: float = READING_SECONDS


def run(request: Request, context: Context) -> tuple[str, ...]:
    """Names as ``package:name``. Raises ``Problem``, and ``NeedsTrust`` before the interpreter is started."""
    from pt2k_gui.sources.guest import names_in_guest
    from pt2k_gui.sources.named import names_in, packages_here

    context.progress(0.0, messages.LISTING_MODELS())
    if request.python:
        return names_in_guest(request.python, request.package, request.pattern, trusted=request.trusted)
    packages = (request.package,) if request.package else packages_here()
    return tuple(name for package in packages for name in names_in(package, request.pattern))

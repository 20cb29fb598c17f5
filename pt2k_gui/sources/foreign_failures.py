"""The words for what went wrong in a user's own code while it was imported or its network was made."""

from __future__ import annotations

import traceback
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.sources.guarded import NetworkRefused, NoTerminal, Overheard, TooLong
from pt2k_gui.sources.repository import Repository
from pt2k_gui.sources.stand_ins import StandInUsed, called

_WRITE_LOADER = "Or have a loader written, a short file that makes the network your way: pt2k loader."


def failure(
    what: str, error: BaseException, heard: Overheard, hint: str = "", repository: Repository | None = None
) -> Problem:
    """A ``Problem`` for an error of the user's code.

    Args:
        what: what failed, such as ``net.py:Net can't be made``.
        heard: what the code did besides.
        hint: the way out for an error of no known kind.
        repository: whose lines are worth naming.
    """
    reason, way_out = _reason(error, heard, hint)
    where = _line(error, repository)
    said = heard.last_words()
    printed = f" It printed: “{said}”." if said and _is_silent(error) else ""
    details = "".join(traceback.format_exception(error))
    if heard.printed:
        details += f"\nIts output:\n{heard.printed}"
    return Problem(f"{what}: {reason}{where}.{printed}", hint=way_out, details=details)


def _reason(error: BaseException, heard: Overheard, hint: str) -> tuple[str, str]:
    if isinstance(error, TooLong):
        return (
            "its code did not come to an end in the time that it may take",
            f"If it only needs more time, give a longer limit (--time-limit). {_WRITE_LOADER}",
        )
    if isinstance(error, NoTerminal) or heard.asked:
        question = next((text for text in heard.asked if text), "")
        return (
            f"its code asks something at a terminal{f' (“{question}”)' if question else ''}, and there is none here",
            f"Give it what it asks for as an argument. {_WRITE_LOADER}",
        )
    if isinstance(error, SystemExit):
        return (
            "its code ends the program with exit()",
            f"It may miss a file or an argument. {_WRITE_LOADER}",
        )
    if isinstance(error, NetworkRefused) or heard.hosts:
        hosts = ", ".join(heard.hosts[:3])
        return (
            f"its code reaches for the network ({hosts}), and PT2K downloads nothing",
            f"Turn the download off with an argument (such as --arg pretrained=False). {_WRITE_LOADER}",
        )
    needed = _needed(error)
    if needed:
        package = needed.partition(".")[0]
        return (
            f"it needs {needed}, and the package {package} is not installed here",
            f"Name an interpreter that has {package}: --python PATH, “Runs in” in the window.",
        )
    text = _first_line(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__, hint


def _needed(error: BaseException) -> str:
    """What of a package that is not here the code could not do without."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, StandInUsed):
            return seen.needed
        if isinstance(seen, ModuleNotFoundError) and seen.name:
            return str(seen.name)
        seen = seen.__cause__ or seen.__context__
    return called[0] if called and isinstance(error, TypeError | AttributeError) and "StandIn" in str(error) else ""


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".")[:400] if lines else ""


def _is_silent(error: BaseException) -> bool:
    """Whether the error itself says little, so that the last that was printed matters."""
    return isinstance(error, SystemExit | TooLong | NoTerminal | AssertionError) or not str(error)


def _line(error: BaseException, repository: Repository | None) -> str:
    """The last line of the user's own code that took part: `` (net.py, line 12)``."""
    if repository is None:
        return ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(repository.root) and "site-packages" not in file.parts:
            return f" ({file.relative_to(repository.root).as_posix()}, line {frame.lineno})"
    return ""

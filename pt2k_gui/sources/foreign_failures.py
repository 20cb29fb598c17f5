"""The words for what went wrong in a user's own code while it was imported or its network was made."""

from __future__ import annotations

import traceback
from pathlib import Path

from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.sources import messages
from pt2k_gui.sources.guarded import NetworkRefused, NoTerminal, Overheard, TooLong
from pt2k_gui.sources.repository import Repository
from pt2k_gui.sources.stand_ins import StandInUsed, called

_WRITE_LOADER = messages.WRITE_LOADER()


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
    printed = messages.PRINTED(text=said) if said and _is_silent(error) else ""
    details = "".join(traceback.format_exception(error))
    if heard.printed:
        details += f"\nIts output:\n{heard.printed}"
    sentence = messages.FAILURE(what=what, reason=reason, where=where)
    return Problem(sentences(sentence, printed), hint=way_out, details=details)


def _reason(error: BaseException, heard: Overheard, hint: str) -> tuple[str, str]:
    if isinstance(error, TooLong):
        return (
            messages.TOOK_TOO_LONG(),
            sentences(messages.LONGER_TIME(), _WRITE_LOADER),
        )
    if isinstance(error, NoTerminal) or heard.asked:
        question = next((text for text in heard.asked if text), "")
        return (
            messages.ASKS_QUESTION(question=question) if question else messages.ASKS(),
            sentences(messages.GIVE_AS_ARGUMENT(), _WRITE_LOADER),
        )
    if isinstance(error, SystemExit):
        return (
            messages.ENDS_PROGRAM(),
            sentences(messages.MAY_MISS(), _WRITE_LOADER),
        )
    if isinstance(error, NetworkRefused) or heard.hosts:
        hosts = heard.hosts[:3]
        return (
            messages.REACHES_NETWORK(hosts=hosts),
            sentences(messages.TURN_OFF_DOWNLOAD(), _WRITE_LOADER),
        )
    needed = _needed(error)
    if needed:
        package = needed.partition(".")[0]
        return (
            messages.NEEDS_PACKAGE(name=needed, package=package),
            messages.NAME_INTERPRETER_WITH(package=package),
        )
    text = _first_line(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__, hint


def _needed(error: BaseException) -> str:
    """Names of a package that is not here which the code could not do without."""
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

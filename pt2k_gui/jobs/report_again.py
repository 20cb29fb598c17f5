"""Write the report of a conversion in the history again."""

from __future__ import annotations

from dataclasses import dataclass

from pt2k_gui.jobs.job import Job
from pt2k_gui.languages import ENGLISH
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[str]):
    """``number``: the conversion's in the history; ``output``: the ``.html``, ``.pdf`` or ``.json`` file to write;
    ``language``: a key of ``LANGUAGES``."""

    number: int
    output: str
    language: str = ENGLISH


def run(request: Request, context: Context) -> str:
    """The path written. Raises ``Problem`` when it can't be, or there is no such conversion."""
    from pt2k_gui.history.keeping import export

    export(request.number, request.output, request.language)
    return request.output

"""Base of every job's request: it says by its type what the job answers."""

from __future__ import annotations

from typing import Generic, TypeVar

Result = TypeVar("Result", covariant=True)


class Job(Generic[Result]):
    """A frozen dataclass of plain data, in a module whose ``run(request, context)`` gives a ``Result``."""

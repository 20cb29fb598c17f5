"""The one exception type meant for a person: a sentence, a way out, and details for the log."""

from __future__ import annotations


class Problem(Exception):
    """Something the user has to know about, and can do something about.

    Args:
        sentence: what happened and why, in one sentence; names the file or the layer. A ``Message``, so that the window
            can say it in its language; a plain text only where it is a third party's.
        hint: what to do about it, in one sentence; may be empty.
        details: text for the log and the "Copy details" button (a traceback, a library's own message).

    A ``Problem`` survives pickling, so that it crosses from the child process to the window unchanged.
    """

    def __init__(self, sentence: str, *, hint: str = "", details: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.sentence, self.hint, self.details)


def _rebuild(kind: type[Problem], sentence: str, hint: str, details: str) -> Problem:
    return kind(sentence, hint=hint, details=details)

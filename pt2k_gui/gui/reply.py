"""How a thread answers to a widget that may be gone by then.

A thread must not emit a signal of a widget: Qt reads the sender's memory, and the window's thread may be freeing it at that
moment, which crashes in Qt once in some thousand widgets. It posts to an object that lives as long as the program, and the
window's thread looks whether the widget is still there. A thread holds no widget either: whoever drops the last reference
to one deletes it, in that thread.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid


class _Mailbox(QObject):
    posted = Signal(object)  # (a weak reference to a method, its arguments)

    def __init__(self) -> None:
        super().__init__()
        self.posted.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _hand_over(self, letter: tuple[weakref.WeakMethod[Callable[..., None]], tuple[object, ...]]) -> None:
        held, values = letter
        method = held()
        receiver = getattr(method, "__self__", None)
        if method is not None and isinstance(receiver, QObject) and isValid(receiver):
            method(*values)


@lru_cache(maxsize=1)
def _mailbox() -> _Mailbox:
    return _Mailbox()


class Reply:
    """Call it in any thread: the method is called with the same values in the window's thread, or not at all where its
    object is gone. To be made in the window's thread.

    Args:
        method: a bound method of a ``QObject``, which is held weakly.
    """

    def __init__(self, method: Callable[..., None]) -> None:
        self._method = weakref.WeakMethod(method)
        self._mailbox = _mailbox()

    def __call__(self, *values: object) -> None:
        self._mailbox.posted.emit((self._method, values))

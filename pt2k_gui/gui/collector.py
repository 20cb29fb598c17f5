"""Garbage collection in the window's thread alone.

Python collects garbage in whichever thread happens to allocate next. Cycles hold Qt objects, or wrappers of objects that the
window's thread is deleting at that moment; collected in a thread that draws a plot or imports a module, they crash in Qt once
in some thousand windows. Here Python's own collection is off, and a timer of the window's thread does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

_EVERY = 1000  # milliseconds
_YOUNG = 5_000  # objects made since the last collection, from which one is worth its time
_PER_GENERATION = 20  # collections of one generation before the next older one is collected with it
_WHOLE_EVERY = 60  # ticks while no window is active; a whole collection walks through all that lives, up to 140 ms
_WHOLE_AT_LAST = 600  # ticks, also where a window is active all the time


class Collector(QObject):
    """Collects the young garbage once a second, and all of it once a minute while no window is active, or in ten minutes.

    Made once, by ``collect_in_this_thread``; it belongs to the application.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._ticks = 0
        timer = QTimer(self)
        timer.timeout.connect(self._tick)
        timer.start(_EVERY)

    def _tick(self) -> None:
        self._ticks += 1
        young, middle, _ = gc.get_count()
        seen = self._application.activeWindow() is not None
        if self._ticks >= (_WHOLE_AT_LAST if seen else _WHOLE_EVERY):
            self._ticks = 0
            gc.collect()
        elif young > _YOUNG:
            gc.collect(1 if middle > _PER_GENERATION else 0)


def collect_in_this_thread(application: QApplication) -> None:
    """Switch Python's own collection off and collect in this thread, the window's; a second call changes nothing."""
    gc.disable()
    if application.findChild(Collector) is None:
        Collector(application)

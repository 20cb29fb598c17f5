"""The bar at the bottom, which never moves: the log's fold, the running job with time and Cancel, Back and Next."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QProgressBar, QSizePolicy

from pt2k_gui.gui import icons
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import L, M, S, Theme, fixed_font
from pt2k_gui.gui.widgets.basics import button, label

_LOG_LINES = 5000
_KNOWN_FROM, _GUESS_AFTER = 0.05, 2.0  # share and seconds from which on the time left is told
_ROOMY = 700  # pixels; below, the progress is shorter, so that every button stays


class BottomBar(QFrame):
    """``back``, ``next_page``, ``cancel`` and ``log_toggled`` are what it asks for."""

    back = Signal()
    next_page = Signal()
    cancel = Signal()
    log_toggled = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("bottom")
        self._theme = theme
        self._began, self._share = 0.0, 0.0
        row = QHBoxLayout(self)
        row.setContentsMargins(L, M, L, M)
        row.setSpacing(M)
        self.log_button = button(self.tr("&Log"), "log", "flat")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self.log_toggled)
        self.log_button.toggled.connect(self._paint)
        theme.changed.connect(self._paint)
        self._text = label("", "muted", name="progressText")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._time = label("", "muted")
        self._time.setMinimumWidth(40)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cancel_button = button(self.tr("Cancel"), "cancel", "", "square", theme)
        self.cancel_button.clicked.connect(self.cancel)
        self.back_button = button(self.tr("&Back"), "back", "", "arrow-left", theme)
        self.next_button = button(self.tr("&Next"), "next", "", "arrow-right", theme)
        self.next_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the word
        self.next_button.setText(self.tr("&Next") + " ")
        for made, keys in (
            (self.log_button, "Ctrl+L"), (self.cancel_button, "Esc"), (self.back_button, "Alt+Left"),
            (self.next_button, "Alt+Right"),
        ):  # fmt: skip
            made.setToolTip(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.next_page)
        row.addWidget(self.log_button)
        row.addWidget(self._text, 1)
        for part in (self._bar, self._time, self.cancel_button):
            row.addWidget(part)
        row.addSpacing(S)
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._tick)
        self._paint()
        self.finish()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bar.setFixedWidth(180 if self.width() >= _ROOMY else 64)

    def _paint(self) -> None:
        name = "chevron-down" if self.log_button.isChecked() else "chevron-up"
        self.log_button.setIcon(icons.icon(name, self._theme.colours.text))

    def begin(self, text: str) -> None:
        """A job began."""
        self._began = time.monotonic()
        self._text.setText(text)
        # Moves to and fro until it is known how far the work is; stands where nothing may move.
        self._bar.setRange(0, 1000 if self._theme.still else 0)
        self._bar.setValue(0)
        self._share = 0.0
        for part in (self._bar, self._time, self.cancel_button):
            part.show()
        self.cancel_button.setEnabled(True)
        self._tick()
        self._clock.start()

    def go_on(self, text: str) -> None:
        """The job's next part began; its time goes on."""
        self._text.setText(text)

    def progress(self, fraction: float, text: str) -> None:
        self._share = fraction
        if fraction > 0:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(fraction * 1000))
        self._text.setText(phrase(text))
        self._tick()

    def finish(self, text: str = "") -> None:
        """No job runs any more."""
        self._clock.stop()
        self._text.setText(text)
        for part in (self._bar, self._time, self.cancel_button):
            part.hide()

    @property
    def seconds(self) -> float:
        """How long the job has been running."""
        return time.monotonic() - self._began

    def elapsed(self) -> str:
        """The same as minutes and seconds."""
        return f"{int(self.seconds) // 60}:{int(self.seconds) % 60:02}"

    def _tick(self) -> None:
        self._time.setText(self.elapsed() + (f" · {self.left()}" if self.left() and self.width() >= _ROOMY else ""))

    def left(self) -> str:
        """About how long it will take, from what is done of it; empty while that is not known."""
        if self._share < _KNOWN_FROM or self.seconds < _GUESS_AFTER:
            return ""
        seconds = round(self.seconds * (1 - self._share) / self._share)
        return self.tr("about {0} left").format(f"{seconds // 60}:{seconds % 60:02}")


class LogPane(QPlainTextEdit):
    """The lines that jobs write, the latest at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("logPane")
        self.setAccessibleName(self.tr("Log"))
        self.setReadOnly(True)
        self.setFont(fixed_font())
        self.setMaximumBlockCount(_LOG_LINES)
        self.setFixedHeight(150)
        self.setPlaceholderText(self.tr("Nothing has been logged yet."))
        self._lines: deque[tuple[str, str]] = deque(maxlen=_LOG_LINES)
        self.hide()

    def add(self, line: str) -> None:
        """Add a line with the time of day; a ``Message`` is said in the window's language."""
        self._show(time.strftime("%H:%M:%S"), line)

    def lines(self) -> list[str]:
        """The lines as they are shown, each with its time."""
        return self.toPlainText().splitlines()

    def _show(self, when: str, line: str) -> None:
        self._lines.append((when, line))
        self.appendPlainText(f"{when}  {phrase(line)}")

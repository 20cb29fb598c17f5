"""Shared by all pages: a title, one sentence, a body, and the window's services (state, theme, settings, jobs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from pt2k_gui.gui.record import Work
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import ConversionState, Job, Obstacle, Step
from pt2k_gui.gui.theme import XL, L, M, S, Theme, dress
from pt2k_gui.gui.widgets.basics import Columns, label
from pt2k_gui.gui.widgets.reading_split import ReadingSplit
from pt2k_gui.gui.worker import Answer, Watcher, Worker
from pt2k_gui.jobs.job import Job as Request


class Runner(Protocol):
    """How a page asks the window to run a job."""

    def __call__(
        self,
        job: Job | None,
        request: Request[Answer],
        text: str,
        watcher: Watcher[Answer],
        *,
        span: tuple[float, float] = (0.0, 1.0),
    ) -> Worker:
        """Start it.

        Args:
            job: what the state is told; None for what is done beside (a drawn digit) and has no Cancel. Work that takes
                several requests runs the next one with the same job from ``watcher.finished``.
            text: what the bottom bar says.
            watcher: hears of this request. That it failed or was cancelled is noted in the state by the window.
            span: the part of the job's progress that this request is.
        """


@dataclass(frozen=True)
class Services:
    """Given to every page by the window."""

    state: ConversionState
    theme: Theme
    settings: Settings
    run: Runner
    go: Callable[[Step], None]
    choose_model: Callable[[], None]


class Page(QWidget):
    """One step's page. ``body`` is a column below the title; it scrolls when the window is small."""

    step: Step
    primary: QPushButton | None = None  # the page's own main action; Next takes over once the step is done

    def __init__(self, services: Services, title: str, sentence: str) -> None:
        super().__init__()
        self.services = services
        self.state, self.theme = services.state, services.theme
        self._drawn: dict[str, object] = {}
        self.setProperty("guide", f"page-{self.step.name.lower()}")  # what F1 opens
        outer = QVBoxLayout(self)
        outer.setContentsMargins(XL, L, XL, L)
        outer.setSpacing(S)
        self._title, self._words = label(title, "title"), label(sentence, "muted", wrap=True)
        outer.addWidget(self._title)
        outer.addWidget(self._words)
        outer.addSpacing(S)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a stop of Tab that nobody would see
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(L)
        self._area.setWidget(content)
        outer.addWidget(self._area, 1)
        self.dress()

    def dress(self) -> None:
        """Give the page its style sheet: one for all of it, unless it holds parts that are not seen together."""
        dress(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.adapt()

    def adapt(self) -> None:
        """Put what stands side by side below each other where it has no room; also after it has come to need more."""
        parts: list[Columns | ReadingSplit] = [*self.findChildren(Columns), *self.findChildren(ReadingSplit)]
        for part in parts:
            part.adapt(self.width())

    def make_a_piece(self) -> bool:
        """Make one more piece of the page, for pages that are too large to be made at once; False once all is there."""
        return False

    def complete(self) -> None:
        """Make what is still missing of the page."""
        while self.make_a_piece():
            pass

    def show_state(self) -> None:
        """Draw the page from the state; of another model from its top."""
        key = self.state.record.key if self.state.record is not None else ""
        if self._drawn.get("model") != key:
            self._drawn = {"model": key}
            self._area.verticalScrollBar().setValue(0)
        self.render_state()
        self.adapt()  # other words need other room

    def render_state(self) -> None:
        """Draw every part of the page from the state. To do so twice changes nothing."""

    def draw(self, part: str, what: object, how: Callable[[], None]) -> None:
        """Draw a costly part of the page with ``how``, unless it shows ``what`` already."""
        if part not in self._drawn or self._drawn[part] != what:
            self._drawn[part] = what
            how()

    def entered(self) -> None:
        """Begin what needs no asking: the page came to the front, or a job ended while it is there."""

    def show_primary(self) -> None:
        """Scroll the main action into sight: on a small screen it may be below."""
        if self.primary is not None:
            self._area.ensureWidgetVisible(self.primary)

    def first_focus(self) -> QWidget | None:
        """The widget that the keyboard should reach first on this page."""
        return None

    def may_go_on(self) -> bool:
        """Whether Next is possible from here."""
        return False

    def offer(self, button: QPushButton, reason: QLabel, work: Work, why: str = "") -> None:
        """Enable the work's button, or say beside it why that is not possible.

        Args:
            why: another reason of the page's own; empty where there is none.
        """
        obstacle = self.state.obstacle(work)
        text = reason_for(obstacle) if obstacle is not None else why
        button.setEnabled(not text)
        running = obstacle is Obstacle.BUSY and self.state.job is not None and self.state.job.work is work
        reason.setText("" if running else text)
        reason.setVisible(bool(reason.text()))


def beside(reason: QLabel, *buttons: QPushButton) -> QHBoxLayout:
    """A line of buttons at the right, with the reason why one is disabled at its left."""
    line = QHBoxLayout()
    line.setSpacing(M)
    reason.hide()
    reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    line.addWidget(reason, 1)
    line.addStretch(0)
    for button in buttons:
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
    return line


def reason_for(obstacle: Obstacle) -> str:
    """Why an action is not possible, in words."""
    translate = QCoreApplication.translate
    return {
        Obstacle.BUSY: translate("Page", "Another job is running."),
        Obstacle.NO_MODEL: translate("Page", "Open a model first."),
        Obstacle.MODEL_CHANGED: translate("Page", "The model's file was changed since it was opened. Open it again."),
        Obstacle.INPUT_REFUSED: translate("Page", "The inputs don't fit the model. Correct them on the Input page."),
        Obstacle.INPUT_NOT_TRIED: translate("Page", "The inputs were not tried yet. Go to the Input page."),
        Obstacle.NOT_CONVERTED: translate("Page", "Convert the model first."),
        Obstacle.CONVERSION_STALE: translate("Page", "The conversion is older than the last change. Convert again."),
        Obstacle.NO_SAMPLES: translate("Page", "Choose a file or a folder of samples."),
        Obstacle.NOT_CHECKED: translate("Page", "Check the model first."),
        Obstacle.CHECK_STALE: translate("Page", "The check is older than the last change. Check again."),
    }[obstacle]

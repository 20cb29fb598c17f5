"""The window: rail, pages, bottom bar and log; runs the jobs that the pages ask for and keeps the session on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pt2k_gui import crash_log
from pt2k_gui.gui import keyboard, window_dialogs
from pt2k_gui.gui.ahead import PagesAhead
from pt2k_gui.gui.drops import accept_copy, dropped_paths
from pt2k_gui.gui.guide.help_key import PROPERTY, Help
from pt2k_gui.gui.logs import open_log_folder
from pt2k_gui.gui.notifying import Notifier
from pt2k_gui.gui.page_stack import PageStack
from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.pages.model import ModelPage
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import answer_of, confirmed
from pt2k_gui.gui.record import Options
from pt2k_gui.gui.reply import Reply
from pt2k_gui.gui.screen_room import fit_to_screen
from pt2k_gui.gui.session import Interrupted, Session
from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import ConversionState, Job, Step
from pt2k_gui.gui.theme import Theme, dress
from pt2k_gui.gui.widgets.basics import set_property
from pt2k_gui.gui.widgets.bottom import BottomBar, LogPane
from pt2k_gui.gui.widgets.plot import PlottingImport
from pt2k_gui.gui.widgets.rail import Rail, logo_path
from pt2k_gui.gui.worker import Answer, Watcher, Worker, Workers
from pt2k_gui.guide.contents import CHANGES
from pt2k_gui.jobs import limits
from pt2k_gui.jobs.job import Job as Request
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    from pt2k_gui.gui.batch import BatchList
    from pt2k_gui.gui.pages.batch import BatchPage
    from pt2k_gui.gui.pages.check import CheckPage
    from pt2k_gui.gui.pages.convert import ConvertPage
    from pt2k_gui.gui.pages.input import InputPage
    from pt2k_gui.gui.pages.save import SavePage

_SIZE = (1180, 780)
_LEAST = (480, 400)
_ROOM_FOR_WORDS = 1000  # pixels; in a narrower window the rail is icons
_ASKS_AFTER = 4.0  # seconds that a job ran, after which Esc asks before it ends it
_SAVE_AFTER = 300  # milliseconds without a change


class MainWindow(QWidget):
    """PT2K's one window."""

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        session: Session,
        *,
        warm: bool = True,
        workers: Callable[[QObject], Workers] | None = None,
    ) -> None:
        """Made once by the application.

        Args:
            warm: whether a child imports the frameworks ahead of need.
            workers: makes what runs the jobs; for tests.
        """
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("PT2K")
        self.setWindowIcon(QIcon(logo_path()))
        self.setAcceptDrops(True)
        self.setMinimumSize(*_LEAST)
        self.theme, self.settings, self.session = theme, settings, session
        self.state = ConversionState(session.folder, self)
        self.state.options = Options(
            settings.option("engine", "native"),
            settings.option("axis_order", "keras"),
            settings.option("trainable", "0") == "1",
        )
        limits.set_ceiling(settings.memory_gib)
        self.help = Help(self, theme, lambda: settings.language)
        self.notifier = Notifier(self, lambda: settings.notify)
        self.workers = Workers(self, warm=warm) if workers is None else workers(self)
        self._models: BatchList | None = None
        self._active: Worker | None = None
        self._closing = False
        self._language_waits = False  # for the running job's end
        self._pressed: tuple[QWidget | None, QWidget | None] = (None, None)  # the focus before and after a job began
        self._held = 0  # changes of the state that are drawn together
        self._services = Services(
            self.state, theme, settings, self.run_job, self.go, lambda: self.model_page.choose_again()
        )
        self._save_later = QTimer(self)
        self._save_later.setSingleShot(True)
        self._save_later.setInterval(_SAVE_AFTER)
        self._save_later.timeout.connect(self._save_session)
        self._ahead = PagesAhead(self, lambda: self._stack.make_a_piece())
        self._speak_later = QTimer(self)  # a language comes with several translators, each of which is told
        self._speak_later.setSingleShot(True)
        self._speak_later.timeout.connect(self._speak_anew)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.current = Step.MODEL
        self._build()
        self._listen()
        self.go(Step.MODEL)
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(QSize(*_SIZE))
        fit_to_screen(self)

    def _build(self) -> None:
        """Make all that the window shows, in the language that is in force."""
        self._contents = QWidget(self)
        self.rail = Rail(self.state, self.theme)
        self.bottom = BottomBar(self.theme)
        self.log = LogPane()
        dress(self.rail, self.bottom, self.log)
        self.model_page = ModelPage(self._services)
        self._batch_page: BatchPage | None = None
        self._stack = PageStack(self.model_page, self._services)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self.log)
        column.addWidget(self.bottom)
        row = QHBoxLayout(self._contents)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._contents)
        self.rail.chosen.connect(self.go)
        self.rail.many_button.clicked.connect(lambda: self.open_batch())
        self.rail.history_button.clicked.connect(lambda: self.open_history())
        self.rail.theme_button.clicked.connect(self._switch_theme)
        self.rail.settings_button.clicked.connect(self._open_settings)
        self.rail.guide.triggered.connect(self._open_guide)
        self.rail.whats_new.triggered.connect(lambda: self.help.open(CHANGES))
        self.rail.diagnostics.triggered.connect(
            lambda: window_dialogs.open_diagnostics(self, self.theme, self.log.lines)
        )
        self.rail.licences.triggered.connect(lambda: window_dialogs.open_licences(self, self.theme))
        self.rail.about.triggered.connect(lambda: window_dialogs.open_about(self, self.theme))
        self.rail.crash_log.triggered.connect(lambda: window_dialogs.open_crash_log(self, self.theme))
        self.rail.log_folder.triggered.connect(open_log_folder)
        self.rail.shortcuts.triggered.connect(lambda: window_dialogs.open_shortcuts(self))
        self.bottom.back.connect(lambda: self._move(-1))
        self.bottom.next_page.connect(lambda: self._move(1))
        self.bottom.cancel.connect(self.cancel)
        self.bottom.log_toggled.connect(self.log.setVisible)
        self.rail.fold(self.width() < _ROOM_FOR_WORDS)

    def _listen(self) -> None:
        """Hear of the state, of unforeseen errors and of the keyboard."""
        crash_log.listener = Reply(self._tell_of_crash_log)
        self.state.changed.connect(self._on_change)
        actions: dict[str, Callable[[], object]] = {
            "open": self._browse,
            "next": lambda: self._move(1),
            "back": lambda: self._move(-1),
            "run": self._run_main_button,
            "cancel": self._cancel_by_key,
            "log": lambda: self.bottom.log_button.toggle(),
            "theme": self._switch_theme,
            "settings": self._open_settings,
            "help": self._open_guide,
            "shortcuts": lambda: window_dialogs.open_shortcuts(self),
            "quit": self.close,
        }
        keyboard.listen(self, actions, [lambda step=step: self.go(step) for step in Step])  # type: ignore[misc]

    def _speak_anew(self) -> None:
        """Make all texts again in the language that is in force now: the pages are drawn from the state, which stays. Not
        while a job runs, which answers to the page that began it."""
        if self._active is not None or self._closing:
            return
        in_batch = self.in_batch
        log, unfolded, before = self.log.toPlainText(), self.bottom.log_button.isChecked(), self._contents
        self._build()
        self.log.setPlainText(log)
        self.bottom.log_button.setChecked(unfolded)
        before.hide()
        before.deleteLater()
        self.go(self.current)
        if in_batch:
            self.open_batch()
        self._ahead.begin()

    # Going through the pages

    def page(self, step: Step) -> Page:
        """The step's page, which is made if nobody asked for it before."""
        return self._stack.page(step)

    @property
    def input_page(self) -> InputPage:
        return cast("InputPage", self.page(Step.INPUT))

    @property
    def convert_page(self) -> ConvertPage:
        return cast("ConvertPage", self.page(Step.CONVERT))

    @property
    def check_page(self) -> CheckPage:
        return cast("CheckPage", self.page(Step.CHECK))

    @property
    def save_page(self) -> SavePage:
        return cast("SavePage", self.page(Step.SAVE))

    def go(self, step: Step) -> None:
        """Bring a page to the front, if there is something to do or to see on it."""
        if not self.state.reachable(step) and step is not self.current:
            return
        self.current = step
        page = self.page(step)
        self.setProperty(PROPERTY, page.property(PROPERTY))
        self._stack.setCurrentWidget(page)
        self.state.look_at_disk()
        self.render_state()
        page.entered()
        keyboard.order_tabs(self.rail, page, self.bottom)
        target = page.first_focus()
        if target is not None:
            target.setFocus()
            if target is page.primary:
                QTimer.singleShot(0, page, page.show_primary)  # once the page has its layout

    def _move(self, by: int) -> None:
        place = self.current.value + by
        if 0 <= place < len(Step) and (by < 0 or self.page(self.current).may_go_on()):
            self.go(Step(place))

    def _on_change(self) -> None:
        if not self._held and not self._closing:
            self.render_state()

    def render_state(self) -> None:
        """Draw what is seen from the state: the rail, the page in front, the bottom bar, the title."""
        self.rail.show_current(None if self.in_batch else self.current)
        self.page(self.current).show_state()
        self._refresh_buttons()
        record = self.state.record
        self.setWindowTitle(f"{record.file_name} – PT2K" if record is not None else "PT2K")
        self._save_later.start()

    def _save_session(self) -> None:
        if not self._closing:
            self.session.save(self.state.snapshot(self.current))

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        """Draw only once what changes in here."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._on_change()

    def _refresh_buttons(self) -> None:
        self.bottom.back_button.setVisible(self.current is not Step.MODEL and not self.in_batch)
        last = self.current is Step.SAVE
        self.bottom.next_button.setVisible(not last and not self.in_batch)
        page = self.page(self.current)
        ready = page.may_go_on() and self._active is None
        self.bottom.next_button.setEnabled(ready)
        # One primary button at a time: what there is to do on the page, then the way on.
        set_property(self.bottom.next_button, "kind", "primary" if ready and not last else "")
        if page.primary is not None:
            set_property(page.primary, "kind", "" if ready and not last else "primary")

    # Jobs

    def run_job(
        self,
        job: Job | None,
        request: Request[Answer],
        text: str,
        watcher: Watcher[Answer],
        *,
        span: tuple[float, float] = (0.0, 1.0),
    ) -> Worker:
        """Start a job for a page; see ``Runner``."""
        worker: Worker

        def finished(answer: Answer) -> None:
            with self._answering(worker, self.tr("Done: {0}").format(text)):
                if watcher.finished is not None:
                    watcher.finished(answer)

        def failed(problem: Problem) -> None:
            self._log_problem(problem)
            with self._answering(worker, phrase(problem.sentence)):
                if job is not None and job is self.state.job:
                    self.state.fail(job, problem)
                if watcher.failed is not None:
                    watcher.failed(problem)

        def cancelled() -> None:
            with self._answering(worker):
                if job is not None and job is self.state.job:
                    self.state.cancel(job)
                if watcher.cancelled is not None:
                    watcher.cancelled()

        def progress(fraction: float, said: str) -> None:
            if self._active is worker:
                self.bottom.progress(span[0] + (span[1] - span[0]) * fraction, said)

        worker = self.workers.run(
            request,
            Watcher(
                finished=self._unless_closing(finished),
                failed=self._unless_closing(failed),
                cancelled=self._unless_closing(cancelled),
                notice=self._unless_closing(watcher.notice),
                progress=None if job is None else progress,
                log=self.log.add,
                ended=self._unless_closing(watcher.ended),
            ),
        )
        if job is not None:
            pressed = self.focusWidget()
            self._active = worker
            if job is self.state.job:
                self.bottom.go_on(text)
            else:
                self.bottom.begin(text)
                self.state.begin(job)
                self._pressed = pressed, self.focusWidget()
            self._save_session()
        return worker

    def _unless_closing(self, slot: Callable[..., None] | None) -> Callable[..., None]:
        def call(*values: object) -> None:
            if slot is not None and not self._closing:
                slot(*values)

        return call

    @contextlib.contextmanager
    def _answering(self, worker: Worker, words: str = "") -> Iterator[None]:
        """A job's answer is taken in here; unless another request of the same job was begun, it is over then. ``words``
        say how it ended, for whoever is not looking."""
        try:
            with self._together():
                try:
                    yield
                finally:
                    over = self._active is worker
                    if over:
                        self._active = None
                        if words:
                            self.notifier.job_ended(self.bottom.seconds, words)
                        self.bottom.finish()
                        if self.state.job is not None:
                            self.state.end(self.state.job)
        finally:
            if over:
                self._save_session()
                self.page(self.current).entered()
                if self._language_waits:
                    self._language_waits = False
                    self._speak_later.start()
                self._focus_after_job()

    def _focus_after_job(self) -> None:
        """The keyboard goes to the way on; where there is none, back to the button that began the job, from where Qt put
        it when that button was disabled."""
        if isinstance(self.focusWidget(), QLineEdit):
            return
        pressed, moved = self._pressed
        if self.bottom.next_button.isVisible() and self.bottom.next_button.isEnabled():
            self.bottom.next_button.setFocus()
        elif moved is not pressed and moved is self.focusWidget() and pressed is self.page(self.current).first_focus():
            assert pressed is not None
            pressed.setFocus()

    def _log_problem(self, problem: Problem) -> None:
        from pt2k_gui.jobs.child import Unexpected
        from pt2k_gui.jobs.process import ChildDied

        self.log.add(str(problem))
        if isinstance(problem, ChildDied | Unexpected):
            crash_log.add(problem.sentence, problem.details)
        if problem.details:
            self.log.add(problem.details)

    def cancel(self) -> None:
        """Cancel the running job, if there is one."""
        if self._active is not None:
            self.bottom.cancel_button.setEnabled(False)
            self._active.cancel()

    def _cancel_by_key(self) -> None:
        """Esc is pressed easily: ask before it ends what has taken a while."""
        worker = self._active
        if worker is None or not self.bottom.cancel_button.isEnabled():
            return
        if self.bottom.seconds >= _ASKS_AFTER:
            sentence = self.tr("It has been running for {0}.").format(self.bottom.elapsed())
            title, stop, stay = self.tr("Cancel the running job?"), self.tr("Cancel it"), self.tr("Let it run")
            if not confirmed(self, title, sentence, stop, stay):
                return
        if worker is self._active:  # it may have ended while the question was there
            self.cancel()

    def _run_main_button(self) -> None:
        """Press the page's main button; where it has none to press, the way on."""
        primary = self.page(self.current).primary
        target = primary if primary is not None and primary.isEnabled() and primary.isVisible() else None
        (target or self.bottom.next_button).click()

    @property
    def active(self) -> Worker | None:
        """The job in the bottom bar."""
        return self._active

    # Files from outside

    def open_path(self, path: str) -> None:
        """Open a model file, from whatever page the window shows."""
        self.go(Step.MODEL)
        self.model_page.open_path(path)

    def receive_files(self) -> None:
        """Take the files of later starts, as the user's settings say."""
        from pt2k_gui.gui.handover import Receiver

        def take(path: str) -> None:
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
            self.raise_()
            self.activateWindow()
            self.open_path(path)

        self._receiver = Receiver(take, self)

    def _browse(self) -> None:
        self.go(Step.MODEL)
        self.model_page.browse()

    def open_paths(self, paths: Sequence[str]) -> None:
        """Open a file, or list several to be converted with one choice of options."""
        if self.in_batch:
            self.open_batch(paths)
        elif len(paths) == 1:
            self.open_path(paths[0])
        elif paths:
            self.open_batch(paths)

    # Many models

    @property
    def in_batch(self) -> bool:
        """Whether the page for many models is in front."""
        return self._batch_page is not None and self._stack.currentWidget() is self._batch_page

    def open_batch(self, paths: Sequence[str] = ()) -> None:
        """Bring the page for many models to the front, with these files and folders in its list."""
        from pt2k_gui.gui.pages.batch import BatchPage

        if self._batch_page is None:
            self._batch_page = BatchPage(self.theme, self.settings, self.models)
            self._stack.addWidget(self._batch_page)
        if paths and not self.models.busy:
            self.models.add(paths)
        self._stack.setCurrentWidget(self._batch_page)
        keyboard.order_tabs(self.rail, self._batch_page, self.bottom)
        self.render_state()
        self._batch_page.add_button.setFocus()

    def open_history(self) -> None:
        """Show what was saved before; a model that is chosen there is opened again."""
        from pt2k_gui.gui.history_dialog import HistoryDialog

        dialog = HistoryDialog(self, self.theme, self._export_from_history)
        answer_of(dialog)
        if dialog.chosen:
            self.open_path(dialog.chosen)

    def _export_from_history(
        self, number: int, path: str, done: Callable[[], None], failed: Callable[[Problem], None]
    ) -> None:
        from pt2k_gui.gui.language import language_in_force
        from pt2k_gui.jobs import report_again

        request = report_again.Request(number, path, language_in_force())
        self.run_job(None, request, "", Watcher(lambda _answer: done(), failed))

    @property
    def models(self) -> BatchList:
        """The list of many models; made when it is first asked for."""
        from pt2k_gui.gui.batch import BatchList, BatchOptions

        if self._models is None:
            settings = self.settings
            options = BatchOptions(
                settings.option("folder", str(Path.home())),
                axis_order=settings.option("axis_order", "keras"),
                seconds=settings.reading_seconds,
                memory=settings.memory_gib,
            )
            self._models = BatchList(options, self)
            self._models.log.connect(lambda line: self.log.add(line))
        return self._models

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        set_property(self.model_page.drop, "active", "true" if accept_copy(event) else "false")

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_property(self.model_page.drop, "active", "false")

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self.model_page.drop, "active", "false")
        if accept_copy(event):
            paths = dropped_paths(event)
            # After the drop is over: the file manager waits for it, and a dialog would keep it waiting.
            QTimer.singleShot(0, self, lambda: self.open_paths(paths))

    # Resuming

    def offer_to_resume(self, found: Interrupted) -> None:
        """Ask whether to go on where an earlier window stopped."""
        import time

        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.when))
        sentence = self.tr("PT2K was not closed properly on {0}. Every finished step with {1} is still there.")
        if confirmed(
            self,
            self.tr("Resume where you stopped?"),
            sentence.format(when, found.model),
            self.tr("Resume"),
            self.tr("Start over"),
            yes_is_safe=True,
        ):
            self.resume(found)
        else:
            Session(found).close()

    def resume(self, found: Interrupted) -> None:
        """Take over an earlier session with all its finished steps."""
        self.session.close()
        self.session = Session(found)
        with self._together():
            self.state.restore(found.state, found.folder)
        step = found.state.interrupted or found.state.step
        self.go(step if self.state.reachable(step) else Step.MODEL)

    # The rest

    def _switch_theme(self) -> None:
        self.settings.theme = "light" if self.theme.colours.name == "dark" else "dark"
        self.theme.use(self.settings.theme)

    def _open_settings(self) -> None:
        window_dialogs.open_settings(self, self.theme, self.settings)
        self.model_page.show_recent()

    def _open_guide(self) -> None:
        """The guide's page for what has the focus, or else for the step in front."""
        page = self._stack.currentWidget() or self
        focused = self.focusWidget()
        self.help.open(focused if focused is not None and page.isAncestorOf(focused) else page)

    def _tell_of_crash_log(self, sentence: str) -> None:
        self.tell(self.tr("Written to the crash log (see Help): {0}").format(phrase(sentence)))

    def tell(self, sentence: str) -> None:
        """Say something that needs no answer: in the log, and beside it while no job runs."""
        self.log.add(sentence)
        if self._active is None:
            self.bottom.finish(sentence)

    def tell_of_damaged_settings(self) -> None:
        """Say that the settings begin anew, if their file was damaged."""
        if self.settings.set_aside is not None:
            sentence = self.tr("The settings were damaged and have been reset; the old file is kept as {0}.")
            self.tell(sentence.format(self.settings.set_aside))

    def after_first_paint(self) -> None:
        """Begin what would delay the first picture: warm children, plotting, the other pages, a word about damaged settings."""
        self.tell_of_damaged_settings()
        QTimer.singleShot(150, self, self.workers.warm)
        QTimer.singleShot(600, self, PlottingImport.instance().begin)
        PlottingImport.instance().ready.connect(self._ahead.begin)

    def _would_lose(self) -> str:
        """The cost of closing now, in sentences; empty if there is none."""
        if self._closing or not self.isVisible():
            return ""
        losses = []
        if self._active is not None:
            losses.append(self.tr("A job is still running. Closing will cancel it."))
        if self._models is not None and self._models.busy:
            losses.append(
                self.tr("Models are still being converted. Files already written are kept; the rest are skipped.")
            )
        for record in self.state.records:
            if record.network_unsaved():
                losses.append(
                    self.tr("The network {0} that was trained here has not been saved.").format(record.file_name)
                )
            if record.conversion_unsaved():
                losses.append(self.tr("The converted model of {0} has not been saved.").format(record.file_name))
        return "\n".join(losses)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Another program may have changed the model's file meanwhile.
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow() and self.state.look_at_disk():
            self.render_state()
        elif event.type() is QEvent.Type.LanguageChange:
            self._language_waits = self._active is not None
            if not self._language_waits:
                self._speak_later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.fold(event.size().width() < _ROOM_FOR_WORDS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take keys that no widget wanted: Enter presses what has the focus."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (enter and keyboard.press(self.focusWidget())):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        loss = self._would_lose()
        if loss and not confirmed(self, self.tr("Close PT2K?"), loss, self.tr("Close"), self.tr("Stay")):
            event.ignore()
            return
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """End what runs and forget the session; for closing in order."""
        if self._closing:
            return
        self._closing = True
        crash_log.listener = None
        self.settings.geometry = self.saveGeometry()
        self.settings.sync()
        if self._models is not None:
            self._models.shut_down()
        self.workers.shutdown()
        self.session.close()

"""The Model page: open a file, take a sample, or train a digit classifier; then the model's card and layers."""

from __future__ import annotations

import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.digits.history import Epoch, Trained, TrainingSettings, TrainingStep
from pt2k_gui.gui.loader import LoaderWatch
from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.settings import Recent
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.theme import L, S, Theme
from pt2k_gui.gui.widgets.basics import Card, Columns, ElidedLabel, Icon, Notice, Stack, button, label, set_property
from pt2k_gui.gui.widgets.curves import TrainingCurves
from pt2k_gui.gui.widgets.layer_tree import LayerTree
from pt2k_gui.gui.widgets.training_form import TrainingForm
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import inspect, limits, load, train
from pt2k_gui.problem import Problem
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.sources.inspection import Inspection

_FILTER = "*.pt2 *.pt *.pth *.ckpt *.bin *.safetensors *.onnx"


class DropArea(QFrame):
    """A large target for files; the window accepts drops anywhere and shows them here."""

    dropped = Signal(str)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setAcceptDrops(True)
        self.setMinimumHeight(124)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(S)
        column.addStretch(1)
        column.addWidget(Icon(services.theme, "upload", "accent", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        text = label(self.tr("Drop a PyTorch or ONNX file here"), "strong")
        kinds = label(self.tr(".pt2  .pt  .pth  .ckpt  .safetensors  .onnx"), "caption")
        for part in (text, kinds):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        self.browse = button(self.tr("Browse"), "browse", "", "folder-open", services.theme)
        column.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            set_property(self, "active", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        set_property(self, "active", "false")

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self, "active", "false")
        for url in event.mimeData().urls():
            if url.isLocalFile():
                event.acceptProposedAction()
                self.dropped.emit(url.toLocalFile())
                return


class ModelPage(Page):
    """Step one."""

    step = Step.MODEL

    def __init__(self, services: Services) -> None:
        super().__init__(
            services,
            self.tr("Which model?"),
            self.tr("Open a PyTorch or ONNX file, or train a small digit classifier to see how it works."),
        )
        self._worker: Worker | None = None
        self._loader = LoaderWatch(self)
        self._loader.saved.connect(self._loader_saved)
        self._source: Source | None = None
        self._trained: Trained | None = None
        self.notice = Notice(services.theme, self.tr("Model"))
        self.body.addWidget(self.notice)
        self._choose = self._choose_view()
        self._training = self._training_view()
        self._shown = self._card_view()
        self._stack = Stack(self._choose, self._training, self._shown)
        self.body.addWidget(self._stack, 1)

    # Views

    def _choose_view(self) -> QWidget:
        view = Columns(760)
        opening = Card(self.tr("Open a model"))
        self.drop = DropArea(self.services)
        self.drop.dropped.connect(self.open_path)
        self.drop.browse.clicked.connect(self._browse)
        opening.body.addWidget(self.drop, 1)
        self._recent_title = label(self.tr("Recent"), "caption")
        opening.body.addWidget(self._recent_title)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        opening.body.addLayout(self._recent)
        opening.body.addWidget(label(self.tr("Samples"), "caption"))
        samples = QVBoxLayout()
        samples.setSpacing(0)
        for name, text, words in (
            ("digits-mlp.pt2", self.tr("Digits, MLP"), self.tr("the tutorial's")),
            ("digits-cnn.pt2", self.tr("Digits, CNN"), self.tr("with BatchNorm")),
        ):
            made = _file_row(text, words, f"sample-{name}", self.theme)
            made.clicked.connect(lambda _=False, name=name: self.open_path(str(resource(f"samples/{name}"))))
            samples.addWidget(made)
        opening.body.addLayout(samples)
        view.add(opening, 5)
        training = Card(self.tr("Train a digit classifier"))
        self.form = TrainingForm(self.theme)
        training.body.addWidget(self.form, 1)
        self.train_button = button(self.tr("Train"), "train", "primary", "play", self.theme)
        self.primary = self.train_button
        self.train_button.clicked.connect(self.train)
        training.body.addWidget(self.train_button, 0, Qt.AlignmentFlag.AlignRight)
        view.add(training, 6)
        self.show_recent()
        return view

    def _training_view(self) -> QWidget:
        card = Card(self.tr("Training"))
        self._epoch_text = label("", "muted", name="epochText")
        card.body.addWidget(self._epoch_text)
        self.curves = TrainingCurves(self.theme)
        self.curves.setMinimumHeight(260)
        card.body.addWidget(self.curves, 1)
        self.stop_button = button(self.tr("Stop and keep the best"), "stopTraining", "", "square", self.theme)
        self.stop_button.clicked.connect(self._stop)
        card.body.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignRight)
        return card

    def _card_view(self) -> QWidget:
        view = Columns(900)
        side = QWidget()
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(L)
        facts = Card()
        self._facts_card = facts
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(L)
        self._facts.setVerticalSpacing(S)
        self._facts.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        facts.body.addLayout(self._facts)
        self.other_button = button(self.tr("Choose another model"), "otherModel", "", "refresh-cw", self.theme)
        self.other_button.clicked.connect(self.choose_again)
        facts.body.addStretch(1)
        facts.body.addWidget(self.other_button, 0, Qt.AlignmentFlag.AlignLeft)
        left.addWidget(facts)
        self._history = Card(self.tr("Training"))
        self.kept_curves = TrainingCurves(self.theme)
        self._history.body.addWidget(self.kept_curves, 1)
        left.addWidget(self._history, 1)
        view.add(side, 2)
        layers = Card(self.tr("Layers"))
        self.tree = LayerTree()
        layers.body.addWidget(self.tree, 1)
        view.add(layers, 3)
        return view

    def show_recent(self) -> None:
        """Fill the list of recent files with those that are still there."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        rows = [row for row in self.services.settings.recent if Path(row.path).exists()][:4]
        if not rows:
            self._recent.addWidget(label(self.tr("The files that you open will be listed here."), "muted"))
        for row in rows:
            made = _file_row(Path(row.path).name, f"{phrase(row.kind)}, {row.day}", "recent", self.theme)
            made.setToolTip(row.path)
            made.clicked.connect(lambda _=False, path=row.path: self.open_path(path))
            self._recent.addWidget(made)

    # Opening

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open a model"), "", self.tr("Models ({0});;All files (*)").format(_FILTER)
        )
        if path:
            self.open_path(path)

    def open_path(self, path: str) -> None:
        """Open a file; asks for what it needs."""
        self.open_source(Source(str(Path(path).absolute())))

    def open_source(self, source: Source) -> None:
        if self.services.busy():
            self.notice.say("warn", self.tr("Another job is running."), self.tr("Wait for it, or cancel it first."))
            return
        self.notice.clear()
        if not self._loader.watches(source):
            self._loader.end()
        self._trained = None
        self._source = source
        request = inspect.Request(source, self.services.settings.reading_seconds)
        self.state.set_state(Step.MODEL, StepState.RUNNING)
        self._worker = self.services.run(
            request,
            self.tr("Opening {0}").format(Path(source.path).name),
            Watcher(lambda found: self._inspected(source, found), self._failed, self._cancelled),
        )

    def _inspected(self, source: Source, found: object) -> None:
        assert isinstance(found, Inspection)
        if found.card is not None:
            self._opened(source, found.card)
            return
        self._cancelled()

        def answer() -> None:
            from pt2k_gui.gui.needs import ask

            following = ask(self, self.theme, source, found, self._write_loader)
            if following is not None:
                if found.question is not None and self._loader.watches(source):
                    self._loader.was_agreed()
                self.open_source(following)

        # After the worker's own signals are through: a dialog runs an event loop of its own.
        QTimer.singleShot(0, self, answer)

    def _write_loader(self, source: Source, found: Inspection) -> None:
        try:
            loader = self._loader.begin(source, found)
        except Problem as problem:
            self.notice.problem(problem)
            return
        if loader is not None:
            self.notice.say(
                "muted",
                self.tr("{0} is written and open in your editor.").format(loader.name),
                self.tr("Change what is marked in it. The model opens here whenever you save it."),
            )

    def _loader_saved(self, source: Source) -> None:
        if not self.services.busy():
            self.open_source(source)

    def _opened(self, source: Source, card: ModelInfo, trained: Trained | None = None) -> None:
        self.state.set_model(source, card, trained)
        day = datetime.date.today().isoformat()
        self.services.settings.remember(Recent(source.path, card.kind, day))
        self.show_card()

    def _failed(self, problem: Problem) -> None:
        self._back_to_choice()
        if self.state.walk.card is None:
            self.state.set_state(Step.MODEL, StepState.FAILED, "")
        self.notice.problem(problem)
        settings, source = self.services.settings, self._source
        if source is not None and isinstance(problem, limits.TookTooLong):

            def longer() -> None:
                settings.reading_seconds *= 4
                self.open_source(source)

            self.notice.offer(self.tr("Allow four times as long"), longer)
        elif source is not None and isinstance(problem, limits.TookTooMuch):

            def more() -> None:
                settings.memory_gib = 2 * limits.ceiling()
                limits.set_ceiling(settings.memory_gib)
                self.open_source(source)

            self.notice.offer(self.tr("Allow twice the memory"), more)

    def _cancelled(self) -> None:
        self._back_to_choice()

    def _back_to_choice(self) -> None:
        has_card = self.state.walk.card is not None
        self.state.set_state(Step.MODEL, StepState.DONE if has_card else StepState.TODO)
        self._stack.show_view(self._shown if has_card else self._choose)

    def choose_again(self) -> None:
        """Back to the choice; the present model stays until another is there."""
        self.show_recent()
        self._stack.show_view(self._choose)
        self.drop.browse.setFocus()

    # Training

    def train(self) -> None:
        if self.services.busy():
            return
        settings: TrainingSettings = self.form.settings()
        output = self.state.folder / f"digits-{settings.network}.pt2"
        self._source = None
        self.notice.clear()
        self.curves.clear()
        self._epoch_text.setText(self.tr("Reading the digits"))
        self.stop_button.setEnabled(True)
        self._stack.show_view(self._training)
        self._training.setFocus()
        self.state.set_state(Step.MODEL, StepState.RUNNING)
        self._worker = self.services.run(
            train.Request(str(output), settings, self.form.data_folder()),
            self.tr("Training"),
            Watcher(self._was_trained, self._failed, self._cancelled, self._heard),
        )

    def _heard(self, event: object) -> None:
        if isinstance(event, TrainingStep):
            self._epoch_text.setText(
                self.tr("Epoch {0}, step {1} of {2}: loss {3}. {4} left").format(
                    event.epoch, event.step, event.steps, f"{event.loss:.4f}", _duration(event.seconds_left)
                )
            )
        elif isinstance(event, Epoch):
            self.curves.add(event)

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.stop_and_keep()
            self.stop_button.setEnabled(False)
            self._epoch_text.setText(self.tr("Stopping; the best epoch is kept"))

    def _was_trained(self, result: object) -> None:
        assert isinstance(result, Trained)
        self._trained = result
        source = Source(result.path)
        # In the next turn of the loop, when this job has let go of the bar.
        QTimer.singleShot(
            0,
            self,
            lambda: self.services.run(
                load.Request(source),
                self.tr("Opening the trained network"),
                Watcher(lambda card: self._open_trained(source, card), self._failed, self._cancelled),
            ),
        )

    def _open_trained(self, source: Source, card: object) -> None:
        assert isinstance(card, ModelInfo)
        self._opened(source, card, self._trained)

    # The card

    def show_card(self) -> None:
        card, trained = self.state.walk.card, self.state.walk.trained
        if card is None:
            return
        self._facts_card.heading.setText(card.name)
        self._facts_card.heading.show()
        while self._facts.rowCount():
            self._facts.removeRow(0)
        rows = [
            (self.tr("Kind"), phrase(card.kind)),
            (self.tr("Origin"), phrase(card.origin)),
            (
                self.tr("Parameters"),
                self.tr("{0}, {1} trainable").format(f"{card.parameters:,}", f"{card.trainable_parameters:,}"),
            ),
            (self.tr("File size"), f"{card.size / 1e6:,.2f} MB"),
            *((self.tr("Input"), f"{spec.name}: {spec.text()}, {spec.dtype}") for spec in card.inputs),
            *((self.tr("Output"), f"{spec.name}: {spec.text()}, {spec.dtype}") for spec in card.outputs),
        ]  # fmt: skip
        if trained is not None:
            rows += [
                (self.tr("Kept epoch"), f"{trained.best_epoch} / {len(trained.epochs)}"),
                (self.tr("Test accuracy"), f"{trained.test_accuracy:.2%}"),
            ]
        rows += [(self.tr("Note"), phrase(note)) for note in card.notes]
        for name, value in rows:
            if value:
                shown = label(value, wrap=True)
                shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._facts.addRow(label(name, "muted"), shown)
        self.tree.show_layers(card.layers, card.name)
        self._history.setVisible(trained is not None)
        if trained is not None:
            self.kept_curves.show_epochs(trained.epochs)
        self._stack.show_view(self._shown)

    def restore(self) -> None:
        self.show_card()

    def first_focus(self) -> QWidget | None:
        return self.drop.browse if self._stack.current is self._choose else self.other_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.MODEL) is StepState.DONE


def _file_row(title: str, words: str, name: str, theme: Theme) -> QPushButton:
    """A file to open, as a line to press: its name, and what it is in muted words at the right."""
    made = button("", name, "flat")
    made.setAccessibleName(f"{title}, {words}")
    row = QHBoxLayout(made)
    row.setContentsMargins(S, 0, S, 0)
    row.setSpacing(S)
    for part, stretch in (
        (Icon(theme, "file-box", "muted", 16), 0),
        (ElidedLabel(title), 1),
        (label(words, "caption"), 0),
    ):
        part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(part, stretch)
    return made


def _duration(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"

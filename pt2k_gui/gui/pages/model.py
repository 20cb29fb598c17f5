"""The Model page: open a file, take a sample, or train a digit classifier; then the model's card and layers."""

from __future__ import annotations

import datetime
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pt2k_gui.digits.history import Epoch, Trained, TrainingSettings, TrainingStep
from pt2k_gui.files import atomic_path, file_size
from pt2k_gui.gui.keys import Stamp
from pt2k_gui.gui.loader import LoaderWatch
from pt2k_gui.gui.pages.base import Page, Services, beside
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.record import ModelRecord, Work, files_read
from pt2k_gui.gui.settings import Recent
from pt2k_gui.gui.state import Job, Step, StepState
from pt2k_gui.gui.theme import L, S
from pt2k_gui.gui.widgets.basics import Card, Columns, Notice, Stack, button, label
from pt2k_gui.gui.widgets.curves import TrainingCurves
from pt2k_gui.gui.widgets.drop_area import DropArea
from pt2k_gui.gui.widgets.file_row import file_row
from pt2k_gui.gui.widgets.layer_tree import LayerTree
from pt2k_gui.gui.widgets.training_form import TrainingForm
from pt2k_gui.gui.worker import Watcher, Worker
from pt2k_gui.jobs import inspect, limits, list_models, load, train
from pt2k_gui.problem import Problem
from pt2k_gui.resources import resource
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.sources.folder import in_folder
from pt2k_gui.sources.inspection import Inspection, PartFile
from pt2k_gui.sources.model_names import name_of, place_of_model

_MOST_ROWS = 4
_FILTER = "*.pt2 *.pt *.pth *.ckpt *.bin *.safetensors *.onnx"


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
        self._graph: QDialog | None = None
        self._comparison: QDialog | None = None
        self._loader = LoaderWatch(self)
        self._loader.saved.connect(self._loader_saved)
        self._choosing = False  # whether another model is to be chosen, though one is open
        self._opening = ""  # the name of the file that is being opened
        self._saved_to: Problem | str = ""  # where the trained network was saved, or why it was not
        self._loader_name = ""  # of a loader that was written and is open in an editor
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
        self.drop = DropArea(self.theme)
        self.drop.browse.clicked.connect(self.browse)
        self.drop.package.clicked.connect(self.choose_name)
        opening.body.addWidget(self.drop, 1)
        self._open_reason = label("", "caption", wrap=True, name="openReason")
        opening.body.addWidget(self._open_reason)
        self._recent_title = label(self.tr("Recent"), "caption")
        opening.body.addWidget(self._recent_title)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        opening.body.addLayout(self._recent)
        opening.body.addWidget(label(self.tr("Samples"), "caption"))
        samples = QVBoxLayout()
        self._samples: list[QPushButton] = []
        samples.setSpacing(0)
        for name, text, words in (
            ("digits-mlp.pt2", self.tr("Digits, MLP"), self.tr("two dense layers")),
            ("digits-cnn.pt2", self.tr("Digits, CNN"), self.tr("with BatchNorm")),
        ):
            made = file_row(text, words, f"sample-{name}", self.theme)
            made.clicked.connect(lambda _=False, name=name: self.open_path(str(resource(f"samples/{name}"))))
            samples.addWidget(made)
            self._samples.append(made)
        opening.body.addLayout(samples)
        self.compare_button = button(
            self.tr("Compare two model files"), "compareTwoFiles", "link", "network", self.theme
        )
        self.compare_button.clicked.connect(self.compare_files)
        opening.body.addWidget(self.compare_button, 0, Qt.AlignmentFlag.AlignLeft)
        view.add(opening, 5)
        training = Card(self.tr("Train a digit classifier"))
        self.form = TrainingForm(self.theme)
        training.body.addWidget(self.form, 1)
        self.train_button = button(self.tr("&Train"), "train", "primary", "play", self.theme)
        self.primary = self.train_button
        self.train_button.clicked.connect(self.train)
        self._train_reason = label("", "caption", wrap=True, name="trainReason")
        training.body.addLayout(beside(self._train_reason, self.train_button))
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
        self._facts = QWidget()
        facts.body.addWidget(self._facts)
        self.other_button = button(self.tr("Choose another model"), "otherModel", "", "refresh-cw", self.theme)
        self.other_button.clicked.connect(self.choose_again)
        self.save_network_button = button(self.tr("Save the PyTorch model"), "saveNetwork", "", "save", self.theme)
        self.save_network_button.clicked.connect(self._save_network)
        facts.body.addStretch(1)
        facts.body.addWidget(self.save_network_button, 0, Qt.AlignmentFlag.AlignLeft)
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
        self.graph_button = button(self.tr("Show the graph"), "modelGraphButton", "", "network", self.theme)
        self.graph_button.clicked.connect(self.show_graph)
        layers.body.addWidget(self.graph_button, 0, Qt.AlignmentFlag.AlignLeft)
        view.add(layers, 3)
        return view

    def show_graph(self) -> None:
        """Open the graph of the model at hand in a window of its own."""
        if self.state.record is not None:
            from pt2k_gui.gui.graph.dialog import GraphDialog

            if self._graph is not None:
                self._graph.deleteLater()  # only now: an answer to it may have been on the way
            self._graph = GraphDialog(self, self.services, self.state.record)
            self._graph.open()

    def compare_files(self) -> None:
        """Open the window that compares any two files with a graph."""
        from pt2k_gui.gui.graph.diff_dialog import DiffDialog

        if self._comparison is None:
            self._comparison = DiffDialog(self, self.services)
        self._comparison.open()

    def show_recent(self) -> None:
        """Fill the list: the other models of this window, then recent files that are still there."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it is gone at the end of the turn only
                widget.deleteLater()
        here = [record for record in reversed(self.state.records) if record is not self.state.record]
        for record in here:
            made = file_row(record.file_name, self._words_for(record), "openedHere", self.theme, record.source.path)
            made.clicked.connect(lambda _=False, record=record: self._return_to(record))
            self._recent.addWidget(made)
        rows = [row for row in self.services.settings.recent if Path(row.path).exists()][
            : max(_MOST_ROWS - len(here), 0)
        ]
        if not rows and not here:
            self._recent.addWidget(label(self.tr("Files that you open are listed here."), "muted"))
        for row in rows:
            made = file_row(Path(row.path).name, f"{phrase(row.kind)}, {row.day}", "recent", self.theme, row.path)
            made.clicked.connect(lambda _=False, path=row.path: self.open_path(path))
            self._recent.addWidget(made)
        self._allow_opening()

    def _allow_opening(self) -> None:
        """Enable every way to another model, or say why none can be opened now."""
        self.offer(self.drop.browse, self._open_reason, Work.OPEN)
        rows = [item.widget() for item in map(self._recent.itemAt, range(self._recent.count())) if item is not None]
        for way in (self.drop.package, *self._samples, *(row for row in rows if isinstance(row, QPushButton))):
            way.setEnabled(self.drop.browse.isEnabled())

    def _words_for(self, record: ModelRecord) -> str:
        """The line for a model of this window that is not in front."""
        if record.network_unsaved():
            return self.tr("trained here, not saved")
        if record.conversion_unsaved():
            return self.tr("converted, not saved")
        return self.tr("opened in this window")

    # Opening

    def browse(self) -> None:
        """Ask for a file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open a model"), "", self.tr("Models ({0});;All files (*)").format(_FILTER)
        )
        if path:
            self.open_path(path)

    def choose_name(self) -> None:
        """Have a model of a package chosen, and open it."""
        from pt2k_gui.gui.package_dialog import PackageDialog

        settings = self.services.settings
        chosen = settings.option("package interpreter", "")
        dialog = PackageDialog(self, self.theme, self._list_models, settings.interpreters, chosen)
        if answer_of(dialog) == PackageDialog.DialogCode.Accepted:
            source = dialog.source()
            settings.set_option("package interpreter", source.python)
            self.open_source(source)

    def _list_models(
        self, request: list_models.Request, found: Callable[[tuple[str, ...]], None], refused: Callable[[Problem], None]
    ) -> Callable[[], None]:
        worker = self.services.run(None, request, "", Watcher(found, refused))
        return worker.cancel

    def open_path(self, path: str) -> None:
        """Open a file, a folder, or what a name means; asks for what it needs."""
        try:
            source = in_folder(Source(place_of_model(path)))
        except Problem as problem:
            self.notice.problem(problem)
            return
        self.open_source(source)

    def open_source(self, source: Source) -> None:
        obstacle = self.state.obstacle(Work.OPEN)
        if obstacle is not None:
            name = name_of(source.path)
            sentence = self.tr("{0} was not opened: another job is running.").format(name)
            self.state.refuse(source, Problem(sentence, hint=self.tr("Wait for it, or cancel it first.")))
            return
        if not self._loader.watches(source):
            self._loader.end()
            self._loader_name = ""
        self._opening, self._saved_to = name_of(source.path), ""
        read = files_read(source)
        job = Job(Work.OPEN, "")
        self._worker = self.services.run(
            job,
            inspect.Request(source, self.services.settings.reading_seconds),
            self.tr("Opening {0}").format(self._opening),
            Watcher(
                lambda found: self._inspected(source, read, found),
                lambda problem: self._refused(source, problem),
            ),
        )

    def _inspected(self, source: Source, read: tuple[Stamp, ...], found: Inspection) -> None:
        if found.card is not None:
            self._opened(source, read, found.card, parts=found.parts)
            return

        def answer() -> None:
            from pt2k_gui.gui.needs import ask

            following = ask(self, self.theme, source, found, self._write_loader, self.services.settings.interpreters)
            if following is not None:
                if found.question is not None and self._loader.watches(source):
                    self._loader.was_agreed()
                self.open_source(following)

        # After this job is over: a dialog runs an event loop of its own.
        QTimer.singleShot(0, self, answer)

    def _write_loader(self, source: Source, found: Inspection) -> None:
        try:
            loader = self._loader.begin(source, found)
        except Problem as problem:
            self.state.refuse(None, problem)
            return
        self._loader_name = loader.name if loader is not None else ""
        self.state.changed.emit()

    def _loader_saved(self, source: Source) -> None:
        if self.state.obstacle(Work.OPEN) is None:
            self.open_source(source)

    def _opened(
        self,
        source: Source,
        read: tuple[Stamp, ...],
        info: ModelInfo,
        trained: Trained | None = None,
        parts: tuple[PartFile, ...] = (),
    ) -> None:
        self._choosing, self._loader_name = False, ""
        self.state.open_model(source, info, read, trained, parts)
        if source.python:
            self.services.settings.remember_interpreter(source.python)
        if trained is None and self.state.folder not in Path(source.path).parents and Path(source.path).exists():
            self._remember(source.path, info.kind)

    def _remember(self, path: str, kind: str) -> None:
        self.services.settings.remember(Recent(path, kind, datetime.date.today().isoformat()))

    def _return_to(self, record: ModelRecord) -> None:
        """Bring a model of this window back to the front, with all that was found."""
        if self.state.obstacle(Work.OPEN) is None:
            self._choosing, self._saved_to = False, ""
            self.state.show_model(record)

    def _refused(self, source: Source | None, problem: Problem) -> None:
        self._choosing = self._choosing and self.state.record is None
        self.state.refuse(source, problem)

    def _show_refusal(self, problem: Problem, source: Source | None) -> None:
        """Why a file can't be opened, and what stays."""
        record = self.state.record
        hint = phrase(problem.hint)
        if record is not None:
            stays = self.tr("{0} is still open.").format(record.file_name)
            hint = f"{hint} {stays}" if hint else stays
        self.notice.say("bad", problem.sentence, hint, problem.details)
        settings = self.services.settings
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

    def choose_again(self) -> None:
        """Back to the choice; the present model stays until another is there."""
        self._choosing = True
        self.show_state()
        self.drop.browse.setFocus()

    # Training

    def train(self) -> None:
        if self.state.obstacle(Work.TRAIN) is not None:
            return
        settings: TrainingSettings = self.form.settings()
        job = Job(Work.TRAIN, uuid.uuid4().hex)  # each training has a folder of its own
        output = self.state.folder_for(job.key) / f"digits-{settings.network}.pt2"
        self.curves.clear()
        self._epoch_text.setText(self.tr("Reading the digits"))
        self.stop_button.setEnabled(True)
        self._saved_to = ""
        self._worker = self.services.run(
            job,
            train.Request(str(output), settings, self.form.data_folder()),
            self.tr("Training"),
            Watcher(
                lambda trained: self._was_trained(job, trained),
                lambda problem: self._refused(None, problem),
                notice=self._heard,
            ),
            span=(0.0, 0.95),
        )
        self._training.setFocus()

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
            self._epoch_text.setText(self.tr("Stopping; the best epoch will be kept"))

    def _was_trained(self, job: Job, trained: Trained) -> None:
        source = Source(trained.path)
        read = files_read(source)

        def opened(info: ModelInfo) -> None:
            self._opened(source, read, info, trained)

        self._worker = self.services.run(
            job,
            load.Request(source),
            self.tr("Opening the trained network"),
            Watcher(opened, lambda problem: self._refused(None, problem)),
            span=(0.95, 1.0),
        )

    def _save_network(self) -> None:
        record = self.state.record
        if record is None or record.trained is None:
            return
        suggested = Path(self.services.settings.option("folder", str(Path.home()))) / record.file_name
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the PyTorch model"), str(suggested), "*.pt2")
        if path:
            self.save_network_to(path if path.lower().endswith(".pt2") else f"{path}.pt2")

    def save_network_to(self, path: str) -> None:
        """Write a copy of the network that was trained here."""
        record = self.state.record
        assert record is not None and record.trained is not None
        try:
            with atomic_path(path) as temporary:
                shutil.copyfile(record.source.path, temporary)
        except Problem as problem:
            self._saved_to = problem
        else:
            self._saved_to = record.network_path = path
            self._remember(path, record.info.kind)
        self.state.changed.emit()

    # Drawing

    def render_state(self) -> None:
        state, job = self.state, self.state.job
        record = state.record
        training = job is not None and job.work is Work.TRAIN
        if training:
            view = self._training
        elif record is None or self._choosing:
            view = self._choose
        else:
            view = self._shown
        self.draw("view", view, lambda: self._stack.show_view(view))
        listed = tuple((other.key, self._words_for(other)) for other in state.records if other is not record)
        self.draw("recent", (view is self._choose, listed), self.show_recent)
        self.offer(self.train_button, self._train_reason, Work.TRAIN)
        self._allow_opening()
        self._say()
        if record is not None:
            shown = record
            self.draw("card", (record.key, record.trained), lambda: self._show_card(shown))
            self.save_network_button.setVisible(record.trained is not None)

    def _say(self) -> None:
        """The notice: what is being opened, why a file can't be, or what became of the network."""
        state, job = self.state, self.state.job
        if job is not None and job.work is Work.OPEN:
            said: tuple[str, object, object] = ("opening", self._opening, None)
        elif state.refusal is not None:
            said = ("refused", state.refusal, state.refused)
        elif self._loader_name:
            said = ("loader", self._loader_name, None)
        elif state.model_changed:
            said = ("changed", None, None)
        else:
            said = ("saved", self._saved_to, None)
        self.draw("notice", (said, state.record.key if state.record is not None else ""), lambda: self._speak(*said))

    def _speak(self, what: str, *about: object) -> None:
        record = self.state.record
        if what == "opening":
            stays = self.tr("{0} stays open until then.").format(record.file_name) if record is not None else ""
            self.notice.say("muted", self.tr("Opening {0}").format(about[0]), stays)
        elif what == "refused":
            if self.state.refusal is not None:
                self._show_refusal(self.state.refusal, self.state.refused)
        elif what == "loader":
            self.notice.say(
                "muted",
                self.tr("{0} was written and is open in your editor.").format(about[0]),
                self.tr("Change the marked lines. The model opens here whenever you save the file."),
            )
        elif what == "changed" and record is not None:
            self.notice.say(
                "warn",
                self.tr("{0} was changed since it was opened.").format(record.file_name),
                self.tr("The results are those of the file as it was."),
            )
            source = record.source
            self.notice.offer(self.tr("Open it again"), lambda: self.open_source(source))
        elif isinstance(about[0], Problem):
            self.notice.problem(about[0])
        elif about[0]:
            self.notice.say("good", self.tr("The network was saved as {0}.").format(about[0]))
        else:
            self.notice.clear()

    def _show_card(self, record: ModelRecord) -> None:
        card, trained = record.info, record.trained
        self._facts_card.heading.setText(card.name)
        self._facts_card.heading.show()
        rows = [
            (self.tr("Kind"), phrase(card.kind)),
            (self.tr("Origin"), phrase(card.origin)),
            (
                self.tr("Parameters"),
                self.tr("{0}, {1} trainable").format(f"{card.parameters:,}", f"{card.trainable_parameters:,}"),
            ),
            (self.tr("File size"), file_size(card.size) if card.size else ""),
            *((self.tr("Input"), f"{spec.name}: {spec.text()}, {spec.dtype}") for spec in card.inputs),
            *((self.tr("Output"), f"{spec.name}: {spec.text()}, {spec.dtype}") for spec in card.outputs),
        ]  # fmt: skip
        if trained is not None:
            rows += [
                (self.tr("Kept epoch"), f"{trained.best_epoch} / {len(trained.epochs)}"),
                (self.tr("Test accuracy"), f"{trained.test_accuracy:.2%}"),
            ]
        rows += [(self.tr("Note"), phrase(note)) for note in card.notes]
        self._replace_facts(rows)
        self.tree.show_layers(card.layers, card.name)
        self.adapt()
        self._history.setVisible(trained is not None)
        if trained is not None:
            self.kept_curves.show_epochs(trained.epochs)

    def _replace_facts(self, rows: list[tuple[str, str]]) -> None:
        """Show these names and values; an empty value is left out."""
        facts = QWidget()
        form = QFormLayout(facts)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(L)
        form.setVerticalSpacing(S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, value in rows:
            if value:
                shown = label(value, wrap=True)
                shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                form.addRow(label(name, "muted"), shown)
        # A new form in the place of the old one: ``QFormLayout.removeRow`` frees widgets that PySide6 frees again.
        before, self._facts = self._facts, facts
        self._facts_card.body.insertWidget(self._facts_card.body.indexOf(before), facts)
        self._facts_card.body.removeWidget(before)
        before.hide()
        before.deleteLater()

    def first_focus(self) -> QWidget | None:
        return self.drop.browse if self._stack.current is self._choose else self.other_button

    def may_go_on(self) -> bool:
        return self.state.state(Step.MODEL) is StepState.DONE


def _duration(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"

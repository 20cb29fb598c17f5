"""Whether a window says the truth: what is wrong with what it shows, compared with its state and with the files on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fake_jobs import FakeWorkers, mark_of_conversion
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPlainTextEdit

from pt2k_gui.export.specification import parse_shape
from pt2k_gui.gui.record import Work
from pt2k_gui.gui.state import Step, StepState
from pt2k_gui.gui.window import MainWindow
from pt2k_gui.problem import Problem


def untruths(window: MainWindow) -> list[str]:
    """What the window shows that is not so; empty if all is true."""
    wrong: list[str] = []
    state = window.state
    if (state.job is None) != (window.active is None):
        wrong.append(f"the state says {state.job}, the window runs {window.active}")
    if window.active is not None and not window.active.running:
        wrong.append("the window waits for a job that has ended")
    if window.bottom.cancel_button.isVisibleTo(window) != (window.active is not None):
        wrong.append("Cancel is there without a job, or a job without Cancel")
    record = state.record
    title = f"{record.file_name} – PT2K" if record is not None else "PT2K"
    if window.windowTitle() != title:
        wrong.append(f"the title is {window.windowTitle()}, the model {title}")
    for step in Step:
        running = window.state.state(step) is StepState.RUNNING
        if running and state.job is None:
            wrong.append(f"{step} runs without a job")
    wrong += _PAGES[window.current](window)
    before = seen(window)
    window.render_state()
    if (after := seen(window)) != before:
        changed = [f"{a} became {b}" for a, b in zip(before, after, strict=False) if a != b][:5]
        wrong.append(f"drawing twice changed {changed}")
    return wrong


def seen(window: MainWindow) -> list[tuple[str, ...]]:
    """The texts, ticks and states of every widget of the page in front, the rail and the bottom bar."""
    found: list[tuple[str, ...]] = []
    for part in (window.page(window.current), window.rail, window.bottom):
        for widget in part.findChildren(QLabel) + part.findChildren(QAbstractButton) + part.findChildren(QLineEdit):
            checked = str(widget.isChecked()) if isinstance(widget, QAbstractButton) else ""
            shown = str(widget.isVisibleTo(part)), str(widget.isEnabledTo(part)), str(widget.property("state"))
            found.append((type(widget).__name__, widget.objectName(), widget.text(), checked, *shown))
        for box in part.findChildren(QComboBox):
            found.append(("QComboBox", box.objectName(), box.currentText()))
        for text in part.findChildren(QPlainTextEdit):
            if not text.objectName().startswith("qt_"):
                found.append(("QPlainTextEdit", text.objectName(), text.toPlainText()))
    return found


def _another(window: MainWindow, text: str) -> bool:
    """Whether what is shown is of another conversion than the present choices give; real jobs leave no marks to tell."""
    return isinstance(window.workers, FakeWorkers) and _expected(window) not in text


def _expected(window: MainWindow) -> str:
    """The mark of the conversion that the present choices give."""
    state, record = window.state, window.state.record
    assert record is not None
    options = state.options
    return mark_of_conversion(record.source, record.inputs, options.engine, state.axis_order(), options.trainable)


def _model(window: Any) -> list[str]:
    page, record = window.model_page, window.state.record
    wrong = []
    if page._stack.current is page._shown and record is not None:
        if page._facts_card.heading.text() != record.info.name:
            wrong.append(f"the card is of {page._facts_card.heading.text()}, the model is {record.info.name}")
        if page.save_network_button.isVisibleTo(page) != (record.trained is not None):
            wrong.append("the trained network can't be saved, or another model can")
    if window.bottom.next_button.isEnabled() and (record is None or window.state.model_changed):
        wrong.append("Next leads on without a model")
    return wrong


def _input(window: Any) -> list[str]:
    page, state, record = window.input_page, window.state, window.state.record
    wrong = []
    if record is not None and record.entry_problem is None:
        chosen = tuple(spec.shape for spec in record.inputs)
        try:
            shown = tuple(parse_shape(field.text()) for field in page._fields)  # N is another word for batch
        except Problem as problem:
            wrong.append(f"the fields say what is no shape, the inputs are {chosen}: {problem}")
        else:
            if shown != chosen:
                wrong.append(f"the fields say {shown}, the inputs are {chosen}")
    if page.strip.property("state") == "good" and page.strip.isVisibleTo(page):
        if state.dry_run is None:
            wrong.append("a dry run is shown that is not of these inputs")
        elif not all(spec.text() in page.strip.sentence.text() for spec in state.dry_run.inputs):
            wrong.append("the dry run's sentence is of other inputs")
    if "cancelled" in page.strip.sentence.text() and page.strip.isVisibleTo(page) and state.job is not None:
        wrong.append("it says cancelled while a job runs")
    if window.bottom.next_button.isEnabled() and state.dry_run is None:
        wrong.append("Next leads on without a dry run")
    return wrong


def _convert(window: Any) -> list[str]:
    page, state = window.convert_page, window.state
    wrong = []
    current = state.conversion is not None
    notice = page.notice.property("state") if page.notice.isVisibleTo(page) else ""
    if notice == "good" and not current:
        wrong.append("a conversion is praised that is not current")
    running = state.job is not None and state.job.work is Work.CONVERT
    failed = state.failure(Work.CONVERT) is not None
    for row in page._rows.values():
        if row.state is StepState.RUNNING and not running:
            wrong.append("a stage runs without a job")
        if row.state is StepState.DONE and not (current or running or failed or state.was_cancelled(Work.CONVERT)):
            wrong.append("a stage of another conversion is ticked")
    for number in range(page.table.rows.rowCount()):
        cells = [page.table.rows.index(number, column).data() for column in range(4)]
        if current and _another(window, cells[0]):
            wrong.append("the operators are of another conversion")
        if not current and cells[3] != "out of date":
            wrong.append("the operators of a stale conversion are not marked")
    return wrong


def _check(window: Any) -> list[str]:
    page, state = window.check_page, window.state
    wrong = []
    verdict = page.headline.property("state")
    if verdict in ("good", "bad") and state.verification is None:
        wrong.append("a verdict is shown that is not current")
    if verdict in ("good", "bad") and _another(window, page.sentence.text()):
        wrong.append("the verdict is of another conversion")
    comparing = page.headline.text() == "Comparing"
    if comparing != (state.job is not None and state.job.work is Work.CHECK):
        wrong.append("it compares without a job, or a job compares unsaid")
    tables = {page.numbers: page.numbers.table, page.layers: page.layers.table}
    for tab, table in tables.items():
        for number in range(table.rows.rowCount()):
            of = table.rows.index(number, 0).data()
            marked = tab.stale.isVisibleTo(tab) and not page.tabs.tabIcon(page.tabs.indexOf(tab)).isNull()
            if not marked and (state.verification is None or _another(window, of)):
                wrong.append(f"{type(tab).__name__} shows another verification unmarked")
    overview, grid = page.overview, page.overview.grid
    unmarked = not overview.stale.isVisibleTo(overview)
    if unmarked and grid._arrays and (state.verification is None or state.verification.arrays != page._wanted.arrays):
        wrong.append("the overview's samples are of another verification, unmarked")
    samples = page.samples_tab
    marked = samples.stale.isVisibleTo(samples)
    if samples._found is not None and not marked and samples._found != state.verification:
        wrong.append("the samples are of another verification, unmarked")
    for number in range(page.speed.table.rows.rowCount()):
        if not state.speed or _another(window, page.speed.table.rows.index(number, 0).data()):
            wrong.append("the speed is of another conversion")
    summary = page.summary.text.toPlainText()
    unmarked = not page.summary.stale.isVisibleTo(page.summary)
    if summary and unmarked and (state.conversion is None or _another(window, summary)):
        wrong.append("the summary is of another conversion, unmarked")
    if page.samples.currentData() != state.samples.kind or page.count.value() != state.samples.count:
        wrong.append("the samples that are chosen are not those that are shown")
    return wrong


def _save(window: Any) -> list[str]:
    page, state, record = window.save_page, window.state, window.state.record
    wrong = []
    name = record.save_name if record.save_name is not None else record.proposed_name
    if page.name.text() != name:
        wrong.append(f"the name is {page.name.text()}, the model's is {name}")
    for row in page.rows:
        if row.file is None:
            continue
        if row.file not in state.saved:
            wrong.append(f"{row.file.path} stands there, of another conversion")
        elif isinstance(window.workers, FakeWorkers) and _another(window, Path(row.file.path).read_text()):
            wrong.append(f"{row.file.path} holds another model")
    notice = page.notice.property("state") if page.notice.isVisibleTo(page) else ""
    if notice == "good" and not state.saved and not page._report():
        wrong.append("the page praises what is not there")
    if page.save_button.isEnabled() and state.conversion is None:
        wrong.append("Save is possible without a conversion")
    if not page.save_button.isEnabled() and state.job is None and not page._reason.text():
        wrong.append("Save is not possible, and nothing says why")
    return wrong


_PAGES = {Step.MODEL: _model, Step.INPUT: _input, Step.CONVERT: _convert, Step.CHECK: _check, Step.SAVE: _save}

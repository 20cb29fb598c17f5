"""One format on the Save page: a box to choose it, what it is good for, its size; once saved, the file and its figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pt2k_gui.files import file_size
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.theme import M, Theme
from pt2k_gui.gui.widgets.basics import ElidedLabel, Icon, button, label
from pt2k_gui.save.formats.entry import Format
from pt2k_gui.save.result import SavedFile

translate = QCoreApplication.translate
_INDENT = 28  # as wide as a check box with its gap, so that the path begins under the title


class FormatRow:
    """One format's widgets in two rows of the grid; the lower one is there once the file is.

    Args:
        place: which of the formats it is, from the top.
        on_snippet: called with the saved file whose snippet is asked for.
    """

    def __init__(
        self, theme: Theme, grid: QGridLayout, place: int, entry: Format, on_snippet: Callable[[SavedFile], None]
    ) -> None:
        self.format = entry
        self.file: SavedFile | None = None
        self.box = QCheckBox(phrase(entry.title))
        self.box.setObjectName(f"format-{entry.name}")
        self.box.setAccessibleDescription(phrase(entry.purpose))
        self.purpose = label(phrase(entry.purpose), "caption", wrap=True)
        self.purpose.setMinimumWidth(110)
        self.size = label("", "muted")
        self.size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.icon = Icon(theme, "minus", "muted", 16)
        self.result = label("", "muted")
        self.result.setMinimumWidth(76)
        for column, part in enumerate((self.box, self.purpose, self.size, self.icon, self.result)):
            grid.addWidget(part, 2 * place, column)
        self.path = ElidedLabel("")
        self.path.setProperty("kind", "caption")
        self.figures = label("", "caption", wrap=True)
        self.open_folder = button(
            translate("FormatRow", "Open folder"), f"open-{entry.name}", "flat", "folder-open", theme
        )
        self.open_folder.clicked.connect(self._open_folder)
        self.copy = button(translate("FormatRow", "Copy snippet"), f"copy-{entry.name}", "flat", "copy", theme)
        self.copy.clicked.connect(lambda: on_snippet(self.file) if self.file is not None else None)
        grid.addWidget(self._saved_strip(), 2 * place + 1, 0, 1, 5)

    def _saved_strip(self) -> QWidget:
        self.strip = QWidget()
        column = QVBoxLayout(self.strip)
        column.setContentsMargins(_INDENT, 0, 0, M)
        column.setSpacing(0)
        column.addWidget(self.path)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.figures, 1)
        line.addWidget(self.open_folder)
        line.addWidget(self.copy)
        column.addLayout(line)
        self.note = label("", "caption", wrap=True)
        column.addWidget(self.note)
        self.strip.hide()
        return self.strip

    def estimate(self, parameters: int) -> None:
        """Show about how large the file will be, for a model of so many parameters."""
        self.size.setText(f"≈ {file_size(round(parameters * 4 * self.format.size))}")

    def show_file(self, file: SavedFile | None, checked: int = 0) -> None:
        """Show what became of the file, or that there is none.

        Args:
            checked: how many samples the Check page's accuracy is of; 0 where nothing was checked.
        """
        self.file = file
        self.strip.setVisible(file is not None)
        if file is None:
            self.icon.show_icon("minus", "muted")
            self.result.setText("")
            self.result.setToolTip("")
            return
        self.size.setText(file_size(file.size))
        self.icon.show_icon("circle-check" if file.same else "circle-x", "good" if file.same else "bad")
        words = ""
        if file.difference is not None:
            words = f"± {file.difference:.1e}" if file.difference else translate("FormatRow", "exact")
        self.result.setText(words or translate("FormatRow", "fails"))
        self.result.setToolTip(file.detail)
        self.path.setText(f"{file.path}, {Path(file.beside).name}" if file.beside else file.path)
        self.path.setToolTip("\n".join(part for part in (file.path, file.beside) if part))
        self.figures.setText(" · ".join(_figures(file, checked)) or file.detail)
        told = [
            phrase(file.note),
            "" if file.same else phrase(file.detail),
        ]  # how it was made coarser; why it is too coarse
        self.note.setText("\n".join(part for part in told if part))
        self.note.setVisible(bool(self.note.text()))
        self.figures.setToolTip(
            translate("FormatRow", "Time for a single sample; answers that match the Keras model's; correct answers.")
            if file.milliseconds is not None
            else ""
        )

    def _open_folder(self) -> None:
        if self.file is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.file.path).parent)))


def _figures(file: SavedFile, checked: int) -> list[str]:
    """Speed, and for a model that classifies what became of its answers."""
    found = []
    if file.milliseconds is not None:
        found.append(translate("FormatRow", "{0} ms").format(f"{file.milliseconds:.2f}"))
    if file.agreement is not None:
        found.append(translate("FormatRow", "{0} same").format(_percent(file.agreement)))
    if file.accuracy is not None and file.accuracy_before is not None:
        words = translate("FormatRow", "accuracy {0}")
        if file.accuracy != file.accuracy_before:
            words = translate("FormatRow", "accuracy {0}, was {1}")
        words = words.format(_percent(file.accuracy), _percent(file.accuracy_before))
        if file.samples != checked:  # the Check page's accuracy may be another one, of all samples
            of = translate("FormatRow", "{0} on the first {1} samples")
            words = of.format(words, f"{file.samples:,}")
        found.append(words)
    return found


def _percent(share: float) -> str:
    return "100%" if share == 1 else f"{share:.1%}"

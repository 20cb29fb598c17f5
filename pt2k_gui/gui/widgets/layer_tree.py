"""The model's layers as a tree: name, type, output shape, parameters. Made of the card's rows; virtual, so that thousands
of layers stay fluid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRegularExpression, QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTreeView

from pt2k_gui.gui.widgets.table_tools import COPY_ROLE, TableTools
from pt2k_gui.sources.card import LayerRow

_MOST_EXPANDED = 300
_MOST_WIDTH = 600  # pixels that the texts may ask for; what is wider is cut or scrolled
_SORT_ROLE = Qt.ItemDataRole.UserRole + 2
_FILTER_ROLE = Qt.ItemDataRole.UserRole + 3
_PARAMETERS = 3  # the column of numbers


class LayerFilter(QSortFilterProxyModel):
    """Sorts each level by a column and shows what holds a text, with all that it lies in."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setSortRole(_SORT_ROLE)
        self.setFilterRole(_FILTER_ROLE)
        self.setRecursiveFilteringEnabled(True)

    def set_filter(self, text: str) -> None:
        words = "".join(f"(?=.*{re.escape(word)})" for word in text.casefold().split())
        self.setFilterRegularExpression(QRegularExpression(words))

    def is_number(self, column: int) -> bool:
        return column == _PARAMETERS


class LayerTree(QTreeView):
    """Shows the rows of a ``ModelInfo``, nested by their paths."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerTree")
        self.setAccessibleName(self.tr("Layers"))
        self._model = QStandardItemModel(0, 4, self)
        self._shown = LayerFilter(self)
        self._shown.setSourceModel(self._model)
        self.setModel(self._shown)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setIndentation(16)
        self.setMinimumHeight(140)
        self.tools = TableTools(self, self._shown, stretch=2)
        for signal in (self.expanded, self.collapsed):
            signal.connect(self.tools.forget_widths)
            signal.connect(lambda _index: self.tools.fit_columns())

    def show_layers(self, rows: Sequence[LayerRow], name: str) -> None:
        """Replace the tree; ``name`` is the model's own."""
        self._model.clear()
        self._model.setHorizontalHeaderLabels(
            [self.tr("Layer"), self.tr("Type"), self.tr("Output"), self.tr("Parameters")]
        )
        # Not through ``horizontalHeaderItem``: PySide6 frees such an item a second time after ``clear``.
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._model.setHeaderData(_PARAMETERS, Qt.Orientation.Horizontal, side, Qt.ItemDataRole.TextAlignmentRole)
        self.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        items: dict[str, QStandardItem] = {}
        for row in rows:
            if row.path not in items:  # a module that is used twice stands where it is used first
                self._add(items, row, name)
        if len(rows) <= _MOST_EXPANDED:
            self.expandAll()
        else:
            self.expandToDepth(0)
        self.tools.forget_widths()
        beside = 2 * self.frameWidth() + self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(min(self.tools.wanted_width() + beside, _MOST_WIDTH))
        self.tools.fit_columns(anew=True)

    def _add(self, items: dict[str, QStandardItem], row: LayerRow, name: str) -> QStandardItem:
        """Add a row below the one that its path lies in; a container without a row of its own gets one."""
        if not row.path:
            parent = self._model.invisibleRootItem()
        else:
            above = row.path.rpartition(".")[0]
            if above in items:
                parent = items[above]
            elif above:
                parent = self._add(items, LayerRow(above, "", above.count(".") + 1), name)
            else:
                parent = self._model.invisibleRootItem()
        texts = (row.path.rpartition(".")[2] or name, row.type, row.output_shape, f"{row.parameters:,}")
        if not row.type:
            texts = (*texts[:3], "")  # a container that nothing is known of
        made = [QStandardItem(text) for text in texts]
        made[_PARAMETERS].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tip = f"{row.path}  {row.detail}".strip()
        for item in made:
            item.setToolTip(tip)
            item.setData(_sortable(item.text()), _SORT_ROLE)
        made[_PARAMETERS].setData(row.parameters, _SORT_ROLE)
        made[0].setData(row.path or name, COPY_ROLE)
        made[0].setData("\t".join((row.path, *texts, row.detail)).casefold(), _FILTER_ROLE)
        parent.appendRow(made)
        items[row.path] = made[0]
        return made[0]


def _sortable(text: str) -> str:
    """Numbers of one length, so that ``layer2`` comes before ``layer10``."""
    return re.sub(r"\d+", lambda found: found[0].zfill(9), text.casefold())

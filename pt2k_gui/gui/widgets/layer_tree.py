"""The model's layers as a tree: name, type, output shape, parameters. Made of the card's rows; virtual, so that thousands
of layers stay fluid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from pt2k_gui.sources.card import LayerRow

_MOST_EXPANDED = 300


class LayerTree(QTreeView):
    """Shows the rows of a ``ModelInfo``."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerTree")
        self.setAccessibleName(self.tr("Layers"))
        self._model = QStandardItemModel(0, 4, self)
        self.setModel(self._model)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIndentation(16)
        self.setMinimumHeight(140)

    def show_layers(self, rows: Sequence[LayerRow], name: str) -> None:
        self._model.clear()
        self._model.setHorizontalHeaderLabels(
            [self.tr("Layer"), self.tr("Type"), self.tr("Output"), self.tr("Parameters")]
        )
        self._model.horizontalHeaderItem(3).setTextAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        parents: list[QStandardItem] = []
        for row in rows:
            texts = (row.path.rsplit(".", 1)[-1] or name, row.type, row.output_shape, f"{row.parameters:,}")
            items = [QStandardItem(text) for text in texts]
            items[3].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            tip = f"{row.path}  {row.detail}".strip()
            for item in items:
                item.setToolTip(tip)
            del parents[row.depth :]
            (parents[-1] if parents else self._model.invisibleRootItem()).appendRow(items)
            parents.append(items[0])
        if len(rows) <= _MOST_EXPANDED:
            self.expandAll()
        else:
            self.expandToDepth(0)
        header = self.header()
        header.setStretchLastSection(False)
        for column in range(4):
            mode = QHeaderView.ResizeMode.Stretch if column == 2 else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(column, mode)

"""Where models come in: a file or a folder that is dropped or browsed for, or a name of a package."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from pt2k_gui.gui.theme import L, S, Theme
from pt2k_gui.gui.widgets.basics import Icon, button, label


class DropArea(QFrame):
    """A large target for files; the window takes drops anywhere and marks this while files hover over it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setMinimumHeight(124)
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(S)
        column.addStretch(1)
        column.addWidget(Icon(theme, "upload", "accent", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        text = label(self.tr("Drop PyTorch or ONNX files here"), "strong")
        kinds = label(self.tr(".pt2  .pt  .pth  .ckpt  .safetensors  .onnx"), "caption")
        for part in (text, kinds):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        self.browse = button(self.tr("&Browse"), "browse", "", "folder-open", theme)
        self.package = button(self.tr("From a package"), "fromPackage", "", "layers", theme)
        self.package.setToolTip(self.tr("A model of timm, torchvision or another package, by its name"))
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addStretch(1)
        row.addWidget(self.browse)
        row.addWidget(self.package)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

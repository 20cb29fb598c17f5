"""What the window remembers from one start to the next: geometry, theme, recent files, options. One INI file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSettings

from pt2k_gui.places import settings_folder

_MOST_RECENT = 8


@dataclass(frozen=True)
class Recent:
    """A model that was opened: its path, kind, and the day (ISO)."""

    path: str
    kind: str
    day: str


class Settings:
    """Typed access to the settings file."""

    def __init__(self) -> None:
        self._store = QSettings(str(settings_folder() / "pt2k.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        return str(self._store.value("theme", "system"))

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    @property
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    def option(self, name: str, default: str) -> str:
        """An option of a page, such as the engine."""
        return str(self._store.value(f"options/{name}", default))

    def set_option(self, name: str, value: str) -> None:
        self._store.setValue(f"options/{name}", value)

    @property
    def recent(self) -> list[Recent]:
        """The latest first."""
        try:
            rows = json.loads(str(self._store.value("recent", "[]")))
            return [Recent(*(str(part) for part in row)) for row in rows if len(row) == 3]
        except (ValueError, TypeError):
            return []

    def remember(self, entry: Recent) -> None:
        rows = [entry, *(other for other in self.recent if other.path != entry.path)][:_MOST_RECENT]
        self._store.setValue("recent", json.dumps([[row.path, row.kind, row.day] for row in rows]))

    def forget_recent(self) -> None:
        self._store.remove("recent")

    def sync(self) -> None:
        self._store.sync()

"""Memory of the window from one start to the next: geometry, theme, recent files, options. One INI file, which
every version and every open window share: a key that a version does not know stays as it is.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from pt2k_gui.files import set_aside
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.paths import settings_folder

VERSION = 1
"""Of the file's meaning. A key that changes its meaning gets a new name and this number goes up; it never goes down."""

_MOST_RECENT = 8


@dataclass(frozen=True)
class Recent:
    """A model that was opened: its path, kind, and the day (ISO)."""

    path: str
    kind: str
    day: str


class Settings:
    """Typed access to the settings file. ``set_aside`` is where a damaged one went, if it was damaged."""

    def __init__(self) -> None:
        path = settings_folder() / "pt2k.ini"
        self.set_aside: Path | None = None
        self._store = _open(path)
        if _damaged(self._store, path):
            with contextlib.suppress(OSError):
                self.set_aside = set_aside(path)
            self._store = _open(path)
        if self.version < VERSION:
            self._store.setValue("version", VERSION)

    @property
    def version(self) -> int:
        """Of the newest PT2K that wrote the file; 0 for a file that is not there yet."""
        text = str(self._store.value("version", "0"))
        return int(text) if text.isdecimal() else 0

    @property
    def theme(self) -> str:
        return str(self._store.value("theme", "system"))

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    @property
    def language(self) -> str:
        """A key of ``language.LANGUAGES``, or ``system``."""
        return str(self._store.value("language", "system"))

    @language.setter
    def language(self, value: str) -> None:
        self._store.setValue("language", value)

    @property
    def motion(self) -> str:
        """``reduced``, ``full`` or ``system``."""
        return str(self._store.value("motion", "system"))

    @motion.setter
    def motion(self, value: str) -> None:
        self._store.setValue("motion", value)

    @property
    def notify(self) -> bool:
        """Whether the end of a long job is told while the window is in the back."""
        return str(self._store.value("notify", "1")) == "1"

    @notify.setter
    def notify(self, value: bool) -> None:
        self._store.setValue("notify", "1" if value else "0")

    @property
    def one_window(self) -> bool:
        """Whether a second start hands its file to the window that is there."""
        return str(self._store.value("one_window", "0")) == "1"

    @one_window.setter
    def one_window(self, value: bool) -> None:
        self._store.setValue("one_window", "1" if value else "0")

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
    def reading_seconds(self) -> float:
        """How long reading a model file may take."""
        return self._number("reading_seconds", READING_SECONDS)

    @reading_seconds.setter
    def reading_seconds(self, value: float) -> None:
        self._store.setValue("limits/reading_seconds", value)

    @property
    def memory_gib(self) -> float:
        """GiB that the work may take; 0 for most of the machine's memory."""
        return self._number("memory_gib", 0.0)

    @memory_gib.setter
    def memory_gib(self, value: float) -> None:
        self._store.setValue("limits/memory_gib", value)

    def _number(self, name: str, default: float) -> float:
        try:
            return max(float(str(self._store.value(f"limits/{name}", default))), 0.0)
        except ValueError:
            return default

    @property
    def recent(self) -> list[Recent]:
        """The latest first."""
        try:
            rows = json.loads(str(self._store.value("recent", "[]")))
            return [Recent(*(str(part) for part in row)) for row in rows if len(row) == 3]
        except (ValueError, TypeError):
            return []

    def remember(self, entry: Recent) -> None:
        self._store.sync()  # what another window remembered meanwhile
        rows = [entry, *(other for other in self.recent if other.path != entry.path)][:_MOST_RECENT]
        self._store.setValue("recent", json.dumps([[row.path, row.kind, row.day] for row in rows]))

    @property
    def interpreters(self) -> list[str]:
        """The user's own interpreters that models were opened in, the latest first."""
        try:
            return [str(path) for path in json.loads(str(self._store.value("interpreters", "[]")))]
        except (ValueError, TypeError):
            return []

    def remember_interpreter(self, python: str) -> None:
        self._store.sync()
        paths = [python, *(path for path in self.interpreters if path != python)][:_MOST_RECENT]
        self._store.setValue("interpreters", json.dumps(paths))

    def forget_recent(self) -> None:
        self._store.remove("recent")

    def sync(self) -> None:
        self._store.sync()


def _open(path: Path) -> QSettings:
    return QSettings(str(path), QSettings.Format.IniFormat)


def _damaged(store: QSettings, path: Path) -> bool:
    """Whether the file holds something, but not what this class wrote, from its beginning to its end."""
    try:
        size = path.stat().st_size
    except OSError:
        return False
    # The version stands behind every other key outside of a group: where it lacks, the file was cut off or is no INI file.
    return size > 0 and (store.status() is QSettings.Status.FormatError or not store.contains("version"))

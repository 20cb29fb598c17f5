"""The history's database: one SQLite file that windows and commands share. Writes wait for one another; a damaged file is set
aside, and the history begins anew."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pt2k_gui.files import set_aside
from pt2k_gui.history import messages
from pt2k_gui.history.entry import Entry, entry_of
from pt2k_gui.paths import state_folder
from pt2k_gui.problem import Problem

FILE = "history.sqlite3"
VERSION = 1
MOST_MEGABYTES = 200.0
"""Of reports that are kept without anybody's asking; the oldest go first."""
_PATIENCE = 20.0  # seconds that a write waits for another process's
_DAY = 86400.0
_TEXTS = "texts"  # beside the report's own fields
_DAMAGED = (
    "not a database",
    "malformed",
    "disk image",
    "encrypted",
    "no such table",
    "no such column",
    "no column named",
)
_COLUMNS = (
    "id", "made", "model", "path", "kind", "sha256", "parameters", "ok", "verdict", "difference", "options", "files", "size",
    "version",
)  # fmt: skip
_INSERTED = ("made", "seconds", *_COLUMNS[2:], "words", "report")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    made TEXT NOT NULL, seconds REAL NOT NULL, model TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
    sha256 TEXT NOT NULL, parameters INTEGER NOT NULL, ok INTEGER, verdict TEXT NOT NULL, difference REAL,
    options TEXT NOT NULL, files TEXT NOT NULL, size INTEGER NOT NULL, version TEXT NOT NULL,
    words TEXT NOT NULL, report BLOB NOT NULL
);
"""
Answer = TypeVar("Answer")


class History:
    """Opened for each use; holds no connection in between. ``aside`` is where a damaged file went, if it was damaged."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or state_folder() / FILE
        self.aside: Path | None = None

    # Reading

    def find(self, words: str = "", most: int = 1000) -> list[Entry]:
        """The latest first; with ``words``, those that hold each of them in their names, files, options or verdict."""
        parts = words.casefold().split()
        where = " AND ".join(["words LIKE ? ESCAPE '!'"] * len(parts)) or "1"
        likes = [f"%{part.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%" for part in parts]
        query = f"SELECT {', '.join(_COLUMNS)} FROM conversions WHERE {where} ORDER BY id DESC LIMIT ?"
        return self._do(lambda db: [_entry(row) for row in db.execute(query, (*likes, most))])

    def entry(self, number: int) -> Entry:
        """Raises ``Problem`` where there is none of that number."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM conversions WHERE id = ?"
        row = self._do(lambda db: db.execute(query, (number,)).fetchone())
        if row is None:
            raise Problem(messages.NO_ENTRY(number=number), hint=messages.LIST_THEM())
        return _entry(row)

    def report(self, number: int) -> dict[str, Any]:
        """The report's JSON. Raises ``Problem`` where there is none of that number."""
        self.entry(number)
        row = self._do(lambda db: db.execute("SELECT report FROM conversions WHERE id = ?", (number,)).fetchone())
        content: dict[str, Any] = json.loads(zlib.decompress(row[0]))
        content.pop(_TEXTS, None)
        return content

    def texts(self, number: int) -> dict[str, Any]:
        """The messages in a report, as ``messages_in`` gave them; none for one that an older version kept."""
        row = self._do(lambda db: db.execute("SELECT report FROM conversions WHERE id = ?", (number,)).fetchone())
        found: dict[str, Any] = json.loads(zlib.decompress(row[0])).get(_TEXTS, {})
        return found

    def megabytes(self) -> float:
        """How much the reports take, in millions of bytes."""
        return self._do(lambda db: db.execute("SELECT TOTAL(LENGTH(report)) FROM conversions").fetchone()[0]) / 1e6

    # Writing

    def add(self, report: dict[str, Any], texts: Mapping[str, Any] | None = None) -> int:
        """Keep a report's JSON and the messages in it; returns its number. The oldest go where all together take too much."""
        entry = entry_of(report)
        kept = {**report, _TEXTS: texts or {}}
        packed = zlib.compress(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"), 6)
        words = " ".join(
            (entry.made, entry.model, entry.path, entry.kind, entry.verdict, entry.options, *entry.files)
        ).casefold()
        values = (
            entry.made, time.time(), entry.model, entry.path, entry.kind, entry.sha256, entry.parameters, entry.ok,
            entry.verdict, entry.difference, entry.options, json.dumps(entry.files, ensure_ascii=False), entry.size,
            entry.version, words, packed,
        )  # fmt: skip

        def insert(db: sqlite3.Connection) -> int:
            marks = ", ".join("?" * len(values))
            cursor = db.execute(f"INSERT INTO conversions ({', '.join(_INSERTED)}) VALUES ({marks})", _stored(values))
            _shrink(db, MOST_MEGABYTES)
            return int(cursor.lastrowid or 0)

        return self._do(insert, write=True)

    def remove(self, numbers: Iterable[int]) -> int:
        """Forget these; returns how many there were."""
        rows = [(number,) for number in numbers]

        def delete(db: sqlite3.Connection) -> int:
            return db.executemany("DELETE FROM conversions WHERE id = ?", rows).rowcount

        return self._do(delete, write=True)

    def clean(self, *, days: float | None = None, megabytes: float | None = None) -> int:
        """Forget what is older than that, and the oldest beyond that size; returns how many. Files that were saved stay."""

        def delete(db: sqlite3.Connection) -> int:
            gone = 0
            if days is not None:
                gone += db.execute("DELETE FROM conversions WHERE seconds < ?", (time.time() - days * _DAY,)).rowcount
            if megabytes is not None:
                gone += _shrink(db, megabytes)
            return gone

        gone = self._do(delete, write=True)
        if gone:
            self._do(lambda db: db.execute("VACUUM"))
        return gone

    # The file

    def _do(self, work: Callable[[sqlite3.Connection], Answer], *, write: bool = False) -> Answer:
        try:
            return self._once(work, write)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise Problem(messages.CANNOT_USE(file=self.file, reason=error), hint=messages.TRY_LATER()) from error
            self._begin_anew()
        try:
            return self._once(work, write)
        except sqlite3.DatabaseError as error:
            raise Problem(messages.CANNOT_USE(file=self.file, reason=error), hint=messages.TRY_LATER()) from error

    def _once(self, work: Callable[[sqlite3.Connection], Answer], write: bool) -> Answer:
        with self._connected() as db:
            if not write:
                return work(db)
            db.execute("BEGIN IMMEDIATE")
            try:
                answer = work(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            return answer

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.file, timeout=_PATIENCE, isolation_level=None)
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                db.execute("BEGIN IMMEDIATE")
                db.execute(_SCHEMA)
                db.execute(f"PRAGMA user_version = {VERSION}")
                db.execute("COMMIT")
            yield db
        finally:
            db.close()

    def _begin_anew(self) -> None:
        """Set the damaged file aside, unless another process has done so meanwhile: one at a time looks at it."""
        gate = sqlite3.connect(self.file.with_name(f"{FILE}.lock"), timeout=_PATIENCE, isolation_level=None)
        try:
            gate.execute("BEGIN EXCLUSIVE")
            try:
                with self._connected() as db:
                    db.execute(f"SELECT {', '.join(_COLUMNS)}, words, report FROM conversions LIMIT 1").fetchall()
                    if db.execute("PRAGMA quick_check").fetchone()[0] == "ok":
                        return
            except sqlite3.DatabaseError:
                pass
            with contextlib.suppress(FileNotFoundError):
                self.aside = set_aside(self.file)
            journal = self.file.with_name(f"{self.file.name}-journal")
            journal.unlink(missing_ok=True)  # it belongs to the file that was set aside
        except (sqlite3.Error, OSError) as error:
            raise Problem(messages.CANNOT_USE(file=self.file, reason=error), hint=messages.TRY_LATER()) from error
        finally:
            gate.close()


def _stored(values: Sequence[Any]) -> tuple[Any, ...]:
    """Texts that UTF-8 can't hold, as names of files may be, with what it can't hold replaced."""
    return tuple(
        value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value for value in values
    )


def _shrink(db: sqlite3.Connection, megabytes: float) -> int:
    """Delete the oldest until the reports take no more than that; how many went."""
    left, gone = megabytes * 1e6, []
    for number, size in db.execute("SELECT id, LENGTH(report) FROM conversions ORDER BY id DESC"):
        left -= size
        if left < 0:
            gone.append((number,))
    db.executemany("DELETE FROM conversions WHERE id = ?", gone)
    return len(gone)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return any(words in str(error) for words in _DAMAGED)


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=True))
    ok = values["ok"]
    return Entry(**{**values, "ok": None if ok is None else bool(ok), "files": tuple(json.loads(values["files"]))})

"""Ledger of the runs that filled a folder of converted models: in its folder ``.pt2k`` one record for each model,
written after the model's files were put in place. So a run that was interrupted goes on where it stopped, on this machine or
another one, and what failed can be run again without the rest.

A *claim* is written before a model is begun and names the attempt. Files that lie there under a claim without a record are
those of an attempt that ended in the middle, and may be replaced; an attempt whose claim was taken over writes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pt2k_gui
from pt2k_gui.batch import messages
from pt2k_gui.batch.task import Finished, Task, TaskResult
from pt2k_gui.files import cannot_write, write_text
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import files_of
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.sibling_modules import files_with

FOLDER = ".pt2k"
SCHEMA = "pt2k-task-1"
_CHUNK = 1 << 20


class TakenOver(Problem):
    """Another run has claimed the model meanwhile."""


def task_key(task: Task) -> str:
    """Of all that a result is made from: the content of the model's files, what is asked for, and PT2K's version."""
    plan = dataclasses.replace(task.plan, targets=(), overwrite=False)
    plan = dataclasses.replace(plan, source=dataclasses.replace(plan.source, trusted=False, path="", code=""))
    source = task.plan.source
    head, name = split_code(source.code)
    parts = (
        pt2k_gui.__version__,
        content_hash(source.path) or source.path,
        content_hash(*_code_files(head)) or head,
        name,
        content_hash(plan.samples.path),
        repr(dataclasses.replace(plan, samples=dataclasses.replace(plan.samples, path=""))),
        repr(task.thresholds),
        [(kind, Path(path).name) for kind, path in task.plan.targets],
    )
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _code_files(place: str) -> tuple[str, ...]:
    file = Path(place)
    if not place or not file.exists():
        return ()
    if file.is_dir():
        return tuple(map(str, sorted(file.rglob("*.py"))))
    return (place, *map(str, files_with(repository_of(file), file)))


def content_hash(*paths: str) -> str:
    """SHA-256 of the content of files (of a folder: of all files in it) one after another; empty where there are none."""
    whole = hashlib.sha256()
    seen = False
    for path in paths:
        place = Path(path)
        if not path or not place.exists():
            continue
        for file in sorted(place.rglob("*")) if place.is_dir() else (place,):
            if file.is_file():
                seen = True
                whole.update(file.name.encode("utf-8", "surrogatepass"))
                with file.open("rb") as stream:
                    while chunk := stream.read(_CHUNK):
                        whole.update(chunk)
    return whole.hexdigest() if seen else ""


@dataclasses.dataclass(frozen=True)
class Claim:
    """This attempt's right to write a model's files."""

    ledger: Ledger
    task: Task
    token: str

    def require(self) -> None:
        """Raise ``TakenOver`` where another attempt has claimed the model since."""
        if self.ledger.holder(self.task.name) != self.token:
            raise TakenOver(messages.TAKEN_OVER(name=self.task.name), hint=messages.LOOK_THERE())


class Ledger:
    """The records of one output folder."""

    def __init__(self, output: str | Path) -> None:
        """Makes the folder. Raises ``Problem`` where that can't be done."""
        self.folder = Path(output) / FOLDER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(Path(output), error) from error

    def _file(self, name: str, ending: str) -> Path:
        return self.folder / f"{name}.{ending}"

    def claim(self, task: Task) -> Claim:
        """Begin an attempt; one that was begun before can't put its files in place any more."""
        token = uuid.uuid4().hex
        paths = [path for target in task.plan.targets for path in files_of(*target)]
        names = [Path(path).name for path in paths if not Path(path).exists() or self.ours(task, path)]
        write_text(self._file(task.name, "claim"), json.dumps({"token": token, "files": names}))
        return Claim(self, task, token)

    def holder(self, name: str) -> str:
        """The token of the attempt that holds the model; empty where none does."""
        return str(_read(self._file(name, "claim")).get("token", ""))

    def ours(self, task: Task, path: str) -> bool:
        """Whether a file that is there was written for this model by an earlier run into this folder."""
        name = Path(path).name
        return name in _read(self._file(task.name, "claim")).get("files", ()) or name in self._written(task.name)

    def _written(self, name: str) -> list[str]:
        """The names of the files that runs into this folder wrote for a model, or began to write."""
        found = _read(self._file(name, "json")).get("written", [])
        return [str(file) for file in found] if isinstance(found, list) else []

    def record(self, done: Finished, key: str, claim: Claim) -> None:
        """Keep what became of a model, unless another attempt has claimed it since."""
        if self.holder(claim.task.name) != claim.token:
            return
        result = done.result
        begun = _read(self._file(result.name, "claim")).get("files", [])
        written = {*self._written(result.name), *begun, *(Path(file).name for file, _ in result.files)}
        content = {
            "schema": SCHEMA,
            "key": key,
            "written": sorted(written),
            "result": dataclasses.asdict(result),
            "full": done.full,
        }
        write_text(self._file(result.name, "json"), json.dumps(content, indent=1, ensure_ascii=False))
        self._file(result.name, "claim").unlink(missing_ok=True)

    def result(self, name: str) -> TaskResult | None:
        """The record of a model; None where there is none, or it is damaged."""
        return _result(_read(self._file(name, "json")))

    def done_before(self, task: Task, key: str) -> Finished | None:
        """The result of an earlier run with the very same model and options, if its files are all still there."""
        content = _read(self._file(task.name, "json"))
        result = _result(content)
        if result is None or content.get("key") != key or not result.ok:
            return None
        output = self.folder.parent
        for file, size in result.files:
            place = output / Path(file).name
            if not place.exists() or (place.is_file() and place.stat().st_size != size):
                return None
        full = content.get("full", {})
        return Finished(task, result, full=full if isinstance(full, dict) else {}, earlier=True)


def _read(file: Path) -> Mapping[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        content = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    return {}


def _result(content: Mapping[str, Any]) -> TaskResult | None:
    found = content.get("result")
    if content.get("schema") != SCHEMA or not isinstance(found, dict):
        return None
    try:
        return TaskResult(**{**found, "files": tuple((str(path), int(size)) for path, size in found["files"])})
    except (TypeError, ValueError, KeyError):
        return None

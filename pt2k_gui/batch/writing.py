"""Writes a pipeline file: what was clicked in the window, or said on the command line, as a file that repeats it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from pt2k_gui.batch import schema
from pt2k_gui.batch.reading import ONLY_INPUT, PipelineFile
from pt2k_gui.batch.task import Task
from pt2k_gui.batch.thresholds import Thresholds
from pt2k_gui.files import write_text
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.model_names import is_name, stem_of
from pt2k_gui.verify.result import SUITABLE, SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings

_HEAD = "Run it with: pt2k run {name}"
_SHARED = ("formats", "options", "samples", "thresholds")  # said once where all models have the same
_OPTIONS = {"engine": "native", "axis_order": "keras", "trainable": False, "layers": False, "overwrite": False}


def write_pipeline_file(path: str | Path, content: PipelineFile) -> None:
    """Write it there. Raises ``Problem`` where the file can't be written."""
    write_text(path, pipeline_text(content, Path(path)))


def pipeline_text(content: PipelineFile, path: Path) -> str:
    """The text of the file; paths are written as they are seen from the folder in which it will lie."""
    base = path.absolute().parent
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD.format(name=path.name)))
    document["version"] = schema.VERSION
    document["output"] = _relative(str(content.output), base)
    tables = [_of_task(task, base) for task in content.tasks]
    common = {name: _common([table[name] for table in tables]) for name in _SHARED}
    if common["formats"]:
        document["formats"] = common["formats"]
    _put(document, "workers", content.workers, 1)
    _put(document, "report", [_relative(report, base) for report in content.report], [])
    _put(document, "time_limit", content.time_limit, READING_SECONDS)
    _put(document, "memory_limit", content.memory_limit, 0.0)
    for name in ("options", "samples", "thresholds"):
        if common[name]:
            document[name] = _table(common[name])
    models = tomlkit.aot()
    for table in tables:
        own = {key: value for key, value in table.items() if key not in common or (value and value != common[key])}
        models.append(_table(own))
    document["model"] = models
    return tomlkit.dumps(document)


def _of_task(task: Task, base: Path) -> dict[str, Any]:
    """All that is to be said of one model."""
    plan, source = task.plan, task.plan.source
    table: dict[str, Any] = {"path": _relative(source.path, base)}
    if task.name != stem_of(source.path):
        table["name"] = task.name
    if source.code:
        head, name = split_code(source.code)
        place = _relative(head, base) if Path(head).exists() else head
        dotted = not source.code.endswith(".py") and f"{head}.{name}" == source.code
        table["code"] = source.code if dotted or is_name(head) else f"{place}:{name}" if name else place
    table["arguments"] = dict(source.arguments)
    table["weights"] = source.weights
    table["values"] = dict(source.values)
    if source.python:
        table["python"] = source.python
    table["formats"] = [kind for kind, _ in plan.targets]
    table["inputs"] = _inputs(plan.shapes, plan.types, plan.ranges)
    table["options"] = {key: getattr(plan, key) for key, usual in _OPTIONS.items() if getattr(plan, key) != usual}
    table["samples"] = _samples(plan.samples, base)
    table["thresholds"] = _thresholds(task.thresholds)
    found = {key: value for key, value in table.items() if value or key in _SHARED}
    return found if source.strict else {**found, "strict": False}


def _inputs(shapes: Sequence[str], types: Sequence[str], ranges: Sequence[str]) -> dict[str, dict[str, str]]:
    inputs: dict[str, dict[str, str]] = {}
    for key, texts in (("shape", shapes), ("type", types), ("range", ranges)):
        for text in texts:
            name, separator, value = text.rpartition("=")
            inputs.setdefault(name if separator else ONLY_INPUT, {})[key] = value
    return inputs


def _samples(choice: SampleChoice, base: Path) -> dict[str, Any]:
    table: dict[str, Any] = {"kind": choice.kind} if choice.kind else {}
    if choice.path:
        table["path"] = _relative(choice.path, base)
    if choice.count != SUITABLE:
        table["count"] = choice.count
    if choice.seed:
        table["seed"] = choice.seed
    if choice.class_names:
        table["class_names"] = _relative(choice.class_names, base)
    if choice.more:
        table["more"] = [_relative(path, base) for path in choice.more]
    settings = {key: _changed(getattr(choice, key)) for key in ("audio", "text", "table", "video")}
    if choice.text.tokenizer:
        settings["text"]["tokenizer"] = _relative(choice.text.tokenizer, base)
    table |= {key: values for key, values in settings.items() if values}
    images, usual = choice.images, ImageSettings()
    found: dict[str, Any] = {
        key: list(getattr(images, key)) for key in ("mean", "std") if getattr(images, key) != getattr(usual, key)
    }
    if images.height and images.width:
        found["size"] = [images.height, images.width]
    found |= {key: getattr(images, key) for key in ("order", "fit") if getattr(images, key) != getattr(usual, key)}
    if images.steps:
        found["steps"] = [step.text for step in images.steps]
    return {**table, **({"images": found} if found else {})}


def _changed(settings: Any) -> dict[str, Any]:
    """The entries that differ from the usual values of such settings, a frozen dataclass."""
    usual = type(settings)()
    values = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value != getattr(usual, name)
    }


def _thresholds(thresholds: Thresholds) -> dict[str, float]:
    return {key: value for key, value in dataclasses.asdict(thresholds).items() if value is not None}


def _common(tables: Sequence[Any]) -> Any:
    """The common value of all models; empty where they differ, so that each has it of its own."""
    return tables[0] if tables and all(table == tables[0] for table in tables) else type(tables[0])() if tables else {}


def _put(document: tomlkit.TOMLDocument, key: str, value: Any, usual: Any) -> None:
    if value != usual:
        document[key] = value


def _table(values: Mapping[str, Any]) -> Table:
    """A table whose tables are written in one line, but for those that hold tables themselves."""
    table = tomlkit.table()
    for key, value in values.items():
        if isinstance(value, dict) and any(isinstance(item, dict) for item in value.values()):
            table[key] = _table(value)
        elif isinstance(value, dict):
            line = tomlkit.inline_table()
            line.update(value)
            table[key] = line
        else:
            table[key] = value
    return table


def _relative(path: str, base: Path) -> str:
    """The path from the file's folder where it lies in there, else as it is; with slashes on every system."""
    if is_name(path) or not Path(path).is_absolute():
        return path
    place = Path(path)
    return place.relative_to(base).as_posix() if place.is_relative_to(base) else place.as_posix()

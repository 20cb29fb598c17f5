"""Reads a pipeline file (``pt2k.toml``) into tasks. Paths in it are relative to its folder. What is wrong is told with the
file, the key and a way out."""

from __future__ import annotations

import difflib
import glob
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pt2k_gui.batch import messages, schema
from pt2k_gui.batch.schema import Key, Kind
from pt2k_gui.batch.task import Task, names_of, require_different, with_targets
from pt2k_gui.batch.thresholds import Thresholds
from pt2k_gui.file_names import refused_by_windows
from pt2k_gui.files import require_readable
from pt2k_gui.jobs.limits import READING_SECONDS
from pt2k_gui.jobs.pipeline import Plan
from pt2k_gui.problem import Problem
from pt2k_gui.save.formats import format_of
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.folder import in_folder
from pt2k_gui.sources.interpreters import resolve
from pt2k_gui.sources.model_names import is_name
from pt2k_gui.verify.result import SUITABLE, SampleChoice
from pt2k_gui.verify.samples.preprocessing import ImageSettings, parse_steps, preset
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings, kind_of

NAME = "pt2k.toml"
ONLY_INPUT = "*"
REPORT_ENDINGS = (".html", ".json")


@dataclass(frozen=True)
class PipelineFile:
    """Contents of a pipeline file.

    Args:
        tasks: one for each model.
        output: the folder that takes the files.
        workers: how many models at the same time.
        report: paths of reports over all.
        time_limit: seconds for reading a model; memory_limit: GiB for all of the work, 0 for most of the machine's.
    """

    tasks: tuple[Task, ...]
    output: Path
    workers: int = 1
    report: tuple[str, ...] = ()
    time_limit: float = READING_SECONDS
    memory_limit: float = 0.0


def read_pipeline_file(path: str | Path, *, trusted: bool = False) -> PipelineFile:
    """Read it, or the ``pt2k.toml`` in a folder.

    Args:
        trusted: whether whoever runs it agreed that code of its models may run; the file itself can't say so.

    Raises:
        Problem: it can't be read, or a key or value makes no sense.
    """
    file = Path(path)
    file = require_readable(file / NAME if file.is_dir() else file).absolute()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(messages.NOT_TOML(file=file, reason=error), hint=messages.SEE_SCHEMA()) from error
    return _Reader(file, trusted).read(content)


def require_report_name(output: str) -> None:
    """Raise ``Problem`` for a name with an ending that no report over many models has; asked before the work begins."""
    if not output.lower().endswith(REPORT_ENDINGS):
        raise Problem(messages.REPORT_ENDING(file=output), hint=messages.USE_REPORT_ENDING())


class _Reader:
    def __init__(self, file: Path, trusted: bool) -> None:
        self._file, self._base, self._trusted = file, file.parent, trusted

    def read(self, content: Mapping[str, Any]) -> PipelineFile:
        version = content.get("version", schema.VERSION)
        if isinstance(version, int) and version > schema.VERSION:
            raise Problem(
                messages.NEWER_VERSION(file=self._file, version=version, known=schema.VERSION), hint=messages.UPDATE()
            )
        models = content.get("model", [])
        top = self._checked({key: value for key, value in content.items() if key != "model"}, "", schema.TOP)
        if not isinstance(models, list) or not all(isinstance(model, dict) for model in models):
            raise self._wrong("model", models, messages.A_TABLE())
        if not models:
            raise Problem(messages.NO_MODELS(file=self._file), hint=messages.ADD_MODEL())
        output = self._place(top.get("output", "."))
        tasks = [
            task for number, model in enumerate(models) for task in self._tasks(model, f"model[{number}]", top, output)
        ]
        require_different([task.name for task in tasks])
        reports = tuple(str(self._place(name)) for name in top.get("report", ()))
        for name in reports:
            require_report_name(name)
        return PipelineFile(
            tuple(tasks),
            output,
            top.get("workers", 1),
            reports,
            float(top.get("time_limit", READING_SECONDS)),
            float(top.get("memory_limit", 0.0)),
        )

    # Models

    def _tasks(self, given: Mapping[str, Any], where: str, top: Mapping[str, Any], output: Path) -> list[Task]:
        for key in ("trust", "trusted"):
            if key in given:
                raise Problem(
                    messages.TRUST_NOT_IN_FILE(file=self._file), hint=messages.TRUST_BY_HAND(key=f"{where}.{key}")
                )
        model = self._checked(given, where, schema.MODEL)
        if not model.get("path"):
            raise Problem(
                messages.MISSING_KEY(file=self._file, key=f"{where}.path"),
                hint=messages.ADD_KEY(example='path = "model.pt2"'),
            )
        paths = self._paths(model["path"], f"{where}.path")
        if "name" in model and len(paths) > 1:
            raise Problem(
                messages.NO_NAME_FOR_SEVERAL(file=self._file, key=f"{where}.path"), hint=messages.LEAVE_NAME_OUT()
            )
        names = [self._name(model["name"], f"{where}.name")] if "name" in model else names_of(paths)
        thresholds = Thresholds(**self._table("thresholds", model, where, top))
        formats = model.get("formats") or top.get("formats") or ["keras"]
        tasks = []
        for path, name in zip(paths, names, strict=True):
            plan = with_targets(self._plan(path, model, where, top), output, name, formats)
            for _, target in plan.targets:
                format_of(target)
            tasks.append(Task(name, plan, thresholds))
        return tasks

    def _name(self, name: str, key: str) -> str:
        if not name.strip(". ") or refused_by_windows(name):
            raise Problem(messages.NOT_A_NAME(file=self._file, key=key, name=name), hint=messages.PLAIN_NAME())
        return name

    def _plan(self, path: str, model: Mapping[str, Any], where: str, top: Mapping[str, Any]) -> Plan:
        code = self._code(model.get("code", ""))
        source = Source(
            path,
            f"{code}:{model['call']}" if model.get("call") else code,
            _pairs(model.get("arguments", {})),
            model.get("strict", True),
            self._trusted,
            model.get("weights", ""),
            _pairs(model.get("values", {})),
            resolve(os.path.expanduser(model["python"])) if model.get("python") else "",  # noqa: PTH111
        )
        shapes, types, ranges = self._inputs(model.get("inputs", {}), f"{where}.inputs")
        options = self._table("options", model, where, top)
        samples = self._samples(self._table("samples", model, where, top))
        return Plan(in_folder(source), (), shapes, types, ranges, samples, **options)

    def _paths(self, pattern: str, key: str) -> list[str]:
        if is_name(pattern):
            return [pattern]
        place = str(self._place(pattern))
        if Path(place).exists() or not glob.has_magic(pattern):
            return [place]
        found = sorted(glob.glob(place, recursive=True))  # noqa: PTH207 (the pattern may begin anywhere)
        if not found:
            raise Problem(
                messages.NOTHING_MATCHES(file=self._file, key=key, pattern=pattern), hint=messages.SEE_SCHEMA()
            )
        return found

    def _code(self, code: str) -> str:
        """The place of the class, from this file's folder where it lies there."""
        head, name = split_code(code)
        if not code or not (head.endswith(".py") or (self._base / head).exists()):
            return code if not code or not (self._base / code).exists() else str(self._place(code))
        place = str(self._place(head))
        return f"{place}:{name}" if name else place

    def _inputs(self, inputs: Any, where: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        found: dict[str, list[str]] = {key.name: [] for key in schema.INPUT}
        for name, given in inputs.items():
            if not isinstance(given, dict):
                raise self._wrong(f"{where}.{name}", given, messages.A_TABLE())
            for key, text in self._checked(given, f"{where}.{name}", schema.INPUT).items():
                found[key].append(text if name == ONLY_INPUT else f"{name}={text}")
        shapes, types, ranges = (tuple(found[key.name]) for key in schema.INPUT)
        return shapes, types, ranges

    def _samples(self, given: dict[str, Any]) -> SampleChoice:
        images = given.get("images", {})
        chosen = preset(images["preset"]) if "preset" in images else None
        height, width = images.get("size", (0, 0))
        settings = ImageSettings(
            tuple(map(float, images.get("mean", chosen.mean if chosen else ()))),
            tuple(map(float, images.get("std", chosen.std if chosen else ()))),
            height,
            width,
            images.get("order", "rgb"),
            images.get("fit", "stretch"),
            parse_steps(images.get("steps", ())),
        )
        path = str(self._place(given["path"])) if given.get("path") else ""
        more = tuple(str(self._place(place)) for place in given.get("more", ()))
        names = str(self._place(given["class_names"])) if given.get("class_names") else ""
        text = dict(given.get("text", {}))
        if text.get("tokenizer"):
            text["tokenizer"] = str(self._place(text["tokenizer"]))
        table = dict(given.get("table", {}))
        table["columns"] = tuple(table.get("columns", ()))
        kind = given.get("kind") or (kind_of((path, *more), tokenized=bool(text.get("tokenizer"))) if path else "")
        return SampleChoice(
            kind, path, given.get("count", SUITABLE), given.get("seed", 0), settings, names, more,
            AudioSettings(**given.get("audio", {})), TextSettings(**text), TableSettings(**table),
            VideoSettings(**given.get("video", {})),
        )  # fmt: skip

    # Tables and keys

    def _table(self, name: str, model: Mapping[str, Any], where: str, top: Mapping[str, Any]) -> dict[str, Any]:
        """The keys of one of the shared tables: those of the model's own over those of all."""
        keys = schema.TABLES[name]
        common = self._checked(top.get(name, {}), name, keys)
        own = self._checked(model.get(name, {}), f"{where}.{name}", keys)
        found = {**common, **own}
        for inner in (key.name for key in keys if key.kind is Kind.TABLE and isinstance(found.get(key.name), dict)):
            known = schema.TABLES[f"{name}.{inner}"]
            found[inner] = {
                **self._checked(common.get(inner, {}), f"{name}.{inner}", known),
                **self._checked(own.get(inner, {}), f"{where}.{name}.{inner}", known),
            }
        return found

    def _checked(self, given: Mapping[str, Any], where: str, keys: Sequence[Key]) -> dict[str, Any]:
        """The table as it is, if each of its keys is known and has a value of its kind."""
        by_name = {key.name: key for key in keys}
        for name, value in given.items():
            full = f"{where}.{name}" if where else name
            if name not in by_name:
                raise Problem(messages.UNKNOWN_KEY(file=self._file, key=full), hint=_nearest(name, [*by_name]))
            self._check(by_name[name], value, full)
        return dict(given)

    def _check(self, key: Key, value: Any, full: str) -> None:
        if not _is_of(key.kind, value):
            raise self._wrong(full, value, key.kind.wanted)
        for item in value if isinstance(value, list) else [value]:
            if key.choices and item not in key.choices:
                raise Problem(
                    messages.WRONG_CHOICE(file=self._file, key=full, found=repr(item)),
                    hint=messages.CHOOSE_FROM(choices=key.choices),
                )
        if key.least is not None and not value >= key.least:
            raise Problem(
                messages.OUT_OF_RANGE(file=self._file, key=full, found=value, least=key.least),
                hint=messages.SEE_SCHEMA(),
            )

    def _wrong(self, key: str, value: Any, wanted: str) -> Problem:
        return Problem(
            messages.WRONG_KIND(file=self._file, key=key, found=_shown(value), wanted=wanted),
            hint=messages.SEE_SCHEMA(),
        )

    def _place(self, path: str) -> Path:
        return Path(os.path.normpath(self._base / Path(path).expanduser()))


def _is_of(kind: Kind, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    listed = isinstance(value, list)
    return {
        Kind.TEXT: lambda: isinstance(value, str),
        Kind.FLAG: lambda: isinstance(value, bool),
        Kind.WHOLE: lambda: number and isinstance(value, int),
        Kind.NUMBER: lambda: number,
        Kind.TEXTS: lambda: listed and all(isinstance(item, str) for item in value),
        Kind.NUMBERS: lambda: listed and all(isinstance(item, int | float) for item in value),
        Kind.SIZE: lambda: listed and len(value) == 2 and all(isinstance(item, int) and item > 0 for item in value),
        Kind.VALUES: lambda: (
            isinstance(value, dict) and all(isinstance(item, str | int | float | bool) for item in value.values())
        ),
        Kind.TABLE: lambda: isinstance(value, dict),
    }[kind]()


def _pairs(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Names and Python literals; a text is an expression already."""
    return tuple((name, value if isinstance(value, str) else repr(value)) for name, value in values.items())


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return messages.DID_YOU_MEAN(key=near[0]) if near else messages.KNOWN_KEYS(keys=list(known))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


__all__ = ["NAME", "ONLY_INPUT", "REPORT_ENDINGS", "PipelineFile", "read_pipeline_file"]

"""Files that travel by their content: what a task reads, packed here and unpacked in a folder of the worker's, and what it
wrote, the other way round."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from pt2k_gui.batch import messages
from pt2k_gui.batch.task import Task
from pt2k_gui.files import atomic_path, require_readable
from pt2k_gui.jobs.pipeline import Outcome
from pt2k_gui.message import Message
from pt2k_gui.problem import Problem
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.model_names import is_name
from pt2k_gui.sources.repository import NOT_SOURCES, repository_of

_MOST_CODE = 200_000_000  # bytes of a repository; a larger one is better shared
_FILE, _FOLDER = b"f", b"d"  # what the content is of
# Bytes of a model or of samples: they are held in memory here, in the scheduler and on the worker.
_MOST = 2_000_000_000


@dataclasses.dataclass(frozen=True)
class Parcel:
    """A task whose paths are inside of the parcel, the content of its files as a zip archive, and for each place in the parcel
    the one that it was packed from."""

    task: Task
    content: bytes
    origins: tuple[tuple[str, str], ...] = ()


def pack(task: Task) -> Parcel:
    """Pack a task with all the files that it reads.

    Raises:
        Problem: a file is missing, the code around it is too large to travel, or it needs an interpreter of this machine.
    """
    source, samples = task.plan.source, task.plan.samples
    if source.python:
        raise Problem(messages.INTERPRETER_STAYS(python=source.python), hint=messages.SHARE_INSTEAD())
    buffer = io.BytesIO()
    origins: list[tuple[str, str]] = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        path, code = source.path, source.code
        if not is_name(path):
            path = _add(archive, Path(path), "model")
            origins.append((path, source.path))
        head, name = split_code(code)
        if code and Path(head).exists():
            place = Path(head).absolute()
            root = repository_of(place).root if place.is_file() else place
            _add_code(archive, root)
            origins.append(("code", str(root)))
            inside = PurePosixPath("code", *place.relative_to(root).parts)
            code = f"{inside}:{name}" if name else str(inside)
        choice = dataclasses.replace(
            samples,
            path=_add(archive, Path(samples.path), "samples") if samples.path else "",
            class_names=_add(archive, Path(samples.class_names), "classes") if samples.class_names else "",
            more=tuple(_add(archive, Path(more), f"samples{place}") for place, more in enumerate(samples.more)),
            text=dataclasses.replace(
                samples.text,
                tokenizer=_add(archive, Path(samples.text.tokenizer), "tokenizer") if samples.text.tokenizer else "",
            ),
        )
    origins += [(choice.path, samples.path)] if samples.path else []
    targets = tuple((kind, f"out/{Path(target).name}") for kind, target in task.plan.targets)
    plan = dataclasses.replace(
        task.plan,
        source=dataclasses.replace(source, path=path, code=code),
        samples=choice,
        targets=targets,
        overwrite=True,
    )
    return Parcel(dataclasses.replace(task, plan=plan), buffer.getvalue(), tuple(origins))


def told_at_home(problem: Problem, parcel: Parcel, folder: Path) -> Problem:
    """A problem of a worker that laid the parcel out in ``folder``, with the paths that whoever packed it knows."""
    places = [(str(folder / inside), origin) for inside, origin in parcel.origins]

    def said(value: Any) -> Any:
        if isinstance(value, Message):
            return Message(value.id, value.template, {name: said(part) for name, part in value.arguments.items()})
        if isinstance(value, tuple):
            return tuple(map(said, value))
        for there, origin in places if isinstance(value, str) else ():
            value = value.replace(there, origin)
        return value

    return type(problem)(said(problem.sentence), hint=said(problem.hint), details=said(problem.details))


def _add(archive: zipfile.ZipFile, place: Path, folder: str) -> str:
    """Pack a file or a folder; returns its path in the parcel."""
    if not place.is_dir():
        require_readable(place)
    inside = PurePosixPath(folder, place.name)
    size = 0
    for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if file.is_file():
            size += file.stat().st_size
            if size > _MOST:
                raise Problem(
                    messages.TOO_LARGE_TO_TRAVEL(what=place, limit=_MOST / 1e6), hint=messages.SHARE_INSTEAD()
                )
            archive.write(file, str(inside.joinpath(*file.relative_to(place).parts)))
    return str(inside)


def _add_code(archive: zipfile.ZipFile, root: Path) -> None:
    size = 0
    for file in sorted(root.rglob("*")):
        parts = file.relative_to(root).parts
        if not file.is_file() or any(part in NOT_SOURCES or part.startswith(".") for part in parts[:-1]):
            continue
        size += file.stat().st_size
        if size > _MOST_CODE:
            raise Problem(
                messages.TOO_LARGE_TO_TRAVEL(what=root, limit=_MOST_CODE / 1e6), hint=messages.SHARE_INSTEAD()
            )
        archive.write(file, str(PurePosixPath("code", *parts)), compress_type=zipfile.ZIP_DEFLATED)


def unpack(parcel: Parcel, folder: Path) -> Task:
    """Lay a parcel out in a folder; returns the task with its paths in there."""
    with zipfile.ZipFile(io.BytesIO(parcel.content)) as archive:
        archive.extractall(folder)
    (folder / "out").mkdir(exist_ok=True)
    plan = parcel.task.plan

    def here(path: str) -> str:
        return str(folder / path) if path and not is_name(path) else path

    head, name = split_code(plan.source.code)
    code = plan.source.code
    if code and (folder / head).exists():
        code = f"{folder / head}:{name}" if name else str(folder / head)
    return dataclasses.replace(
        parcel.task,
        plan=dataclasses.replace(
            plan,
            source=dataclasses.replace(plan.source, path=here(plan.source.path), code=code),
            samples=dataclasses.replace(
                plan.samples,
                path=here(plan.samples.path),
                class_names=here(plan.samples.class_names),
                more=tuple(map(here, plan.samples.more)),
                text=dataclasses.replace(plan.samples.text, tokenizer=here(plan.samples.text.tokenizer)),
            ),
            targets=tuple((kind, str(folder / target)) for kind, target in plan.targets),
        ),
    )


def content_of(place: Path) -> bytes:
    """A file's content, or a folder as a zip archive. Raises ``Problem`` for one that is missing or too large to travel."""
    if not place.is_dir():
        require_readable(place)
    size = sum(file.stat().st_size for file in (place.rglob("*") if place.is_dir() else [place]) if file.is_file())
    if size > _MOST:
        raise Problem(messages.TOO_LARGE_TO_TRAVEL(what=place, limit=_MOST / 1e6), hint=messages.SHARE_INSTEAD())
    return _FOLDER + _zipped(place) if place.is_dir() else _FILE + place.read_bytes()


def put_content(place: Path, content: bytes) -> None:
    """Write what ``content_of`` gave."""
    if content.startswith(_FOLDER):
        place.mkdir()
        zipfile.ZipFile(io.BytesIO(content[len(_FOLDER) :])).extractall(place)
    else:
        place.write_bytes(content[len(_FILE) :])


def pack_files(outcome: Outcome) -> dict[str, bytes]:
    """Written files, by the name of each file or folder; a folder as a zip archive."""
    found = {}
    for saved in outcome.saved:
        for path in (saved.path, saved.beside):
            if path:
                place = Path(path)
                found[place.name] = _zipped(place) if place.is_dir() else place.read_bytes()
    return found


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    return buffer.getvalue()


def put_files(outcome: Outcome, files: dict[str, bytes], output: Path) -> Outcome:
    """Put what came back in place in the output folder, each file whole or not at all; the outcome with its paths there."""
    saved = []
    for file in outcome.saved:
        target = output / Path(file.path).name
        beside = output / Path(file.beside).name if file.beside else None
        for place in (target, *([beside] if beside is not None else [])):
            content = files[place.name]
            folder = place == target and _is_archive_of_folder(file.format)
            with atomic_path(place, folder=folder) as temporary:
                if folder:
                    temporary.mkdir()
                    zipfile.ZipFile(io.BytesIO(content)).extractall(temporary)
                else:
                    temporary.write_bytes(content)
        saved.append(dataclasses.replace(file, path=str(target), beside=str(beside) if beside is not None else ""))
    return dataclasses.replace(outcome, saved=tuple(saved))


def _is_archive_of_folder(kind: str) -> bool:
    from pt2k_gui.save.formats import format_named

    return format_named(kind).folder

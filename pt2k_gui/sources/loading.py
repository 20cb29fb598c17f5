"""Opens a model file of any kind: tells what it is, asks its reader, and makes the card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_formats, file_messages
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.importing import imported_files
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.trust import consents

Reader = Callable[[Source, Context], LoadedModel]

# Kinds that the user's interpreter opens from the start; of checkpoints, PT2K reads the weights.
_IN_GUEST = (file_formats.NAMED, file_formats.HUGGING_FACE, file_formats.TORCHSCRIPT)

_last: tuple[tuple[object, ...], tuple[tuple[str, object], ...], LoadedModel] | None = None


def load(source: Source, context: Context) -> LoadedModel:
    """Open the model that the user pointed at.

    The last model stays open in this process, so that the jobs of one walk (dry run, export, verification) don't read it
    again; it is read anew once the file, its code, a file that the code imported or what the user said about it changed.

    Raises:
        Problem: the file can't be used; the sentence names it, the reason and the way out. ``NeedsTrust`` where it
            brings code that the user did not agree to yet.
    """
    global _last
    # What the user agreed to is part of it: a yes that was taken back holds for the open model too.
    key = (source, consents(), *(_state(path) for path in (source.path, split_code(source.code)[0])))
    gone = _last is not None and _last[2].guest is not None and not _last[2].guest.alive()
    if _last is not None and not gone and _last[0] == key and all(_state(path) == state for path, state in _last[1]):
        return _last[2]
    _last = None
    context.progress(0.0, file_messages.READING(file=Path(source.path).name))
    kind = file_formats.identify(source.path)
    context.log(file_messages.READ_AS(file=source.path, kind=kind))
    if source.values and kind in (file_formats.EXPORT_PROGRAM, file_formats.ONNX):
        raise Problem(
            file_messages.TAKES_NO_VALUE(file=source.path, name=source.values[0][0]),
            hint=file_messages.DROP_VALUE(),
        )
    try:
        if source.python and kind in _IN_GUEST:
            from pt2k_gui.sources.guest import read_in_guest

            loaded = read_in_guest(source, kind, context)
        else:
            loaded = reader(kind)(source, context)
    except MemoryError as error:
        raise Problem(
            file_messages.DOES_NOT_FIT_MEMORY(file=source.path),
            hint=file_messages.MORE_MEMORY(),
        ) from error
    _last = (key, tuple((path, _state(path)) for path in (*loaded.files, *imported_files())), loaded)
    context.progress(1.0, file_messages.OPENED())
    return loaded


def _state(path: str) -> tuple[int, int] | None:
    if not path:
        return None  # not the folder where PT2K was started, which changes all the time
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def reader(kind: str) -> Reader:
    """The function that opens models of this kind."""
    if kind == file_formats.EXPORT_PROGRAM:
        from pt2k_gui.sources.exported_program import read_program

        return read_program
    if kind == file_formats.TORCHSCRIPT:
        from pt2k_gui.sources.torchscript import read_script

        return read_script
    if kind == file_formats.ONNX:
        from pt2k_gui.sources.onnx_file import read_graph

        return read_graph
    if kind == file_formats.NAMED:
        from pt2k_gui.sources.named import read_named

        return read_named
    if kind == file_formats.HUGGING_FACE:
        from pt2k_gui.sources.hugging_face import read_folder

        return read_folder
    from pt2k_gui.sources.assembly import read_checkpoint

    return lambda source, context: read_checkpoint(source, kind, context)

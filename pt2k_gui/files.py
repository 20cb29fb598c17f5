"""Writing files so that nothing is ever half written: a temporary name beside the target, then a rename."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from pt2k_gui import file_names, messages
from pt2k_gui.problem import Problem

# Told of each scratch folder before it is made and after it is gone, so that whoever ends this process in the middle of
# a write can tidy up after it.
scratch_listener: Callable[[str, bool], None] | None = None


_SHARING = (32, 33)  # Windows's numbers for a file that another program has open, or has locked
_PATIENCE = 2.0  # seconds for a program that only looks into a new file, as one against viruses does
_NOTHING_LEFT = 128 * 1024  # bytes; less than a library writes at once


def cannot_write(path: Path, error: OSError) -> Problem:
    """The sentence for a file that could not be written, with the way out."""
    reasons = {
        errno.ENOSPC: (messages.FILES_NO_SPACE(), messages.FREE_SPACE()),
        errno.EFBIG: (messages.FILES_TOO_LARGE(), messages.RAISE_LIMIT()),
        errno.EDQUOT: (messages.FILES_QUOTA(), messages.FREE_SPACE()),
        errno.EACCES: (messages.FILES_NO_PERMISSION(), messages.CHANGE_PERMISSIONS()),
        errno.EPERM: (messages.FILES_NO_PERMISSION(), messages.CHANGE_PERMISSIONS()),
        errno.EROFS: (messages.FILES_READ_ONLY(), messages.CHOOSE_FOLDER()),
        errno.ENOENT: (messages.FILES_NO_FOLDER(), messages.CREATE_FOLDER()),
        errno.ENOTDIR: (messages.FILES_PART_IS_FILE(), messages.CHOOSE_FOLDER()),
        errno.ENAMETOOLONG: (messages.FILES_NAME_TOO_LONG(), messages.SHORTER_NAME()),
        errno.EISDIR: (messages.FILES_IS_FOLDER(), messages.NAME_IN_FOLDER()),
    }
    reason, hint = reasons.get(error.errno or 0, (error.strerror or str(error), messages.ANOTHER_PLACE()))
    if _is_open_elsewhere(error):
        reason, hint = messages.FILES_IN_USE(), messages.CLOSE_IT()
    elif file_names.WINDOWS and len(str(path.absolute())) > file_names.LONGEST_PATH:
        reason, hint = messages.FILES_PATH_TOO_LONG(most=file_names.LONGEST_PATH), messages.SHORTER_NAME()
    return Problem(messages.CANNOT_WRITE(path=path, reason=reason), hint=hint, details=repr(error))


def _is_open_elsewhere(error: OSError) -> bool:
    """Whether Windows refused because a program has the file open, which it may not while others do."""
    return getattr(error, "winerror", None) in _SHARING


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str], *, folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path of the same name in a folder beside ``path``; renamed onto it if the block succeeds.

    The temporary path does not exist yet; the block creates it, as a file or (with ``folder``) as a folder. Whatever was
    at ``path`` stays untouched until the rename, and stays for good if the block fails.

    Raises:
        Problem: the folder can't be written, or the disk is full, by whatever error the block noticed it.
    """
    with atomic_paths(path, folder=folder) as (temporary,):
        yield temporary


@contextlib.contextmanager
def atomic_paths(*paths: str | os.PathLike[str], folder: bool = False) -> Iterator[tuple[Path, ...]]:
    """``atomic_path`` for files of one folder that belong together: all of them are put in place, or none.

    Raises:
        Problem: as ``atomic_path`` does.
    """
    targets = [Path(path) for path in paths]
    scratch = _scratch_folder(targets, folder)
    try:
        temporaries = tuple(scratch / target.name for target in targets)
        yield temporaries
        _put_in_place(list(zip(temporaries, targets, strict=True)), scratch)
    except OSError as error:
        raise cannot_write(targets[0], error) from error
    except Problem:
        raise
    except Exception as error:
        if disk_is_full(scratch):
            raise cannot_write(targets[0], OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        _announce(scratch, False)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder among the system's temporary files; gone afterwards, also where this process is ended in between."""
    scratch = Path(tempfile.gettempdir()) / f"pt2k-{uuid.uuid4().hex[:12]}"
    _announce(scratch, True)
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        _announce(scratch, False)


def disk_is_full(folder: Path) -> bool:
    """Whether nothing more can be written there, asked after a failure: libraries that write in their own way (PyTorch,
    HDF5, TensorFlow) have errors of their own for a full disk, and some of them don't say so."""
    return shutil.disk_usage(folder).free < _NOTHING_LEFT


def require_writable(path: str | os.PathLike[str], *, folder: bool = False) -> None:
    """Whether a file (or a folder) can be made at ``path``, asked before long work rather than after it.

    Raises:
        Problem: the folder around it is missing or can't be written.
    """
    scratch = _scratch_folder([Path(path)], folder)
    shutil.rmtree(scratch, ignore_errors=True)
    _announce(scratch, False)


def _scratch_folder(targets: list[Path], folder: bool) -> Path:
    """A new folder beside the targets, in which they are made."""
    place = targets[0].parent
    for target in targets:
        if file_names.WINDOWS and file_names.refused_by_windows(target.name):
            raise Problem(
                messages.CANNOT_WRITE(path=target, reason=messages.FILES_NO_NAME()), hint=messages.ANOTHER_NAME()
            )
    try:
        if not place.is_dir():
            number = errno.ENOTDIR if place.exists() else errno.ENOENT
            raise OSError(number, os.strerror(number))
        if not folder and any(target.is_dir() for target in targets):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        scratch = place / f".{targets[0].stem[:40]}-{uuid.uuid4().hex[:12]}"
        _announce(scratch, True)
        scratch.mkdir()
    except OSError as error:
        raise cannot_write(targets[0], error) from error
    return scratch


def _announce(scratch: Path, begins: bool) -> None:
    if scratch_listener is not None:
        scratch_listener(str(scratch), begins)


def _put_in_place(pairs: list[tuple[Path, Path]], scratch: Path) -> None:
    """Rename each temporary onto its target; what was replaced returns if a later one fails."""
    done: list[tuple[Path, Path, bool]] = []
    try:
        for number, (temporary, target) in enumerate(pairs):
            aside, existed = scratch / f"replaced-{number}", target.exists()
            if existed and (temporary.is_dir() or target.is_dir()):
                target.rename(aside)  # a folder can't be renamed over another one
            elif existed and len(pairs) > 1:
                _second_name(target, aside)
            done.append((target, aside, existed))
            _rename(temporary, target)
    except OSError:
        for target, aside, existed in reversed(done):
            with contextlib.suppress(
                OSError
            ):  # one that is still open was not replaced; the others return all the same
                if aside.exists():
                    if target.is_dir():
                        shutil.rmtree(target, ignore_errors=True)
                    aside.replace(target)
                elif not existed:
                    target.unlink(missing_ok=True)
        raise


def _rename(file: Path, target: Path) -> None:
    """Rename onto the target; once more where a program that has one of them open soon lets go of it."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            file.replace(target)
            return
        except OSError as error:
            if not _is_open_elsewhere(error) or time.monotonic() > end:
                raise
        time.sleep(0.05)


def _second_name(file: Path, name: Path) -> None:
    """The same file under another name; a copy where the disk knows no links."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write UTF-8 text atomically. Raises ``Problem`` as ``atomic_path`` does."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write bytes atomically. Raises ``Problem`` as ``atomic_path`` does."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def set_aside(path: Path) -> Path:
    """Give a damaged file of ours another name beside it, so that nothing of it is lost; returns the new path."""
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    path.replace(aside)
    return aside


def require_readable(path: str | os.PathLike[str]) -> Path:
    """The path as a ``Path``, if it is a non-empty file that can be read.

    Raises:
        Problem: it is missing, a folder, empty or unreadable.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise Problem(messages.FOLDER_NOT_FILE(file=file), hint=messages.FILE_INSIDE())
        with file.open("rb") as stream:
            if not stream.read(1):
                raise Problem(messages.EMPTY(file=file), hint=messages.EMPTY_COPY_AGAIN())
    except FileNotFoundError as error:
        raise Problem(messages.NOT_FOUND(file=file), hint=messages.CHECK_NAME()) from error
    except PermissionError as error:
        raise Problem(
            messages.NO_PERMISSION(file=file),
            hint=messages.COPY_TO_OWN_FOLDER(),
        ) from error
    except OSError as error:
        raise Problem(
            messages.CANNOT_READ(file=file, reason=error.strerror or str(error)),
            hint=messages.CHECK_DISK(),
            details=repr(error),
        ) from error
    return file


def file_size(count: int) -> str:
    """A number of bytes as people read it: ``1.25 MB``; what is small as ``29.9 KB``, so that it is never ``0.0 MB``."""
    return f"{count / 1e6:,.2f} MB" if count >= 100_000 else f"{count / 1e3:.1f} KB"

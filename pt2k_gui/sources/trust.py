"""Whose code would run, and whether the user agreed: scans pickles without running them, remembers consents by content."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import time
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pt2k_gui.files import set_aside, write_text
from pt2k_gui.paths import settings_folder
from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.archives import DAMAGED

_OF_TORCH = re.compile(
    r"(torch\.nn\.modules\.\w+\.[A-Z]\w*|torch\._utils\._rebuild_\w+|__builtin__\.set|builtins\.set)\Z"
)
# A partial function calls nothing until it is called, and what it would call is a name of its own.
_IDLE = {("functools", "partial"), ("uuid", "UUID"), ("uuid", "SafeUUID")}
_UNREADABLE: tuple[type[Exception], ...] = (LookupError, *DAMAGED)
_NOT_FOLLOWED: tuple[type[Exception], ...] = (Problem, *_UNREADABLE)
_ZIP = b"PK\x03\x04"
_LARGEST_PICKLE = 256 << 20  # bytes; tensors are stored beside the pickle, not in it


@dataclass(frozen=True)
class Import:
    """A name that a pickle would import: ``module.name``, and what the scanner says: innocuous, suspicious, dangerous."""

    module: str
    name: str
    safety: str


class NeedsTrust(Problem):
    """The file brings code; ``imports`` (of a pickle) or ``code`` (path and text of a .py file) show whose.

    Attributes:
        path: the file whose content the user is asked about.
        sha256: of that content; a consent holds for it alone.
    """

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        details: str = "",
        path: str = "",
        sha256: str = "",
        imports: tuple[Import, ...] = (),
        code: str = "",
    ) -> None:
        super().__init__(sentence, hint=hint, details=details)
        self.path, self.sha256, self.imports, self.code = path, sha256, imports, code

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.sentence, self.hint, self.details, self.path, self.sha256, self.imports, self.code)


def _rebuild(
    sentence: str, hint: str, details: str, path: str, sha256: str, imports: tuple[Import, ...], code: str
) -> NeedsTrust:
    return NeedsTrust(sentence, hint=hint, details=details, path=path, sha256=sha256, imports=imports, code=code)


def sha256_of(path: str | Path) -> str:
    """Of the file's content, as hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Consent:
    """The user's yes: for this content, whatever its name; ``path`` and ``when`` (seconds since 1970) are for the list."""

    sha256: str
    path: str
    when: float


def consents() -> tuple[Consent, ...]:
    """All that the user agreed to, newest first. A damaged list is set aside and counts as empty: the question is asked
    again."""
    file = _consent_file()
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        # Field by field: a newer version may have written more of them.
        found = [Consent(str(row["sha256"]), str(row["path"]), float(row["when"])) for row in rows]
    except OSError:
        return ()
    except (ValueError, TypeError, KeyError):
        with contextlib.suppress(OSError):
            set_aside(file)
        return ()
    return tuple(sorted(found, key=lambda consent: -consent.when))


def agree(path: str | Path, sha256: str) -> None:
    """Remember the user's yes for this content."""
    kept = [consent for consent in consents() if consent.sha256 != sha256]
    _write([Consent(sha256, str(path), time.time()), *kept])


def revoke(sha256: str) -> None:
    """Forget a yes."""
    _write([consent for consent in consents() if consent.sha256 != sha256])


def agreed(sha256: str) -> bool:
    """Whether the user said yes to a content with this SHA-256."""
    return any(consent.sha256 == sha256 for consent in consents())


def _consent_file() -> Path:
    return settings_folder() / "consents.json"


def _write(rows: list[Consent]) -> None:
    _consent_file().parent.mkdir(parents=True, exist_ok=True)
    write_text(_consent_file(), json.dumps([asdict(row) for row in rows], indent=1))


def pickle_imports(path: str | Path) -> tuple[Import, ...]:
    """Names that the pickles in a file (a zip of torch.save, or a legacy one) would import. Nothing is executed.

    Raises:
        Problem: the pickle can't be followed (damaged, or made to confuse readers).
    """
    file = Path(path)
    with file.open("rb") as stream:
        zipped = stream.read(4) == _ZIP
    try:
        if zipped:  # as torch's reader tells them apart; an archive may also hang behind a pickle
            with zipfile.ZipFile(file) as archive:
                return _in_archive(archive, str(file))
        with file.open("rb") as stream:
            return _in_stream(stream.read(_LARGEST_PICKLE), str(file))
    except _UNREADABLE as error:
        raise Problem(
            file_messages.IMPORTS_UNKNOWN(file=file),
            hint=file_messages.COPY_AGAIN(),
            details=repr(error),
        ) from error


def imports_in(content: bytes, name: str) -> tuple[Import, ...]:
    """The same of a file within a file, by its name for the sentence; empty where its pickle can't be followed."""
    from picklescan.scanner import scan_pickle_bytes

    try:
        if content[:4] == _ZIP:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return _in_archive(archive, name)
        return _merged([scan_pickle_bytes(io.BytesIO(content), name)], name)
    except _NOT_FOLLOWED:
        return ()  # whoever asks has refused the content already


def _in_archive(archive: zipfile.ZipFile, file: str) -> tuple[Import, ...]:
    from picklescan.scanner import scan_bytes

    results = []
    for member in archive.infolist():
        ending = Path(member.filename).suffix.lower()  # torch's reader does not heed capitals
        if ending not in (".pkl", ".pt", ".pth", ".pickle"):
            continue
        if member.file_size > _LARGEST_PICKLE:
            raise Problem(
                file_messages.PICKLE_TOO_LARGE(file=file, name=member.filename, size=member.file_size),
                hint=file_messages.NOT_FROM_PYTORCH(),
            )
        results.append(scan_bytes(io.BytesIO(archive.read(member)), member.filename, ending))
    return _merged(results, file)


def _in_stream(content: bytes, file: str) -> tuple[Import, ...]:
    from picklescan.scanner import scan_pytorch

    return _merged([scan_pytorch(io.BytesIO(content), file)], file)


def _merged(results: list[Any], file: str) -> tuple[Import, ...]:
    if any(result.scan_err for result in results):
        raise Problem(file_messages.PICKLE_DAMAGED(file=file), hint=file_messages.COPY_AGAIN())
    found: dict[tuple[str, str], Import] = {}
    for result in results:
        for entry in result.globals:
            found[entry.module, entry.name] = Import(entry.module, entry.name, _safety(entry))
    return tuple(sorted(found.values(), key=lambda item: (item.module, item.name)))


def _safety(entry: Any) -> str:
    """The scanner's word, with two corrections: it knows few of torch's own layers, which every pickled model names, and
    takes names for dangerous that do nothing by themselves."""
    if (entry.module, entry.name) in _IDLE:
        return "suspicious"
    if entry.safety.value == "suspicious" and _OF_TORCH.match(f"{entry.module}.{entry.name}"):
        return "innocuous"
    return str(entry.safety.value)

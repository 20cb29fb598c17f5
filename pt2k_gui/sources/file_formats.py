"""Tells what a file is by its content. Opens nothing that could run code and imports no framework."""

from __future__ import annotations

import json
import pickletools
import zipfile
from pathlib import Path

from pt2k_gui.files import require_readable
from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.archives import DAMAGED
from pt2k_gui.sources.hugging_face_folder import is_folder
from pt2k_gui.sources.model_names import is_name

EXPORT_PROGRAM = file_messages.KIND_EXPORT_PROGRAM()
TORCHSCRIPT = "TorchScript"
CHECKPOINT = file_messages.KIND_CHECKPOINT()
LEGACY_CHECKPOINT = file_messages.KIND_LEGACY()
SAFETENSORS = "safetensors"
SPLIT = file_messages.KIND_SPLIT()
"""An index that names the files in which the weights are: ``model.safetensors.index.json``."""
ONNX = "ONNX"
NAMED = "model by name"
"""No file: ``timm:resnet18`` and the like."""
HUGGING_FACE = "Hugging Face folder"

# What torch.save wrote before it wrote zip archives: a pickle of this number comes first.
_LEGACY_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_LARGEST_HEADER = 100 << 20  # bytes of a safetensors header; the format's own limit
_LARGEST_OLD_PICKLE = 16 << 20  # bytes; a pickle of numbers as text is small, or nobody keeps it
_OTHER_FILES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", file_messages.FILE_HDF5()),
    (4, b"TFL3", file_messages.FILE_TFLITE()),
    (4, b"ET12", file_messages.FILE_PTE()),
    (0, b"\x89PNG", file_messages.FILE_PNG()),
    (0, b"\xff\xd8\xff", file_messages.FILE_JPEG()),
    (0, b"GIF8", file_messages.FILE_GIF()),
    (0, b"BM", file_messages.FILE_BMP()),
    (0, b"RIFF", file_messages.FILE_MEDIA()),
    (0, b"%PDF", file_messages.FILE_PDF()),
    (0, b"\x1f\x8b", file_messages.FILE_GZIP()),
    (0, b"\xfd7zXZ\0", file_messages.FILE_XZ()),
    (0, b"BZh", file_messages.FILE_BZIP2()),
    (0, b"7z\xbc\xaf", file_messages.FILE_7Z()),
    (0, b"Rar!", file_messages.FILE_RAR()),
    (257, b"ustar", file_messages.FILE_TAR()),
    (0, b"\x93NUMPY", file_messages.FILE_NPY()),
    (0, b"GGUF", file_messages.FILE_GGUF()),
    (0, b"\x7fELF", file_messages.FILE_PROGRAM()),
    (0, b"MZ", file_messages.FILE_PROGRAM()),
    (0, b"SQLite format 3", file_messages.FILE_DATABASE()),
)
_WAY_OUT = file_messages.USE_MODEL_FILE()


def identify(path: str | Path) -> str:
    """One of this module's kinds.

    Raises:
        Problem: the file can't be read, is damaged, or is something else, which the sentence names.
    """
    if is_name(str(path)):
        return NAMED
    if is_folder(path):
        return HUGGING_FACE
    file = require_readable(path)
    with file.open("rb") as stream:
        head = stream.read(512)
    if head[:4] == b"PK\x03\x04":
        return _identify_zip(file)
    if head[:4] in (b"PK\x05\x06", b"PK\x07\x08"):
        raise Problem(file_messages.EMPTY_ZIP(file=file), hint=_WAY_OUT)
    if _LEGACY_MAGIC in head[:24] and head[:1] == b"\x80":
        return LEGACY_CHECKPOINT
    if _is_safetensors(file, head):
        return SAFETENSORS
    for offset, magic, name in _OTHER_FILES:
        if head[offset : offset + len(magic)] == magic:
            raise _declined(file, name)
    if head[:1] == b"\x80" and len(head) > 1 and 2 <= head[1] <= 5:
        raise _pickle_problem(file)
    if _is_old_pickle(file):
        raise _pickle_problem(file)
    if _looks_like_onnx(head):
        return ONNX
    if _is_text(head):
        if parts_of(file):
            return SPLIT
        raise _declined(file, _text_kind(file, head))
    raise Problem(
        file_messages.UNKNOWN_FORMAT(file=file),
        hint=sentences(file_messages.MAYBE_DAMAGED(), _WAY_OUT),
    )


def _identify_zip(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except DAMAGED as error:
        raise Problem(
            file_messages.ARCHIVE_DAMAGED(file=file),
            hint=file_messages.NOT_FINISHED(),
            details=repr(error),
        ) from error
    parts = {name.split("/", 1)[-1] for name in names}
    if any(
        part.startswith("models/") and part.endswith(".json") for part in parts
    ) or "serialized_exported_program.json" in (parts | set(names)):
        return EXPORT_PROGRAM
    if any(part.startswith("code/") for part in parts) and "constants.pkl" in parts:
        return TORCHSCRIPT
    if "data.pkl" in parts:
        return CHECKPOINT
    known = {
        "model.weights.h5": file_messages.FILE_KERAS(),
        "[Content_Types].xml": file_messages.FILE_OFFICE(),
        "META-INF/MANIFEST.MF": file_messages.FILE_JAR(),
        "MAR-INF/MANIFEST.json": file_messages.FILE_MAR(),
    }
    for member, name in known.items():
        if member in names:
            raise _declined(file, name)
    if ".data/extern_modules" in parts:
        raise _declined(file, file_messages.FILE_PACKAGE())
    if any(part.startswith("data/aotinductor/") for part in parts):
        raise _declined(file, file_messages.FILE_AOT())
    if names and all(name.endswith(".npy") for name in names):
        raise _declined(file, file_messages.FILE_NPZ())
    raise _declined(file, file_messages.FILE_ZIP())


def parts_of(file: Path) -> tuple[str, ...]:
    """The files that an index of split weights names, each once; empty for what is no such index."""
    if file.stat().st_size > _LARGEST_HEADER:
        return ()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return ()
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
        return ()
    return tuple(sorted(set(places.values())))


def _declined(file: Path, name: str) -> Problem:
    hint: str = _WAY_OUT
    if "Keras" in name or "Lite" in name:
        hint = sentences(file_messages.TARGET_ALREADY(), _WAY_OUT)
    elif "archive" in name:
        hint = sentences(file_messages.UNPACK(), _WAY_OUT)
    return Problem(file_messages.OTHER_FILE(file=file, kind=name), hint=hint)


def _is_safetensors(file: Path, head: bytes) -> bool:
    """Eight bytes of header length (little endian), then a JSON object."""
    if len(head) < 10 or head[8:9] != b"{":
        return False
    length = int.from_bytes(head[:8], "little")
    if length > _LARGEST_HEADER or length + 8 > file.stat().st_size:
        raise Problem(
            file_messages.HEADER_PROMISES(file=file, bytes=length),
            hint=file_messages.COPY_AGAIN(),
        )
    with file.open("rb") as stream:
        stream.seek(8)
        try:
            return isinstance(json.loads(stream.read(length)), dict)
        except (ValueError, RecursionError) as error:
            raise Problem(
                file_messages.HEADER_UNREADABLE(file=file),
                hint=file_messages.COPY_AGAIN(),
                details=repr(error),
            ) from error


def _is_old_pickle(file: Path) -> bool:
    """Protocols 0 and 1 have no magic number: such a file's opcodes lead to a full stop at its very end."""
    if file.stat().st_size > _LARGEST_OLD_PICKLE:
        return False
    content = file.read_bytes()
    if content[-1:] != b".":
        return False
    try:
        return [position for _, _, position in pickletools.genops(content)][-1] == len(content) - 1
    except ValueError:
        return False


def _pickle_problem(file: Path) -> Problem:
    return Problem(
        file_messages.PLAIN_PICKLE(file=file),
        hint=file_messages.PICKLE_RUNS_CODE(),
    )


def _looks_like_onnx(head: bytes) -> bool:
    """A ModelProto begins with field 1, ir_version, a small number; other writers put the producer or graph first."""
    if head[:1] == b"\x08" and len(head) > 2 and 1 <= head[1] <= 20:
        return head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42)
    return head[:1] in (b"\x12", b"\x3a") and b"\x08" in head[:64] and not _is_text(head)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(character.isprintable() or character in "\r\n\t\f" for character in text)


def _text_kind(file: Path, head: bytes) -> str:
    start = head.lstrip()[:40].lower()
    if file.suffix == ".py":
        return file_messages.FILE_PYTHON()
    if start.startswith((b"<!doctype html", b"<html")):
        return file_messages.FILE_WEB_PAGE()
    if start.startswith(b"version https://git-lfs"):
        return file_messages.FILE_LFS()
    if start.startswith((b"{", b"[")):
        return file_messages.FILE_JSON()
    return file_messages.FILE_TEXT()

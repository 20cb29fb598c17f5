"""Archives that were written on a graphics card name it in their graphs and their code, not with their tensors alone,
so that no ``map_location`` reaches it. Here they become archives of the CPU, in memory."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from pt2k_gui.sources import file_messages

# A device in an exported program's graph and tables, and in TorchScript's code.
_IN_JSON = re.compile(rb'"type":\s*"(?:cuda|mps|xpu)",\s*"index":\s*(?:null|\d+)')
_IN_CODE = re.compile(rb'torch\.device\("(?:cuda|mps|xpu)(?::\d+)?"\)')
_CALLED_IN_CODE = re.compile(rb"\btorch\.cuda\(")
# Where a pickled tensor's storage was: opcode, length, text.
_IN_PICKLE = re.compile(
    rb"X(?:\x04\x00\x00\x00cuda|\x06\x00\x00\x00cuda:\d|\x03\x00\x00\x00mps|\x05\x00\x00\x00xpu:\d)"
)
NOTE = file_messages.MOVED_TO_CPU()


def moved_to_cpu(file: Path | io.BytesIO) -> io.BytesIO | None:
    """The archive with every device in it replaced by the CPU; None where it names no other.

    Raises:
        one of ``archives.DAMAGED``: as Python's reader of archives does.
    """
    with zipfile.ZipFile(file) as archive:
        there = any(_on_cpu(member.filename, archive.read(member)) for member in archive.infolist() if _told(member))
        moved = io.BytesIO(_rewritten(archive)) if there else None
    if isinstance(file, io.BytesIO):
        file.seek(0)
    return moved


def _told(member: zipfile.ZipInfo) -> bool:
    """Whether a member describes tensors rather than being the numbers of one."""
    return member.filename.endswith((".json", ".py", ".pt"))


def _on_cpu(name: str, content: bytes) -> bytes | None:
    """The member with its devices replaced; None where nothing has to be."""
    if name.endswith((".pt", ".json")) and content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pickles = [archive.read(member) for member in archive.namelist() if member.endswith("data.pkl")]
            return _rewritten(archive) if any(map(_IN_PICKLE.search, pickles)) else None
    if name.endswith(".json"):
        new = _IN_JSON.sub(b'"type": "cpu", "index": null', content)
    elif name.endswith(".py"):
        new = _CALLED_IN_CODE.sub(b"torch.cpu(", _IN_CODE.sub(b'torch.device("cpu")', content))
    elif name.endswith("data.pkl"):
        new = _IN_PICKLE.sub(b"X\x03\x00\x00\x00cpu", content)
    else:
        return None
    return new if new != content else None


def _rewritten(archive: zipfile.ZipFile) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for member in archive.infolist():
            content = archive.read(member)
            # TorchScript's own pickles stay: map_location serves them, and their texts may be anything.
            kept = member.filename.endswith(".pkl") and _is_script(archive)
            target.writestr(member.filename, content if kept else _on_cpu(member.filename, content) or content)
    return stream.getvalue()


def _is_script(archive: zipfile.ZipFile) -> bool:
    return any("/code/" in name for name in archive.namelist())

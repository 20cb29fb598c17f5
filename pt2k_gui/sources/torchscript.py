"""Reads TorchScript archives, traced or scripted. Their code runs inside TorchScript's own interpreter, not in Python."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_messages, messages
from pt2k_gui.sources.archives import DAMAGED, too_new
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.sources.devices import NOTE, moved_to_cpu
from pt2k_gui.sources.file_formats import TORCHSCRIPT
from pt2k_gui.sources.inputs import propose
from pt2k_gui.sources.layers import module_rows
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.pickled import require_modest
from pt2k_gui.sources.trust import NeedsTrust, agreed, sha256_of

# TorchScript has no access to Python, but these operators read and write files or talk to other machines. Its grammar
# allows blanks, comments and continued lines between their parts.
_BETWEEN = rb"(?:\s|\\|#[^\n]*\n)*"
_HARMFUL = re.compile(rb"\." + _BETWEEN + rb"(save|load|load_tensor|from_file|rpc_\w+)" + _BETWEEN + rb"\(")
# The second is how classes of other libraries are named; the archive's own begin with __torch__ and another word.
_MISSING = re.compile(r"Unknown builtin op: (\S+?)\.?\s|Unknown type name '(__torch__\.torch\.classes\.[^']+)'")
_REFUSED: tuple[type[Exception], ...] = (AttributeError, TypeError, LookupError, *DAMAGED)
_LARGEST_CODE = 256 << 20  # bytes


def _harmless_copy(file: Path, digest: str) -> io.BytesIO:
    """The archive, read member by member and written anew, so that torch opens what was looked at and nothing else."""
    require_modest(file)
    found: dict[str, str] = {}
    copy = io.BytesIO()
    try:
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(copy, "w") as target:
            for member in archive.infolist():
                code = "/code/" in member.filename.lower()
                if code and member.file_size > _LARGEST_CODE:
                    raise Problem(
                        file_messages.MEMBER_TOO_LARGE(file=file, name=member.filename, size=member.file_size),
                        hint=file_messages.GROWS(),
                    )
                content = archive.read(member)
                target.writestr(member.filename, content)
                for match in _HARMFUL.finditer(content) if code else ():
                    found[match.group(1).decode()] = content.decode("utf-8", "replace")
    except DAMAGED as error:
        raise Problem(
            file_messages.MEMBER_DAMAGED(file=file), hint=file_messages.COPY_AGAIN(), details=repr(error)
        ) from error
    if found:
        raise NeedsTrust(
            file_messages.TOUCHES_FILES(file=file, functions=sorted(found)),
            hint=file_messages.RUN_IF_TRUSTED(),
            path=str(file),
            sha256=digest,
            code="\n".join(dict.fromkeys(found.values())),
        )
    copy.seek(0)
    return copy


def read_script(source: Source, context: Context) -> LoadedModel:
    """Open a TorchScript archive on the CPU, in evaluation mode.

    Raises:
        NeedsTrust: its code reads or writes files.
        Problem: it is damaged, or uses operators that are not there.
    """
    import torch

    file = Path(source.path)
    digest = sha256_of(file)
    checked: io.BytesIO | Path = file
    if not (source.trusted or agreed(digest)):
        checked = _harmless_copy(file, digest)
    context.progress(0.3, file_messages.OPENING_TORCHSCRIPT())
    module, moved = _on_cpu(file, checked)
    notes: list[str] = [file_messages.TORCHSCRIPT_NAMES()]
    if any(parameter.dtype in (torch.float16, torch.bfloat16) for parameter in module.parameters()):
        notes.append(messages.HALF_WIDENED())
        module = module.float()
    if moved:
        notes.append(NOTE)
    graph = module.forward.inlined_graph  # held: its nodes go with it
    kept = {node.s("name") for node in graph.findAllNodes("prim::SetAttr")}
    if kept:
        notes.append(file_messages.KEEPS_STATE(names=sorted(kept)))
    proposed = propose(module, dict(source.values))
    notes += proposed.notes
    card = ModelInfo(
        path=str(file),
        name=str(getattr(module, "original_name", file.stem)),
        kind=TORCHSCRIPT,
        origin="PyTorch",
        size=file.stat().st_size,
        sha256=digest,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        trainable_parameters=sum(p.numel() for p in module.parameters() if p.requires_grad),
        inputs=proposed.inputs,
        layers=module_rows(module),
        notes=tuple(notes),
        values=proposed.values,
    )
    return LoadedModel(card, module=proposed.module)


def _on_cpu(file: Path, checked: io.BytesIO | Path) -> tuple[Any, bool]:
    """The module in evaluation mode, and whether it had to be moved from another device. Raises ``Problem``."""
    import torch

    try:
        moved = moved_to_cpu(checked)
        module = torch.jit.load(moved or checked, map_location="cpu")
        module.eval()
    except _REFUSED as error:
        text = str(error)
        missing = _MISSING.search(text)
        if missing is not None:
            raise Problem(
                file_messages.OPERATOR_MISSING(file=file, operator=missing[1] or missing[2]),
                hint=file_messages.INSTALL_OPERATOR(),
                details=text,
            ) from error
        newer = too_new(file, error)
        if newer is not None:
            raise newer from error
        raise Problem(
            file_messages.TORCHSCRIPT_DAMAGED(file=file, version=torch.__version__.split("+")[0]),
            hint=file_messages.COPY_OR_JIT_SAVE(),
            details=text,
        ) from error
    if not hasattr(module, "forward"):
        raise Problem(
            file_messages.NO_FORWARD(file=file),
            hint=file_messages.SAVE_WITH_FORWARD(),
        )
    return module, moved is not None

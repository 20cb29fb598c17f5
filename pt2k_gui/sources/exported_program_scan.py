"""Whether an exported program is data alone. PyTorch's reader evaluates sizes as Python, writes names into source text that
it runs, imports what a tree of inputs names, and unpickles: everything that could carry code is looked at beforehand."""

from __future__ import annotations

import io
import json
import pickle
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_messages
from pt2k_gui.sources.archives import DAMAGED
from pt2k_gui.sources.pickled import require_modest
from pt2k_gui.sources.trust import Import, NeedsTrust, imports_in

# What a graph may call: torch's registered operators and arithmetic on sizes. The reader of torch resolves any dotted
# name below the torch package, and from there one reaches the operating system.
_ALLOWED_TARGET = re.compile(
    r"(torch\.ops\.aten\.__i?(?:and|or|xor|lshift|rshift)__\.(?!__)\w+|"  # the bitwise operators of masks
    r"torch\.ops\.(?!debugprims\.|\w+\.(?:from_file|save|load)\b)(?:[A-Za-z]\w*)\.(?!__)\w+(?:\.(?!__)\w+)?|"
    r"_operator\.(add|sub|mul|truediv|floordiv|mod|neg|pos|pow|abs|eq|ne|lt|le|gt|ge|and_|or_|xor|not_|invert|getitem|index)|"
    r"math\.[a-z0-9_]+|torch\.sym_[a-z_]+)\Z"
)
# Sizes: numbers, symbols and arithmetic; a quoted word is a symbol's name. What is called has to be one of these.
_IN_SIZE = re.compile(r"(?:'[A-Za-z]\w*'|[A-Za-z]\w*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[-+*/%(),=<>&|~ ])*\Z")
_CALLED_IN_SIZE = re.compile(r"(\w+)\s*\(")
_SIZE_FUNCTION = re.compile(
    r"(?:Symbol|Integer|Float|Rational|Add|Mul|Pow|Mod|Max|Min|Abs|Eq|Ne|Lt|Le|Gt|Ge|And|Or|Not|Xor|"
    r"Piecewise|floor|ceiling|sqrt|Equality|Unequality|StrictLessThan|LessThan|StrictGreaterThan|"
    r"GreaterThan|BooleanTrue|BooleanFalse|FloorDiv|ModularIndexing|Where|PythonMod|CleanDiv|CeilToInt|"
    r"FloorToInt|CeilDiv|LShift|RShift|PowByNatural|FloatPow|FloatTrueDiv|IntTrueDiv|"
    r"IsNonOverlappingAndDenseIndicator|TruncToFloat|TruncToInt|RoundToInt|RoundDecimal|ToFloat|Identity)\Z"
)
_NAME = re.compile(r"[\w.@:/+ -]*\Z")
# Texts that stay texts: they are shown, or given to an operator as a value. Guards are dropped after the reading.
_INERT_FIELDS = frozenset(("metadata", "as_string", "as_strings", "torch_version", "guards_code", "verifiers"))
_SPECS = frozenset(("in_spec", "out_spec"))
_OF_GRAPHS = re.compile(r"models/[^/]+\.json|serialized_exported_program\.json", re.IGNORECASE)
_COMPILED = re.compile(r"data/aotinductor/|\.(?:so|dll|dylib|cubin|cpp|o)$", re.IGNORECASE)
_OBJECTS = re.compile(r"/(?:custom_objs?|opaque_objs?)_\d+$", re.IGNORECASE)
_LARGEST_GRAPH = 1 << 30  # bytes
_UNREADABLE: tuple[type[Exception], ...] = (RecursionError, pickle.UnpicklingError, *DAMAGED)


def plain_copy(file: Path, digest: str) -> io.BytesIO:
    """The archive, read member by member and written anew, so that torch opens what was looked at and nothing else.

    Args:
        digest: of the file's content, for the question.

    Raises:
        NeedsTrust: something in it would run.
        Problem: it is damaged or made to fill the memory.
    """
    require_modest(file)
    copy = io.BytesIO()
    reasons: list[str] = []
    imports: list[Import] = []
    try:
        with zipfile.ZipFile(file) as archive, zipfile.ZipFile(copy, "w") as target:
            members = archive.infolist()
            names = [member.filename.lower() for member in members]
            reasons += [member.filename for member, name in zip(members, names, strict=True) if names.count(name) > 1]
            pickled = _pickled_members(archive)
            for member in members:
                if _OF_GRAPHS.search(member.filename) and member.file_size > _LARGEST_GRAPH:
                    raise Problem(
                        file_messages.MEMBER_TOO_LARGE(file=file, name=member.filename, size=member.file_size),
                        hint=file_messages.GROWS(),
                    )
                content = archive.read(member)
                found, named = _look_into(member.filename, content, pickled)
                reasons += found
                imports += named
                target.writestr(member.filename, content)
    except _UNREADABLE as error:
        raise Problem(
            file_messages.MEMBER_DAMAGED(file=file), hint=file_messages.COPY_AGAIN(), details=repr(error)
        ) from error
    if reasons:
        raise NeedsTrust(
            file_messages.WOULD_RUN_CODE(file=file, names=[text[:80] for text in reasons[:5]]),
            hint=file_messages.OPEN_IF_TRUSTED(),
            path=str(file),
            sha256=digest,
            imports=tuple(dict.fromkeys(imports)),
            code="\n".join(reasons),
        )
    copy.seek(0)
    return copy


def _pickled_members(archive: zipfile.ZipFile) -> set[str]:
    """The tensors that the archive's tables call pickled, by the last part of their names."""
    found: set[str] = set()
    for member in archive.infolist():
        if member.filename.lower().endswith("_config.json"):
            found |= set(_fields(json.loads(archive.read(member)), "path_name", where="use_pickle"))
    return found


def _fields(value: Any, wanted: str, where: str) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get(where) and isinstance(value.get(wanted), str):
            yield value[wanted].rpartition("/")[2]
        for item in value.values():
            yield from _fields(item, wanted, where)
    elif isinstance(value, list):
        for item in value:
            yield from _fields(item, wanted, where)


def _look_into(name: str, content: bytes, pickled: set[str]) -> tuple[list[str], list[Import]]:
    """Why a member would run, and what it would import."""
    lower = name.lower()
    if _COMPILED.search(lower) or _OBJECTS.search(lower):
        return [name], []
    if lower.endswith(".pt") or name.rpartition("/")[2] in pickled:
        return _pickle(name, content)
    if lower.endswith(".json"):
        if content[:4] == b"PK\x03\x04" or content[:1] == b"\x80":
            return _pickle(name, content)  # programs of PyTorch 2.7 and before keep their tensors so
        graph = json.loads(content) if content.strip() else {}
        return list(dict.fromkeys(_strange(graph, ""))), []
    return [], []


def _pickle(name: str, content: bytes) -> tuple[list[str], list[Import]]:
    """Data is what torch's restricted reader opens; the unrestricted one, which reads it later, then meets nothing else."""
    import torch

    if not content:
        return [], []
    try:
        torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        imports = list(imports_in(content, name))
        if not imports:
            raise  # it is damaged
        return [name, *(f"{entry.module}.{entry.name}" for entry in imports if entry.safety != "innocuous")], imports
    return [], []


def call_targets(value: Any) -> Iterator[str]:
    """All that a serialised graph calls, or gives to what it calls."""
    if isinstance(value, dict):
        target = value.get("target")
        if isinstance(target, str) and "inputs" in value and "outputs" in value:
            yield target
        if isinstance(value.get("as_operator"), str):
            yield value["as_operator"]
        for item in value.values():
            yield from call_targets(item)
    elif isinstance(value, list):
        for item in value:
            yield from call_targets(item)


def _strange(value: Any, field: str) -> Iterator[str]:
    """The texts of a serialised graph that are no names, sizes or operators."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not _NAME.match(key):
                yield key
            if key not in _INERT_FIELDS:
                yield from _strange(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _strange(item, field)
    elif isinstance(value, str):
        if field in ("target", "as_operator"):
            plain = bool(_ALLOWED_TARGET.match(value))
        elif field == "expr_str":
            plain = is_plain_size(value)
        elif field in _SPECS:
            yield from _strange_tree(json.loads(value) if value else None)
            return
        else:
            plain = bool(_NAME.match(value))
        if not plain:
            yield value


def is_plain_size(text: str) -> bool:
    """Whether a size in a graph, which PyTorch evaluates as Python, is nothing but arithmetic."""
    return bool(_IN_SIZE.match(text)) and all(map(_SIZE_FUNCTION.match, _CALLED_IN_SIZE.findall(text)))


def _strange_tree(spec: Any) -> Iterator[str]:
    """The same of a tree of inputs or outputs: its keys are names, and no dictionary among them tells what to import."""
    if isinstance(spec, dict):
        kind, context = spec.get("type"), spec.get("context")
        if isinstance(kind, str) and not _NAME.match(kind):
            yield kind
        keys = json.loads(context) if isinstance(context, str) and context else context
        yield from _strange_keys(keys)
        for child in spec.get("children_spec") or []:
            yield from _strange_tree(child)
    elif isinstance(spec, list):
        for item in spec:
            yield from _strange_tree(item)


def _strange_keys(keys: Any) -> Iterator[str]:
    if isinstance(keys, list):
        for key in keys:
            yield from _strange_keys(key)
    elif isinstance(keys, dict) or (isinstance(keys, str) and not _NAME.match(keys)):
        yield json.dumps(keys)

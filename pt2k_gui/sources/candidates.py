"""Classes near a file of weights that may be its network's, found by reading sources: by their names, and by whether the
tensors' names are those of their attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.sources.code_place import sources_in, split_code
from pt2k_gui.sources.repository import repository_of
from pt2k_gui.sources.sibling_modules import files_with
from pt2k_gui.sources.signatures import definitions_in, is_module_class
from pt2k_gui.sources.state_dicts import strip_prefixes

_MOST_FILES = 400
_MOST = 12
_ENOUGH = 0.5  # of the tensors' outermost names


@dataclass(frozen=True)
class Candidate:
    """A class that may be the network's.

    Args:
        code: what to name it with: ``net.py:Net``.
        fit: the share of the tensors' outermost names that it has as attributes.
    """

    code: str
    fit: float


def candidates(path: str, code: str, keys: Sequence[str], pickled_class: str = "") -> tuple[Candidate, ...]:
    """The classes that fit, the likeliest first.

    Args:
        path: the file of weights.
        code: a file or folder that was named; empty to look beside the weights, and in the repository around them.
        keys: the tensors' names.
        pickled_class: the class that the file itself names.
    """
    found: list[tuple[bool, float, bool, Candidate]] = []
    stem = Path(path).stem.lower()
    wanted = pickled_class.rpartition(".")[2]
    for file in _files(path, code):
        text = file.read_text(encoding="utf-8", errors="replace")
        own = definitions_in([text])
        if not any(isinstance(node, ast.ClassDef) for node in own.values()):
            continue
        around = _around(file) if any(isinstance(node, ast.ClassDef) for node in own.values()) else own
        for name, node in own.items():
            if not isinstance(node, ast.ClassDef) or not is_module_class(node, around):
                continue
            fit = fit_of(node, around, keys)
            named = name == wanted or name.lower() == stem
            if fit >= _ENOUGH or name == wanted:
                found.append(
                    (name == wanted, fit, named or file.stem.lower() == stem, Candidate(f"{file}:{name}", fit))
                )
    found.sort(key=lambda entry: entry[:3], reverse=True)
    return tuple(entry[3] for entry in found[:_MOST])


def _files(path: str, code: str) -> Iterable[Path]:
    head = Path(split_code(code)[0]) if code else None
    if head is not None and head.suffix == ".py":
        return [head.absolute()]
    if head is not None and head.is_dir():
        return sources_in(head.absolute())[:_MOST_FILES]
    folder = Path(path).absolute().parent
    beside = sorted(folder.glob("*.py"))
    repository = repository_of(folder)
    if repository.root != folder and _is_marked(repository.root):
        beside += [file for file in sources_in(repository.root)[:_MOST_FILES] if file not in beside]
    elif any((folder / mark).exists() for mark in (".git", "README.md", "hubconf.py", "setup.py", "pyproject.toml")):
        beside = sources_in(folder)[:_MOST_FILES]
    return [file for file in beside if file.name != "setup.py"][:_MOST_FILES]


def _is_marked(root: Path) -> bool:
    return any((root / mark).exists() for mark in (".git", "setup.py", "pyproject.toml", "hubconf.py", "README.md"))


def _around(file: Path) -> Mapping[str, ast.ClassDef | ast.FunctionDef]:
    repository = repository_of(file)
    others = [other for other in files_with(repository, file) if other.suffix == ".py"][:60]
    return definitions_in(other.read_text(encoding="utf-8", errors="replace") for other in (file, *others))


def fit_of(node: ast.ClassDef, known: Mapping[str, ast.ClassDef | ast.FunctionDef], keys: Sequence[str]) -> float:
    """The share of the tensors' outermost names that a class, or a base of it, gives to ``self``; 0 to 1."""
    attributes, computed = _attributes(node, known, 0)
    best = 0.0
    for prefix in dict.fromkeys(("", strip_prefixes(keys), *_heads(keys))):
        heads = {key[len(prefix) :].partition(".")[0] for key in keys if key.startswith(prefix)}
        covered = sum(key.startswith(prefix) for key in keys) / max(len(keys), 1)
        if heads and covered > 0.9:
            hit = sum(head in attributes or any(head.startswith(start) for start in computed) for head in heads)
            best = max(best, hit / len(heads))
    return best


def _heads(keys: Sequence[str]) -> set[str]:
    return {key.partition(".")[0] + "." for key in keys if "." in key} if len(keys) > 1 else set()


def _attributes(
    node: ast.ClassDef, known: Mapping[str, ast.ClassDef | ast.FunctionDef], depth: int
) -> tuple[set[str], set[str]]:
    """The names of what a class keeps in itself, and the beginnings of names that it computes."""
    names: set[str] = set()
    computed: set[str] = set()
    for item in ast.walk(node):
        targets = (
            item.targets if isinstance(item, ast.Assign) else [item.target] if isinstance(item, ast.AnnAssign) else []
        )
        flat = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
        names |= {
            part.attr
            for part in flat
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "self"
        }
        if isinstance(item, ast.Call):
            called = ast.unparse(item.func)
            if called in ("self.add_module", "self.register_buffer", "self.register_parameter") and item.args:
                _note(item.args[0], names, computed)
            if called == "setattr" and len(item.args) > 1:
                _note(item.args[1], names, computed)
    for base in node.bases:
        parent = known.get(ast.unparse(base).rpartition(".")[2])
        if ast.unparse(base).endswith("Sequential"):
            computed |= set("0123456789")
        if isinstance(parent, ast.ClassDef) and parent is not node and depth < 6:
            further = _attributes(parent, known, depth + 1)
            names |= further[0]
            computed |= further[1]
    return names, computed


def _note(value: ast.expr, names: set[str], computed: set[str]) -> None:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        names.add(value.value)
    else:
        first = next((part.value for part in ast.walk(value) if isinstance(part, ast.Constant)), "")
        text = str(first).partition("%")[0].partition("{")[0]
        if text:
            computed.add(text)

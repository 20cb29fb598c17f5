"""What PT2K sends to an older Python: every module that may run there can be imported there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "pt2k_gui"
MODULES = sorted(path for room in ("guest", "sources", "export") for path in (PACKAGE / room).glob("*.py"))
# What the exporter of PT2K's own process is given; the guest imports none of it.
MODULES = [path for path in MODULES if not path.stem.startswith("translations")]
_IMPORT_ALL = """
import importlib, importlib.util, sys, types
from pathlib import Path
package = Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("pt2k_gui_loader", str(package / "guest" / "loader.py"))
loader = sys.modules["pt2k_gui_loader"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loader)
loader.install(package)
for name in sys.argv[2:]:
    importlib.import_module(name)
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("platformdirs", "psutil", "numpy", "onnx")))
"""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def _interpreter(version: str) -> str | None:
    """An interpreter of that version, wherever pyenv or the system has one."""
    pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*"))
    return str(pyenv[-1] / "bin" / "python") if pyenv else shutil.which(f"python{version}")


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_of_the_guest_is_written_in_what_python_3_8_can_parse(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13"])
def test_the_guests_modules_import_in_another_python_with_its_standard_library_alone(version: str) -> None:
    python = _interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    # Modules that begin with a framework are imported where it is there: the translations for onnxscript, say.
    begins = re.compile(r"^(?:import|from) (?:torch|numpy|onnx\w*)\b", re.MULTILINE)
    names = [_name(path) for path in MODULES if not begins.search(path.read_text()) and path.stem != "start"]
    assert len(names) > 40
    told = subprocess.run(
        [python, "-I", "-c", _IMPORT_ALL, str(PACKAGE), *names], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.strip() == "[]"


_NEWER = """
import ast, functools, hashlib, io, sys, types, typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Reader = Callable[[str], int]
table: dict[str, list[int]] = {"a": [1]}

class Kept(dict[str, int]):
    def method(self, kind: str | None = None, *rest: int | str) -> dict[str, int] | None:
        table = {"b": 2}
        table |= {"c": 3}
        return {**self} | table

@dataclass(frozen=True)
class Row:
    names: tuple[str, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)

def outcome():
    flags = 6
    flags |= 1
    unequal = ""
    try:
        list(zip([1], [1, 2], strict=True))
    except ValueError:
        unequal = "told"
    return [
        Kept(a=1).method(), flags, {1} | {2}, unequal, list(zip("ab", "cd", strict=True)),
        [isinstance(value, int | str | None) for value in (1, "x", None, 2.0)],
        "torch.float32".removeprefix("torch.") + "xType".removesuffix("Type"), "none".removeprefix("x"),
        ast.unparse(ast.parse("Base[int].inner(1, x=-2, y=(3,), z=None)").body[0].value),
        hashlib.file_digest(io.BytesIO(b"content"), "sha256").hexdigest()[:8], "json" in sys.stdlib_module_names,
        Row(("n",)), functools.cache(lambda: 5)(),
    ]
"""


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10"])
def test_an_older_python_computes_the_same_with_what_it_lacks(version: str, tmp_path: Path) -> None:
    python = _interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    package = tmp_path / "pt2k_gui"
    (package / "guest").mkdir(parents=True)
    shutil.copy(PACKAGE / "guest" / "loader.py", package / "guest")
    (package / "__init__.py").touch()
    (package / "newer.py").write_text(f'"""Docstring."""\n\nfrom __future__ import annotations\n{_NEWER}')
    show = "import pt2k_gui.newer; print(pt2k_gui.newer.outcome())"
    here = subprocess.run([sys.executable, "-c", show], cwd=tmp_path, capture_output=True, text=True, check=True)
    there = subprocess.run(
        [python, "-I", "-c", f"{_IMPORT_ALL}\n{show}", str(package)], capture_output=True, text=True, check=False
    )
    assert there.stdout.splitlines()[1:] == here.stdout.splitlines(), there.stderr[-2000:]
    assert "Reader" not in there.stderr

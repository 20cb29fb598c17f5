"""The environment that the frameworks are imported in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = "from pt2k_gui.environment import settle; settle(); settle(); import tensorflow, tensorflow.nn; print(tensorflow.seen)"


@pytest.mark.parametrize(("triton", "seen"), [("", "True"), ("raise OSError('no driver')", "False"), (None, "False")])
def test_triton_is_imported_before_tensorflow(tmp_path: Path, own_home: Path, triton: str | None, seen: str) -> None:
    """In the other order the second LLVM ends the process, as PyTorch from the package index has it beside TensorFlow."""
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("import sys; seen = 'triton' in sys.modules")
    (tmp_path / "tensorflow" / "nn.py").write_text("")
    if triton is not None:
        (tmp_path / "triton.py").write_text(triton)
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; {IMPORTS}"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.stdout.split() == [seen], found.stderr

"""Sizes that torch.export is kept from fixing."""

from __future__ import annotations

import subprocess
import sys

# Conditions on a size of 50: that of windows over a size of which 2 is left over by 4, and one that names a number.
_SOLVED = """
import sympy
from torch._dynamo.source import ConstantSource
from torch.fx.experimental.symbolic_shapes import DimConstraints
from pt2k_gui.export.free_sizes import sizes_kept
size = sympy.Symbol("s53", integer=True, positive=True)
for equation in (sympy.Eq((size - 2) / (size / 4 - sympy.Rational(1, 2)), 4), sympy.Eq(2 * size, 100)):
    conditions = DimConstraints({size: [ConstantSource("x")]}, {size: sympy.Integer(50)}, set(), {})
    for condition in (equation, size >= 8):
        conditions._univariate_inequalities[size].add(condition)
    conditions._symbols_with_equalities.add(size)
    with sizes_kept():
        conditions.solve()
    print(dict(conditions._substitutions))
"""


def test_an_equation_that_always_holds_fixes_no_size() -> None:
    """In an order of the conditions, which Python's sets give, at which PyTorch alone fails."""
    answer = subprocess.run(
        [sys.executable, "-c", _SOLVED],
        env={"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split("\n")[:2] == ["{}", "{s53: 50}"]

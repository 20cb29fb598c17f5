"""ONNX's own node tests: how many pass never falls."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conformance import case_names, run

# The number that passes today. Raise it when more pass; a fall is an operator that was right and is wrong now.
PASSING = 1524
# Keras has no uint64 under PyTorch, and PyTorch's TopK breaks ties in another order.
PASSING_UNDER_PYTORCH = 1500


@pytest.mark.slow
def test_as_many_of_onnx_node_tests_pass_as_before() -> None:
    outcomes = list(run())
    assert len(outcomes) == len(case_names()) == 1577
    failed = [f"{outcome.name}: {outcome.reason}" for outcome in outcomes if not outcome.passed]
    assert len(outcomes) - len(failed) >= PASSING, "\n".join(failed)


def _under_pytorch(*names: str) -> tuple[int, int, str]:
    """How many cases pass, of how many, where Keras computes with PyTorch; and what the run printed."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("conformance.py")), *names],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^(\d+) of (\d+) passed", done.stdout, re.MULTILINE)
    assert found, done.stderr[-2000:]
    return int(found[1]), int(found[2]), done.stdout


@pytest.mark.slow
def test_what_networks_are_made_of_gives_the_same_under_pytorch() -> None:
    names = ("averagepool", "basic_conv", "convtranspose", "batchnorm", "layer_norm", "lstm", "resize", "softmax")
    passed, count, printed = _under_pytorch(*(f"test_{name}" for name in names))
    assert passed == count >= 100, printed


@pytest.mark.full
def test_as_many_of_onnx_node_tests_pass_under_pytorch_as_before() -> None:
    passed, count, printed = _under_pytorch()
    assert count == 1577
    assert passed >= PASSING_UNDER_PYTORCH, printed

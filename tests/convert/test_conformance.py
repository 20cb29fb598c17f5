"""ONNX's own node tests: how many pass never falls."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conformance import case_names, run

GUIDE = Path(__file__).parents[2] / "resources" / "guide" / "node-tests.md"
# Keras has no uint64 under PyTorch, and PyTorch's TopK breaks ties in another order.
PASSING_UNDER_PYTORCH = 1544


def _explained() -> dict[str, str]:
    """The cases that the guide lists as not passing, with their reasons."""
    rows = re.findall(r"^\| (test_\w+) \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows
    return dict(rows)


@pytest.mark.slow
def test_onnx_node_tests_pass_but_for_those_that_the_guide_explains() -> None:
    outcomes = list(run())
    assert len(outcomes) == len(case_names()) == 1577
    failed = {outcome.name: outcome.reason for outcome in outcomes if not outcome.passed}
    explained = _explained()
    assert set(failed) == set(explained), {name: failed.get(name, "passes") for name in set(failed) ^ set(explained)}
    readme = (GUIDE.parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"{len(outcomes) - len(failed):,} pass" in readme


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

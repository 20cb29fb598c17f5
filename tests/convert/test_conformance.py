"""ONNX's own node tests: how many pass never falls."""

from __future__ import annotations

import pytest
from conformance import case_names, run

# The number that passes today. Raise it when more pass; a fall is an operator that was right and is wrong now.
PASSING = 1524


@pytest.mark.slow
def test_as_many_of_onnx_node_tests_pass_as_before() -> None:
    outcomes = list(run())
    assert len(outcomes) == len(case_names()) == 1577
    failed = [f"{outcome.name}: {outcome.reason}" for outcome in outcomes if not outcome.passed]
    assert len(outcomes) - len(failed) >= PASSING, "\n".join(failed)

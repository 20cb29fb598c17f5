"""No module or function of PyTorch that came out right may be lost again."""

from __future__ import annotations

import json

import pytest
from sweep import COLUMNS, KINDS, PASSING, Case, cases, run

CASES = {case.key: case for case in cases()}
RIGHT: list[str] = json.loads(PASSING.read_text())["right"]
IN_LITERT: list[str] = json.loads(PASSING.read_text())["litert"]
# A few of every kind for every day; each takes about a second. All of them run under PT2K_FULL=1.
EVERYDAY = (
    "modules/LSTM",
    "modules/EmbeddingBag",
    "functions/logsigmoid",
    "functions/fractional_max_pool2d",  # two slices, of which the exporter makes one Split behind the first one's reader
    "methods/median",
    "methods/cummax",
)


def test_the_list_names_cases_that_there_are_and_meets_the_mark() -> None:
    assert set(RIGHT) <= set(CASES)
    assert COLUMNS[2:] == ("right", "litert") and set(IN_LITERT) <= set(RIGHT)
    assert len(IN_LITERT) >= 0.988 * len(RIGHT)
    for kind, mark in (("modules", 0.98), ("functions", 0.977), ("methods", 0.969)):
        mine = [key for key in CASES if key.startswith(f"{kind}/")]
        assert len([key for key in mine if key in set(RIGHT)]) >= mark * len(mine), KINDS[kind]


@pytest.mark.parametrize("key", EVERYDAY)
def test_a_few_come_out_right_every_day(key: str) -> None:
    assert key in RIGHT
    row = run(CASES[key])
    assert row.get("right"), row


@pytest.mark.full
@pytest.mark.parametrize("case", [CASES[key] for key in RIGHT], ids=lambda case: case.key)
def test_what_came_out_right_once_does_so_still(case: Case) -> None:
    row = run(case, litert=case.key in IN_LITERT)
    assert row.get("right"), row
    assert row.get("litert") or case.key not in IN_LITERT, row

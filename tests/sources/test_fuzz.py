"""Damaged files of every kind: each ends in a card, a question or a clear sentence; nothing crashes and nothing hangs."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import fuzz
from model_files import KINDS


def _run(folder: Path, count: int) -> Counter[str]:
    outcomes = list(fuzz.fuzz(fuzz.originals(folder), count))
    for outcome in outcomes:
        assert outcome.answer not in fuzz.BAD, f"{outcome}"
        assert outcome.seconds < fuzz.LIMIT
    assert len(outcomes) == count
    assert {outcome.kind for outcome in outcomes} == set(KINDS)
    return Counter(outcome.answer for outcome in outcomes)


@pytest.mark.slow
def test_two_hundred_damaged_files_each_get_a_clear_answer(tmp_path: Path) -> None:
    answers = _run(tmp_path, 204)
    assert answers[fuzz.PROBLEM] > 50  # the damage does damage ...
    assert answers[fuzz.CARD] > 20  # ... and not every file is refused at its first byte


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_two_thousand_damaged_files_each_get_a_clear_answer(tmp_path: Path) -> None:
    answers = _run(tmp_path, 2040)
    assert answers[fuzz.PROBLEM] > 500
    assert answers[fuzz.CARD] > 200


def test_sound_files_are_opened_by_the_same_way(tmp_path: Path) -> None:
    """Without damage every file opens or asks for the consent that fuzzing never gives: the answers above mean something."""
    made = fuzz.originals(
        tmp_path, ["state dict", "ONNX", "TorchScript, scripted", "whole pickled model of an installed class"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fuzz, "damaged", lambda content, *_: ("none", content))
        answers = [outcome.answer for outcome in fuzz.fuzz(made, len(made))]
    assert answers == [fuzz.CARD, fuzz.CARD, fuzz.CARD, fuzz.QUESTION]


def test_the_same_seed_damages_the_same_way(tmp_path: Path) -> None:
    import random

    (original,) = fuzz.originals(tmp_path, ["state dict"])
    first, second, third = (
        [fuzz.damaged(original.content, [b"x" * 99], random.Random(seed)) for _ in range(1)] for seed in (1, 1, 2)
    )
    assert first == second != third


def test_a_dead_child_is_an_answer_and_the_next_file_gets_a_new_one(tmp_path: Path) -> None:
    made = fuzz.originals(tmp_path, ["state dict"])
    outcomes = fuzz.fuzz(made, 2)
    with pytest.MonkeyPatch.context() as patch:
        real = fuzz.run_in_child

        def killing(child: fuzz.Child, *arguments: object) -> object:
            patch.setattr(fuzz, "run_in_child", real)
            child.kill()
            return real(child, *arguments)  # type: ignore[arg-type]

        patch.setattr(fuzz, "run_in_child", killing)
        answers = [outcome.answer for outcome in outcomes]
    assert answers[0] == fuzz.DIED
    assert answers[1] in (fuzz.CARD, fuzz.PROBLEM)

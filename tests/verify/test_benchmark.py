"""Candidates are timed in turn, and nobody is timed cold."""

from __future__ import annotations

from pt2k_gui.verify.benchmark import in_turn


def test_each_round_begins_with_another_and_the_first_call_of_a_turn_does_not_count() -> None:
    order: list[str] = []
    now = 0.0

    def candidate(name: str, cold: float, warm: float) -> None:
        nonlocal now
        now += warm if order and order[-1] == name else cold
        order.append(name)

    found = in_turn(
        {"a": lambda: candidate("a", 9.0, 1.0), "b": lambda: candidate("b", 9.0, 2.0)},
        2,
        calls=2,
        pause=0.0,
        clock=lambda: now,
    )
    assert found == {"a": [1.0] * 4, "b": [2.0] * 4}
    assert "".join(order) == "aaabbb" + "bbbaaa"


def test_no_round_is_begun_once_patience_has_run_out() -> None:
    found = in_turn({"a": lambda: None}, 100, pause=0.001, patience=0.0)
    assert len(found["a"]) == 1

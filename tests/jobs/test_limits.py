"""The limits on a child: what the user's machine would lose to a file that never ends or eats all memory."""

from __future__ import annotations

import os
import time

import pytest

from pt2k_gui.jobs import limits
from pt2k_gui.jobs.limits import TookTooLong, TookTooMuch, Watch


class _Limited:
    seconds = 0.3


def test_a_job_over_its_time_is_named_with_the_limit() -> None:
    watch = Watch(os.getpid(), _Limited())
    time.sleep(0.25)
    assert watch.problem() is None
    time.sleep(0.25)
    with pytest.raises(TookTooLong, match=r"0\.3 seconds"):
        raise watch.problem() or AssertionError("no limit")


def test_a_job_without_a_limit_may_take_its_time() -> None:
    watch = Watch(os.getpid(), object())
    time.sleep(0.25)
    assert watch.problem() is None


def test_a_job_over_the_memory_ceiling_is_named_with_what_it_took() -> None:
    watch = Watch(os.getpid(), object(), memory=1 << 20)
    time.sleep(0.25)
    with pytest.raises(TookTooMuch, match="GiB"):
        raise watch.problem() or AssertionError("no ceiling")


def test_the_ceiling_can_be_raised_and_lowered_for_all_children(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = limits.ceiling()
    monkeypatch.setattr(limits, "_ceiling", 0)
    limits.set_ceiling(0.001)
    watch = Watch(os.getpid(), object())
    time.sleep(0.25)
    problem = watch.problem()
    assert isinstance(problem, TookTooMuch) and "--memory-limit" in problem.hint
    limits.set_ceiling(1000)
    watch = Watch(os.getpid(), object())
    time.sleep(0.25)
    assert watch.problem() is None
    limits.set_ceiling(0)
    assert limits.ceiling() == usual

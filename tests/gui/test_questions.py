"""What the window asks before it gives something up, and what follows from either answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QLabel

from pt2k_gui.gui.question import QuestionDialog
from pt2k_gui.gui.session import interrupted
from pt2k_gui.gui.state import Snapshot, Step, StepState

Answer = Callable[[bool], list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Answers every question with yes or no; the list fills with what was asked."""

    def give(yes: bool) -> list[str]:
        asked: list[str] = []

        def reply(dialog: QuestionDialog) -> int:
            asked.append(" ".join(shown.text() for shown in dialog.findChildren(QLabel)))
            return (QDialog.DialogCode.Accepted if yes else QDialog.DialogCode.Rejected).value

        monkeypatch.setattr(QuestionDialog, "exec", reply)
        return asked

    return give


def test_closing_with_an_unsaved_model_asks_and_stays_if_told_to(at: Callable[[Step], Any], answer: Answer) -> None:
    window = at(Step.SAVE).window
    asked = answer(False)
    window.close()
    assert len(asked) == 1
    assert "digits-mlp.pt2 has not been saved" in asked[0]
    assert window.isVisible()
    answer(True)
    window.close()
    assert not window.isVisible()
    assert not window.session.folder.exists()


def test_closing_while_a_job_runs_asks_and_then_ends_its_process(at: Callable[[Step], Any], answer: Answer) -> None:
    import psutil

    driver = at(Step.MODEL)
    driver.window.model_page.train()
    driver.running()
    pid = driver.window.active.child_pid
    asked = answer(True)
    driver.window.close()
    assert "still running" in asked[0]
    assert not psutil.pid_exists(pid)


def test_closing_with_nothing_to_lose_asks_nothing(driver: Any) -> None:
    driver.window.close()
    assert not driver.window.isVisible()


@pytest.mark.parametrize("yes", [True, False], ids=["go on", "begin anew"])
def test_after_a_crash_the_window_offers_to_go_on(
    open_window: Callable[[], Any], finished: Snapshot, answer: Answer, yes: bool
) -> None:
    first = open_window()
    first.window.session.save(finished)
    first.window.session._lock.unlock()  # as the end of its process does
    found = interrupted()
    assert found is not None
    asked = answer(yes)
    second = open_window()
    second.window.offer_to_resume(found)
    assert found.model in asked[0]
    assert second.step(Step.CONVERT) is (StepState.DONE if yes else StepState.TODO)
    assert found.folder.exists() is yes

"""Writing: nothing half written, and a place that can't be written to is told before the work begins."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from pt2k_gui.files import atomic_path, require_writable
from pt2k_gui.problem import Problem


def test_a_place_that_can_be_written_to_is_left_as_it_was(tmp_path: Path) -> None:
    require_writable(tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere/model.keras", "does not exist"),
        ("letter/model.keras", "not a folder"),
        ("folder.keras", "is a folder"),
    ],
)
def test_a_place_that_can_not_be_written_to_is_told_with_the_reason(tmp_path: Path, place: str, reason: str) -> None:
    (tmp_path / "letter").write_text("Dear Sir or Madam,")
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(Problem, match=reason):
        require_writable(tmp_path / place)


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "model.keras"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("free", "raised"), [(4096, Problem), (10**9, RuntimeError)])
def test_a_full_disk_is_told_whatever_error_a_library_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, raised: type[Exception]
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _folder: SimpleNamespace(total=10**9, used=10**9 - free, free=free)
    )
    target = tmp_path / "model.pt2"
    with pytest.raises(raised, match="no space left" if raised is Problem else "unexpected pos"), atomic_path(target):
        raise RuntimeError("[enforce fail] unexpected pos 64 vs 0")
    assert list(tmp_path.iterdir()) == []

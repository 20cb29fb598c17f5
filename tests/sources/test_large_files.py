"""Files over 4 GB (sparse here), and folders that can't be written, on the way in and out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pt2k_gui.batch.ledger import Ledger
from pt2k_gui.batch.parcel import pack
from pt2k_gui.batch.task import Task
from pt2k_gui.files import require_readable, require_writable
from pt2k_gui.jobs.pipeline import Plan
from pt2k_gui.problem import Problem
from pt2k_gui.sources import file_formats
from pt2k_gui.sources.card import Source

GIB = 2**30


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "模型 of 5 GB 😀.pt"
    with file.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(5 * GIB)
    if file.stat().st_blocks * 512 > GIB:
        pytest.skip("this disk knows no sparse files")
    return file


def test_a_damaged_file_of_five_gigabytes_is_told_at_once(large: Path) -> None:
    assert require_readable(large) == large
    with pytest.raises(Problem) as caught:
        kind = file_formats.identify(large)
        raise AssertionError(f"taken for {kind}")
    assert large.name in str(caught.value)


def test_a_file_that_is_too_large_to_travel_is_refused_before_it_is_read(large: Path) -> None:
    with pytest.raises(Problem, match="too much to travel") as caught:
        pack(Task("large", Plan(Source(str(large)))))
    assert "shared" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    folder = tmp_path / "read only"
    folder.mkdir(mode=0o555)
    with pytest.raises(Problem, match="permission"):
        require_writable(folder / "a.keras")
    with pytest.raises(Problem, match="permission"):
        Ledger(folder / "out")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="uses a folder that the system keeps from everybody")
def test_a_folder_that_nobody_may_write_is_told_too() -> None:
    with pytest.raises(Problem, match="can't be written"):
        Ledger("/proc/pt2k")

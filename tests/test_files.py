"""Writing: nothing half written, and a place that can't be written to is told before the work begins."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from pt2k_gui.files import atomic_path, atomic_paths, file_size, require_readable, require_writable
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


NETWORK = [errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.EIO]
"""What a folder of another machine gives once that is gone."""


@pytest.mark.parametrize("number", NETWORK)
def test_a_network_folder_that_goes_away_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    file = tmp_path / "model.keras"
    file.write_bytes(b"old")

    def gone(self: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", gone)
        with pytest.raises(Problem, match=os.strerror(number)) as caught:
            require_readable(file)
        assert caught.value.hint
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", gone)
        with pytest.raises(Problem, match=os.strerror(number)) as caught, atomic_path(file) as temporary:
            temporary.write_bytes(b"new")
        assert caught.value.hint
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]


def test_files_that_belong_together_are_replaced_where_the_disk_knows_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on most network folders and USB sticks."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    files = [tmp_path / "a.py", tmp_path / "a.weights.h5"]
    for file in files:
        file.write_bytes(b"old")
    with atomic_paths(*files) as temporaries:
        for temporary in temporaries:
            temporary.write_bytes(b"new")
    assert [file.read_bytes() for file in files] == [b"new", b"new"]
    with pytest.raises(Problem), atomic_paths(*files) as temporaries:
        temporaries[0].write_bytes(b"newer")  # the second one is missing
    assert [file.read_bytes() for file in files] == [b"new", b"new"]
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0.0 KB"), (381, "0.4 KB"), (29_990, "30.0 KB"), (430_000, "0.43 MB"), (1_234_567_890, "1,234.57 MB")],
)
def test_a_small_file_is_never_said_to_have_no_size(count: int, said: str) -> None:
    assert file_size(count) == said

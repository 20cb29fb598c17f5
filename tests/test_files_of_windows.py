"""What Windows does otherwise with files, simulated: names of devices, files that are open, capitals, long paths, backslashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pt2k_gui import file_names, files
from pt2k_gui.batch.task import names_of
from pt2k_gui.file_names import refused_by_windows
from pt2k_gui.files import atomic_path, atomic_paths, write_bytes
from pt2k_gui.gui.batch import file_names as names_in_window
from pt2k_gui.gui.save_name import problem_of_name
from pt2k_gui.problem import Problem
from pt2k_gui.sources.code_place import split_code

REFUSED = [
    "con",
    "NUL.keras",
    "aux.h5",
    "com1.tflite",
    "LPT9",
    "a:b.keras",
    "a\\b",
    "what?",
    "tab\there",
    "end.",
    "end ",
]
TAKEN = ["console.keras", "null", "com10.keras", "模型 😀.keras", "a.b.keras", "lpt"]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_names, "WINDOWS", True)


def open_elsewhere(monkeypatch: pytest.MonkeyPatch, times: int, onto: str) -> list[Path]:
    """Let renaming onto that name fail so often, as Windows does while a program has the file open; what was asked for."""
    asked: list[Path] = []
    real = Path.replace

    def replace(self: Path, target: Any) -> Path:
        if Path(target).name == onto and self.parent.name.startswith("."):
            asked.append(Path(target))
            if len(asked) <= times:
                error = PermissionError(13, "The process cannot access the file")
                error.winerror = 32  # type: ignore[attr-defined, unused-ignore]
                raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    return asked


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_windows_refuses_are_told_before_the_work(windows: None, tmp_path: Path, name: str) -> None:
    assert refused_by_windows(name)
    with pytest.raises(Problem, match="Windows takes no file of this name"), atomic_path(tmp_path / name):
        raise AssertionError("the work began")
    assert list(tmp_path.iterdir()) == []
    assert problem_of_name(name) or name.endswith(" "), "the window's field strips blanks"


@pytest.mark.parametrize("name", TAKEN)
def test_names_that_only_look_like_them_are_taken(windows: None, tmp_path: Path, name: str) -> None:
    write_bytes(tmp_path / name, b"x")
    assert (tmp_path / name).read_bytes() == b"x"
    assert problem_of_name(name) == ""


def test_other_systems_take_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_names, "WINDOWS", False)
    write_bytes(tmp_path / "con.keras", b"x")
    assert (tmp_path / "con.keras").exists()


def test_a_file_that_a_program_looks_into_for_a_moment_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.keras").write_bytes(b"old")
    asked = open_elsewhere(monkeypatch, 3, "a.keras")
    write_bytes(tmp_path / "a.keras", b"new")
    assert (tmp_path / "a.keras").read_bytes() == b"new" and len(asked) == 4


def test_a_file_that_stays_open_is_told_and_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PATIENCE", 0.2)
    for name in ("a.py", "a.weights.h5"):
        (tmp_path / name).write_bytes(b"old")
    open_elsewhere(monkeypatch, 10**6, "a.weights.h5")
    with (
        pytest.raises(Problem, match="another program has it open") as caught,
        atomic_paths(tmp_path / "a.py", tmp_path / "a.weights.h5") as temporaries,
    ):
        for temporary in temporaries:
            temporary.write_bytes(b"new")
    assert "Close that program" in str(caught.value.hint)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "a.weights.h5"]
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"old"}


def test_a_path_that_is_too_long_is_told_as_that(
    windows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path.joinpath(*["a folder of fifty characters, which is rather long."] * 5) / "a.keras"

    def mkdir(self: Path, *_: object, **__: object) -> None:
        raise FileNotFoundError(2, "The system cannot find the path specified")

    monkeypatch.setattr(Path, "is_dir", lambda self: True)
    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(Problem, match="more than 259 characters"), atomic_path(place):
        raise AssertionError("the work began")


def test_names_that_differ_in_capitals_alone_are_two_files(tmp_path: Path) -> None:
    models = [str(tmp_path / name) for name in ("Net.pt2", "net.onnx", "NET.pt")]
    for names in (names_in_window(models), names_of(models)):
        assert len({name.casefold() for name in names}) == len(models), names


def test_a_drive_is_no_name_of_a_class() -> None:
    assert split_code(r"C:\repo\net.py") == (r"C:\repo\net.py", "")
    assert split_code(r"C:\repo\net.py:Net") == (r"C:\repo\net.py", "Net")

"""The history: every conversion that was saved, found again, compared, exported, cleaned; shared by processes and never lost
to one of them."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from pt2k_gui.history import store as store_module
from pt2k_gui.history.entry import compared
from pt2k_gui.history.keeping import export, keep, report_of
from pt2k_gui.history.store import FILE, History
from pt2k_gui.jobs.keep import results_of
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.json_data import plain
from pt2k_gui.languages import catalogue_of
from pt2k_gui.message import SENTENCES
from pt2k_gui.problem import Problem
from pt2k_gui.report.document import Report
from pt2k_gui.report.writing import make_report
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.messages import SAMPLES_DONE

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from made_up import outcome


def made(folder: Path, name: str = "net", **settings: Any) -> tuple[Plan, Outcome]:
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}.keras"
    target.write_bytes(name.encode())
    plan = Plan(Source(str(folder / f"{name}.pt2")), (("keras", str(target)),), **settings)
    return plan, outcome(plan)


def put(
    folder: Path, name: str = "net", *, checked: bool = True, history: History | None = None, **settings: Any
) -> int:
    plan, done = made(folder, name, **settings)
    return keep(results_of(plan, done), done.verification if checked else None, history)


def test_what_was_saved_is_found_by_each_of_its_words(tmp_path: Path) -> None:
    first, second = put(tmp_path, "ResNet 模型"), put(tmp_path, "bert_100%", trainable=True)
    store = History()
    assert [entry.id for entry in store.find()] == [second, first]
    assert [entry.id for entry in store.find("resnet KERAS")] == [first]
    assert [entry.id for entry in store.find("模型")] == [first]
    assert [entry.id for entry in store.find("trainable")] == [second]
    assert [entry.id for entry in store.find("100%")] == [second]
    assert store.find("100_") == [] == store.find("nothing") == store.find("resnet bert")
    entry = store.entry(first)
    assert (entry.ok, entry.parameters, entry.difference) == (True, 12, 1e-7)
    assert entry.files == (str(tmp_path / "ResNet 模型.keras"),)


def test_the_report_comes_back_whole(tmp_path: Path) -> None:
    plan, done = made(tmp_path)
    report = make_report(done.verification, results_of(plan, done))
    assert report_of(json.loads(json.dumps(plain(report)))) == report


def test_a_kept_report_speaks_the_language_that_it_is_exported_in(tmp_path: Path) -> None:
    plan, done = made(tmp_path)
    note = SENTENCES(parts=[SAMPLES_DONE(done=1200, count=3), "one's own"])
    number = keep(results_of(plan, done), dataclasses.replace(done.verification, notes=(note, "plain")))
    export(number, str(tmp_path / "r.html"), "zh_CN")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert str(catalogue_of("zh_CN").render(note)).replace("'", "&#39;") in text and "of 3 samples" not in text
    export(number, str(tmp_path / "r.json"))
    content = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert content["verification"]["notes"] == [str(note), "plain"]
    assert set(content) == {field.name for field in dataclasses.fields(Report)}


def test_it_is_exported_as_a_page_a_document_and_json(tmp_path: Path) -> None:
    number = put(tmp_path)
    for name in ("r.html", "r.json", "r.pdf"):
        export(number, str(tmp_path / name))
    assert "Keras gives the same answers." in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["model"]["name"] == "net"
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(Problem, match="no conversion 99"):
        export(99, str(tmp_path / "x.html"))


def test_what_was_saved_without_a_check_is_kept_too_and_says_so(tmp_path: Path) -> None:
    number = put(tmp_path, checked=False)
    assert History().entry(number).ok is None
    export(number, str(tmp_path / "r.json"))
    with pytest.raises(Problem, match="without a check"):
        export(number, str(tmp_path / "r.html"))


def test_two_are_compared_line_by_line(tmp_path: Path) -> None:
    store = History()
    one, other = put(tmp_path, "a"), put(tmp_path, "b", axis_order="onnx")
    rows = compared(store.report(one), store.report(other))
    assert ("axis order", "keras", "onnx") in rows
    assert ("parameters", "12", "12") in rows
    assert [row for row in compared(store.report(one), store.report(one)) if row[1] != row[2]] == []


def test_it_is_cleaned_by_age_and_by_size_and_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = History()
    clock = store_module.time.time()
    for days, name in ((400, "old"), (10, "middle"), (0, "new")):
        monkeypatch.setattr(store_module.time, "time", lambda days=days: clock - days * 86400)
        put(tmp_path, name)
    monkeypatch.setattr(store_module.time, "time", lambda: clock)
    assert store.clean(days=365) == 1
    assert [entry.model for entry in store.find()] == ["new", "middle"]
    one = store.megabytes() / 2
    assert store.clean(megabytes=one * 1.5) == 1
    assert [entry.model for entry in store.find()] == ["new"]
    assert (tmp_path / "old.keras").exists()
    assert store.remove([store.find()[0].id, 77]) == 1
    assert store.find() == []


def test_it_bounds_itself_and_a_clock_that_is_set_back_loses_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a")
    size = History().megabytes()
    monkeypatch.setattr(store_module, "MOST_MEGABYTES", 2.5 * size)
    clock = store_module.time.time()
    monkeypatch.setattr(store_module.time, "time", lambda: clock - 10 * 365 * 86400)
    for name in ("b", "c", "d"):
        put(tmp_path, name)
    assert [entry.model for entry in History().find()] == ["d", "c"]


def _writes(home: str, folder: str, name: str) -> None:
    import os

    os.environ["PT2K_HOME"] = home
    for number in range(10):
        put(Path(folder) / name, f"{name}-{number}")


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_several_processes_write_at_once_and_none_loses_a_line(tmp_path: Path, own_home: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_writes, args=(str(own_home), str(tmp_path), name)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len({entry.model for entry in History().find()}) == 30


@pytest.mark.parametrize("damage", ["text", "cut", "empty page", "other tables"])
def test_a_damaged_file_is_set_aside_and_the_history_begins_anew(tmp_path: Path, own_home: Path, damage: str) -> None:
    for number in range(5):
        put(tmp_path, f"n{number}")
    store = History()
    content = store.file.read_bytes()
    if damage == "other tables":
        store.file.unlink()
        with sqlite3.connect(store.file) as db:
            db.execute("CREATE TABLE conversions (x)")
            db.execute("PRAGMA user_version = 1")
        db.close()
    else:
        store.file.write_bytes({
            "text": b"Dear Sir or Madam, " * 50, "cut": content[: len(content) // 2 + 7],
            "empty page": content[:4096] + bytes(4096) + content[8192:],
        }[damage])  # fmt: skip
    number = put(tmp_path, "after", history=store)
    assert [entry.model for entry in store.find()] == ["after"]
    assert store.aside is not None and store.aside.exists()
    assert History().entry(number).model == "after"


def _finds(home: str) -> None:
    import os

    os.environ["PT2K_HOME"] = home
    folder = Path(home) / str(os.getpid())
    for number in range(5):
        put(folder, f"x{number}")


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_two_processes_that_find_it_damaged_set_one_file_aside(tmp_path: Path, own_home: Path) -> None:
    file = History().file
    file.write_bytes(b"no database at all " * 300)
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=_finds, args=(str(own_home),)) for _ in range(3)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0, 0]
    assert len(History().find()) == 15, "a line that was written anew was set aside with the damaged file"
    assert len(list(file.parent.glob(f"{Path(FILE).stem}.damaged*"))) == 1


def test_a_folder_that_can_not_be_written_is_a_problem_in_words(tmp_path: Path) -> None:
    store = History(tmp_path / "nowhere" / FILE)
    with pytest.raises(Problem, match="can't be used"):
        store.find()


def test_every_field_of_an_entry_is_stored(tmp_path: Path) -> None:
    entry = History().entry(put(tmp_path))
    empty = [f.name for f in dataclasses.fields(entry) if getattr(entry, f.name) in ("", None, (), 0)]
    assert empty == []

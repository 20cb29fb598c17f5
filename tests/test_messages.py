"""Texts for people: a ``Message`` is English where nobody knows another language, and every language says all of it."""

from __future__ import annotations

import ast
import importlib
import json
import pickle
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

import pt2k_gui
from pt2k_gui.message import Message, Template, declared, placeholders, read_catalogue, sentences
from pt2k_gui.problem import Problem

PACKAGE = Path(pt2k_gui.__file__).parent
ROOT = PACKAGE.parent
CATALOGUES = sorted((ROOT / "resources" / "translations").glob("messages_*.json"))

COUNTED = Template("test.counted", "{count:,} {count:sample|samples} of {names:and}")
WRAPPED = Template("test.wrapped", "Skipped: {what}.")


@pytest.fixture(autouse=True, scope="module")
def every_text_is_declared() -> None:
    for path in [*PACKAGE.rglob("*messages.py"), PACKAGE / "progress.py"]:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_a_message_is_its_english_sentence() -> None:
    assert COUNTED(count=1, names=["a"]) == "1 sample of a"
    assert COUNTED(count=1200, names=["a", "b", "c"]) == "1,200 samples of a, b and c"
    assert json.loads(json.dumps({"note": COUNTED(count=2, names=["a", "b"])})) == {"note": "2 samples of a and b"}


def test_a_message_in_a_message_is_said_in_the_same_language(tmp_path: Path) -> None:
    file = tmp_path / "messages_zh_CN.json"
    file.write_text(
        '{"test.counted": "{names:and}的 {count} 个样本", "test.wrapped": "已跳过：{what}。"}', encoding="utf-8"
    )
    said = WRAPPED(what=COUNTED(count=2, names=["a", "b"]))
    assert said == "Skipped: 2 samples of a and b."
    chinese = read_catalogue(file)
    assert chinese.render(said) == "已跳过：a和b的 2 个样本。"
    assert chinese.render(sentences(said, "", said)) == "已跳过：a和b的 2 个样本。已跳过：a和b的 2 个样本。"
    assert chinese.render("Not a message.") == "Not a message."
    assert chinese.render(Template("test.other", "Untranslated {x}")(x=1)) == "Untranslated 1"


def test_a_message_crosses_to_another_process_with_its_id_and_plain_arguments() -> None:
    sent = Problem(WRAPPED(what=Path("/tmp/a.pt")), hint=COUNTED(count=3, names=("a",)))
    came = pickle.loads(pickle.dumps(sent))
    assert isinstance(came.sentence, Message)
    assert (came.sentence.id, came.sentence.arguments) == ("test.wrapped", {"what": "/tmp/a.pt"})
    assert str(came) == "Skipped: /tmp/a.pt. 3 samples of a"


def test_braces_in_what_a_user_named_are_left_alone() -> None:
    assert WRAPPED(what="{x}.pt") == "Skipped: {x}.pt."


def test_an_argument_that_the_text_does_not_take_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"test\.wrapped"):
        WRAPPED(why="?")


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_every_message_has_a_translation_with_the_same_arguments(file: Path) -> None:
    texts = json.loads(file.read_text(encoding="utf-8"))
    assert [id for id in declared() if id not in texts] == []
    assert [id for id in texts if id not in declared()] == []
    assert [id for id, said in texts.items() if placeholders(said) != placeholders(declared()[id].english)] == []
    assert all(text.strip() for text in texts.values())


ROOMS = ("sources", "digits", "export", "convert", "verify", "save", "graph", "report", "history", "jobs", "batch")
SAID = {"Problem": (0,), "stage": (1,), "StageDone": (0, 2), "StageStarted": (0,), "progress": (1,), "refuse": (0, 1)}
"""Calls, and the positions of the texts in them that a person reads."""


def _english_in_calls(path: Path) -> list[str]:
    """Texts for people that are written where they are said, and so exist in English alone."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [node.args[place] for place in SAID.get(name, ()) if place < len(node.args)]
        texts += [keyword.value for keyword in node.keywords if keyword.arg == "hint" and name in SAID]
        for text in texts:
            if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and text.value):
                found.append(f"{path.relative_to(PACKAGE)}:{text.lineno}: {ast.unparse(text)}")
    return found


def test_no_room_builds_a_sentence_that_only_english_has() -> None:
    assert [text for room in ROOMS for path in (PACKAGE / room).rglob("*.py") for text in _english_in_calls(path)] == []


@pytest.mark.parametrize(
    "call", ['Problem(f"{x} is bad.")', 'Problem(m, hint="Do so.")', 'context.progress(0.5, "Working")']
)
def test_a_sentence_in_place_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "x.py").write_text(call)
    assert len(_english_in_calls(tmp_path / "x.py")) == 1


def test_every_text_that_is_declared_is_said_somewhere() -> None:
    words = Counter(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))))
    names = [
        target.id
        for path in PACKAGE.rglob("*messages.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and getattr(node.value.func, "id", "") == "template"
    ]
    assert len(names) > 500
    assert [name for name in names if words[name] < 2] == []


PROBLEMS = ("Problem", "TookTooLong", "TookTooMuch", "ChildDied", "Unexpected", "GuestDied")
WITHOUT_WAY_OUT = ("messages.CLOSING()",)
"""Said to nobody: the window is closing."""


def _without_way_out(path: Path) -> list[str]:
    """Problems that say what went wrong and not what to do about it."""
    return [
        f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in PROBLEMS
        and not any(keyword.arg == "hint" for keyword in node.keywords)
        and not (node.args and ast.unparse(node.args[0]) in WITHOUT_WAY_OUT)
    ]


def test_every_problem_says_a_way_out(tmp_path: Path) -> None:
    assert [text for path in PACKAGE.rglob("*.py") for text in _without_way_out(path)] == []
    (tmp_path / "x.py").write_text("raise Problem(NO_ROWS(path=path), details='')")
    assert len(_without_way_out(tmp_path / "x.py")) == 1

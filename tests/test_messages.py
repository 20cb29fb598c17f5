"""Texts for people: a ``Message`` is English where nobody knows another language, and every language says all of it."""

from __future__ import annotations

import importlib
import json
import pickle
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
    for path in [*PACKAGE.rglob("messages.py"), PACKAGE / "progress.py"]:
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

"""Files of sound, texts, films, columns and steps of preparation, given on the command line, reach every backend."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import soundfile
import torch
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))
import forked


class Sound(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.filters = torch.nn.Conv1d(1, 4, 64, 16)
        self.head = torch.nn.Linear(4, 2)

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        return self.head(self.filters(wave).relu().mean(-1))


class Text(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(6, 8)
        self.head = torch.nn.Linear(8, 2)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        kept = attention_mask.float()[:, :, None]
        return self.head((self.table(input_ids) * kept).sum(1) / kept.sum(1))


def image_model() -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, 2), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(196, 2)
    )


def exported(folder: Path, model: torch.nn.Module, *inputs: torch.Tensor) -> Path:
    torch.manual_seed(0)
    batch = torch.export.Dim("batch", min=1, max=64)
    shapes = tuple({0: batch} for _ in inputs)
    torch.export.save(torch.export.export(model.eval(), inputs, dynamic_shapes=shapes), folder / "model.pt2")
    return folder / "model.pt2"


def checked(folder: Path, model: Path, *options: object) -> Any:
    """What ``pt2k convert`` and ``pt2k verify`` with these samples find, and the report."""
    for arguments in (
        ("convert", model, "-o", folder / "model.keras", *options),
        ("verify", model, folder / "model.keras", "--json", "--report", folder / "report.html", *options),
    ):
        answer = forked.pt2k([str(part) for part in arguments], folder, timeout=300)
        assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)["verification"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PT2K_HOME", str(tmp_path / "home"))


def test_sound(tmp_path: Path) -> None:
    for name, hertz in (("low", 200), ("high", 2000)):
        (tmp_path / "clips" / name).mkdir(parents=True)
        wave = np.sin(2 * np.pi * hertz * np.arange(22_050) / 22_050)
        soundfile.write(tmp_path / "clips" / name / "a.flac", wave, 22_050)
    model = exported(tmp_path, Sound(), torch.zeros(2, 1, 4000))
    found = checked(tmp_path, model, "--samples", tmp_path / "clips", "--audio-rate", 8000, "--audio-hop", 2000)
    assert found["samples"] == 6, "windows at 0, 2000 and 4000 of the 8000 samples of each clip"
    assert found["labelled"]
    assert found["classes"] == ["high", "low"]
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "8,000 Hz" in text
    assert "a window every 2,000 samples of sound" in text


def test_texts(tmp_path: Path) -> None:
    words = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "good", "bad", "film", "the"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "texts.txt").write_text("the good film\nbad\nthe film the bad\n", encoding="utf-8")
    model = exported(tmp_path, Text(), torch.zeros(2, 6, dtype=torch.int64), torch.ones(2, 6, dtype=torch.int64))
    found = checked(tmp_path, model, "--samples", tmp_path / "texts.txt", "--tokenizer", tmp_path / "tokenizer.json")
    assert found["samples"] == 3
    assert {"samples", "tokenizer"} <= {file["role"] for file in found["files"]}
    assert "tokenizer.json, with special tokens" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_film_and_steps_of_preparation(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "a.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    for number in range(12):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8))
    writer.release()
    model = exported(tmp_path, image_model(), torch.zeros(2, 3, 16, 16))
    steps = "resize 20; center_crop 16; to_float; normalize 0.5 0.25"
    found = checked(tmp_path, model, "--samples", tmp_path / "a.mp4", "--every", 3, "--image-steps", steps)
    assert found["samples"] == 4
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "resize 20 bilinear; center_crop 16; to_float; normalize 0.5 0.25" in text
    assert "one in 3" in text
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    wrong = forked.pt2k(
        ["verify", str(model), str(tmp_path / "model.keras"), "--samples", str(tmp_path / "a.png"), "--image-steps", "blur 3"],
        tmp_path, timeout=300,
    )  # fmt: skip
    assert wrong.returncode == 2
    assert "blur 3 is not a step of preparation" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_columns_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,a,b,kind\nx,1,2,cat\ny,3,4,dog\n", encoding="utf-8")
    model = exported(tmp_path, torch.nn.Linear(2, 2), torch.zeros(2, 2))
    found = checked(
        tmp_path, model, "--samples", tmp_path / "a.csv", "--columns", "a,b", "--label-column", "kind"
    )  # fmt: skip
    assert found["samples"] == 2
    assert found["classes"] == ["cat", "dog"]

"""Sound, texts, films and columns of tables reach the model as the person chose, and what can't is refused in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import soundfile
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples import needed
from pt2k_gui.verify.samples.gather import gather
from pt2k_gui.verify.samples.preprocessing import ImageSettings
from pt2k_gui.verify.samples.source_settings import (
    AudioSettings,
    TableSettings,
    TextSettings,
    VideoSettings,
    kind_of,
)

CARD = ModelInfo("", "", "", "", 0, "", 0, 0, ())
WORDS = "[PAD] [UNK] [CLS] [SEP] the film was good bad not very"


def spec(name: str, dtype: str, *shape: int | str, high: int | None = None) -> TensorSpec:
    return TensorSpec(name, dtype, ("batch", *shape), 0 if high else None, high)


def tone(path: Path, hertz: float, seconds: float, rate: int, *, channels: int = 1, size: float = 0.5) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = size * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    soundfile.write(path, np.stack([wave, *[np.zeros_like(wave)] * (channels - 1)], 1), rate, subtype="PCM_16")
    return path


def strongest(sound: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * rate / len(sound))


# Sound


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_sound_of_another_rate_is_resampled_and_keeps_its_pitch_and_size(tmp_path: Path, ending: str) -> None:
    file = tone(tmp_path / f"a{ending}", 440, 2, 44_100)
    samples = gather(SampleChoice("audio", str(file)), CARD, (spec("wave", "float32", 16_000),))
    (batch,) = [arrays[0] for arrays in samples.batches()]
    assert batch.shape == (2, 16_000)
    assert batch.dtype == np.float32
    assert strongest(batch[1], 16_000) == 440
    assert abs(np.abs(batch[1]).max() - 0.5) < 1e-3
    as_it_is = gather(
        SampleChoice("audio", str(file), audio=AudioSettings(rate=0)), CARD, (spec("wave", "float32", 16_000),)
    )
    assert strongest(next(as_it_is.batches())[0][0], 44_100) == pytest.approx(440, abs=3)


def test_windows_begin_every_hop_and_the_last_one_ends_in_silence(tmp_path: Path) -> None:
    file = tmp_path / "ramp.wav"
    ramp = np.arange(1, 1001) / 2048
    soundfile.write(file, ramp, 16_000, subtype="FLOAT")
    chosen = SampleChoice("audio", str(file), audio=AudioSettings(16_000, 400, 300))
    samples = gather(chosen, CARD, (spec("wave", "float32", 1, "time"),))
    batch = next(samples.batches())[0]
    assert batch.shape == (3, 1, 400)
    np.testing.assert_allclose(batch[:, 0, 0], ramp[[0, 300, 600]], rtol=1e-6)
    np.testing.assert_allclose(batch[2, 0], ramp[600:], rtol=1e-6)
    chosen = SampleChoice("audio", str(file), audio=AudioSettings(16_000, 700))
    found = gather(chosen, CARD, (spec("wave", "float32", "time"), TensorSpec("mask", "int64", ("batch", "time"))))
    sound, mask = next(found.batches())
    np.testing.assert_array_equal(sound[1, 300:], 0)
    np.testing.assert_array_equal(mask, [[1] * 700, [1] * 300 + [0] * 400])
    lengths = gather(chosen, CARD, (spec("wave", "float32", "time"), TensorSpec("length", "int64", ("batch",))))
    assert next(lengths.batches())[1].tolist() == [700, 300]


def test_channels_are_mixed_or_the_first_is_taken_or_both_stay(tmp_path: Path) -> None:
    file = tone(tmp_path / "stereo.wav", 200, 0.1, 16_000, channels=2)

    def of(mix: str, *shape: int) -> np.ndarray:
        chosen = SampleChoice("audio", str(file), audio=AudioSettings(16_000, mix=mix))
        found: np.ndarray = next(gather(chosen, CARD, (spec("x", "float32", *shape),)).batches())[0][0]
        return found

    assert np.abs(of("mean", 1600)).max() == pytest.approx(0.25, abs=1e-3)
    assert np.abs(of("first", 1600)).max() == pytest.approx(0.5, abs=1e-3)
    both = of("mean", 2, 1600)
    assert np.abs(both[0]).max() > 0.4
    assert not both[1].any()
    np.testing.assert_array_equal(of("mean", 1600, 2).T, both)


def test_sub_folders_are_labels_what_is_no_sound_is_told_and_each_window_has_a_name_and_a_wave(tmp_path: Path) -> None:
    tone(tmp_path / "high" / "a.wav", 880, 1.5, 8_000)
    tone(tmp_path / "low" / "b.flac", 110, 0.5, 8_000)
    (tmp_path / "low" / "letter.wav").write_text("Dear Sir")
    assert kind_of([str(tmp_path)]) == "audio"
    samples = gather(SampleChoice("audio", str(tmp_path)), CARD, (spec("wave", "float32", "time"),))
    assert samples.files == ("high/a.wav 0.00 s", "high/a.wav 1.00 s", "low/b.flac 0.00 s")
    assert samples.labels is not None
    assert samples.labels.tolist() == [0, 0, 1]
    assert samples.classes == ("high", "low")
    assert "letter.wav" in samples.notes[0]
    assert samples.images is not None
    assert samples.images.shape[:2] == (3, 2)
    assert samples.images[0, 0].max() < 0 < samples.images[0, 1].min()
    limited = gather(SampleChoice("audio", str(tmp_path), count=2), CARD, (spec("wave", "float32", "time"),))
    assert limited.count == 2


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ((TensorSpec("x", "float32", ("batch", 3, 32, 32)),), "one waveform"),
        ((TensorSpec("x", "float32", ("batch", 80, "time")),), "one waveform"),
        ((TensorSpec("x", "int64", ("batch", 100)),), "one waveform"),
    ],
)
def test_a_model_of_something_else_is_told_that_it_takes_no_sound(
    tmp_path: Path, inputs: tuple[TensorSpec, ...], words: str
) -> None:
    file = tone(tmp_path / "a.wav", 440, 0.1, 8_000)
    with pytest.raises(Problem, match=words):
        gather(SampleChoice("audio", str(file)), CARD, inputs)


def test_files_without_sound_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(Problem, match="0 windows"):
        gather(SampleChoice("audio", str(tmp_path / "a.wav")), CARD, (spec("x", "float32", 10),))


# Texts


@pytest.fixture
def tokenizer(tmp_path: Path) -> str:
    vocabulary = {word: number for number, word in enumerate(WORDS.split())}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.save(str(tmp_path / "tokenizer.json"))
    return str(tmp_path / "tokenizer.json")


BERT = (
    spec("input_ids", "int64", "length"),
    spec("attention_mask", "int64", "length"),
    spec("token_type_ids", "int32", "length"),
    spec("position_ids", "int64", "length"),
)


def texts(tmp_path: Path, *lines: str) -> str:
    (tmp_path / "texts.txt").write_text("\n".join(lines), encoding="utf-8")
    return str(tmp_path / "texts.txt")


def test_texts_become_tokens_a_mask_types_and_positions_by_the_names_of_the_inputs(
    tmp_path: Path, tokenizer: str
) -> None:
    path = texts(tmp_path, "the film was good", "", "bad")
    found = gather(SampleChoice("text", path, text=TextSettings(tokenizer)), CARD, BERT)
    ids, mask, types, positions = next(found.batches())
    assert ids.tolist() == [[2, 4, 5, 6, 7, 3], [2, 8, 3, 0, 0, 0]]
    assert mask.tolist() == [[1] * 6, [1, 1, 1, 0, 0, 0]]
    assert types.dtype == np.int32
    assert not types.any()
    assert positions.tolist() == [[0, 1, 2, 3, 4, 5]] * 2
    assert found.images is not None
    assert found.images.tolist() == ["[CLS] the film was good [SEP]", "[CLS] bad [SEP]"]


def test_a_text_that_is_too_long_is_cut_before_its_last_special_token_and_told(tmp_path: Path, tokenizer: str) -> None:
    path = texts(tmp_path, "the film was not very very good", "bad")
    found = gather(SampleChoice("text", path, text=TextSettings(tokenizer)), CARD, (spec("ids", "int32", 5),))
    assert next(found.batches())[0].tolist() == [[2, 4, 5, 6, 3], [2, 8, 3, 0, 0]]
    assert found.notes[0].startswith("1 text was cut to 5 tokens")
    bare = SampleChoice("text", path, text=TextSettings(tokenizer, 3, special=False))
    assert next(gather(bare, CARD, BERT[:1]).batches())[0].tolist() == [[4, 5, 6], [8, 0, 0]]


def test_a_tokenizers_own_padding_is_kept(tmp_path: Path, tokenizer: str) -> None:
    changed = Tokenizer.from_file(tokenizer)
    changed.enable_padding(direction="left", pad_id=9, pad_token="not")
    changed.save(tokenizer)
    path = texts(tmp_path, "the film was good", "bad")
    found = gather(SampleChoice("text", path, text=TextSettings(tokenizer)), CARD, BERT)
    ids, mask, _types, positions = next(found.batches())
    assert ids[1].tolist() == [9, 9, 9, 2, 8, 3]
    assert mask[1].tolist() == [0, 0, 0, 1, 1, 1]
    assert positions[1].tolist() == [0, 0, 0, 0, 1, 2]


def test_a_table_has_texts_in_a_column_and_labels_in_another(tmp_path: Path, tokenizer: str) -> None:
    (tmp_path / "a.csv").write_text('id,review,label\n1,"the film, bad",no\n2,good,yes\n', encoding="utf-8")
    path = str(tmp_path / "a.csv")
    assert kind_of([path], tokenized=True) == "text"
    found = gather(SampleChoice("text", path, text=TextSettings(tokenizer)), CARD, BERT[:1])
    assert next(found.batches())[0][1].tolist()[:3] == [2, 7, 3]
    assert found.classes == ("no", "yes")
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1]
    named = SampleChoice("text", path, text=TextSettings(tokenizer, column="text"))
    with pytest.raises(Problem, match="no column text") as refused:
        gather(named, CARD, BERT[:1])
    assert "id, review and label" in refused.value.hint


def test_texts_are_refused_without_a_tokenizer_or_for_a_model_of_something_else(tmp_path: Path, tokenizer: str) -> None:
    path = texts(tmp_path, "good")
    cases: list[tuple[TextSettings, tuple[TensorSpec, ...], str]] = [
        (TextSettings(), BERT, "none was chosen"),
        (TextSettings(path), BERT, "can't be read as a tokenizer"),
        (TextSettings(str(tmp_path / "gone.json")), BERT, "can't be read as a tokenizer"),
        (TextSettings(tokenizer), (spec("x", "float32", 5),), "takes the numbers of tokens"),
        (TextSettings(tokenizer), (spec("a", "int64", 5), spec("b", "int64", 5)), "takes the numbers of tokens"),
        (TextSettings(tokenizer), (spec("ids", "int64", 5, high=6),), "good the number 7"),
    ]
    for settings, inputs, words in cases:
        with pytest.raises(Problem, match=words):
            gather(SampleChoice("text", path, text=settings), CARD, inputs)
    with pytest.raises(Problem, match="0 texts"):
        gather(SampleChoice("text", texts(tmp_path, "", " "), text=TextSettings(tokenizer)), CARD, BERT)


# Films

PLAIN = ImageSettings((0.0,), (1 / 255,))


def film(path: Path, frames: int) -> str:
    """Frames that are one step of red brighter each, at most 12 a step, as the codec keeps them within some numbers."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), (0, 0, number * 12), np.uint8))
    writer.release()
    return str(path)


def test_each_nth_frame_is_an_image_in_red_green_and_blue(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 20)
    assert kind_of([path]) == "video"
    chosen = SampleChoice("video", path, images=PLAIN, video=VideoSettings(5))
    found = gather(chosen, CARD, (spec("x", "float32", 3, 32, 32),))
    assert found.files == ("a.mp4 1", "a.mp4 6", "a.mp4 11", "a.mp4 16")
    for _ in range(2):  # a second pass goes back to the beginning
        batch = next(found.batches())[0]
        assert batch.shape == (4, 3, 32, 32)
        np.testing.assert_allclose(batch[:, 0].mean((1, 2)), [0, 60, 120, 180], atol=4)
        assert batch[:, 1:].max() < 4
    assert found.images is not None
    assert found.images.shape == (4, 48, 48, 3)


@pytest.mark.parametrize(
    ("shape", "order"),
    [((3, 4, 16, 16), (0, 2, 1, 3, 4)), ((4, 3, 16, 16), (0, 1, 2, 3, 4)), ((4, 16, 16, 3), (0, 1, 4, 2, 3))],
)
def test_a_model_of_clips_gets_frames_in_the_order_of_its_axes(
    tmp_path: Path, shape: tuple[int, ...], order: tuple[int, ...]
) -> None:
    chosen = SampleChoice("video", film(tmp_path / "a.mp4", 20), images=PLAIN, video=VideoSettings(2))
    found = gather(chosen, CARD, (spec("x", "float32", *shape),))
    assert found.count == 2
    batch = next(found.batches())[0]
    assert batch.shape == (2, *shape)
    by_frame = batch.transpose(order)[:, :, 0].mean((2, 3))
    np.testing.assert_allclose(by_frame, [[0, 24, 48, 72], [96, 120, 144, 168]], atol=5)


def test_what_is_no_film_or_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no film")
    with pytest.raises(Problem, match="0 samples of frames"):
        gather(SampleChoice("video", str(tmp_path / "a.mp4")), CARD, (spec("x", "float32", 3, 8, 8),))
    short = film(tmp_path / "b.mp4", 3)
    with pytest.raises(Problem, match="at least 4 frames are needed"):
        gather(SampleChoice("video", short), CARD, (spec("x", "float32", 3, 4, 8, 8),))


# Tables


def test_columns_are_chosen_by_name_and_number_and_the_label_and_the_header_as_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,a,b,kind\nx,1,2,cat\ny,3,4,dog\n", encoding="utf-8")

    def read(inputs: int, **settings: Any) -> Any:
        chosen = SampleChoice("file", str(tmp_path / "a.csv"), table=TableSettings(**settings))
        return gather(chosen, CARD, (spec("x", "float32", inputs),))

    found = read(2, columns=("b", "2"), label="kind")
    assert next(found.batches())[0].tolist() == [[2, 1], [4, 3]]
    assert found.classes == ("cat", "dog")
    assert read(1, columns=("a",)).labels is None
    for settings, words in (
        ({"columns": ("c",)}, "no column c"),
        ({"columns": ("9",)}, "no column 9"),
        ({"label": "c"}, "no column c"),
        ({}, "not a number"),
        ({"columns": ("a",), "header": "perhaps"}, "can't be taken as perhaps"),
    ):
        with pytest.raises(Problem, match=words):
            read(1, **settings)
    (tmp_path / "a.csv").write_text("1,2,0\n3,4,1\n", encoding="utf-8")
    assert read(3, header="yes").count == 1
    assert read(3, header="no").count == 2
    assert read(2, columns=("1", "2"), label="3").labels.tolist() == [0, 1]
    (tmp_path / "a.csv").write_text("a,b,label\n1,2,0\n3,4,1\n", encoding="utf-8")
    assert read(3, label="none").labels is None


def test_a_package_that_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(needed.importlib, "import_module", missing)
    with pytest.raises(Problem, match="opencv-python-headless") as refused:
        gather(SampleChoice("video", str(tmp_path / "a.mp4")), CARD, (spec("x", "float32", 3, 8, 8),))
    assert "pt2k[inputs]" in refused.value.hint

"""The keys of a pipeline file (``pt2k.toml``): their names, types, values and meaning. Reading, writing and the guide's page
all follow this one list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pt2k_gui.batch import messages
from pt2k_gui.export.specification import TYPES
from pt2k_gui.save.formats import FORMATS
from pt2k_gui.verify.samples.preprocessing import FITS, FREE_SIZE, ORDERS, PRESETS, STEPS
from pt2k_gui.verify.samples.source_settings import CLIP_FRAMES, ENDINGS, HEADERS, MIXES, NO_LABEL

VERSION = 1
"""Of the form of the file. A key that changes its meaning gets a new name, and this number goes up."""


class Kind(Enum):
    """Kinds of values that a key takes; each with its words for a person."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "whole number"
    NUMBER = "number"
    TEXTS = "list of texts"
    NUMBERS = "list of numbers"
    SIZE = "[height, width]"
    VALUES = "table of values"
    TABLE = "table"

    @property
    def wanted(self) -> str:
        """The words for a problem."""
        return {
            Kind.TEXT: messages.A_TEXT,
            Kind.FLAG: messages.A_FLAG,
            Kind.WHOLE: messages.A_WHOLE_NUMBER,
            Kind.NUMBER: messages.A_NUMBER,
            Kind.TEXTS: messages.TEXTS,
            Kind.NUMBERS: messages.NUMBERS,
            Kind.SIZE: messages.A_SIZE,
            Kind.VALUES: messages.A_TABLE,
            Kind.TABLE: messages.A_TABLE,
        }[self]()


@dataclass(frozen=True)
class Key:
    """One key.

    Args:
        words: what it means, for the guide.
        choices: the values that it may have; empty for any.
        least: of a number; None for any.
        example: a value as it is written in the file.
    """

    name: str
    kind: Kind
    words: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    example: str = ""


_FORMATS = Key(
    "formats", Kind.TEXTS, "what each model is written as", tuple(entry.name for entry in FORMATS),
    example='["keras", "tflite"]',
)  # fmt: skip

OPTIONS = (
    Key("engine", Kind.TEXT, "`native`, or `onnx2keras` for comparison", ("native", "onnx2keras"), example='"native"'),
    Key("axis_order", Kind.TEXT, "`keras`: images are channels-last at the model's edge; `onnx`: every axis stays",
        ("keras", "onnx"), example='"keras"'),
    Key("trainable", Kind.FLAG, "keep BatchNorm and Dropout apart, and compare a step of training", example="true"),
    Key("layers", Kind.FLAG, "compare layer by layer too", example="true"),
    Key("overwrite", Kind.FLAG, "replace files that are there", example="false"),
)  # fmt: skip

IMAGES = (
    Key("preset", Kind.TEXT, "mean and standard deviation by name", tuple(entry.name for entry in PRESETS),
        example='"imagenet"'),
    Key("mean", Kind.NUMBERS, "subtracted from pixels in [0, 1]; one number or one a channel",
        example="[0.485, 0.456, 0.406]"),
    Key("std", Kind.NUMBERS, "what is left is divided by it", example="[0.229, 0.224, 0.225]"),
    Key("size", Kind.SIZE, f"for a model that leaves its size free (otherwise {FREE_SIZE} x {FREE_SIZE})",
        example="[224, 224]"),
    Key("order", Kind.TEXT, "of the channels", ORDERS, example='"rgb"'),
    Key("fit", Kind.TEXT, "`crop` keeps the proportions", FITS, example='"stretch"'),
    Key("steps", Kind.TEXTS, f"all steps instead, as torchvision has them; known are {', '.join(STEPS)}",
        example='["resize 256", "center_crop 224", "to_float", "normalize 0.5 0.5"]'),
)  # fmt: skip

AUDIO = (
    Key("rate", Kind.WHOLE, "samples a second, to which files of other rates are resampled; 0 leaves them", least=0,
        example="8000"),
    Key("length", Kind.WHOLE, "of a window, for a model that leaves it free; 0 for a second", least=0, example="16000"),
    Key("hop", Kind.WHOLE, "from window to window; 0 for its length", least=0, example="8000"),
    Key("mix", Kind.TEXT, "of a file's channels, for a model of one channel", MIXES, example='"first"'),
)  # fmt: skip

TEXT = (
    Key("tokenizer", Kind.TEXT, "the `tokenizer.json` of the model", example='"tokenizer.json"'),
    Key("length", Kind.WHOLE, "in tokens; 0 for that of the longest text", least=0, example="128"),
    Key("special", Kind.FLAG, "add the tokens around a text, such as `[CLS]`", example="true"),
    Key("column", Kind.TEXT, "of a table: the one that holds the texts", example='"review"'),
)

TABLE = (
    Key("columns", Kind.TEXTS, "the inputs, by name or by number from 1", example='["age", "height"]'),
    Key("label", Kind.TEXT, f"the label's column, or `{NO_LABEL}`", example='"target"'),
    Key("header", Kind.TEXT, "whether the first row names the columns", HEADERS, example='"no"'),
)

VIDEO = (
    Key("every", Kind.WHOLE, "takes each n-th frame", least=1, example="5"),
    Key(
        "frames",
        Kind.WHOLE,
        f"of a clip, for a model that leaves them free; 0 for {CLIP_FRAMES}",
        least=0,
        example="16",
    ),
)

SAMPLES = (
    Key("kind", Kind.TEXT, "what to compare with; without it, what `path` is, or else the digits where they fit and "
        "random values where not", ("digits", "random", *ENDINGS), example='"random"'),
    Key("path", Kind.TEXT, "of arrays (`.npy`, `.npz`), a table (`.csv`), an image, sound (`.wav`, `.flac`), texts (`.txt`), "
        "a film (`.mp4`), or a folder of such", example='"samples.npz"'),
    Key("more", Kind.TEXTS, "further files of that kind", example='["more.wav"]'),
    Key("count", Kind.WHOLE, "how many at most; 0 for all", least=0, example="1000"),
    Key("seed", Kind.WHOLE, "of random samples", least=0, example="0"),
    Key("class_names", Kind.TEXT, "a file with the names of the classes", example='"classes.txt"'),
    Key("images", Kind.TABLE, "how pictures become numbers"),
    Key("audio", Kind.TABLE, "how sound becomes numbers"),
    Key("text", Kind.TABLE, "how texts become numbers"),
    Key("table", Kind.TABLE, "which columns are the inputs"),
    Key("video", Kind.TABLE, "which frames are taken"),
)  # fmt: skip

THRESHOLDS = (
    Key("max_difference", Kind.NUMBER, "the largest absolute difference of an output from PyTorch's", least=0,
        example="1e-4"),
    Key("max_relative_difference", Kind.NUMBER, "the same over the output's largest value", least=0, example="1e-5"),
    Key("min_agreement", Kind.NUMBER, "the share of samples with the same answer, of the model and of each file", least=0,
        example="0.999"),
    Key("min_accuracy", Kind.NUMBER, "the share of right answers of each file, where the samples have labels", least=0,
        example="0.97"),
    Key("max_megabytes", Kind.NUMBER, "megabytes of each file", least=0, example="25"),
)  # fmt: skip

_TABLES = (
    Key("options", Kind.TABLE, "of the conversion"),
    Key("samples", Kind.TABLE, "what to compare with"),
    Key("thresholds", Kind.TABLE, "limits beyond the verdict: what exceeds one counts as a different answer"),
)

TOP = (
    Key("version", Kind.WHOLE, f"of this form: {VERSION}", least=1, example=str(VERSION)),
    Key("output", Kind.TEXT, "the folder that takes the files (otherwise that of the pipeline file)",
        example='"converted"'),
    _FORMATS,
    Key("workers", Kind.WHOLE, "how many models are converted at the same time", least=1, example="2"),
    Key("report", Kind.TEXTS, "reports over all models to write, as `.html` or `.json`", example='["report.html"]'),
    Key("time_limit", Kind.NUMBER, "seconds that reading a model may take", least=1, example="300"),
    Key("memory_limit", Kind.NUMBER, "GiB that the work may take, all workers together", least=0, example="8"),
    *_TABLES,
    Key("model", Kind.TABLE, "one for each model, or for each pattern of files"),
)  # fmt: skip

INPUT = (
    Key("shape", Kind.TEXT, "letters stay dynamic, numbers are fixed", example='"N,3,224,224"'),
    Key("type", Kind.TEXT, "the element type", TYPES, example='"float32"'),
    Key("range", Kind.TEXT, "the smallest and the largest whole number that makes sense", example='"0..29"'),
)

MODEL = (
    Key("path", Kind.TEXT, "the file, a pattern of files, a Hugging Face folder, or a name such as `timm:resnet18`",
        example='"models/*.pt2"'),
    Key("name", Kind.TEXT, "of its files, without the ending (otherwise the model's)", example='"classifier"'),
    Key("code", Kind.TEXT, "for weights: the class, as `--code` takes it", example='"net.py:Net"'),
    Key("call", Kind.TEXT, "how the model is made from the names in `code`", example='"Net(depth=3)"'),
    Key("arguments", Kind.VALUES, "of its constructor; a text is a Python expression", example="{ depth = 3 }"),
    Key("weights", Kind.TEXT, "which of several weights in a checkpoint; for a name `pretrained` or `random`",
        example='"ema.state_dict"'),
    Key("strict", Kind.FLAG, "whether missing and unexpected keys are refused", example="true"),
    Key("values", Kind.VALUES, "arguments of `forward` that are no tensors", example="{ sr = 16000 }"),
    Key("python", Kind.TEXT, "the interpreter, or its environment's folder, in which the model's code runs",
        example='"~/venv"'),
    _FORMATS,
    Key("inputs", Kind.TABLE, "by the name of the input (`*` for the only one)"),
    *_TABLES,
)  # fmt: skip

TABLES = {
    "": TOP, "options": OPTIONS, "samples": SAMPLES, "samples.images": IMAGES, "samples.audio": AUDIO, "samples.text": TEXT,
    "samples.table": TABLE, "samples.video": VIDEO, "thresholds": THRESHOLDS, "model": MODEL, "model.inputs.NAME": INPUT,
}  # fmt: skip
"""By the path of the table in the file. A model has the tables ``options``, ``samples`` and ``thresholds`` of its own too."""

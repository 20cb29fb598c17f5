"""The options that choose samples, for all commands that compare: which, how many, and how each kind is read."""

from __future__ import annotations

import argparse

from pt2k_gui.verify.result import SUITABLE
from pt2k_gui.verify.samples.gather import SAMPLE_COUNT
from pt2k_gui.verify.samples.preprocessing import FITS, FREE_SIZE, ORDERS, PRESETS, STEPS
from pt2k_gui.verify.samples.source_settings import CLIP_FRAMES, HEADERS, MIXES, NO_LABEL


def add_sample_options(command: argparse.ArgumentParser) -> None:
    """Which samples, and how each kind of them is read."""
    group = command.add_argument_group("samples")
    group.add_argument(
        "--samples",
        action="append",
        default=[],
        metavar="digits|random|DIR|FILE",
        help="what to compare with: files of your own, or a folder of them: images, sound (.wav, .flac), texts (.txt), films "
        "(.mp4), arrays (.npz) or a table (.csv); can be repeated (default: the digits where they fit, else random)",
    )
    group.add_argument(
        "-n",
        "--count",
        type=int,
        default=SUITABLE,
        metavar="N",
        help=f"how many at most; 0 for all (default: {SAMPLE_COUNT}; fewer random ones where the model is slow)",
    )
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the random samples (default: %(default)s)")
    group.add_argument(
        "--class-names",
        default="",
        metavar="FILE",
        help="the names of the model's classes: one per line, or JSON (a list, or an object from numbers to names)",
    )
    group.add_argument("--layers", action="store_true", help="also compare layer by layer")
    _image_options(command)
    _source_options(command)


def _image_options(command: argparse.ArgumentParser) -> None:
    images = command.add_argument_group("images and frames", "how they are turned into numbers")
    images.add_argument(
        "--image-preset",
        choices=[entry.name for entry in PRESETS],
        help="mean and standard deviation (default: imagenet for 3 channels, signed for 1)",
    )
    for name, words in (("mean", "subtracted from pixels in [0, 1]"), ("std", "the result is divided by it")):
        images.add_argument(
            f"--image-{name}",
            type=_statistics,
            default=(),
            metavar="X[,X,X]",
            help=f"{words}; one number, or one per channel",
        )
    images.add_argument(
        "--image-size",
        type=_size,
        default=(0, 0),
        metavar="HxW",
        help=f"for a model whose image size is dynamic (default: {FREE_SIZE}x{FREE_SIZE})",
    )
    images.add_argument("--image-order", choices=ORDERS, default="rgb", help="of the channels (default: %(default)s)")
    images.add_argument(
        "--image-fit", choices=FITS, default="stretch", help="crop keeps the proportions (default: %(default)s)"
    )
    images.add_argument(
        "--image-steps",
        action="append",
        default=[],
        metavar="STEPS",
        help="all steps instead, as torchvision has them: 'resize 256 bicubic; center_crop 224; to_float; normalize "
        f"0.485,0.456,0.406 0.229,0.224,0.225'; known are {', '.join(STEPS)}; can be repeated",
    )


def _source_options(command: argparse.ArgumentParser) -> None:
    """How sound, texts, tables and films are read; each is named as its key in a pipeline file."""
    sound = command.add_argument_group("sound")
    for name, usual, words in (
        ("rate", 16_000, "samples a second, to which files of other rates are resampled; 0 leaves them as they are"),
        ("length", 0, "of a window, for a model that leaves it free; 0 for a second"),
        ("hop", 0, "from window to window; 0 for its length"),
    ):
        sound.add_argument(
            f"--audio-{name}", type=_count, default=usual, metavar="N", help=f"{words} (default: %(default)s)"
        )
    sound.add_argument(
        "--audio-mix", choices=MIXES, default=MIXES[0], help="of channels, for a model of one (default: %(default)s)"
    )
    texts = command.add_argument_group("texts")
    texts.add_argument("--tokenizer", default="", metavar="FILE.json", help="the tokenizer.json of the model")
    texts.add_argument(
        "--text-length", type=_count, default=0, metavar="N", help="in tokens; 0 for that of the longest text"
    )
    texts.add_argument("--no-special-tokens", action="store_true", help="add no tokens such as [CLS] around a text")
    texts.add_argument("--text-column", default="", metavar="NAME", help="of a table: the one that holds the texts")
    tables = command.add_argument_group("tables")
    tables.add_argument(
        "--columns", default="", metavar="A,B,3", help="the inputs, by name or number (default: all but the label)"
    )
    tables.add_argument(
        "--label-column",
        default="",
        metavar="NAME",
        help=f"the label's, or {NO_LABEL} (default: one named label, y ...)",
    )
    tables.add_argument(
        "--header",
        choices=HEADERS,
        default=HEADERS[0],
        help="whether the first row names columns (default: %(default)s)",
    )
    films = command.add_argument_group("films")
    films.add_argument("--every", type=whole, default=1, metavar="N", help="take each Nth frame (default: %(default)s)")
    films.add_argument(
        "--clip-frames", type=_count, default=0, metavar="N",
        help=f"frames of a sample, for a model that leaves them free (default: {CLIP_FRAMES})",
    )  # fmt: skip


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def _statistics(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 0.5 or 0.485,0.456,0.406") from error


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.lower().partition("x")
    if not (height.isdigit() and (width.isdigit() or not width)) or not int(height) or (width and not int(width)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 224x224")
    return int(height), int(width or height)


def whole(text: str) -> int:
    """A whole number of 1 or more, as the type of an option."""
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)

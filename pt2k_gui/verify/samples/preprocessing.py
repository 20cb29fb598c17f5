"""How a picture becomes the numbers that a model takes, as a list of steps like torchvision's. Plain data; reads no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages

if TYPE_CHECKING:
    from pt2k_gui.message import Template


@dataclass(frozen=True)
class Step:
    """One step. Its text is ``resize 256 bicubic`` or ``normalize 0.5 0.5``; ``parse_step`` reads it.

    Args:
        name: one of ``STEPS``.
        sizes: of ``resize`` and ``center_crop``: height and width in pixels, or one number; of ``resize``, one number is the
            shorter side, and the proportions stay. Of ``grayscale``: how many equal channels come out, 1 or 3.
        filter: of ``resize``, one of ``FILTERS``; what shrinks is averaged over the area that it covers.
        mean, std: of ``normalize``, one number or one a channel.
    """

    name: str
    sizes: tuple[int, ...] = ()
    filter: str = ""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The step as it is written on the command line and in pipeline files."""
        parts = [
            self.name,
            "x".join(map(str, self.sizes)),
            self.filter,
            *(",".join(f"{value:.9g}" for value in values) for values in (self.mean, self.std)),
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class ImageSettings:
    """Pixels are scaled to [0, 1], then become (pixel - mean) / std, channel by channel.

    Args:
        mean, std: one number, or one a channel in the order red, green, blue; empty means the usual ones for the model's
            channels: ImageNet's for three, 0.5 for one.
        height, width: in pixels, for a model that leaves them free; 0 means 224.
        order: ``rgb`` or ``bgr``, as the model takes the channels.
        fit: ``stretch`` to the size, or ``crop``: scaled to cover it, and cut from the middle.
        steps: all that is done instead of these, in order; the file's picture, upright and in red, green and blue, goes in.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    height: int = 0
    width: int = 0
    order: str = "rgb"
    fit: str = "stretch"
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Preset:
    """Mean and standard deviation that many models were trained with."""

    name: str
    title: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


RESIZE, COVER, CROP, GREY, TO_FLOAT, NORMALIZE, SWAP = (
    "resize", "cover", "center_crop", "grayscale", "to_float", "normalize", "bgr",
)  # fmt: skip
STEPS = (RESIZE, COVER, CROP, GREY, TO_FLOAT, NORMALIZE, SWAP)
"""``cover`` scales a picture, in proportion, until it covers a size. ``to_float`` makes 0 to 255 into 0 to 1; what comes after
it works with numbers."""
FILTERS = ("bilinear", "bicubic", "nearest", "lanczos", "box", "hamming")
ORDERS = ("rgb", "bgr")
FITS = ("stretch", "crop")
FREE_SIZE = 224
_LARGEST = 8192
PRESETS = (
    Preset("imagenet", "ImageNet", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    Preset("signed", "[-1, 1]", (0.5,), (0.5,)),
    Preset("unit", "[0, 1]", (0.0,), (1.0,)),
    Preset("clip", "CLIP", (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    Preset("bytes", "[0, 255]", (0.0,), (1 / 255,)),
)


def preset(name: str) -> Preset:
    """The preset of that name. Raises ``KeyError``."""
    return {entry.name: entry for entry in PRESETS}[name]


def usual(channels: int) -> Preset:
    """The preset for a model of which nothing is known but its channels."""
    return preset("imagenet" if channels == 3 else "signed")


def steps_of(settings: ImageSettings, channels: int, height: int, width: int) -> tuple[Step, ...]:
    """All steps, in order: those that were listed, or those that the other settings come to for an image of this size."""
    if settings.steps:
        return settings.steps
    known = usual(channels)
    size = (height, width)
    cropped = (Step(COVER, size, "bilinear"), Step(CROP, size))
    return (
        *((Step(GREY, (1,)),) if channels == 1 else ()),
        *(cropped if settings.fit == "crop" else (Step(RESIZE, size, "bilinear"),)),
        Step(TO_FLOAT),
        Step(NORMALIZE, mean=settings.mean or known.mean, std=settings.std or known.std),
        *((Step(SWAP),) if settings.order == "bgr" and channels == 3 else ()),
    )


def parse_steps(texts: Sequence[str]) -> tuple[Step, ...]:
    """Steps from their texts, each of which may hold several, separated by semicolons.

    Raises:
        Problem: one is none of ``STEPS``, or what follows its name is not what it takes.
    """
    return tuple(parse_step(part) for text in texts for part in text.split(";") if part.strip())


def parse_step(text: str) -> Step:
    """A step from its text, such as ``resize 256``, ``resize 224x224 bicubic``, ``center_crop 224``, ``grayscale``,
    ``to_float``, ``normalize 0.485,0.456,0.406 0.229,0.224,0.225`` or ``bgr``.

    Raises:
        Problem: it is nothing of that.
    """
    name, *words = text.lower().replace("centercrop", CROP).split()
    wrong = Problem(messages.NO_STEP(text=text.strip()), hint=messages.STEP_FORMS(names=list(STEPS)))
    if name in (TO_FLOAT, SWAP) and not words:
        return Step(name)
    if name == GREY and (not words or words in (["1"], ["3"])):
        return Step(name, (int(words[0]) if words else 1,))
    if name in (RESIZE, COVER, CROP) and words:
        sizes = tuple(int(part) if part.isdigit() else 0 for part in words[0].split("x"))
        chosen = words[1:] or (["bilinear"] if name != CROP else [])
        least = 2 if name == COVER else 1
        filters = [] if name == CROP else [word for word in chosen if word in FILTERS]
        if least <= len(sizes) <= 2 and all(0 < size <= _LARGEST for size in sizes) and chosen == filters[:1]:
            return Step(name, sizes, filters[0] if filters else "")
    if name == NORMALIZE and len(words) == 2:
        mean, std = map(_numbers, words)
        if mean and std and min(std) > 0:
            return Step(name, mean=mean, std=std)
    raise wrong


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        return ()


TITLES: dict[str, Template] = {
    RESIZE: messages.STEP_RESIZE,
    COVER: messages.STEP_COVER,
    CROP: messages.STEP_CROP,
    GREY: messages.STEP_GREY,
    TO_FLOAT: messages.STEP_FLOAT,
    NORMALIZE: messages.STEP_NORMALIZE,
    SWAP: messages.STEP_SWAP,
}
"""What each step is called."""

"""How a picture becomes the numbers that a model takes: size, mean, standard deviation, channel order. Plain data; reads
no picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageSettings:
    """Pixels are scaled to [0, 1], then become (pixel - mean) / std, channel by channel.

    Args:
        mean, std: one number, or one a channel in the order red, green, blue; empty means the usual ones for the model's
            channels: ImageNet's for three, 0.5 for one.
        height, width: in pixels, for a model that leaves them free; 0 means 224.
        order: ``rgb`` or ``bgr``, as the model takes the channels.
        fit: ``stretch`` to the size, or ``crop``: scaled to cover it, and cut from the middle.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    height: int = 0
    width: int = 0
    order: str = "rgb"
    fit: str = "stretch"


@dataclass(frozen=True)
class Preset:
    """Mean and standard deviation that many models were trained with."""

    name: str
    title: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


ORDERS = ("rgb", "bgr")
FITS = ("stretch", "crop")
FREE_SIZE = 224
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

"""Shows each step of preparation on one picture, to look at while the steps are chosen. Runs no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.image_steps import shown, trail
from pt2k_gui.verify.samples.images import BrokenImage, upright
from pt2k_gui.verify.samples.preprocessing import Step
from pt2k_gui.verify.samples.sample_files import chosen_files
from pt2k_gui.verify.samples.source_settings import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from PIL import Image


@dataclass(frozen=True, eq=False)
class Stage:
    """A picture on its way: (height, width, 3) uint8 to look at, and the range of its values."""

    pixels: np.ndarray
    low: float
    high: float
    channels: int


def first_picture(choice: SampleChoice) -> Image.Image:
    """The first image or frame of the chosen files. Raises ``Problem`` where there is none that can be read."""
    if choice.kind == "video":
        from pt2k_gui.verify.samples.video import Film

        _folder, files = chosen_files(choice, ENDINGS["video"])
        found = next((frame for frame in (Film(file).frame(0) for file in files) if frame is not None), None)
        if found is not None:
            return found
        raise Problem(messages.TOO_FEW_FRAMES(path=choice.path, count=0, least=1), hint=messages.CHOOSE_FILM())
    _folder, files = chosen_files(choice, ENDINGS["folder"])
    for file in files:
        try:
            return upright(file)
        except BrokenImage:
            continue
    raise Problem(messages.NO_IMAGES(folder=choice.path), hint=messages.CHOOSE_IMAGE_FOLDER())


def stages(picture: Image.Image, steps: Sequence[Step]) -> list[Stage]:
    """The picture as it comes, and after each step."""
    return [_stage(found) for found in (picture, *trail(picture, steps))]


def _stage(found: Image.Image | np.ndarray) -> Stage:
    import numpy as np

    values = np.asarray(found)
    channels = 1 if values.ndim == 2 else values.shape[2]
    return Stage(shown(found), float(values.min()), float(values.max()), channels)

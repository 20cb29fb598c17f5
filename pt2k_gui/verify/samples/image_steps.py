"""Carries steps of preparation out on pictures, as torchvision does on Pillow's images, and writes them as Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages
from pt2k_gui.verify.samples.preprocessing import COVER, CROP, GREY, NORMALIZE, RESIZE, SWAP, TO_FLOAT, Step

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

_ON_PICTURES = (RESIZE, COVER, CROP, GREY)


def check_steps(steps: Sequence[Step], channels: int) -> None:
    """Raise ``Problem`` where the steps can't work in their order, or come to another number of channels."""
    numbers, now = False, 3
    for step in steps:
        if step.name == SWAP and now != 3:
            raise Problem(messages.STEP_NEEDS_COLOUR(step=step.text), hint=messages.STEP_BEFORE(other=GREY))
        if step.name in _ON_PICTURES and numbers:
            raise Problem(messages.STEP_TOO_LATE(step=step.text), hint=messages.STEP_BEFORE(other=TO_FLOAT))
        if step.name == NORMALIZE and not numbers:
            raise Problem(messages.STEP_TOO_EARLY(step=step.text), hint=messages.STEP_AFTER(other=TO_FLOAT))
        if step.name == NORMALIZE:
            for name, values in ((messages.MEAN(), step.mean), (messages.STANDARD_DEVIATION(), step.std)):
                if len(values) not in (1, now):
                    raise Problem(
                        messages.CHANNEL_NUMBERS(name=name, count=len(values), channels=now),
                        hint=messages.ONE_OR_EACH(),
                    )
            if min(step.std) <= 0:
                raise Problem(messages.DEVIATION(), hint=messages.UNIT_PIXELS())
        numbers = numbers or step.name == TO_FLOAT
        now = step.sizes[0] if step.name == GREY else now
    if now != channels:
        raise Problem(
            messages.STEPS_CHANNELS(now=now, channels=channels), hint=messages.ADD_STEP(step=f"{GREY} {channels}")
        )


def trail(picture: Image.Image, steps: Sequence[Step]) -> Iterator[Image.Image | np.ndarray]:
    """Results of each step for a picture in red, green and blue: a picture, or float32 (height, width, channels)."""
    now: Any = picture
    for step in steps:
        now = _done(now, step)
        yield now


def prepared(picture: Image.Image, steps: Sequence[Step]) -> np.ndarray:
    """The picture after all steps, as float32 (height, width, channels)."""
    now: Any = picture
    for now in trail(picture, steps):  # noqa: B007 (the last one counts)
        pass
    return _as_numbers(now)


def _as_numbers(picture: Any) -> np.ndarray:
    import numpy as np

    array = np.asarray(picture, np.float32)
    return array[:, :, None] if array.ndim == 2 else array


def _done(now: Any, step: Step) -> Any:
    import numpy as np

    if step.name in (RESIZE, COVER):
        from PIL import Image

        return now.resize(resized(now.size, step), Image.Resampling[step.filter.upper()])
    if step.name == CROP:
        return _cropped(now, step.sizes[0], step.sizes[-1])
    if step.name == GREY:
        grey = now.convert("L")
        return grey if step.sizes[0] == 1 else grey.convert("RGB")
    if step.name == SWAP and not isinstance(now, np.ndarray):
        return _swapped(now)
    array = _as_numbers(now)
    if step.name == TO_FLOAT:
        return array / np.float32(255)
    if step.name == NORMALIZE:
        return (array - np.array(step.mean, np.float32)) / np.array(step.std, np.float32)
    return array[:, :, ::-1]


def _swapped(picture: Image.Image) -> Image.Image:
    from PIL import Image

    return Image.merge("RGB", picture.split()[::-1]) if picture.mode == "RGB" else picture


def resized(size: tuple[int, int], step: Step) -> tuple[int, int]:
    """Width and height after ``resize`` or ``cover``, as torchvision rounds them: the longer side down."""
    width, height = size
    if step.name == COVER:
        scale = max(step.sizes[0] / height, step.sizes[1] / width)
        return max(round(width * scale), step.sizes[1]), max(round(height * scale), step.sizes[0])
    if len(step.sizes) == 2:
        return step.sizes[1], step.sizes[0]
    short, long = sorted(size)
    other = int(step.sizes[0] * long / short)
    return (step.sizes[0], other) if width <= height else (other, step.sizes[0])


def _cropped(picture: Image.Image, height: int, width: int) -> Image.Image:
    """The middle; black around a picture that is smaller."""
    left, top = ((have - want) / 2 for have, want in zip(picture.size, (width, height), strict=True))
    if left < 0 or top < 0:
        from PIL import ImageOps

        across, down = max(width - picture.width, 0), max(height - picture.height, 0)
        picture = ImageOps.expand(picture, (across // 2, down // 2, (across + 1) // 2, (down + 1) // 2))
        left, top = ((have - want) / 2 for have, want in zip(picture.size, (width, height), strict=True))
    first, above = round(left), round(top)
    return picture.crop((first, above, first + width, above + height))


def shown(result: Image.Image | np.ndarray) -> np.ndarray:
    """A step's result as uint8 (height, width, 3) to look at: numbers from their least as black to their largest."""
    import numpy as np

    if not isinstance(result, np.ndarray):
        return np.asarray(result.convert("RGB"), np.uint8)
    low, high = float(result.min()), float(result.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    scaled = (result - low) / max(high - low, 1e-12) * 255
    return np.broadcast_to(scaled.round().astype(np.uint8), (*result.shape[:2], 3))


# As Python


def as_python(steps: Sequence[Step], *, channels_last: bool) -> str:
    """A function ``prepare(path)`` that does the same with numpy and Pillow alone, and returns a batch of one image."""
    first = next((place for place, step in enumerate(steps) if step.name == TO_FLOAT), len(steps))
    body = [line for place, step in enumerate(steps) for line in _lines(step, numbers=place > first)]
    numbers = _FLOAT_CODE if first == len(steps) else []  # of a model that takes bytes
    order = [] if channels_last else ["image = image.transpose(2, 0, 1)"]
    needs_crop = any(step.name == CROP for step in steps)
    lines = [
        "import numpy as np",
        "from PIL import Image, ImageOps",
        "",
        *(_CROP_CODE.splitlines() if needs_crop else ()),
        "",
        "def prepare(path):",
        '    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")',
        *(f"    {line}" for line in body),
        *(f"    {line}" for line in (*numbers, *order)),
        "    return np.ascontiguousarray(image[None])",
    ]
    return "\n".join(lines)


_FLOAT_CODE = ["image = np.asarray(image, np.float32)", "image = image.reshape(*image.shape[:2], -1)"]
_CROP_CODE = """
def center_crop(image, height, width):
    across, down = max(width - image.width, 0), max(height - image.height, 0)
    image = ImageOps.expand(image, (across // 2, down // 2, (across + 1) // 2, (down + 1) // 2))
    left, top = round((image.width - width) / 2), round((image.height - height) / 2)
    return image.crop((left, top, left + width, top + height))
"""


def _lines(step: Step, *, numbers: bool) -> list[str]:
    if step.name in (RESIZE, COVER):
        resampling = f"Image.Resampling.{step.filter.upper()}"
        if step.name == COVER:
            height, width = step.sizes
            return [
                f"scale = max({height} / image.height, {width} / image.width)",
                f"size = max(round(image.width * scale), {width}), max(round(image.height * scale), {height})",
                f"image = image.resize(size, {resampling})",
            ]
        if len(step.sizes) == 2:
            return [f"image = image.resize({step.sizes[::-1]}, {resampling})"]
        return [
            f"short, long = {step.sizes[0]}, int({step.sizes[0]} * max(image.size) / min(image.size))",
            "size = (short, long) if image.width <= image.height else (long, short)",
            f"image = image.resize(size, {resampling})",
        ]
    return {
        CROP: [f"image = center_crop(image, {step.sizes[0]}, {step.sizes[-1]})"] if step.name == CROP else [],
        GREY: ['image = image.convert("L")' + ('.convert("RGB")' if step.sizes == (3,) else "")],
        TO_FLOAT: [*_FLOAT_CODE, "image = image / np.float32(255)"],
        NORMALIZE: [
            f"mean, std = {_array(step.mean)}, {_array(step.std)}",
            "image = (image - mean) / std",
        ],
        SWAP: ["image = image[:, :, ::-1]" if numbers else 'image = Image.merge("RGB", image.split()[::-1])'],
    }[step.name]


def _array(values: Sequence[float]) -> str:
    return f"np.float32([{', '.join(repr(value) for value in values)}])"

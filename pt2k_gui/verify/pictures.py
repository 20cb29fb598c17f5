"""A folder of images as samples: sub-folders are the labels, broken images are reported and skipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples import Samples, batch_size, free_batch

if TYPE_CHECKING:
    import numpy as np

_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_THUMBNAIL = 64
_MOST_NAMED = 5
# ImageNet's statistics, which torchvision's and timm's models were trained with; 0.5 for grey images, as the tutorial.
_COLOUR = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_GREY = ((0.5,), (0.5,))


def from_folder(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Samples:
    """The images below a folder in the size that the model takes, normalised.

    Raises:
        Problem: the model does not take one image, or the folder holds none that can be read.
    """
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    channels, height, width = _image_size(inputs)
    folder = Path(choice.path)
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS and path.is_file())
    if not files:
        raise Problem(f"{folder} holds no images.", hint="Choose a folder with .png or .jpg files.")
    mean, std = (np.array(v, np.float32) for v in (_COLOUR if channels == 3 else _GREY))
    values: list[np.ndarray] = []
    pictures: list[np.ndarray] = []
    kept: list[Path] = []
    broken: list[str] = []
    for path in files:
        if choice.count and len(kept) >= choice.count:
            break
        try:
            with Image.open(path) as opened:
                picture = opened.convert("RGB" if channels == 3 else "L").resize(
                    (width, height), Image.Resampling.BILINEAR
                )
        except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError):
            broken.append(path.name)
            continue
        array = np.asarray(picture, np.float32).reshape(height, width, channels) / 255
        values.append(((array - mean) / std).transpose(2, 0, 1))
        pictures.append(np.asarray(picture.convert("L").resize((_THUMBNAIL, _THUMBNAIL)), np.uint8))
        kept.append(path)
    fixed = batch_size(inputs)
    count = len(kept) // fixed * fixed if fixed else len(kept)
    if not count:
        raise Problem(
            f"{folder} holds {len(kept)} images that can be read; the model needs at least {fixed or 1}.",
            hint="Choose a folder with more images.",
        )
    per_batch = fixed or free_batch(inputs)
    names = sorted({path.parent.name for path in kept if path.parent != folder})
    labels = np.array([names.index(p.parent.name) if p.parent != folder else -1 for p in kept[:count]], np.int64)
    spec = inputs[0]

    def batches() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            batch = np.stack(values[start : min(start + per_batch, count)]).astype(spec.dtype)
            yield (batch.reshape(len(batch), *(int(size) for size in spec.shape[1:])),)

    notes = []
    if broken:
        more = f" and {len(broken) - _MOST_NAMED} more" if len(broken) > _MOST_NAMED else ""
        notes.append(f"Skipped, because they can't be read as images: {', '.join(broken[:_MOST_NAMED])}{more}.")
    return Samples(
        count,
        f"the images in {folder}",
        batches,
        per_batch,
        np.stack(pictures[:count]),
        labels if names else None,
        tuple(names),
        channels * height * width,
        tuple(notes),
    )


def _image_size(inputs: Sequence[TensorSpec]) -> tuple[int, int, int]:
    shape = inputs[0].shape if len(inputs) == 1 else ()
    if len(shape) == 4 and shape[1] in (1, 3) and isinstance(shape[2], int) and isinstance(shape[3], int):
        return int(shape[1]), shape[2], shape[3]
    raise Problem(
        "A folder of images needs a model that takes one image of 1 or 3 channels in a fixed size.",
        hint="Fix height and width on the Input page, or choose a .npz file.",
    )

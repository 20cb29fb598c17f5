"""One sample of one output through every backend, as what it is: pictures, rows and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pt2k_gui.verify import messages
from pt2k_gui.verify.outputs import decoding, pixels
from pt2k_gui.verify.outputs.kinds import Kind
from pt2k_gui.verify.outputs.shown import Mark, Panel, Shown
from pt2k_gui.verify.predict import probabilities

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.palette import Colours

TOP = 5
_MOST_ROWS = 1_000
_MOST_CLASSES = 24  # of a mask that are named
_SIDE = 160  # pixels of a matrix' picture
_BLANK = 256
_SAME_BOX = 0.99  # of their joint area that two backends' boxes have in common
_POINT_MOVES = 0.5  # pixels of a heat map between two places that are the same


@dataclass(frozen=True)
class Sample:
    """A choice of what is to be looked at.

    Attributes:
        outputs: by a backend's name its values for this sample, in ONNX's axes; the reference first.
        every: the same for all samples that are stored, (samples, ...).
        number: which of those it is.
        picture: the input, (height, width, 3) uint8, where it is an image.
        classes: names of the classes, where known.
        beside: by a backend's name the model's other outputs for this sample.
        words: the tokens of the tokenizer that the texts went through, by number.
    """

    outputs: Mapping[str, np.ndarray]
    every: Mapping[str, np.ndarray]
    number: int
    picture: np.ndarray | None
    classes: Sequence[str]
    beside: Mapping[str, Sequence[np.ndarray]] = field(default_factory=dict)
    words: Sequence[str] = ()

    def word(self, number: int) -> str:
        """A token, with its number, where that is known."""
        return f"{self.words[number]}  ({number})" if 0 <= number < len(self.words) else self.named(number)

    def named(self, number: int) -> str:
        """A class by its name, where that is known."""
        return self.classes[number] if 0 <= number < len(self.classes) else str(number)


def view(kind: Kind, sample: Sample, colours: Colours, *, gain: float = 1.0) -> Shown:
    """Show a sample.

    Args:
        gain: how many times a difference of images is amplified.

    Raises:
        ValueError: the output can't be looked at as this kind.
    """
    return _VIEWERS[kind](sample, colours, gain)


def _largest(sample: Sample) -> float:
    import numpy as np

    first, last = _ends(sample)
    return float(np.abs(first.astype(np.float64) - last.astype(np.float64)).max(initial=0.0))


def _ends(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    values = list(sample.outputs.values())
    return values[0], values[-1]


def _scores(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The likeliest classes of each backend."""
    import numpy as np

    shares = {name: np.array(probabilities(values.reshape(-1))) for name, values in sample.outputs.items()}
    orders = {name: np.argsort(-values, kind="stable")[:TOP].tolist() for name, values in shares.items()}
    rows, differing = [], []
    for place in range(min(map(len, orders.values()))):
        row = [str(place + 1)]
        for name, order in orders.items():
            row += [sample.named(order[place]), f"{shares[name][order[place]]:.2%}"]
        rows.append(tuple(row))
        if len({order[place] for order in orders.values()}) > 1:
            differing.append(place)
    headings = ["", *(part for name in orders for part in (name, messages.SHARE()))]
    sentence = messages.TOP_DIFFERS(count=len(differing)) if differing else messages.TOP_SAME(count=len(rows))
    return Shown(sentence, (), tuple(headings), tuple(rows), tuple(range(2, len(headings), 2)), tuple(differing))


def _image(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The image of each backend, and what the first and the last differ by."""
    import numpy as np

    low, high = pixels.image_range(*pixels.span(list(sample.outputs.values())))
    panels = [
        Panel(name, pixels.as_image(_planes(values), low, high), backend=name)
        for name, values in sample.outputs.items()
    ]
    first, last = (_planes(values).astype(np.float64) for values in _ends(sample))
    difference = np.abs(first - last) * gain
    panels.append(Panel(messages.DIFFERENCE_TIMES(gain=gain), pixels.as_image(difference, 0.0, high - low)))
    grey = int(np.count_nonzero((panels[0].pixels != panels[len(sample.outputs) - 1].pixels).any(-1)))
    sentence = messages.IMAGES_DIFFER(largest=_largest(sample), count=grey)
    return Shown(sentence, tuple(panels), wipe=len(sample.outputs) > 1)


def _planes(values: np.ndarray) -> np.ndarray:
    """As (channels, height, width) or (height, width)."""
    while values.ndim > 3 and values.shape[0] == 1:
        values = values[0]
    if values.ndim not in (2, 3):
        raise ValueError(f"{values.ndim} axes")
    return values


def _mask(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The likeliest class of each pixel in its colour, over the input where that is an image."""
    import numpy as np

    classes = {name: _classes_of(values) for name, values in sample.outputs.items()}
    panels = [
        Panel(name, pixels.blended(pixels.as_classes(numbers), sample.picture), backend=name)
        for name, numbers in classes.items()
    ]
    ends = list(classes.values())
    other = ends[0] != ends[-1]
    marked = np.empty((*other.shape, 3), np.uint8)
    marked[:] = pixels.rgb(colours.surface)
    marked[other] = pixels.rgb(colours.bad)
    panels.append(Panel(messages.DISAGREEMENT(), marked))
    there = np.unique(np.concatenate([np.unique(numbers) for numbers in ends]))[:_MOST_CLASSES].tolist()
    counts = [{n: int((numbers == n).sum()) for n in there} for numbers in classes.values()]
    rows = tuple(
        (sample.named(n), "#{:02X}{:02X}{:02X}".format(*pixels.class_colour(n)), *(f"{count[n]:,}" for count in counts))
        for n in there
    )
    differing = tuple(place for place, n in enumerate(there) if len({count[n] for count in counts}) > 1)
    return Shown(
        messages.PIXELS_DIFFER(count=int(other.sum()), all=other.size),
        tuple(panels),
        (messages.CLASS(), messages.COLOUR(), *classes),
        rows,
        tuple(range(2, 2 + len(classes))),
        differing,
    )


def _classes_of(values: np.ndarray) -> np.ndarray:
    import numpy as np

    planes = _planes(values)
    if planes.ndim == 2 or planes.shape[0] == 1:
        flat = planes.reshape(planes.shape[-2:])
        whole = bool((flat == np.round(flat)).all() and flat.min(initial=0) >= 0)
        positive = flat > (0.5 if flat.min(initial=0) >= 0 and flat.max(initial=0) <= 1 else 0.0)
        return flat.astype(np.int64) if whole else positive.astype(np.int64)
    return planes.argmax(0)


def _map(sample: Sample, colours: Colours, gain: float) -> Shown:
    """Depth, heat or the like on one ramp of colours."""
    import numpy as np

    flat = {name: _one_plane(values) for name, values in sample.outputs.items()}
    low, high = pixels.span(list(flat.values()))
    panels = [Panel(name, pixels.as_map(values, low, high), backend=name) for name, values in flat.items()]
    ends = [values.astype(np.float64) for values in flat.values()]
    panels.append(
        Panel(messages.DIFFERENCE_TIMES(gain=gain), pixels.as_map(np.abs(ends[0] - ends[-1]) * gain, 0.0, high - low))
    )
    return Shown(messages.MAPS_DIFFER(largest=_largest(sample), low=low, high=high), tuple(panels), wipe=len(flat) > 1)


def _one_plane(values: np.ndarray) -> np.ndarray:
    planes = _planes(values)
    return planes if planes.ndim == 2 else planes.mean(0)


def _boxes(sample: Sample, colours: Colours, gain: float) -> Shown:
    """Boxes over the input, each backend's in its colour, and which of them the last backend finds too."""
    tables = {name: _planes(values) for name, values in sample.outputs.items()}
    if any(table.ndim != 2 or max(table.shape) < 4 for table in tables.values()):
        raise ValueError("no table of boxes")
    found = {
        name: decoding.boxes(decoding.joined(table, sample.beside.get(name, ())) if table.shape[1] == 4 else table)
        for name, table in tables.items()
    }
    under = sample.picture if sample.picture is not None else _blank(colours)
    height, width = under.shape[:2]
    everything = [box for each in found.values() for box in each]
    # Corners up to 2 are parts of the picture, larger ones its pixels.
    parts = all(abs(value) <= 2 for box in everything for value in (box.left, box.top, box.right, box.bottom))
    across, down = (width, height) if parts else (1.0, 1.0)
    first, last = next(iter(found.values())), list(found.values())[-1]
    panels = tuple(
        Panel(
            name,
            under,
            tuple(
                _box_mark(box, (across, down), sample, colours.backend(name), wrong=not _found_in(box, other))
                for box in each
            ),
            name,
        )
        for name, each, other in ((name, each, first if each is last else last) for name, each in found.items())
    )
    rows, differing = [], []
    for place, box in enumerate(first):
        share = max((decoding.overlap(box, other) for other in last), default=0.0)
        corners = ", ".join(f"{value:.4g}" for value in (box.left, box.top, box.right, box.bottom))
        rows.append((sample.named(box.kind) if box.kind >= 0 else "", f"{box.score:.3f}", corners, f"{share:.4f}"))
        if not _found_in(box, last):
            differing.append(place)
    alone = sum(not _found_in(box, first) for box in last)
    ends = list(found)
    sentence = messages.BOXES_DIFFER(
        first=ends[0], found=len(first), last=ends[-1], other=len(last), count=max(len(differing), alone)
    )
    headings = (messages.CLASS(), messages.SCORE(), messages.CORNERS(), messages.OVERLAP())
    return Shown(sentence, panels, headings, tuple(rows), (1, 3), tuple(differing))


def _found_in(box: decoding.Box, others: Sequence[decoding.Box]) -> bool:
    """Whether another backend gives the same box."""
    return any(decoding.overlap(box, other) > _SAME_BOX and box.kind == other.kind for other in others)


def _box_mark(box: decoding.Box, scale: tuple[float, float], sample: Sample, colour: str, *, wrong: bool) -> Mark:
    across, down = scale
    label = sample.named(box.kind) if box.kind >= 0 else ""
    return Mark(box.left * across, box.top * down, box.right * across, box.bottom * down, label, colour, wrong)


def _blank(colours: Colours) -> np.ndarray:
    import numpy as np

    made = np.empty((_BLANK, _BLANK, 3), np.uint8)
    made[:] = pixels.rgb(colours.surface)
    return made


def _points(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The place of the largest value of each heat map."""
    planes = {name: _planes(values) for name, values in sample.outputs.items()}
    if any(values.ndim != 3 for values in planes.values()):
        raise ValueError("no heat maps")
    found = {name: decoding.points(values) for name, values in planes.items()}
    low, high = pixels.span([values.max(0) for values in planes.values()])
    places = list(found.values())
    rows, differing = [], []
    for number, (one, other) in enumerate(zip(places[0], places[-1], strict=True)):
        rows.append(
            (str(number), *(f"{each[number][0]:.0f}, {each[number][1]:.0f}" for each in places), f"{one[2]:.3g}")
        )
        if max(abs(one[0] - other[0]), abs(one[1] - other[1])) > _POINT_MOVES:
            differing.append(number)
    panels = tuple(
        Panel(
            name,
            pixels.blended(pixels.as_map(values.max(0), low, high), sample.picture, 0.5),
            tuple(
                Mark(x, y, x, y, str(n), colours.backend(name), n in differing)
                for n, (x, y, _) in enumerate(found[name])
            ),
            name,
        )
        for name, values in planes.items()
    )
    return Shown(
        messages.POINTS_DIFFER(count=len(differing), all=len(rows)),
        panels,
        (messages.POINT(), *found, messages.SCORE()),
        tuple(rows),
        (1 + len(found),),
        tuple(differing),
    )


def _sound(sample: Sample, colours: Colours, gain: float) -> Shown:
    """Waves on one scale, their difference, and the spectra."""
    import numpy as np

    sounds = {name: np.nan_to_num(values.reshape(-1, values.shape[-1])[0].astype(np.float64))
              for name, values in sample.outputs.items()}  # fmt: skip
    most = max(float(np.abs(values).max(initial=0.0)) for values in sounds.values()) or 1.0
    panels = [
        Panel(name, pixels.as_wave(values, colours.backend(name), colours, most), backend=name)
        for name, values in sounds.items()
    ]
    ends = list(sounds.values())
    difference = (ends[0] - ends[-1]) * gain
    panels.append(Panel(messages.DIFFERENCE_TIMES(gain=gain), pixels.as_wave(difference, colours.bad, colours, most)))
    panels += [Panel(messages.SPECTRUM_OF(backend=name), pixels.as_spectrum(values)) for name, values in sounds.items()]
    return Shown(
        messages.SOUNDS_DIFFER(largest=_largest(sample), most=most, count=len(ends[0])),
        tuple(panels),
        sound=tuple(sounds.items()),
    )


def _tokens(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The likeliest token at each place, or the tokens themselves."""
    import numpy as np

    tokens = {}
    for name, values in sample.outputs.items():
        flat = values[0] if values.ndim == 3 and values.shape[0] == 1 else values
        tokens[name] = flat.argmax(-1) if flat.ndim == 2 else np.round(flat.reshape(-1)).astype(np.int64)
    count = min(len(each) for each in tokens.values())
    rows = tuple(
        (str(place), *(sample.word(int(each[place])) for each in tokens.values()))
        for place in range(min(count, _MOST_ROWS))
    )
    differing = tuple(place for place, row in enumerate(rows) if len(set(row[1:])) > 1)
    return Shown(
        messages.TOKENS_DIFFER(count=len(differing), all=count), (), (messages.PLACE(), *tokens), rows, (), differing
    )


def _embedding(sample: Sample, colours: Colours, gain: float) -> Shown:
    """How alike the samples are to each other by each backend, and which are nearest to this one."""
    import numpy as np

    matrices = {}
    for name, values in sample.every.items():
        rows = values.reshape(len(values), -1).astype(np.float64)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit = rows / np.where(lengths > 0, lengths, 1)
        matrices[name] = unit @ unit.T
    size = max(1, _SIDE // max(len(next(iter(matrices.values()))), 1))
    panels = tuple(
        Panel(name, pixels.as_map(matrix, -1.0, 1.0).repeat(size, 0).repeat(size, 1), backend=name)
        for name, matrix in matrices.items()
    )
    orders = {name: [n for n in np.argsort(-matrix[sample.number], kind="stable").tolist() if n != sample.number][:TOP]
              for name, matrix in matrices.items()}  # fmt: skip
    near = []
    for place in range(min(map(len, orders.values()))):
        row = [str(place + 1)]
        for name, order in orders.items():
            row += [f"{order[place] + 1}", f"{matrices[name][sample.number, order[place]]:.4f}"]
        near.append(tuple(row))
    differing = tuple(place for place, row in enumerate(near) if len(set(row[1::2])) > 1)
    headings = ("", *(part for name in orders for part in (name, messages.COSINE())))
    first, last = _ends(sample)
    a, b = first.reshape(-1).astype(np.float64), last.reshape(-1).astype(np.float64)
    cosine = float(a @ b) / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-300)
    sentence = messages.EMBEDDINGS_DIFFER(cosine=cosine, count=len(differing))
    return Shown(sentence, panels, headings, tuple(near), tuple(range(1, len(headings))), differing)


def _array(sample: Sample, colours: Colours, gain: float) -> Shown:
    """The numbers themselves, those that differ most first."""
    import numpy as np

    flat = {name: values.reshape(-1) for name, values in sample.outputs.items()}
    ends = list(flat.values())
    difference = np.abs(ends[0].astype(np.float64) - ends[-1].astype(np.float64))
    order = np.argsort(-np.nan_to_num(difference, nan=np.inf), kind="stable")[:_MOST_ROWS].tolist()
    shape = next(iter(sample.outputs.values())).shape
    rows = tuple(
        (
            ", ".join(str(part) for part in np.unravel_index(place, shape)),
            *(f"{float(values[place]):.6g}" for values in flat.values()),
            f"{float(difference[place]):.1e}",
        )
        for place in order
    )
    headings = (messages.PLACE(), *flat, messages.DIFFERENCE())
    return Shown(
        messages.NUMBERS_DIFFER(largest=_largest(sample), count=len(difference)),
        (),
        headings,
        rows,
        tuple(range(1, len(headings))),
    )


_VIEWERS: dict[Kind, Callable[[Sample, Colours, float], Shown]] = {
    Kind.SCORES: _scores,
    Kind.IMAGE: _image,
    Kind.MASK: _mask,
    Kind.MAP: _map,
    Kind.BOXES: _boxes,
    Kind.POINTS: _points,
    Kind.SOUND: _sound,
    Kind.TOKENS: _tokens,
    Kind.EMBEDDING: _embedding,
    Kind.ARRAY: _array,
}

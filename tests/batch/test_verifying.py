"""A verification that is split over processes says what one process says."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pt2k_gui.verify.comparison import Differences
from pt2k_gui.verify.lost_information import OutputErrors
from pt2k_gui.verify.samples.base import Samples, part_of


def batches(count: int, per_batch: int) -> Samples:
    values = np.arange(count * 2, dtype=np.float32).reshape(count, 2)

    def made() -> Iterator[tuple[np.ndarray, ...]]:
        for start in range(0, count, per_batch):
            yield (values[start : start + per_batch],)

    return Samples(count, "made up", made, per_batch, labels=np.arange(count), files=tuple(map(str, range(count))))


@pytest.mark.parametrize(("count", "per_batch", "parts"), [(100, 8, 3), (7, 2, 2), (5, 5, 4), (64, 16, 4), (1, 1, 2)])
def test_parts_are_all_of_the_samples_each_once_in_their_order(count: int, per_batch: int, parts: int) -> None:
    samples = batches(count, per_batch)
    found = [part_of(samples, number, parts) for number in range(parts)]
    assert sum(part.count for part in found) == count
    assert found[0].count, "the first part, which others are taken into, is never empty"
    rows = [batch[0] for part in found for batch in part.batches()]
    assert np.array_equal(np.concatenate(rows), np.concatenate([batch[0] for batch in samples.batches()]))
    assert [int(label) for part in found if part.labels is not None for label in part.labels] == list(range(count))
    assert [file for part in found for file in part.files] == list(samples.files)


def test_what_parts_added_up_is_what_one_run_adds_up() -> None:
    generator = np.random.default_rng(3)
    actual = generator.standard_normal((60, 10)).astype(np.float32)
    expected = (actual + generator.standard_normal(actual.shape) * 1e-3).astype(np.float32)
    whole, parts = Differences("y", "Keras", "PyTorch"), [Differences("y", "Keras", "PyTorch") for _ in range(3)]
    channels, split = OutputErrors(), [OutputErrors() for _ in range(3)]
    for start in range(0, 60, 10):
        rows = slice(start, start + 10)
        for differences, errors in ((whole, channels), (parts[start // 20], split[start // 20])):
            differences.add(actual[rows], expected[rows], 10)
            errors.add(actual[rows], expected[rows])
    for other, more in zip(parts[1:], split[1:], strict=True):
        parts[0].merge(pickle.loads(pickle.dumps(other)))
        split[0].merge(more)
    one, merged = dataclasses.asdict(whole.result()), dataclasses.asdict(parts[0].result())
    for name, value in one.items():
        assert merged[name] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), name
    assert np.array_equal(np.concatenate(whole.per_sample), np.concatenate(parts[0].per_sample))
    for axis, sums in channels._axes.items():
        assert all(np.allclose(values, split[0]._axes[axis][key], rtol=1e-12) for key, values in sums.items())


def test_a_part_of_another_shape_is_not_hidden_by_the_others() -> None:
    good, bad = Differences("y", "Keras", "PyTorch"), Differences("y", "Keras", "PyTorch")
    good.add(np.zeros((2, 3)), np.zeros((2, 3)), 2)
    bad.add(np.zeros((2, 4)), np.zeros((2, 3)), 2)
    good.merge(bad)
    assert math.isinf(good.max_abs) and good.result().agreeing is None


@pytest.mark.slow
def test_a_verification_in_two_processes_is_the_same_as_in_one(tmp_path: Path) -> None:
    from pt2k_gui import pipeline
    from pt2k_gui.batch.verifying import verify_here
    from pt2k_gui.jobs import export, verify
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.resources import resource
    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SampleChoice

    source = Source(str(resource("samples/digits-mlp.pt2")))
    choice = SampleChoice("digits", count=1500)
    keras, onnx = str(tmp_path / "a.keras"), str(tmp_path / "a.onnx")
    pipeline.run(source, [keras], samples=SampleChoice("digits", count=20))
    with pipeline.pipeline(SilentContext()) as steps:
        card = steps.load(source)
        steps.run(export.Request(source, card.inputs, onnx))
        request = verify.Request(source, onnx, keras, str(tmp_path), choice)
        one = steps.run(request)
        arrays = dict(np.load(one.arrays))
        two = verify_here(steps, request, 2, (0.0, 1.0), 0.0)
    assert two.verdict == one.verdict
    assert (two.samples, two.disagreements, two.sample_source) == (one.samples, one.disagreements, one.sample_source)
    assert [row.accuracy for row in two.backends] == [row.accuracy for row in one.backends]
    for ours, theirs in zip(one.comparisons, two.comparisons, strict=True):
        assert (ours.agreeing, ours.max_abs, ours.samples) == (theirs.agreeing, theirs.max_abs, theirs.samples)
        assert ours.cosine == pytest.approx(theirs.cosine, rel=1e-12)
    again = dict(np.load(two.arrays))
    assert all(np.array_equal(values, again[name]) for name, values in arrays.items())


@pytest.mark.full
def test_a_verification_is_split_over_the_workers_of_a_cluster(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    import dask

    from pt2k_gui import pipeline
    from pt2k_gui.batch.verifying import verify_on_cluster
    from pt2k_gui.jobs import export, verify
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.resources import resource
    from pt2k_gui.sources.card import Source
    from pt2k_gui.verify.result import SampleChoice

    source = Source(str(resource("samples/digits-mlp.pt2")))
    keras, onnx = str(tmp_path / "a.keras"), str(tmp_path / "a.onnx")
    pipeline.run(source, [keras], samples=SampleChoice("digits", count=20))
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, memory_limit=0) as made,
        pipeline.pipeline(SilentContext()) as steps,
    ):
        card = steps.load(source)
        steps.run(export.Request(source, card.inputs, onnx))
        request = verify.Request(source, onnx, keras, str(tmp_path), SampleChoice("digits", count=1500))
        one = steps.run(request)
        two = verify_on_cluster(steps, request, made.scheduler_address, (0.0, 1.0))
    assert two.verdict == one.verdict
    assert [row.samples for row in two.comparisons] == [row.samples for row in one.comparisons]


class Multiplies:
    """A backend that multiplies, a little wrongly."""

    precision = "float32"

    def __init__(self, backend: str, error: float) -> None:
        self.backend, self._error = backend, error

    def run(self, batch: tuple[np.ndarray, ...]) -> list[np.ndarray]:
        return [batch[0] @ WEIGHTS + np.float32(self._error)]


WEIGHTS = np.random.default_rng(1).standard_normal((64, 10)).astype(np.float32)


def test_accuracy_distances_and_arrays_are_those_of_all_samples(tmp_path: Path) -> None:
    from typing import Any

    from pt2k_gui.progress import SilentContext
    from pt2k_gui.verify.run import Run, write_arrays

    generator = np.random.default_rng(0)
    values = generator.standard_normal((150, 64)).astype(np.float32)
    samples = Samples(
        150, "made up", lambda: iter([(values[start : start + 32],) for start in range(0, 150, 32)]), 32,
        labels=generator.integers(0, 10, 150), classes=tuple(map(str, range(10))), elements=64,
    )  # fmt: skip

    def run(part: Samples) -> Run:
        runners: list[Any] = [
            Multiplies(name, 1e-6 * place) for place, name in enumerate(("PyTorch", "ONNX Runtime", "Keras"))
        ]
        truth: Any = Multiplies("PyTorch float64", 0)
        made = Run(runners, truth, part, ["y"], (), 0, (0,))
        made.all(SilentContext())
        return made

    whole, first = run(samples), run(part_of(samples, 0, 3))
    for number in (1, 2):
        first.take_in(run(part_of(samples, number, 3)).found())
    first.cover(samples)
    assert first.accuracy("Keras") == whole.accuracy("Keras") is not None
    assert first.distances("PyTorch") == whole.distances("PyTorch")
    assert [write_arrays(str(tmp_path / f"{n}.npz"), r, samples) for n, r in (("a", first), ("b", whole))] == [0, 0]
    ours, theirs = (dict(np.load(tmp_path / f"{name}.npz")) for name in "ab")
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)

"""The command line's words: every command and option, and the function that carries it out. Loads no framework."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pt2k_gui
from pt2k_gui.cli.sample_arguments import add_sample_options, whole
from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.export.specification import SHAPES, TYPES
from pt2k_gui.jobs.limits import MEMORY_SHARE, READING_SECONDS
from pt2k_gui.languages import ENGLISH, language_named

if TYPE_CHECKING:
    from pt2k_gui.cli.terminal import Terminal

_SETTINGS = TrainingSettings()


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="pt2k",
        description="Turn a PyTorch model into a Keras model and show that the two are the same. "
        "Without a command, the window opens.",
        epilog="Exit status: 0 done; 1 done, and the answer is no (verification failed); 2 the input or an option can't be used.",
    )
    top.add_argument("--version", action="version", version=f"pt2k {pt2k_gui.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_train, _inspect, _loader, _convert, _run, _verify, _diff, _history, _worker, _demo):
        add(commands)
    return top


_Commands = argparse._SubParsersAction


def _command(commands: _Commands, name: str, help_text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=f"{help_text}.")
    _output_options(command, default=False)
    command.set_defaults(run=_runner(name))
    return command


def _output_options(command: argparse.ArgumentParser, *, default: object) -> None:
    command.add_argument(
        "--json", action="store_true", default=default, help="one JSON object on stdout, everything else on stderr"
    )
    command.add_argument(
        "-v", "--verbose", action="store_true", default=default, help="print the log and the details of problems"
    )


def _runner(name: str) -> Callable[[argparse.Namespace, Terminal], int]:
    def run(options: argparse.Namespace, terminal: Terminal) -> int:
        status: int = importlib.import_module(f"pt2k_gui.cli.{name}").run(options, terminal)
        return status

    return run


def _train(commands: _Commands) -> None:
    command = _command(commands, "train", "Train a digit classifier and write it as an exported program")
    command.add_argument("-o", "--output", required=True, metavar="FILE.pt2", help="the file to write")
    command.add_argument(
        "--data", default="", metavar="DIR", help="a folder of IDX files instead of the built-in MNIST"
    )
    add_training_settings(command)


def add_training_settings(command: argparse.ArgumentParser) -> None:
    """One option for each number of the tutorial, with its value there as the default."""
    command.add_argument("--network", choices=("mlp", "cnn"), default=_SETTINGS.network, help="default: %(default)s")
    for name, kind, words in (
        ("hidden", int, "width of the MLP's hidden layer"),
        ("epochs", int, "passes over the training images"),
        ("batch_size", int, "images per step"),
        ("learning_rate", float, "of SGD"),
        ("momentum", float, "of SGD, 0 to 1"),
        ("weight_decay", float, "of SGD"),
        ("train_share", float, "the share of the training set to train on; the rest is for validation"),
        ("mean", float, "pixels become (pixel - mean) / std"),
        ("std", float, "see --mean"),
        ("seed", int, "the same seed gives the same weights"),
    ):
        command.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=getattr(_SETTINGS, name),
            metavar="N" if kind is int else "X",
            help=f"{words} (default: %(default)s)",
        )
    command.add_argument(
        "--no-nesterov", dest="nesterov", action="store_false", default=_SETTINGS.nesterov, help="plain momentum"
    )


def training_settings(options: argparse.Namespace) -> TrainingSettings:
    """The settings that ``add_training_settings`` read."""
    return TrainingSettings(**{f.name: getattr(options, f.name) for f in dataclasses.fields(TrainingSettings)})


def _model_options(command: argparse.ArgumentParser, *, several: bool = False) -> None:
    if several:
        command.add_argument("model", metavar="MODEL", nargs="+", help="PyTorch or ONNX files, or names")
    else:
        command.add_argument(
            "model",
            metavar="MODEL",
            help="a PyTorch or ONNX file, a Hugging Face folder, or a name such as timm:resnet18",
        )
    group = command.add_argument_group("about MODEL")
    group.add_argument(
        "--code",
        default="",
        metavar="FILE.py:Class",
        help="for a state dict: the class it belongs to, a function or a class method that makes it "
        "(model.py:Net.from_name), or a ready model; also an installed one (torchvision.models:resnet18), one in a "
        "repository (FOLDER:Net, its hubconf.py too), or tensors:chain to rebuild a plain chain of layers from its "
        "tensors. A FOLDER alone: where the classes of a pickled model are",
    )
    group.add_argument(
        "--call",
        default="",
        metavar="EXPRESSION",
        help='an expression that creates the model from names in --code: "Net(argparse.Namespace(n=3))"',
    )
    group.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a constructor argument: a Python literal, an expression of names in its file (config=Config(width=16)), or "
        "one entry of a configuration object (config.width=16)",
    )
    group.add_argument("--no-strict", action="store_true", help="accept missing and unexpected keys in a state dict")
    group.add_argument(
        "--weights",
        default="",
        metavar="KEY",
        help="which of several sets of weights in a checkpoint (default: the likeliest); for a name: pretrained or random "
        "(default: random)",
    )
    _process_options(group)


def _process_options(group: argparse._ArgumentGroup) -> None:
    """Where the model's code runs, and what it may take."""
    group.add_argument(
        "--time-limit",
        type=float,
        default=READING_SECONDS,
        metavar="S",
        help="seconds that reading the file may take (default: %(default)g)",
    )
    group.add_argument(
        "--memory-limit",
        type=float,
        default=0.0,
        metavar="GIB",
        help=f"memory that the work may take (default: {MEMORY_SHARE:.0%} of the machine's)".replace("%", "%%"),
    )
    group.add_argument(
        "--python",
        default="",
        metavar="PYTHON",
        help="the interpreter, or its environment's folder, in which the model's code runs, with the packages that are "
        "installed there (Python 3.8 and PyTorch 1.13 or newer)",
    )
    group.add_argument(
        "--trust", action="store_true", help="allow code that comes with the model to run (pickles, --code)"
    )


def _input_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("inputs", "NAME= may be omitted if the model has one input.")
    group.add_argument(
        "--input-shape",
        action="append",
        default=[],
        metavar="[NAME=]N,1,28,28",
        help=f"an input's shape; letters stay dynamic, numbers are fixed; or one of {', '.join(SHAPES)}",
    )
    group.add_argument(
        "--input-type", action="append", default=[], metavar="[NAME=]TYPE", help=f"its type: {', '.join(TYPES)}"
    )
    group.add_argument(
        "--value",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a non-tensor argument of forward, such as sr=16000; it is fixed in the files that are written",
    )
    group.add_argument(
        "--input-range",
        action="append",
        default=[],
        metavar="[NAME=]0..29",
        help="the smallest and the largest integer that make sense for it",
    )


def _conversion_options(command: argparse.ArgumentParser) -> None:
    _input_options(command)
    group = command.add_argument_group("conversion")
    group.add_argument("--engine", choices=("native", "onnx2keras"), default="native", help="default: %(default)s")
    group.add_argument(
        "--axis-order",
        choices=("keras", "onnx"),
        default="keras",
        help="keras: images are channels-last at the model's edge; onnx: every axis stays (default: %(default)s)",
    )
    group.add_argument(
        "--trainable", action="store_true", help="keep BatchNorm and Dropout as layers, for further training"
    )


def _inspect(commands: _Commands) -> None:
    command = _command(commands, "inspect", "Describe a model file: its kind, layers, inputs and parameters")
    _model_options(command)
    _input_options(command)


def _loader(commands: _Commands) -> None:
    command = _command(
        commands, "loader", "Write a short Python file that creates a state dict's network, for you to finish"
    )
    _model_options(command)
    command.add_argument(
        "-o", "--output", default="load_model.py", metavar="FILE.py", help="the file to write (default: %(default)s)"
    )
    command.set_defaults(value=[])


def _convert(commands: _Commands) -> None:
    command = _command(commands, "convert", "Convert models and check every file that is written")
    _model_options(command, several=True)
    command.add_argument(
        "-o",
        "--output",
        action="append",
        required=True,
        metavar="OUT",
        help="a file to write; its ending chooses the format; can be repeated. For several models: a folder, where "
        "each file is named after its model",
    )
    command.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="ENDING",
        help="with a folder: the ending of the files to write, such as tflite; can be repeated (default: keras)",
    )
    command.add_argument("-f", "--force", action="store_true", help="replace existing files")
    _many_options(command)
    _conversion_options(command)
    add_sample_options(command)


def _many_options(command: argparse.ArgumentParser, *, workers: int | None = 1) -> None:
    group = command.add_argument_group("many models")
    group.add_argument(
        "--workers",
        type=whole,
        default=workers,
        metavar="N",
        help="how many models are converted at the same time; each takes two processes, and they share the memory limit "
        f"(default: {'1' if workers else 'as the file says'})",
    )
    group.add_argument(
        "--only-failed",
        action="store_true",
        help="leave alone what an earlier run into the same folder did well, with the same model and options; run the "
        "rest again and replace its files",
    )
    group.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="OUT.html",
        help="write a report over all models there (.html or .json); can be repeated",
    )
    _language_option(group)
    group.add_argument(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="convert on the workers of this Dask scheduler, such as tcp://host:8786, instead of here (needs "
        "pt2k[cluster]; only in a network that you trust)",
    )
    _files_option(group)


def _files_option(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--files",
        choices=("content", "shared"),
        default="content",
        help="how files travel to the workers: by their content, or in folders that have the same paths on every machine "
        "(default: %(default)s)",
    )


def _run(commands: _Commands) -> None:
    command = _command(commands, "run", "Do what a pipeline file says: convert its models and check every file")
    command.add_argument(
        "file",
        nargs="?",
        default="pt2k.toml",
        metavar="FILE.toml",
        help="the pipeline file, or a folder that holds a pt2k.toml (default: %(default)s); the window writes one with "
        "Save as a pipeline file",
    )
    command.add_argument("--trust", action="store_true", help="allow code that comes with its models to run")
    command.add_argument("-f", "--force", action="store_true", help="replace existing files")
    _many_options(command, workers=None)


def _verify(commands: _Commands) -> None:
    command = _command(commands, "verify", "Compare a model with its conversion on the same samples")
    _model_options(command)
    command.add_argument(
        "converted",
        metavar="CONVERTED",
        help="the converted file: .keras, .h5, .weights.h5, .tflite, .onnx or a SavedModel",
    )
    _conversion_options(command)
    add_sample_options(command)
    command.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="OUT.html",
        help="write the report there (.html, .pdf or .json); can be repeated",
    )
    _language_option(command)
    group = command.add_argument_group("many samples")
    group.add_argument(
        "--workers",
        type=whole,
        default=1,
        metavar="N",
        help="split the samples over N processes (default: %(default)s)",
    )
    group.add_argument(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="split the samples over the workers of this Dask scheduler, such as tcp://host:8786",
    )
    _files_option(group)
    command.add_argument("--speed", action="store_true", help="also time batches of 1, 16 and 256 samples")


def _language_option(command: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    command.add_argument(
        "--language",
        type=_language,
        default=ENGLISH,
        metavar="{en,zh}",
        help="the language of the HTML and PDF report (default: %(default)s)",
    )


def _language(text: str) -> str:
    try:
        return language_named(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a language of PT2K: choose en or zh") from None


def _history(commands: _Commands) -> None:
    command = _command(commands, "history", "Find conversions that were saved, with their reports")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    found = actions.add_parser("list", help="list them, the latest first", description="List them, the latest first.")
    found.add_argument("words", nargs="*", metavar="WORD", help="only those that hold each of these words")
    found.add_argument("-n", "--count", type=whole, default=50, metavar="N", help="how many (default: %(default)s)")
    shown = actions.add_parser("show", help="show one", description="Show one.")
    shown.add_argument("number", type=whole, metavar="NUMBER", help="of the conversion, as list tells it")
    both = actions.add_parser("compare", help="show two side by side", description="Show two side by side.")
    both.add_argument("number", type=whole, metavar="NUMBER", help="of the one")
    both.add_argument("other", type=whole, metavar="OTHER", help="of the other one")
    both.add_argument("--all", action="store_true", help="also what is the same")
    written = actions.add_parser("export", help="write one's report", description="Write one's report.")
    written.add_argument("number", type=whole, metavar="NUMBER", help="of the conversion")
    written.add_argument("output", metavar="OUT.html", help="the file to write (.html, .pdf or .json)")
    _language_option(written)
    cleaned = actions.add_parser(
        "clean", help="forget old ones; saved files stay", description="Forget old ones. Saved files stay."
    )
    cleaned.add_argument("--days", type=float, metavar="N", help="those that are older than N days")
    cleaned.add_argument("--megabytes", type=float, metavar="N", help="the oldest, until the reports take N MB")
    cleaned.add_argument("--number", type=whole, action="append", default=[], metavar="NUMBER", help="this one")
    for part in (found, shown, both, written, cleaned):
        _output_options(part, default=argparse.SUPPRESS)  # they may stand behind the action too


def _worker(commands: _Commands) -> None:
    command = _command(commands, "worker", "Convert models for a Dask scheduler, one at a time, until it is gone")
    command.add_argument("address", metavar="ADDRESS", help="of the scheduler, such as tcp://host:8786")
    command.add_argument("--name", default="", metavar="NAME", help="of this worker, as the scheduler shows it")


def _diff(commands: _Commands) -> None:
    command = _command(commands, "diff", "Tell what differs between two model files: structure, weights and answers")
    for name in ("left", "right"):
        command.add_argument(name, metavar=name.upper(), help="a .onnx, .keras or .tflite file")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of the random inputs (default: %(default)s)")


def _demo(commands: _Commands) -> None:
    command = _command(commands, "demo", "Do the whole tutorial on the built-in digits, with the report")
    command.add_argument("outdir", metavar="OUTDIR", help="a folder for the files; created if it does not exist")
    command.add_argument(
        "--data", default="", metavar="DIR", help="a folder of IDX files instead of the built-in MNIST"
    )
    command.add_argument("--engine", choices=("native", "onnx2keras"), default="native", help="default: %(default)s")
    _language_option(command)
    add_training_settings(command)

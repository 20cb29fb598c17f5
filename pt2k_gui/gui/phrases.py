"""Sentences that come from the rooms below the window, which know no language but English: the templates that the window can
say in its own language. A sentence that is not among them is shown as it came."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from pt2k_gui.gui.language import catalogue
from pt2k_gui.message import Message

_CONTEXT = "Phrases"
# Each as the room writes it, with {0}, {1} ... where it fills something in. Longer ones first where one begins another.
TEMPLATES = (
    # Progress
    QT_TRANSLATE_NOOP("Phrases", "Reading the digits"),
    QT_TRANSLATE_NOOP("Phrases", "Epoch {0} of {1}"),
    QT_TRANSLATE_NOOP("Phrases", "Measuring on the test digits"),
    QT_TRANSLATE_NOOP("Phrases", "Writing the file"),
    QT_TRANSLATE_NOOP("Phrases", "Looking for code in the export program"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the export program"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the TorchScript archive"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the ONNX file"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the models"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the Keras model"),
    QT_TRANSLATE_NOOP("Phrases", "Opening the files in a fresh process"),
    QT_TRANSLATE_NOOP("Phrases", "Reading the weights"),
    QT_TRANSLATE_NOOP("Phrases", "Making the network"),
    QT_TRANSLATE_NOOP("Phrases", "Trying the input shapes"),
    QT_TRANSLATE_NOOP("Phrases", "Exporting to ONNX"),
    QT_TRANSLATE_NOOP("Phrases", "Checking the ONNX file"),
    QT_TRANSLATE_NOOP("Phrases", "Running it in ONNX Runtime"),
    QT_TRANSLATE_NOOP("Phrases", "Building the Keras model"),
    QT_TRANSLATE_NOOP("Phrases", "onnx2keras builds the layers"),
    QT_TRANSLATE_NOOP("Phrases", "Writing the .keras file"),
    QT_TRANSLATE_NOOP("Phrases", "Writing the arrays"),
    QT_TRANSLATE_NOOP("Phrases", "Writing the report"),
    QT_TRANSLATE_NOOP("Phrases", "Comparing layer by layer"),
    QT_TRANSLATE_NOOP("Phrases", "{0} of {1} samples"),
    QT_TRANSLATE_NOOP("Phrases", "Opening {0}"),
    QT_TRANSLATE_NOOP("Phrases", "Reading {0}"),
    QT_TRANSLATE_NOOP("Phrases", "Writing {0}"),
    # Stages
    QT_TRANSLATE_NOOP("Phrases", "{0} nodes, opset {1}, {2} exporter"),
    QT_TRANSLATE_NOOP("Phrases", "{0} nodes, opset {1}"),
    QT_TRANSLATE_NOOP("Phrases", "{0} MB, accepted by onnx.checker"),
    QT_TRANSLATE_NOOP("Phrases", "largest difference {0}"),
    QT_TRANSLATE_NOOP("Phrases", "{0} layers, {1} parameters"),
    # The model
    QT_TRANSLATE_NOOP("Phrases", "export program"),
    QT_TRANSLATE_NOOP("Phrases", "checkpoint"),
    QT_TRANSLATE_NOOP("Phrases", "legacy checkpoint"),
    QT_TRANSLATE_NOOP("Phrases", "trained here"),
    QT_TRANSLATE_NOOP("Phrases", "Half precision weights were widened to float32."),
    # The operators
    QT_TRANSLATE_NOOP("Phrases", "converted"),
    QT_TRANSLATE_NOOP("Phrases", "folded away"),
    QT_TRANSLATE_NOOP("Phrases", "absorbed"),
    # The verdict
    QT_TRANSLATE_NOOP("Phrases", "Keras gives the same answers."),
    QT_TRANSLATE_NOOP("Phrases", "Keras gives other answers."),
    QT_TRANSLATE_NOOP("Phrases", "{0} of {1} digits agree; the largest difference is {2}, {3}'s own rounding is {4}."),
    QT_TRANSLATE_NOOP("Phrases", "{0} of {1} samples agree; the largest difference is {2}, {3}'s own rounding is {4}."),
    QT_TRANSLATE_NOOP(
        "Phrases", "{0} samples were compared; the largest difference is {1}, {2}'s own rounding is {3}."
    ),
    QT_TRANSLATE_NOOP("Phrases", "Dropout was switched off on both sides: its choices are random."),
    QT_TRANSLATE_NOOP("Phrases", "Skipped, because they can't be read as images: {0}."),
    QT_TRANSLATE_NOOP(
        "Phrases",
        "One step of training changes {0} weights and {1} running statistics alike; the loss is {2} on both sides, "
        "gradients differ by up to {3} of the largest one.",
    ),
    QT_TRANSLATE_NOOP(
        "Phrases",
        "One step of training changes {0} weights alike; the loss is {1} on both sides, gradients differ by up to {2} of "
        "the largest one.",
    ),
    QT_TRANSLATE_NOOP("Phrases", "After one step of training, {0} differs most: by {1}."),
    # Formats
    QT_TRANSLATE_NOOP("Phrases", "Keras model"),
    QT_TRANSLATE_NOOP("Phrases", "Python source"),
    QT_TRANSLATE_NOOP("Phrases", "Keras weights"),
    QT_TRANSLATE_NOOP("Phrases", "LiteRT, float32"),
    QT_TRANSLATE_NOOP("Phrases", "LiteRT, float16"),
    QT_TRANSLATE_NOOP("Phrases", "LiteRT, dynamic int8"),
    QT_TRANSLATE_NOOP("Phrases", "LiteRT, full int8"),
    QT_TRANSLATE_NOOP("Phrases", "Legacy HDF5 model"),
    QT_TRANSLATE_NOOP("Phrases", "Keras 3, on every backend"),
    QT_TRANSLATE_NOOP("Phrases", "Read, change and train the network"),
    QT_TRANSLATE_NOOP("Phrases", "For a model built from code"),
    QT_TRANSLATE_NOOP("Phrases", "TensorFlow Serving, Java, C++"),
    QT_TRANSLATE_NOOP("Phrases", "Phones and boards, full precision"),
    QT_TRANSLATE_NOOP("Phrases", "Half the size, GPU friendly"),
    QT_TRANSLATE_NOOP("Phrases", "A quarter the size, faster CPU"),
    QT_TRANSLATE_NOOP("Phrases", "Microcontrollers, Edge TPU, calibrated"),
    QT_TRANSLATE_NOOP("Phrases", "ONNX Runtime and other runtimes"),
    QT_TRANSLATE_NOOP("Phrases", "Intel processors and graphics"),
    QT_TRANSLATE_NOOP("Phrases", "Tools that predate Keras 3"),
    # Problems and their ways out
    QT_TRANSLATE_NOOP("Phrases", "The process that did this work was killed, most likely because the memory ran out."),
    QT_TRANSLATE_NOOP("Phrases", "The process that did this work crashed in native code ({0})."),
    QT_TRANSLATE_NOOP("Phrases", "The process that did this work was ended from outside ({0})."),
    QT_TRANSLATE_NOOP("Phrases", "The process that did this work ended without an answer."),
    QT_TRANSLATE_NOOP("Phrases", "What was finished before is kept: try this step again."),
    QT_TRANSLATE_NOOP("Phrases", "There is not enough memory for this step."),
    QT_TRANSLATE_NOOP("Phrases", "Close other programs and try again."),
    QT_TRANSLATE_NOOP("Phrases", "This step stopped at an error that PT2K did not foresee: {0}"),
    QT_TRANSLATE_NOOP("Phrases", "Copy the details into a bug report; your files are as they were."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: there is no space left on the disk."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: your disk quota is used up."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: you may not write there."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: the disk is read-only."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: the folder does not exist."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be written: {1}"),
    QT_TRANSLATE_NOOP("Phrases", "Free some space or choose another folder."),
    QT_TRANSLATE_NOOP("Phrases", "Choose another folder or change its permissions."),
    QT_TRANSLATE_NOOP("Phrases", "Choose another folder."),
    QT_TRANSLATE_NOOP("Phrases", "Create the folder first or choose another one."),
    QT_TRANSLATE_NOOP("Phrases", "{0} is a folder, not a model file."),
    QT_TRANSLATE_NOOP("Phrases", "Choose a file inside it."),
    QT_TRANSLATE_NOOP("Phrases", "{0} is empty."),
    QT_TRANSLATE_NOOP("Phrases", "Copy or download it again: the original was not written to the end."),
    QT_TRANSLATE_NOOP("Phrases", "{0} is damaged or truncated: {1}"),
    QT_TRANSLATE_NOOP("Phrases", "Copy or download the file again: the original was perhaps not written to the end."),
    QT_TRANSLATE_NOOP("Phrases", "{0} does not exist."),
    QT_TRANSLATE_NOOP("Phrases", "Check the name and the folder."),
    QT_TRANSLATE_NOOP("Phrases", "{0} can't be read: you have no permission."),
    QT_TRANSLATE_NOOP("Phrases", "Change its permissions or copy it to a folder of your own."),
    QT_TRANSLATE_NOOP("Phrases", "Give a PyTorch file (.pt2, .pt, .pth, .ckpt, .safetensors) or an ONNX file."),
    QT_TRANSLATE_NOOP("Phrases", "“{0}” is no shape."),
    QT_TRANSLATE_NOOP("Phrases", "“{0}” in “{1}” is no size."),
    QT_TRANSLATE_NOOP("Phrases", "Write sizes with commas; letters stay dynamic, numbers are fixed: N,1,28,28."),
)
_PLACE = re.compile(r"\\\{(\d)\\\}")


def phrase(text: str) -> str:
    """The sentence in the window's language, if its template is known and translated; otherwise as it is."""
    if isinstance(text, Message):
        return catalogue().render(text)
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            said = QCoreApplication.translate(_CONTEXT, template)
            return text if said == template else said.format(*(phrase(part) for part in found.groups()))
    return text


def prepare() -> None:
    """Compile the templates, which otherwise the first phrase does."""
    _patterns()


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    templates = [str(template) for template in TEMPLATES]
    return tuple((text, re.compile(_PLACE.sub("(.+?)", re.escape(text)), re.DOTALL)) for text in templates)

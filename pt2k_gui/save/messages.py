"""The texts of ``save`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# checking
PROCESS_ENDED = template("save.process_ended", "the process that opened it ended early")
NOT_REOPENED = template("save.not_reopened", "It can't be reopened: {reason}")
OUTPUT_COUNT = template(
    "save.output_count", "It gives {count} {count:output|outputs} where the Keras model gives {expected}."
)
OUTPUT_SHAPE = template(
    "save.output_shape", "It gives an output of shape {shape} where the Keras model gives {expected}."
)
OPENED_AND_RUN = template(
    "save.opened_and_run", "opened in a fresh process and run on {samples:,} {samples:sample|samples}"
)
NO_REASON = template("save.no_reason", "no reason given")

# __init__
SAVED_MODEL_PATH = template(
    "save.saved_model_path",
    "{path} could not be read again: TensorFlow finds no weights below a folder with {marks:or} in its path.",
)
SAVED_MODEL_ELSEWHERE = template(
    "save.saved_model_elsewhere", "Choose a folder whose path has none of them, or another format."
)
EXISTS = template("save.exists", "{file} already exists.")
ALLOW_REPLACING = template(
    "save.allow_replacing", "Choose another name, or allow it to be replaced (--force on the command line)."
)
CHOOSE_FORMAT = template("save.choose_format", "Choose one of {names}.")
NO_FORMAT = template("save.no_format", "There is no format {name}.")
FORMAT_NEEDS = template(
    "save.format_needs",
    "{path} can't be written: {format} needs {packages:and}, which {count} {count:is|are} not installed here.",
)
INSTALL_PACKAGES = template(
    "save.install_packages", "Install {packages:and} in the same environment as PT2K, or choose another format."
)
UNKNOWN_ENDING = template("save.unknown_ending", "{path} can't be written: its ending belongs to no format.")
USE_ENDING = template("save.use_ending", "Use one of {endings}.")

# keras_archive
KERAS_MODEL = template("save.keras_model", "Keras model")
KERAS_PURPOSE = template("save.keras_purpose", "Keras 3, with every backend")

# keras_weights
KERAS_WEIGHTS = template("save.keras_weights", "Keras weights")
WEIGHTS_PURPOSE = template("save.weights_purpose", "For a model built from code")

# legacy_h5
LEGACY_H5 = template("save.legacy_h5", "Legacy HDF5 model")
H5_PURPOSE = template("save.h5_purpose", "Tools that predate Keras 3")

# litert
LITERT_NO_OPERATOR = template(
    "save.litert_no_operator", "This model can't be written as LiteRT, which has no operator for {operations:and}."
)
LITERT_NO_OPERATOR_AT = template(
    "save.litert_no_operator_at",
    "This model can't be written as LiteRT, which has no operator for {operations:and}; the layer {layer} needs one.",
)
LITERT_NOT_TAKEN = template(
    "save.litert_not_taken", "This model can't be written as LiteRT: its converter failed on it."
)
LITERT_OTHERWISE = template(
    "save.litert_otherwise", "Choose SavedModel or ONNX, which have an operator for everything that Keras computes."
)
LITERT_FLOAT32 = template("save.litert_float32", "LiteRT, float32")
FLOAT32_PURPOSE = template("save.float32_purpose", "Phones and boards, full precision")
LITERT_FLOAT16 = template("save.litert_float16", "LiteRT, float16")
FLOAT16_PURPOSE = template("save.float16_purpose", "Half the size, suits GPUs")
LITERT_WEIGHTS8 = template("save.litert_weights8", "LiteRT, int8 weights")
WEIGHTS8_PURPOSE = template("save.weights8_purpose", "A quarter size, computes in float")
LITERT_WEIGHTS4 = template("save.litert_weights4", "LiteRT, int4 weights")
WEIGHTS4_PURPOSE = template("save.weights4_purpose", "An eighth size, computes in float")
LITERT_DYNAMIC = template("save.litert_dynamic", "LiteRT, dynamic int8")
DYNAMIC_PURPOSE = template("save.dynamic_purpose", "A quarter size, integer products")
LITERT_INT8 = template("save.litert_int8", "LiteRT, int8")
INT8_PURPOSE = template("save.int8_purpose", "Integers throughout, for accelerators; calibrated")
LITERT_MIXED = template("save.litert_mixed", "LiteRT, int8 and float32")
MIXED_PURPOSE = template("save.mixed_purpose", "Sensitive layers stay in float32")
LITERT_INT16 = template("save.litert_int16", "LiteRT, int16 activations")
INT16_PURPOSE = template("save.int16_purpose", "Finer than int8, slower; calibrated")
CALIBRATED_BY = template(
    "save.calibrated_by", "Ranges by {method}, the best of four ways: {error:.1%} off on average (RMS)."
)
BY_AVERAGE = template("save.by_average", "the average of the samples' extremes")
BY_EXTREMES = template("save.by_extremes", "the extremes of all samples")
BY_SQUARES = template("save.by_squares", "the least square error of the weights")
BY_CLIPPING = template("save.by_clipping", "weights that are clipped where that loses least")
LEFT_IN_FLOAT = template(
    "save.left_in_float",
    "In float32: {layers:and}, which lose most in eight bits; {after:.1%} off on average (RMS) instead of {before:.1%}.",
)
TOO_COARSE = template("save.too_coarse", "Too coarse for this model: its outputs are off by up to {error:.0%}.")
TOO_COARSE_ANSWERS = template(
    "save.too_coarse_answers",
    "Too coarse for this model: {agreement:.0%} of the answers stay, and its outputs are off by up to {error:.0%}.",
)

# onnx_copy
ONNX_TOO_LARGE = template("save.onnx_too_large", "This model is larger than 2 GB, the limit of a single ONNX file.")
SAVE_OTHERWISE = template("save.save_otherwise", "Save it as .keras or SavedModel.")
ONNX_PURPOSE = template("save.onnx_purpose", "ONNX Runtime and other runtimes")

# openvino_ir
OPENVINO_PURPOSE = template("save.openvino_purpose", "Intel processors and graphics")

# python_module
PYTHON_SOURCE = template("save.python_source", "Python source")
PYTHON_PURPOSE = template("save.python_purpose", "Read, change and train the network")

# saved_model
SAVED_MODEL = template("save.saved_model", "TensorFlow SavedModel")
SAVED_MODEL_PURPOSE = template("save.saved_model_purpose", "TensorFlow Serving, Java, C++")

# fresh_process
CHECK_NOT_STARTED = template(
    "save.check_not_started", "The files were written, but the process that should open them again did not start."
)
OPEN_BY_HAND = template("save.open_by_hand", "They may still be right; open them yourself to check.")

# python_source
NOT_FUNCTIONAL = template("save.not_functional", "This model can't be written as Python: it is not a functional model.")

# saving
OPENING_FILES = template("save.opening_files", "Opening the files in a fresh process")
STAGE_REOPEN = template("save.stage_reopen", "Reopen and compare")
REOPENED = template("save.reopened", "{same} of {count} open and agree")
OPENING_KERAS = template("save.opening_keras", "Opening the Keras model")

# literals
HOLDS_ARGUMENT = template(
    "save.holds_argument", "This model can't be written as Python: one of its arguments is a {type}."
)
OTHER_FORMAT = template("save.other_format", "Choose another format; the .keras file holds everything.")
PICKS_BY = template("save.picks_by", "This model can't be written as Python: it selects elements by a {type}.")

# reading
FOREIGN_LAYER = template(
    "save.foreign_layer", "This model can't be written as Python: the layer {layer} ({type}) is not one of Keras's own."
)
NATIVE_LAYERS = template(
    "save.native_layers", "Convert the model with the native engine, which uses only Keras's own layers."
)
FOREIGN_OPERATION = template(
    "save.foreign_operation", "This model can't be written as Python: {operation} is not one of Keras's own operations."
)
NATIVE_OPERATIONS = template(
    "save.native_operations", "Convert the model with the native engine, which uses only Keras's own operations."
)

# writing
CANNOT_BE_WRITTEN = template("save.cannot_be_written", "This model can't be written as {format}: {reason}")
SAVED = template("save.saved", "Saved")
WRITING = template("save.writing", "Writing {file}")
STAGE_WRITE = template("save.stage_write", "Write {format}")
FILE_SIZE = template("save.file_size", "{size}")

"""The texts of ``report`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# plots
LEGEND = template("report.legend", "True label above; answers:")()
WRONG_ANSWER = template("report.wrong_answer", "dashed: not the true label")()
ALL_EQUAL = template("report.all_equal", "All outputs are equal, bit for bit.")()
LARGEST_DIFFERENCE = template("report.largest_difference", "largest difference of a sample")()
SAMPLES = template("report.samples", "samples")()
ALLOWED = template("report.allowed", "allowed")()
RELATIVE_DIFFERENCE = template("report.relative_difference", "relative difference")()
BATCH = template("report.batch", "batch {size}")
STEP = template("report.step", "step")()
LOSS = template("report.loss", "loss")()
MILLISECONDS = template("report.milliseconds", "milliseconds")()

# tradeoff
FILE_SIZE = template("report.file_size", "size in MB")()
ACCURACY = template("report.accuracy_axis", "accuracy")()
SAME_ANSWERS = template("report.same_answers", "answers that stay")()
KEPT = template("report.kept", "1 - largest relative error")()

# confusion_matrix
OTHERS = template("report.others", "others")()
MOST_CLASSES = template(
    "report.most_classes",
    "{shown} of {occurring:,} classes that occur: those with disagreements first, then the most frequent. The rest "
    "stand under “others”.",
)

# document
TITLE = template("report.title", "Report on {model}")
TITLE_UNNAMED = template("report.title_unnamed", "Report on a conversion")()
MADE_BY = template("report.made_by", "Made by PT2K {version} on {made}.")
SAMPLES_FROM = template("report.samples_from", "{count:,} {count:sample|samples}: {source}.")
KERAS_SUMMARY = template("report.keras_summary", "Keras summary")()

# figures
SAMPLES_TITLE = template("report.samples_title", "Samples")()
SAMPLES_WORDS = template(
    "report.samples_words", "True label above, the answers of {backends} below; a disagreement has a thick frame."
)
DIFFERENCES_TITLE = template("report.differences_title", "Differences")()
DIFFERENCES_WORDS = template("report.differences_words", "How many samples differ by how much from {backend}.")
LAYERS_TITLE = template("report.layers_title", "Layer by layer")()
LAYERS_WORDS = template("report.layers_words", "Relative difference of each layer's output from the ONNX graph's.")()
GRAPH_TITLE = template("report.graph_title", "Graph")()
GRAPH_WORDS = template(
    "report.graph_words",
    "{side}'s graph on the left, the Keras model's on the right, large parts folded. Green: "
    "the same within rounding; red with a thick frame: departs; no color: not measured.",
)
CURVES_TITLE = template("report.curves_title", "Loss over training steps")()
CURVES_WORDS = template(
    "report.curves_words",
    "Before each of {count} steps on one batch, on both sides from the same weights. {settings:;}. Keras's Adam adds epsilon "
    "before it corrects the bias of the second moment, PyTorch's after it: here Keras's epsilon is scaled in each step so that "
    "both are the same formula.",
)
CONFUSION_TITLE = template("report.confusion_title", "Answer against answer")()
CONFUSION_WORDS = template("report.confusion_words", "{rows}'s answers (rows) against {columns}'s (columns).")
SPEED_TITLE = template("report.speed_title", "Speed")()
SPEED_WORDS = template(
    "report.speed_words",
    "Milliseconds per batch: median of several runs after a warm-up, with the shortest and the longest.",
)()
OPTIMIZER = template("report.optimizer", "{name}: {settings}")
LEARNING_RATE = template("report.learning_rate", "learning rate {value:g}")
MOMENTUM = template("report.momentum", "momentum {value:g}")
WEIGHT_DECAY = template("report.weight_decay", "weight decay {value:g}")
EPSILON = template("report.epsilon", "epsilon {value:g}")

# tables
FROM_TRUTH = template("report.from_truth", "the float32 reference's own distance from the float64 run")()
FROM_TRIALS = template(
    "report.from_trials", "how far ONNX Runtime's outputs move when every rounding is perturbed at random"
)()
FROM_SPACING = template("report.from_spacing", "the spacing of float32 numbers alone")()
FLOAT32_OF = template("report.float32_of", "{backend} in float32")
FLOOR = template("report.floor", "Noise floor {floor}; distance from {origin} {distance}; up to {allowed} passes.")
NUMBERS = template("report.numbers", "Numbers")()
OUTPUT = template("report.output", "output")()
BACKEND = template("report.backend", "backend")()
AGAINST = template("report.against", "against")()
SAME_ANSWER = template("report.same_answer", "same answer")()
LARGEST = template("report.largest", "largest")()
MEAN = template("report.mean", "mean")()
RELATIVE = template("report.relative", "relative")()
COSINE = template("report.cosine", "cosine")()
AGREEING = template("report.agreeing", "{agreeing:,} of {samples:,}")
NUMBERS_WORDS = template(
    "report.numbers_words",
    "Absolute differences from the reference over all samples; relative is the largest over the output's scale.",
)()
BACKENDS = template("report.backends", "Backends")()
VERSION = template("report.version", "version")()
TIME_FOR_ALL = template("report.time_for_all", "time for all samples")()
ACCURACY_HEADING = template("report.accuracy", "accuracy")()
WORST_SAMPLES = template("report.worst_samples", "Worst samples")()
SAMPLE = template("report.sample", "sample")()
TRUE_LABEL = template("report.true_label", "true label")()
LARGEST_DIFFERENCE_HEADING = template("report.largest_difference_heading", "largest difference")()
LAYERS_FIRST = template("report.layers_first", "Layers: {layer} is the first that departs")
LAYERS_NONE = template("report.layers_none", "Layers: none departs")()
KERAS_LAYER = template("report.keras_layer", "Keras layer")()
ONNX_VALUE = template("report.onnx_value", "ONNX value")()
LAYERS_TABLE_WORDS = template(
    "report.layers_table_words", "In graph order. A relative difference above {departs:.0e} is more than rounding."
)
TRAINING_STEP = template("report.training_step", "One training step")()
GRADIENT_DIFFERS = template("report.gradient_differs", "gradient differs")()
NEW_VALUE_DIFFERS = template("report.new_value_differs", "new value differs")()
OF_LIMIT = template("report.of_limit", "of what passes")()
NONE = template("report.none", "none")()
STEP_SETTINGS = template(
    "report.step_settings", "{samples:,} {samples:sample|samples}, {loss}, learning rate {rate:g}."
)
STEP_IN_EVALUATION = template(
    "report.step_in_evaluation",
    "{samples:,} {samples:sample|samples}, {loss}, learning rate {rate:g}, in evaluation mode.",
)
OPERATORS = template("report.operators", "Operators")()
OPERATOR = template("report.operator", "operator")()
COUNT = template("report.count", "count")()
BECOMES = template("report.becomes", "becomes")()
STATE = template("report.state", "state")()
CONVERTED = template("report.converted", "converted")()
FOLDED = template("report.folded", "folded")()
UNSUPPORTED = template("report.unsupported", "unsupported")()
OPERATORS_WORDS = template(
    "report.operators_words",
    "{layers:,} Keras layers and operations, {transposes:,} {transposes:transpose|transposes}, "
    "{parameters:,} {parameters:parameter|parameters}.",
)
TRAINING = template("report.training", "Training: {network}, epoch {epoch} kept")
EPOCH = template("report.epoch", "epoch")()
TRAINING_LOSS = template("report.training_loss", "training loss")()
VALIDATION_LOSS = template("report.validation_loss", "validation loss")()
VALIDATION_ACCURACY = template("report.validation_accuracy", "validation accuracy")()
SPEED_TABLE = template("report.speed_table", "Speed of a batch")()
BATCH_HEADING = template("report.batch_heading", "batch")()
MEDIAN = template("report.median", "median")()
SHORTEST = template("report.shortest", "shortest")()
LONGEST = template("report.longest", "longest")()
FILES_WRITTEN = template("report.files_written", "Files written")()
FILE = template("report.file", "file")()
BYTES_HEADING = template("report.bytes_heading", "bytes")()
DIFFERENCE = template("report.difference", "difference")()
OPENS_AND_AGREES = template("report.opens_and_agrees", "opens and agrees")()
YES = template("report.yes", "yes")()
NO_BECAUSE = template("report.no_because", "no: {detail}")
FILES_WORDS = template(
    "report.files_words", "Each was opened again in a fresh process and compared with the converted model."
)()
PROVENANCE = template("report.provenance", "Where this comes from")()
MODEL = template("report.model", "model")()
KIND = template("report.kind", "kind")()
KIND_AND_ORIGIN = template("report.kind_and_origin", "{kind}, {origin}")
PARAMETERS = template("report.parameters", "parameters")()
PARAMETERS_TRAINABLE = template("report.parameters_trainable", "{all:,} ({trainable:,} trainable)")
MODEL_FILE = template("report.model_file", "model file")()
MODEL_HASH = template("report.model_hash", "model SHA-256")()
ONNX_FILE = template("report.onnx_file", "ONNX file")()
ONNX_HASH = template("report.onnx_hash", "ONNX SHA-256")()
CONVERTED_FILE = template("report.converted_file", "converted file")()
CONVERTED_HASH = template("report.converted_hash", "converted SHA-256")()
SAMPLES_FILE = template("report.samples_file", "samples file")()
SAMPLES_HASH = template("report.samples_hash", "samples SHA-256")()
TOKENIZER_FILE = template("report.tokenizer_file", "tokenizer file")()
TOKENIZER_HASH = template("report.tokenizer_hash", "tokenizer SHA-256")()
CLASSES_FILE = template("report.classes_file", "class names file")()
CLASSES_HASH = template("report.classes_hash", "class names SHA-256")()
NAME_AND_BYTES = template("report.name_and_bytes", "{file}, {size:,} bytes")
INPUTS = template("report.inputs", "inputs")()
ONNX_WORDS = template("report.onnx_words", "opset {opset}, exporter {exporter}, {nodes:,} {nodes:node|nodes}")
OPTIONS = template("report.options", "options")()
OPTIONS_WORDS = template("report.options_words", "engine {engine}, axis order {order}")
OPTIONS_TRAINABLE = template("report.options_trainable", "engine {engine}, axis order {order}, trainable")
CODE = template("report.code", "code")()
ARGUMENTS = template("report.arguments", "arguments")()
SAMPLES_HEADING = template("report.samples_heading", "samples")()
COUNT_AND_SOURCE = template("report.count_and_source", "{count:,}, {source}")
SEED = template("report.seed", "seed")()
IMAGES = template("report.images", "images")()
IMAGES_WORDS = template("report.images_words", "mean {mean}, standard deviation {std}, {order}, {fit}")
STRETCHED = template("report.stretched", "stretched to the size")()
CROPPED = template("report.cropped", "cropped from the middle")()
USUAL = template("report.usual", "usual")()
FRAMES = template("report.frames", "frames")()
FRAMES_WORDS = template("report.frames_words", "one in {every}")
SOUND = template("report.sound", "sound")()
RATE = template("report.rate", "{rate:,} Hz")
OWN_RATE = template("report.own_rate", "each file's own rate")()
HOP = template("report.hop", "a window every {hop:,} samples of sound")
NO_HOP = template("report.no_hop", "one window after the other")()
MIXED = template("report.mixed", "channels mixed to their mean")()
FIRST_CHANNEL = template("report.first_channel", "the first channel")()
TEXTS = template("report.texts", "texts")()
SPECIAL_TOKENS = template("report.special_tokens", "with special tokens")()
NO_SPECIAL_TOKENS = template("report.no_special_tokens", "without special tokens")()
CLAUSES = template("report.clauses", "{parts}")
COLUMNS = template("report.columns", "columns")()
TRUTH = template("report.truth", "truth")()
NO_TRUTH = template("report.no_truth", "none: no float64 run of this model works")()
NOISE_FLOOR = template("report.noise_floor", "noise floor")()
MACHINE = template("report.machine", "machine")()
MACHINE_WORDS = template("report.machine_words", "{processor}, {cores} {cores:core|cores}, {memory:.1f} GiB")
SYSTEM = template("report.system", "system")()
VERSIONS = template("report.versions", "versions")()
NOTE = template("report.note", "note")()

# writing
CANNOT_WRITE_AS = template("report.cannot_write_as", "The report can't be written as {output}.")
USE_ENDING = template("report.use_ending", "Use one of {endings}.")
NO_PICTURES = template("report.no_pictures", "The samples are not images, so there is no grid to draw.")

# ways out
USE_IMAGES = template("report.use_images", "Check with the digits or a folder of images to get a grid.")

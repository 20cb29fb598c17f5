"""The texts of ``convert`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# __init__
CHOOSE_ONE_OF = template("convert.choose_one_of", "Choose one of {names}.")
NO_AXIS_ORDER = template("convert.no_axis_order", "There is no axis order {name}.")
NO_ENGINE = template("convert.no_engine", "There is no engine {name}.")

# builder
KNOWN_BEFORE = template(
    "convert.known_before", "its {input} is computed while the model runs, but must be known beforehand"
)

# dynamic_shapes
NEEDS_LENGTH = template(
    "convert.needs_length", "it needs the length {length} while the model runs, which no tensor has"
)

# emitter
CANNOT_CONVERT = template("convert.cannot_convert", "{operator}{where} can't be converted: {reason}.")
CHANGE_PART = template("convert.change_part", "Change that part of the PyTorch model, or export it with fixed shapes.")

# engine
READING_GRAPH = template("convert.reading_graph", "Reading the graph")
BUILDING_LAYERS = template("convert.building_layers", "Building the layers")
MAKING_MODEL = template("convert.making_model", "Assembling the Keras model")
UNSUPPORTED_ROW = template("convert.unsupported_row", "{operator} ({count} {count:time|times}, in {modules})")
UNSUPPORTED = template(
    "convert.unsupported", "{count} {count:operator|operators} of the model can't be converted: {rows}."
)
REPLACE_PARTS = template("convert.replace_parts", "Replace those parts of the PyTorch model and export it again.")
NOT_STANDARD = template(
    "convert.not_standard", "It is not part of the ONNX standard; export the model with standard operators."
)
OTHER_OPERATORS = template("convert.other_operators", "Write that part of the PyTorch model with other operators.")
EXPORT_WITH_SHAPE = template("convert.export_with_shape", "Export the model with the shape of the input.")
INPUT_WITHOUT_SHAPE = template("convert.input_without_shape", "The input {name} has no shape in the ONNX file.")

# interpreter
NO_CONVERSION = template("convert.no_conversion", "there is no conversion for it")
CONVERSION_FAILED = template("convert.conversion_failed", "{operator} in {place} can't be converted: {type}: {reason}")
REPORT_WITH_ONNX = template(
    "convert.report_with_onnx", "Report this with the ONNX file; the onnx2keras engine may work here."
)
UNKNOWN_ATTRIBUTES = template(
    "convert.unknown_attributes", "{operator} has the attributes {names}, which PT2K does not know."
)

# graph
NOT_ONNX = template("convert.not_onnx", "{file} is not an ONNX model.")
CHOOSE_ONNX = template("convert.choose_onnx", "Choose a file written by torch.onnx.export or another ONNX exporter.")
EXPORT_AGAIN = template("convert.export_again", "Export the model again.")
NO_GRAPH = template("convert.no_graph", "{file} is not an ONNX model: it holds no graph.")
WEIGHT_UNREADABLE = template("convert.weight_unreadable", "The weight {name} can't be read from the ONNX model.")
KEEP_TOGETHER = template(
    "convert.keep_together", "Keep the .onnx file and its external data file together in one folder."
)
EXPORT_TENSORS = template("convert.export_tensors", "Export a model whose inputs and outputs are plain tensors.")
INPUT_NOT_TENSOR = template("convert.input_not_tensor", "The input {name} is not a tensor.")

# keras_file
ADD_ENDING = template("convert.add_ending", "Add the ending .keras.")
KERAS_ENDING = template("convert.keras_ending", "{path} can't be written: the name of a Keras model ends in .keras.")

# onnx2keras_engine
CHANNELS_FIRST = template(
    "convert.channels_first", "onnx2keras keeps ONNX's axes: the inputs and outputs of this model are channels-first."
)
ONNX2KERAS_BUILDS = template("convert.onnx2keras_builds", "onnx2keras is building the layers")
ONNX2KERAS_FAILED = template("convert.onnx2keras_failed", "onnx2keras can't convert this model: {type}: {reason}")
CHOOSE_NATIVE = template("convert.choose_native", "Choose the native engine.")
HOLDS_LAMBDA = template(
    "convert.holds_lambda",
    "The model holds {count} Lambda {count:layer|layers}, so its file does not open in another program.",
)

# process_settings
RECURSION = template(
    "convert.recursion",
    "The model is {depth:,} operations deep, more than Keras can follow by default: before opening it elsewhere, "
    "call sys.setrecursionlimit({limit}).",
)

# report_builder
TYPES_CHANGE = template(
    "convert.types_change", "Weights of the file are {before:and}; the Keras model holds them as {after:and}."
)

# stored_signature
CHECK_NAME = template("convert.check_name", "Check the name and the folder.")
NOT_FOUND = template("convert.not_found", "{file} does not exist.")
SIGNATURE_DAMAGED = template("convert.signature_damaged", "The description of inputs and outputs in {file} is damaged.")
CONVERT_AGAIN = template("convert.convert_again", "Convert the model again.")
NOT_KERAS = template("convert.not_keras", "{file} is not a Keras model: it is not a zip archive.")
CHOOSE_KERAS = template("convert.choose_keras", "Choose a .keras file, or write it again.")
CHOOSE_WRITTEN_BY_KERAS = template("convert.choose_written_by_keras", "Choose a file that Keras wrote.")
NOT_HDF5 = template("convert.not_hdf5", "{file} is not an HDF5 file.")

# unsupported
SEQUENCES_OR_TEXT = template(
    "convert.sequences_or_text",
    "It works on sequences or text, which a Keras model can't hold; do it outside the model.",
)
DRAWS_RANDOM = template(
    "convert.draws_random", "It draws random numbers; draw them outside the model and pass them as an input."
)

# normalization
RUNNING_VARIANCE = template(
    "convert.running_variance",
    "Keras's BatchNormalization keeps the running variance of a batch divided by n, PyTorch's divided by n - 1: "
    "after training, the two differ by one part in n of what each batch contributed.",
)
SCALE_AT_RUN_TIME = template("convert.scale_at_run_time", "its scale is computed while the model runs")
UNKNOWN_CHANNELS = template("convert.unknown_channels", "its number of channels is not known")

# activation
NO_AXIS = template("convert.no_axis", "it has no axis to normalize over")
UNKNOWN_LENGTH = template("convert.unknown_length", "the length of its axis is not known")

# attention
UNKNOWN_HEADS = template("convert.unknown_heads", "it does not say into how many heads its input is split")
UNKNOWN_HEAD_SIZE = template("convert.unknown_head_size", "the size of its heads is not known")
UNKNOWN_KERNEL_SHAPE = template("convert.unknown_kernel_shape", "the shape of its kernel is not known")
UNKNOWN_ACTIVATION = template("convert.unknown_activation", "the activation {name} is not known")
EMPTY_STATE = template("convert.empty_state", "its state is empty, and its batch is of unknown size")

# blocks
CHANNELS_NOT_BLOCKS = template("convert.channels_not_blocks", "its channels don't divide into blocks")
SIZE_NOT_BLOCKS = template("convert.size_not_blocks", "its height and width don't divide into blocks")
COLUMNS_NOT_WINDOWS = template("convert.columns_not_windows", "its columns don't hold whole windows")

# contrib
MOVES_BATCH = template("convert.moves_batch", "it moves the batch axes of its inputs")
MEAN_AND_DEVIATION = template("convert.mean_and_deviation", "its mean and deviation are used as outputs")
CHANNELS_LAST_INPUT = template("convert.channels_last_input", "its input is channels-last")
SEVERAL_AXES = template("convert.several_axes", "it works on several axes at once")

# control
BRANCHES_DIFFER = template(
    "convert.branches_differ", "its condition is computed while the model runs, and its branches give different shapes"
)
UNKNOWN_COUNT = template("convert.unknown_count", "how often it runs is known only while the model runs")
TOO_MANY_TURNS = template("convert.too_many_turns", "it runs more than {turns} times")
NEVER_RUNS = template("convert.never_runs", "it never runs, so its results have no shape")
COUNT_AND_SHAPE = template(
    "convert.count_and_shape", "how often it runs is known only while the model runs, and its values change shape"
)
RUNS_TIMES = template("convert.runs_times", "it runs {turns} times")
SCANS_AS_OPSET_8 = template("convert.scans_as_opset_8", "it scans a batch as opset 8 did")
NEWER_OPSET = template("convert.newer_opset", "Export the model with a newer opset.")

# convolution
STRIDED_AND_DILATED = template(
    "convert.strided_and_dilated",
    "The convolution in {place} is strided and dilated: its kernel holds zeros that training would change.",
)
KERNEL_AT_RUN_TIME = template(
    "convert.kernel_at_run_time", "its kernel is computed while the model runs and is of unknown size"
)
OUTPUT_UNKNOWN = template("convert.output_unknown", "its output shape depends on a length that is not known")
CUT_UNKNOWN = template("convert.cut_unknown", "how much of it is cut off depends on a length that is not known")

# elementwise
NO_KERAS_TYPE = template("convert.no_keras_type", "Keras has no type {type}")
DROPS_AT_RANDOM = template(
    "convert.drops_at_random", "it drops values at random in a model that was exported for training"
)
EVALUATION_MODE = template("convert.evaluation_mode", "Export the model in evaluation mode.")

# free_resizing
RESIZED_LENGTH = template(
    "convert.resized_length", "it resizes an axis to the length {length}, which can't be measured while the model runs"
)
SMOOTHS_UNKNOWN = template(
    "convert.smooths_unknown", "it smooths an axis of unknown length and counts elements beyond its ends"
)

# indexing
NEEDS_ALL_LENGTHS = template("convert.needs_all_lengths", "it needs to know every length of its input")
UNKNOWN_AXES_PICKED = template("convert.unknown_axes_picked", "how many axes it selects from is not known")
UNKNOWN_REDUCTION = template("convert.unknown_reduction", "the reduction {name} is not known")
UNKNOWN_AXES_WRITTEN = template("convert.unknown_axes_written", "how many axes it writes to is not known")
NEEDS_BOTH_LENGTHS = template("convert.needs_both_lengths", "it needs to know both lengths of its input")
STEP_AT_RUN_TIME = template("convert.step_at_run_time", "its step is known only while the model runs")
STEPS_AT_RUN_TIME = template("convert.steps_at_run_time", "the number of its steps is known only while the model runs")
BOUND_NOT_WHOLE = template(
    "convert.bound_not_whole", "its {bound} is not a whole number, and another bound is known only while the model runs"
)

# padding
UNKNOWN_MODE = template("convert.unknown_mode", "the mode {name} is not known")
PADDED_LENGTH = template(
    "convert.padded_length", "it pads an axis to the length {length}, which can't be measured while the model runs"
)

# pooling
LAST_WINDOW = template("convert.last_window", "whether its last window counts depends on a length that is not known")
POSITIONS = template(
    "convert.positions", "its second output (positions) counts down the columns, which requires known lengths"
)
WINDOW_ELEMENTS = template(
    "convert.window_elements", "how many elements its windows hold depends on a length that is not known"
)

# quantization
BLOCK_AXIS = template("convert.block_axis", "the axis that it divides into blocks is of unknown length")

# recurrent
UNKNOWN_HIDDEN = template("convert.unknown_hidden", "its hidden size is not known")

# reduction
EMPTY_AXIS = template("convert.empty_axis", "it reduces an empty axis beside one of unknown length")
LAST_EXTREME = template("convert.last_extreme", "it looks for the last extreme on an axis of unknown length")

# resizing
ASPECT_RATIO = template("convert.aspect_ratio", "it keeps the aspect ratio of an image of unknown size")
FIXED_IMAGE = template("convert.fixed_image", "Export the model with a fixed image size.")
CROPS_UNKNOWN = template("convert.crops_unknown", "it crops or pads an axis of unknown length")

# shaping
UNKNOWN_RANK = template("convert.unknown_rank", "how many axes its result has is not known")
SQUEEZES = template("convert.squeezes", "it removes axis {axis}, whose length ({length}) is not known to be 1")
FIX_TO_ONE = template(
    "convert.fix_to_one", "Convert the model with a fixed input shape for which that length is 1 (--input-shape)."
)
SPLIT_UNKNOWN = template("convert.split_unknown", "the axis that it splits is of unknown length")
STARTS_AT = template("convert.starts_at", "it starts at {start}, which is known only while the model runs")
ENDS_AT = template("convert.ends_at", "it ends at {end}, which is known only while the model runs")
STEPS_BACKWARDS = template("convert.steps_backwards", "it steps backwards over an axis of unknown length")

# selection
LENGTH_FROM_DATA = template(
    "convert.length_from_data",
    "How many results there are depends on the data. Keras's JAX backend can't compile such a model: call it there as "
    "model(x), not with predict().",
)
TOO_MANY_PICKS = template(
    "convert.too_many_picks", "it picks up to {picks:,} boxes of a class, and more than {most:,} can't be laid out"
)

# regions
ONLY_IMAGES = template("convert.only_images", "it is converted for images of two axes only")
ADAPTIVE_MAXIMUM = template(
    "convert.adaptive_maximum", "it takes the maximum of as many samples as each box has pixels; set a sampling ratio"
)

# spectral
SIGNAL_LENGTH = template("convert.signal_length", "the length of its signal is not known")
NO_FRAME = template("convert.no_frame", "it has neither a window nor a frame length")

# steps
STEP_COUNT = template("convert.step_count", "the number of steps that it takes is known only while the model runs")

# windows
AUTO_PADDING = template("convert.auto_padding", "its automatic padding depends on a length that is not known")

# emitter
IN_MODULE = template("convert.in_module", " in {module}")
OF_NODE = template("convert.of_node", " ({name})")
ONLY_SHIFT_TRAINED = template("convert.only_shift_trained", "its scale is fixed and its shift is trained")
TRAIN_BOTH = template("convert.train_both", "Train both of them, or neither.")
NO_INPUT = template("convert.no_input", "the model has no input")

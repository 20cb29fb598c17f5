"""The texts of ``export`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# dry_run
INPUT_COUNT = template(
    "export.input_count",
    "The model has {inputs} {inputs:input|inputs}, but {shapes} {shapes:shape was|shapes were} given.",
)
CHOOSE_SMALLER = template("export.choose_smaller", "Choose smaller sizes.")
TOO_MANY_ELEMENTS = template("export.too_many_elements", "The input {name} of shape {shape} has {count:,} elements.")
LAYER_GOT = template("export.layer_got", "the layer {layer} ({type}) was given {shape}")
MODEL_REFUSED = template("export.model_refused", "the model rejected it")
DOES_NOT_RUN_WHERE = template(
    "export.does_not_run_where", "The model does not run on an input of shape {shape}: {where}: {reason}"
)
CHANGE_INPUT = template("export.change_input", "Change the shape or type of the input.")
NO_TENSOR = template("export.no_tensor", "The model returns no tensor.")
TENSOR_OUTPUTS = template("export.tensor_outputs", "Only models whose outputs are tensors can be converted.")
DOES_NOT_RUN = template("export.does_not_run", "The model does not run on {shape}: {reason}")

# exporting
TRYING_SHAPES = template("export.trying_shapes", "Trying the input shapes")
EXPORTING = template("export.exporting", "Exporting to ONNX")
STAGE_EXPORT = template("export.stage_export", "Export to ONNX")
NODES_EXPORTER = template("export.nodes_exporter", "{nodes:,} nodes, opset {opset}, {exporter} exporter")
CHECKING = template("export.checking", "Checking the ONNX file")
STAGE_CHECK = template("export.stage_check", "Check the ONNX file")
SIZE_ACCEPTED = template("export.size_accepted", "{size}, accepted by onnx.checker")
RUNNING = template("export.running", "Running it in ONNX Runtime")
STAGE_COMPARE = template("export.stage_compare", "Compare with PyTorch")
LARGEST_DIFFERENCE = template("export.largest_difference", "largest difference {difference:.1e}")
EXPORTED = template("export.exported", "Exported")
EXPORTER_FAILED = template("export.exporter_failed", "The {exporter} exporter failed: {reason}")
INVALID_EXPORT = template("export.invalid_export", "The exported file is not valid ONNX: {reason}")
REPORT_WITH_LOG = template("export.report_with_log", "Report this, with the log.")
RUNTIME_REFUSES = template("export.runtime_refuses", "ONNX Runtime rejects the exported file: {reason}")
FAILS_AT_BATCH = template("export.fails_at_batch", "The exported file does not run with a batch of {batch}: {reason}")
FAILS_AT_SIZES = template(
    "export.fails_at_sizes",
    "Careful: PyTorch takes {sizes}, and the exported file does not run at these sizes: {reason}",
)
DIFFER_AT_SIZES = template(
    "export.differ_at_sizes",
    "At {sizes} the ONNX file differs from PyTorch, although they agree at the size of the example.",
)
FIX_BATCH = template("export.fix_batch", "Fix the batch size on the Input page and export again.")
OUTPUT_SHAPE = template(
    "export.output_shape", "ONNX Runtime returns an output of shape {shape} where PyTorch returns {expected}."
)
FIX_SIZES = template("export.fix_sizes", "Fix the sizes on the Input page and export again.")
NOT_FINITE = template(
    "export.not_finite", "Some outputs of the ONNX file are not finite where PyTorch's are, or the other way around."
)
NUMBERS_DIFFER = template(
    "export.numbers_differ",
    "The ONNX file gives different numbers than PyTorch: they differ by {difference:.3g} at a scale of {scale:.3g}.",
)
SHAPES_CHANGED = template("export.shapes_changed", "The shapes of the inputs were changed as requested.")
NODES = template("export.nodes", "{nodes:,} nodes, opset {opset}")

# recording
CANNOT_BE_DYNAMIC = template(
    "export.cannot_be_dynamic", "The model can't be exported with the dynamic sizes {names}: {reason}"
)
SIZE_IS_FIXED = template(
    "export.size_is_fixed",
    "The size {size} can't stay free: the model's code turns it into a number, {number} at the size of the example.",
)
SIZE_IS_RECORDED = template(
    "export.size_is_recorded",
    "The size {size} can't stay free: the model's code branches on it, and the export keeps {number}, its value at the size of "
    "the example.",
)
HOLDS_WHERE = template(
    "export.holds_where",
    "Careful: the export gives PyTorch's numbers only where {conditions:and}; at other sizes the model's code takes another "
    "path.",
)
FIX_BATCH_EXAMPLE = template(
    "export.fix_batch_example", "Fix the batch size (for example, 1) on the Input page and export again."
)

# specification
WRITE_SIZES = template(
    "export.write_sizes", "Separate sizes by commas; letters stay dynamic, numbers are fixed: N,1,28,28."
)
NOT_A_SHAPE = template("export.not_a_shape", "“{text}” is not a shape.")
NOT_A_SIZE = template("export.not_a_size", "“{size}” in “{text}” is not a size.")
MUST_NAME_INPUT = template(
    "export.must_name_input", "The model has {count} inputs ({names}), so “{text}” must name one of them."
)
EXAMPLE_INPUT = template("export.example_input", "For example: --input-{option} {name}={text}.")
IT_HAS = template("export.it_has", "It has: {names}.")
NO_INPUT = template("export.no_input", "The model has no input {name}.")
CHOOSE_TYPE = template("export.choose_type", "Choose from {names}.")
NOT_A_TYPE = template("export.not_a_type", "“{text}” is not an input type.")
NOT_A_RANGE = template("export.not_a_range", "“{text}” is not a range of whole numbers.")
WRITE_RANGE = template("export.write_range", "Give the smallest and the largest: 0..29.")
RANGE_FOR_INTEGERS = template(
    "export.range_for_integers", "The input {name} takes {type}, and a range is for whole numbers."
)
GIVE_TYPE = template("export.give_type", "Give its type too: --input-type {name}=int64.")

# refusals
LOOK = template(
    "export.look",
    "Often an operator or a branch has to be changed in the PyTorch model, or a dynamic size has to be fixed.",
)
IN_LAYER = template("export.in_layer", " in the layer {layer} ({details:;})")
NO_ONNX_FORM = template(
    "export.no_onnx_form",
    "{file} can't be exported: ONNX has no equivalent of the operator {operator}, which is used{where}.",
)
COMPUTE_OTHERWISE = template(
    "export.compute_otherwise",
    "Compute it differently in the PyTorch model, or leave it out and apply it to the outputs afterwards.",
)
CANNOT_EXPORT = template("export.cannot_export", "{file} can't be exported: {reason}.")
CANNOT_EXPORT_ONNX = template("export.cannot_export_onnx", "{file} can't be exported to ONNX: {reason}{where}.")
DEPENDS_ON_VALUES = template(
    "export.depends_on_values",
    "its computation depends on the values of its input, such as a branch or a size{where}, and an ONNX file "
    "keeps only one path",
)
COMPUTE_BOTH = template(
    "export.compute_both",
    "Compute both branches and select with torch.where, write the branch with torch.cond, or give a loop a "
    "fixed number of steps.",
)
OUTSIDE_PYTORCH = template("export.outside_pytorch", "its forward method computes outside PyTorch, with NumPy{where}")
USE_TORCH = template("export.use_torch", "Use torch's functions in forward.")
CAREFUL = template("export.careful", "Careful: {reason}; the file keeps the path that random inputs took.")
BRANCH_ON_VALUES = template(
    "export.branch_on_values",
    "The model may do something that an export can't keep, such as a branch on the values of its input.",
)
WITH_REASON = template("export.with_reason", "{sentence} The reason: {reason}.")
CALLS_DIFFER = template(
    "export.calls_differ",
    "Two calls of the PyTorch model on the same input give different numbers: they differ by {difference:.3g} at a scale "
    "of {scale:.3g}.",
)
CHANGES_BUFFER = template(
    "export.changes_buffer",
    "{sentence} The reason: forward changes the buffer {names}{where}, and an ONNX file keeps nothing from one "
    "call to the next.",
)
STATE_ARGUMENT = template(
    "export.state_argument",
    "Make the state an argument and an output of forward, so that each call is given the state of the last one.",
)
RANDOM_NUMBERS = template(
    "export.random_numbers", "{sentence} The reason: forward draws new random numbers{where} in each call."
)
RANDOM_ARGUMENT = template(
    "export.random_argument", "Make the random numbers an argument of forward, or switch off what draws them."
)
LSTM_PROJECTION = template(
    "export.lstm_projection",
    "{file} can't be exported: the layer {layer} is an nn.LSTM with proj_size, which the exporter does not support.",
)
WITHOUT_PROJECTION = template(
    "export.without_projection",
    "Use an nn.LSTM without proj_size, and an nn.Linear behind it where the model allows that.",
)
OF_LAYER = template("export.of_layer", " of the layer {layer} ({type})")
LINE = template("export.line", "{file}, line {line}")
LINE_OF_CODE = template("export.line_of_code", "{file}, line {line}: `{code}`")
FULL_MESSAGES = template("export.full_messages", "The details contain the exporters' full messages.")
CHECKED = template("export.checked", "Checked")
AT_LINE = template("export.at_line", " ({line})")

# recording
CAREFUL_AT_LINE = template(
    "export.careful_at_line",
    "Careful: the computation depends on the values of its input, such as a branch or a size ({file}, line "
    "{line}: `{code}`), and an ONNX file keeps only one path; this one keeps the path that random inputs took.",
)

# ways out
ONE_SHAPE_EACH = template("export.one_shape_each", "Give one shape for each input.")

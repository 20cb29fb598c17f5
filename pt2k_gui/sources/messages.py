"""The texts of ``sources`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# archives
TOO_NEW = template(
    "sources.too_new",
    "{file} can't be opened: it was written by a newer PyTorch than {version} (archive format {written}; "
    "{version} reads formats up to {readable}).",
)
SAVE_WITH_OLDER = template(
    "sources.save_with_older", "Save it again with PyTorch {version} or older, or use a newer PT2K."
)

# assembly
READING_WEIGHTS = template("sources.reading_weights", "Reading the weights")
OPENED_BY_PICKLE = template("sources.opened_by_pickle", "Opened by running its pickle, as you agreed.")
BUILDING_NETWORK = template("sources.building_network", "Building the network")
NO_CHAIN = template(
    "sources.no_chain",
    "The tensors of {file} do not form a simple chain of Linear, Conv, BatchNorm and Embedding layers.",
)
NAME_CLASS = template("sources.name_class", "Name the class that they belong to: --code FILE.py:Class.")
REBUILT = template(
    "sources.rebuilt",
    "Rebuilt from its tensors. The steps after each layer are assumed, because the file does not record them "
    "({steps}).",
)
MAKING = template("sources.making", "Creating {code} with {arguments}")
PREFIX_REMOVED = template("sources.prefix_removed", "The prefix {prefix} was removed from the tensors' names.")
AROUND_NETWORK = template(
    "sources.around_network",
    "{count} {count:tensor|tensors} of the file {count:belongs|belong} to what was trained around this network, and "
    "{count:is|are} left out: {keys}.",
)
CANNOT_LOAD_WEIGHTS = template(
    "sources.cannot_load_weights", "The weights of {file} can't be loaded into {code}: {error}."
)
KEYS_LEFT_OUT = template(
    "sources.keys_left_out",
    "{keys} {keys:key does|keys do} not match and {keys:was|were} left out; {missing} of the network's own "
    "tensors keep their random values.",
)
WEIGHTS_WIDENED = template("sources.weights_widened", "Weights stored as {types:and} were converted to float32.")
KEYS_MISSING = template("sources.keys_missing", "{count} missing from the file: {keys}")
KEYS_MISMATCHED = template("sources.keys_mismatched", "{count} of a different shape: {keys}")
KEYS_UNEXPECTED = template("sources.keys_unexpected", "{count} not in the class: {keys}")
KEY_SHAPES = template("sources.key_shapes", "{key} ({in_file} in the file, {in_class} in the class)")
AND_MORE = template("sources.and_more", "{items} and {more} more")
DO_NOT_FIT = template("sources.do_not_fit", "The weights of {file} do not fit {code}: {clauses:;}.")
CHECK_ARGUMENTS = template(
    "sources.check_arguments",
    "Check the class and its arguments (--arg NAME=VALUE), or load what fits with --no-strict.",
)
FILES_COMBINED = template("sources.files_combined", "Combined from {files} files.")
WEIGHTS_UNDER = template("sources.weights_under", "The weights under {key} were used.")
OTHER_WEIGHTS = template("sources.other_weights", "The file holds other weights too: {keys} (choose with --weights).")
HALF_WIDENED = template("sources.half_widened", "Half-precision weights were converted to float32.")
RANGES_FROZEN = template(
    "sources.ranges_frozen",
    "The ranges of its fake quantization stay as the file has them; PyTorch would move them in each call.",
)

# chain
NOT_WHOLE = template("sources.not_whole", "{name}={value} is not a whole number.")
EXAMPLE_ONE = template("sources.example_one", "For example: {name}=1.")
CHAIN_NO_ARGUMENT = template("sources.chain_no_argument", "The rebuilt chain has no argument {name}.")
IT_HAS = template("sources.it_has", "It has: {names}.")
CHAIN_NO_STEP = template("sources.chain_no_step", "{name}={value}: there is no {step}.")
CHOOSE_JOINED = template("sources.choose_joined", "Choose from {names}, joined by +.")

# checkpoints
OLD_PICKLE = template(
    "sources.old_pickle",
    "{file} is an entire model pickled in an old format: opening it would run code that it refers to.",
)
NEWER_PICKLE = template(
    "sources.newer_pickle",
    "{file} is pickled with a newer protocol than torch.save uses: opening it would run code that it refers to.",
)
DANGEROUS_PICKLE = template(
    "sources.dangerous_pickle", "Unpickling {file} would run {names}, which plain weights never need."
)
MALICIOUS = template("sources.malicious", "It is most likely malicious: get the model from another source.")
TRUST_IMPORTABLE = template(
    "sources.trust_importable", "If you trust it, agree in the window or add --trust; its class must be importable."
)
TENSORS_UNREADABLE = template(
    "sources.tensors_unreadable", "{file} is damaged or truncated: its tensors can't be read."
)
COPY_AGAIN = template("sources.copy_again", "Copy or download the file again.")
PARTS_ELSEWHERE = template(
    "sources.parts_elsewhere", "{file} was not opened: it refers to weights outside its own folder ({name})."
)
PARTS_BESIDE = template("sources.parts_beside", "Put the parts in the same folder as the index.")
PARTS_MISSING = template(
    "sources.parts_missing",
    "{file} lists {count} weight files, and {missing} of them {missing:is|are} missing from its folder: {names}.",
)
COPY_PARTS = template("sources.copy_parts", "Copy or download all parts into its folder.")
PYTORCH_BEFORE_1_6 = template("sources.pytorch_before_1_6", "PyTorch before 1.6")
NO_WEIGHTS = template("sources.no_weights", "{file} holds no weights: there are no named tensors in it.")
STATE_DICT_FILE = template(
    "sources.state_dict_file", "Use the file that the training wrote with torch.save(model.state_dict(), ...)."
)
WHOLE_FILE = template("sources.whole_file", "(the whole file)")
WEIGHTS_ARE = template("sources.weights_are", "There are: {keys}.")
NO_WEIGHTS_UNDER = template("sources.no_weights_under", "{file} holds no weights under {key}.")
RUNNING_CODE = template("sources.running_code", "Running the code that {file} refers to, as agreed")
NO_MODEL = template("sources.no_model", "{file} holds no model: unpickling it gave a {type}.")
MODEL_FILE = template("sources.model_file", "Use the file that the training wrote with torch.save(model, ...).")
CLASS_NOT_IMPORTABLE = template(
    "sources.class_not_importable", "{file} is a pickled {model}, and its class can't be imported: {error}."
)
CANNOT_UNPICKLE = template("sources.cannot_unpickle", "{file} can't be unpickled: {error}.")
COPY_OR_STATE_DICT = template(
    "sources.copy_or_state_dict", "Copy or download the file again, or save its state dict with torch.save."
)
WHICH_CLASS = template(
    "sources.which_class", "Name the class: choose its .py file in the window, or add --code FILE.py:Class."
)
OR_CHAIN = template(
    "sources.or_chain",
    "Or rebuild the network from its tensors, a chain {chain}: --code tensors:chain --arg activation=sigmoid (or "
    "relu, tanh ...).",
)
WHOLE_MODEL = template(
    "sources.whole_model", "{file} is an entire pickled model of the class {model}: opening it would run that code."
)
TRUST_OR_TENSORS = template(
    "sources.trust_or_tensors",
    "If you trust it, agree in the window or add --trust, with the class's .py file in the same folder. Or "
    "read only its tensors and name the class: --code FILE.py:{name}.",
)
WEIGHTS_WITHOUT_CLASS = template(
    "sources.weights_without_class",
    "{file} holds {tensors} {tensors:tensor|tensors} with {numbers:,} numbers (a state dict), but not the "
    "network that they belong to.",
)

# code
ADD_CLASS = template("sources.add_class", "Add the class after a colon.")
NAMES_NO_CLASS = template("sources.names_no_class", "{code} names no class.")
HAS_NO_CLASS = template("sources.has_no_class", "{code} has no class {name}.")
GIVE_ARGUMENTS = template(
    "sources.give_arguments", "Its arguments are {signature}. Set them with --arg NAME=VALUE, or in the form."
)
NOT_A_MODULE = template("sources.not_a_module", "{code} returns a {type}, not a torch.nn.Module.")
NOT_PYTHON = template("sources.not_python", "{file} is not valid Python: {error}.")
CLASS_FILE = template("sources.class_file", "Choose the file with the model's class.")
PYTHON_CODE = template("sources.python_code", "{file} is Python code, and creating its class would run it.")
LOOK_AND_TRUST = template("sources.look_and_trust", "Look at it; if you trust it, agree in the window or add --trust.")
JUST_THE_CLASS = template("sources.just_the_class", "A file with just the class ({names}) works best.")
PACKAGE_NOT_IMPORTABLE = template("sources.package_not_importable", "The package {name} can't be imported: {error}.")
NOT_INSTALLED = template("sources.not_installed", "{file} is not an installed package, and importing it would run it.")
NOT_A_VALUE = template("sources.not_a_value", "The argument {name}={value} is not a Python value.")
GIVE_LITERAL = template("sources.give_literal", "Enter a number, True, None, a quoted string or a list.")
NOT_KNOWN = template("sources.not_known", "not known")

# devices
MOVED_TO_CPU = template("sources.moved_to_cpu", "It was saved on a GPU; everything was moved to the CPU.")

# exported_program
LOOKING_FOR_CODE = template("sources.looking_for_code", "Checking the exported program for code")
OPENING_PROGRAM = template("sources.opening_program", "Opening the exported program")
PROGRAM_TOO_NEW = template(
    "sources.program_too_new",
    "{file} can't be opened: it was written by PyTorch {writer}, which is newer than this PyTorch ({own}).",
)
OPERATORS_MISSING = template(
    "sources.operators_missing",
    "{file} can't be opened: it uses operators that this PyTorch ({own}) lacks: {operators}.",
)
INSTALL_OPERATORS = template(
    "sources.install_operators",
    "Install the library that provides them in the same environment as PT2K, or export the model without them.",
)
PROGRAM_DAMAGED = template("sources.program_damaged", "{file} can't be opened: its exported program is damaged.")
COPY_OR_EXPORT_SAVE = template(
    "sources.copy_or_export_save", "Copy the file again, or save it again with torch.export.save."
)
INPUT_FIXED = template(
    "sources.input_fixed", "The input {name} is not a tensor; it keeps the value that it had at the export."
)
FIXED_BATCH = template("sources.fixed_batch", "The program was exported with a fixed batch size.")

# exported_program_scan
MEMBER_TOO_LARGE = template("sources.member_too_large", "{file} was not opened: {name} unpacks to {size:,} bytes.")
MEMBER_DAMAGED = template("sources.member_damaged", "{file} is damaged: part of its archive can't be read.")
WOULD_RUN_CODE = template("sources.would_run_code", "{file} would run code of its own when it is opened: {names}.")
OPEN_IF_TRUSTED = template(
    "sources.open_if_trusted", "Open it only if you trust its source: agree in the window, or add --trust."
)

# file_formats
KIND_EXPORT_PROGRAM = template("sources.kind_export_program", "exported program")
KIND_CHECKPOINT = template("sources.kind_checkpoint", "checkpoint")
KIND_LEGACY = template("sources.kind_legacy", "legacy checkpoint")
KIND_SPLIT = template("sources.kind_split", "split checkpoint")
FILE_HDF5 = template("sources.file_hdf5", "a Keras or HDF5 file (.h5)")
FILE_TFLITE = template("sources.file_tflite", "a TensorFlow Lite model (.tflite)")
FILE_PTE = template("sources.file_pte", "an ExecuTorch program (.pte)")
FILE_PNG = template("sources.file_png", "a PNG image")
FILE_JPEG = template("sources.file_jpeg", "a JPEG image")
FILE_GIF = template("sources.file_gif", "a GIF image")
FILE_BMP = template("sources.file_bmp", "a BMP image")
FILE_MEDIA = template("sources.file_media", "a media file")
FILE_PDF = template("sources.file_pdf", "a PDF document")
FILE_GZIP = template("sources.file_gzip", "a gzip archive")
FILE_XZ = template("sources.file_xz", "an xz archive")
FILE_BZIP2 = template("sources.file_bzip2", "a bzip2 archive")
FILE_7Z = template("sources.file_7z", "a 7z archive")
FILE_RAR = template("sources.file_rar", "a RAR archive")
FILE_TAR = template("sources.file_tar", "a tar archive")
FILE_NPY = template("sources.file_npy", "a NumPy array (.npy)")
FILE_GGUF = template("sources.file_gguf", "a GGUF model")
FILE_PROGRAM = template("sources.file_program", "a program")
FILE_DATABASE = template("sources.file_database", "a database")
USE_MODEL_FILE = template(
    "sources.use_model_file", "Choose a PyTorch file (.pt2, .pt, .pth, .ckpt, .safetensors) or an ONNX file."
)
EMPTY_ZIP = template("sources.empty_zip", "{file} is an empty zip archive, not a model.")
UNKNOWN_FORMAT = template(
    "sources.unknown_format", "{file} is not a model that PT2K knows: its first bytes match no known format."
)
MAYBE_DAMAGED = template("sources.maybe_damaged", "It may be damaged: copy or download it again.")
ARCHIVE_DAMAGED = template(
    "sources.archive_damaged", "{file} is damaged or truncated: the archive's index can't be read."
)
NOT_FINISHED = template("sources.not_finished", "Copy or download the file again: the transfer may not have finished.")
FILE_KERAS = template("sources.file_keras", "a Keras model (.keras)")
FILE_OFFICE = template("sources.file_office", "an office document")
FILE_JAR = template("sources.file_jar", "a Java archive")
FILE_MAR = template("sources.file_mar", "a TorchServe archive (.mar)")
FILE_PACKAGE = template("sources.file_package", "a torch.package archive, which is code with a model in it")
FILE_AOT = template(
    "sources.file_aot", "a compiled AOTInductor package, which holds machine code instead of the model's graph"
)
FILE_NPZ = template("sources.file_npz", "a set of NumPy arrays (.npz)")
FILE_ZIP = template("sources.file_zip", "a zip archive without a PyTorch model in it")
TARGET_ALREADY = template("sources.target_already", "It is already in a target format; there is nothing to convert.")
UNPACK = template("sources.unpack", "Unpack it and choose the model file in it.")
OTHER_FILE = template("sources.other_file", "{file} is {kind}, not a PyTorch model.")
HEADER_PROMISES = template(
    "sources.header_promises", "{file} is damaged or truncated: its safetensors header declares {bytes:,} bytes."
)
HEADER_UNREADABLE = template("sources.header_unreadable", "{file} is damaged: its safetensors header can't be read.")
PLAIN_PICKLE = template("sources.plain_pickle", "{file} is a plain Python pickle, not a PyTorch model.")
PICKLE_RUNS_CODE = template(
    "sources.pickle_runs_code",
    "Unpickling runs whatever code the file names, so PT2K does not open it. Save the model with torch.save (a "
    "state dict) or torch.export.save.",
)
FILE_PYTHON = template("sources.file_python", "Python source")
FILE_WEB_PAGE = template("sources.file_web_page", "a web page (a download that went wrong?)")
FILE_LFS = template("sources.file_lfs", "a Git LFS pointer, not the file itself (run: git lfs pull)")
FILE_JSON = template("sources.file_json", "a JSON text")
FILE_TEXT = template("sources.file_text", "a text file")

# forward
NO_PLAIN_VALUE = template(
    "sources.no_plain_value", "The model's forward method has no non-tensor argument named {name}."
)
TAKES = template("sources.takes", "It takes: {names}.")
ALL_TENSORS = template("sources.all_tensors", "All its arguments are tensors.")
WRONG_TYPE = template(
    "sources.wrong_type", "The argument {name} of the model's forward method is of type {type}, and {value} is not."
)
ENTER_BOOL = template("sources.enter_bool", "Enter True or False.")
ENTER_INT = template("sources.enter_int", "Enter a whole number.")
ENTER_FLOAT = template("sources.enter_float", "Enter a number.")
ENTER_TEXT = template("sources.enter_text", "Enter text.")
DEFAULTS_KEPT = template("sources.defaults_kept", "Optional arguments keep their defaults: {names}.")
LIST_LENGTH = template("sources.list_length", "How many tensors {name} holds is not known; {count} were assumed.")
NOTHING = template("sources.nothing", "nothing")
NONE = template("sources.none", "none")
NO_ARGUMENTS = template("sources.no_arguments", "no arguments")
A_MODEL = template("sources.a_model", "model")
NOTHING_THAT_RUNS = template("sources.nothing_that_runs", "and nothing that runs")
PYTHON_CODE_BESIDE = template(
    "sources.python_code_beside",
    "{file} is Python code, and creating its class would run it together with {names:and} in the same folder.",
)

# inspecting
EVERY_ACTIVATION = template("sources.every_activation", "all activations at once")

# loading
READING = template("sources.reading", "Reading {file}")
TAKES_NO_VALUE = template(
    "sources.takes_no_value",
    "{file} takes no value {name}: everything that is not a tensor was fixed when the file was written.",
)
DROP_VALUE = template("sources.drop_value", "Remove --value.")
DOES_NOT_FIT_MEMORY = template("sources.does_not_fit_memory", "{file} does not fit into the available memory.")
MORE_MEMORY = template("sources.more_memory", "Close other programs, or use a machine with more memory.")

# onnx_file
OPENING_ONNX = template("sources.opening_onnx", "Opening the ONNX file")
OPSET_TOO_NEW = template(
    "sources.opset_too_new", "{file} uses opset {opset}; this version of PT2K supports opsets up to {most}."
)
LOWER_OPSET = template("sources.lower_opset", "Export the model again with a lower opset.")
IR_TOO_NEW = template(
    "sources.ir_too_new",
    "{file} uses ONNX format version {version}; this version of PT2K supports versions up to {most}.",
)
OLDER_ONNX = template(
    "sources.older_onnx", "Export the model again with an older version of ONNX, or use a newer PT2K."
)
CHECKING_ONNX = template("sources.checking_onnx", "Checking the ONNX file")
OPERATOR_NOT_IN_OPSET = template(
    "sources.operator_not_in_opset", "{file} uses the operator {operator}, which opset {opset} of ONNX does not have."
)
OPSET_WITH_OPERATOR = template(
    "sources.opset_with_operator", "Export the model again with an opset that has the operator."
)
INVALID_ONNX = template("sources.invalid_onnx", "{file} is not a valid ONNX model: {reason}")
EXPORT_OR_COPY = template("sources.export_or_copy", "Export or copy the file again.")
OUTSIDE_STANDARD = template("sources.outside_standard", "Uses operators outside the ONNX standard: {domains}.")
EXTERNAL_WEIGHTS = template("sources.external_weights", "Its weights are kept in separate files in the same folder.")
ONNX_ORIGIN = template("sources.onnx_origin", "{producer}, opset {opset}")
EXPORT_EXTERNAL = template("sources.export_external", "Export it again with its weights in a separate file.")
ONNX_TOO_LARGE = template("sources.onnx_too_large", "{file} is larger than an ONNX file can be (2 GB).")
NOT_ONNX = template(
    "sources.not_onnx", "{file} is damaged, truncated or not an ONNX file: it can't be read to its end."
)
NAME_NOT_TEXT = template("sources.name_not_text", "{file} is damaged: one of the names in it is not text.")
EMPTY_GRAPH = template("sources.empty_graph", "{file} holds no model: its graph is empty.")
EXPORT_OR_COPY_MODEL = template("sources.export_or_copy_model", "Export the model again, or copy the file again.")
WEIGHTS_LINKED = template(
    "sources.weights_linked", "{file} was not opened: {name}, which holds its weights, is a link to another location."
)
COPY_THEMSELVES = template("sources.copy_themselves", "Copy the ONNX file and the weights themselves into one folder.")
EXPORT_BESIDE = template("sources.export_beside", "Put the weights beside the ONNX file and export it again.")
WEIGHTS_LOCATION = template(
    "sources.weights_location", "{file} is damaged: it does not say where the weights of {tensor} are."
)
WEIGHTS_NOT_BESIDE = template(
    "sources.weights_not_beside",
    "{file} can't be opened: its weights are in {weights}, which is not in the same folder.",
)
COPY_BESIDE = template("sources.copy_beside", "Copy {weights} into the same folder.")
WEIGHTS_TRUNCATED = template(
    "sources.weights_truncated", "{file} can't be opened: {weights}, which holds its weights, is truncated."
)
COPY_WEIGHTS = template("sources.copy_weights", "Copy {weights} again.")
NOT_TENSOR = template(
    "sources.not_tensor",
    "{file} can't be used: its {name} is a list, a map or an optional value, and PT2K converts only tensors.",
)
EXPORT_TENSORS = template("sources.export_tensors", "Export the model with tensors as its inputs and outputs.")
UNKNOWN_TYPE = template(
    "sources.unknown_type", "{file} is damaged: its {name} is of a type that ONNX does not have (number {number})."
)
HOLDS_TEXT = template(
    "sources.holds_text", "{file} can't be used: its {name} holds text, and PT2K converts only numbers."
)
EXPORT_WITHOUT_TEXT = template(
    "sources.export_without_text", "Export the model without the step that reads or returns text."
)

# pickled
UNPACKS_TO = template("sources.unpacks_to", "{file} was not opened: {size:,} bytes would unpack to {unpacked:,}.")
GROWS = template("sources.grows", "No file written by PyTorch grows like that; get the model from another source.")
QUANTIZED = template("sources.quantized", "{file} holds quantized tensors, which can't be converted.")
BEFORE_QUANTIZATION = template("sources.before_quantization", "Use the weights from before the quantization.")
ENDS_EARLY = template("sources.ends_early", "{file} is damaged or truncated: it ends before its content does.")
DAMAGED_OR_NEWER = template(
    "sources.damaged_or_newer",
    "{file} can't be opened: it is damaged, or was written by a PyTorch newer than {version}.",
)
COPY_OR_SAVE = template("sources.copy_or_save", "Copy or download the file again, or save it again with torch.save.")

# torchscript
TOUCHES_FILES = template(
    "sources.touches_files", "{file} would touch other files when it runs: its code calls {functions}."
)
RUN_IF_TRUSTED = template(
    "sources.run_if_trusted", "Run it only if you trust its source: agree in the window, or add --trust."
)
OPENING_TORCHSCRIPT = template("sources.opening_torchscript", "Opening the TorchScript archive")
OPERATOR_MISSING = template(
    "sources.operator_missing", "{file} can't be opened: it uses the operator {operator}, which this PyTorch lacks."
)
INSTALL_OPERATOR = template(
    "sources.install_operator", "Install the library that provides the operator, or export the model without it."
)
TORCHSCRIPT_DAMAGED = template(
    "sources.torchscript_damaged",
    "{file} can't be opened: its TorchScript archive is damaged, or was written by a PyTorch newer than {version}.",
)
COPY_OR_JIT_SAVE = template("sources.copy_or_jit_save", "Copy the file again, or save it again with torch.jit.save.")
NO_FORWARD = template(
    "sources.no_forward",
    "{file} can't be used: its TorchScript module has no forward method, so it can't be run.",
)
SAVE_WITH_FORWARD = template("sources.save_with_forward", "Save a module with a forward method with torch.jit.save.")
TORCHSCRIPT_NAMES = template(
    "sources.torchscript_names", "Exported through the TorchScript exporter: the layers keep TorchScript's names."
)
KEEPS_STATE = template(
    "sources.keeps_state",
    "The model keeps {names:and} between calls, which an exported file can't: its outputs may depend on earlier calls.",
)

# trust
IMPORTS_UNKNOWN = template(
    "sources.imports_unknown", "{file} is damaged: it is impossible to tell what it would import."
)
PICKLE_TOO_LARGE = template(
    "sources.pickle_too_large", "{file} was not opened: its pickle {name} unpacks to {size:,} bytes."
)
NOT_FROM_PYTORCH = template("sources.not_from_pytorch", "PyTorch did not write that model.")
PICKLE_DAMAGED = template("sources.pickle_damaged", "{file} is damaged: its pickle can't be parsed.")

# signatures
STORED_IN_FILE = template("sources.stored_in_file", "stored in the file, or beside it")
FROM_TENSOR = template("sources.from_tensor", "from {key}, {shape}")
FROM_LINEAR = template("sources.from_linear", "from the linear layers' weights")
FROM_RECURRENT = template("sources.from_recurrent", "from the recurrent layers' names")
FROM_NUMBERED = template("sources.from_numbered", "from the numbered layers")
UNKNOWN = template("sources.unknown", "unknown")
OPENED = template("sources.opened", "Opened")
READ_AS = template("sources.read_as", "{file}: {kind}")

# guest
GUEST_NOT_STARTED = template("sources.guest_not_started", "The interpreter {python} can't be started: {error}.")
CHOOSE_ANOTHER_INTERPRETER = template("sources.choose_another_interpreter", "Choose another interpreter.")
PYTHON_TOO_OLD = template("sources.python_too_old", "{python} is Python {version}; {least} or newer is needed.")
NO_WORKING_TORCH = template("sources.no_working_torch", "The interpreter {python} has no working PyTorch: {error}.")
INSTALL_TORCH = template(
    "sources.install_torch", "Install PyTorch there ({python} -m pip install torch), or choose another interpreter."
)
TORCH_TOO_OLD = template(
    "sources.torch_too_old", "The interpreter {python} has PyTorch {version}; {least} or newer is needed."
)
UPDATE_TORCH = template("sources.update_torch", "Choose another interpreter, or update PyTorch there.")
GUEST_WAS_KILLED = template(
    "sources.guest_was_killed", "The interpreter {python} was killed while {doing}, perhaps because memory ran out."
)
GUEST_CRASHED = template(
    "sources.guest_crashed", "The interpreter {python} crashed in native code ({signal}) while {doing}."
)
GUEST_ENDED = template(
    "sources.guest_ended", "The interpreter {python} exited unexpectedly (status {status}) while {doing}."
)
GUEST_NOT_UNDERSTOOD = template(
    "sources.guest_not_understood",
    "The interpreter {python} sent something that PT2K does not understand while {doing}.",
)
TRY_STEP_AGAIN = template(
    "sources.try_step_again",
    "Earlier steps are kept: try this step again. The details show its last output.",
)
IT_WAS_STARTING = template("sources.it_was_starting", "it was starting")
IT_OPENED = template("sources.it_opened", "it was opening the model")
IT_LOOKED = template("sources.it_looked", "it was inspecting the code")
IT_LISTED = template("sources.it_listed", "it was listing its models")
IT_RAN = template("sources.it_ran", "it was running the model")
IT_EXPORTED = template("sources.it_exported", "it was exporting the model")
IT_TRAINED = template("sources.it_trained", "it was training the model")
OPENED_IN = template("sources.opened_in", "Opened in {python} with PyTorch {version}.")
NOTHING_TOLD = template("sources.nothing_told", "The interpreter {python} did not describe the model.")
WOULD_START = template("sources.would_start", "This would start the interpreter {python}.")
WOULD_START_AND_RUN = template(
    "sources.would_start_and_run", "This would start the interpreter {python} and run {code} in it."
)
WOULD_START_AND_IMPORT = template(
    "sources.would_start_and_import", "This would start the interpreter {python} and import {name} in it."
)
TRUST_INTERPRETER = template("sources.trust_interpreter", "If you trust it, agree in the window or add --trust.")
CODE_EXITED = template("sources.code_exited", "The model's code ended its own program (exit {status}).")
LEAVE_EXIT_OUT = template(
    "sources.leave_exit_out", "Remove the call that does so, or put it below if __name__ == '__main__'."
)
CODE_FAILED = template("sources.code_failed", "The model's code stopped with an error: {error}")
WHOLE_TRACE = template("sources.whole_trace", "The details contain the full traceback.")
NO_MEMORY_THERE = template("sources.no_memory_there", "There is not enough memory for this step.")
CLOSE_PROGRAMS_AND_RETRY = template("sources.close_programs_and_retry", "Close other programs and try again.")

# wire
TENSOR_NOT_PASSED = template(
    "sources.tensor_not_passed", "A tensor of type {type} can't be passed between two interpreters."
)
DENSE_ONLY = template("sources.dense_only", "Only dense tensors of numbers can be passed.")

# interpreters
NO_PYTHON_IN = template("sources.no_python_in", "There is no Python interpreter in the folder {folder}.")
GIVE_INTERPRETER = template("sources.give_interpreter", "Give the interpreter itself, such as ~/venv/bin/python.")
NO_INTERPRETER = template("sources.no_interpreter", "There is no interpreter {python}.")
GIVE_PROGRAM = template("sources.give_program", "Give the path of a Python program, such as ~/venv/bin/python.")
NOT_A_PROGRAM = template("sources.not_a_program", "{file} is not a program that can be started.")
OLDER_PYTHON = template("sources.older_python", "older than Python {least}")
OLDER_TORCH = template("sources.older_torch", "older than PyTorch {least}")
WITHOUT_TORCH = template("sources.without_torch", "no PyTorch")

# named
NO_SUCH_WEIGHTS = template("sources.no_such_weights", "{name} has no weights called {weights}.")
PUBLISHED_OR_RANDOM = template(
    "sources.published_or_random",
    "Ask for the published weights (--weights pretrained) or random ones (--weights random), or give a file of "
    "weights with --code {name}.",
)
IMPORTING_PACKAGE = template("sources.importing_package", "Importing the package")
PUBLISHED_WEIGHTS = template("sources.published_weights", "With the package's published weights.")
RANDOM_WEIGHTS = template(
    "sources.random_weights", "Its weights are random: add --weights pretrained for the published ones."
)
NO_WEIGHTS_PARAMETER = template(
    "sources.no_weights_parameter", "{name} has no parameter for published weights (pretrained, weights)."
)
GIVE_WEIGHTS_FILE = template("sources.give_weights_file", "Give the file with its weights, and --code for its class.")
PUBLISHED_FAILED = template("sources.published_failed", "{name} can't be made with its published weights: {error}")
FETCHED_BY_PACKAGE = template(
    "sources.fetched_by_package",
    "They are fetched by the package itself, into its own cache. Without them: --weights random.",
)
GIVES_NO_MODULE = template("sources.gives_no_module", "{name} returns a {type}, not a torch.nn.Module.")
PACKAGE_FAILS = template("sources.package_fails", "The package {package} can't be imported: {error}.")
INTERPRETER_WITH_IT = template("sources.interpreter_with_it", "Choose an interpreter that has it (--python PATH).")

# hugging_face
NEEDS_TRANSFORMERS = template(
    "sources.needs_transformers", "{folder} needs the package transformers, which can't be imported: {error}."
)
OPENING_FOLDER = template("sources.opening_folder", "Opening the folder")
TRANSFORMERS_FAILED = template(
    "sources.transformers_failed", "{folder} can't be opened by transformers {version}: {error}"
)
FOLDER_AGAIN = template(
    "sources.folder_again",
    "Copy or download the folder again, or use the version of transformers that it was written with.",
)
FOLDER_WITHOUT_WEIGHTS = template(
    "sources.folder_without_weights", "The folder contains no weights, so they are random."
)
UNKNOWN_TO_TRANSFORMERS = template(
    "sources.unknown_to_transformers", "{folder} is a {model}, which transformers {version} does not know."
)
UPDATE_TRANSFORMERS = template(
    "sources.update_transformers",
    "Update transformers in that interpreter, or name a class that it has: --code transformers:CLASS.",
)
GIVE_ITS_FOLDER = template(
    "sources.give_its_folder", "It is part of a Hugging Face folder, which is a complete model: open {folder} instead."
)

# assembly
TOLD_BY_SHAPES = template("sources.told_by_shapes", "Inferred from the tensors' shapes: {values}.")
READ_BESIDE = template("sources.read_beside", "Read from the file or from a configuration file next to it: {values}.")
CHOSEN_NO_FETCH = template("sources.chosen_no_fetch", "Set so that nothing is downloaded: {values}.")
CHOSEN_TRAINING_ONLY = template(
    "sources.chosen_training_only", "Set to a default, because it matters only in training: {values}."
)
MADE_WITHOUT = template(
    "sources.made_without",
    "{code} can't be created without {names}: the file does not record {count:its value|their values}.",
)
GIVE_EACH = template("sources.give_each", "Set each with --arg NAME=VALUE, or in the form.")
TENSORS_FIT = template("sources.tensors_fit", "the tensors fit with it")
NO_IMAGE_SIZE = template(
    "sources.no_image_size",
    "No common image size fits the tensors of {file}: their strides, paddings or poolings are unusual.",
)
CHOOSE_EACH_LAYER = template(
    "sources.choose_each_layer",
    "Choose those of each layer (--arg stride_NAME=2, --arg after_NAME=relu+maxpool2, ... or in the form), or "
    "name the class: --code FILE.py:Class.",
)
LEFT_AT_DEFAULTS = template(
    "sources.left_at_defaults", "Not recorded in the file, so left at the class's own defaults: {values}."
)
LOOKING_FOR_ARGUMENTS = template(
    "sources.looking_for_arguments", "Looking for the arguments that the weights were made with"
)

# checkpoints
CLASS_OR_REPOSITORY = template(
    "sources.class_or_repository",
    "Put its .py file in the same folder, or name its repository (--code FOLDER) or the class (--code "
    "FILE.py:Class). If it is a package installed elsewhere, name an interpreter that has it with --python "
    "PATH.",
)
WHAT_UNPICKLE = template("sources.what_unpickle", "{file} can't be unpickled")

# code
STAND_INS = template(
    "sources.stand_ins", "Not installed, and not needed by this class: {names} (replaced by stand-ins)."
)
OTHER_WEIGHTS_WANTED = template(
    "sources.other_weights_wanted",
    "Its constructor asked for other weights ({names}); nothing was downloaded, and the file's own weights are used.",
)
COMMAND_LINE_EMPTY = template(
    "sources.command_line_empty",
    "Its script asks for {names} on the command line; they were left empty, as the code was only imported.",
)
NOT_EXPRESSION = template("sources.not_expression", "{code} is not a Python expression: {error}.")
CALL_EXAMPLE = template("sources.call_example", 'For example: --code model.py --call "Net(argparse.Namespace(n=3))".')
WHAT_MADE = template("sources.what_made", "{code} can't be created")
WHAT_EXAMPLES = template("sources.what_examples", "{function}() of {code} fails")
WHAT_IMPORTED = template("sources.what_imported", "{file} can't be imported")
NAME_INTERPRETER_OR_INSTALL = template(
    "sources.name_interpreter_or_install",
    "Name an interpreter that has it (--python PATH), or install it in the same environment as PT2K.",
)
ARGUMENT_FAILS = template("sources.argument_fails", "The argument {name}={value} can't be evaluated: {type}: {error}.")
GIVE_VALUE_OR_EXPRESSION = template(
    "sources.give_value_or_expression",
    "Enter a number, True, None, a quoted string, a list, or an expression that uses names from the class's file.",
)

# code_place
PLACE_EXAMPLE = template(
    "sources.place_example",
    "For example: --code model.py:Net, --code model.py:Net.from_name('b0') or --code torchvision.models:resnet18.",
)
GIVEN_WITHOUT_CLASS = template("sources.given_without_class", "{code} was given without the name of a class.")
FOLDER_WITHOUT_CLASS = template(
    "sources.folder_without_class", "{code} is a folder, given without the name of a class."
)
NOT_DEFINED = template("sources.not_defined", "No Python file in {folder} defines {name}.")
DEFINED_TWICE = template("sources.defined_twice", "Several files in {folder} define {name}: {files}.")
NAME_ONE = template("sources.name_one", "Name one: --code {file}:{name}.")

# folder
SEVERAL_FILES = template(
    "sources.several_files", "{folder} is a folder with {count} files, any of which may be the model: {names}."
)
GIVE_ONE_FILE = template(
    "sources.give_one_file", "Open one of them, such as {file}, with --code {folder} for its code."
)

# foreign_failures
WRITE_LOADER = template(
    "sources.write_loader",
    "Or let PT2K write a loader, a short file in which you create the network yourself: pt2k loader.",
)
PRINTED = template("sources.printed", "It printed: “{text}”.")
TOOK_TOO_LONG = template("sources.took_too_long", "its code did not finish within the time limit")
LONGER_TIME = template("sources.longer_time", "If it only needs more time, raise the limit (--time-limit).")
GIVE_AS_ARGUMENT = template("sources.give_as_argument", "Pass what it asks for as an argument.")
ENDS_PROGRAM = template("sources.ends_program", "its code ends the program with exit()")
MAY_MISS = template("sources.may_miss", "A file or an argument may be missing.")
REACHES_NETWORK = template(
    "sources.reaches_network", "its code tries to use the network ({hosts}), and PT2K downloads nothing"
)
TURN_OFF_DOWNLOAD = template(
    "sources.turn_off_download", "Turn the download off with an argument (such as --arg pretrained=False)."
)
NEEDS_PACKAGE = template("sources.needs_package", "it needs {name}, and the package {package} is not installed here")
NAME_INTERPRETER_WITH = template(
    "sources.name_interpreter_with", "Name an interpreter that has {package}: --python PATH, “Runs in” in the window."
)

# forward
NEVER_LOOKED_AT = template("sources.never_looked_at", "Never used by this model, and so not an input: {names}.")
OUTPUTS_LEFT_OUT = template(
    "sources.outputs_left_out", "Left out of the outputs, because they are not tensors: {names}."
)

# inputs
NO_INPUT_FOUND = template(
    "sources.no_input_found",
    "PT2K found no input on which the model runs; enter its shape, and the type of its values where that matters.",
)
OTHER_IMAGE_SIZES = template(
    "sources.other_image_sizes",
    "Images of other sizes work too: N,{channels},H,W as the input's shape keeps height and width dynamic.",
)

# inspecting
HOLDS_NETWORK = template("sources.holds_network", "{file} holds its network already ({kind}).")
LOADER_FOR_WEIGHTS = template(
    "sources.loader_for_weights", "A loader is only for weights without a network: open the file directly."
)
ENTRY_POINTS = template("sources.entry_points", "Its hubconf.py has entry points: --code {file}.")
NO_CLASS_WITH_NAMES = template(
    "sources.no_class_with_names", "No class in {folder} has attributes with the tensors' names."
)
CHOOSE_NEAR = template("sources.choose_near", "Choose one: --code {code}.")
NAME_FILE_AND_CLASS = template("sources.name_file_and_class", "Name its file and class: --code FILE.py:Class.")
CLASS_NEAR_FITS = template("sources.class_near_fits", "A class found nearby fits: --code {code}.")

# loader
LOADER_EXISTS = template("sources.loader_exists", "{file} exists already.")
OTHER_NAME_OR_CHANGE = template("sources.other_name_or_change", "Choose another name, or change that file.")

# signatures
TRAINING_ONLY = template("sources.training_only", "matters only in training")
NOTHING_FETCHED = template("sources.nothing_fetched", "the file has the weights; nothing is downloaded")
GUESS = template(
    "sources.guess",
    "A guess: the tensors reveal the layers and their sizes; what lies between them is assumed and may be wrong.",
)
ASKS_QUESTION = template(
    "sources.asks_question", "its code asks something at a terminal (“{question}”), and there is none here"
)
ASKS = template("sources.asks", "its code asks something at a terminal, and there is none here")
FAILURE = template("sources.failure", "{what}: {reason}{where}.")

# ways out
NAME_OF_MODEL = template(
    "sources.name_of_model", "Choose a name that makes a model: the window and pt2k inspect list them."
)

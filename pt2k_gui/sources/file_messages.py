"""Texts about files for people: their formats, what is wrong with them, and what they would run."""

from __future__ import annotations

from pt2k_gui.message import template

# loading
READING = template("sources.reading", "Reading {file}")
TAKES_NO_VALUE = template(
    "sources.takes_no_value",
    "{file} takes no value {name}: everything that is not a tensor was fixed when the file was written.",
)
DROP_VALUE = template("sources.drop_value", "Remove --value.")
DOES_NOT_FIT_MEMORY = template("sources.does_not_fit_memory", "{file} does not fit into the available memory.")
MORE_MEMORY = template("sources.more_memory", "Close other programs, or use a machine with more memory.")
OPENED = template("sources.opened", "Opened")
READ_AS = template("sources.read_as", "{file}: {kind}")

# archives
TOO_NEW = template(
    "sources.too_new",
    "{file} can't be opened: it was written by a newer PyTorch than {version} (archive format {written}; "
    "{version} reads formats up to {readable}).",
)
SAVE_WITH_OLDER = template(
    "sources.save_with_older", "Save it again with PyTorch {version} or older, or use a newer PT2K."
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

# folder
SEVERAL_FILES = template(
    "sources.several_files", "{folder} is a folder with {count} files, any of which may be the model: {names}."
)
GIVE_ONE_FILE = template(
    "sources.give_one_file", "Open one of them, such as {file}, with --code {folder} for its code."
)

# devices
MOVED_TO_CPU = template("sources.moved_to_cpu", "It was saved on a GPU; everything was moved to the CPU.")

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
CLASS_OR_REPOSITORY = template(
    "sources.class_or_repository",
    "Put its .py file in the same folder, or name its repository (--code FOLDER) or the class (--code "
    "FILE.py:Class). If it is a package installed elsewhere, name an interpreter that has it with --python "
    "PATH.",
)
WHAT_UNPICKLE = template("sources.what_unpickle", "{file} can't be unpickled")
A_MODEL = template("sources.a_model", "model")
GIVE_ITS_FOLDER = template(
    "sources.give_its_folder", "It is part of a Hugging Face folder, which is a complete model: open {folder} instead."
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

# trust
IMPORTS_UNKNOWN = template(
    "sources.imports_unknown", "{file} is damaged: it is impossible to tell what it would import."
)
PICKLE_TOO_LARGE = template(
    "sources.pickle_too_large", "{file} was not opened: its pickle {name} unpacks to {size:,} bytes."
)
NOT_FROM_PYTORCH = template("sources.not_from_pytorch", "PyTorch did not write that model.")
PICKLE_DAMAGED = template("sources.pickle_damaged", "{file} is damaged: its pickle can't be parsed.")

# exported_program_scan
MEMBER_TOO_LARGE = template("sources.member_too_large", "{file} was not opened: {name} unpacks to {size:,} bytes.")
MEMBER_DAMAGED = template("sources.member_damaged", "{file} is damaged: part of its archive can't be read.")
WOULD_RUN_CODE = template("sources.would_run_code", "{file} would run code of its own when it is opened: {names}.")
OPEN_IF_TRUSTED = template(
    "sources.open_if_trusted", "Open it only if you trust its source: agree in the window, or add --trust."
)

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
UNKNOWN = template("sources.unknown", "unknown")

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

"""Texts for people about a network's code: its class and arguments, the weights that fit it, and its inputs.

Those about files are in ``file_messages``, those about other interpreters in ``interpreter_messages``.
"""

from __future__ import annotations

from pt2k_gui.message import template

# code_place
ADD_CLASS = template("sources.add_class", "Add the class after a colon.")
NAMES_NO_CLASS = template("sources.names_no_class", "{code} names no class.")
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

# code
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
NONE = template("sources.none", "none")
NOTHING_THAT_RUNS = template("sources.nothing_that_runs", "and nothing that runs")
PYTHON_CODE_BESIDE = template(
    "sources.python_code_beside",
    "{file} is Python code, and creating its class would run it together with {names:and} in the same folder.",
)

# foreign_failures
ASKS_QUESTION = template(
    "sources.asks_question", "its code asks something at a terminal (“{question}”), and there is none here"
)
ASKS = template("sources.asks", "its code asks something at a terminal, and there is none here")
FAILURE = template("sources.failure", "{what}: {reason}{where}.")
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

# inspecting
EVERY_ACTIVATION = template("sources.every_activation", "all activations at once")
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

# signatures
STORED_IN_FILE = template("sources.stored_in_file", "stored in the file, or beside it")
FROM_TENSOR = template("sources.from_tensor", "from {key}, {shape}")
FROM_LINEAR = template("sources.from_linear", "from the linear layers' weights")
FROM_RECURRENT = template("sources.from_recurrent", "from the recurrent layers' names")
FROM_NUMBERED = template("sources.from_numbered", "from the numbered layers")
TRAINING_ONLY = template("sources.training_only", "matters only in training")
NOTHING_FETCHED = template("sources.nothing_fetched", "the file has the weights; nothing is downloaded")

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
NOTHING = template("sources.nothing", "nothing")
NO_ARGUMENTS = template("sources.no_arguments", "no arguments")
GUESS = template(
    "sources.guess",
    "A guess: the tensors reveal the layers and their sizes; what lies between them is assumed and may be wrong.",
)

# chain
NOT_WHOLE = template("sources.not_whole", "{name}={value} is not a whole number.")
EXAMPLE_ONE = template("sources.example_one", "For example: {name}=1.")
CHAIN_NO_ARGUMENT = template("sources.chain_no_argument", "The rebuilt chain has no argument {name}.")
IT_HAS = template("sources.it_has", "It has: {names}.")
CHAIN_NO_STEP = template("sources.chain_no_step", "{name}={value}: there is no {step}.")
CHOOSE_JOINED = template("sources.choose_joined", "Choose from {names}, joined by +.")

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
NAME_OF_MODEL = template(
    "sources.name_of_model", "Choose a name that makes a model: the window and pt2k inspect list them."
)

# loader
LOADER_EXISTS = template("sources.loader_exists", "{file} exists already.")
OTHER_NAME_OR_CHANGE = template("sources.other_name_or_change", "Choose another name, or change that file.")

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

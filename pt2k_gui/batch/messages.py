"""The texts of ``batch`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# task
FILE_WRONG = template("batch.file_wrong", "{file}: {detail}")
CALLED_ALIKE = template("batch.called_alike", "Two of the models are called {name}, so their files would be too.")
NAME_THEM = template(
    "batch.name_them", "Convert them into two folders, or give each a name of its own in a pipeline file."
)

# thresholds
BEYOND_DIFFERENCE = template(
    "batch.beyond_difference", "{output} differs by up to {found:.1e}, more than the threshold of {limit:.1e}."
)
BEYOND_RELATIVE = template(
    "batch.beyond_relative",
    "{output} differs by up to {found:.1e} of its largest value, more than the threshold of {limit:.1e}.",
)
BELOW_AGREEMENT = template(
    "batch.below_agreement",
    "{what} gives the same answer for {found:.2%} of the samples; the threshold is {limit:.2%}.",
)
NO_AGREEMENT = template(
    "batch.no_agreement",
    "{what} has no answer for each sample that could be compared with the threshold min_agreement.",
)
BELOW_ACCURACY = template(
    "batch.below_accuracy", "{what} is right for {found:.2%} of the samples; the threshold is {limit:.2%}."
)
NO_ACCURACY = template(
    "batch.no_accuracy", "{what} can't be compared with the threshold min_accuracy: the samples have no labels."
)
BEYOND_SIZE = template("batch.beyond_size", "{file} has {found:.1f} MB, more than the threshold of {limit:.1f} MB.")

# reading a pipeline file
NOT_TOML = template("batch.not_toml", "{file} is not a TOML file: {reason}.")
SEE_SCHEMA = template("batch.see_schema", "The guide's page about pipeline files shows the form.")
UNKNOWN_KEY = template("batch.unknown_key", "{file}: there is no key {key}.")
DID_YOU_MEAN = template("batch.did_you_mean", "Did you mean {key}?")
KNOWN_KEYS = template("batch.known_keys", "The keys here are {keys:and}.")
WRONG_KIND = template("batch.wrong_kind", "{file}: {key} is {found}; it must be {wanted}.")
WRONG_CHOICE = template("batch.wrong_choice", "{file}: {key} is {found}, which is not one of its values.")
CHOOSE_FROM = template("batch.choose_from", "Choose one of {choices:or}.")
OUT_OF_RANGE = template("batch.out_of_range", "{file}: {key} is {found}; it must be at least {least}.")
MISSING_KEY = template("batch.missing_key", "{file}: {key} is missing.")
ADD_KEY = template("batch.add_key", "Add it, for example {example}.")
NO_MODELS = template("batch.no_models", "{file} names no model.")
ADD_MODEL = template("batch.add_model", "Add a table [[model]] with a path.")
NEWER_VERSION = template("batch.newer_version", "{file} has version {version}; this PT2K reads version {known}.")
UPDATE = template("batch.update", "Use a newer PT2K, or save the pipeline file again with this one.")
NOTHING_MATCHES = template("batch.nothing_matches", "{file}: no file matches {key} = {pattern}.")
NO_NAME_FOR_SEVERAL = template(
    "batch.no_name_for_several", "{file}: {key} stands for several models, so they can't share one name."
)
LEAVE_NAME_OUT = template("batch.leave_name_out", "Leave out the name: each file is then named after its model.")
NOT_A_NAME = template("batch.not_a_name", "{file}: {key} is {name}, which can't be the name of a file.")
PLAIN_NAME = template("batch.plain_name", "Give a name without folders and without an ending.")
TRUST_NOT_IN_FILE = template("batch.trust_not_in_file", "{file}: a pipeline file can't allow code to run.")
TRUST_BY_HAND = template(
    "batch.trust_by_hand", "Remove {key}, and add --trust when you run it, or agree once in the window."
)
A_TEXT = template("batch.a_text", "a string in quotes")
A_FLAG = template("batch.a_flag", "true or false")
A_WHOLE_NUMBER = template("batch.a_whole_number", "a whole number")
A_NUMBER = template("batch.a_number", "a number")
TEXTS = template("batch.texts", "a list of strings")
NUMBERS = template("batch.numbers", "a list of numbers")
A_TABLE = template("batch.a_table", "a table")
A_SIZE = template("batch.a_size", "two whole numbers, as in [224, 224]")

# running
TAKEN_OVER = template(
    "batch.taken_over", "{name} is being converted by another run now, so this one left its files alone."
)
LOOK_THERE = template("batch.look_there", "Wait for the other run, or use another folder.")

# report
REPORT_TITLE = template("batch.report_title", "Report on {count:,} {count:model|models}")
SAME_OF = template("batch.same_of", "{same:,} of {count:,} models give the same answers")
SOME_NOT = template("batch.some_not", "{count:,} not")
SOME_UNUSABLE = template("batch.some_unusable", "{count:,} can't be used")
ANSWER = template("batch.answer", "{parts}.")
WORK_SECONDS = template("batch.work_seconds", "{seconds:.1f} s of work.")
MODELS = template("batch.models", "Models")()
VERDICT = template("batch.verdict", "verdict")()
SECONDS = template("batch.seconds", "seconds")()
FILES = template("batch.files", "files")()
STATE_SAME = template("batch.state_same", "same answers")()
STATE_DIFFERENT = template("batch.state_different", "different answers")()
STATE_FAILED = template("batch.state_failed", "can't be used")()
MACHINE = template("batch.machine", "Machine")()
PROCESSOR = template("batch.processor", "processor")()
PROCESSOR_CORES = template("batch.processor_cores", "{processor}, {cores} {cores:core|cores}")
REPORT_ENDING = template("batch.report_ending", "The report can't be written as {file}.")
USE_REPORT_ENDING = template("batch.use_report_ending", "Give a name ending in .html or .json.")

# cluster
NO_CLUSTER = template("batch.no_cluster", "Dask's package distributed is not installed here.")
INSTALL_CLUSTER = template("batch.install_cluster", 'Install it with: pip install "pt2k[cluster]".')
NO_SCHEDULER = template("batch.no_scheduler", "The scheduler at {address} can't be reached.")
START_SCHEDULER = template(
    "batch.start_scheduler", "Start one with dask scheduler and give its address, such as tcp://host:8786."
)
WORKER_FAILED = template("batch.worker_failed", "The work on {name} failed on the cluster: {reason}.")
LOOK_AT_WORKERS = template(
    "batch.look_at_workers", "Look at the log of the workers; each needs this version of PT2K and memory for the model."
)
WORKER_IS_DAEMON = template("batch.worker_is_daemon", "This Dask worker may not start processes of its own.")
START_WORKER = template(
    "batch.start_worker",
    "Start workers with pt2k worker ADDRESS, or with DASK_DISTRIBUTED__WORKER__DAEMON=False in their environment.",
)
INTERPRETER_STAYS = template("batch.interpreter_stays", "The interpreter {python} can't travel to another machine.")
TOO_LARGE_TO_TRAVEL = template(
    "batch.too_large_to_travel", "{what} has more than {limit:,.0f} MB, which is too much to travel by content."
)
SHARE_INSTEAD = template(
    "batch.share_instead", "Put the files into a folder that all machines share, and add --files shared."
)

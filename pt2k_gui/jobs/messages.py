"""The texts of ``jobs`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# child
NO_MEMORY = template("jobs.no_memory", "There is not enough memory for this step.")
CLOSE_PROGRAMS = template("jobs.close_programs", "Close other programs and try again.")
UNEXPECTED = template("jobs.unexpected", "This step stopped at an error that PT2K did not expect: {type}: {reason}")
COPY_DETAILS = template("jobs.copy_details", "Copy the details into a bug report; your files are unchanged.")

PACKAGE_MISSING = template("jobs.package_missing", "This step needs {package}, which is not installed here.")
INSTALL_EXTRA = template("jobs.install_extra", 'Install it, for example with: pip install "pt2k[{extra}]".')

# convert
BUILDING = template("jobs.building", "Building the Keras model")
STAGE_BUILD = template("jobs.stage_build", "Build the Keras model")
LAYERS_PARAMETERS = template("jobs.layers_parameters", "{layers:,} layers, {parameters:,} parameters")
WRITING_KERAS = template("jobs.writing_keras", "Writing the .keras file")
STAGE_WRITE = template("jobs.stage_write", "Write the .keras file")

# activation
COMPUTING_LAYER = template("jobs.computing_layer", "Computing the values of {layer}")
NO_KEPT_SAMPLE = template("jobs.no_kept_sample", "The check kept no sample to compute the layer with.")
CHECK_AGAIN = template("jobs.check_again", "Check the model again on the Check page.")
NATIVE_ENGINE = template("jobs.native_engine", "Convert the model with the native engine.")
NO_LAYER_VALUE = template(
    "jobs.no_layer_value", "The file does not say which value of the ONNX graph {layer} computes."
)

# graph, arrange
READING_GRAPH = template("jobs.reading_graph", "Reading the graphs")
ARRANGING = template("jobs.arranging", "Arranging {count:,} {count:node|nodes}")

# diff
RUNNING_BOTH = template("jobs.running_both", "Running both files")
COMPARED_FILES = template("jobs.compared_files", "Compared")
NOT_RUN = template(
    "jobs.not_run", "The files were not run on the same inputs; {changes:,} {changes:part differs|parts differ}."
)
SAME_ANSWERS = template(
    "jobs.same_answers",
    "The files give the same answers: {largest:.1e} relative at most. {changes:,} {changes:part differs|parts differ}.",
)
OTHER_ANSWERS = template(
    "jobs.other_answers",
    "The files give different answers: {largest:.1e} relative. {changes:,} {changes:part differs|parts differ}.",
)

# limits
TOO_LONG = template("jobs.too_long", "This took longer than the limit of {seconds:g} seconds, so it was stopped.")
LONGER_LIMIT = template(
    "jobs.longer_limit",
    "Run it again with a longer limit (--time-limit on the command line, the settings in the window), or choose "
    "another file.",
)
TOO_MUCH = template(
    "jobs.too_much", "This took {used:.1f} GiB of memory, more than the limit of {limit:.1f} GiB, so it was stopped."
)
HIGHER_LIMIT = template(
    "jobs.higher_limit",
    "Run it again with a higher limit (--memory-limit on the command line, the settings in the window), choose a "
    "smaller input, or use a machine with more memory.",
)

# list_models
LISTING_MODELS = template("jobs.listing_models", "Listing the models")

# node_times
TIMING_NODES = template("jobs.timing_nodes", "Measuring the time of each part")

# pipeline
SAVING = template("jobs.saving", "Writing and checking the files")

# process
NOT_STARTED = template("jobs.not_started", "The process for this work could not be started.")
TRY_AGAIN = template("jobs.try_again", "Earlier steps are kept: try this step again.")
KILLED = template("jobs.killed", "The process doing this work was killed, most likely because memory ran out.")
CRASHED = template("jobs.crashed", "The process doing this work crashed in native code ({signal}).")
ENDED_FROM_OUTSIDE = template(
    "jobs.ended_from_outside", "The process doing this work was ended by another program ({signal})."
)
CRASHED_WINDOWS = template("jobs.crashed_windows", "The process doing this work crashed (Windows code {code}).")
ENDED_WITHOUT_ANSWER = template("jobs.ended_without_answer", "The process doing this work ended without an answer.")
CLOSING = template("jobs.closing", "The application is closing.")

# report
REPORT_WRITTEN = template("jobs.report_written", "Report written")

# verify
OPENING_MODELS = template("jobs.opening_models", "Opening the models")
CONVERTED = template("jobs.converted", "Converted")
FILE_SIZE = template("jobs.file_size", "{size}")
WRITTEN = template("jobs.written", "Written")
WRITING = template("jobs.writing", "Writing {file}")

"""Texts for people about other interpreters, in which a model's code runs."""

from __future__ import annotations

from pt2k_gui.message import template

# interpreters
NO_PYTHON_IN = template("sources.no_python_in", "There is no Python interpreter in the folder {folder}.")
GIVE_INTERPRETER = template("sources.give_interpreter", "Give the interpreter itself, such as ~/venv/bin/python.")
NO_INTERPRETER = template("sources.no_interpreter", "There is no interpreter {python}.")
GIVE_PROGRAM = template("sources.give_program", "Give the path of a Python program, such as ~/venv/bin/python.")
NOT_A_PROGRAM = template("sources.not_a_program", "{file} is not a program that can be started.")
OLDER_PYTHON = template("sources.older_python", "older than Python {least}")
OLDER_TORCH = template("sources.older_torch", "older than PyTorch {least}")
WITHOUT_TORCH = template("sources.without_torch", "no PyTorch")

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

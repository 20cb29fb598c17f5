"""Writes a network's program as the text of a Python module, laid out as formatters do."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from pt2k_gui.save.source.layout import INDENT, WIDTH, Bracket, Doc, Invocation, Keyword, Text, flat, lay_out
from pt2k_gui.save.source.loops import looped
from pt2k_gui.save.source.program import (
    Argument,
    Comment,
    Expression,
    Function,
    Line,
    Literal,
    Loop,
    Program,
    Reference,
    Scope,
    Statement,
    Variable,
)
from pt2k_gui.save.source.program import Sequence as Several
from pt2k_gui.save.source.variables import identifier, named

# A module of so many statements gets a heading; one that calls functions needs fewer.
_SECTION = 3


def module_text(program: Program, module_name: str, weights_name: str) -> str:
    """The whole module.

    Args:
        program: the network.
        module_name: the file's name without its ending.
        weights_name: the name of the file of weights beside it.
    """
    functions = [_function_text(function) for function in program.functions]
    build = _build_text(program)
    body = "\n".join(["\n\n\n".join(functions), build])
    numpy = "np." in body
    uses = [name for name in ("layers", "ops") if f"{name}." in body]
    imports = ["from pathlib import Path", "", "import keras"]
    if numpy:
        imports.append("import numpy as np")
    if uses:
        imports.append(f"from keras import {', '.join(uses)}")
    what = program.kind or program.name
    head = [f'"""{what} as a Keras model, built with the functional API.', ""]
    head += [f"Run as a script, it loads the weights of {weights_name}", "and prints the network's layers.", '"""']
    parts = [
        "\n".join([*head, "", *imports, "", f'WEIGHTS = Path(__file__).with_name("{weights_name}")']),
        *functions,
        build,
        'if __name__ == "__main__":\n    build_model().summary()',
    ]
    return "\n\n\n".join(parts) + "\n"


# ---- functions --------------------------------------------------------------------------------------------------


def _function_text(function: Function) -> str:
    taken = frozenset({"name", *function.parameters, function.name})
    given: dict[int, str] = {}
    for number, value in enumerate(function.inputs):
        given[value] = ("x", "y", "z", "u")[number]
    parameters = [*given.values(), *(["name"] if function.named else []), *function.parameters]
    lines = _with_loops(list(function.body), function.outputs, taken)
    # An input may be replaced once it is read for the last time, as in x = layer(x).
    variables = _named_with_inputs(lines, given, function.outputs, taken)
    header = lay_out("def ", Invocation(Text(function.name), tuple(map(Text, parameters))), ":", 0)
    text = [*header, *_docstring(function)]
    end = lines[-1]
    if isinstance(end, Statement) and end.outputs == function.outputs:
        text += _lines_text(lines[:-1], variables, INDENT, taken)
        text += lay_out("return ", _statement_doc(end, variables), "", INDENT)
    else:
        text += _lines_text(lines, variables, INDENT, taken)
        text.append(" " * INDENT + f"return {', '.join(variables[value] for value in function.outputs)}")
    return "\n".join(text)


def _docstring(function: Function) -> list[str]:
    shown = list(function.paths[:6])
    if len(function.paths) > len(shown):
        shown.append(f"{len(function.paths) - len(shown)} more")
    where = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    pad = " " * INDENT
    sentence = f"{function.kind}: {where}." if function.kind else f"{where}."
    if len(pad) + len(sentence) + 6 <= WIDTH:
        return [f'{pad}"""{sentence}"""']
    wrapped = textwrap.wrap(sentence, WIDTH - INDENT - 3, break_long_words=False, break_on_hyphens=False)
    return [f'{pad}"""{wrapped[0]}', *(f"{pad}{line}" for line in wrapped[1:]), f'{pad}"""']


def _build_text(program: Program) -> str:
    pad = " " * INDENT
    text = ["def build_model(weights=WEIGHTS):"]
    text.append(f'{pad}"""The network; with new random weights if ``weights`` is None."""')
    taken = frozenset({"build_model", *(function.name for function in program.functions)})
    given: dict[int, str] = {}
    for statement in program.inputs:
        (value,) = statement.outputs
        name = "inputs" if len(program.inputs) == 1 else identifier(statement.hint) or "value"
        number, variable = 2, name
        while variable in given.values() or variable in taken or variable in {"layers", "ops", "np", "weights"}:
            variable = f"{name}_{number}"
            number += 1
        given[value] = variable
        text += lay_out(f"{variable} = ", _statement_doc(statement, given), "", INDENT)
    lines = _with_loops(_sections(program.scope), program.outputs, taken)
    final = {program.outputs[0]: "outputs"} if len(program.outputs) == 1 else None
    variables = named(lines, given, program.outputs, taken, final)
    text += _lines_text(lines, variables, INDENT, taken)
    inputs, outputs = (
        Text(names[0]) if len(names) == 1 else Bracket("[", tuple(map(Text, names)), "]")
        for names in (list(given.values()), [variables[value] for value in program.outputs])
    )
    model = Invocation(Text("keras.Model"), (inputs, outputs, Keyword("name", Text(f'"{program.name}"'))))
    text += ["", *lay_out("model = ", model, "", INDENT)]
    text += [f"{pad}if weights is not None:", f"{pad * 2}model.load_weights(weights)", f"{pad}return model"]
    return "\n".join(text)


def _sections(scope: Scope) -> list[Line]:
    """The network's lines, with a heading over each module that takes several."""
    lines: list[Line] = []
    below = False
    for item in scope.items:
        if isinstance(item, Statement):
            if below:
                lines.append(Comment(""))
            below = False
            lines.append(item)
            continue
        statements = item.statements()
        calls = any(statement.kind == "function" for statement in statements)
        if len(statements) < _SECTION and not (calls and not scope.path):
            lines += statements
            continue
        lines.append(Comment(f"{item.path} ({item.kind})" if item.kind else item.path))
        inner = _sections(item)
        if isinstance(inner[0], Comment):  # a heading right below a heading: the inner one says both
            lines.pop()
        lines += inner
        below = True
    return lines


def _with_loops(lines: Sequence[Line], results: Sequence[int], taken: frozenset[str]) -> list[Line]:
    read: dict[int, int] = {}
    for value in [*results, *(value for line in lines for value in line.reads())]:
        read[value] = read.get(value, 0) + 1
    return looped(lines, read, taken)


def _named_with_inputs(
    lines: Sequence[Line], given: Mapping[int, str], results: Sequence[int], taken: frozenset[str]
) -> dict[int, str]:
    """Variables where those of the inputs may be used again: as if a first line had made the inputs."""
    entrance = Statement("call", "", (), (), tuple(given), None, "")
    return named([entrance, *lines], {}, results, taken, final=given)


# ---- lines ------------------------------------------------------------------------------------------------------


def _lines_text(lines: Sequence[Line], variables: Mapping[int, str], indent: int, taken: frozenset[str]) -> list[str]:
    text: list[str] = []
    pad = " " * indent
    for line in lines:
        if isinstance(line, Comment):
            if text and text[-1]:
                text.append("")
            if line.text:
                if not text:
                    text.append("")
                text.append(f"{pad}# {line.text}")
        elif isinstance(line, Loop):
            text += _loop_text(line, variables, indent, taken)
        else:
            targets = ", ".join(variables[value] for value in line.outputs)
            text += lay_out(f"{targets} = ", _statement_doc(line, variables), "", indent)
    return text


def _loop_text(loop: Loop, variables: Mapping[int, str], indent: int, taken: frozenset[str]) -> list[str]:
    carried = variables[loop.result]
    pad = " " * indent
    text = []
    if variables[loop.start] != carried:
        text.append(f"{pad}{carried} = {variables[loop.start]}")
    made = {value for statement in loop.body for value in statement.outputs}
    outside = {value: variables[value] for value in loop.reads() if value not in made}
    outside[loop.start] = carried
    entrance = Statement("call", "", (), (), (loop.start,), None, "")
    fixed = {value: variable for value, variable in outside.items() if value != loop.start}
    inner = named(
        [entrance, *loop.body],
        fixed,
        (loop.carried,),
        taken | frozenset(loop.variables) | (frozenset(variables.values()) - {carried, "x", "y"}),
        final={loop.start: carried, loop.carried: carried},
    )
    text += lay_out(f"for {', '.join(loop.variables)} in ", _rounds_doc(loop), ":", indent)
    return text + _lines_text(loop.body, inner, indent + INDENT, taken)


def _rounds_doc(loop: Loop) -> Doc:
    if len(loop.variables) > 1:
        return Bracket("(", tuple(Bracket("(", entry, ")") for entry in loop.rounds), ")")
    values = [entry[0] for entry in loop.rounds]
    numbers = [int(flat(value)) for value in values if flat(value).isdecimal()]
    if loop.variables[0].startswith("index") and len(numbers) == len(values):
        ends = (str(numbers[-1] + 1),) if numbers[0] == 0 else (str(numbers[0]), str(numbers[-1] + 1))
        return Invocation(Text("range"), tuple(map(Text, ends)))
    return Bracket("(", tuple(values), ")")


def _statement_doc(statement: Statement, variables: Mapping[int, str]) -> Doc:
    arguments = _arguments(statement.arguments, variables)
    if statement.kind == "item":
        return Text(f"{flat(arguments[0])}[{statement.head}]")
    if statement.kind == "operator":
        return Text(f" {statement.head} ".join(map(flat, arguments)))
    if statement.kind == "apply":
        return Invocation(arguments[0], arguments[1:])
    if statement.kind == "call":
        return Invocation(Text(statement.head), arguments)
    construction = _arguments(statement.construction, variables)
    if statement.kind == "function":
        name = () if statement.name is None else (statement.name.doc(),)
        return Invocation(Text(statement.head), (*arguments, *name, *construction))
    assert statement.name is not None
    made = Invocation(Text(statement.head), (*construction, Keyword("name", statement.name.doc())))
    return made if statement.kind == "make" else Invocation(made, arguments)


def _arguments(arguments: Sequence[Argument], variables: Mapping[int, str]) -> tuple[Doc, ...]:
    docs: list[Doc] = []
    for argument in arguments:
        if not argument.is_default():
            value = _expression(argument.value, variables)
            docs.append(value if argument.positional else Keyword(argument.key, value))
    return tuple(docs)


def _expression(value: Expression, variables: Mapping[int, str]) -> Doc:
    match value:
        case Reference(number):
            return Text(variables[number])
        case Variable(name):
            return Text(name)
        case Literal(doc):
            return doc
        case Several(items):
            return Bracket("[", tuple(_expression(item, variables) for item in items), "]")

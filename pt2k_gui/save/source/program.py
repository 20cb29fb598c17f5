"""The pieces that a network's source is made of: statements, functions, loops; what they say, not how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pt2k_gui.save.source.layout import Doc, Text, flat


@dataclass(frozen=True)
class Reference:
    """A tensor or a layer that another statement made, by its number."""

    value: int


@dataclass(frozen=True)
class Literal:
    """A constant as it stands in the source."""

    doc: Doc

    @property
    def text(self) -> str:
        """The number or word as Python writes it."""
        return flat(self.doc)


@dataclass(frozen=True)
class Variable:
    """A parameter of the function, or a variable of the loop, around the statement."""

    name: str


@dataclass(frozen=True)
class Sequence:
    """A list of arguments of which some are tensors."""

    items: tuple[Expression, ...]


Expression = Reference | Literal | Variable | Sequence


@dataclass(frozen=True)
class Argument:
    """One argument of a call.

    Attributes:
        key: the parameter's name.
        positional: whether it stands without its name.
        default: what the parameter is when nothing is said, as source; None where something has to be said.
    """

    key: str
    value: Expression
    positional: bool = False
    default: str | None = None

    def is_default(self) -> bool:
        """Whether it could be left away."""
        return isinstance(self.value, Literal) and self.value.text == self.default


@dataclass(frozen=True)
class Name:
    """A layer's name; ``{name}`` or ``{index}`` in it stand for variables of the function or loop around it."""

    text: str

    def doc(self) -> Doc:
        """Source of the name: a string, an f-string, or the variable itself."""
        if "{" not in self.text:
            return Text(f'"{self.text}"')
        alone = self.text[1:-1]
        return Text(alone) if alone.isidentifier() else Text(f'f"{self.text}"')


@dataclass(frozen=True)
class Statement:
    """``outputs = head(construction)(arguments)``.

    Attributes:
        kind: "layer" (a layer made and called), "make" (made only, to be called several times), "apply" (called again;
            its first argument is the layer), "call" (a function), "operator" (``head`` between two operands) or "item"
            (a subscript; ``head`` is the text in the brackets).
        head: the class, function, operator or subscript.
        construction: of a layer, without its name.
        arguments: of the call.
        outputs: numbers of the values that it makes.
        name: the layer's name, or the beginning of the names of a function's layers.
        hint: what a variable for its result may be called.
    """

    kind: str
    head: str
    construction: tuple[Argument, ...]
    arguments: tuple[Argument, ...]
    outputs: tuple[int, ...]
    name: Name | None
    hint: str

    def reads(self) -> tuple[int, ...]:
        """Numbers of the values that are read from before it."""
        return tuple(_references(argument.value for argument in self.arguments))


def _references(values: Iterator[Expression]) -> Iterator[int]:
    for value in values:
        if isinstance(value, Reference):
            yield value.value
        elif isinstance(value, Sequence):
            yield from _references(iter(value.items))


@dataclass(frozen=True)
class Loop:
    """Statements that are repeated, each round on the result of the round before.

    Attributes:
        variables: the loop's variables, in the order of each entry of ``rounds``.
        rounds: what they are in each round; one integer a round counts from the first to the last.
        body: the first round's statements, in terms of the variables.
        start: the value that the first round reads and each round replaces; ``carried`` is what a round makes of it.
        result: the number under which what follows knows the last round's value.
    """

    variables: tuple[str, ...]
    rounds: tuple[tuple[Doc, ...], ...]
    body: tuple[Statement, ...]
    start: int
    carried: int
    result: int

    @property
    def outputs(self) -> tuple[int, ...]:
        """The number under which the last round's value goes on."""
        return (self.result,)

    def reads(self) -> tuple[int, ...]:
        """Numbers of the values that are read from before it."""
        made = {value for statement in self.body for value in statement.outputs}
        read = [value for statement in self.body for value in statement.reads() if value not in made]
        return tuple(dict.fromkeys(read))


@dataclass(frozen=True)
class Comment:
    """A section's heading: the module that the statements below come from."""

    text: str
    outputs: tuple[int, ...] = ()

    def reads(self) -> tuple[int, ...]:
        """Numbers of the values that are read from before it."""
        return ()


Line = Statement | Loop | Comment


@dataclass
class Scope:
    """A PyTorch module's part of the network, in an order in which it can be computed.

    Attributes:
        path: such as ``layer1.0``; "" for the whole network.
        prefix: how the names of its layers begin.
        kind: the module's class, such as ``BasicBlock``; may be empty.
    """

    path: str
    prefix: str
    kind: str
    items: list[Scope | Statement] = field(default_factory=list)

    def statements(self) -> list[Statement]:
        """All statements, those within loops and functions included."""
        found: list[Statement] = []
        for item in self.items:
            found += item.statements() if isinstance(item, Scope) else [item]
        return found


@dataclass(frozen=True)
class Function:
    """A part of the network that occurs several times.

    Attributes:
        inputs, outputs: numbers of values in ``body``.
        named: whether it takes the beginning of its layers' names.
        parameters: what else differs from one occurrence to the next.
        body: the first occurrence's statements in terms of the parameters.
        paths: the modules that it stands for; ``kind`` is their class.
    """

    name: str
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    named: bool
    parameters: tuple[str, ...]
    body: tuple[Statement, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A whole network: ``inputs`` and ``outputs`` are the model's, ``scope`` what lies between, by module."""

    name: str
    kind: str
    inputs: tuple[Statement, ...]
    outputs: tuple[int, ...]
    scope: Scope
    functions: tuple[Function, ...] = ()

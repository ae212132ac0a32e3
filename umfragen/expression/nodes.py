"""The tree of an expression. Every node knows where it stands in the source."""

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Node:
    start: int
    end: int  # exclusive

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Num(Node):
    value: float


@dataclass(frozen=True, slots=True)
class Str(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """As written: `Q1`, `Q1_bus.shown`, `that.Q1.NAOK`. Resolved into `Ref` or `Many`."""

    text: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split("."))


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """One variable by its id (key, or key and part: `12.3`), and what of it; `""`: its value."""

    id: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Many(Node):
    """Several variables at once, for functions that take lists: `sum(self)`."""

    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """`a, b`: all are worked out, the last one counts."""

    members: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case Call(args=args):
            return args
        case Sequence(members=members):
            return members
        case Many(refs=refs):
            return refs
    return ()


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node with other children, in the order of `children`."""
    match node:
        case Unary():
            return replace(node, operand=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Call():
            return replace(node, args=parts)
        case Sequence():
            return replace(node, members=parts)
    return node

"""XML from strangers: no document type, so no entities; nothing is fetched, all has bounds."""

from dataclasses import dataclass, field
from xml.parsers import expat

from umfragen.exchange.report import Refused

MAX_BYTES = 32_000_000
MAX_ELEMENTS = 1_500_000
MAX_DEPTH = 64


@dataclass(slots=True)
class Element:
    """`text` is what stands directly inside, before and between the children."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def find(self, tag: str) -> "Element | None":
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> "list[Element]":
        return [child for child in self.children if child.tag == tag]


class _Tree:
    def __init__(self) -> None:
        self.root = Element("")
        self.open = [self.root]
        self.pieces: list[list[str]] = [[]]
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) > MAX_DEPTH:
            raise Refused("Diese Datei ist zu groß oder zu tief verschachtelt.")
        element = Element(tag.rpartition(":")[2], attributes)
        self.open[-1].children.append(element)
        self.open.append(element)
        self.pieces.append([])

    def end(self, _tag: str) -> None:
        self.open.pop().text = "".join(self.pieces.pop())

    def text(self, data: str) -> None:
        self.pieces[-1].append(data)


def _no_doctype(*_: object) -> None:
    raise Refused("Diese Datei enthält Vereinbarungen (DOCTYPE), die wir nicht annehmen.")


def parse_xml(data: bytes) -> Element:
    """The outermost element, names without their namespace. Raises `Refused`."""
    if len(data) > MAX_BYTES:
        raise Refused("Diese Datei ist zu groß oder zu tief verschachtelt.")
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - takes no names
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("Diese Datei ist beschädigt: Sie ist kein gültiges XML.") from error
    if not tree.root.children:
        raise Refused("Diese Datei ist beschädigt: Sie ist kein gültiges XML.")
    return tree.root.children[0]

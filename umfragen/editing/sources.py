"""From conditions to expressions and back: what was written here is read the same again. Pure."""

from collections.abc import Hashable, Iterator

from umfragen.definition import DefinitionRefused, Finding, Path
from umfragen.definition.questions import Files
from umfragen.editing.conditions import (
    MAX_COMPARISONS,
    OF_SIGN,
    OTHER,
    PRESENCE,
    SIGNS,
    Comparison,
    Condition,
    Kind,
    Operator,
    Subject,
)
from umfragen.expression import (
    Binary,
    Call,
    Mistake,
    Name,
    Node,
    Num,
    Str,
    Unary,
    children,
    parse,
    text_of,
)


def write_condition(condition: Condition, subjects: tuple[Subject, ...]) -> str:
    """The expression. Raises `DefinitionRefused`; the path of a finding is the comparison's place
    in the list and its field: `(1, "value")`."""
    known = {subject.name: subject for subject in subjects}
    findings: list[Finding] = []
    groups: list[str] = []
    at = 0
    for group in condition.groups:
        sources = []
        for comparison in group:
            found = _wrong(comparison, known.get(comparison.subject), (at,))
            findings += [found] if found else []
            sources.append("" if found else _written(comparison, known[comparison.subject]))
            at += 1
        groups.append(" and ".join(sources))
    if at > MAX_COMPARISONS:
        findings.append(
            Finding("Mehr als %(most)s Bedingungen versteht niemand.", (), most=MAX_COMPARISONS)
        )
    if findings:
        raise DefinitionRefused(tuple(findings))
    return " or ".join(groups)


def _wrong(comparison: Comparison, subject: Subject | None, path: Path) -> Finding | None:
    if subject is None:
        return Finding("Bitte wählen Sie eine Frage, die vorher kommt.", (*path, "subject"))
    if comparison.operator not in subject.operators:
        return Finding("Das lässt sich bei dieser Frage nicht vergleichen.", (*path, "operator"))
    if comparison.operator in PRESENCE:
        return None
    return _wrong_value(comparison.value, subject, (*path, "value"))


def _wrong_value(value: str, subject: Subject, path: Path) -> Finding | None:
    if subject.choices is not None:
        if value not in subject.choices:
            return Finding("Bitte wählen Sie eine Antwort.", path)
    elif not value.strip():
        return Finding("Hier fehlt, womit verglichen wird.", path)
    elif subject.kind is Kind.NUMBER and _number(value) is None:
        return Finding("Bitte tragen Sie hier eine Zahl ein.", path)
    elif '"' in value and "'" in value:
        return Finding("Hier sind nicht beide Arten von Anführungszeichen möglich.", path)
    return None


def _number(value: str) -> str | None:
    """As an expression writes it: `2,5` is 2.5."""
    text = value.strip().replace(",", ".")
    digits = text.removeprefix("-").replace(".", "", 1)
    is_number = digits.isascii() and digits.isdigit() and not text.endswith(".") and text[0] != "."
    return text if is_number else None


def _written(comparison: Comparison, subject: Subject) -> str:
    name, operator, value = comparison.subject, comparison.operator, comparison.value
    if operator in PRESENCE:
        return _written_presence(subject, answered=operator is Operator.ANSWERED)
    if subject.kind is Kind.PICKS:
        return _written_pick(name, value, has=operator is Operator.HAS)
    if operator in {Operator.HAS, Operator.HAS_NOT}:
        found = f"is_numeric(strpos(strtolower({name}), {_quoted(value.strip().lower())}))"
        return found if operator is Operator.HAS else f"!{found}"
    literal = _number(value) if subject.kind is Kind.NUMBER else _quoted(value.strip())
    return f"{name} {SIGNS[operator]} {literal}"


def _written_presence(subject: Subject, *, answered: bool) -> str:
    if subject.kind is Kind.PICKS:
        return f"count(that.{subject.name}.nocomments) {'>' if answered else '=='} 0"
    if isinstance(subject.question, Files):
        return f"{subject.name} > 0" if answered else f"!({subject.name} > 0)"
    return f"{'!' if answered else ''}is_empty({subject.name})"


def _written_pick(name: str, option: str, *, has: bool) -> str:
    if option == OTHER:
        return f"{'!' if has else ''}is_empty({name}_other)"
    return f'{name}_{option} {"==" if has else "!="} "Y"'


def _quoted(value: str) -> str:
    """In quotes the text does not contain; a backslash is doubled."""
    value = value.replace("\\", "\\\\")
    return f"'{value}'" if '"' in value else f'"{value}"'


# Read


def read_condition(source: str, subjects: tuple[Subject, ...]) -> Condition | None:
    """The condition that is written so; None where only the expression can say it."""
    if not source.strip():
        return Condition()
    try:
        tree = parse(source)
    except Mistake:
        return None
    groups = []
    for group in _split(tree, "||"):
        comparisons = [_comparison(node, subjects) for node in _split(group, "&&")]
        if any(comparison is None for comparison in comparisons):
            return None
        groups.append(tuple(found for found in comparisons if found is not None))
    found = Condition(tuple(groups))
    return found if len(found.comparisons) <= MAX_COMPARISONS else None


def _split(node: Node, sign: str) -> list[Node]:
    if isinstance(node, Binary) and node.sign == sign:
        return [*_split(node.left, sign), *_split(node.right, sign)]
    return [node]


def _comparison(node: Node, subjects: tuple[Subject, ...]) -> Comparison | None:
    """Whatever writes the same tree is what was meant."""
    known = {subject.name: subject for subject in subjects}
    for candidate in _candidates(node, subjects):
        subject = known.get(candidate.subject)
        if subject is None or _wrong(candidate, subject, ()) is not None:
            continue
        if _shape(parse(_written(candidate, subject))) == _shape(node):
            return candidate
    return None


def _candidates(node: Node, subjects: tuple[Subject, ...]) -> Iterator[Comparison]:
    inner = node.operand if isinstance(node, Unary) and node.sign == "!" else node
    is_not = inner is not node
    match inner:
        case Call(name="is_empty", args=(Name(text=name),)):
            picked = Operator.HAS if is_not else Operator.HAS_NOT
            yield Comparison(name.removesuffix("_other"), picked, OTHER)
            yield Comparison(name, Operator.ANSWERED if is_not else Operator.EMPTY)
        case Call(
            name="is_numeric",
            args=(Call(name="strpos", args=(Call(args=(Name(text=name),)), Str(value=value))),),
        ):
            yield Comparison(name, Operator.HAS_NOT if is_not else Operator.HAS, value)
        case Binary(left=Call(name="count", args=(Name(text=name),)), sign=sign):
            words = name.split(".")
            if len(words) > 1:
                yield Comparison(words[1], Operator.ANSWERED if sign == ">" else Operator.EMPTY)
        case Binary(left=Name(text=name), sign=sign, right=right):
            literal = _literal(right)
            if literal is not None and sign in OF_SIGN:
                yield Comparison(name, OF_SIGN[sign], literal)
            yield Comparison(name, Operator.EMPTY if is_not else Operator.ANSWERED)
            yield from _picks(name, sign, subjects)


def _picks(name: str, sign: str, subjects: tuple[Subject, ...]) -> Iterator[Comparison]:
    operator = {"==": Operator.HAS, "!=": Operator.HAS_NOT}.get(sign)
    for subject in subjects:
        if subject.kind is Kind.PICKS and operator and name.startswith(f"{subject.name}_"):
            yield Comparison(subject.name, operator, name[len(subject.name) + 1 :])


def _literal(node: Node) -> str | None:
    match node:
        case Str(value=value):
            return value
        case Num(value=value):
            return text_of(value)
        case Unary(sign="-", operand=Num(value=value)):
            return f"-{text_of(value)}"
    return None


def _shape(node: Node) -> Hashable:
    """The same for the same tree, wherever its parts stand in the source."""
    own = tuple(getattr(node, name, None) for name in ("value", "text", "sign", "name"))
    return type(node), own, tuple(map(_shape, children(node)))

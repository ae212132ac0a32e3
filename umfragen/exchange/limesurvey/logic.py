"""ExpressionScript with LimeSurvey's names as expressions with ours, and its older conditions."""

from collections.abc import Iterable, Iterator

from umfragen.exchange.limesurvey.naming import TICKS, Variables
from umfragen.exchange.limesurvey.source import Source
from umfragen.exchange.limesurvey.tables import TableRow
from umfragen.exchange.report import Loss, echo
from umfragen.expression import FUNCTIONS, Kind, Mistake, Token, parse, tokenize

ALWAYS = frozenset({"", "1"})
ALIASES = {"is_null": "is_empty", "concat": "join", "regexmatch": "regexMatch", "stripos": "strpos"}
METHODS = frozenset({"==", "!=", "<", "<=", ">", ">="})
SELECTORS = frozenset({"self", "this", "that"})


class Untranslatable(Loss):
    """An expression that asks for something there is not here."""


def translate(source: str, variables: Variables, *, in_text: bool = False) -> str:
    """The same expression with our names. Raises `Untranslatable`."""
    try:
        tokens = tokenize(source)
        parse(source)
    except Mistake as mistake:
        raise Untranslatable(mistake.message, **mistake.params) from mistake
    pieces, at = [], 0
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind is Kind.NAME:
            pieces += [source[at : token.start], _name(token, following, variables, in_text)]
            at = token.end
    return "".join([*pieces, source[at:]]).strip()


def _name(token: Token, following: Token, variables: Variables, in_text: bool) -> str:
    if following.kind is Kind.OPEN:
        name = ALIASES.get(token.text, token.text)
        if name not in FUNCTIONS:
            raise Untranslatable("Die Funktion %(name)s gibt es hier nicht.", name=echo(token.text))
        return name
    first, *rest = token.text.split(".")
    if first == "that":
        found = variables.question(rest[0]) if rest else None
        words = ["that", found or "", *rest[1:]]
    elif first in SELECTORS:
        return token.text
    else:
        found = variables.variable(first)
        words = [found or "", *rest]
        if in_text and first.startswith("INSERTANS:") and not rest:
            words.append("shown")
    if found is None:
        raise Untranslatable("„%(name)s“ gibt es in dieser Umfrage nicht.", name=echo(token.text))
    return ".".join(words)


def relevance(source: Source, variables: Variables) -> str:
    """When a question is shown, in our words; "" for always. Raises `Untranslatable`.

    The table of conditions counts only where there is no expression: LimeSurvey itself makes the
    one of the other.
    """
    if source.relevance not in ALWAYS:
        return translate(source.relevance, variables)
    if source.relevance == "" and source.conditions:
        return _conditions(source.conditions, variables)
    return ""


def _conditions(rows: Iterable[TableRow], variables: Variables) -> str:
    """Scenarios are alternatives; inside of one all hold, but of one question any."""
    scenarios: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        same = scenarios.setdefault(row["scenario"], {}).setdefault(row["cqid"] or row["cid"], [])
        same.append(_condition(row, variables))
    found = [" and ".join(_any_of(same) for same in one.values()) for one in scenarios.values()]
    return found[0] if len(found) == 1 else " or ".join(f"({one})" for one in found)


def _any_of(conditions: list[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' or '.join(conditions)})"


def _condition(row: TableRow, variables: Variables) -> str:
    column, method, value = row["cfieldname"].removeprefix("+"), row["method"].strip(), row["value"]
    found = variables.find(column)
    if found is None:
        raise Untranslatable("„%(name)s“ gibt es in dieser Umfrage nicht.", name=echo(column))
    named, suffix = found
    name = named.variables[suffix]
    if suffix == "" and named.source.kind in TICKS:  # names the option instead of a value
        name, value = named.variables.get(value, ""), "Y"
        if not name:
            raise Untranslatable("„%(name)s“ gibt es in dieser Umfrage nicht.", name=echo(value))
    if value.strip() == "":
        return f"{'!' if method == '!=' else ''}is_empty({name}.NAOK)"
    if method == "RX":
        return f"regexMatch({_quoted(value)}, {name}.NAOK)"
    if method not in METHODS:
        raise Untranslatable("Die Bedingung „%(name)s“ gibt es hier nicht.", name=echo(method))
    if value.startswith("@") and value.endswith("@") and value != "@":
        other = variables.variable(value.strip("@"))
        if other is None:
            raise Untranslatable("„%(name)s“ gibt es in dieser Umfrage nicht.", name=echo(value))
        return f"{name}.NAOK {method} {other}.NAOK"
    return f"{name}.NAOK {method} {_quoted(value)}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def filtered(source: Source, variables: Variables) -> Iterator[tuple[str, str]]:
    """Code of a row or option -> when it is shown, because another question filters it.

    A part that the other question does not have is always shown.
    """
    found: dict[str, list[str]] = {}
    for attribute, sign in (("array_filter", "!"), ("array_filter_exclude", "")):
        for code in source.attribute(attribute).replace(",", ";").split(";"):
            named = variables.by_code.get(code.strip())
            parts = [part.code for part in (source.rows or source.answers)]
            for part in parts if named else ():
                if named and part in named.variables:
                    condition = f"{sign}is_empty({named.variables[part]}.NAOK)"
                    found.setdefault(part, []).append(condition)
    for part, conditions in found.items():
        yield part, " and ".join(conditions)

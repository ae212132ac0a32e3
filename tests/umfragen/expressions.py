"""Random expressions and values, and names that stand for themselves."""

from hypothesis import strategies as st

from umfragen.expression import Name, Node, Ref, Value, children, parse, rebuilt

NAMES = "abcd"
TEXTS = (
    *(
        "",
        "0",
        "1",
        "-1",
        "Y",
        "N",
        "rad",
        "Bus",
        "10",
        "9",
        "05",
        " 5",
        "5 ",
        "1.50",
        "1e3",
        "1,5",
    ),
    *("ä", "straße", "🚲x", "a, b", "false", "NaN", "1e999", "+3", ".5", "5.", "Infinity", "0x10"),
)
NUMBERS = (0, 1, -1, 2, 3, 10, 0.5, -2.5, 1.005, 0.1, 99.99, 1e-7, 123456789.125, 1e15, 1e16)


def resolve(node: Node) -> Node:
    """Every name is a variable of its own name, and what follows a dot its attribute."""
    if isinstance(node, Name):
        name, _, attribute = node.text.partition(".")
        return Ref(node.start, node.end, name, attribute)
    return rebuilt(node, tuple(resolve(child) for child in children(node)))


def resolved(source: str) -> Node:
    return resolve(parse(source))


def values() -> st.SearchStrategy[Value]:
    return st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from(NUMBERS),
        st.integers(-1000, 1000),
        st.floats(-1e6, 1e6).map(lambda number: round(number, 4)),
        st.text(alphabet="abÄß0159 .-+e🚲\u00e9'\"", max_size=6),
        st.booleans(),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(number: float) -> str:
    return format(abs(number), "f") if abs(number) < 1e10 else str(int(abs(number)))


_PATTERNS = ("'^[0-9]+$'", "'/rad/i'", "'a|b?c{1,2}'", "'[^a-z]\\\\w'", "'(x|ä)+$'")


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    few = st.lists(inner, min_size=1, max_size=4).map(", ".join)
    lists = st.sampled_from(("count", "sum", "min", "max", "list", "implode", "join", "unique"))
    ones = st.sampled_from(
        (
            *("is_empty", "is_numeric", "is_int", "intval", "abs", "floor", "ceil", "round"),
            *("sqrt", "strlen", "strtolower", "strtoupper", "trim"),
        )
    )
    signs = st.sampled_from(("'=='", "'!='", "'<'", "'le'", "'>'", "'>='", "'x'"))
    return st.one_of(
        st.builds("{}({})".format, lists, few),
        st.builds("{}({})".format, ones, inner),
        st.builds("round({}, {})".format, inner, st.sampled_from(("0", "2", "-1", "x"))),
        st.builds("if({}, {}, {})".format, inner, inner, inner),
        st.builds("countif({})".format, few.map(lambda args: args + ", 1")),
        st.builds("countifop({}, {})".format, signs, few.map(lambda args: args + ", 1")),
        st.builds("sumifop({}, {})".format, signs, few.map(lambda args: args + ", 1")),
        st.builds("substr({}, {}, {})".format, inner, st.integers(0, 4), inner),
        st.builds("substr({}, -{})".format, inner, st.integers(0, 4)),
        st.builds("strpos({}, {})".format, inner, inner),
        st.builds("regexMatch({}, {})".format, st.sampled_from(_PATTERNS), inner),
    )


def expressions() -> st.SearchStrategy[str]:
    """Sources with the names a to d."""
    leaves = st.one_of(
        st.sampled_from(NAMES),
        st.sampled_from(TEXTS).map(_quoted),
        st.sampled_from(NUMBERS).map(_number),
    )
    signs = st.sampled_from(
        ("+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "||", "eq", "ge")
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, signs, inner),
            st.builds("({} {} {})".format, inner, signs, inner),
            st.builds("{}({})".format, st.sampled_from("!-+"), inner),
            st.builds("({}, {})".format, inner, inner),
            _calls(inner),
        ),
        max_leaves=8,
    )

"""Random surveys with conditions, and forms somebody might send."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.umfragen.surveys import Doc, make_document, option, options, question, rows
from umfragen.definition import Definition, load
from umfragen.definition.items import Holds, Item
from umfragen.definition.questions import AnyQuestion, Clock, Files, Place, Shape, When
from umfragen.engine import Plan, field_name, make_plan
from umfragen.engine.variables import Variable, collect_names


class Fields:
    """A form as Werkzeug hands it out, as far as the engine asks."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = fields

    def getlist(self, key: str, /) -> list[str]:
        return list(self.fields.get(key, ()))

    def __repr__(self) -> str:
        return f"Fields({self.fields})"


def _question(name: str) -> st.SearchStrategy[Doc]:
    def q(kind: str, **more: Any) -> Doc:
        return question(kind, name, **more)

    return st.sampled_from(
        [
            q("single", options=options("a", "b"), other={}),
            q("single", options=[option(1, "x", score=2), option(7, "y")], remark={}),
            q("multiple", options=[*options("a", "b"), option(9, "z", exclusive=True)], other={}),
            q("multiple", options=[option(1, "a", remark=True), option(2, "b")], least=1, most=1),
            q("yes_no", required="yes"),
            q("scale", low=0, high=10),
            q("matrix", rows=rows("r", "s"), columns=options("a", "b"), required="soft"),
            q("matrix", rows=rows("r", "s"), columns=options("a", "b"), cell="multiple"),
            q("matrix", rows=rows("r"), columns=options("a", "b"), cell="number", decimals=1),
            q("matrix", rows=rows("r"), columns=options("a", "b"), cell="text"),
            q("ranking", options=options("a", "b", "c"), most=2),
            q("number", low=0, high=10),
            q("number", decimals=2),
            q("number_list", rows=rows("r", "s"), total=10),
            q("slider", low=0, high=10, step=2),
            q("when"),
            q("when", clock="time"),
            q("when", clock="both"),
            q("short_text"),
            q("long_text", required="yes"),
            q("contact"),
            q("files", most=2),
            q("place"),
            q("place", shape="area"),
            q("consent"),
            q("info", text=f"Text von {name}"),
        ]
    )


def _atom(variable: Variable) -> st.SearchStrategy[str]:
    names = [choice.name for choice in (variable.choices or {}).values()] or ["a", "5", "2"]
    name = variable.name
    return st.one_of(
        st.builds(
            '{} {} "{}"'.format,
            st.just(name),
            st.sampled_from(["==", "!="]),
            st.sampled_from(names),
        ),
        st.builds(
            "{} {} {}".format, st.just(name), st.sampled_from([">", "<=", "+"]), st.integers(0, 9)
        ),
        st.just(f"!is_empty({name}.NAOK)"),
        st.just(f"strlen({name}.shown) > 3"),
        st.just(f"{name}.value > 1"),
        st.just(f"{name}.relevanceStatus == 1"),
    )


def _condition(variables: Sequence[Variable]) -> st.SearchStrategy[str]:
    atom = st.sampled_from(variables).flatmap(_atom)
    return st.one_of(
        atom,
        st.builds("({}) {} ({})".format, atom, st.sampled_from(["and", "or"]), atom),
        st.builds(
            "count({}, 1) > 1 and {}".format, st.sampled_from([v.name for v in variables]), atom
        ),
    )


@st.composite
def surveys(draw: st.DrawFn) -> Definition:
    """One to three pages; anything may have a condition, which mostly looks back."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    count = 0
    pages: list[Doc] = []
    for size in sizes:
        asked = [deepcopy(draw(_question(f"q{count + at}"))) for at in range(size)]
        pages.append({"questions": asked})
        count += size
    document = make_document(*pages)
    names = collect_names(load(document))
    everything = [one for found in names.by_question.values() for one in found]
    before: list[Variable] = []
    for page in document["pages"]:
        if before and draw(st.integers(0, 3)) == 0:
            page["show_if"] = draw(_condition(before))
        for asked in page["questions"]:
            looks_ahead = draw(st.integers(0, 9)) == 0  # a mistake, yet it must do no harm
            _add_conditions(draw, asked, everything if looks_ahead else before)
            before += names.by_question[asked["key"]]
        page["shuffle"] = draw(st.booleans())
        page["block"] = draw(st.sampled_from(["", "", "a", "b"]))
    if before:
        _add_computed(draw, document, before)
    return load(document)


def _add_conditions(draw: st.DrawFn, asked: Doc, before: Sequence[Variable]) -> None:
    if not before:
        return
    if draw(st.integers(0, 9)) == 0:
        asked["retired"] = True
    if draw(st.booleans()):
        asked["show_if"] = draw(_condition(before))
    for part in (*asked.get("options", ()), *asked.get("rows", ()), *asked.get("columns", ())):
        if draw(st.integers(0, 4)) == 0:
            part["show_if"] = draw(_condition(before))


def _add_computed(draw: st.DrawFn, document: Doc, before: Sequence[Variable]) -> None:
    """A result in the last place, of all that was asked, and a text that shows it."""
    key = max(page["key"] for page in document["pages"]) + 1_000
    formula = draw(_condition(before))
    text = f"Ergebnis: {{ergebnis}} {{{draw(st.sampled_from(before)).name}.shown}}"
    document["pages"][-1]["questions"] += [
        {"kind": "computed", "name": "ergebnis", "key": key, "formula": formula},
        {"kind": "info", "name": "zeige", "key": key + 1, "text": text, "show_if": "ergebnis == 1"},
    ]


def plans() -> st.SearchStrategy[Plan]:
    return surveys().map(make_plan)


_NUMBERS = ["0", "3", "2,5", "7.5", "-1", "1.234,5", "1.234", "12", "x", "10"]
_TEXTS = ["a", "Grüße 🚲", " viel  Platz ", "<b>", "5", "{q0}", "ich@beispiel.de", "ä" * 300]
_WORDS = {
    "when": ["2026-12-24", "24.12.2026", "18:30", "2026-12-24T18:30", "31.2.2026", "bald"],
    "place": [
        "50.7, 7.1",
        '{"type":"Point","coordinates":[7,50]}',
        '{"type":"Polygon","coordinates":[[[7,50],[8,50],[8,51],[7,50]]]}',
        "da",
    ],
    "files": ["abcdefgh1", "hgfedcba2", "!"],
}
# What the browser's own fields, our map and our upload put in.
_NATIVE = {
    Clock.DATE: ["2026-12-24", "2026-01-01"],
    Clock.TIME: ["18:30"],
    Clock.BOTH: ["2026-12-24T18:30"],
    Shape.POINT: ["50.7, 7.1", "-3.25, 7.125"],
    Shape.AREA: ['{"type":"Polygon","coordinates":[[[7,50],[8,50],[8,51],[7,50]]]}'],
}


def _words(asked: AnyQuestion, *, native: bool) -> list[str]:
    if native and isinstance(asked, When | Place):
        return _NATIVE[asked.clock if isinstance(asked, When) else asked.shape]
    if native and isinstance(asked, Files):
        return ["abcdefgh1", "hgfedcba2"]
    return _WORDS.get(asked.KIND, _TEXTS)


def _values(plan: Plan, item: Item, *, native: bool) -> st.SearchStrategy[dict[str, list[str]]]:
    name = field_name(item.key)
    codes = [str(code) for code in sorted(item.codes)] or ["1"]
    code = st.sampled_from(codes if native else [*codes, *codes, "77"])
    words = _words(plan.questions[item.question], native=native)
    one = {Holds.CODE: code, Holds.NUMBER: st.sampled_from(_NUMBERS)}.get(
        item.holds, st.sampled_from(words)
    )
    if item.holds in {Holds.CODES, Holds.TOKENS}:
        many = code if item.holds is Holds.CODES else one
        return st.lists(many, max_size=3, unique=True).map(lambda values: {name: values})
    if item.holds is Holds.ORDER:
        ranks = st.lists(st.sampled_from(codes), max_size=3, unique=True)
        each = st.permutations(range(1, len(codes) + 1)).map(
            lambda order: {f"{name}_{c}": [str(r)] for c, r in zip(codes, order, strict=True)}
        )
        return ranks.map(lambda values: {name: values}) | each
    if item.holds in {Holds.NUMBERS, Holds.TEXTS}:
        cell = st.sampled_from(_NUMBERS if item.holds is Holds.NUMBERS else _TEXTS)
        return st.fixed_dictionaries(
            {}, optional={f"{name}_{c}": cell.map(lambda v: [v]) for c in codes}
        )
    return one.map(lambda value: {name: [value]})


@st.composite
def forms(draw: st.DrawFn, plan: Plan, *, native: bool = False) -> Fields:
    """Something in most fields; mostly what fits, now and then what does not. `native`: codes,
    dates, places and files only as the fields of a browser send them."""
    found: dict[str, list[str]] = {}
    for item in plan.items.values():
        if item.holds is not Holds.RESULT and draw(st.integers(0, 4)):
            found.update(draw(_values(plan, item, native=native)))
    return Fields(found)

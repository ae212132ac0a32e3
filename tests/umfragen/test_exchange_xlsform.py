"""XLSForms come over from Excel with their groups, lists, languages and conditions."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.umfragen.limesurvey_files import DATA
from tests.umfragen.ready import key
from tests.umfragen.surveys import every_kind, make_survey, options, question, rows
from umfragen.definition import Definition
from umfragen.definition.questions import (
    AnyQuestion,
    Clock,
    Computed,
    Multiple,
    Number,
    Place,
    Single,
)
from umfragen.engine import Plan, fill, make_plan
from umfragen.exchange.archives import read_archive
from umfragen.exchange.files import read_file
from umfragen.exchange.fitting import Imported
from umfragen.exchange.report import Outcome, Refused
from umfragen.exchange.workbooks import read_xlsx
from umfragen.exchange.xlsform.forms import COMPANION
from umfragen.exchange.xlsform.reading import read_workbook
from umfragen.exchange.xlsform.writing import write_form
from umfragen.exchange.xlsform.xpath import NotPossible, Target, translate

# Taken, approximated, dropped. Drawings and lists from other files are not ours.
FILES = {
    "xlsform_getodk_all_question_types.xlsx": (81, 3, 1),
    "xlsform_getodk_socio_economic.xlsx": (17, 0, 0),
    "xlsform_pyxform_choice_filter.xlsx": (3, 0, 0),
    "xlsform_pyxform_or_other.xlsx": (2, 0, 0),
    "xlsform_pyxform_tutorial.xls": (10, 0, 0),
}
Rows = Sequence[Sequence[object]]


def workbook(survey: Rows, choices: Rows = (), **settings_: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheets = {"survey": survey, "choices": choices}
        if settings_:
            sheets["settings"] = [list(settings_), list(settings_.values())]
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return out.getvalue()


def named(imported: Imported, name: str) -> AnyQuestion:
    return next(q for q in imported.definition.questions() if q.name == name)


def plan_of(imported: Imported) -> Plan:
    plan = make_plan(imported.definition)
    assert plan.mistakes == ()
    return plan


@pytest.mark.parametrize("name", FILES)
def test_a_real_form_comes_over(name: str) -> None:
    path: Path = DATA / name
    if not path.exists():
        pytest.skip("the sample surveys are not here")
    imported = read_file(path.read_bytes())
    report = imported.report
    assert tuple(report.count(outcome) for outcome in Outcome) == FILES[name]
    assert report.share >= 0.95
    assert plan_of(imported)


def test_a_list_filtered_by_an_earlier_answer_offers_what_fits() -> None:
    path = DATA / "xlsform_pyxform_choice_filter.xlsx"
    if not path.exists():
        pytest.skip("the sample surveys are not here")
    plan = plan_of(read_file(path.read_bytes()))
    state, county = plan.questions[key(plan, "state")], plan.questions[key(plan, "county")]
    assert isinstance(county, Single)
    offered = {}
    for code, name in ((1, "texas"), (2, "washington")):
        codes = fill(plan, {state.key: code}).options[county.key]
        offered[name] = [option.name for option in county.options if option.code in codes]
    assert offered == {"texas": ["king", "cameron"], "washington": ["king", "pierce"]}


SURVEY = [
    ["type", "name", "label::Deutsch (de)", "label::English (en)", "relevant", "constraint",
     "required", "appearance", "calculation", "hint::Deutsch (de)"],
    ["begin group", "weg", "Ihr Weg", "Your way"],
    ["select_one mittel or_other", "mittel", "Womit kommen **Sie**?", "How do you come?", "", "",
     "yes", "minimal"],
    ["select_multiple ort", "orte", "Wo?", "Where?", "${mittel} != 'rad'",
     "count-selected(.) >= 1 and count-selected(.) <= 2"],
    ["end group"],
    ["begin group", "mehr", "Mehr", "More", "selected(${orte}, 'park') or ${mittel} = 'other'"],
    ["integer", "alter", "Alter", "Age", "", ". >= 0 and . <= 120"],
    ["text", "plz", "PLZ", "Zip", "", "regex(., '^[0-9]{5}$')"],
    ["note", "hinweis", "Sie kommen mit ${mittel}.<br>Danke!", "You come by ${mittel}."],
    ["calculate", "doppelt", "", "", "", "", "", "", "${alter} * 2 mod 7"],
    ["geoshape", "flaeche", "Fläche", "Area"],
    ["dateTime", "wann", "Wann?", "When?", "", "", "", "", "", "Tag und Uhrzeit"],
    ["end group"],
    ["start", "start"],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::Deutsch (de)", "label::English (en)"],
    ["mittel", "rad", "Fahrrad", "Bike"],
    ["mittel", "bus & bahn", "Bus und Bahn", "Bus"],
    ["ort", "park", "Park", "Park"],
    ["ort", "see", "See", "Lake"],
]


def test_a_form_brings_groups_languages_bounds_and_logic() -> None:
    imported = read_file(workbook(SURVEY, CHOICES, form_title="Spielplatz", default_language="de"))
    plan = plan_of(imported)
    assert imported.definition.title.say("de") == "Spielplatz"
    assert imported.definition.languages == ("de", "en")
    assert [page.title.say("en") for page in imported.definition.pages] == ["Your way", "More"]
    mittel, orte, alter = (named(imported, name) for name in ("mittel", "orte", "alter"))
    assert isinstance(mittel, Single)
    assert mittel.display.value == "dropdown"
    assert [option.name for option in mittel.options] == ["rad", "bus_bahn"]
    assert mittel.other
    assert isinstance(orte, Multiple)
    assert (orte.least, orte.most) == (1, 2)
    assert isinstance(alter, Number)
    assert (alter.low, alter.high) == (0, 120)
    assert named(imported, "hinweis").text.say("de") == "Sie kommen mit {mittel.shown}.\nDanke!"
    assert isinstance(named(imported, "flaeche"), Place)
    assert named(imported, "wann").clock is Clock.BOTH  # type: ignore[union-attr]
    assert named(imported, "wann").help.say("de") == "Tag und Uhrzeit"
    second = imported.definition.pages[1].key
    assert second not in fill(plan, {mittel.key: 1}).shown
    assert second in fill(plan, {mittel.key: 251}).shown
    sheet = fill(plan, {mittel.key: 2, orte.key: (1,), alter.key: 40, key(plan, "plz"): "5311"})
    assert second in sheet.shown
    assert sheet.failed == {key(plan, "plz")}
    assert sheet.answers[key(plan, "doppelt")] == 80 % 7
    assert isinstance(named(imported, "doppelt"), Computed)


TARGETS = {
    "a": Target("a", "integer", {}),
    "b": Target("b", "integer", {}),
    "s": Target("s", "single", {"x": "x", "y-z": "y_z"}, "s_other"),
    "m": Target("m", "multiple", {"x": "x"}, "m_other"),
    "r": Target("r", "ranking", {"x": "x"}),
}
TRANSLATED = [
    ("${a} = 1 and ${b} != 2 or not(${a} > 3)", "a == 1 and b != 2 or !(a > 3)"),
    ("${a} - (${b} - 1) div 2", "a - (b - 1) / 2"),
    ("selected(${m}, 'x') and selected(${s}, 'y-z')", 'm_x == "Y" and s == "y_z"'),
    ("selected(${m}, 'other')", "!is_empty(m_other)"),
    ("${s} = 'other'", 's == "-oth-"'),
    ("${s} = ''", "is_empty(s)"),
    ("${m} != ''", "count(m) > 0"),
    ("count-selected(${m}) >= 2", "count(m) >= 2"),
    ("if(${a} > 0, 'ja', 'nein')", 'if(a > 0, "ja", "nein")'),
    ("coalesce(${a}, 0)", "if(is_empty(a), 0, a)"),
    ("regex(${s}, 'a|b')", 'regexMatch("/^(?:a|b)$/", s)'),
    ("selected(${r}, 'x')", 'countif("x", r) > 0'),
    ("jr:choice-name(${s}, '${s}')", "s.shown"),
    ("string-length(concat(${a}, ' €'))", 'strlen(join(a, " €"))'),
]  # fmt: skip


@pytest.mark.parametrize(("source", "ours"), TRANSLATED)
def test_xpath_becomes_our_expressions(source: str, ours: str) -> None:
    assert translate(source, TARGETS.get) == ours


@pytest.mark.parametrize(
    "source",
    ["today()", "${x} = 1", "instance('a')/root", "${m} + 1", "random() > 1", "(1", "1 1", "§",
     "pulldata('a','b')", "(" * 100 + "1" + ")" * 100],
)  # fmt: skip
def test_what_is_not_possible_is_told(source: str) -> None:
    with pytest.raises(NotPossible):
        translate(source, TARGETS.get)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="${}abms()'\"=<>!+-*.,019 andorivjr:~", max_size=30))
def test_no_expression_breaks_the_translation(source: str) -> None:
    try:
        translate(source, TARGETS.get, TARGETS["a"])
    except NotPossible:
        return


def test_questions_without_a_name_or_with_one_twice_are_kept() -> None:
    line = ["select_one mittel", "", "Was?"]
    survey = [["type", "name", "label"], line, ["select_one ort", "q", "Wo?"], [line[0], "q", "?"]]
    imported = read_file(workbook(survey, CHOICES))
    kinds = [len(q.options) for q in imported.definition.questions()]  # type: ignore[union-attr]
    assert kinds == [2, 2, 2]


def test_broken_workbooks_are_refused() -> None:
    good = workbook(SURVEY, CHOICES)
    for data in (good[:500], good[: len(good) // 2], b"PK\x03\x04" + good[50:], workbook([["a"]])):
        with pytest.raises(Refused):
            read_file(data)


@pytest.mark.skipif(not DATA.exists(), reason="the sample surveys are not here")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 11_775), st.integers(0, 255)), min_size=1, max_size=12))
def test_a_damaged_old_workbook_is_read_or_refused(damage: list[tuple[int, int]]) -> None:
    data = bytearray((DATA / "xlsform_pyxform_tutorial.xls").read_bytes())
    for place, value in damage:
        data[place] = value
    try:
        read_file(bytes(data))
    except Refused:
        return


# The other way


def without_companion(definition: Definition) -> Imported:
    """What a form says that we wrote, without our own sheet."""
    sheets = dict(read_xlsx(read_archive(write_form(definition)[0])))
    assert sheets.pop(COMPANION)
    return read_workbook(sheets)


def test_a_form_we_wrote_asks_the_same_without_our_sheet() -> None:
    definition = make_survey(
        {
            "title": "Weg",
            "questions": [
                question("single", "weg", options=options("rad", "bus"), other={}),
                question("multiple", "wo", options=options("park", "see"), least=1, most=2),
                question("matrix", "gut", rows=rows("licht"), columns=options("ja", "nein")),
            ],
        },
        {
            "show_if": 'weg == "rad" and wo_park == "Y" or gut_licht == "ja"',
            "questions": [
                question("number", "alter", low=0, high=120, required="yes"),
                question("info", "dank", text="Danke, {weg.shown}!", show_if="alter > 17"),
                question("computed", "summe", formula="count(wo_park, wo_see) + sum(alter, 1)"),
                question("place", "flaeche", shape="area"),
                question("consent", "ja"),
                question("short_text", "warum", show_if='!is_empty(ja) and weg == "-oth-"'),
            ],
        },
    )
    imported = without_companion(definition)
    plan = plan_of(imported)
    kinds = {q.name: q.KIND for q in imported.definition.questions()}
    assert kinds == {
        "weg": "single", "wo": "multiple", "gut_text": "info", "gut_licht": "single",
        "alter": "number", "dank": "info", "summe": "computed", "flaeche": "place",
        "ja": "consent", "warum": "short_text",
    }  # fmt: skip
    assert named(imported, "dank").text.say("de") == "Danke, {weg.shown}!"
    wo, alter = named(imported, "wo"), named(imported, "alter")
    assert (wo.least, wo.most) == (1, 2)  # type: ignore[union-attr]
    assert (alter.low, alter.high, alter.required.value) == (0, 120, "yes")  # type: ignore[union-attr]
    second = imported.definition.pages[1].key
    given: dict[int, Any] = {key(plan, "weg"): 1, key(plan, "wo_park"): (1, 2), alter.key: 30}
    sheet = fill(plan, given)
    assert second in sheet.shown
    assert named(imported, "dank").key in sheet.shown
    assert sheet.answers[key(plan, "summe")] == 33
    assert second not in fill(plan, {**given, key(plan, "weg"): 2}).shown
    other = fill(
        plan, {**given, key(plan, "weg"): 251, key(plan, "gut_licht"): 1, key(plan, "ja"): 1}
    )
    assert key(plan, "warum") in other.shown


def test_excel_opens_the_form_we_wrote() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_form(make_survey(every_kind()))[0]))
    assert book.sheetnames == ["survey", "choices", "settings", COMPANION]
    types = [row[0] for row in book["survey"].iter_rows(min_row=2, values_only=True)]
    assert types[0] == "begin_group"
    assert {"range", "geotrace", "acknowledge", "rank folge", "calculate"} <= set(types)

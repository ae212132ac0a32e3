"""A survey goes out to LimeSurvey and comes back as it was."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.umfragen.limesurvey_files import DATA
from tests.umfragen.random_surveys import surveys
from tests.umfragen.surveys import every_kind, make_survey, option, options, question, rows
from umfragen.definition import Definition, Text, dump, dumps, load, texts
from umfragen.definition.questions import AnyQuestion
from umfragen.engine import make_plan
from umfragen.exchange.archives import read_archive
from umfragen.exchange.files import read_file
from umfragen.exchange.limesurvey.tables import COMPANION, read_tables
from umfragen.exchange.limesurvey.writing import write_survey
from umfragen.exchange.report import Outcome
from umfragen.exchange.workbooks import read_xlsx
from umfragen.exchange.xlsform.writing import write_form

BESIDE = re.compile(rf"<{COMPANION}>.*</{COMPANION}>".encode(), re.DOTALL)

TEXTS = st.sampled_from(
    [
        {"de": "**Fett** und *schräg* {q0.shown}\n\n- eins\n- zwei", "en": "Bold"},
        {"de": "]]> <b>&amp; \\{kein Platz}"},
        {"de": "[Plan](<https://a.example/b>)", "de-x-ls": "Ein Plan."},
        "5 * 3 < 20 _x_",
    ]
)


@st.composite
def written(draw: st.DrawFn) -> Definition:
    """Random surveys with languages, rich texts and quotas."""
    document = dump(draw(surveys()))
    document["languages"] = ["de", "en", "de-x-ls"]
    document["welcome"] = draw(TEXTS)
    for page in document["pages"]:
        page["title"] = draw(st.sampled_from(["", "Seite", {"de": "Seite", "en": "Page"}]))
        for asked in page["questions"]:
            if draw(st.booleans()):
                asked["help"] = draw(TEXTS)
            if asked["kind"] == "yes_no":
                members = [{"key": asked["key"], "code": 1}]
                document["quotas"] = [{"name": "Ja", "limit": 5, "members": members}]
    return load(document)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written())
def test_what_goes_out_as_a_form_comes_back_the_same(definition: Definition) -> None:
    data, report = write_form(definition)
    back = read_file(data)
    assert dumps(back.definition) == dumps(definition)
    assert back.report.share == 1
    assert len(report.entries) == len(list(definition.questions()))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written())
def test_what_goes_out_comes_back_the_same(definition: Definition) -> None:
    data, report = write_survey(definition)
    back = read_file(data)
    assert dumps(back.definition) == dumps(definition)
    assert back.report.share == 1
    assert len(report.entries) == len(list(definition.questions()))


def without_companion(definition: Definition) -> Definition:
    data, _ = write_survey(definition)
    assert BESIDE.search(data)
    return read_file(BESIDE.sub(b"", data)).definition


@pytest.mark.parametrize("at", range(len(every_kind())))
def test_the_fields_of_limesurvey_alone_carry_a_question(at: int) -> None:
    """Everything the two have in common goes through its own fields, not beside them."""
    definition = make_survey([every_kind()[at]])
    _, report = write_survey(definition)
    (asked,) = definition.questions()
    (back,) = without_companion(definition).questions()
    assert (back.name, back.required) == (asked.name, asked.required)
    if report.entries[0].outcome is Outcome.APPROXIMATED or asked.KIND in {"contact", "slider"}:
        return
    assert back.KIND in {asked.KIND, *(["single"] if asked.KIND == "scale" else [])}
    assert said(asked) <= said(back)


def said(asked: AnyQuestion) -> set[str]:
    return {text.say("de") for _, text in texts(asked)}


def test_conditions_and_limits_go_through_limesurveys_own_fields() -> None:
    places = [*options("park"), option(9, "nie", exclusive=True)]
    definition = make_survey(
        [
            question("single", "weg", options=options("fahrrad", "bus"), other={}, shuffle=True),
            question("multiple", "wo_genau", options=places, least=1),
            question("number", "alter", low=0, high=120, show_if='weg == "fahrrad"'),
            question("matrix", "note", rows=rows("licht"), columns=options("gut"), required="yes"),
        ],
        {
            "questions": [question("info", "dank", text="Weg: {weg.shown} {wo_genau_park}")],
            "show_if": 'wo_genau_park == "Y" and note_licht == "gut"',
        },
    )  # fmt: skip
    tables = read_tables(write_survey(definition)[0])
    by_title = {row["title"]: row for row in tables["questions"]}
    assert set(by_title) == {"weg", "Q1", "alter", "note", "dank"}
    assert by_title["alter"]["relevance"] == 'weg == "A1"'
    assert tables["groups"][1]["grelevance"] == 'Q1_park == "Y" and note_licht == "gut"'
    assert (by_title["weg"]["type"], by_title["weg"]["other"]) == ("L", "Y")
    wordings = {row["qid"]: row["question"] for row in tables["question_l10ns"]}
    assert wordings[by_title["dank"]["qid"]] == "Weg: {weg.shown} {Q1_park}"
    back = without_companion(definition)
    plan = make_plan(back)
    assert plan.mistakes == ()
    number = next(q for q in back.questions() if q.name == "alter")
    assert (number.low, number.high, number.decimals) == (0, 120, 0)  # type: ignore[union-attr]
    multiple = next(q for q in back.questions() if q.name == "Q1")
    assert [o.exclusive for o in multiple.options] == [False, True]  # type: ignore[union-attr]
    assert multiple.least == 1  # type: ignore[union-attr]
    assert back.pages[1].show_if == 'Q1_park == "Y" and note_licht == "gut"'


def test_a_file_that_was_changed_there_is_believed() -> None:
    definition = make_survey([question("short_text", "a", text="Wie hieß er?")])
    data, _ = write_survey(definition)
    changed = data.replace(b"<question><![CDATA[Wie hie\xc3\x9f er?", b"<question><![CDATA[Wer?")
    (asked,) = read_file(changed).definition.questions()
    assert asked.text == Text.of({"de": "Wer?"})


def test_a_survey_without_questions_goes_out_too() -> None:
    blank = make_survey([])
    for write in (write_survey, write_form):
        data, report = write(blank)
        assert len(data) > 500
        assert report.entries == ()


def test_the_report_says_what_limesurvey_cannot_show() -> None:
    definition = make_survey([question("place", "ort", shape="line"), question("yes_no", "ja")])
    _, report = write_survey(definition)
    assert [entry.outcome for entry in report.entries] == [Outcome.APPROXIMATED, Outcome.TAKEN]
    assert "Linien und Flächen" in str(report.entries[0].notes[0])


@pytest.mark.skipif(not DATA.exists(), reason="the sample surveys are not here")
def test_the_survey_in_five_languages_goes_there_and_back() -> None:
    path = DATA / "ls6_multilingual_de_fr_en_it_db498.lss"
    definition = read_file(path.read_bytes()).definition
    data, _ = write_survey(definition)
    assert dumps(read_file(data).definition) == dumps(definition)
    again = without_companion(definition)
    assert again.languages == definition.languages
    for one, other in zip(again.questions(), definition.questions(), strict=True):
        assert one.show_if == other.show_if
        for language in definition.languages:
            assert one.text.say(language, "en") == other.text.say(language, "en")
            assert one.help.say(language, "en") == other.help.say(language, "en")


FILLED_BY_LIMESURVEY = {
    "answer_l10ns": {"id"},
    "group_l10ns": {"id", "sid", "group_order", "randomization_group", "grelevance"},
    "question_l10ns": {"id"},
    "questions": {"question_theme_name"},
    "subquestions": {"question_theme_name"},
}
"""Columns that it numbers itself, or has a value of its own for. It has one for every setting."""

SETTINGS = {"surveys", "surveys_languagesettings"}


@pytest.mark.parametrize(
    "name",
    ["ls6_multilingual_de_fr_en_it_db498.lss", "ls_core-testing_colors_db606_quota.lss"],
)
def test_every_table_has_the_columns_that_limesurvey_writes_itself(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the sample surveys are not here")
    document = dump(make_survey(every_kind()))
    ask = next(asked for asked in document["pages"][0]["questions"] if asked["kind"] == "yes_no")
    members = [{"key": ask["key"], "code": 1}]
    document["quotas"] = [{"name": "Ja", "limit": 5, "members": members, "text": "Voll"}]
    ours, theirs = fields(write_survey(load(document))[0]), fields(path.read_bytes())
    assert {"surveys", "groups", "questions", "subquestions", "answers", "quota"} <= set(ours)
    for table, columns in ours.items():
        if table in theirs and table not in SETTINGS:
            assert theirs[table] - columns <= FILLED_BY_LIMESURVEY.get(table, set()), table
            assert columns <= theirs[table], table
    assert set(ours) <= set(theirs) | {"quota", "quota_members", "quota_languagesettings"}


def fields(data: bytes) -> dict[str, set[str]]:
    tables = re.findall(rb"<(\w+)>\s*<fields>(.*?)</fields>", data, re.DOTALL)
    return {
        name.decode(): {one.decode() for one in re.findall(rb"<fieldname>(\w+)</fieldname>", found)}
        for name, found in tables
    }


def test_every_row_of_a_question_is_in_its_group() -> None:
    """LimeSurvey leaves out rows without one, and says nothing."""
    tables = read_tables(write_survey(make_survey(every_kind()))[0])
    groups = {row["qid"]: row["gid"] for row in tables["questions"]}
    assert tables["subquestions"]
    for row in tables["subquestions"]:
        assert row["gid"] == groups[row["parent_qid"]] != ""
        assert row["mandatory"] == "N"


def test_a_form_names_every_question() -> None:
    definition = make_survey([question("short_text", "stumm", text="")])
    sheets = read_xlsx(read_archive(write_form(definition)[0]))
    head, line = sheets["survey"][0], sheets["survey"][2]
    assert line[head.index("label::Deutsch (de)")] == "stumm"

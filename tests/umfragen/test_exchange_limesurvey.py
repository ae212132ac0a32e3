"""Surveys come over from LimeSurvey with their questions, conditions, languages and answers."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.umfragen.limesurvey_files import DATA, archive, attribute, document, survey
from tests.umfragen.ready import key
from umfragen.checks import check_survey
from umfragen.definition import Definition, Required
from umfragen.definition.questions import (
    AnyQuestion,
    Computed,
    Matrix,
    Multiple,
    NumberList,
    Single,
)
from umfragen.engine import (
    Plan,
    Sheet,
    fill,
    find_faults,
    first_page,
    make_plan,
    make_row,
    next_page,
    previous_page,
)
from umfragen.exchange.archives import read_archive
from umfragen.exchange.files import read_answers, read_file
from umfragen.exchange.fitting import Imported
from umfragen.exchange.markup import parse_xml
from umfragen.exchange.report import Outcome, Refused

FILES = sorted([*DATA.glob("*.lss"), *DATA.glob("*.lsa")])
MULTILINGUAL = DATA / "ls6_multilingual_de_fr_en_it_db498.lss"


def named(imported: Imported | Definition, name: str) -> AnyQuestion:
    definition = imported.definition if isinstance(imported, Imported) else imported
    return next(question for question in definition.questions() if question.name == name)


def plan_of(imported: Imported) -> Plan:
    plan = make_plan(imported.definition)
    assert plan.mistakes == ()
    return plan


def filled(plan: Plan, **answers: object) -> Sheet:
    return fill(plan, {key(plan, name): value for name, value in answers.items()})  # type: ignore[misc]


def is_shown(sheet: Sheet, name: str) -> bool:
    return any(q.name == name and k in sheet.shown for k, q in sheet.plan.questions.items())


# Real files


def questions_in(path: Path) -> int:
    """How many questions a file has, counted apart from the import."""
    data = path.read_bytes()
    if path.suffix == ".lsa":
        data = next(d for name, d in read_archive(data).items() if name.endswith(".lss"))
    table = parse_xml(data).find("questions")
    rows = table.find("rows") if table else None
    return len({qid.text for row in (rows.children if rows else ()) for qid in row.all("qid")})


@pytest.mark.skipif(not FILES, reason="the sample surveys are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_real_survey_comes_over_one_to_one(path: Path) -> None:
    imported = read_file(path.read_bytes())
    report = imported.report
    assert len(report.entries) == questions_in(path)
    assert report.share >= 0.95, [(e.what, [*map(str, e.notes)]) for e in report.noted]
    errors = [str(found) for found in check_survey(imported.definition) if found.is_error]
    assert [error for error in errors if "keinen Text" not in error] == []
    assert plan_of(imported)


@pytest.mark.skipif(not MULTILINGUAL.exists(), reason="the sample surveys are not here")
def test_the_survey_in_five_languages_can_be_answered_to_its_end() -> None:
    imported = read_file(MULTILINGUAL.read_bytes())
    plan = plan_of(imported)
    assert imported.definition.languages == ("en", "fr", "de-informal", "he", "it")
    assert named(imported, "N").text.say("de-informal") == "Numerische Eingabe"
    answers: dict[int, object] = {
        key(plan, "S"): "kurz",
        key(plan, "N"): 3,
        key(plan, "QC"): 1,
        key(plan, "QCS1_SH101"): (1,),
        key(plan, "AF_SQ01"): (1, 2),
        key(plan, "moe_SQ01"): (5,),
        key(plan, "K_SQ001"): (1,),
        key(plan, "R1_1"): (1, 2),
    }
    page = first_page(fill(plan, {}, language="it"))
    seen = []
    while page is not None:
        sheet = fill(plan, answers, language="it")  # type: ignore[arg-type]
        seen.append(page)
        for fault in find_faults(sheet, page):
            question = plan.questions[plan.items[fault.item].question]
            assert question.required is Required.YES, (question.name, str(fault))
            answers[question.key] = 1
        assert previous_page(sheet, page) == (seen[-2] if len(seen) > 1 else None)
        page = next_page(sheet, page)
    sheet = fill(plan, answers, language="it")  # type: ignore[arg-type]
    assert len(seen) == len(imported.definition.pages) == 7
    assert list(find_faults(sheet)) == []
    assert is_shown(sheet, "QCYes")
    assert not is_shown(sheet, "QCNo")
    assert is_shown(sheet, "QCS3")
    filtered = named(imported, "FAF")
    assert isinstance(filtered, Matrix)
    assert [row.name for row in filtered.rows if row.key in sheet.shown] == ["SQ01", "SQ02"]
    assert make_row(sheet)[str(key(plan, "QCS1_SH101"))] == [1]


@pytest.mark.skipif(not FILES, reason="the sample surveys are not here")
def test_answers_of_a_real_archive_come_over_as_codes() -> None:
    data = (DATA / "ls_core-testing_colors_db606.lsa").read_bytes()
    plan = plan_of(read_file(data))
    first, second = read_answers(data)
    assert first.answers == {
        str(key(plan, "Q00_SQ009")): [9, 11],
        str(key(plan, "G01Q02")): "I am a fan of heavy metal music",
        str(key(plan, "G02Q04")): 1,
    }
    assert second.language == "en"
    assert (second.complete, second.day, second.lost) == (True, None, 0)


# What a file says, in either generation


def test_older_files_say_everything_once_per_language() -> None:
    rows = [
        {"qid": "5", "gid": "2", "type": "L", "title": "weg", "language": language,
         "question": text, "mandatory": "Y", "parent_qid": "0"}
        for language, text in (("de", "Wie kommen Sie?"), ("en", "How do you come?"))
    ]  # fmt: skip
    answers = [
        {"qid": "5", "code": "A1", "answer": answer, "language": language, "sortorder": "1"}
        for language, answer in (("de", "Rad"), ("en", "Bike"))
    ]
    data = document(
        {
            "groups": [{"gid": "2", "group_name": "Weg", "language": "de"}],
            "questions": rows,
            "answers": answers,
            "surveys": [{"language": "de", "additional_languages": "en"}],
        },
        version=177,
    )
    question = named(read_file(data), "weg")
    assert isinstance(question, Single)
    assert question.required is Required.YES
    assert dict(question.text) == {"de": "Wie kommen Sie?", "en": "How do you come?"}
    assert dict(question.options[0].text) == {"de": "Rad", "en": "Bike"}


def condition(cqid: str, column: str, method: str, value: str, scenario: str) -> dict[str, str]:
    return {
        "qid": "3", "cqid": cqid, "cfieldname": column, "method": method, "value": value,
        "scenario": scenario,
    }  # fmt: skip


def test_conditions_of_old_files_become_logic() -> None:
    ticks = [
        {"qid": "11", "parent_qid": "1", "title": "bus"},
        {"qid": "12", "parent_qid": "1", "title": "rad"},
    ]
    conditions = [
        condition("1", "7X1X1", "==", "bus", "1"),
        condition("1", "+7X1X1rad", "==", "Y", "1"),
        condition("2", "7X1X2", ">=", "3", "1"),
        condition("2", "7X1X2", "==", " ", "2"),
    ]
    data = survey(
        {"type": "M", "title": "weg"},
        {"type": "N", "title": "tage"},
        {"type": "T", "title": "mehr", "relevance": ""},
        subquestions=ticks,
        conditions=conditions,
    )
    plan = plan_of(read_file(data))
    assert is_shown(filled(plan, weg_bus=(2,), tage=4), "mehr")
    assert not is_shown(filled(plan, weg_bus=(2,), tage=2), "mehr")
    assert not is_shown(filled(plan, tage=4), "mehr")
    assert is_shown(filled(plan), "mehr")


def test_names_by_numbers_and_by_codes_mean_the_same() -> None:
    data = survey(
        {"type": "Y", "title": "ja"},
        {"type": "X", "title": "a", "relevance": '7X1X1.NAOK == "Y"'},
        {"type": "X", "title": "b", "relevance": 'INSERTANS:7X1X1 == "N"'},
        {"type": "X", "title": "c", "text": "Sie sagten {INSERTANS:7X1X1}, kurz {ja}."},
    )
    imported = read_file(data)
    assert [named(imported, name).show_if for name in "ab"] == ['ja.NAOK == "Y"', 'ja == "N"']
    assert named(imported, "c").text.say("de") == "Sie sagten {ja.shown}, kurz {ja}."


def test_what_cannot_be_worked_out_is_told_and_never_hides_a_question() -> None:
    data = survey(
        {"type": "T", "title": "a", "relevance": "rand(1, 2) == 1"},
        {"type": "T", "title": "b", "relevance": "TOKEN:A == 1", "text": "Guten Tag {TOKEN:A}!"},
        {"type": "?", "title": "c"},
    )
    imported = read_file(data)
    outcomes = {entry.what: entry.outcome for entry in imported.report.entries}
    assert outcomes == {
        "a": Outcome.APPROXIMATED, "b": Outcome.APPROXIMATED, "c": Outcome.DROPPED,
    }  # fmt: skip
    assert named(imported, "a").show_if == ""
    assert named(imported, "b").text.say("de") == "Guten Tag !"
    notes = [str(note) for entry in imported.report.noted for note in entry.notes]
    assert "Die Funktion rand gibt es hier nicht." in notes


def test_html_becomes_our_own_formatting_without_scripts() -> None:
    text = (
        '<p onclick="x()">Was ist <b>wichtig</b>?</p><script>if (a) { b }</script>'
        '<ul><li>eins</li><li><a href="javascript:x">zwei</a> *</li></ul><img src=x onerror=y>'
    )
    question = named(read_file(survey({"type": "T", "title": "q", "text": text})), "q")
    assert question.text.say("de") == "Was ist **wichtig**?\n\n- eins\n- zwei \\*"


def test_bounds_and_checks_are_kept() -> None:
    rows = [
        {"qid": "21", "parent_qid": "1", "title": "spiel"},
        {"qid": "22", "parent_qid": "1", "title": "gruen"},
    ]
    data = survey(
        {"type": "K", "title": "geld"},
        {"type": "S", "title": "plz", "preg": "/^[0-9]{5}$/"},
        subquestions=rows,
        question_attributes=[
            attribute("1", "equals_num_value", "100"),
            attribute("1", "min_num_value_n", "0"),
            attribute("2", "em_validation_q", 'plz != "00000"'),
        ],
    )
    imported = read_file(data)
    budget = named(imported, "geld")
    assert isinstance(budget, NumberList)
    assert (budget.total, budget.low) == (100, 0)
    plan = plan_of(imported)
    postcode = key(plan, "plz")
    failed = [fill(plan, {postcode: text}).failed for text in ("53111", "5311", "00000")]
    assert [postcode in found for found in failed] == [False, True, True]


def test_exclusive_options_and_limits_of_picks_are_kept() -> None:
    parts = [{"qid": str(at), "parent_qid": "1", "title": f"A{at}"} for at in (31, 32, 33)]
    data = survey(
        {"type": "M", "title": "m", "other": "Y"},
        subquestions=parts,
        question_attributes=[
            attribute("1", "exclude_all_others", "A33"),
            attribute("1", "max_answers", "2"),
            attribute("1", "hidden", "0"),
        ],
    )
    question = named(read_file(data), "m")
    assert isinstance(question, Multiple)
    assert [option.exclusive for option in question.options] == [False, False, True]
    assert question.most == 2
    assert question.other


def test_an_equation_becomes_a_computed_value() -> None:
    data = survey(
        {"type": "N", "title": "a"},
        {"type": "*", "title": "summe", "text": "{a * 2}"},
        {"type": "*", "title": "satz", "text": "Summe: {a * 2} Euro"},
    )
    plan = plan_of(read_file(data))
    sheet = filled(plan, a=4)
    assert sheet.answers[key(plan, "summe")] == 8
    assert sheet.answers[key(plan, "satz")] == "Summe: 8 Euro"
    assert isinstance(plan.questions[key(plan, "summe")], Computed)


# Answers


@pytest.mark.parametrize("newer", [False, True], ids=["by numbers", "by questions"])
def test_answers_of_both_kinds_of_tables_are_read(newer: bool) -> None:
    parts = [
        {"qid": "11", "parent_qid": "1", "title": "SQ1"},
        {"qid": "12", "parent_qid": "1", "title": "SQ2"},
        {"qid": "31", "parent_qid": "3", "title": "R1"},
    ]
    answers = [
        {"qid": "2", "aid": "1", "code": "A1", "sortorder": "1", "scale_id": "0"},
        {"qid": "3", "aid": "2", "code": "X", "sortorder": "1", "scale_id": "0"},
        {"qid": "3", "aid": "3", "code": "Y", "sortorder": "1", "scale_id": "1"},
        {"qid": "4", "aid": "4", "code": "a", "sortorder": "1", "scale_id": "0"},
        {"qid": "4", "aid": "5", "code": "b", "sortorder": "2", "scale_id": "0"},
    ]
    structure = survey(
        {"type": "M", "title": "m", "other": "Y"},
        {"type": "L", "title": "l", "other": "Y"},
        {"type": "1", "title": "d"},
        {"type": "R", "title": "r"},
        {"type": "N", "title": "n"},
        {"type": "T", "title": "t", "relevance": "n > 5"},
        subquestions=parts,
        answers=answers,
        answer_l10ns=[
            {"aid": row["aid"], "language": "de", "answer": row["code"]} for row in answers
        ],
    )
    columns = {
        "_7X1X1SQ2": "_Q1_S12", "_7X1X1other": "_Q1_Cother", "_7X1X2": "_Q2",
        "_7X1X2other": "_Q2_Cother", "_7X1X3R1_0": "_Q3_S31_0", "_7X1X3R1_1": "_Q3_S31_1",
        "_7X1X41": "_Q4_R1", "_7X1X42": "_Q4_R2", "_7X1X5": "_Q5", "_7X1X6": "_Q6",
    }  # fmt: skip
    values = ["Y", "Schaukel", "-oth-", "Kran", "X", "Y", "b", "a", "4.0000", "nie gezeigt"]
    row = dict(zip(columns.values() if newer else columns, values, strict=True))
    row |= {"submitdate": "2024-03-05 10:11:12", "startlanguage": "de", "ipaddr": "10.0.0.1"}
    data = archive(structure, [row])
    plan = plan_of(read_file(data))
    (found,) = read_answers(data)
    m, l = plan.questions[key(plan, "m")], plan.questions[key(plan, "l")]  # noqa: E741 - its name
    assert isinstance(m, Multiple)
    assert isinstance(l, Single)
    assert m.other
    assert l.other
    assert found.answers == {
        str(m.key): [2, 251], str(m.other.key): "Schaukel", str(l.key): 251,
        str(l.other.key): "Kran", str(key(plan, "d_R1")): 1, str(key(plan, "d_2_R1")): 1,
        str(key(plan, "r")): [2, 1], str(key(plan, "n")): 4,
    }  # fmt: skip
    assert str(found.day) == "2024-03-05"
    assert found.lost == 1


# What nobody should send


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><document>&b;</document>'
    with pytest.raises(Refused, match="DOCTYPE"):
        read_file(bomb)


def test_an_archive_that_unpacks_too_far_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("survey_1.lss", bytes(70_000_000))
    with pytest.raises(Refused, match="zu groß"):
        read_file(packed.getvalue())


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 50, b"<a/>", b"<document/>", b"PK\x03\x04abc", b"{", b"<document>"]
)
def test_other_files_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Refused, match=r"^[A-ZÄÖÜ].*\.$"):
        read_file(data)


def test_values_of_a_file_are_repeated_short_and_on_one_line() -> None:
    title = "<script>alert(1)</script>\n" * 50
    imported = read_file(survey({"type": "?", "title": title}, {"type": "T", "title": "a"}))
    entry = imported.report.entries[0]
    assert len(entry.what) <= 80
    assert "\n" not in entry.what


ODD = st.sampled_from(
    ["", "0", "-1", "99999999999999999999", "Y", "{", "{a}", "a == ", "<b>", "\u202e", "A" * 3_000]
)
KINDS = st.sampled_from(list("L!OMPABCEFH1:;KQNSTUDRX*|YG5I?"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nonsense_in_any_column_never_breaks_the_import(data: st.DataObject) -> None:
    questions = [
        {"type": data.draw(KINDS), "title": data.draw(ODD), "relevance": data.draw(ODD),
         "preg": data.draw(ODD), "text": data.draw(ODD), "other": data.draw(ODD)}
        for _ in range(data.draw(st.integers(1, 3)))
    ]  # fmt: skip
    parts = [
        {"qid": str(50 + at), "parent_qid": "1", "title": data.draw(ODD), "scale_id": str(at % 2)}
        for at in range(data.draw(st.integers(0, 3)))
    ]
    names = ["min_answers", "max_num_value_n", "equation", "array_filter", "date_min"]
    names += ["equals_num_value", "em_validation_sq"]
    made = survey(
        *questions,
        subquestions=parts,
        answers=[
            {"qid": "1", "code": data.draw(ODD), "scale_id": data.draw(st.sampled_from("01"))}
        ],
        question_attributes=[attribute("1", name, data.draw(ODD)) for name in names],
    )
    made = re.sub(rb"[\x00-\x08]", b"", made)
    cut = data.draw(st.integers(0, 20))
    try:
        imported = read_file(made[: len(made) - cut] if cut > 15 else made)
    except Refused:
        return
    assert len(imported.report.entries) == len(questions)
    assert make_plan(imported.definition).mistakes == ()

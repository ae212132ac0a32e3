"""What an XLSForm repeats comes as numbered pages; what it looks up comes written out."""

from typing import Any

import pytest

from tests.umfragen.limesurvey_files import DATA
from tests.umfragen.ready import key
from tests.umfragen.test_exchange_xlsform import named, plan_of, workbook
from umfragen.definition.questions import Number
from umfragen.engine import Plan, fill
from umfragen.exchange.files import read_file
from umfragen.exchange.fitting import Imported
from umfragen.exchange.report import Outcome, Refused

HEAD = ["type", "name", "label::Deutsch (de)", "label::English (en)", "relevant", "constraint",
        "repeat_count", "calculation", "appearance"]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::Deutsch (de)", "label::English (en)", "preis"],
    ["stufe", "klein", "Klein", "Small", "10"],
    ["stufe", "gross", "Groß", "Big", "20"],
]


def sample(name: str) -> Imported:
    path = DATA / name
    if not path.exists():
        pytest.skip("the sample surveys are not here")
    return read_file(path.read_bytes())


def form(*lines: list[str], **settings: str) -> Imported:
    return read_file(workbook([HEAD, *lines], CHOICES, **settings))


def found(column: str) -> str:
    return f"instance('stufe')/{'root'}/item[name = ${{stufe}}]/{column}"


def titles(imported: Imported, shown: frozenset[int]) -> list[str]:
    pages = imported.definition.pages
    return [page.title.say("en") for page in pages if page.key in shown]


def shown_names(imported: Imported, plan: Plan, given: dict[str, Any]) -> set[str]:
    sheet = fill(plan, {key(plan, name): value for name, value in given.items()})
    return {q.name for q in imported.definition.questions() if q.key in sheet.shown}


def test_as_many_persons_are_asked_as_there_are_and_each_by_her_own_answers() -> None:
    imported = sample("xlsform_pyxform_tutorial.xls")
    plan = plan_of(imported)
    assert "age_in_years" not in shown_names(imported, plan, {})
    female, yes, no = 2, 1, 2
    first = {"member_count": 2, "older_than_five": no, "sex": female}
    second = {"older_than_five_2": yes, "sex_2": female, "age_in_years_2": 30}
    found = shown_names(imported, plan, {**first, **second})
    assert {"age_in_months", "age_in_years_2", "pregnant_2", "literate_2"} <= found
    assert not found & {"age_in_years", "pregnant", "age_in_months_2", "name_3"}
    younger = {**first, **second, "age_in_years_2": 12}
    assert "pregnant_2" not in shown_names(imported, plan, younger)
    young, old = named(imported, "age_in_months_2"), named(imported, "age_in_years_2")
    assert (young.high, old.low) == (72, 5)  # type: ignore[union-attr]


def test_a_household_is_asked_in_both_languages_with_its_districts_and_class() -> None:
    imported = sample("xlsform_getodk_socio_economic.xlsx")
    plan = plan_of(imported)
    income = key(plan, "householdIncome")
    sheet = fill(plan, {income: 4}, language="fr")
    assert sheet.answers[key(plan, "SEClass")] == "Middle"
    told = named(imported, "SEClass_text").text
    assert '"Milieu"' in told.say("fr")
    assert '"Middle"' in told.say("en")
    assert "se_list" not in shown_names(imported, plan, {})
    assert "internetType" in shown_names(imported, plan, {"internetHH": 1})
    assert "internetType" not in shown_names(imported, plan, {"internetHH": 2})
    given = {"familyMembers_count": 2, "healthVisit": 1, "healthVisit_2": 2}
    found = shown_names(imported, plan, given)
    assert {"healthFacility", "reasonForNoHealthVisit_2", "diseases_2"} <= found
    assert not found & {"reasonForNoHealthVisit", "healthFacility_2", "diseases_3"}
    count = named(imported, "familyMembers_count")
    assert isinstance(count, Number)
    assert (count.low, count.high, count.required.value) == (0, 10, "yes")
    assert count.text.say("fr") == "Membres du foyer: Combien ? 10 au plus."
    assert named(imported, "diseases_2").most == 3  # type: ignore[union-attr]


def test_a_year_and_a_month_are_asked_as_such() -> None:
    imported = sample("xlsform_getodk_all_question_types.xlsx")
    plan = plan_of(imported)
    assert named(imported, "date_year").KIND == "number"
    month = key(plan, "date_month_year")
    assert fill(plan, {month: "2026-05"}).failed == frozenset()
    dropped = [entry.what for entry in imported.report.entries if entry.outcome is Outcome.DROPPED]
    assert dropped == ["map"]


def test_a_number_in_the_form_says_how_often() -> None:
    imported = form(
        ["begin repeat", "kind", "Kind", "Child", "", "", "3"],
        ["text", "name", "Name", "Name"],
        ["note", "n", "Kind Nummer", "Number", "position(..) > 2"],
        ["end repeat"],
    )
    plan = plan_of(imported)
    assert [q.name for q in imported.definition.questions()] == [
        "name", "n", "name_2", "n_2", "name_3", "n_3",
    ]  # fmt: skip
    sheet = fill(plan, {})
    assert titles(imported, sheet.shown) == ["Child 1", "Child 2", "Child 3"]
    assert shown_names(imported, plan, {}) == {"name", "name_2", "name_3", "n_3"}
    assert len(imported.report.entries) == 2
    assert imported.report.share == 1


def test_an_earlier_answer_says_how_often_and_sums_take_all() -> None:
    imported = form(
        ["integer", "kinder", "Wie viele?", "How many?"],
        ["begin repeat", "kind", "Kind", "Child", "${kinder} < 9", "", "${kinder}"],
        ["integer", "alter", "Alter", "Age"],
        ["end repeat"],
        ["calculate", "summe", "", "", "", "", "", "sum(${alter})"],
        ["note", "dank", "Zusammen {x} ${summe}", "Together ${summe}", "max(${alter}) > 10"],
        ["text", "nein", "?", "?", "${alter} = 3"],
    )
    plan = plan_of(imported)
    given = {"kinder": 2, "alter": 4, "alter_2": 12}
    sheet = fill(plan, {key(plan, name): value for name, value in given.items()})
    assert sheet.answers[key(plan, "summe")] == 16
    assert {"alter", "alter_2", "dank"} <= shown_names(imported, plan, given)
    assert "alter_3" not in shown_names(imported, plan, given)
    assert "alter" not in shown_names(imported, plan, {"kinder": 9})
    assert [e.what for e in imported.report.entries if e.outcome is not Outcome.TAKEN] == ["nein"]


def test_repeats_in_repeats_are_counted_each() -> None:
    imported = form(
        ["begin repeat", "haus", "Haus", "House", "", "", "2"],
        ["begin repeat", "tier", "Tier", "Animal"],
        ["text", "art", "Art", "Kind"],
        ["end repeat"],
        ["note", "dank", "Danke", "Thanks", "count(${tier}) > 1"],
        ["end repeat"],
    )
    plan = plan_of(imported)
    found = shown_names(imported, plan, {"tier_count": 1, "tier_count_2": 2})
    assert found == {"tier_count", "art", "tier_count_2", "art_2_1", "art_2_2", "dank_2"}


def test_a_form_that_repeats_without_end_is_refused() -> None:
    lines = [["begin repeat", f"r{at}", "R", "R", "", "", "999999"] for at in range(20)]
    with pytest.raises(Refused, match="Wiederholungen"):
        form(*lines, ["text", "a", "A", "A"])
    cut = form(lines[0], ["text", "a", "A", "A"])
    assert len(list(cut.definition.questions())) == 50
    assert cut.report.count(Outcome.APPROXIMATED) == 1


def test_words_of_a_list_are_found_in_the_language_of_the_person() -> None:
    imported = form(
        ["select_one stufe", "stufe", "Stufe?", "Step?"],
        ["text", "wort", "Ihre Stufe", "Your step", "", "", "",
         f"jr:itext({found('itextId')})"],
        ["calculate", "preis", "", "", "", "", "",
         found("preis")],
        default_language="de",
    )  # fmt: skip
    plan = plan_of(imported)
    sheet = fill(plan, {key(plan, "stufe"): 2}, language="en")
    assert sheet.answers[key(plan, "wort")] == "Groß"
    assert sheet.answers[key(plan, "preis")] in {20, "20"}
    assert '"Big"' in named(imported, "wort_text").text.say("en")
    assert imported.report.share == 1


def test_marks_of_device_and_time_are_left_out_for_privacy() -> None:
    imported = form(["start", "start"], ["deviceid", "geraet"], ["text", "a", "A", "A"])
    told = [str(note.message) % note.params for note in imported.report.general]
    assert [line for line in told if "Schutz" in line] == [
        f"Zum Schutz der Antwortenden entfallen Angaben über Gerät, Ort und Zeit ({name})."
        for name in ("start", "deviceid")
    ]

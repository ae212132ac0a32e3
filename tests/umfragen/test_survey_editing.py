"""What an editor can do to a survey, and what it is protected from."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kern.i18n import say
from tests.umfragen.surveys import every_kind, keys_by_name, make_survey, option, question, rows
from umfragen.definition import (
    Definition,
    DefinitionRefused,
    Text,
    check_structure,
    dump,
    keys_of,
    load,
    next_key,
)
from umfragen.definition.questions import KINDS, AnyQuestion, Multiple, Ranking, Single
from umfragen.editing.draft import Draft, restored
from umfragen.editing.pages import (
    add_page,
    change_frame,
    change_page,
    copy_page,
    move_page,
    remove_page,
)
from umfragen.editing.parts import (
    add_part,
    fields_with_parts,
    move_part,
    number_of_part,
    parts_in,
    paste_parts,
    read_lines,
    remove_part,
    retire_part,
)
from umfragen.editing.questions import (
    add_question,
    change_kind,
    change_question,
    copy_question,
    move_question,
    remove_question,
    set_other,
    set_remark,
    step_question,
)
from umfragen.editing.wording import (
    add_language,
    remove_language,
    set_default_language,
    set_texts,
    words_in,
)
from umfragen.engine import make_plan
from umfragen.versions import find_changes, may_replace

DE = "de"


def german(words: str) -> Text:
    return Text.of({DE: words})


def draft_of(*questions: dict[str, object]) -> Draft:
    return Draft(make_survey(list(questions) or every_kind()))


def key_of(draft: Draft, name: str) -> int:
    return keys_by_name(draft.definition)[name]


def texts_of(draft: Draft, name: str) -> list[str]:
    asked = draft.question(key_of(draft, name))
    return [part.text.say(DE) for part in parts_in(asked, "options")]


def refusal(act: Callable[[], object]) -> list[tuple[object, str]]:
    with pytest.raises(DefinitionRefused) as refused:
        act()
    return [(finding.path, say(finding)) for finding in refused.value.findings]


# Questions


def test_a_new_question_of_any_kind_is_a_valid_draft() -> None:
    draft = draft_of(question("yes_no", "eins"))
    page = draft.definition.pages[0].key
    for kind in KINDS:
        draft, key = add_question(draft, page, kind, german("Wie geht es?"), to=0)
        assert draft.question_place(key) == (0, 0)
    assert len(list(draft.definition.questions())) == len(KINDS) + 1
    assert len(set(keys_of(draft.definition))) == len(list(keys_of(draft.definition)))


def test_a_copy_stands_behind_and_shares_no_key() -> None:
    draft = draft_of()
    copied, key = copy_question(draft, key_of(draft, "weg"))
    names = [asked.name for asked in copied.definition.questions()]
    assert names[:3] == ["weg", f"F{key}", "wo"]
    assert copied.question(key).text == draft.question(key_of(draft, "weg")).text
    assert len(set(keys_of(copied.definition))) == len(list(keys_of(copied.definition)))


def test_a_question_moves_over_the_edge_of_its_page_and_not_beyond_the_survey() -> None:
    draft = Draft(make_survey([question("yes_no", "a"), question("yes_no", "b")], []))
    second = draft.definition.pages[1].key
    draft = step_question(draft, key_of(draft, "b"), 1)
    assert [asked.name for asked in draft.page(second).questions] == ["b"]
    assert "ganz unten" in refusal(lambda: step_question(draft, key_of(draft, "b"), 1))[0][1]
    draft = step_question(draft, key_of(draft, "b"), -1)
    assert [asked.name for asked in draft.definition.questions()] == ["a", "b"]


def test_a_new_name_reaches_the_conditions_of_others() -> None:
    draft = draft_of(question("yes_no", "hier"), question("yes_no", "b", show_if='hier == "Y"'))
    changed = change_question(draft, key_of(draft, "hier"), {"name": "da"})
    assert [asked.show_if for asked in changed.definition.questions()] == ["", 'da == "Y"']
    assert make_plan(changed.definition).mistakes == ()


def test_wrong_settings_are_told_at_their_field_and_change_nothing() -> None:
    draft = draft_of(question("number", "n", low=0))
    (found,) = refusal(lambda: change_question(draft, key_of(draft, "n"), {"high": -3}))
    assert found == (
        ("pages", 0, "questions", 0, "high"),
        "Der größte Wert ist nicht größer als der kleinste.",
    )
    (found,) = refusal(lambda: change_question(draft, key_of(draft, "n"), {"name": "1 ä"}))
    assert "Kürzel" in found[1]


def test_a_kind_changes_and_keeps_what_both_have() -> None:
    draft = draft_of(question("single", "q", options=[option(3, "x"), option(5, "y")], other={}))
    asked = change_kind(draft, key_of(draft, "q"), "multiple").question(key_of(draft, "q"))
    assert isinstance(asked, Multiple)
    assert [part.code for part in asked.options] == [3, 5]
    assert asked.other is not None
    choice = change_kind(draft_of(question("yes_no", "j", help="Bitte.")), 2, "single").question(2)
    assert isinstance(choice, Single)
    assert [part.text.say(DE) for part in choice.options] == ["Ja", "Nein"]
    assert choice.help.say(DE) == "Bitte."


def test_a_page_that_goes_leaves_its_questions_to_the_one_before() -> None:
    draft = Draft(make_survey([question("yes_no", "a")], [question("yes_no", "b")]))
    first, second = (page.key for page in draft.definition.pages)
    draft = remove_page(draft, second)
    assert [asked.name for asked in draft.page(first).questions] == ["a", "b"]
    assert "Eine Seite muss bleiben." in refusal(lambda: remove_page(draft, first))[0][1]


# Lists of options


PASTED = """
- Mit dem Rad
• Zu Fuß
3. Mit dem Bus
   Mit dem Bus
d) Keine Angabe

Andere:
"""


def test_a_pasted_list_becomes_options() -> None:
    page = 1
    draft, key = add_question(draft_of(question("yes_no", "a")), page, "multiple", german("Womit?"))
    asked = paste_parts(draft, key, "options", PASTED, DE).question(key)
    assert isinstance(asked, Multiple)
    assert [part.text.say(DE) for part in asked.options] == [
        "Mit dem Rad",
        "Zu Fuß",
        "Mit dem Bus",
        "Keine Angabe",
    ]
    assert [part.name for part in asked.options][:2] == ["mit_dem_rad", "zu_fuss"]
    assert asked.options[3].exclusive
    assert asked.options[3].stays
    assert asked.other is not None
    assert asked.other.text.say(DE) == "Andere"


def test_pasting_again_adds_only_what_is_new() -> None:
    draft = draft_of(question("single", "q", options=[option(1, "x")]))
    draft = paste_parts(draft, key_of(draft, "q"), "options", "antwort X\nNeu", DE)
    assert texts_of(draft, "q") == ["Antwort x", "Neu"]
    assert refusal(lambda: paste_parts(draft, key_of(draft, "q"), "options", " \n", DE))


@given(st.text(max_size=300))
def test_whatever_is_pasted_gives_clean_lines(pasted: str) -> None:
    lines = read_lines(pasted).lines
    assert len({line.casefold() for line in lines}) == len(lines)
    assert all(line.strip() == line and line for line in lines)


def test_the_last_option_stays_and_too_many_are_refused() -> None:
    draft = draft_of(question("single", "q", options=[option(250, "x")]))
    key = key_of(draft, "q")
    assert (
        "Eine Antwort muss bleiben."
        in refusal(lambda: remove_part(draft, key, "options", 250))[0][1]
    )
    assert "250" in refusal(lambda: add_part(draft, key, "options"))[0][1]


def test_an_option_a_quota_counts_does_not_vanish() -> None:
    survey = make_survey([question("single", "q", options=[option(1, "x"), option(2, "y")])])
    members = [{"key": keys_by_name(survey)["q"], "code": 2}]
    quota = {"name": "Y", "limit": 5, "members": members}
    draft = Draft(load({**dump(survey), "quotas": [quota]}))
    key = key_of(draft, "q")
    assert "Die Quote „Y“" in refusal(lambda: remove_part(draft, key, "options", 2))[0][1]
    assert "Die Quote „Y“" in refusal(lambda: remove_question(draft, key))[0][1]


# Once people have answered


def published_draft() -> Draft:
    survey = make_survey(every_kind())
    return Draft(survey, published=survey)


def test_what_has_answers_is_retired_and_its_code_never_comes_back() -> None:
    draft = published_draft()
    key = key_of(draft, "weg")
    draft = remove_part(draft, key, "options", 3)
    asked = draft.question(key)
    assert isinstance(asked, Single)
    assert [(part.code, part.retired) for part in asked.options] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    draft = add_part(draft, key, "options", german("Neu"))
    assert number_of_part(parts_in(draft.question(key), "options")[-1]) == 4
    draft = remove_question(draft, key)
    assert draft.question(key).retired


def test_what_was_never_published_is_taken_out_again() -> None:
    draft, key = add_question(published_draft(), 1, "yes_no", german("Neu?"))
    gone = remove_question(draft, key)
    assert all(asked.key != key for asked in gone.definition.questions())
    assert gone.definition.last_key >= key


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda draft: change_kind(draft, key_of(draft, "weg"), "multiple"), "Art der Frage"),
        (
            lambda draft: change_question(draft, key_of(draft, "note"), {"high": 7}),
            "Verschiedenes bedeuten",
        ),
        (
            lambda draft: change_question(
                draft, key_of(draft, "einverstanden"), {"text": "Ich stimme allem zu."}
            ),
            "noch niemand zugestimmt",
        ),
        (lambda draft: set_other(draft, key_of(draft, "weg"), on=False), "stattdessen|fehlt"),
    ],
)
def test_what_would_mix_answers_is_refused_at_the_question(
    act: Callable[[Draft], Draft], sentence: str
) -> None:
    draft = published_draft()
    found = refusal(lambda: act(draft))
    assert any(part in said for part in sentence.split("|") for _, said in found)
    assert all(path[:1] == ("pages",) for path, _ in found)  # type: ignore[index]


# Languages


def test_numbers_need_no_translation_and_words_do() -> None:
    assert words_in(Text(), DE, "1 – 5") == Text.of("1 – 5")
    assert words_in(german("Ja"), "en", "Yes") == Text.of({DE: "Ja", "en": "Yes"})
    assert words_in(Text.of("1"), DE, "Eins") == german("Eins")


def test_a_table_of_translations_is_saved_as_a_whole_or_not_at_all() -> None:
    draft = add_language(draft_of(question("yes_no", "a")), "en")
    path = ("pages", 0, "questions", 0, "text")
    draft = set_texts(draft, "en", {("title",): "Survey", path: "Here?"})
    assert draft.definition.title.say("en") == "Survey"
    assert (
        draft.question(2).text == Text.of({"": "Frage a?", "en": "Here?"})
        or draft.question(2).text.say("en") == "Here?"
    )
    too_long = {("title",): "x" * 301, path: "Where?"}
    assert refusal(lambda: set_texts(draft, "en", too_long))[0][0] == ("title",)
    assert draft.question(2).text.say("en") == "Here?"
    assert refusal(lambda: set_texts(draft, "en", {("pages", 9, "title"): "x"}))
    assert refusal(lambda: add_language(draft, "en"))
    assert set_default_language(draft, "en").definition.languages == ("en", "de")
    assert remove_language(draft, "en").definition.languages == ("de",)


# Any sequence of acts


Act = Callable[[Draft], Draft]


@st.composite
def acts(draw: st.DrawFn, draft: Draft) -> Draft:
    """One random act on what is there; what is refused leaves the draft as it was."""
    page = draw(st.sampled_from(draft.definition.pages)).key
    questions = list(draft.definition.questions())
    asked = draw(st.sampled_from(questions)) if questions else None
    words = german(draw(st.sampled_from(["Wo?", "Ja oder nein?", "Ä ö – 5"])))
    at = draw(st.integers(0, 5))
    choices: list[Act] = [
        lambda d: add_question(d, page, draw(st.sampled_from(sorted(KINDS))), words, to=at)[0],
        lambda d: add_page(d, words, to=at)[0],
        lambda d: move_page(d, page, at),
        lambda d: copy_page(d, page)[0],
        lambda d: remove_page(d, page),
        lambda d: change_page(d, page, {"title": words, "show_if": "1 == 1"}),
        lambda d: change_frame(d, {"title": words}),
    ]
    if asked is not None:
        choices += _acts_on(draw, asked, page, at, words)
    act = draw(st.sampled_from(choices))
    try:
        return act(draft)
    except DefinitionRefused:
        return draft


def _acts_on(draw: st.DrawFn, asked: AnyQuestion, page: int, at: int, words: Text) -> list[Act]:
    key = asked.key
    found: list[Act] = [
        lambda d: copy_question(d, key)[0],
        lambda d: move_question(d, key, page, at),
        lambda d: remove_question(d, key),
        lambda d: step_question(d, key, draw(st.sampled_from([-1, 1]))),
        lambda d: change_kind(d, key, draw(st.sampled_from(sorted(KINDS)))),
        lambda d: change_question(d, key, {"name": f"q{at}", "required": "yes", "text": words}),
        lambda d: change_question(d, key, {"high": at, "least": at, "most": 1}),
        lambda d: set_other(d, key, on=bool(at % 2), text=words),
        lambda d: set_remark(d, key, on=bool(at % 2), text=words),
    ]
    for field in fields_with_parts(asked):
        number = number_of_part(draw(st.sampled_from(parts_in(asked, field))))
        found += _acts_on_parts(key, field, number, at, words)
    return found


def _acts_on_parts(key: int, field: str, number: int, at: int, words: Text) -> list[Act]:
    return [
        lambda d: paste_parts(d, key, field, "Rot\nBlau\nAndere", DE),
        lambda d: add_part(d, key, field, words),
        lambda d: remove_part(d, key, field, number),
        lambda d: retire_part(d, key, field, number),
        lambda d: move_part(d, key, field, number, at),
    ]


def errors(definition: Definition) -> list[str]:
    """Faults of structure but for texts that wait for the editor."""
    return [say(found) for found in check_structure(definition) if found.path[-1:] != ("text",)]


@given(st.data(), st.booleans())
@settings(max_examples=30, deadline=None)
def test_no_sequence_of_acts_breaks_a_survey_or_gives_a_key_twice(
    data: st.DataObject, is_published: bool
) -> None:
    survey = make_survey(every_kind(), [question("number_list", "z", rows=rows("a", "b"))])
    draft = Draft(survey, survey if is_published else None)
    history = [draft]
    for _ in range(data.draw(st.integers(1, 8))):
        draft = data.draw(acts(history[-1]))
        keys = list(keys_of(draft.definition))
        assert len(set(keys)) == len(keys)
        assert errors(draft.definition) == []
        assert load(dump(draft.definition)) == draft.definition
        assert draft.definition.last_key >= history[-1].definition.last_key
        history.append(draft)
    if is_published:
        assert may_replace(find_changes(survey, draft.definition), has_answers=True)
    undone = draft
    for earlier in reversed(history):
        undone = restored(undone, earlier.definition)
        assert replace(undone.definition, last_key=0) == replace(earlier.definition, last_key=0)
        assert next_key(undone.definition) == next_key(draft.definition)


def test_a_ranking_keeps_its_order_of_options() -> None:
    draft = draft_of(question("ranking", "r", options=[option(1, "a"), option(2, "b")]))
    draft = move_part(draft, key_of(draft, "r"), "options", 2, 0)
    asked = draft.question(key_of(draft, "r"))
    assert isinstance(asked, Ranking)
    assert [part.code for part in asked.options] == [2, 1]

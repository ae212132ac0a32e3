from kern.text import render
from tests.umfragen.ready import (
    NO,
    YES,
    key,
    pages,
    questions,
    ready,
    sentences,
    sheet_of,
    shown,
)
from tests.umfragen.surveys import Doc, every_kind, make_survey, option, options, question, rows
from umfragen.definition import OTHER_CODE
from umfragen.definition.questions import Matrix
from umfragen.engine import (
    Answers,
    Plan,
    Value,
    fill,
    fill_marks,
    find_faults,
    first_page,
    from_json,
    html,
    make_plan,
    make_row,
    next_page,
    ordered_options,
    ordered_questions,
    ordered_rows,
    plain,
    previous_page,
    progress,
    quotas_met,
    revealed,
    show_page,
    to_json,
    visible_pages,
    with_marks,
)


def routes() -> Plan:
    """Four pages: who cycles is asked where, who does not is asked why."""
    return ready(
        [question("yes_no", "rad")],
        {"questions": [question("short_text", "wo")], "show_if": 'rad == "Y"'},
        {"questions": [question("short_text", "warum", show_if='rad == "N"')]},
        [question("info", "ende", text="Danke {wo}{warum}!")],
    )


def test_a_page_or_question_is_shown_only_if_its_condition_holds() -> None:
    plan = routes()

    assert shown(sheet_of(plan)) == {"rad", "ende"}
    assert shown(sheet_of(plan, rad=YES)) == {"rad", "wo", "ende"}
    assert shown(sheet_of(plan, rad=NO)) == {"rad", "warum", "ende"}


def test_next_and_back_skip_what_is_hidden() -> None:
    plan = routes()
    one, two, three, four = pages(plan)
    cycles, walks = sheet_of(plan, rad=YES), sheet_of(plan, rad=NO)

    assert first_page(cycles) == one
    assert [next_page(cycles, page) for page in (one, two, three, four)] == [two, four, four, None]
    assert [next_page(walks, page) for page in (one, three)] == [three, four]
    assert [previous_page(walks, page) for page in (four, two, one)] == [three, one, None]
    assert next_page(walks, 999) == one  # a page of another version


def test_who_changes_an_early_answer_keeps_the_later_ones_but_they_do_not_count() -> None:
    plan = routes()
    given: dict[int, Value] = {key(plan, "rad"): NO, key(plan, "wo"): "Park"}
    given[key(plan, "warum")] = "kein Rad"

    sheet = fill(plan, given)

    assert make_row(sheet) == {str(key(plan, "rad")): NO, str(key(plan, "warum")): "kein Rad"}
    assert plain(sheet, sheet.plan.questions[key(plan, "ende")].text) == "Danke kein Rad!"
    again = fill(plan, {**given, key(plan, "rad"): YES})
    assert make_row(again)[str(key(plan, "wo"))] == "Park"


def test_progress_counts_what_this_person_sees() -> None:
    plan = routes()
    found = progress(sheet_of(plan, rad=YES), pages(plan)[1])

    assert (found.page, found.pages) == (2, 3)
    assert (found.answered, found.questions) == (1, 2)


def test_a_row_tells_not_answered_from_not_shown() -> None:
    plan = routes()

    assert make_row(sheet_of(plan, rad=YES)) == {
        str(key(plan, "rad")): YES,
        str(key(plan, "wo")): None,
    }


def test_a_hidden_question_hides_what_hangs_on_it() -> None:
    plan = ready(
        [question("yes_no", "a"), question("yes_no", "b", show_if='a == "Y"')],
        [question("yes_no", "c", show_if='b == "Y"')],
    )

    assert "c" in shown(sheet_of(plan, a=YES, b=YES))
    assert "c" not in shown(sheet_of(plan, a=NO, b=YES))


def test_an_option_that_is_not_offered_does_not_count() -> None:
    plan = ready(
        [question("multiple", "kennt", options=options("park", "markt"))],
        [
            question(
                "single",
                "liebster",
                options=[
                    option(1, "park", show_if='kennt_park == "Y"'),
                    option(2, "markt", show_if='kennt_markt == "Y"'),
                    option(3, "alt", retired=True),
                ],
            )
        ],
    )
    chosen = sheet_of(plan, kennt=(2,), liebster=1)

    assert make_row(chosen)[str(key(plan, "liebster"))] is None
    assert chosen.options[key(plan, "liebster")] == (2,)
    assert make_row(sheet_of(plan, kennt=(1,), liebster=3))[str(key(plan, "liebster"))] is None
    assert make_row(sheet_of(plan, kennt=(1,), liebster=1))[str(key(plan, "liebster"))] == 1
    assert make_row(sheet_of(plan, liebster=1))[str(key(plan, "liebster"))] is None  # none is left


def test_a_retired_question_is_not_asked_any_more() -> None:
    plan = ready([question("number", "alt", retired=True, required="yes"), question("number", "b")])

    assert shown(sheet_of(plan, alt=1)) == {"b"}
    assert sentences(sheet_of(plan)) == []
    assert make_row(sheet_of(plan, alt=1)) == {str(key(plan, "b")): None}


def test_other_counts_only_with_its_choice_and_wants_words() -> None:
    plan = ready([question("single", "weg", options=options("rad"), other={})])

    assert sentences(sheet_of(plan, weg=OTHER_CODE)) == [
        "Bitte schreiben Sie dazu, was Sie meinen."
    ]
    assert sentences(sheet_of(plan, weg=OTHER_CODE, weg_other="Roller")) == []
    assert str(key(plan, "weg_other")) not in make_row(sheet_of(plan, weg=1, weg_other="Roller"))


def test_calculated_values_are_kept_with_the_answers() -> None:
    plan = ready(
        [question("number_list", "geld", rows=rows("a", "b"))],
        [question("computed", "summe", formula="sum(that.geld)")],
        [question("info", "viel", show_if="summe > 10", text="{summe} Euro")],
    )
    sheet = sheet_of(plan, geld_a=7, geld_b=5.5)

    assert make_row(sheet)[str(key(plan, "summe"))] == 12.5
    assert "viel" in shown(sheet)
    assert plain(sheet, plan.questions[key(plan, "viel")].text) == "12,5 Euro"


def test_an_impossible_calculation_is_no_answer() -> None:
    plan = ready([question("number", "n"), question("computed", "c", formula="1 / n")])

    assert str(key(plan, "c")) not in make_row(sheet_of(plan, n=0))
    assert make_row(sheet_of(plan, n=4))[str(key(plan, "c"))] == 0.25


def test_what_people_write_is_escaped_in_every_text() -> None:
    plan = ready(
        [question("short_text", "name")],
        [question("info", "hallo", text={"de": "Hallo <b>{name}</b>,\n{ bleibt } \\{auch}"})],
    )
    sheet = sheet_of(plan, name="<script>alert('x')</script>")

    found = html(sheet, plan.questions[key(plan, "hallo")].text)

    assert "<script" not in found
    assert found == (
        "Hallo &lt;b&gt;&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&lt;/b&gt;,<br>"
        "{ bleibt } {auch}"
    )


def test_answers_are_filled_into_markup_that_was_rendered_at_write() -> None:
    text = "**Sie** heißen {name}, ⟦0⟧ und { nicht }."
    plan = ready([question("short_text", "name")], [question("info", "t", text=text)])
    sheet = sheet_of(plan, name='<i>"Ö"</i>')
    markup = render(with_marks(text)).html

    assert fill_marks(sheet, markup, text) == (
        "<p><strong>Sie</strong> heißen &lt;i&gt;&quot;Ö&quot;&lt;/i&gt;, [0] und { nicht }.</p>"
    )


def test_names_reach_words_points_and_ranks() -> None:
    plan = ready(
        [
            question("single", "weg", options=[option(1, "rad", text="Fahrrad", score=3)]),
            question("ranking", "folge", options=[option(4, "x", text="Xaver"), option(2, "y")]),
            question("multiple", "wo", options=[option(1, "a", text="Markt"), option(2, "b")]),
            question("yes_no", "ja"),
            question("files", "f", most=3),
            question("place", "p"),
        ],
        [
            question(
                "info",
                "text",
                text="{weg.shown}|{weg}|{weg.value}|{folge_1.shown}|{folge_2}|{list(that.wo.shown)}|"
                "{count(wo)}|{ja.shown}|{f}|{p}|{weg.relevanceStatus}|{weg.question}",
            )
        ],
    )
    draft = from_json(
        plan.items,
        {
            str(questions(plan)[name]): value
            for name, value in {
                "weg": 1,
                "folge": [4, 2],
                "wo": [2, 1],
                "ja": 1,
                "f": ["abcdefgh", "abcdefgi"],
                "p": {"type": "Point", "coordinates": [7.1, 50.7]},
            }.items()
        },
    )

    found = plain(fill(plan, draft), plan.questions[key(plan, "text")].text)

    assert found == ("Fahrrad|rad|3|Xaver|y|Markt, Antwort b|2|Ja|2|50.7;7.1|1|Frage weg?")


def test_texts_and_labels_come_in_the_readers_language() -> None:
    plan = ready(
        [question("yes_no", "ja"), question("number", "n", decimals=1)],
        [question("info", "t", text={"de": "{ja.shown} {n}", "en": "{ja.shown}! {n}"})],
        languages=["de", "en"],
    )
    answers = {key(plan, "ja"): YES, key(plan, "n"): 1.5}

    def said(language: str) -> str:
        sheet = fill(plan, answers, language=language)
        return plain(sheet, plan.questions[key(plan, "t")].text)

    assert [said(language) for language in ("de", "en", "de-x-ls")] == [
        "Ja 1,5",
        "Yes! 1.5",
        "Ja 1,5",
    ]


def test_shuffled_options_keep_their_order_for_a_person_and_fixed_ones_their_place() -> None:
    plan = ready(
        [
            question(
                "single",
                "q",
                shuffle=True,
                options=[*options(*"abcdef"), option(9, "weissnicht", stays=True)],
            ),
            question("matrix", "m", shuffle=True, rows=rows(*"abcdef"), columns=options("x")),
        ]
    )
    asked, matrix = plan.questions.values()
    assert isinstance(matrix, Matrix)
    orders = {tuple(o.code for o in ordered_options(asked, str(seed))) for seed in range(20)}

    assert len(orders) > 10
    assert all(order[-1] == 9 and set(order) == {1, 2, 3, 4, 5, 6, 9} for order in orders)
    assert ordered_options(asked, "s") == ordered_options(asked, "s")
    assert sorted(row.key for row in ordered_rows(matrix, "s")) == [row.key for row in matrix.rows]


def test_pages_of_a_block_change_places_and_the_others_stay() -> None:
    asked: list[Doc] = [
        {"questions": [question("yes_no", "anfang")]},
        *({"block": "ideen", "questions": [question("yes_no", name)]} for name in "abc"),
        {"questions": [question("yes_no", "mitte")]},
        {"block": "ideen", "questions": [question("yes_no", "d")]},
        {"questions": [question("yes_no", "ende")]},
    ]
    plan = ready(*asked)

    def order(seed: str) -> tuple[str, ...]:
        found = visible_pages(fill(plan, {}, seed=seed))
        return tuple(page.questions[0].name for page in found)

    assert order("") == ("anfang", "a", "b", "c", "mitte", "d", "ende")
    orders = {order(str(seed)) for seed in range(40)}
    assert len(orders) > 15
    assert all((o[0], o[4], o[6]) == ("anfang", "mitte", "ende") for o in orders)
    assert order("7") == order("7")


def test_questions_of_a_page_are_mixed_and_texts_between_them_stay() -> None:
    asked = [question("info", "los"), *(question("yes_no", name) for name in "abcd")]
    plan = ready({"shuffle": True, "questions": asked})
    page = plan.definition.pages[0]
    orders = {tuple(q.name for q in ordered_questions(page, str(seed))) for seed in range(30)}

    assert len(orders) > 10
    assert {order[0] for order in orders} == {"los"}
    assert ordered_questions(page, "") == page.questions


def test_quotas_are_met_by_one_code_of_every_item_named() -> None:
    survey = [
        question("single", "a", options=options("x", "y", "z")),
        question("yes_no", "b"),
    ]
    plan = ready(survey)
    a, b = key(plan, "a"), key(plan, "b")
    members = [{"key": a, "code": 1}, {"key": a, "code": 2}, {"key": b, "code": 1}]
    plan = ready(
        survey,
        quotas=[
            {"name": "voll", "limit": 1, "members": members},
            {"name": "aus", "limit": 1, "members": members, "active": False},
        ],
    )

    assert [quota.name for quota in quotas_met(sheet_of(plan, a=2, b=1))] == ["voll"]
    assert list(quotas_met(sheet_of(plan, a=3, b=1))) == []
    assert list(quotas_met(sheet_of(plan, a=1))) == []


def test_without_javascript_questions_that_appear_are_shown_before_they_are_asked_for() -> None:
    plan = ready(
        [question("yes_no", "a"), question("number", "b", required="yes", show_if='a=="Y"')]
    )
    (page,) = pages(plan)

    assert revealed(sheet_of(plan, a=YES), page, frozenset({key(plan, "a")})) == (key(plan, "b"),)
    assert revealed(sheet_of(plan, a=NO), page, frozenset({key(plan, "a")})) == ()


def test_a_drawn_page_holds_what_may_appear_and_nothing_that_cannot() -> None:
    plan = ready(
        [question("yes_no", "vorher")],
        [
            question("yes_no", "a"),
            question("number", "kann", show_if='a == "Y"'),
            question("number", "nie", show_if='vorher == "Y"'),
            question("number", "weg", retired=True),
            question("computed", "still", formula="1"),
            question("info", "echo", text="Sie sagten {a.shown}."),
        ],
    )
    draft = {key(plan, "vorher"): NO, key(plan, "kann"): 3}
    sheet = fill(plan, draft)

    page = show_page(sheet, pages(plan)[1], draft=draft)

    names = {shown.question.name: shown.visible for shown in page.questions}
    assert names == {"a": True, "kann": False, "echo": True}
    assert page.seen == f"{key(plan, 'a')},{key(plan, 'echo')}"
    assert page.fields[f"f{key(plan, 'kann')}"] == ["3"]
    assert [part.html for part in page.questions[0].options] == ["Ja", "Nein"]
    assert "data-pipe" in page.questions[2].html


def test_a_survey_with_broken_conditions_is_asked_all_the_same() -> None:
    plan = make_plan(
        make_survey(
            [
                question("number", "a", show_if="((", check="nix("),
                question("computed", "c", formula="a ="),
                question("info", "t", text="{a +}"),
            ]
        )
    )
    sheet = sheet_of(plan, a=1)

    assert len(plan.mistakes) == 3
    assert shown(sheet) == {"a", "c", "t"}
    assert sentences(sheet) == []
    assert plain(sheet, plan.questions[questions(plan)["t"]].text) == "{a +}"


def test_an_empty_draft_of_every_kind_is_filled_without_a_fault() -> None:
    plan = ready(every_kind())
    sheet = fill(plan, {})

    assert find_faults(sheet) == ()
    assert set(make_row(sheet).values()) == {None}


def test_drafts_go_through_json_and_lose_only_what_no_longer_fits() -> None:
    plan = ready(every_kind())
    answers: Answers = {
        key(plan, "weg"): 2,
        key(plan, "wo"): (1, 2),
        key(plan, "geld_spiel"): 40,
        key(plan, "wieviel_rein_a"): {1: 2.5},
        key(plan, "kurz"): "x",
    }
    stored = to_json(answers)

    assert from_json(plan.items, stored) == answers
    worse = {**stored, str(key(plan, "weg")): 77, "9999": 1, str(key(plan, "kurz")): ["x"]}
    assert from_json(plan.items, worse).keys() == answers.keys() - {
        key(plan, "weg"),
        key(plan, "kurz"),
    }

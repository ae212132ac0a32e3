"""Answers come over from LimeSurvey's tables of text, with or without the survey beside them."""

import csv
import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.umfragen.limesurvey_files import DATA, survey
from tests.umfragen.ready import key
from umfragen.engine import Plan, make_plan
from umfragen.exchange.files import Handed, open_answers, read_file
from umfragen.exchange.report import Refused

PARTS = [
    {"qid": "11", "parent_qid": "1", "title": "SQ1"},
    {"qid": "12", "parent_qid": "1", "title": "SQ2"},
    {"qid": "31", "parent_qid": "3", "title": "R1"},
    {"qid": "51", "parent_qid": "5", "title": "Z1"},
    {"qid": "52", "parent_qid": "5", "title": "S1", "scale_id": "1"},
]
CODES = [
    {"qid": "2", "aid": "1", "code": "A1", "sortorder": "1", "scale_id": "0"},
    {"qid": "3", "aid": "2", "code": "X", "sortorder": "1", "scale_id": "0"},
    {"qid": "3", "aid": "3", "code": "Y", "sortorder": "1", "scale_id": "1"},
    {"qid": "4", "aid": "4", "code": "a", "sortorder": "1", "scale_id": "0"},
    {"qid": "4", "aid": "5", "code": "b", "sortorder": "2", "scale_id": "0"},
]
STRUCTURE = survey(
    {"type": "M", "title": "m", "other": "Y"},
    {"type": "L", "title": "l", "other": "Y"},
    {"type": "1", "title": "d"},
    {"type": "R", "title": "r"},
    {"type": ":", "title": "z"},
    {"type": "T", "title": "t", "relevance": 'l == "-oth-"'},
    {"type": "N", "title": "7"},
    subquestions=PARTS,
    answers=CODES,
    answer_l10ns=[
        {"aid": row["aid"], "language": "de", "answer": f"Wort {row['code']}"} for row in CODES
    ],
)
HEADINGS = {
    "vv": ["m_SQ1", "m_SQ2", "m_other", "l", "l_other", "d_R1_0", "d_R1_1", "r_1", "r_2",
           "z_Z1_S1", "t", "7"],
    "csv": ["m[SQ1]", "m[SQ2]", "m[other]", "l", "l[other]", "d[R1][1]", "d[R1][2]", "r[1]", "r[2]",
            "z[Z1_S1]", "t", "7"],
    "csv with words": ["m[SQ1]. Womit?", "m[SQ2]. Womit?", "m[other]. Womit?", "l. Wo?",
                       "l[other]. Wo?", "d[R1][1]. a", "d[R1][2]. b", "r[1]. x", "r[2]. y",
                       "z[Z1_S1]. z", "t. Warum?\nGenau?", "7"],
    "numbers": ["7X1X1SQ1", "7X1X1SQ2", "7X1X1other", "7X1X2", "7X1X2other", "7X1X3R1#0",
                "7X1X3R1#1", "7X1X41", "7X1X42", "7X1X5Z1_S1", "7X1X6", "7X1X7"],
}  # fmt: skip
SHORT = ["N", "Y", "Schaukel", "-oth-", "Kran", "X", "Y", "b", "a", "3", "Zeile\n{eins}\tund", "4"]
LONG = ["Nein", "Ja", "Schaukel", "Andere", "Kran", "Wort X", "Wort Y", "Wort b", "Wort a", "3",
        "Zeile\n{eins}\tund", "4"]  # fmt: skip
ABOUT = {"id": "5", "submitdate": "2024-03-05 10:11:12", "startlanguage": "de", "token": "geheim"}


def table(headings: list[str], *rows: list[str], sign: str = ",", about: bool = True) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign, quoting=csv.QUOTE_ALL)
    before = ABOUT if about else {}
    writer.writerow([*before, *headings])
    for row in rows:
        writer.writerow([*before.values(), *row])
    return out.getvalue().encode("utf-8-sig")


def vv(headings: list[str], *rows: list[str]) -> bytes:
    def signs(text: str) -> str:
        text = text.replace("{", "{lbrace}").replace("\n", "{newline}").replace("\t", "{tab}")
        return text or "{question_not_shown}"

    lines = [["Frage"] * (len(ABOUT) + len(headings)), [*ABOUT, *headings]]
    lines += [[*ABOUT.values(), *map(signs, row)] for row in rows]
    return "\n".join("\t".join(line) for line in lines).encode()


def expected(plan: Plan) -> Mapping[str, object]:
    m, l, t = (plan.questions[key(plan, name)] for name in ("m", "l", "t"))  # noqa: E741 - its name
    return {
        str(m.key): [2, 251], str(m.other.key): "Schaukel", str(l.key): 251,  # type: ignore[union-attr]
        str(l.other.key): "Kran", str(key(plan, "d_R1")): 1, str(key(plan, "d_2_R1")): 1,  # type: ignore[union-attr]
        str(key(plan, "r")): [2, 1], str(key(plan, "z_Z1_S1")): {"1": 3},
        str(t.key): "Zeile\n{eins}\tund", str(key(plan, "Q7")): 4,
    }  # fmt: skip


def handed(data: bytes, structure: bytes = STRUCTURE) -> Handed:
    return open_answers(data, make_plan(read_file(STRUCTURE).definition), structure)


@pytest.mark.parametrize("form", HEADINGS)
def test_every_table_of_limesurvey_gives_the_same_answers(form: str) -> None:
    data = vv(HEADINGS[form], SHORT) if form in {"vv", "numbers"} else table(HEADINGS[form], SHORT)
    found = handed(data)
    (row,) = found.rows()
    assert row.answers == expected(make_plan(read_file(STRUCTURE).definition))
    assert (row.complete, str(row.day), row.language, row.lost) == (True, "2024-03-05", "de", 0)
    assert found.unknown == ()
    assert "geheim" not in str(row)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_words_instead_of_codes_are_understood(sign: str) -> None:
    data = table(HEADINGS["csv"], LONG, sign=sign)
    (row,) = handed(data).rows()
    assert row.answers == expected(make_plan(read_file(STRUCTURE).definition))
    assert row.lost == 0


def test_without_the_survey_beside_them_our_own_names_count() -> None:
    headings = ["Q7" if name == "7" else name for name in HEADINGS["csv"]]
    found = handed(table([*headings, "fremd"], [*SHORT, "x"], about=False), b"")
    (row,) = found.rows()
    assert row.answers == expected(make_plan(read_file(STRUCTURE).definition))
    assert (row.complete, row.day) == (True, None)
    assert found.unknown == ("fremd",)


def test_begun_answers_and_values_that_fit_nothing_are_told_apart() -> None:
    begun = table(HEADINGS["csv"], SHORT).replace(b"2024-03-05 10:11:12", b"")
    (row,) = handed(begun).rows()
    assert not row.complete
    odd = ["N/A", "?", "", "A9", "", "", "", "", "", "viel", "verborgen", "N/A"]
    (row,) = handed(table(HEADINGS["csv"], odd)).rows()
    assert row.lost == 5  # ?, A9, viel, verborgen, N/A as a number


def test_other_headings_and_files_are_refused_in_a_sentence() -> None:
    for data, words in (
        (table(["Womit kommen Sie?", "Wo?"], ["x", "y"]), "Fragencodes"),
        (b"\x89PNG\0", "keine Antworten"),
        (b"m;l\n\xff\xfe;1", "UTF-8"),
        (b"m,l\n" + b"x" * 200_000 + b",1", "Zeilen"),
        (b"", "keine Antworten"),
    ):
        with pytest.raises(Refused, match=words):
            list(handed(data).rows())


@given(st.binary(max_size=300))
def test_no_table_breaks_the_reader(data: bytes) -> None:
    try:
        list(handed(b"m,l\n" + data, b"").rows())
    except Refused:
        return


@pytest.mark.skipif(not DATA.exists(), reason="the sample surveys are not here")
def test_a_real_survey_takes_a_table_by_its_codes() -> None:
    structure = (DATA / "ls_core-testing_colors_db606_quota.lss").read_bytes()
    plan = make_plan(read_file(structure).definition)
    data = table(["Q00[SQ009]", "Q00[SQ011]", "G01Q02"], ["Y", "Y", "Ich mag Schwarz"])
    (row,) = open_answers(data, plan, structure).rows()
    assert row.answers[str(key(plan, "Q00_SQ011"))] == [9, 11]
    assert row.lost == 0

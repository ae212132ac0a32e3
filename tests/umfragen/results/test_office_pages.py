"""The office reads, compares, weighs, sorts and publishes."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from kern.db import db
from tests.umfragen.results.conftest import fill, keys_of
from tests.visitors import Visitor
from umfragen.models import FreeText, FreeTextState, Margin, Sampling, Survey, TextTag
from umfragen.results import texts
from umfragen.results.gathering import Selection, weights_of, whole_counts
from umfragen.results.selecting import Filter, read_filter
from umfragen.results.texts import Wanted
from umfragen.service import get_survey_by_id
from umfragen.store.plans import plan_of

SELF = "haben sich selbst ausgewählt"


def url(survey: Survey, rest: str = "") -> str:
    return f"/umfragen/{survey.slug}/auswertung{rest}"


def test_without_answers_every_page_says_what_will_be_there(
    survey: Survey, office: Visitor
) -> None:
    db.session.commit()
    for rest in ("", "/kreuz", "/texte", "/verlauf", "/gewichte", "/veroeffentlichen"):
        assert office.get(url(survey, rest)).status_code == 200
    assert "Noch gibt es nichts auszuwerten" in office.get(url(survey)).text


def test_the_overview_shows_every_question_and_the_honest_sentence(
    survey: Survey, office: Visitor
) -> None:
    fill(survey, 120)
    page = office.get(url(survey)).text
    assert SELF in page
    assert "95 % sicher" not in page
    for key in keys_of(survey).values():
        assert f'id="frage-{key}"' in page
    assert page.count("<svg viewBox") > 20
    assert page.count("Als Tabelle") == 8


def test_a_random_sample_has_intervals_and_an_open_survey_never(
    survey: Survey, office: Visitor
) -> None:
    survey.sampling, survey.population_n = Sampling.RANDOM, 4_000
    fill(survey, 120)
    page = office.get(url(survey)).text
    assert SELF not in page
    assert "± 8,8 Prozentpunkte" in page
    assert "95 % sicher" in page


def test_the_overview_asks_the_tallies_and_no_answer(survey: Survey, office: Visitor) -> None:
    fill(survey, 40)
    plan = plan_of(survey)
    selection = Selection(survey, plan, Filter())
    keys = keys_of(survey)
    counted, tallied = whole_counts(survey), selection.counts()
    assert tallied.codes == counted.codes
    one = read_filter([f"{keys['rad']}.1", f"{keys['rad']}.2", f"{keys['rad']}.9", "x"], plan.items)
    assert one.wanted == {keys["rad"]: frozenset({1, 2})}
    some = Selection(survey, plan, one).counts()
    answered = counted.of(keys["rad"])
    assert some.n == answered[1] + answered[2]


def test_filters_add_up_and_can_be_taken_back_one_by_one(survey: Survey, office: Visitor) -> None:
    fill(survey, 120)
    keys = keys_of(survey)
    one = office.get(url(survey, f"?f={keys['rad']}.1&f={keys['ort']}.2")).text
    assert "davon ausgewählt" in one
    assert f'href="/umfragen/{survey.slug}/auswertung?f={keys["ort"]}.2"' in one
    nobody = office.get(url(survey, f"?f={keys['weg']}.251&f={keys['ort']}.4&f=-4.3")).text
    assert "So hat niemand geantwortet" in nobody


def test_groups_stand_side_by_side(survey: Survey, office: Visitor) -> None:
    fill(survey, 120)
    counts = whole_counts(survey).of(keys_of(survey)["rad"])
    page = office.get(url(survey, f"?gruppe={keys_of(survey)['rad']}")).text
    assert f"Ja (n = {counts[1]})" in page
    assert f"Nein (n = {counts[2]})" in page


def test_two_questions_against_each_other_have_percent_both_ways_and_a_test(
    survey: Survey, office: Visitor
) -> None:
    fill(survey, 200)
    keys = keys_of(survey)
    page = office.get(url(survey, f"/kreuz?zeilen={keys['ort']}&spalten={keys['note']}")).text
    for words in ("Prozent der Zeile", "Prozent der Spalte", "Chi-Quadrat", "Cramérs V"):
        assert words in page
    assert "weniger als fünf Antworten zu erwarten" in page
    plural = office.get(url(survey, f"/kreuz?zeilen={keys['warum']}&spalten={keys['rad']}")).text
    assert "Chi-Quadrat" not in plural
    assert "steht in mehreren Feldern" in plural


def test_weights_come_from_pasted_lines_or_a_file_of_excel(survey: Survey, office: Visitor) -> None:
    fill(survey, 120)
    item, id_, here = keys_of(survey)["rad"], survey.id, url(survey)
    bad = office.post(f"{here}/gewichte", data={"item": item, "figures": "Ja;20\nNein;viele"})
    assert bad.status_code == 422
    assert "Zeile 2: „viele“ ist keine Zahl" in bad.text
    assert "Nein;viele</textarea>" in bad.text
    table = "Gruppe;Menschen\r\nJa;2.000\r\nNein;2.000\r\nWeiß nicht;7\r\n"
    data = {"item": str(item), "figures": "", "file": (io.BytesIO(table.encode("cp1252")), "a.csv")}
    assert office.post(f"{here}/gewichte", data=data).status_code == 303
    assert "So heißt keine Antwort: Weiß nicht." in office.get(f"{here}/gewichte").text
    people = dict(db.session.execute(select(Margin.code, Margin.people)).all())
    assert people == {1: 2000, 2: 2000}
    found = get_survey_by_id(id_)
    weights = weights_of(found, plan_of(found))
    assert weights
    assert weights.weighting.is_close
    shown = office.get(f"{here}?gewichtet=1").text
    assert "Gewichtet gerechnet" in shown
    ja = re.search(r"Ja <b class=\"df-num\">(\d+) %", shown)
    assert ja
    assert int(ja[1]) == 50
    assert office.post(f"{here}/gewichte/{item}/entfernen").status_code == 303
    assert "Die Zahlen sind entfernt" in office.get(f"{here}/gewichte").text


def test_the_search_of_texts_knows_umlauts_in_capitals(survey: Survey) -> None:
    fill(survey, 20, wunsch="Die ÖFFNUNGSZEITEN am Fluß ändern")
    for words in ("öffnungszeiten", "ÄNDERN", "fluß"):
        assert texts.count_texts(survey, Wanted(words=words)) == 20
    assert texts.count_texts(survey, Wanted(words="öffnung_zeiten")) == 0


def test_texts_are_searched_tagged_and_handed_to_moderation(
    survey: Survey, office: Visitor
) -> None:
    fill(survey, 120)
    here = url(survey)
    page = office.get(f"{here}/texte?q=schatten").text
    assert "&lt;b&gt;bitte&lt;/b&gt;" in page
    ids = db.session.scalars(select(FreeText.id).order_by(FreeText.id)).all()
    untagged = office.post(f"{here}/texte", data={"tun": "thema", "name": "Grün"})
    assert untagged.status_code == 422
    assert "mindestens einen Text" in untagged.text
    data = {"tun": "thema", "name": "Grün", "text": [str(ids[0]), str(ids[1])]}
    assert office.post(f"{here}/texte", data=data).status_code == 303
    tag = db.session.scalars(select(TextTag)).one()
    assert "2 Texte" in office.get(f"{here}/texte?thema={tag.id}").text
    office.post(f"{here}/texte", data={"weg": f"{ids[0]}.{tag.id}"})
    assert "1 Text<" in office.get(f"{here}/texte?thema={tag.id}").text
    asked = {"tun": "freigeben", "text": str(ids[0])}
    assert office.post(f"{here}/texte", data=asked).status_code == 303
    db.session.expire_all()
    one = db.session.get(FreeText, ids[0])
    assert one
    assert one.state == FreeTextState.PENDING


def test_careless_answers_are_marked_and_none_is_dropped(survey: Survey, office: Visitor) -> None:
    fill(survey, 60)
    fill(survey, 4, seed=2, wunsch="Ich bin gegen diese neue Straße!")
    page = office.get(url(survey, "/verlauf")).text
    assert "mindestens dreimal gleich" in page
    assert "Uhrzeit und Dauer speichern wir bei keiner Antwort" in page
    whole = whole_counts(survey).n
    without = office.get(url(survey, "?auffaellige=ohne")).text
    assert f">{whole}<" in without
    assert "davon ausgewählt" in without
    assert (db.session.scalar(select(func.count()).select_from(FreeText)) or 0) >= 4


def test_points_on_the_map_are_hexagons_with_a_list(survey: Survey, office: Visitor) -> None:
    fill(survey, 60)
    page = office.get(url(survey, f"/karte/{keys_of(survey)['platz']}")).text
    assert '"type": "Polygon"' in page or '"type":"Polygon"' in page
    assert "data-map" in page


@pytest.mark.parametrize("rest", ["", "/kreuz", "/texte", "/verlauf", "/gewichte"])
def test_nobody_else_reads_answers(survey: Survey, app: Flask, rest: str) -> None:
    db.session.commit()
    assert Visitor(app).get(url(survey, rest)).status_code in {302, 303, 401, 403}

"""What everybody sees of a result, and what somebody with patience could make of it."""

import json
import re
from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict
from tests.umfragen.results.conftest import fill, keys_of
from tests.visitors import Visitor
from umfragen.models import FreeText, FreeTextState, State, Survey
from umfragen.results import publication
from umfragen.results.counts import Counts
from umfragen.results.gathering import split_in, whole_counts
from umfragen.results.publication import Choice
from umfragen.results.publishing import REST, Split, offered_groups
from umfragen.store.cells import ANSWERED
from umfragen.store.frame import Frame
from umfragen.store.plans import plan_of

NOISE = 2


@pytest.fixture
def reader(app: Flask) -> Visitor:
    return Visitor(app)


def publish(planner: Actor, survey: Survey, *filters: str, **outcomes: str) -> None:
    keys = keys_of(survey)
    publication.take_snapshot(planner, survey, [keys[name] for name in filters])
    words = {keys.get(name, 0): said for name, said in outcomes.items()}
    publication.publish(planner, survey, Choice(frozenset(keys.values()), words))
    db.session.commit()


def data(reader: Visitor, survey: Survey, group: str = "") -> dict[str, Any]:
    answer = reader.get(f"/umfragen/{survey.slug}/ergebnis.json?gruppe={group}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.text)
    return found


def page(reader: Visitor, survey: Survey, rest: str = "") -> TestResponse:
    return reader.get(f"/umfragen/{survey.slug}/ergebnis{rest}")


def test_before_publication_there_is_no_result_however_many_answered(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    publication.take_snapshot(planner, survey, [])
    db.session.commit()
    here = f"/umfragen/{survey.slug}/ergebnis"
    for rest in ("", ".json", "/atom.xml", "/einbetten"):
        assert reader.get(here + rest).status_code == 404


def test_nineteen_answers_are_no_result(survey: Survey, planner: Actor) -> None:
    fill(survey, 19)
    with pytest.raises(Conflict, match="ab 20 Antworten"):
        publication.take_snapshot(planner, survey, [])


def test_the_result_says_how_to_read_it_and_what_happens_with_it(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 120)
    publish(planner, survey, whole="Wir bauen **neu**. <script>x</script>", rad="Mehr Bügel.")
    answer = page(reader, survey)
    assert answer.status_code == 200
    assert not reader.cookies
    for words in (
        "120 Menschen haben geantwortet",
        "haben sich selbst ausgewählt",
        "Was passiert damit?",
        "<strong>neu</strong>",
        "Mehr Bügel.",
        "Gruppen unter 5 Menschen",
    ):
        assert words in answer.text
    assert "<script>x" not in answer.text
    assert re.search(
        r'<p class="df-printfoot"[^>]*>[^<]+ · Spielplatz Ahornweg · Stand: ', answer.text
    )
    assert "95 % sicher" not in answer.text


def test_only_chosen_questions_are_shown_and_withdrawing_hides_all(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    keys = keys_of(survey)
    publication.take_snapshot(planner, survey, [])
    publication.publish(planner, survey, Choice(frozenset({keys["rad"]}), {}))
    db.session.commit()
    assert [one["key"] for one in data(reader, survey)["questions"]] == [keys["rad"]]
    publication.withdraw(planner, db.session.merge(survey))
    db.session.commit()
    assert page(reader, survey).status_code == 404


def test_a_hidden_survey_has_no_result(survey: Survey, planner: Actor, reader: Visitor) -> None:
    fill(survey, 60)
    publish(planner, survey)
    survey.state = State.HIDDEN
    db.session.commit()
    assert page(reader, survey).status_code == 404


def test_the_page_shows_a_moment_and_not_what_came_since(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    publish(planner, survey)
    before = data(reader, survey)
    fill(survey, 30, seed=2)
    assert data(reader, survey) == before


def test_two_states_never_differ_by_a_few_answers(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    """Differencing over time: sixty and sixty-one would tell the sixty-first."""
    fill(survey, 60)
    publish(planner, survey)
    publication.take_snapshot(planner, survey, [])  # nothing changed: nothing is told
    fill(survey, 4, seed=2)
    assert publication.missing_until_next(survey) == 1
    with pytest.raises(Conflict, match="mindestens 5 neue"):
        publication.take_snapshot(planner, survey, [])
    fill(survey, 1, seed=3)
    assert publication.missing_until_next(survey) == 0
    publication.take_snapshot(planner, survey, [])


def offered(survey: Survey, item: int) -> dict[int, Counts]:
    plan = plan_of(survey)
    return offered_groups(Split(item, split_in(plan, Frame(survey, plan), item, REST)), 5)


def groups_of(found: dict[str, Any]) -> list[str]:
    return ["", *(f"{item}.{code}" for item, codes in found["groups"].items() for code in codes)]


@pytest.mark.parametrize(("n", "seed"), [(60, 1), (150, 2), (400, 3)])
def test_no_public_figure_of_any_group_stands_for_a_few_people(
    survey: Survey, planner: Actor, reader: Visitor, n: int, seed: int
) -> None:
    fill(survey, n, seed)
    publish(planner, survey, "ort", "rad")
    groups = groups_of(data(reader, survey))
    assert len(groups) > 1
    for name in groups:
        item, _, code = name.partition(".")
        exact = offered(survey, int(item))[int(code)] if name else whole_counts(survey)
        assert exact.n >= 10
        for one, block in blocks(data(reader, survey, name)):
            if block["withheld"] or block["spans"] or one["shape"] in {"numbers", "ranking"}:
                continue
            answered = exact.of(block["item"])
            for line_code, shown in block["lines"]:
                true = answered.get(line_code, 0)
                assert abs(true - shown) <= NOISE
                assert true >= 5 or (true == shown == 0 and not name)
                if one["shape"] == "picks":
                    left = answered[ANSWERED] - true
                    assert left >= 5 or (left == 0 and not name)


def blocks(found: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(one, block) for one in found["questions"] for block in one["blocks"]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_subtracting_all_groups_from_all_answers_finds_nobody(
    survey: Survey, planner: Actor, reader: Visitor, seed: int
) -> None:
    """For every option: all less the groups that show it. One group alone is never left with a few
    people, since then two or more hide the option, or its own figure is hidden for everybody."""
    fill(survey, 150, seed)
    publish(planner, survey, "ort", "rad")
    keys = keys_of(survey)
    whole = lines(data(reader, survey))
    for filter_ in ("ort", "rad"):
        by_group = offered(survey, keys[filter_])
        shown = {
            name: lines(data(reader, survey, name))
            for name in groups_of(data(reader, survey))
            if name.startswith(f"{keys[filter_]}.")
        }
        everybody = set(by_group)
        for item, code in whole:
            if item == keys[filter_]:
                continue
            telling = {int(name.partition(".")[2]) for name, found in shown.items()
                       if (item, code) in found}  # fmt: skip
            silent = everybody - telling
            all_of_it = whole_counts(survey).of(item).get(code, 0)
            left = all_of_it - sum(by_group[group].of(item).get(code, 0) for group in telling)
            assert len(silent) != 1 or left >= 5


def lines(found: dict[str, Any]) -> dict[tuple[int, int], float]:
    return {
        (block["item"], code): n
        for one, block in blocks(found)
        if not block["spans"]
        for code, n in block["lines"]
    }


def test_asking_again_in_any_order_or_language_gives_the_same_numbers(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 150)
    publish(planner, survey, "ort", "rad")
    groups = groups_of(data(reader, survey))
    first = {name: data(reader, survey, name) for name in groups}
    again = {name: data(reader, survey, name) for name in reversed(groups)}
    assert first == again
    both = [f"{a}&gruppe={b}" for a, b in product(groups[1:3], groups[3:5])]
    assert all(data(reader, survey, name) in first.values() for name in both)
    for made_up in ("7.7", "-1.0", "abc", f"{keys_of(survey)['weg']}.1"):
        answer = page(reader, survey, f"?gruppe={made_up}")
        assert answer.status_code == 404


def test_page_and_data_show_the_same(survey: Survey, planner: Actor, reader: Visitor) -> None:
    fill(survey, 150)
    publish(planner, survey, "rad")
    keys = keys_of(survey)
    group = f"{keys['rad']}.1"
    block = next(
        block for one, block in blocks(data(reader, survey, group)) if one["key"] == keys["ort"]
    )
    html = page(reader, survey, f"?gruppe={group}").text
    part = html[html.index(f'id="frage-{keys["ort"]}"') :].partition("</figure>")[0]
    cells = [int(n) for n in re.findall(r'numeric">(\d+)</td>', part)]
    rest = [] if block["rest"] is None else [block["rest"]]
    assert cells == [n for _code, n in block["lines"]] + rest
    assert "Gezeigt werden die Antworten dieser Gruppe: Ja" in html


def test_texts_are_public_once_released_and_only_with_all_answers(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 120)
    publish(planner, survey, "rad")
    assert "Mehr Schatten" not in page(reader, survey).text
    keys = keys_of(survey)
    texts = db.session.query(FreeText).all()
    texts[0].state = FreeTextState.PUBLIC
    db.session.commit()
    assert page(reader, survey).text.count("Mehr Schatten &lt;b&gt;bitte") == 1
    assert "Mehr Schatten" not in page(reader, survey, f"?gruppe={keys['rad']}.1").text
    assert page(reader, survey, f"/texte/{keys['wunsch']}").text.count("Mehr Schatten") == 1
    assert page(reader, survey, f"/texte/{keys['weg']}").status_code == 404


def test_no_point_of_the_map_is_public_only_full_hexagons(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 120)
    publish(planner, survey, "rad")
    html = page(reader, survey).text
    shapes = json.loads(html.split("data-map-shapes>")[1].split("</script>")[0])
    assert shapes["features"]
    for feature in shapes["features"]:
        assert feature["geometry"]["type"] == "Polygon"
        assert feature["properties"]["n"] >= 5
        assert feature["properties"]["n"] % 5 == 0
    other = page(reader, survey, f"?gruppe={keys_of(survey)['rad']}.1").text
    assert "data-map-shapes" not in other


def test_the_result_can_stand_in_a_frame_elsewhere_and_the_page_itself_cannot(
    survey: Survey, planner: Actor, reader: Visitor
) -> None:
    fill(survey, 60)
    publish(planner, survey)
    framed = page(reader, survey, "/einbetten")
    assert "frame-ancestors *" in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    assert page(reader, survey).headers["X-Frame-Options"] == "DENY"
    assert "<form" not in framed.text
    assert "frame-ancestors 'none'" in page(reader, survey).headers["Content-Security-Policy"]


def test_publishing_by_the_pages_of_the_office(
    survey: Survey, office: Visitor, reader: Visitor
) -> None:
    fill(survey, 60)
    keys = keys_of(survey)
    here, public = f"/umfragen/{survey.slug}/auswertung", f"/umfragen/{survey.slug}/ergebnis"
    early = office.post(f"{here}/veroeffentlichen", {"question": keys["rad"], "outcome-0": "Gut."})
    assert early.status_code == 422
    assert "zuerst einen Stand" in early.text
    assert office.post(f"{here}/stand", {"filter": keys["rad"]}).status_code == 303
    nothing = office.post(f"{here}/veroeffentlichen", {"outcome-0": "Gut."})
    assert nothing.status_code == 422
    assert "mindestens eine Frage" in nothing.text
    assert ">Gut.</textarea>" in nothing.text
    done = office.post(f"{here}/veroeffentlichen", {"question": keys["rad"], "outcome-0": "Gut."})
    assert done.headers["Location"].endswith("/ergebnis")
    assert "<p>Gut.</p>" in reader.get(public).text
    assert office.post(f"{here}/zurueckziehen").status_code == 303
    assert reader.get(public).status_code == 404


def test_a_state_of_very_many_answers_is_taken_by_the_worker(
    survey: Survey, office: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "LARGE", 40)
    fill(survey, 60)
    id_, keys, here = survey.id, keys_of(survey), f"/umfragen/{survey.slug}/auswertung"
    assert office.post(f"{here}/stand", {"filter": keys["rad"]}).status_code == 303
    page = office.get(f"{here}/veroeffentlichen").text
    assert "Ein neuer Stand wird gerade vorbereitet" in page
    assert "Stand aufnehmen" not in page
    assert publication.latest(id_) is None
    assert publication.take_asked_snapshots(now(), now())
    db.session.commit()
    snapshot = publication.latest(id_)
    assert snapshot
    assert snapshot.data["filters"] == [keys["rad"]]
    assert "vorbereitet" not in office.get(f"{here}/veroeffentlichen").text
    assert not publication.take_asked_snapshots(now(), now())

"""Two ways to the same figures: columns of bytes, and one answer after the other."""

import pytest

from kern.db import db
from tests.umfragen.results.conftest import fill, keys_of
from umfragen.models import Survey
from umfragen.results.counts import Counts
from umfragen.results.gathering import Selection, answers, split_in, whole_counts
from umfragen.results.publishing import REST
from umfragen.results.selecting import Filter, codes_in, count, count_by, cross
from umfragen.store.frame import Frame
from umfragen.store.plans import plan_of


def plain(counts: Counts) -> dict[int, dict[int, float]]:
    return {item: dict(codes) for item, codes in counts.codes.items() if item >= 0}


@pytest.mark.both_databases
def test_columns_and_answers_give_the_same_figures(survey: Survey) -> None:
    fill(survey, 80)
    plan, keys = plan_of(survey), keys_of(survey)
    wanted = Filter({keys["rad"]: frozenset({1}), keys["warum"]: frozenset({1, 2})})
    chosen = [one for one in answers(survey) if wanted.holds(one.row, one.head)]
    selection = Selection(survey, plan, wanted)
    slow = count(plan.items, chosen)
    fast = selection.counts()
    assert plain(fast) == plain(slow)
    assert fast.numbers == slow.numbers
    assert fast.n == slow.n == len(chosen)
    for down, across in (("ort", "note"), ("warum", "rad")):
        pair = keys[down], keys[across]
        assert selection.cross(*pair) == cross(chosen, *pair)
    by_place = count_by(plan.items, chosen, lambda one: codes_in(one.row, one.head, keys["ort"]))
    assert {code: plain(found) for code, found in selection.by(keys["ort"]).items()} == {
        code: plain(found) for code, found in by_place.items()
    }


def test_the_groups_of_a_filter_are_everybody_with_the_keys_of_their_cells(survey: Survey) -> None:
    fill(survey, 80)
    plan, item = plan_of(survey), keys_of(survey)["rad"]
    groups = split_in(plan, Frame(survey, plan), item, REST)
    slow = count_by(
        plan.items, answers(survey), lambda one: codes_in(one.row, one.head, item) or {REST}
    )
    assert {code: plain(found) for code, found in groups.items()} == {
        code: plain(found) for code, found in slow.items()
    }
    for code, found in groups.items():
        for at, keys in found.keys.items():
            assert keys == slow[code].keys[at]
    assert sum(found.n for found in groups.values()) == whole_counts(survey).n
    db.session.rollback()

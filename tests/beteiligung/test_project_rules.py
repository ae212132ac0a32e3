from datetime import UTC, date, datetime, time, timedelta

import pytest

from beteiligung.project import rules
from beteiligung.project.models import Phase, Project
from beteiligung.project.rules import Progress, Standing
from kern.actor import GUEST, Actor
from kern.calendar import NoSuchTime, to_local
from kern.errors import Conflict, Invalid, LoginRequired, NotAllowed
from kern.scope import Act, Scope, ScopeState

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def make_phase(start: int | None, end: int | None, *acts: Act) -> Phase:
    """From `start` to `end` days after now."""
    return Phase(
        title="Phase",
        opens_at=None if start is None else AT + start * DAY,
        closes_at=None if end is None else AT + end * DAY,
        acts=[act.value for act in acts],
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (-5, -1, Progress.DONE),
        (-5, 0, Progress.DONE),
        (-1, 1, Progress.NOW),
        (0, 1, Progress.NOW),
        (1, 2, Progress.NEXT),
        (None, 1, Progress.NOW),
        (-1, None, Progress.NOW),
        (None, None, Progress.NEXT),
    ],
)
def test_a_phase_is_done_now_or_next(
    start: int | None, end: int | None, expected: Progress
) -> None:
    assert rules.progress(make_phase(start, end), AT) is expected


@pytest.mark.parametrize(
    ("state", "phases", "expected"),
    [
        (ScopeState.DRAFT, [make_phase(-1, 1)], Standing.DRAFT),
        (ScopeState.PUBLISHED, [make_phase(-1, 1)], Standing.RUNNING),
        (ScopeState.PUBLISHED, [make_phase(1, 2), make_phase(3, 4)], Standing.COMING),
        (ScopeState.PUBLISHED, [make_phase(-3, -2), make_phase(3, 4)], Standing.RUNNING),
        (ScopeState.PUBLISHED, [make_phase(-3, -2)], Standing.RUNNING),
        (ScopeState.CLOSED, [make_phase(-1, 1)], Standing.CLOSED),
        (ScopeState.ARCHIVED, [make_phase(-1, 1)], Standing.ARCHIVED),
    ],
)
def test_a_project_stands_where_its_state_and_its_phases_say(
    state: ScopeState, phases: list[Phase], expected: Standing
) -> None:
    assert rules.standing(state, phases, AT) is expected


def test_overlapping_phases_are_open_until_the_last_of_them_ends() -> None:
    phases = [make_phase(-2, 3, Act.DISCUSS), make_phase(-1, 9, Act.VOTE), make_phase(-1, 30)]

    assert rules.open_until(phases, AT) == AT + 9 * DAY


def test_what_has_no_end_is_open_until_nobody_knows_when() -> None:
    phases = [make_phase(-2, 3, Act.DISCUSS), make_phase(-1, None, Act.DISCUSS)]

    assert rules.open_until(phases, AT) is None
    assert len(rules.open_now(phases, AT)) == 2


def test_the_next_opening_is_that_of_a_phase_in_which_something_can_be_done() -> None:
    phases = [make_phase(1, 2), make_phase(5, 6, Act.DISCUSS), make_phase(7, 8, Act.DISCUSS)]

    assert rules.next_opening(phases, AT) == AT + 5 * DAY


def test_an_end_without_a_time_is_the_midnight_after_its_day() -> None:
    end = rules.end_of(date(2026, 12, 5), None)

    assert to_local(end) == datetime(2026, 12, 6, tzinfo=to_local(end).tzinfo)
    assert rules.typed_end(end) == (date(2026, 12, 5), None)


def test_an_end_with_a_time_is_shown_as_it_was_typed() -> None:
    end = rules.end_of(date(2026, 12, 5), time(18, 30))

    assert rules.typed_end(end) == (date(2026, 12, 5), time(18, 30))


def test_a_day_that_ends_when_the_clocks_change_ends_at_local_midnight() -> None:
    end = rules.end_of(date(2027, 3, 28), None)

    assert end == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_no_beginning() -> None:
    with pytest.raises(NoSuchTime):
        rules.start_of(date(2027, 3, 28), time(2, 30))


@pytest.mark.parametrize("end", [-1, 0])
def test_a_phase_ends_after_it_begins(end: int) -> None:
    with pytest.raises(Invalid, match="vor dem Beginn"):
        rules.require_order(AT, AT + end * DAY)


def test_a_state_leads_only_to_its_neighbours() -> None:
    allowed = {(old, new) for old in ScopeState for new in ScopeState if _may_change(old, new)}

    assert allowed == rules.TRANSITIONS
    assert (ScopeState.PUBLISHED, ScopeState.DRAFT) not in allowed


def _may_change(old: ScopeState, new: ScopeState) -> bool:
    try:
        rules.require_transition(old, new)
    except Conflict:
        return False
    return True


def test_a_guest_is_asked_to_log_in_and_a_citizen_is_refused() -> None:
    scope = Scope(id=7)

    with pytest.raises(LoginRequired):
        rules.require_may_edit(GUEST, scope)
    with pytest.raises(NotAllowed):
        rules.require_may_edit(Actor(account_id=1), scope)  # type: ignore[arg-type]  # any number


def test_a_grant_for_one_project_opens_no_other() -> None:
    planner = Actor(account_id=1, scoped={7: frozenset({rules.EDIT})})  # type: ignore[arg-type]  # any number

    rules.require_may_edit(planner, Scope(id=7, state=ScopeState.DRAFT))
    with pytest.raises(NotAllowed):
        rules.require_may_edit(planner, Scope(id=8, state=ScopeState.DRAFT))
    with pytest.raises(NotAllowed):
        rules.require_may_create(planner)


def make_complete() -> Project:
    return Project(
        summary="Satz",
        text="Text",
        office="Tiefbauamt",
        contact_name="Jana Petersen",
        contact_phone="",
        contact_email="",
        decidable=["der Weg"],
        fixed=["das Geld"],
        decider="Der Rat",
    )


def test_a_complete_project_has_no_gap() -> None:
    assert rules.gaps(make_complete(), "Radweg", [make_phase(0, 1)], None) == []


@pytest.mark.parametrize(
    ("field", "empty", "section"),
    [
        ("summary", "", "grunddaten"),
        ("text", "", "grunddaten"),
        ("office", "", "grunddaten"),
        ("contact_name", "", "grunddaten"),
        ("decidable", [], "rahmen"),
        ("fixed", [], "rahmen"),
        ("decider", "", "rahmen"),
    ],
)
def test_each_mandatory_field_is_missed(field: str, empty: object, section: str) -> None:
    project = make_complete()
    setattr(project, field, empty)

    (gap,) = rules.gaps(project, "Radweg", [make_phase(0, 1)], None)

    assert gap.key == (section, field)


def test_title_dates_and_alt_text_are_missed_too() -> None:
    project = make_complete()

    assert [gap.field for gap in rules.gaps(project, "", [make_phase(0, 1)], None)] == ["title"]
    assert [gap.section for gap in rules.gaps(project, "T", [make_phase(0, None)], None)] == [
        "phasen"
    ]
    assert [gap.section for gap in rules.gaps(project, "T", [make_phase(0, 1)], "")] == ["bild"]


def test_what_was_missing_before_does_not_stop_another_change() -> None:
    project = make_complete()
    project.text = ""
    before = rules.gaps(project, "T", [make_phase(0, 1)], None)

    rules.require_no_new_gap(before, before)
    project.decider = ""
    after = rules.gaps(project, "T", [make_phase(0, 1)], None)
    with pytest.raises(Invalid) as caught:
        rules.require_no_new_gap(before, after)
    assert caught.value.field == "decider"

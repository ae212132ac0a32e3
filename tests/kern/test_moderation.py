from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import NotFound
from kern.moderation import decisions, desk, netiquette, queue
from kern.moderation.filters import Filters, Holder, Sorting, Tab
from kern.moderation.models import Case
from kern.moderation.paging import Cursor
from kern.town import Town
from tests.builders import make_actor, make_thread
from tests.conftest import CountQueries
from tests.kern.desk_cases import case_of, make_waiting, make_waiting_thread, rejected, released


def test_rules_are_read_from_the_netiquette() -> None:
    found = netiquette.parse("Vorweg ein Satz.\n1. Freundlich\n   und ruhig.\n\n12) Ohne Namen.")

    assert [(rule.number, rule.text) for rule in found] == [
        (1, "Freundlich und ruhig."),
        (12, "Ohne Namen."),
    ]


def test_every_ready_sentence_belongs_to_a_rule(town: Town) -> None:
    numbers = {rule.number for rule in netiquette.rules()}

    assert numbers
    assert {sentence.number for sentence in netiquette.reasons()} <= numbers


def test_the_oldest_waits_in_front(town: Town) -> None:
    thread = make_thread()
    texts = ["eins", "zwei", "drei"]
    for text in texts:
        make_waiting(thread=thread, text=text)

    page = queue.list_queue(make_actor(Role.MODERATOR), Filters())

    assert [line.item.plain for line in page.lines] == texts


def test_pages_of_the_queue_hold_everything_once_in_both_directions(town: Town) -> None:
    thread = make_thread()
    for number in range(7):
        make_waiting(thread=thread, text=f"Beitrag {number}")
    same = now() - timedelta(hours=1)
    db.session.execute(update(Case).values(opened_at=same))
    actor = make_actor(Role.MODERATOR)

    forth = []
    page = queue.list_queue(actor, Filters(), limit=3)
    while True:
        forth.append([line.case.id for line in page.lines])
        if page.next is None:
            break
        page = queue.list_queue(actor, Filters(), page.next, limit=3)
    back = []
    while page.previous is not None:
        page = queue.list_queue(actor, Filters(), page.previous, limit=3)
        back.append([line.case.id for line in page.lines])

    assert [len(ids) for ids in forth] == [3, 3, 1]
    assert len({number for ids in forth for number in ids}) == 7
    assert back == forth[-2::-1]


@pytest.mark.slow
def test_500_waiting_things_need_as_many_queries_as_5(
    town: Town, count_queries: CountQueries
) -> None:
    thread, author = make_thread(), make_actor(Role.CITIZEN)
    actor = make_actor(Role.MODERATOR)

    def queries() -> int:
        db.session.flush()
        with count_queries() as sent:
            queue.count_queue(actor)
            queue.list_queue(actor, Filters())
        return len(sent)

    for number in range(5):
        make_waiting(thread=thread, author=author, text=f"Beitrag {number}")
    make_waiting_thread()
    few = queries()
    for number in range(495):
        make_waiting(thread=thread, author=author, text=f"Beitrag {number}")

    assert queries() == few <= 6
    assert queue.count_queue(actor).open == 501


def test_filters_narrow_the_queue_and_its_counts(town: Town) -> None:
    here, there = make_thread(), make_thread()
    make_waiting(thread=here)
    mine = case_of(make_waiting(thread=there))
    actor, other = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    db.session.commit()
    desk.claim(actor, mine)
    db.session.rollback()

    def found(filters: Filters, who: Actor = actor) -> list[int | None]:
        return [line.case.scope_id for line in queue.list_queue(who, filters).lines]

    assert found(Filters(scope_id=here.scope_id)) == [here.scope_id]
    assert found(Filters(key=THREAD_KEY)) == []
    assert found(Filters(holder=Holder.ME)) == [there.scope_id]
    assert found(Filters(holder=Holder.OTHERS), other) == [there.scope_id]
    assert found(Filters(holder=Holder.NOBODY)) == [here.scope_id]
    counts = queue.count_queue(actor)
    assert (counts.tabs[Tab.ALL], counts.tabs[Tab.CHECK], counts.tabs[Tab.REPORTED]) == (2, 2, 0)
    assert [place.count for place in counts.scopes] == [1, 1]


def test_a_moderator_of_one_project_sees_only_that(town: Town) -> None:
    here, there = make_thread(), make_thread()
    own, foreign = make_waiting(thread=here), make_waiting(thread=there)
    actor = make_actor(Role.MODERATOR, scope_id=here.scope_id)

    assert [line.item.ref.id for line in queue.list_queue(actor, Filters()).lines] == [own.id]
    assert queue.count_queue(actor).open == 1
    assert desk.get_case_for(actor, case_of(own).id)
    with pytest.raises(NotFound):
        desk.get_case_for(actor, case_of(foreign).id)
    with pytest.raises(NotFound):
        decisions.decide(actor, case_of(foreign).id, released(case_of(foreign)))


def test_a_citizen_has_no_queue(town: Town) -> None:
    make_waiting()

    assert queue.list_queue(make_actor(Role.CITIZEN), Filters()).lines == []


def test_a_claim_is_soft_and_ends_by_itself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case, actor = case_of(make_waiting()), make_actor(Role.MODERATOR, name="Kathrin Brandt")
    other = make_actor(Role.MODERATOR)
    db.session.commit()

    assert desk.claim(actor, case)
    db.session.rollback()
    assert not desk.claim(other, case)
    (line,) = queue.list_queue(other, Filters()).lines
    assert line.holder == "Kathrin Brandt"
    assert queue.find_next(other, Filters()) is None
    db.session.rollback()

    later: datetime = now() + desk.CLAIM + timedelta(seconds=1)
    monkeypatch.setattr(desk, "now", lambda: later)
    assert desk.claim(other, case)


def test_the_desk_knows_what_an_author_wrote_before(town: Town) -> None:
    author, actor = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    for verdict in (released, rejected, released):
        case = case_of(make_waiting(author=author))
        decisions.decide(actor, case.id, verdict(case))
    post = make_waiting(author=author)
    item = queue.items_of([case_of(post)])[Ref(POST_KEY, post.id)]

    look = desk.look(actor, case_of(post), item)

    assert (look.record.released, look.record.rejected) == (2, 1)
    assert [one.case.verdict for one in look.record.recent] == ["release", "reject", "release"]
    assert look.record.recent[0].item is not None


def waits_in(*values: int) -> list[Case]:
    """Waiting cases with these weights, the oldest first."""
    thread, found = make_thread(), []
    for number, weight in enumerate(values):
        case = case_of(make_waiting(thread=thread, text=f"Beitrag {number}"))
        case.weight = weight
        found.append(case)
    db.session.flush()
    return found


def test_what_stands_out_comes_first_and_pages_hold_everything_once(town: Town) -> None:
    waits_in(0, 7, 3, 7, 0, 1)
    actor, filters = make_actor(Role.MODERATOR), Filters(sorting=Sorting.STRIKING)

    forth = []
    page = queue.list_queue(actor, filters, limit=2)
    while True:
        forth.append([line.item.plain for line in page.lines])
        if page.next is None:
            break
        page = queue.list_queue(actor, filters, Cursor.parse(str(page.next)), limit=2)
    back = queue.list_queue(actor, filters, page.previous, limit=2)

    assert [text[-1] for texts in forth for text in texts] == ["1", "3", "2", "5", "0", "4"]
    assert [line.item.plain for line in back.lines] == forth[-2]


def test_the_next_follows_the_order_one_works_in(town: Town) -> None:
    plain, striking, last = waits_in(0, 9, 4)
    actor, filters = make_actor(Role.MODERATOR), Filters(sorting=Sorting.STRIKING)

    assert queue.find_next(actor, filters) == striking
    assert queue.find_next(actor, filters, striking) == last
    assert queue.find_next(actor, filters, last) == plain
    assert queue.find_next(actor, Filters(), plain) == striking


def test_look_alikes_are_one_line_with_their_number(town: Town) -> None:
    one, other, *alike = waits_in(0, 0, 0, 0, 0)
    for case in (one, *alike):
        case.group_id = one.id
    actor = make_actor(Role.MODERATOR)
    db.session.flush()

    lines = queue.list_queue(actor, Filters()).lines
    group = queue.list_queue(actor, Filters(group_id=one.id)).lines

    assert [(line.case.id, line.alike) for line in lines] == [(one.id, 3), (other.id, 0)]
    assert [line.case.id for line in group] == [case.id for case in (one, *alike)]
    assert queue.find_next(actor, Filters(), one) == other


def test_the_first_of_a_group_may_be_gone(town: Town) -> None:
    one, other, third = waits_in(0, 0, 0)
    for case in (one, other, third):
        case.group_id = one.id
    actor = make_actor(Role.MODERATOR)
    decisions.decide(actor, one.id, released(one))

    lines = queue.list_queue(actor, Filters()).lines

    assert [(line.case.id, line.alike) for line in lines] == [(other.id, 1)]


def test_a_filter_opens_the_fold_for_what_it_hides(town: Town) -> None:
    """The head of a group may be of another author: the group still has a line."""
    one, other = waits_in(0, 0)
    one.group_id = other.group_id = one.id
    db.session.flush()

    lines = queue.list_queue(make_actor(Role.MODERATOR), Filters(author_id=other.author_id)).lines

    assert [line.case.id for line in lines] == [other.id]


def test_only_what_has_a_hint_or_comes_from_one_person(town: Town) -> None:
    plain, striking = waits_in(0, 2)
    actor = make_actor(Role.MODERATOR)

    hinted = queue.list_queue(actor, Filters(hinted=True)).lines
    own = queue.list_queue(actor, Filters(author_id=plain.author_id)).lines

    assert [line.case.id for line in hinted] == [striking.id]
    assert [line.case.id for line in own] == [plain.id]


def test_a_line_says_how_earlier_texts_were_decided(town: Town) -> None:
    author, actor = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    for verdict in (released, rejected, released):
        case = case_of(make_waiting(author=author))
        decisions.decide(actor, case.id, verdict(case))
    make_waiting(author=author)

    (line,) = queue.list_queue(actor, Filters()).lines

    assert (line.tally.released, line.tally.rejected) == (2, 1)


def test_who_takes_a_case_on_has_it_until_tomorrow(town: Town) -> None:
    case, actor = case_of(make_waiting()), make_actor(Role.MODERATOR, name="Kathrin Brandt")
    other = make_actor(Role.MODERATOR)

    desk.take_on(actor, case)
    db.session.commit()
    db.session.refresh(case)

    assert desk.is_taken_on(case)
    assert desk.claim(actor, case)
    assert desk.is_taken_on(case), "looking at it again does not shorten it"
    assert not desk.claim(other, case)
    assert queue.find_next(other, Filters()) is None


@given(
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime.fromisoformat("1000-01-01")),
    id_=st.integers(1, 2**31 - 1),
    weight=st.integers(0, 999),
    direction=st.sampled_from(["nach", "vor", "ab"]),
)
def test_a_cursor_survives_an_address(at: datetime, id_: int, weight: int, direction: str) -> None:
    cursor = Cursor(direction, at, id_, weight)

    assert Cursor.parse(str(cursor)) == cursor


@given(st.text(max_size=60))
def test_what_is_no_cursor_begins_in_front(text: str) -> None:
    found = Cursor.parse(text)

    assert found is None or str(found).startswith(found.direction)

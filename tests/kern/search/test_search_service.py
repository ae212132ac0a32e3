"""Finding and following, with the database as the truth and the index as its copy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kern import content, outbox, search
from kern.actor import SYSTEM, Actor
from kern.content import FOREVER, Card, ContentType, DeskItem, Document, Ref
from kern.db import db
from kern.outbox import Fact
from kern.scope import Scope, Visibility
from kern.search.opening import open_index
from kern.search.service import PER_PAGE
from kern.search.whoosh_backend import WhooshBackend
from kern.town import Town, use_town
from kern.worker import ticks
from tests.kern.search.building import make_document

KEY = "probe.beitrag"


@dataclass
class Room:
    """A room whose table is a dictionary: what is in it is released."""

    released: dict[int, Document] = field(default_factory=dict)
    find_titles: Callable[[str, int], Sequence[int]] | None = None

    def release(self, *documents: Document) -> None:
        self.released |= {document.id: document for document in documents}
        search.index_refs(Ref(KEY, document.id) for document in documents)

    def documents(self, ids: Sequence[int]) -> list[Document]:
        return [self.released[id_] for id_ in ids if id_ in self.released]

    def public_ids(self) -> Iterator[int]:
        db.session.execute(select(Scope.id).limit(1))  # as a room does that has a table
        return iter(sorted(self.released))

    def cards(self, ids: Sequence[int]) -> dict[int, Card]:
        return {
            item.id: Card(
                Ref(KEY, item.id), "Beitrag", item.title, item.body, item.path, item.at, "Helga"
            )
            for item in self.documents(ids)
            if item.audience == "public"
        }

    def content_type(self) -> ContentType:
        def desk_items(ids: Sequence[int]) -> dict[int, DeskItem]:
            return {}

        return ContentType(
            key=KEY,
            label="Beitrag",
            plural="Beiträge",
            cards=self.cards,
            documents=self.documents,
            public_ids=self.public_ids,
            desk_items=desk_items,
            find_titles=self.find_titles,
        )


@pytest.fixture
def room(town: Town) -> Iterator[Room]:
    before = list(content.registry().values())
    room = Room()
    content.fill([room.content_type()])
    search.rebuild_all()
    yield room
    content.fill(before)


def ids(result: search.SearchResult) -> list[int]:
    return [item.ref.id for item in result.items]


def test_what_is_released_is_found_with_marks_and_card(room: Room) -> None:
    room.release(make_document(1, "Radweg am See", "Der Radweg ist <b>dunkel</b>."))

    (item,) = search.find("Radwege dunkel").items

    assert item.title == "<mark>Radweg</mark> am See"
    assert "&lt;b&gt;<mark>dunkel</mark>&lt;/b&gt;" in item.snippet
    assert item.card is not None
    assert item.card.author == "Helga"


def test_what_is_hidden_is_found_and_counted_by_nobody_at_once(room: Room) -> None:
    room.release(*(make_document(n, "Park", kind="beitrag") for n in range(3)))

    outbox.note(KEY, 1, Fact.HIDDEN)
    db.session.commit()
    result = search.find("Park")

    assert (result.total, result.kinds, sorted(ids(result))) == (2, {"beitrag": 2}, [0, 2])


def test_the_database_has_the_last_word_and_the_count_follows(room: Room) -> None:
    room.release(*(make_document(n, "Park") for n in range(30)))
    for gone in (29, 28, 3):  # without a word to the outbox: the first two are on the first page
        del room.released[gone]

    result = search.find("Park")

    assert len(result.items) == PER_PAGE
    assert result.total == 27
    assert not {28, 29} & set(ids(result))


def test_an_index_full_of_ghosts_shows_none(room: Room) -> None:
    room.release(*(make_document(n, "Park") for n in range(200)))
    room.released.clear()

    result = search.find("Park")

    assert (result.items, result.total, result.kinds) == ((), 0, {})


def test_what_became_private_is_no_longer_shown(room: Room) -> None:
    document = make_document(1, "Park")
    room.release(document)
    room.released[1] = replace(document, audience="scope:7")

    assert search.find("Park").total == 0
    assert ids(search.find("Park", audiences=frozenset({"public", "scope:7"}))) == [1]


def test_kinds_and_scopes_narrow_down(room: Room) -> None:
    room.release(
        make_document(1, "Park", kind="projekt", scope=5),
        make_document(2, "Park", scope=5),
        make_document(3, "Park", scope=6),
    )

    result = search.find("Park", narrowed=search.Narrowed({"beitrag"}, {5}))

    assert (ids(result), result.total, result.kinds) == ([2], 1, {"beitrag": 1, "projekt": 1})


def test_pages_lead_on_and_back(room: Room) -> None:
    room.release(*(make_document(n, "Park") for n in range(45)))
    first = search.find("Park")
    assert first.next is not None
    second = search.find("Park", turned=first.next)
    assert second.next is not None
    assert second.previous is not None
    third = search.find("Park", turned=second.next)

    assert (first.previous, third.next) == (None, None)
    assert [len(page.items) for page in (first, second, third)] == [PER_PAGE, PER_PAGE, 5]
    assert len({id_ for page in (first, second, third) for id_ in ids(page)}) == 45
    assert ids(search.find("Park", turned=second.previous)) == ids(first)
    assert {page.total for page in (first, second, third)} == {45}


def test_without_an_index_filters_and_pages_work_the_same(room: Room, town: Town) -> None:
    room.release(
        *(make_document(n, "Park", scope=n % 2, ends_at=FOREVER) for n in range(50)),
        make_document(99, "Park", is_answered=True),
    )
    open_index().erase()

    first = search.find("Park", narrowed=search.Narrowed(scopes={1}))
    assert first.next is not None
    second = search.find("Park", narrowed=search.Narrowed(scopes={1}), turned=first.next)

    assert first.degraded
    assert (first.total, first.scopes) == (25, {0: 25, 1: 25})
    assert ids(first) + ids(second) == list(range(49, 0, -2))
    assert first.statuses == {search.Status.RUNNING: 25}


@pytest.mark.parametrize("text", ["", "die", "-Park", "\ud800", '"' * 999, "a" * 10_000])
def test_odd_texts_find_nothing_and_break_nothing(room: Room, text: str) -> None:
    room.release(make_document(1, "Park"))

    assert search.find(text).items == ()


def test_a_longer_section_path_picks_the_section_that_fits(room: Room, town: Town) -> None:
    sections = [
        make_document(1, "Handbuch", "Wege " * 30, path="/w#eins"),
        make_document(1, "Handbuch", "Teich", path="/w#zwei"),
    ]
    type_ = replace(room.content_type(), documents=lambda _: sections, public_ids=lambda: iter([1]))
    content.fill([type_])
    search.rebuild_all()

    assert search.find("Teich").items[0].document.path == "/w#zwei"


def test_without_an_index_titles_are_found_and_the_result_says_so(room: Room, town: Town) -> None:
    room.release(
        make_document(1, "Park", "am See"),
        make_document(2, "Teich", "im Park", kind="projekt"),
        make_document(3, "Park", audience="scope:7"),
        make_document(4, "Parkplatz -"),
    )
    open_index().erase()
    outbox.note(KEY, 1, Fact.HIDDEN)

    result = search.find("Park -Bank")

    assert result.degraded
    assert not result.complete
    assert (sorted(ids(result)), result.kinds) == ([2, 4], {"projekt": 1, "beitrag": 1})
    assert ids(search.find("Park -Parkplatz")) == [2]


def test_without_an_index_a_kind_may_search_its_titles_itself(room: Room, town: Town) -> None:
    asked = []

    def find_titles(words: str, limit: int) -> list[int]:
        asked.append((words, limit))
        return [2, 3]

    room.release(make_document(1, "Park"), make_document(2, "Anderes"))
    room.find_titles = find_titles
    content.fill([room.content_type()])
    open_index().erase()

    assert ids(search.find("Park")) == [2]
    assert asked == [("Park", 1_000)]


def test_following_a_change_builds_a_missing_index(room: Room, town: Town) -> None:
    room.release(make_document(1, "Park"))
    open_index().erase()

    room.release(make_document(2, "Teich"))

    assert ids(search.find("Park")) == [1]
    assert ids(search.find("Teich")) == [2]


def test_facts_of_the_outbox_bring_the_index_up_to_date(room: Room) -> None:
    room.release(make_document(1, "Park"), make_document(2, "Park"))
    room.released[1] = make_document(1, "Teich")
    del room.released[2]

    search.follow([(KEY, 1, "changed"), (KEY, 2, "hidden"), ("fremd.ding", 9, "changed")])

    assert search.find("Park").total == 0
    assert ids(search.find("Teich")) == [1]
    assert not search.compare()


def test_differences_are_named_and_one_call_mends_them(room: Room) -> None:
    room.release(*(make_document(n, "Park") for n in range(3)))
    room.released[1] = make_document(1, "Teich")
    del room.released[2]
    room.released[3] = make_document(3, "Neu")

    found = search.compare()

    assert found.missing == frozenset({Ref(KEY, 3)})
    assert found.stale == frozenset({Ref(KEY, 1)})
    assert found.surplus == frozenset({Ref(KEY, 2)})
    search.index_refs(found.refs)
    assert not search.compare()


@pytest.mark.parametrize("posts", [0, 1])
def test_comparing_leaves_no_old_view_of_the_database_behind(posts: int, room: Room) -> None:
    """What is written after it would be refused, if others have written meanwhile."""
    room.release(*(make_document(n, "Park") for n in range(posts)))

    search.compare()

    assert not db.session().in_transaction()


def test_healing_builds_only_what_is_broken(room: Room, town: Town) -> None:
    room.release(make_document(1, "Park"))
    assert search.heal(thorough=True) is None

    open_index().erase()

    assert search.heal() == 1
    assert ids(search.find("Park")) == [1]


def test_only_an_index_that_was_missed_is_worth_a_word(
    room: Room, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    ticks.tick()
    assert caplog.messages == [], "the first start of an empty town is no trouble"

    room.release(make_document(1, "Park"))
    open_index().erase()
    ticks.tick()

    assert caplog.messages == ["Der Suchindex fehlte oder war beschädigt; er ist neu gebaut: 1"]


def test_once_a_night_what_differs_is_named_and_mended(
    room: Room, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    night = datetime(2026, 5, 4, 1, tzinfo=UTC)  # three on the wall clock of the town
    room.release(*(make_document(n, "Park") for n in range(3)))
    room.released[1] = make_document(1, "Teich")
    del room.released[2]
    room.released[3] = make_document(3, "Neu")
    ticks.tick(night - timedelta(minutes=5))
    assert len(search.compare().refs) == 3, "by day only the outbox says what has changed"

    ticks.tick(night)

    assert not search.compare()
    assert (ids(search.find("Teich")), ids(search.find("Neu"))) == ([1], [3])
    assert "Der Suchindex wich an 3 Stellen ab" in caplog.messages
    room.released[4] = make_document(4, "Brunnen")
    ticks.tick(night + timedelta(hours=1))
    assert search.compare(), "the whole town is read once a night"
    ticks.tick(night + timedelta(days=1))
    assert not search.compare()


def test_a_rebuild_tells_how_far_it_is(room: Room) -> None:
    room.released |= {n: make_document(n, "Park") for n in range(5)}
    heard: list[tuple[int, int]] = []

    assert search.rebuild_all(lambda done, expected: heard.append((done, expected))) == 5
    assert heard == [(n, 5) for n in range(1, 6)]


def test_audiences_follow_the_grants(town: Town) -> None:
    invited = Scope(kind="p", slug="a", title="A", path="/a", visibility=Visibility.INVITED)
    public = Scope(kind="p", slug="b", title="B", path="/b")
    db.session.add_all([invited, public])
    db.session.flush()
    guest = Actor()
    invitee = Actor(scoped={42: frozenset({"scope.read_invited"}), 43: frozenset({"read"})})

    assert search.audiences_of(guest) == {"public"}
    assert search.audiences_of(invitee) == {"public", "scope:42", "scope:43"}
    assert search.audiences_of(SYSTEM) == {"public", f"scope:{invited.id}"}


def test_an_operator_may_choose_whoosh_and_nothing_is_left_of_the_other_index(
    room: Room, town: Town
) -> None:
    room.release(make_document(1, "Park"))
    chosen = replace(town, search_engine="whoosh")
    with use_town(chosen):
        assert isinstance(open_index(), WhooshBackend)
        search.rebuild_all()
        assert ids(search.find("Park")) == [1]
    kept_elsewhere = replace(town, search_engine="")
    if town.is_postgres:
        with use_town(kept_elsewhere):
            assert not open_index().is_healthy(), "what was in it would never be kept up to date"
            search.rebuild_all()
            assert ids(search.find("Park")) == [1]
        assert not town.index.exists()

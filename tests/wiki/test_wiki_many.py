"""All waiting proposals of one author, decided together at the desk: each through its own gate."""

import pytest
from sqlalchemy import select

from kern.accounts.permissions import Role
from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.moderation import decisions, queue
from kern.moderation.decisions import JointVerdict
from kern.moderation.filters import Filters
from kern.moderation.models import Statement
from kern.notify.grouping import lines_of
from kern.notify.models import Notice
from tests.builders import make_actor
from tests.kern.desk_cases import carry_out
from tests.wiki.pages import approve, change, make_page, ortswiki, propose_page, published
from wiki import service
from wiki.models import PROPOSAL_KEY, Page, ProposalState
from wiki.service import deciding
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")

BASE = "Eins.\n\nZwei.\n\nDrei.\n"
YES = JointVerdict(accepts=True)
NO = JointVerdict(accepts=False, rule=5, text="Das ist Werbung.")


def marked(moderator: Actor, author: Actor) -> list[tuple[int, int]]:
    """Everything of this author, as the desk shows it."""
    lines = queue.list_queue(moderator, Filters(author_id=author.party_id)).lines
    return [(line.case.id, line.case.revision) for line in lines]


def states(ids: list[int]) -> list[ProposalState]:
    db.session.rollback()
    return [ProposalState(get_proposal(id_).state) for id_ in ids]


def told(moderator: Actor) -> list[tuple[str, str]]:
    """Titles and addresses of what stayed."""
    query = select(Notice).where(Notice.party_id == moderator.party_id)
    notices = db.session.scalars(query.order_by(Notice.id)).all()
    lines = lines_of(notices, actor_of_party(moderator.party_id or 0))
    return [(lines[one.id].title, lines[one.id].path) for one in notices if one.id in lines]


def source(title_key: str) -> str:
    page = service.find_page(ortswiki(), title_key)
    assert page is not None
    return published(page).source


def others_edit(page: Page, source: str) -> None:
    approve(change(make_actor(Role.CITIZEN), page, source=source))


def test_what_can_go_is_published_and_what_cannot_is_named_and_waits(
    author: Actor, moderator: Actor
) -> None:
    joined, clashing, plain = (make_page(name, BASE) for name in ("Anger", "Bach", "Chor"))
    mine = [
        change(author, page, source=BASE.replace("Eins", "Eins von mir"))
        for page in (joined, clashing, plain)
    ]
    rewritten, new = propose_page(author, "Deich", "Lang."), propose_page(author, "Esche", "Alt.")
    foreign = propose_page(make_actor(Role.CITIZEN), "Furt", "Nass.")
    ids = [one.id for one in (*mine, rewritten, new, foreign)]
    others_edit(joined, BASE.replace("Drei", "Drei neu"))
    others_edit(clashing, BASE.replace("Eins", "Eins von dir"))
    chosen = marked(moderator, author)
    assert len(chosen) == 5

    assert decisions.decide_marked(moderator, chosen, YES).count == 5
    propose_page(author, "Deich", "Ganz anders.")
    db.session.commit()
    carry_out()

    waits, done = ProposalState.SUBMITTED, ProposalState.APPROVED
    assert states(ids) == [waits, waits, done, waits, done, waits]
    assert source("chor") == BASE.replace("Eins", "Eins von mir")
    assert source("anger") == BASE.replace("Drei", "Drei neu")
    named = [(title, f"/wiki/vorschlag/{ids[at]}") for at, title in enumerate(["Anger", "Bach"])]
    assert told(moderator) == named  # what was rewritten came to the desk anew by itself
    assert len(marked(moderator, author)) == 3


def test_all_of_one_author_are_refused_with_one_reason_and_can_be_had_back(
    author: Actor, moderator: Actor
) -> None:
    ids = [propose_page(author, f"Werbung {n}", "Kauft hier.").id for n in range(4)]
    joint = decisions.decide_marked(moderator, marked(moderator, author), NO)
    db.session.commit()
    assert joint.joint_id is not None
    assert decisions.take_back_joint(moderator, joint.joint_id) == 4
    db.session.commit()

    decisions.decide_marked(moderator, marked(moderator, author), NO)
    service.withdraw(author, get_proposal(ids[0]))
    db.session.commit()
    carry_out()

    assert states(ids) == [ProposalState.WITHDRAWN, *[ProposalState.REJECTED] * 3]
    assert db.session.scalars(select(Statement.party_id)).all() == [author.party_id] * 3
    assert told(moderator) == []
    service.reopen(moderator, get_proposal(ids[3]))
    assert states_of_cases(ids[3]) == 1


def states_of_cases(id_: int) -> int:
    lines = queue.list_queue(make_actor(Role.MODERATOR), Filters()).lines
    return sum(queue.ref_of(line.case) == Ref(PROPOSAL_KEY, id_) for line in lines)


def test_with_four_eyes_nobody_lets_their_own_through_among_many(moderator: Actor) -> None:
    own = propose_page(moderator, "Linde")
    own.space.four_eyes = True
    id_ = own.id
    db.session.commit()
    decisions.decide_marked(moderator, marked(moderator, moderator), YES)
    db.session.commit()
    carry_out()

    assert states([id_]) == [ProposalState.SUBMITTED]
    assert told(moderator) == [("Linde", f"/wiki/vorschlag/{id_}")]


def news(author: Actor) -> list[tuple[str, str, str, str]]:
    """(sentence, title, address, the text of its mail), as its reader gets them."""
    query = select(Notice).where(Notice.party_id == author.party_id)
    notices = db.session.scalars(query.order_by(Notice.id)).all()
    lines = lines_of(notices, actor_of_party(author.party_id or 0))
    told = [lines[one.id] for one in notices if one.id in lines]
    return [(line.sentence, line.title, line.path, line.text) for line in told]


def test_whoever_has_many_approved_together_hears_of_them_once(
    author: Actor, moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kern.moderation.decisions.carrying.RELEASE_CHUNK", 2)  # three steps
    other = make_actor(Role.CITIZEN)
    names = ["Anger", "Bach", "Chor", "Deich", "Esche"]
    mine = [propose_page(author, name).id for name in names]
    theirs = propose_page(other, "Furt").id
    chosen = marked(moderator, author) + marked(moderator, other)
    decisions.decide_marked(moderator, chosen, YES)
    db.session.commit()
    carry_out()

    assert states([*mine, theirs]) == [ProposalState.APPROVED] * 6
    sentence = "5 Ihrer Vorschläge für das Wiki sind angenommen und für alle zu lesen."
    titles = "Anger, Bach, Chor …"
    assert news(author) == [(sentence, titles, "/wiki/vorschlaege", "\n".join(names))]
    one = "Ihr Vorschlag für das Wiki ist angenommen und für alle zu lesen."
    assert news(other) == [(one, "Furt", f"/wiki/vorschlag/{theirs}", "Furt")]


def test_what_was_taken_back_since_is_not_told_among_many(author: Actor, moderator: Actor) -> None:
    first, second = propose_page(author, "Anger").id, propose_page(author, "Bach").id
    decisions.decide_marked(moderator, marked(moderator, author), YES)
    db.session.commit()
    carry_out()

    deciding.take_back(moderator, get_proposal(first), 1)

    assert [title for _, title, _, _ in news(author)] == ["Bach"]
    deciding.take_back(moderator, get_proposal(second), 1)
    assert news(author) == []

"""The pages of notices: the bell, the list, following, choosing, ending."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status
from beteiligung.discussion.service import decisions
from kern import clock, notify
from kern.accounts.models import Party, Pending
from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.mail.signed import Use, path_for
from kern.notify import Frequency, NoticeKind
from kern.notify.models import Follow, Notice
from kern.notify.preferences import chosen_by
from tests.builders import (
    actor_of,
    make_account,
    make_actor,
    make_party,
    make_post,
    make_project,
    make_thread,
)
from tests.conftest import CountQueries
from tests.sent import mails, token_in
from tests.visitors import Visitor

pytestmark = pytest.mark.usefixtures("town")

HOME = "/mitteilungen/"
CHOICES = "/mitteilungen/einstellungen"


def tell(party_id: int, post: Post, event: str = "e") -> None:
    ref = Ref(POST_KEY, post.id)
    notify.tell(party_id, NoticeKind.FOLLOWED, ref, event, what="beteiligung.neuer_beitrag")
    db.session.commit()


def unseen(party_id: int) -> int:
    query = select(Notice).where(Notice.party_id == party_id, Notice.seen_at.is_(None))
    return len(db.session.scalars(query).all())


def follows(party_id: int) -> list[tuple[str, int]]:
    query = select(Follow.content_key, Follow.content_id).where(Follow.party_id == party_id)
    return [(row.content_key, row.content_id) for row in db.session.execute(query)]


# The bell


def test_the_bell_counts_what_is_new_and_the_list_marks_it_seen(app: Flask) -> None:
    account, post = make_account(), make_post(text="Bänke am Ufer")
    party = account.party_id
    for number in range(3):
        tell(party, post, f"e{number}")
    visitor = Visitor(app, account)

    assert "3 neue Mitteilungen" in visitor.get("/").text
    page = visitor.get(HOME).text
    assert page.count("Bänke am Ufer") == 3
    assert page.count("df-notice--new") == 3
    assert unseen(party) == 0
    again = visitor.get(HOME).text
    assert "df-notice--new" not in again
    assert "df-bell__n" not in again


def test_a_guest_has_no_bell(app: Flask) -> None:
    page = Visitor(app).get("/").text
    assert "df-bell" not in page
    assert "Mitteilungen" not in page


def test_a_page_fetched_ahead_marks_nothing_seen(app: Flask) -> None:
    account = make_account()
    party = account.party_id
    tell(party, make_post())
    visitor = Visitor(app, account)
    visitor.client.environ_base["HTTP_SEC_PURPOSE"] = "prefetch"
    visitor.get(HOME)

    assert unseen(party) == 1


def test_reading_a_thread_sees_what_it_shows_and_nothing_else(app: Flask) -> None:
    account, post, other = make_account(), make_post(), make_post()
    party, path = account.party_id, f"/beteiligung/gespraech/{post.thread_id}"
    tell(party, post, "a")
    tell(party, other, "b")
    Visitor(app, account).get(path)

    query = select(Notice.event).where(Notice.seen_at.is_(None), Notice.party_id == party)
    assert db.session.scalars(query).all() == ["b"]


def test_what_is_not_shown_yet_because_it_may_be_taken_back_is_not_counted(app: Flask) -> None:
    author = make_account()
    make_post(author=actor_of(author))  # released a moment ago
    db.session.commit()
    assert "df-bell__n" not in Visitor(app, author).get("/").text


def test_long_lists_go_on_page_by_page_in_the_same_number_of_queries(
    app: Flask, count_queries: CountQueries
) -> None:
    account = make_account()
    post = make_post()
    for number in range(60):
        with clock.at(now() - timedelta(hours=number)):
            tell(account.party_id, post, f"e{number}")
    visitor, seen, path, counts = Visitor(app, account), 0, HOME, []
    for _ in range(3):
        with count_queries() as found:
            page = visitor.get(path).text
        counts.append(len(found))
        seen += page.count('class="df-notice ')
        link = re.search(r'href="(\?vor=\d+)"', page)
        path = HOME + link[1] if link else ""
    assert seen == 60
    assert path == ""
    assert max(counts) <= 12, counts


def test_the_list_says_so_when_something_is_no_longer_public(app: Flask) -> None:
    account, post = make_account(), make_post(text="Eine Beleidigung")
    tell(account.party_id, post)
    decisions.hide(decisions.get_post(post.id), make_actor(Role.MODERATOR), 3)
    visitor = Visitor(app, account)
    page = visitor.get(HOME).text
    assert "Beleidigung" not in page
    assert "nicht mehr öffentlich" in page


def test_everything_can_be_marked_read_at_once(app: Flask) -> None:
    account, post = make_account(), make_post()
    party = account.party_id
    for number in range(30):
        tell(party, post, f"e{number}")
    visitor = Visitor(app, account)
    assert visitor.post("/mitteilungen/gelesen").status_code == 303
    assert unseen(party) == 0


# Following


def test_a_button_on_the_thread_follows_and_ends(app: Flask) -> None:
    account, thread = make_account(), make_thread()
    party, path = account.party_id, f"/beteiligung/gespraech/{thread.id}"
    key = (THREAD_KEY, thread.id)
    visitor = Visitor(app, account)
    assert f'action="/mitteilungen/folgen/{THREAD_KEY}/{key[1]}"' in visitor.get(path).text

    there = visitor.post(f"/mitteilungen/folgen/{THREAD_KEY}/{key[1]}", {"weiter": path})
    assert there.location == path
    assert follows(party) == [key]
    assert "Sie folgen." in visitor.get(path).text
    visitor.post(f"/mitteilungen/entfolgen/{THREAD_KEY}/{key[1]}", {"weiter": path})
    assert follows(party) == []


def test_somebody_without_an_account_follows_after_confirming_by_mail(app: Flask) -> None:
    project = make_project()
    ref, path = ("beteiligung.project", project.id), project.scope.path
    db.session.commit()
    visitor = Visitor(app)
    assert f'href="/mitteilungen/folgen/{ref[0]}/{ref[1]}"' in visitor.get(path).text

    asked = visitor.post(f"/mitteilungen/folgen/{ref[0]}/{ref[1]}", {"email": "ina@see.example"})
    assert "Postfach" in asked.text
    assert db.session.scalars(select(Follow)).all() == []
    (mail,) = mails("konto.bestaetigen")
    assert "Neuigkeiten per Mail" in mail.text
    confirm = f"/konto/bestaetigen/{token_in(mail)}"
    opened = re.search(r'name="geoeffnet" value="([^"]+)"', visitor.get(confirm).text)
    assert opened is not None
    with clock.at(now() + timedelta(minutes=5)):
        done = visitor.post(confirm, {"geoeffnet": opened[1]})
    assert done.location == path
    follow = db.session.scalars(select(Follow)).one()
    assert (follow.content_key, follow.content_id, follow.by_mail) == (*ref, True)
    assert follow.confirmed_at - follow.asked_at > timedelta(minutes=4)
    assert db.session.scalars(select(Pending)).all() == []


def test_a_wrong_address_is_said_at_the_field(app: Flask) -> None:
    thread = make_thread()
    db.session.commit()
    page = Visitor(app).post(f"/mitteilungen/folgen/{THREAD_KEY}/{thread.id}", {"email": "ina"})
    assert page.status_code == 422
    assert 'value="ina"' in page.text


def test_a_program_that_fills_the_hidden_field_causes_no_mail(app: Flask) -> None:
    thread = make_thread()
    db.session.commit()
    path = f"/mitteilungen/folgen/{THREAD_KEY}/{thread.id}"
    assert 'class="df-trap"' in Visitor(app).get(path).text

    data = {"email": "ina@see.example", "website": "https://spam.example"}
    page = Visitor(app).post(path, data)

    assert page.status_code == 422
    assert 'value="ina@see.example"' in page.text
    assert mails("konto.bestaetigen") == []


def test_only_so_many_mails_go_to_one_address_and_the_form_says_so(app: Flask) -> None:
    thread = make_thread()
    db.session.commit()
    path, data = f"/mitteilungen/folgen/{THREAD_KEY}/{thread.id}", {"email": "ina@see.example"}
    answers = [Visitor(app).post(path, data) for _time in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 'value="ina@see.example"' in answers[-1].text
    assert len(mails("konto.bestaetigen")) == 5


def test_what_one_may_not_read_one_cannot_follow(app: Flask) -> None:
    waiting = make_thread(status=Status.PENDING)
    db.session.commit()
    visitor = Visitor(app, make_account())
    assert visitor.get(f"/mitteilungen/folgen/{THREAD_KEY}/{waiting.id}").status_code == 404
    assert visitor.post(f"/mitteilungen/folgen/{POST_KEY}/1").status_code == 404


# Choosing, with a login and by a link


def link(use: Use, party: Party, about: str = "tagespost") -> str:
    return path_for(use, party.id, party.email or "", about)


def test_choices_are_kept_and_what_waits_follows_them(app: Flask) -> None:
    account = make_account()
    party = account.party_id
    tell(party, make_post())
    visitor = Visitor(app, account)
    wishes = dict.fromkeys(("fate", "answer", "reply", "case", "followed"), "weekly")
    visitor.post(CHOICES, wishes | {"followed": "never"})

    chosen = chosen_by(party)
    assert chosen[NoticeKind.FOLLOWED] is Frequency.NEVER
    assert chosen[NoticeKind.REPLY] is Frequency.WEEKLY
    assert chosen[NoticeKind.STATEMENT] is Frequency.AT_ONCE
    assert db.session.scalars(select(Notice.due_at).where(Notice.party_id == party)).one() is None
    assert '<option selected value="weekly">' in visitor.get(CHOICES).text


def test_a_frequency_that_does_not_exist_is_refused(app: Flask) -> None:
    visitor = Visitor(app, make_account())
    wishes = dict.fromkeys(("fate", "answer", "reply", "case", "followed"), "hourly")
    assert visitor.post(CHOICES, wishes).status_code == 422


def test_only_moderators_choose_about_the_desk(app: Flask) -> None:
    assert "Moderation wartet" not in Visitor(app, make_account()).get(CHOICES).text
    moderator = make_account(None, (Role.MODERATOR, None))
    assert "Moderation wartet" in Visitor(app, moderator).get(CHOICES).text


def test_the_link_of_a_mail_opens_the_choices_and_nothing_else(app: Flask) -> None:
    account, thread = make_account(), make_thread(title="Wie breit soll er werden?")
    party = db.session.get_one(Party, account.party_id)
    id_, here = party.id, link(Use.CHOOSE, party)
    notify.follow(id_, Ref(THREAD_KEY, thread.id))
    db.session.commit()
    visitor = Visitor(app)
    page = visitor.get(here)
    assert "Wie breit soll er werden?" in page.text
    assert party_email(id_) not in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert visitor.cookies == set()
    assert visitor.get("/konto/").location.startswith("/konto/anmelden")

    wishes = dict.fromkeys(("fate", "answer", "reply", "case", "followed"), "never")
    assert visitor.post(here, wishes).location == here
    assert chosen_by(id_)[NoticeKind.FATE] is Frequency.NEVER
    follow = db.session.scalars(select(Follow.id)).one()
    visitor.post(f"{here}/entfolgen/{follow}")
    assert follows(id_) == []


def party_email(party_id: int) -> str:
    return db.session.get_one(Party, party_id).email or ""


def test_a_link_ends_by_time_with_the_address_and_with_the_person(app: Flask) -> None:
    party = make_party(email="ina@see.example")
    id_, path = party.id, link(Use.CHOOSE, party)
    db.session.commit()
    visitor = Visitor(app)
    assert visitor.get(path).status_code == 200
    with clock.at(now() + timedelta(days=62)):
        assert visitor.get(path).status_code == 404
    for values in ({"email": "neu@see.example"}, {"email": None, "erased_at": now()}):
        db.session.execute(update(Party).where(Party.id == id_).values(**values))
        db.session.commit()
        assert visitor.get(path).status_code == 404


def test_a_link_of_one_person_or_use_opens_no_other(app: Flask) -> None:
    mine, other = make_party(), make_party()
    path = link(Use.CHOOSE, mine)
    forged = [
        path.replace(f"/{mine.id}.", f"/{other.id}."),
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        path.replace("tagespost", "fate"),
        link(Use.END, mine).replace("abmelden", "einstellungen"),
        "/mitteilungen/einstellungen/1.ä.x.y",
    ]
    db.session.commit()
    assert [Visitor(app).get(one).status_code for one in forged] == [404] * len(forged)


def test_a_new_link_is_sent_to_people_we_know_and_the_page_says_the_same(app: Flask) -> None:
    make_party(email="ina@see.example")
    db.session.commit()
    visitor = Visitor(app)
    pages = [
        visitor.post(f"{CHOICES}/link", {"email": email}).text.replace(email, "…")
        for email in ("ina@see.example", "niemand@see.example")
    ]
    assert pages[0] == pages[1]
    (mail,) = mails("notify.einstellungen")
    assert mail.to == "ina@see.example"
    found = re.search(r"(/mitteilungen/einstellungen/\S+)", mail.text)
    assert found is not None
    assert visitor.get(found[1]).status_code == 200


# Ending


def test_opening_the_link_ends_nothing_its_button_does(app: Flask) -> None:
    party = make_party()
    id_, path = party.id, link(Use.END, party)
    db.session.commit()
    visitor = Visitor(app)
    assert "Ja, abbestellen" in visitor.get(path).text
    assert chosen_by(id_)[NoticeKind.FOLLOWED] is Frequency.DAILY
    visitor.post(path)
    chosen = chosen_by(id_)
    assert chosen[NoticeKind.FOLLOWED] is Frequency.NEVER
    assert chosen[NoticeKind.FATE] is Frequency.AT_ONCE
    assert "schon erledigt" in visitor.get(path).text


def test_one_click_of_a_mail_program_needs_no_session_and_no_origin(app: Flask) -> None:
    party = make_party()
    id_, path = party.id, link(Use.END, party, "followed")
    notify.follow(id_, Ref(THREAD_KEY, make_thread().id))
    db.session.commit()
    for headers in ({}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = app.test_client().post(
            path, data={"List-Unsubscribe": "One-Click"}, headers=headers
        )
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    db.session.rollback()
    assert chosen_by(id_)[NoticeKind.FOLLOWED] is Frequency.NEVER
    assert follows(id_) == []  # without an account nothing is left to follow for


def test_with_an_account_ending_the_mails_keeps_what_one_follows(app: Flask) -> None:
    account, thread = make_account(), make_thread()
    party = db.session.get_one(Party, account.party_id)
    id_, key, path = party.id, (THREAD_KEY, thread.id), link(Use.END, party)
    notify.follow(id_, Ref(*key))
    db.session.commit()
    Visitor(app).post(path)
    assert follows(id_) == [key]


def test_reasons_cannot_be_ended(app: Flask) -> None:
    party = make_party()
    id_, path = party.id, link(Use.END, party, "statement")
    db.session.commit()
    assert Visitor(app).post(path).status_code == 200
    assert chosen_by(id_)[NoticeKind.STATEMENT] is Frequency.AT_ONCE

"""Pages of the discussions, through the test client."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from beteiligung.discussion import promises
from beteiligung.discussion.models import Post, Status, Vote
from beteiligung.discussion.service import mine, votes
from kern.accounts import tokens
from kern.accounts.models import Party, Pending, Token
from kern.accounts.permissions import Role
from kern.db import db, writing
from kern.moderation.models import Case
from kern.outbox import OutboxEntry
from kern.scope import Moderation
from kern.town import Town, use_town
from tests.builders import (
    actor_of,
    log_in,
    make_account,
    make_actor,
    make_post,
    make_scope,
    make_thread,
)
from tests.sent import mails

SAID = "Bitte denken Sie an die Lastenräder."


def _citizen(client: FlaskClient) -> dict[str, str]:
    """Log in; answers what every form must send along."""
    log_in(client, make_account("Cem Yildiz").id)
    page = client.get("/konto/").text
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    return {"csrf_token": found[1]}


def test_an_empty_thread_says_what_to_do_next(town: Town, client: FlaskClient) -> None:
    thread = make_thread()
    thread_id = thread.id
    db.session.commit()

    page = client.get(f"/beteiligung/gespraech/{thread_id}")

    assert page.status_code == 200
    assert "Ersten Beitrag schreiben" in page.text
    assert "Set-Cookie" not in page.headers


def test_an_unknown_and_a_waiting_thread_answer_alike(town: Town, client: FlaskClient) -> None:
    thread_id = make_thread(status=Status.PENDING, released=None).id
    db.session.commit()

    hidden = client.get(f"/beteiligung/gespraech/{thread_id}")
    unknown = client.get("/beteiligung/gespraech/999999")

    assert hidden.status_code == unknown.status_code == 404
    assert _without_number(hidden.text) == _without_number(unknown.text)


def _without_number(page: str) -> str:
    return re.sub(r"gespraech/\d+", "gespraech/n", page)


def test_a_post_without_login_waits_for_its_mail_and_then_for_release(
    town: Town, client: FlaskClient
) -> None:
    thread = make_thread()
    thread_id = thread.id
    db.session.commit()

    answer = client.post(
        f"/beteiligung/gespraech/{thread_id}/beitraege",
        data={"text": SAID, "email": "Helga@Lindenau.Example"},
    )
    assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Post)) == 0
    on_its_way = client.get(answer.location).text
    assert "Postfach" in on_its_way
    assert f"meist {promises.target()}" in on_its_way
    link = _link_of_pending()
    shown = client.get(link)
    assert SAID in shown.text
    assert client.get(link).status_code == 200  # scanners open links; nothing happens
    done = _confirm(client, link, shown.text)

    assert done.status_code == 303
    post = db.session.scalars(select(Post)).one()
    assert (post.status, post.thread_id) == (Status.PENDING, thread_id)
    assert SAID not in client.get(f"/beteiligung/gespraech/{thread_id}").text
    assert _confirm(client, link, shown.text).status_code == 410


def _link_of_pending() -> str:
    db.session.rollback()
    entry = db.session.scalars(
        select(OutboxEntry).where(OutboxEntry.name == "konto.bestaetigen")
    ).one()
    token = db.session.get_one(Token, entry.payload["token"])
    return f"/konto/bestaetigen/{tokens.text_of(token)}"


def _confirm(client: FlaskClient, link: str, page: str) -> TestResponse:
    """As a person does, who reads for more than a second first."""
    found = re.search(r'name="geoeffnet" value="([^"]+)"', page)
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kern.web.age.MINIMUM_SECONDS", 0.0)
        answer = client.post(link, data={"geoeffnet": found[1]})
    db.session.rollback()
    return answer


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": "", "email": "a@b.example"}, "Bitte schreiben Sie einen Beitrag."),
        ({"text": SAID, "email": "kein-at"}, "E-Mail-Adresse"),
        ({"text": "x" * 5_001, "email": "a@b.example"}, "5000"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    town: Town, client: FlaskClient, data: dict[str, str], sentence: str
) -> None:
    thread = make_thread()
    thread_id = thread.id
    db.session.commit()

    page = client.post(f"/beteiligung/gespraech/{thread_id}/beitraege", data=data)

    assert page.status_code == 422
    assert sentence in page.text
    assert data["text"][:200] in page.text
    assert db.session.scalar(select(func.count()).select_from(Pending)) == 0


def test_a_robot_that_fills_the_hidden_field_changes_nothing_and_a_person_loses_nothing(
    town: Town, client: FlaskClient
) -> None:
    """Where a browser filled it in, the field comes to sight, and the text is still there."""
    thread = make_thread()
    thread_id = thread.id
    db.session.commit()
    data = {"text": SAID, "email": "a@b.example", "website": "https://spam.example"}

    answer = client.post(f"/beteiligung/gespraech/{thread_id}/beitraege", data=data)

    assert answer.status_code == 422
    assert "Hier darf nichts stehen." in answer.text
    assert 'class="df-trap"' not in answer.text
    assert SAID in answer.text
    assert db.session.scalar(select(func.count()).select_from(Pending)) == 0
    again = client.post(
        f"/beteiligung/gespraech/{thread_id}/beitraege", data=data | {"website": ""}
    )
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("moderation", "said"),
    [
        (Moderation.BEFORE, "Wir lesen jeden Beitrag, bevor er erscheint, meist bis "),
        (Moderation.AFTER, "Ihr Beitrag erscheint gleich. Wir lesen ihn danach."),
    ],
)
def test_it_is_said_everywhere_when_a_post_will_appear(
    town: Town, client: FlaskClient, moderation: Moderation, said: str
) -> None:
    """At the writing box, after sending, in the mail, and where one confirms."""
    path = f"/beteiligung/gespraech/{make_thread(make_scope(moderation=moderation)).id}"
    db.session.commit()

    box = client.get(path).text
    sent = client.post(f"{path}/beitraege", data={"text": SAID, "email": "helga@ort.example"})
    (mail,) = mails("konto.bestaetigen")
    places = [box, client.get(sent.location).text, mail.text, mail.html]
    places.append(client.get(_link_of_pending()).text)

    assert [said in " ".join(place.split()) for place in places] == [True] * 5


def test_with_a_login_the_post_is_kept_and_shown_to_its_author_alone(
    app: Flask, town: Town, client: FlaskClient
) -> None:
    thread = make_thread()
    thread_id = thread.id
    token = _citizen(client)

    answer = client.post(
        f"/beteiligung/gespraech/{thread_id}/beitraege", data={"text": SAID, **token}
    )

    assert answer.status_code == 303
    page = client.get(f"/beteiligung/gespraech/{thread_id}").text
    assert f"Wir lesen es meist {promises.target()}." in page
    assert "wartet auf Prüfung" in page
    assert SAID in page
    assert SAID not in app.test_client().get(f"/beteiligung/gespraech/{thread_id}").text


def test_a_stale_token_loses_nothing(town: Town, client: FlaskClient) -> None:
    thread = make_thread()
    thread_id = thread.id
    _citizen(client)

    page = client.post(
        f"/beteiligung/gespraech/{thread_id}/beitraege",
        data={"text": SAID, "csrf_token": "0" * 64},
    )

    assert page.status_code == 422
    assert SAID in page.text
    assert "zu lange offen" in page.text
    assert db.session.scalar(select(func.count()).select_from(Post)) == 0


def test_another_site_cannot_post_for_anybody(town: Town, client: FlaskClient) -> None:
    thread = make_thread()
    thread_id = thread.id
    db.session.commit()

    page = client.post(
        f"/beteiligung/gespraech/{thread_id}/beitraege",
        data={"text": SAID, "email": "a@b.example"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert page.status_code == 400


def test_a_vote_by_mail_counts_when_confirmed(town: Town, client: FlaskClient) -> None:
    post = make_post()
    post_id = post.id
    db.session.commit()
    to_form = client.post(f"/beteiligung/beitrag/{post_id}/stimme", data={"stimme": "1"})
    assert to_form.status_code == 303
    assert client.get(to_form.location).status_code == 200

    client.post(
        f"/beteiligung/beitrag/{post_id}/stimme/ohne-konto",
        data={"stimme": "1", "email": "helga@lindenau.example"},
    )
    link = _link_of_pending()
    _confirm(client, link, client.get(link).text)

    assert db.session.get_one(Post, post_id, populate_existing=True).agree == 1


def test_64_parallel_clicks_count_once(app: Flask, town: Town) -> None:
    post = make_post()
    voter = actor_of(make_account())
    db.session.commit()
    post_id = post.id
    db.session.remove()

    def click(_number: int) -> None:
        with app.app_context(), use_town(town), writing():
            votes.vote(voter, db.session.get_one(Post, post_id), 1)
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(click, range(64)))

    assert db.session.get_one(Post, post_id).agree == 1
    assert db.session.scalar(select(func.count()).select_from(Vote)) == 1


def test_a_permalink_leads_to_the_page_where_the_post_stands(
    town: Town, client: FlaskClient
) -> None:
    thread = make_thread()
    written = [make_post(thread, text=f"Beitrag Nummer {number}") for number in range(30)]
    reply = make_post(thread, text="Eine Antwort", parent=written[0])
    db.session.commit()

    for post_id in [written[25].id, reply.id]:
        answer = client.get(f"/beteiligung/beitrag/{post_id}")
        page = client.get(answer.location)
        assert answer.location.endswith(f"#beitrag-{post_id}")
        assert f'id="beitrag-{post_id}"' in page.text


def test_a_reply_form_names_whom_it_answers_and_a_quote_stands_in_it(
    town: Town, client: FlaskClient
) -> None:
    thread = make_thread()
    thread_id = thread.id
    post = make_post(
        thread, author=make_actor(Role.CITIZEN, name="Helga Martens"), text="Am Wasser!"
    )
    post_id = post.id
    db.session.commit()

    page = client.get(f"/beteiligung/gespraech/{thread_id}?antwort={post_id}&zitat={post_id}").text

    assert "Ihre Antwort an Helga Martens" in page
    assert "&gt; Am Wasser!" in page


@pytest.mark.parametrize("path", ["bearbeiten", "antworten", "ergebnis", "erfassen"])
def test_the_offices_pages_are_closed_to_citizens(
    town: Town, client: FlaskClient, path: str
) -> None:
    thread = make_thread()
    thread_id = thread.id
    _citizen(client)

    assert client.get(f"/beteiligung/gespraech/{thread_id}/{path}").status_code == 403


def test_staff_enters_a_letter_that_waits_like_any_other(town: Town, client: FlaskClient) -> None:
    thread = make_thread()
    thread_id = thread.id
    planner = make_account("Jana Petersen", (Role.PLANNER, None))
    planner_id, party_id = planner.id, planner.party_id
    log_in(client, planner_id)
    page = client.get(f"/beteiligung/gespraech/{thread_id}/erfassen").text
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None

    client.post(
        f"/beteiligung/gespraech/{thread_id}/erfassen",
        data={"csrf_token": found[1], "source": "paper", "text": SAID, "name": "", "email": ""},
    )

    db.session.rollback()
    post = db.session.scalars(select(Post)).one()
    assert (post.source, post.entered_by, post.status) == ("paper", planner_id, Status.PENDING)
    assert post.author_id not in {None, party_id}


def test_the_private_page_of_a_post_tells_why_and_takes_a_rewrite(
    town: Town, client: FlaskClient
) -> None:
    post = make_post(text="Unfreundlich", status=Status.REJECTED)
    post_id = post.id
    db.session.commit()
    path = mine.link_path(post)

    assert "abgelehnt" in client.get(path).text
    answer = client.post(path, data={"text": "Freundlich"})

    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Post, post_id).status == Status.PENDING
    assert db.session.scalars(select(func.count()).select_from(Case)).one() >= 2


def test_my_posts_show_what_became_of_them(town: Town, client: FlaskClient) -> None:
    account = make_account("Helga Martens")
    make_post(author=actor_of(account), text="Licht am Hafen")
    log_in(client, account.id)

    page = client.get("/beteiligung/meine-beitraege")

    assert page.status_code == 200
    assert "Licht am Hafen" in page.text
    assert "öffentlich" in page.text


@pytest.mark.parametrize(
    "query", ["sortierung=quatsch", "seite=vor:::", "seite=nach:1e9:5", "zitat=ö"]
)
def test_odd_addresses_show_the_thread(town: Town, client: FlaskClient, query: str) -> None:
    thread = make_thread()
    thread_id = thread.id
    make_post(thread)
    db.session.commit()

    assert client.get(f"/beteiligung/gespraech/{thread_id}?{query}").status_code == 200


def test_a_reply_shows_what_it_answers(town: Town, client: FlaskClient) -> None:
    post = make_post(text=f"Mehr Schatten <am> Markt. {'Und Bänke. ' * 60}")
    thread_id, post_id = post.thread_id, post.id
    db.session.commit()

    page = client.get(f"/beteiligung/gespraech/{thread_id}?antwort={post_id}").text

    quoted = page.partition('<blockquote class="df-quote">')[2].partition("</blockquote>")[0]
    assert quoted.startswith("Mehr Schatten &lt;am&gt; Markt.")
    assert len(quoted) < 300
    assert f'href="/beteiligung/beitrag/{post_id}"' in page.partition("df-compose")[2]
    form = {"parent": str(post_id), "text": ""}
    again = client.post(f"/beteiligung/gespraech/{thread_id}/beitraege", data=form).text
    assert quoted in again


def test_sentences_about_somebody_without_a_name_read_well(town: Town, client: FlaskClient) -> None:
    post = make_post(text="Mehr Schatten.")
    db.session.get_one(Party, post.author_id).name = None
    gone = make_post(post.thread, author=make_actor(Role.CITIZEN))
    gone.author_id = None
    thread_id, ids = post.thread_id, (post.id, gone.id)
    db.session.commit()

    pages = [client.get(f"/beteiligung/gespraech/{thread_id}?antwort={id_}").text for id_ in ids]

    assert "<b>Jemand ohne Konto</b>" in pages[0]
    assert "Ihre Antwort an jemand ohne Konto" in pages[0]
    assert "<b>Jemand mit gelöschtem Konto</b>" in pages[1]
    assert "Ihre Antwort an jemand mit gelöschtem Konto" in pages[1]


def test_the_writing_box_keeps_its_draft_for_this_thread_and_what_was_typed(
    town: Town, client: FlaskClient
) -> None:
    first, second = make_thread(), make_thread()
    parent = make_post(second)
    numbers, post_id = (first.id, second.id), parent.id
    db.session.commit()

    for number in (*numbers, *numbers):
        page = client.get(f"/beteiligung/gespraech/{number}").text
        assert re.findall(r'data-draft="([^"]+)"', page) == [f"gespraech-{number}-"]
    below = client.get(f"/beteiligung/gespraech/{numbers[1]}?antwort={post_id}").text
    assert f'data-draft="gespraech-{numbers[1]}-{post_id}"' in below
    quoted = client.get(f"/beteiligung/gespraech/{numbers[1]}?zitat={post_id}").text
    assert f'data-draft="gespraech-{numbers[1]}-"' in quoted
    assert re.search(r"<textarea[^>]*>\s*&gt; ", quoted)

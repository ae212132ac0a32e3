import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from beteiligung.discussion.models import POST_KEY, Post, Status
from beteiligung.discussion.service import posts
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.db import db
from kern.mail import kinds
from kern.moderation import decisions
from kern.moderation.models import Case, CaseKind, CaseNote, CaseState, CaseVerdict
from kern.outbox import OutboxEntry
from kern.scope import Moderation, Scope, Visibility
from kern.town import Town
from tests.builders import (
    actor_of,
    make_account,
    make_actor,
    make_party,
    make_post,
    make_scope,
    make_thread,
)
from tests.conftest import CountQueries
from tests.kern.desk_cases import carry_out
from tests.visitors import Visitor

REASON = "Bitte lassen Sie die Nummer weg."


@pytest.fixture
def moderator(town: Town) -> Account:
    return make_account("Kathrin Brandt", (Role.MODERATOR, None))


@pytest.fixture
def desk(app: Flask, town: Town, moderator: Account) -> Visitor:
    return Visitor(app, moderator)


def kept(post: Post) -> int:
    """Its id: each request of a visitor ends the session that the object belongs to."""
    db.session.commit()
    return post.id


def waiting(scope: Scope | None = None, text: str = "Bitte mehr Schatten.") -> int:
    return kept(make_post(make_thread(scope), text=text, status=Status.PENDING))


def status_of(*posts: int) -> list[str]:
    return [str(db.session.get_one(Post, id_).status) for id_ in posts]


def url_of(post: int, kind: CaseKind = CaseKind.RELEASE) -> str:
    return f"/moderation/fall/{case_of(post, kind).id}"


def case_of(post: int, kind: CaseKind = CaseKind.RELEASE) -> Case:
    query = select(Case).where(Case.content_key == POST_KEY, Case.content_id == post)
    case = db.session.scalar(query.where(Case.kind == kind).order_by(Case.id.desc()))
    assert case is not None
    return case


def take_back(desk: Visitor, page: str) -> TestResponse:
    """Press the button of the bar that every page of the desk shows for half a minute."""
    form = re.search(r'<form id="zuruecknehmen"[^>]*>.*?</form>', page, re.DOTALL)
    assert form is not None
    data = dict(re.findall(r'name="(stand|zu|gemeinsam)" value="(\w*)"', form.group()))
    return desk.post("/moderation/zuruecknehmen", data)


def test_the_list_shows_whole_texts_and_how_many_wait(desk: Visitor) -> None:
    waiting(text="Am Wasser fehlt Schatten, auch im Herbst.")

    page = desk.get("/moderation/")

    assert page.status_code == 200
    assert "Am Wasser fehlt Schatten, auch im Herbst." in page.text
    assert re.search(r'Alles <span class="df-num">\(1\)', page.text)


def test_the_list_needs_a_handful_of_queries(desk: Visitor, count_queries: CountQueries) -> None:
    """Session, bell, tabs, cases, texts; for all lines at once authors, hints, phases; undo."""
    for number in range(3):
        waiting(text=f"Beitrag {number}")
    desk.get("/moderation/")

    with count_queries() as sent:
        desk.get("/moderation/")

    assert len(sent) <= 10


def test_an_empty_desk_says_so(desk: Visitor) -> None:
    assert "Alles geprüft" in desk.get("/moderation/").text


def test_guests_are_asked_to_log_in_and_citizens_refused(app: Flask, town: Town) -> None:
    citizen = make_account()

    assert Visitor(app, citizen).get("/moderation/").status_code == 403
    assert Visitor(app).get("/moderation/").location == "/konto/anmelden?weiter=/moderation/"


def test_a_moderator_of_one_project_opens_no_other(app: Flask, town: Town) -> None:
    own, foreign = waiting(text="Hier bei uns."), waiting(text="Ganz woanders.")
    scope_id = db.session.get_one(Post, own).scope_id
    visitor = Visitor(app, make_account(None, (Role.MODERATOR, scope_id)))

    page = visitor.get("/moderation/")

    assert "Hier bei uns." in page.text
    assert "Ganz woanders." not in page.text
    assert visitor.get(url_of(own)).status_code == 200
    assert visitor.get(url_of(foreign)).status_code == 404
    assert visitor.get("/moderation/fall/999").status_code == 404


def test_release_leads_to_the_next_one_and_can_be_taken_back(desk: Visitor) -> None:
    first, second = waiting(text="Der erste."), waiting(text="Der zweite.")
    answer = desk.post(url_of(first), {"tun": "freigeben", "fassung": "1"})

    assert answer.status_code == 303
    assert answer.location == url_of(second)
    assert status_of(first) == ["public"]
    page = desk.get(answer.location)
    back = take_back(desk, page.text)
    assert back.location == url_of(first)
    assert status_of(first) == ["pending"]


def test_the_next_one_keeps_the_filter(desk: Visitor) -> None:
    here = make_scope()
    first, other, second = waiting(here), waiting(), waiting(here)
    filter_ = f"?projekt={here.id}"

    answer = desk.post(url_of(first) + filter_, {"tun": "freigeben", "fassung": "1"})

    assert answer.location == url_of(second) + filter_
    assert case_of(other).state == CaseState.OPEN


def test_a_rejection_without_rule_keeps_what_was_typed(desk: Visitor) -> None:
    post = waiting()
    data = {"tun": "ablehnen", "fassung": "1", "text": REASON}
    desk.get(url_of(post))

    page = desk.post(url_of(post), data)

    assert page.status_code == 422
    assert REASON in page.text
    assert "Bitte wählen Sie die Regel" in page.text
    assert "sieht es gerade an" not in page.text, "the moderator herself does"
    assert status_of(post) == ["pending"]


def test_a_ready_sentence_is_filled_in_without_a_script(desk: Visitor) -> None:
    post = waiting()
    data = {"tun": "baustein", "fassung": "1", "ready": "2"}

    page = desk.post(url_of(post), data)

    assert page.status_code == 200
    assert "Angaben über andere Menschen. Bitte lassen Sie diese weg.</textarea>" in page.text
    assert '<option selected value="3">' in page.text
    assert status_of(post) == ["pending"]


def test_the_loser_of_a_race_learns_who_decided_what(desk: Visitor) -> None:
    post = waiting()
    other = make_actor(Role.MODERATOR, name="Jens Ohlsen")
    decision = decisions.Decision(CaseVerdict.REJECT, 1, 3, REASON)
    decisions.decide(other, case_of(post).id, decision)
    db.session.commit()

    page = desk.post(url_of(post), {"tun": "freigeben", "fassung": "1"})

    assert page.status_code == 409
    assert "Jens Ohlsen" in page.text
    assert "abgelehnt" in page.text
    assert status_of(post) == ["rejected"]


def test_a_text_that_changed_meanwhile_is_not_decided_unread(desk: Visitor) -> None:
    author = make_account()
    written = make_post(author=actor_of(author), status=Status.PENDING)
    posts.edit_post(actor_of(author), written, "Jetzt anders.")
    post = kept(written)
    url = url_of(post)

    page = desk.post(url, {"tun": "freigeben", "fassung": "1"})

    assert page.status_code == 409
    assert "neuere Fassung" in page.text
    assert status_of(post) == ["pending"]
    assert "Jetzt anders." in desk.get(url).text


def test_while_an_edit_waits_both_texts_stand_side_by_side(desk: Visitor) -> None:
    author = make_account()
    post = make_post(author=actor_of(author), text="Alt und öffentlich.")
    posts.edit_post(actor_of(author), post, "Neu und wartend.")

    page = desk.get(url_of(kept(post))).text

    assert "Alt und öffentlich." in page
    assert "Neu und wartend." in page


def test_marked_ones_are_released_together(desk: Visitor) -> None:
    found = [waiting(text=f"Nummer {number}") for number in range(3)]
    marked = [f"{case_of(post).id}:1" for post in found[:2]]

    answer = desk.post("/moderation/auswahl", {"fall": marked, "tun": "freigeben"})

    page = desk.get(answer.location).text
    assert "2 entschieden: freigegeben." in page
    assert [text in page for text in ("Nummer 0", "Nummer 1", "Nummer 2")] == [False, False, True]
    carry_out()
    assert status_of(*found) == ["public", "public", "pending"]


def test_marked_ones_are_taken_back_together(desk: Visitor) -> None:
    found = [waiting(text=f"Nummer {number}") for number in range(2)]
    marked = [f"{case_of(post).id}:1" for post in found]
    answer = desk.post("/moderation/auswahl", {"fall": marked, "tun": "freigeben"})

    page = desk.get(take_back(desk, desk.get(answer.location).text).location).text

    assert "2 zurückgenommen" in page
    assert "Nummer 0" in page
    carry_out()
    assert status_of(*found) == ["pending"] * 2


def test_marked_ones_are_rejected_with_one_reason(desk: Visitor) -> None:
    found = [waiting(text=f"Werbung {number}") for number in range(2)]
    marked = [f"{case_of(post).id}:1" for post in found]

    question = desk.post("/moderation/auswahl", {"fall": marked, "tun": "ablehnen"})
    page = desk.get(question.location)
    assert "2 Texte ablehnen" in page.text
    data = {"fall": marked, "rule": "5", "text": "Das ist Werbung.", "tun": "ablehnen"}
    answer = desk.post("/moderation/auswahl/entscheiden", data)

    assert answer.status_code == 303
    carry_out()
    assert status_of(*found) == ["rejected", "rejected"]


def test_the_log_shows_the_rejected_and_releases_it_after_all(desk: Visitor) -> None:
    post = waiting(text="Rufen Sie mich an.")
    data = {"tun": "ablehnen", "fassung": "1", "rule": "3", "text": REASON}
    desk.post(url_of(post), data)

    page = desk.get("/moderation/erledigt?entscheidung=abgelehnt")
    assert "Rufen Sie mich an." in page.text
    assert "Regel 3" in page.text
    item = desk.get(url_of(post))
    assert REASON in item.text
    desk.post(f"{url_of(post)}/neu", {"tun": "freigeben", "fassung": "1"})

    assert status_of(post) == ["public"]
    assert (
        "Rufen Sie mich an." not in desk.get("/moderation/erledigt?entscheidung=abgelehnt").text[:0]
    )


def test_the_log_answers_who_what_when_and_by_which_rule(desk: Visitor) -> None:
    first, second = waiting(text="Werbung für Kredite."), waiting(text="Mehr Bänke am Kai.")
    data = {"tun": "ablehnen", "fassung": "1", "rule": "5", "text": "Das ist Werbung."}
    desk.post(url_of(first), data)
    desk.post(url_of(second), {"tun": "freigeben", "fassung": "1"})
    author = case_of(second).author_id

    def shown(asked: str) -> list[str]:
        page = desk.get(f"/moderation/erledigt?{asked}").text
        texts = ("Werbung für Kredite.", "Mehr Bänke am Kai.")
        return [text for text in texts if text in page]

    assert shown("regel=5") == ["Werbung für Kredite."]
    assert shown("regel=4") == []
    assert shown(f"person={author}") == ["Mehr Bänke am Kai."]
    assert shown("von=mir&seit=7") == ["Werbung für Kredite.", "Mehr Bänke am Kai."]
    assert shown("entscheidung=geschwaerzt") == []
    assert "Dazu ist nichts entschieden" in desk.get("/moderation/erledigt?regel=4").text


def test_later_puts_it_aside_and_goes_on(desk: Visitor) -> None:
    first, second = waiting(), waiting()
    desk.get(url_of(first))
    assert case_of(first).claimed_by is not None

    answer = desk.post(f"{url_of(first)}/weglegen")

    assert answer.location == url_of(second)
    assert case_of(first).claimed_by is None


def test_others_see_who_looks_at_it(app: Flask, desk: Visitor) -> None:
    post = waiting()
    desk.get(url_of(post))

    other = Visitor(app, make_account(None, (Role.MODERATOR, None)))
    page = other.get(url_of(post))

    assert "Kathrin Brandt sieht es gerade an." in page.text


def test_unknown_filters_and_pages_filter_nothing(desk: Visitor) -> None:
    waiting()

    url = "/moderation/?was=x&projekt=²&art=..&bei=1&seite=nach-99999999999999999999-1"

    assert "Bitte mehr Schatten." in desk.get(url).text
    assert desk.get("/moderation/erledigt?entscheidung=x&projekt=-1&seite=vor-1").status_code == 200


# Reports


def report_url(post: int) -> str:
    return f"/melden/{POST_KEY}/{post}"


def public(text: str = "Alle Radfahrer sind Idioten.", **values: Any) -> int:
    return kept(make_post(text=text, **values))


def test_anybody_reports_and_gets_a_number(app: Flask, town: Town) -> None:
    post = public()
    visitor = Visitor(app)
    assert f"{town.address}/beteiligung/beitrag/{post}" in visitor.get(report_url(post)).text

    told = {"rule": "4", "text": "Beleidigend.", "name": "Ida  Klein"}
    answer = visitor.post(report_url(post), told)

    number = re.fullmatch(r"/melden/nummer/([0-9A-Z]{4}-[0-9A-Z]{4})\?neu=1", answer.location)
    assert number is not None
    assert number.group(1) in visitor.get(answer.location).text
    case = case_of(post, CaseKind.REPORT)
    assert (case.state, case.reports) == (CaseState.OPEN, 1)
    assert db.session.scalars(select(CaseNote.name)).all() == ["Ida Klein"]


def test_five_reports_of_one_thing_are_one_case(app: Flask, desk: Visitor) -> None:
    post = public()
    for number in range(5):
        Visitor(app).post(report_url(post), {"rule": "0", "text": f"Grund {number}"})

    cases = db.session.scalars(select(Case).where(Case.kind == CaseKind.REPORT)).all()
    assert [case.reports for case in cases] == [5]
    page = desk.get(f"/moderation/fall/{cases[0].id}").text
    assert all(f"Grund {number}" in page for number in range(5))
    assert "5 Meldungen" in desk.get("/moderation/?was=gemeldet").text


def test_who_reports_twice_counts_once(app: Flask, town: Town) -> None:
    post, visitor = public(), Visitor(app, make_account())
    for text in ("Erst so.", "Dann so."):
        visitor.post(report_url(post), {"rule": "0", "text": text})

    assert case_of(post, CaseKind.REPORT).reports == 1


def test_what_is_not_public_cannot_be_reported(app: Flask, town: Town) -> None:
    hidden = kept(make_post(status=Status.HIDDEN))
    invited = kept(make_post(make_thread(make_scope(visibility=Visibility.INVITED))))
    visitor = Visitor(app)
    urls = [report_url(post) for post in (hidden, waiting(), invited)]
    urls += [
        "/melden/beteiligung.post/99999",
        "/melden/gibt.es.nicht/1",
        "/melden/nummer/AAAA-AAAA",
    ]

    pages = [visitor.get(url) for url in urls]

    assert {page.status_code for page in pages} == {404}
    assert (
        len({page.text.replace(url, "") for page, url in zip(pages[:5], urls, strict=False)}) == 1
    )


def test_robots_that_fill_everything_in_are_refused(app: Flask, town: Town) -> None:
    post = public()

    data = {"rule": "4", "website": "https://spam.example"}
    assert Visitor(app).post(report_url(post), data).status_code == 422
    assert db.session.scalar(select(Case).where(Case.kind == CaseKind.REPORT)) is None


def test_other_reasons_need_words_and_addresses_a_form(app: Flask, town: Town) -> None:
    visitor, post = Visitor(app), public()

    assert visitor.post(report_url(post), {}).status_code == 422
    assert visitor.post(report_url(post), {"rule": "0"}).status_code == 422
    page = visitor.post(report_url(post), {"rule": "4", "text": "Hm.", "email": "anna@"})
    assert page.status_code == 422
    assert "Hm." in page.text


def test_nobody_floods_the_desk_with_reports(app: Flask, town: Town) -> None:
    post = public()
    answers = [Visitor(app).post(report_url(post), {"rule": "4"}).status_code for _ in range(11)]

    assert answers == [303] * 10 + [429]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"tun": "ausblenden", "rule": "4", "text": "Verletzend."}, "ausgeblendet"),
        ({"tun": "in-ordnung"}, "bleibt stehen"),
    ],
)
def test_the_reporter_learns_what_became_of_it(
    app: Flask, desk: Visitor, data: dict[str, str], said: str
) -> None:
    post, visitor = public(), Visitor(app)
    values = {"rule": "4", "text": "Verletzend.", "email": "Anna@Lindenau.example"}
    number = visitor.post(report_url(post), values).location.partition("?")[0]

    desk.post(url_of(post, CaseKind.REPORT), {**data, "fassung": "1"})

    query = select(OutboxEntry).where(OutboxEntry.name == "moderation.gemeldet")
    entry = db.session.scalar(query)
    assert entry is not None
    assert "anna" not in str(entry.payload)
    mail = kinds()["moderation.gemeldet"].build(entry.payload)
    assert mail is not None
    assert mail.to == "anna@lindenau.example"
    assert said in mail.text
    assert "Verletzend." not in mail.text
    assert number in mail.text
    assert said in visitor.get(number).text


def test_undo_keeps_the_answer_from_the_reporter(app: Flask, desk: Visitor) -> None:
    post = public()
    Visitor(app).post(report_url(post), {"rule": "4", "email": "anna@lindenau.example"})
    url = url_of(post, CaseKind.REPORT)
    desk.post(url, {"tun": "in-ordnung", "fassung": "1"})

    take_back(desk, desk.get("/moderation/").text)

    query = select(OutboxEntry).where(OutboxEntry.name == "moderation.gemeldet")
    assert db.session.scalar(query) is None
    assert case_of(post, CaseKind.REPORT).state == CaseState.OPEN


def test_a_decision_about_a_report_settles_the_review_too(app: Flask, desk: Visitor) -> None:
    post = public(
        thread=make_thread(make_scope(moderation=Moderation.AFTER)), status=Status.PENDING
    )
    Visitor(app).post(report_url(post), {"rule": "4"})
    url, kinds_ = url_of(post, CaseKind.REPORT), (CaseKind.REPORT, CaseKind.REVIEW)

    desk.post(url, {"tun": "in-ordnung", "fassung": "1"})
    assert [case_of(post, kind).verdict for kind in kinds_] == [CaseVerdict.FINE] * 2
    take_back(desk, desk.get("/moderation/").text)

    assert [case_of(post, kind).state for kind in kinds_] == [CaseState.OPEN] * 2


def test_the_public_page_has_no_name_of_reporters(app: Flask, desk: Visitor) -> None:
    make_party("Melderin", email="melderin@lindenau.example")
    post = public()
    values = {"rule": "4", "email": "melderin@lindenau.example"}
    Visitor(app).post(report_url(post), values)

    page = desk.get(url_of(post, CaseKind.REPORT))

    assert "melderin" not in page.text.lower()
    assert "möchte eine Antwort" in page.text

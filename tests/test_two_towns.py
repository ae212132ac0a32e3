"""Two towns in one installation: what opens a door in one is worth nothing in the other."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from beteiligung.discussion.models import POST_KEY, Post
from beteiligung.discussion.service.mine import link_path
from beteiligung.project.service import events
from beteiligung.project.service.reading import preview_token
from kern import clock, outbox, search
from kern.accounts import invitations, pending, service, tokens
from kern.accounts.models import Account, AccountState, Token
from kern.accounts.permissions import Role
from kern.accounts.service.profile import PASSWORD_MAIL
from kern.accounts.sessions import open_session
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.errors import Invalid, NotFound, TooMany
from kern.files import service as files
from kern.files import waiting
from kern.files.images import accept_picture
from kern.files.models import FileText
from kern.files.pdf import accept_pdf
from kern.files.picture import Picture
from kern.limits import Limiter
from kern.mail import signed, smtp
from kern.mail.dsn import Failure, Report
from kern.mail.dsn import Kind as BounceKind
from kern.notify import bounces
from kern.notify.models import Notice
from kern.outbox import OutboxEntry
from kern.redis_link import Link
from kern.scope import ScopeState
from kern.settings import change
from kern.town import Towns, current_town, use_town
from kern.web.age import is_too_fast, opened_field
from kern.web.guard import FIELD, token_for
from kern.web.identity import COOKIE
from kern.web.limit import limit_network
from kern.worker import Pace, Worker, drain
from portal.suche import saving
from portal.suche.asked import Asked
from portal.verwaltung.einrichten import setup_link
from tests.builders import actor_of, make_account, make_actor, make_post, make_project
from tests.kern.test_pdf_words import saying
from tests.postgres import Databases
from tests.redis_server import redis_server
from tests.umfragen.made import make_open_survey
from umfragen import service as surveys
from umfragen.models import Level, Survey
from umfragen.service import access
from umfragen.service.access import AdmissionMissing
from umfragen.service.answering import get_row
from wiki.models import Kind, Proposal
from wiki.service import own_links, proposals, spaces
from wiki.service.wordings import Wording

HERE, THERE = "ort", "nachbarort"
HOSTS = {HERE: "localhost", THERE: "nachbarort.example"}
SAME = "gleich" * 7  # what is drawn by lot is made equal, so that only the towns differ
LINKS_OF_MAILS = ["login link", "invitation", "change of address", "confirmation"]
WORDS = {HERE: "Lindenblüten", THERE: "Kastanienlaub"}


@dataclass(frozen=True, slots=True)
class Keys:
    """What somebody could carry over; every row behind it has the same id in both towns."""

    session: str
    doors: dict[str, str]  # addresses that open something, by what it is


@pytest.fixture
def app(app: Flask, template_town: Path, database: str, request: pytest.FixtureRequest) -> Flask:
    """With a second town beside the usual one, made from the same template."""
    towns: Towns = app.extensions["dorflinde.towns"]
    town = towns.create(THERE, frozenset({HOSTS[THERE]}))
    if database:
        databases: Databases = request.getfixturevalue("postgres_databases")
        databases.make(THERE)
    else:
        shutil.copy(template_town / "orte" / HERE / "ort.db", town.path / "ort.db")
    return app


@contextmanager
def inside(app: Flask, slug: str) -> Iterator[None]:
    towns: Towns = app.extensions["dorflinde.towns"]
    with use_town(towns.by_slug(slug)), app.app_context():
        yield
        db.session.commit()
        db.session.remove()


@pytest.fixture
def keys(app: Flask) -> dict[str, Keys]:
    found = {}
    for slug in HOSTS:
        with inside(app, slug):
            found[slug] = plant(slug)
    return found


def plant(slug: str) -> Keys:
    account = make_account("Anna Ahrens")
    session = open_session(account, "Firefox, Linux", 30)
    draft = make_project(slug="entwurf", state=ScopeState.DRAFT)
    draft.preview_nonce = SAME
    post = make_post(text=f"Bitte mehr {WORDS[slug]} am Weg.")
    post.receipt = SAME[:8]
    service.request_link("anna@lindenau.example", "de", "/konto/")
    token = db.session.scalars(select(Token)).one()
    invited = make_account("Ina Imhof")
    invited.state = AccountState.INVITED
    letter = tokens.issue(invitations.PURPOSE, f"account:{invited.id}", timedelta(days=1))
    change_mail, confirmation = asked_by_mail(account, post)
    proposal = make_proposal(account.party_id)
    mail_of = partial(signed.path_for, party_id=account.party_id, address=address_of(account))
    for number, drawn in enumerate(db.session.scalars(select(Token).order_by(Token.id))):
        drawn.nonce = f"{number}{SAME}"
    db.session.flush()
    return Keys(
        session,
        {
            "login link": f"/konto/link/{tokens.text_of(token)}",
            "invitation": f"/konto/einladung/{tokens.text_of(letter)}",
            "change of address": f"/konto/mail/{tokens.text_of(change_mail)}",
            "confirmation": f"/konto/bestaetigen/{tokens.text_of(confirmation)}",
            "which mails come": mail_of(signed.Use.CHOOSE),
            "end of mails": mail_of(signed.Use.END),
            "own proposal": own_links.link_path(proposal),
            "page of a post": link_path(post),
            "preview": f"/beteiligung/entwurf/vorschau/{preview_token(draft)}",
            "picture": f"/dateien/{public_picture()}/small",
        },
    )


def asked_by_mail(account: Account, post: Post) -> tuple[Token, Token]:
    """What waits for a click in a mail: a new address, and a post without an account."""
    service.request_mail_change(actor_of(account), "anna@neu.example", "de")
    payload = {"thread": post.thread_id, "parent": None, "text": "Auch ein Beet.", "picture": None}
    pending.submit("beteiligung.beitrag", "gast@see.example", {**payload, "typed_ms": 0})
    confirmation, change_mail = db.session.scalars(select(Token).order_by(Token.id.desc()).limit(2))
    return change_mail, confirmation


def address_of(account: Account) -> str:
    return service.address_of_account(account.id) or ""


def make_proposal(author_id: int) -> Proposal:
    space = spaces.find_space("ortswiki")
    assert space is not None
    wording = Wording("Dorflinde", "Sie steht seit 1870.", kind=Kind.CREATE)
    proposal = proposals.propose_confirmed(space, None, wording, None, author_id)
    proposal.receipt = SAME[:8]
    return proposal


def small_picture() -> Picture:
    data = BytesIO()
    Image.new("RGB", (64, 64), "green").save(data, "PNG")
    return accept_picture(data.getvalue(), "bild.png")


def public_picture() -> str:
    file = files.keep_picture(small_picture(), "Eine grüne Fläche", None)
    files.publish([file.id])
    return file.name


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(app: Flask) -> Ask:
    """`ask(town, path)`, with a session's cookie and a form when there is one."""

    def asked(
        slug: str, path: str, session: str = "", form: dict[str, str] | None = None
    ) -> TestResponse:
        client = app.test_client()
        if session:
            client.set_cookie(COOKIE, session, domain=HOSTS[slug])
        return client.open(
            path,
            base_url=f"http://{HOSTS[slug]}",
            method="GET" if form is None else "POST",
            data=form,
            headers={"Sec-Fetch-Site": "same-origin"},
            buffered=True,
        )

    return asked


def test_readers_of_two_towns_take_turns(keys: dict[str, Keys], ask: Ask) -> None:
    for slug in (HERE, THERE) * 2:
        page = ask(slug, "/beteiligung/gespraech/1").text

        assert [words for words in WORDS.values() if words in page] == [WORDS[slug]]


def test_an_address_of_one_town_opens_nothing_in_the_other(keys: dict[str, Keys], ask: Ask) -> None:
    doors = keys[HERE].doors
    at_home = {name: ask(HERE, path).status_code for name, path in doors.items()}
    elsewhere = {name: ask(THERE, path).status_code for name, path in doors.items()}

    assert at_home == dict.fromkeys(doors, 200)
    assert elsewhere == dict.fromkeys(doors, 404) | dict.fromkeys(LINKS_OF_MAILS, 410)


def test_the_link_that_sets_up_one_town_sets_up_no_other(app: Flask, ask: Ask) -> None:
    with inside(app, HERE):
        path = urlsplit(setup_link()).path
    with inside(app, THERE):
        setup_link()  # the same number: only the towns differ

    assert [ask(slug, path).status_code for slug in HOSTS] == [200, 410]


def test_a_login_counts_in_its_own_town(keys: dict[str, Keys], ask: Ask) -> None:
    session = keys[HERE].session
    at_home, elsewhere = ask(HERE, "/konto/", session), ask(THERE, "/konto/", session)

    assert at_home.status_code == 200
    assert "Anna Ahrens" in at_home.text
    assert elsewhere.status_code == 303
    assert elsewhere.location.startswith("/konto/anmelden")


def test_a_form_of_one_town_is_not_taken_by_the_other(
    app: Flask, keys: dict[str, Keys], ask: Ask
) -> None:
    session = keys[THERE].session
    signed = {}
    for slug in HOSTS:
        with inside(app, slug):
            signed[slug] = {FIELD: token_for(session), "name": "Birte Brandt"}

    assert ask(THERE, "/konto/name", session, signed[HERE]).status_code == 422
    assert "Anna Ahrens" in ask(THERE, "/konto/", session).text
    assert ask(THERE, "/konto/name", session, signed[THERE]).status_code == 303
    assert "Birte Brandt" in ask(THERE, "/konto/", session).text


def test_an_unknown_host_is_refused(app: Flask, keys: dict[str, Keys]) -> None:
    client = app.test_client()
    for host in ("unbekannt.example", "ort", "localhost.nachbarort.example"):
        assert client.get("/", base_url=f"http://{host}").status_code == 400


def test_a_town_finds_its_own(
    app: Flask, settings: Settings, keys: dict[str, Keys], ask: Ask
) -> None:
    for slug in HOSTS:
        with inside(app, slug):
            drain(settings)

    def hits(slug: str, words: str) -> bool:
        return f"Bitte mehr <mark>{words}</mark>" in ask(slug, f"/suche?q={words}").text

    assert [hits(slug, WORDS[slug]) for slug in HOSTS] == [True, True]
    assert [hits(HERE, WORDS[THERE]), hits(THERE, WORDS[HERE])] == [False, False]
    for slug in HOSTS:
        with inside(app, slug):
            assert not search.compare()


def test_a_town_has_its_own_words(app: Flask, keys: dict[str, Keys], ask: Ask) -> None:
    ask(THERE, "/")  # both are remembered before one changes
    with inside(app, HERE):
        change({"name": "Lindenau am See"})

    assert "Lindenau am See" in ask(HERE, "/").text
    assert "Lindenau am See" not in ask(THERE, "/").text


def test_a_letter_of_one_town_admits_to_no_survey_of_the_other(app: Flask, ask: Ask) -> None:
    """Both surveys have the same number, and the codes are drawn from the same ones."""
    given: dict[str, tuple[int, str, str, str]] = {}
    for slug in HOSTS:
        with inside(app, slug):
            planner = make_actor(Role.PLANNER)
            survey = make_open_survey(level=Level.CODE)
            (letter,) = surveys.make_letters(planner, survey, {"Nord": 1})
            draft = surveys.start(survey, language="de")
            admission = surveys.admission_for_code(survey, letter.code)
            page = f"/umfragen/{survey.slug}/ausfuellen/{draft}/1"
            given[slug] = (survey.id, letter.code, admission, page)
    number, code, admission, page = given[HERE]
    assert number == given[THERE][0]

    assert [ask(slug, page).status_code for slug in HOSTS] == [200, 404]
    with inside(app, HERE):
        at_home = db.session.get_one(Survey, number)
        assert access.read_admission(at_home, admission)
        value = surveys.device_value(at_home)
    with inside(app, THERE):
        elsewhere = db.session.get_one(Survey, number)
        with pytest.raises(AdmissionMissing):
            access.read_admission(elsewhere, admission)
        assert not surveys.is_known_device(elsewhere, value)
        with pytest.raises(Invalid):
            surveys.admission_for_code(elsewhere, code)


def test_who_stopped_on_the_way_goes_on_only_in_the_same_town(app: Flask) -> None:
    given: dict[str, tuple[int, str, str]] = {}
    for slug in HOSTS:
        with inside(app, slug):
            survey = make_open_survey()
            draft = surveys.start(survey, language="de")
            given[slug] = (survey.id, draft, surveys.give_resume_code(survey, draft))
    number, draft, code = given[HERE]
    assert number == given[THERE][0]

    with inside(app, THERE):
        elsewhere = db.session.get_one(Survey, number)
        with pytest.raises(NotFound):
            surveys.resume(elsewhere, code)
        with pytest.raises(NotFound):
            get_row(elsewhere, draft)
    with inside(app, HERE):
        assert surveys.resume(db.session.get_one(Survey, number), code) != draft


def test_a_mail_that_comes_back_counts_only_in_the_town_that_sent_it(app: Flask) -> None:
    """Both wrote the same mail to the same person, under the same number."""
    report = {}
    for slug in HOSTS:
        with inside(app, slug):
            account = make_account("Anna Ahrens")
            outbox.mail(PASSWORD_MAIL, f"account:{account.id}", event="probe")
            entry = db.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "mail")).one()
            address = address_of(account)
            proof = smtp.signature(current_town(), entry.id, entry.key, address)
            failure = Failure(address, BounceKind.GONE, "5.1.1")
            report[slug] = Report(((entry.id, proof),), (failure,))

    with inside(app, THERE):
        assert bounces.take_report(report[HERE]) is bounces.Taken.UNKNOWN
        assert bounces.take_report(report[THERE]) is bounces.Taken.STOPPED


def test_a_file_that_waits_in_one_town_is_not_taken_up_in_the_other(app: Flask) -> None:
    with inside(app, HERE):
        token = waiting.put(small_picture())
        assert waiting.find(token, Picture)
    with inside(app, THERE):
        assert waiting.find(token, Picture) is None


@pytest.fixture(params=["file", "redis"])
def counting(app: Flask, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """All towns of an installation count in one place, here in each of the two there are."""
    if request.param == "file":
        yield
        return
    with redis_server() as server, closing(Link(server.address)) as link:
        app.extensions["dorflinde.limits"] = Limiter(tmp_path, link=link)
        yield


@pytest.mark.usefixtures("counting")
def test_who_is_held_back_in_one_town_is_free_in_the_other(app: Flask) -> None:
    for slug in HOSTS:
        with inside(app, slug), app.test_request_context():
            for _ in range(3):
                limit_network("probe", 3)
            with pytest.raises(TooMany):
                limit_network("probe", 3)


def test_when_a_form_was_opened_is_believed_only_by_its_own_town(app: Flask) -> None:
    with inside(app, HERE), app.test_request_context():
        with clock.at(now() - timedelta(minutes=5)):
            value = str(opened_field("probe")).split('"')[-2]
        assert not is_too_fast(value, "probe")
    with inside(app, THERE):
        assert is_too_fast(value, "probe")


def test_a_feed_names_only_what_its_town_has_and_by_names_of_its_own(
    keys: dict[str, Keys], ask: Ask
) -> None:
    feeds = {slug: [ask(slug, "/atom.xml").text for _ in range(2)] for slug in HOSTS}
    names = {slug: set(re.findall("urn:uuid:[0-9a-f-]+", of[0])) for slug, of in feeds.items()}

    assert names[HERE]
    assert not names[HERE] & names[THERE]
    for slug, of in feeds.items():
        for text in of:
            assert [words for words in WORDS.values() if words in text] == [WORDS[slug]]


def test_a_saved_search_hears_only_of_what_its_own_town_releases(
    app: Flask, settings: Settings, keys: dict[str, Keys]
) -> None:
    """Both have the same number, and both towns release something new."""
    heard = {}
    for slug in HOSTS:
        with inside(app, slug):
            saving.save(make_account("Sina Sucht").party_id, Asked(text=WORDS[THERE]))
            db.session.commit()
            post = make_post(text=f"Noch mehr {WORDS[slug]}.")
            outbox.note(POST_KEY, post.id)
    for slug in HOSTS:
        with inside(app, slug):
            drain(settings)
            query = select(func.count(Notice.id)).where(Notice.what == saving.HIT)
            heard[slug] = db.session.scalar(query)

    assert heard == {HERE: 0, THERE: 1}


def test_documents_of_one_town_hold_the_other_no_longer_than_one_of_them(
    app: Flask, settings: Settings
) -> None:
    """Slices of no length: as if each document took longer than its town may keep a thread."""
    words = ["Schalldämmung", "Uferpromenade", "Laubengang"]
    with inside(app, HERE):
        search.rebuild_all()
        for word in words:
            project = make_project(title="Plan")
            planner = make_actor(Role.PLANNER, scope_id=project.scope_id)
            events.add_document(planner, project, accept_pdf(saying(word), "plan.pdf"), "Plan")
    with inside(app, THERE):
        search.rebuild_all()
        outbox.note(POST_KEY, make_post(text=f"Mehr {WORDS[THERE]}.").id)
    worker = Worker(app, settings, app.extensions["dorflinde.towns"], pace=Pace(slice=0))

    with closing(worker.jobs):
        worker.drain(HERE)
        worker.drain(THERE)
        with inside(app, THERE):
            assert len(search.find(WORDS[THERE]).items) == 1
        with inside(app, HERE):
            assert db.session.query(FileText).count() == 1
        assert worker.jobs.waiting() > 0, "what is left is asked for, behind the other town"

        for _turn in words[1:]:
            worker.drain(HERE)
    with inside(app, HERE):
        assert [len(search.find(word).items) for word in words] == [1, 1, 1]

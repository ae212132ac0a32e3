"""A process keeps words and fields between requests; no reader sees what was made for another."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from kern.db import db
from tests.builders import log_in, make_account, make_post, make_thread

pytestmark = pytest.mark.usefixtures("town")

GERMAN = frozenset(
    {"Dafür", "Zitieren", "Ihre E-Mail-Adresse", "- freiwillig", "5. Mai 2026, 14 Uhr"}
)
ENGLISH = frozenset({"Agree", "Quote", "Your e-mail address", "- optional", "5 May 2026, 14:00"})
MAIL = "Ihre E-Mail-Adresse"


@pytest.fixture
def path() -> str:
    thread = make_thread()
    make_post(thread).written_at = datetime(2026, 5, 5, 12, tzinfo=UTC)
    db.session.commit()
    return f"/beteiligung/gespraech/{thread.id}"


def test_readers_of_two_languages_take_turns(client: FlaskClient, path: str) -> None:
    for language, own, other in (("de", GERMAN, ENGLISH), ("en", ENGLISH, GERMAN)) * 2:
        page = client.get(f"{path}?sprache={language}").text

        assert {words for words in own if words not in page} == set()
        assert {words for words in other if words in page} == set()


def test_readers_by_day_and_by_night_take_turns(client: FlaskClient, path: str) -> None:
    for theme in ("dark", "light", "") * 2:
        client.set_cookie("ansicht", theme)

        assert (f'data-kern-theme="{theme}"' in client.get(path).text) == bool(theme)


def test_guests_and_people_with_a_login_take_turns(client: FlaskClient, path: str) -> None:
    guest = client.application.test_client()
    log_in(client, make_account("Helga Martens").id)

    for _ in range(2):
        hers, theirs = client.get(path).text, guest.get(path).text

        assert "Helga Martens" in hers
        assert MAIL not in hers
        assert 'name="csrf_token"' in hers
        assert "Helga Martens" not in theirs
        assert MAIL in theirs
        assert 'name="csrf_token"' not in theirs


def test_what_one_person_typed_is_in_nobody_elses_form(client: FlaskClient, path: str) -> None:
    typed = {"text": "", "email": "helga@lindenau.example", "picture_alt": "Ein Steg"}

    for _ in range(2):
        shown_again = client.post(f"{path}/beitraege", data=typed)
        fresh = client.get(path).text

        assert shown_again.status_code == 422
        assert 'value="helga@lindenau.example"' in shown_again.text
        assert 'value="Ein Steg"' in shown_again.text
        assert "helga@" not in fresh
        assert "Ein Steg" not in fresh

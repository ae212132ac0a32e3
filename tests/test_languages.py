"""Every German sentence has its English one, with the same places, and English pages show it."""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from flask import Flask
from flask.testing import FlaskClient

from kern import i18n
from kern.db import db
from kern.errors import Conflict, Invalid
from kern.scope.service import CLOSED_SENTENCE
from kern.town import Town
from portal.betrieb import catalogue
from tests.builders import log_in, make_account, make_post, make_thread

PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
SENTENCE = 16  # letters; shorter ones are the same word in both languages now and then
REFRESH = "Bitte rufen Sie auf: python -m portal.betrieb.catalogue"


@cache
def entries() -> tuple[Message, ...]:
    return tuple(entry for entry in catalogue.read() if entry.id)


@cache
def sentences() -> frozenset[catalogue.Message]:
    """Of the whole source; reading it takes seconds."""
    return frozenset(catalogue.messages())


def ids(entry: Message) -> list[str]:
    return [entry.id] if isinstance(entry.id, str) else list(entry.id)


def strings(entry: Message) -> list[str]:
    found = entry.string
    return [found] if isinstance(found, str) else list(found or ())


def test_every_sentence_of_the_source_is_in_the_catalogue() -> None:
    known = {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in entries()}
    wanted = sentences()

    assert sorted(map(str, wanted - known)) == [], REFRESH
    assert sorted(map(str, known - wanted)) == [], REFRESH


def test_errors_speak_english_though_other_classes_share_their_names() -> None:
    """`Refused` and `Change` are names of several classes, not all of them errors."""
    assert {"Eine Seite muss bleiben.", "Die Quoten sind anders."} <= sentences()


def test_every_sentence_has_its_english_one() -> None:
    assert [entry.id for entry in entries() if not catalogue.is_complete(entry)] == []


def test_both_languages_name_the_same_places() -> None:
    for entry in entries():
        wanted = {place for id_ in ids(entry) for place in PLACE.findall(id_)}
        for string in strings(entry):
            found = set(PLACE.findall(string))
            assert found <= wanted, entry.id
            if len(ids(entry)) == 1:
                assert found == wanted, entry.id


def test_english_words_begin_and_end_like_the_german_ones() -> None:
    """A lost blank or a full stop too many is seen at once on the page."""
    for entry in entries():
        for id_, string in zip(ids(entry), strings(entry), strict=True):
            assert (id_[0] == " ") == (string[0] == " "), id_
            assert (id_[-1] in " :") == (string[-1] in " :"), id_


def test_sentences_of_errors_are_found_wherever_they_stand() -> None:
    found = sentences()

    assert "Bitte höchstens %(limit)s Zeichen." in found  # in the call
    assert set(CLOSED_SENTENCE.values()) <= found  # in a mapping
    assert "Dieses Projekt gibt es nicht." in found  # in a constant
    assert "Darüber wurde inzwischen schon entschieden." in found  # in an error's own __init__


def test_sentences_within_other_words_are_found() -> None:
    """`f"{title} – {_('eigene Worte')}"`; Babel's own reading of Python misses them."""
    assert {"eigene Worte", ("%(num)s Text", "%(num)s Texte")} <= sentences()


def test_errors_speak_the_readers_language(app: Flask) -> None:
    error = Invalid("Bitte höchstens %(limit)s Zeichen.", limit=40)

    with app.test_request_context("/?sprache=en"):
        assert i18n.say(error) == "Please use at most 40 characters."
        assert i18n.say(Conflict("Das ist nicht ausgeblendet.")) == "This is not hidden."
    with app.test_request_context("/"):
        assert i18n.say(error) == "Bitte höchstens 40 Zeichen."


def test_numbers_have_their_plural(app: Flask) -> None:
    with app.test_request_context("/?sprache=en"):
        words = [i18n._n("%(num)s Beitrag", "%(num)s Beiträge", n) for n in (0, 1, 2)]

    assert words == ["0 posts", "1 post", "2 posts"]


@pytest.mark.parametrize(
    "path", ["/", "/beteiligung/", "/suche?q=Teich", "/konto/anmelden", "/so-gehts", "/nirgends"]
)
def test_an_english_page_holds_no_german_sentence(client: FlaskClient, path: str) -> None:
    client.set_cookie("sprache", "en")

    html = client.get(path).get_data(as_text=True)

    assert '<html lang="en"' in html
    assert german(html) == []


def test_a_thread_speaks_english_to_everybody(client: FlaskClient, town: Town) -> None:
    thread = make_thread()
    make_post(thread, text="Bitte mehr Schatten.")
    path, person = f"/beteiligung/gespraech/{thread.id}", make_account().id
    db.session.commit()
    client.set_cookie("sprache", "en")

    assert german(client.get(path).get_data(as_text=True)) == []
    log_in(client, person)
    html = client.get(path).get_data(as_text=True)
    assert german(html) == []
    assert "Your opinion" in html


def german(html: str) -> list[str]:
    """Source sentences that stand in the page although they have another English form."""
    return [
        id_
        for entry in entries()
        for id_, string in zip(ids(entry), strings(entry), strict=True)
        if len(id_) >= SENTENCE and id_ != string and "%" not in id_ and id_ in html
    ]


def test_a_changed_catalogue_is_compiled_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "messages.po", folder / "messages.mo"
    source.write_text('msgid "ja"\nmsgstr "yes"\n', encoding="utf-8")

    i18n.compile_catalogues(tmp_path)
    first = target.read_bytes()
    i18n.compile_catalogues(tmp_path)
    again = target.stat().st_ino
    source.write_text('msgid "ja"\nmsgstr "yep"\n', encoding="utf-8")
    os.utime(source, (1, 1))  # even if it came from an older copy
    i18n.compile_catalogues(tmp_path)

    assert b"yes" in first
    assert target.stat().st_ino != again
    assert b"yep" in target.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["messages.mo", "messages.po"]

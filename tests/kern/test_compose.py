"""Writing mails: whoever is written to, in their language, with nobody else's words inside."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from kern import settings
from kern.accounts import invitations, pending, service, tokens
from kern.accounts.models import AccountState, Party, Token
from kern.accounts.permissions import Role
from kern.actor import SYSTEM
from kern.clock import now
from kern.db import db
from kern.mail import Mail, kinds
from kern.mail.compose import Recipient, link_of, recipient_of, write
from kern.outbox import OutboxEntry
from kern.town import Town
from tests.builders import actor_of, make_account, make_party
from tests.sent import mails

pytestmark = pytest.mark.usefixtures("town")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "Anna\r\nBcc: alle@beispiel.de",
    "%(town)s %s %d",
    "a" * 300,
)


def helga() -> Recipient:
    return Recipient("helga@lindenau.example", "de", "Helga Martens")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_text(name: str) -> None:
    settings.change({"name": "Lindenau am See"})
    mail = write("konto/anmelden", Recipient("a@b.example", "de", name), link="http://x.example/")

    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "49" not in mail.html
    assert "Lindenau am See" in mail.subject
    assert "\n" not in mail.subject


@pytest.mark.parametrize("name", HOSTILE[:3])
def test_the_name_of_the_town_is_only_text(name: str) -> None:
    settings.change({"name": name[:80]})

    mail = write("konto/anmelden", helga(), link="http://x.example/")

    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "49" not in mail.subject


def test_text_and_page_say_the_same() -> None:
    mail = write("konto/anmelden", helga(), link="http://x.example/konto/link/1.ab")

    for part in ("Guten Tag Helga Martens,", "30 Minuten", "http://x.example/konto/link/1.ab"):
        assert part in mail.text
        assert part in mail.html
    assert mail.text.endswith("\n")
    assert "\n\n\n" not in mail.text
    assert mail.subject not in mail.text


def test_a_recipient_is_looked_up_when_the_mail_is_written() -> None:
    account = make_account("Helga Martens")
    party = make_party("Cem Yildiz", language="en")
    waiting = pending.keep("probe", "gast@lindenau.example", {}, "en", timedelta(days=1))
    email = service.address_of_account(account.id) or ""

    found = [recipient_of(f"account:{account.id}"), recipient_of(f"party:{party.id}")]

    assert found == [
        Recipient(email, "de", "Helga Martens", account.party_id),
        Recipient(party.email or "", "en", "Cem Yildiz", party.id),
    ]
    assert recipient_of(f"pending:{waiting.id}") == Recipient("gast@lindenau.example", "en")


def test_who_is_gone_is_not_written_to() -> None:
    account, party = make_account(), make_party()
    waiting = pending.keep("probe", "gast@lindenau.example", {}, "de", timedelta(seconds=-1))
    account.state = AccountState.BARRED
    party.erased_at = now()
    db.session.flush()

    for subject in (f"account:{account.id}", f"party:{party.id}", f"pending:{waiting.id}"):
        assert recipient_of(subject) is None
    for subject in ("account:99", "party:99", "pending:99", "", "stadt:1"):
        assert recipient_of(subject) is None


def test_a_link_is_written_only_for_whom_it_was_made() -> None:
    token = tokens.issue("konto.link", "pending:3", timedelta(minutes=30))

    def link(**payload: Any) -> str | None:
        return link_of({"token": token.id, "recipient": "pending:3", **payload}, "/konto/link")

    assert str(link()).endswith(f"/konto/link/{tokens.text_of(token)}")
    assert link(recipient="pending:4") is None
    assert link(token=99) is None
    db.session.execute(update(Token).values(used_at=now()))
    assert link() is None


def test_a_link_begins_with_the_towns_own_address(town: Town) -> None:
    token = tokens.issue("konto.link", "pending:3", timedelta(minutes=30))

    link = link_of({"token": token.id, "recipient": "pending:3"}, "/konto/link")

    assert str(link).startswith(f"{town.address}/konto/link/")


def every_mail() -> Mapping[str, Mail]:
    """Each kind of mail of accounts once, written from what its act noted."""
    account, admin = make_account("Helga Martens"), make_account(None, (Role.ADMINISTRATOR, None))
    service.set_password(actor_of(account), "x", "")
    service.request_mail_change(actor_of(account), "neu@lindenau.example", "de")
    invitations.invite(SYSTEM, "jana@lindenau.example", Role.MODERATOR)
    invitations.invite(SYSTEM, service.address_of_account(admin.id) or "", Role.PLANNER)
    service.confirm_mail(_token("konto.adresse"), "")
    service.request_link("neu@lindenau.example", "de", "/")
    written = {entry.name: _written(entry) for entry in db.session.scalars(select(OutboxEntry))}
    service.delete_account(actor_of(account), keep_posts=True)
    written |= {"konto.geloescht": mails("konto.geloescht")[0]}
    return {name: mail for name, mail in written.items() if mail is not None}


def _token(purpose: str) -> str:
    token = db.session.scalars(select(Token).where(Token.purpose == purpose)).one()
    return tokens.text_of(token)


def _written(entry: OutboxEntry) -> Mail | None:
    return kinds()[entry.name].build(entry.payload)


def test_every_mail_is_whole_and_friendly() -> None:
    written = every_mail()

    assert set(written) == {
        "konto.adresse_geaendert",
        "konto.anmelden",
        "konto.einladung",
        "konto.geloescht",
        "konto.passwort_geaendert",
        "konto.recht",
    }
    for mail in written.values():
        assert "@lindenau.example" in mail.to
        assert 5 < len(mail.subject) < 80
        assert mail.text.startswith("Guten Tag")
        assert "Freundliche Grüße" in mail.text
        assert mail.html.count("<h1>") == 1
        assert "None" not in mail.text


def test_the_outbox_names_nobody() -> None:
    every_mail()

    for entry in db.session.scalars(select(OutboxEntry)):
        noted = f"{entry.key} {entry.payload}"
        assert "@" not in noted
        assert "Helga" not in noted


def test_a_mail_speaks_the_language_of_its_reader(app: Flask) -> None:
    party = make_party("Helga Martens", language="en")
    recipient = recipient_of(f"party:{party.id}")
    assert recipient is not None

    mail = write("konto/anmelden", recipient, link="http://x.example/")

    assert '<html lang="en">' in mail.html
    assert db.session.get_one(Party, party.id).language == "en"

"""Coming in: by a link, by a password, and never where one may not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from kern.accounts import service, sessions, tokens
from kern.accounts.models import Account, AccountState, Identity, Party, Pending, Token
from kern.accounts.passwords import hash_password, verify
from kern.accounts.tokens import Spent
from kern.clock import now
from kern.db import db, engine
from kern.errors import Conflict, Invalid
from kern.outbox import OutboxEntry
from kern.town import Town
from tests.builders import make_account, make_party
from tests.sent import mails, token_in

MEMORY = 64
PASSWORD = "Kuhglocke zählt Wolken"


def ask(email: str) -> str:
    """Ask for a link and take it out of the mail."""
    service.request_link(email, "de", "/beteiligung/")
    return token_in(mails("konto.anmelden")[-1])


def enter(token: str, name: str = "") -> str:
    session, _path = service.enter_by_link(token, name, "Firefox", 30, production=False)
    db.session.commit()
    return session


def address(account: Account) -> str:
    return service.address_of_account(account.id) or ""


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine(), "before_cursor_execute", note)


@pytest.mark.usefixtures("town")
class TestLink:
    def test_a_new_address_becomes_an_account_with_a_name(self) -> None:
        session = enter(ask("neu@lindenau.example"), "Seehund 7")

        actor = sessions.actor_of(session)
        account = service.get_account(actor.account_id)
        assert actor.name == "Seehund 7"
        assert address(account) == "neu@lindenau.example"
        assert db.session.get_one(Party, actor.party_id).confirmed_at is not None

    def test_a_known_address_is_logged_in(self) -> None:
        account = make_account("Helga Martens")

        session = enter(ask(address(account)))

        assert sessions.actor_of(session).account_id == account.id

    def test_a_link_works_once(self) -> None:
        token = ask("neu@lindenau.example")
        enter(token, "Seehund 7")

        with pytest.raises(Spent):
            enter(token, "Seehund 8")

    def test_a_login_ends_the_other_links_to_this_address(self) -> None:
        first, second = ask("neu@lindenau.example"), ask("neu@lindenau.example")
        enter(second, "Seehund 7")

        with pytest.raises(Spent):
            enter(first)

    def test_a_link_ends_after_thirty_minutes(self) -> None:
        token = ask("neu@lindenau.example")
        life = db.session.scalar(select(Token.expires_at))
        assert life is not None
        assert timedelta(minutes=29) < life - now() <= timedelta(minutes=30)
        db.session.execute(update(Token).values(expires_at=now() - timedelta(seconds=1)))

        with pytest.raises(Spent):
            service.look_at_link(token, production=False)

    def test_a_link_serves_one_purpose(self) -> None:
        token = ask("neu@lindenau.example")

        for purpose in ("konto.adresse", "konto.einladung", "pending"):
            with pytest.raises(Spent):
                tokens.look(token, purpose)

    @pytest.mark.parametrize("bent", ["", "x", "1", "1.", "1.00", "99999999999999.ab", "١.ab"])
    def test_an_invented_link_opens_nothing(self, bent: str) -> None:
        ask("neu@lindenau.example")

        with pytest.raises(Spent):
            service.look_at_link(bent, production=False)

    def test_no_table_holds_the_secret_of_a_link(self) -> None:
        token = ask("neu@lindenau.example")
        secret = token.partition(".")[2]

        issued = db.session.scalars(select(Token))
        noted = db.session.scalars(select(OutboxEntry))
        rows = [f"{row.payload} {row.subject} {row.nonce}" for row in issued]
        rows += [f"{row.payload} {row.key}" for row in noted]
        assert not any(secret in row for row in rows)

    def test_a_bad_name_spends_no_link(self) -> None:
        token = ask("neu@lindenau.example")
        db.session.commit()

        with pytest.raises(Invalid):
            service.enter_by_link(token, "Rathaus", "", 30, production=False)
        db.session.rollback()

        assert sessions.actor_of(enter(token, "Seehund 7")).is_authenticated

    def test_who_wrote_without_an_account_stays_the_same_person(self) -> None:
        party = make_party(email="gast@lindenau.example")

        session = enter(ask("gast@lindenau.example"), "Seehund 7")

        assert sessions.actor_of(session).party_id == party.id

    def test_two_accounts_for_one_address_are_refused(self) -> None:
        account = make_account()

        with pytest.raises(Conflict):
            service.create_account(address(account), "Seehund 7", memory_kib=MEMORY)

    def test_a_name_is_given_once_also_to_lookalikes(self) -> None:
        enter(ask("eins@lindenau.example"), "Helga Martens")
        for twin in ("helga martens", "HeIga Martens", "Неlga Martens", "Helga  Martens"):
            with pytest.raises(Invalid) as refused:
                enter(ask("zwei@lindenau.example"), twin)
            assert refused.value.field == "name"
            db.session.rollback()


@pytest.mark.usefixtures("town")
class TestDoors:
    def test_the_mail_knows_who_is_new(self) -> None:
        account = make_account("Helga Martens")
        for email in (address(account), "neu@lindenau.example"):
            service.request_link(email, "de", "/")

        known, new = mails("konto.anmelden")
        assert "Jetzt anmelden" in known.html
        assert "Guten Tag Helga Martens," in known.text
        assert "Konto anlegen" in new.html

    @pytest.mark.parametrize("state", [AccountState.BARRED, AccountState.DELETED])
    def test_a_closed_account_gets_no_mail_and_no_session(self, state: AccountState) -> None:
        account = make_account()
        token = ask(address(account))
        account.state = state

        service.request_link(address(account), "de", "/")
        db.session.flush()

        assert mails("konto.anmelden") == []
        with pytest.raises(Spent):
            enter(token)

    def test_an_invitation_is_not_accepted_by_a_login_link(self) -> None:
        account = make_account()
        token = ask(address(account))
        account.state = AccountState.INVITED
        db.session.flush()

        assert "/konto/" not in mails("konto.anmelden")[-1].text
        with pytest.raises(Spent):
            enter(token)

    def test_demo_accounts_stay_outside_in_production(self) -> None:
        account = make_account(is_demo=True, password_hash=hash_password(PASSWORD, MEMORY))
        session = sessions.open_session(account, "", 30)
        token = ask(address(account))
        db.session.commit()

        assert sessions.visit(session, production=True) is None
        assert service.check_password(address(account), PASSWORD, MEMORY, production=True) is None
        with pytest.raises(Spent):
            service.look_at_link(token, production=True)
        assert sessions.visit(session, production=False) is not None

    def test_barring_ends_a_visit_at_the_next_click(self) -> None:
        account = make_account()
        session = sessions.open_session(account, "", 30)
        db.session.commit()
        assert sessions.actor_of(session).is_authenticated

        account.state = AccountState.BARRED
        db.session.commit()

        assert not sessions.actor_of(session).is_authenticated


@pytest.mark.usefixtures("town")
class TestSilence:
    """Nothing tells which addresses have an account."""

    def test_asking_for_a_link_does_the_same_work_for_every_address(self) -> None:
        known = make_account()
        barred = make_account(password_hash="x")
        barred.state = AccountState.BARRED
        addresses = [address(known), address(barred), "neu@lindenau.example"]
        db.session.commit()

        work = []
        for email in addresses:
            before = counts()
            with statements() as said:
                service.request_link(email, "de", "/")
                db.session.commit()
            work.append((said, [b - a for a, b in zip(before, counts(), strict=True)]))

        assert work[0] == work[1] == work[2]
        assert work[0][1] == [1, 1, 1]

    def test_a_password_is_looked_up_and_hashed_for_every_address(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str | None] = []

        def noting(stored: str | None, password: str, memory: int) -> bool:
            hashed.append(stored)
            return verify(stored, password, memory)

        monkeypatch.setattr("kern.accounts.service.entering.verify", noting)
        known = make_account(password_hash=hash_password(PASSWORD, MEMORY))
        without = make_account()
        db.session.commit()

        work = []
        for email in (address(known), address(without), "neu@lindenau.example"):
            with statements() as said:
                assert service.check_password(email, "falsch", MEMORY, production=False) is None
            work.append(said)

        assert work[0] == work[1] == work[2]
        assert [stored is not None for stored in hashed] == [True, False, False]


def counts() -> list[int]:
    return [
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Pending, Token, OutboxEntry)
    ]


@pytest.mark.usefixtures("town")
class TestPassword:
    def test_the_right_password_opens_a_session(self) -> None:
        account = make_account(password_hash=hash_password(PASSWORD, MEMORY))
        db.session.commit()

        proof = service.check_password(address(account), PASSWORD, MEMORY, production=False)

        assert proof is not None
        session = service.enter_by_password(proof, "Firefox", 30)
        db.session.commit()
        assert sessions.actor_of(session or "").account_id == account.id

    def test_a_password_that_was_changed_meanwhile_opens_nothing(self) -> None:
        account = make_account(password_hash=hash_password(PASSWORD, MEMORY))
        db.session.commit()
        proof = service.check_password(address(account), PASSWORD, MEMORY, production=False)
        assert proof is not None

        account.password_hash = hash_password("etwas ganz anderes", MEMORY)
        db.session.flush()

        assert service.enter_by_password(proof, "", 30) is None

    def test_stronger_settings_hash_anew_at_the_next_login(self) -> None:
        account = make_account(password_hash=hash_password(PASSWORD, MEMORY))
        old = account.password_hash
        db.session.commit()

        proof = service.check_password(address(account), PASSWORD, MEMORY * 2, production=False)
        assert proof is not None
        service.enter_by_password(proof, "", 30)

        assert account.password_hash != old
        assert "m=128" in (account.password_hash or "")

    def test_checking_a_password_begins_no_transaction(self) -> None:
        db.session.commit()

        service.check_password("neu@lindenau.example", PASSWORD, MEMORY, production=False)

        assert not db.session().in_transaction()


def test_a_session_is_seen_once_an_hour_and_lives_on(town: Town) -> None:
    account = make_account()
    token = sessions.open_session(account, "Firefox", 30)
    row = sessions.list_sessions(account.id)[0]
    row.seen_on = now() - timedelta(hours=2)
    row.expires_at = now() + timedelta(days=1)
    db.session.commit()

    first, second = sessions.visit(token, 30), sessions.visit(token, 30)

    db.session.refresh(row)
    assert first is not None
    assert first.is_renewed
    assert second is not None
    assert not second.is_renewed
    assert row.expires_at > now() + timedelta(days=29)
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 1

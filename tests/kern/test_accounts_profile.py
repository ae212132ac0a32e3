"""Looking after one's own account, and leaving it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select

from kern import content
from kern.accounts import service, sessions
from kern.accounts.models import (
    Account,
    AccountState,
    Grant,
    Identity,
    LoginSession,
    Party,
    Pending,
    Token,
)
from kern.accounts.parties import address_of, party_for_email
from kern.accounts.permissions import Role
from kern.accounts.tokens import Spent
from kern.actor import PartyId
from kern.audit import AuditEntry
from kern.content import ContentType
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.ids import new_token
from tests.builders import actor_of, make_account, make_party
from tests.sent import mails, token_in

pytestmark = pytest.mark.usefixtures("town")


def address(account: Account) -> str:
    return service.address_of_account(account.id) or ""


def count(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def change_mail(account: Account, email: str) -> str:
    service.request_mail_change(actor_of(account), email, "de")
    return token_in(mails("konto.adresse_bestaetigen")[-1])


class TestName:
    def test_the_new_name_is_shown_and_the_old_one_is_free(self) -> None:
        account, other = make_account("Person Eins"), make_account("Person Zwei")
        service.change_name(actor_of(account), "Helga Martens")
        service.change_name(actor_of(account), "Seehund 7")

        service.change_name(actor_of(other), "Helga Martens")

        assert db.session.get_one(Party, account.party_id).name == "Seehund 7"

    def test_only_the_office_may_sound_like_it(self) -> None:
        citizen, staff = make_account(), make_account(None, (Role.MODERATOR, None))
        with pytest.raises(Invalid):
            service.change_name(actor_of(citizen), "Stadt Lindenau")

        service.change_name(actor_of(staff), "Stadt Lindenau")

    def test_nobody_gets_the_name_of_staff_with_a_number(self) -> None:
        make_account("Jana Petersen", (Role.PLANNER, None))
        citizen = make_account()

        with pytest.raises(Invalid):
            service.change_name(actor_of(citizen), "Jana Petersen 2")


class TestPassword:
    def test_a_new_password_ends_the_other_sessions_and_is_told(self) -> None:
        account = make_account()
        here, there = (sessions.open_session(account, "", 30) for _ in range(2))

        service.set_password(actor_of(account), "a hash", here)
        db.session.commit()

        assert sessions.actor_of(here).is_authenticated
        assert not sessions.actor_of(there).is_authenticated
        assert mails("konto.passwort_geaendert")[0].to == address(account)

    def test_sessions_of_other_people_stay(self) -> None:
        account, other = make_account(), make_account()
        theirs = sessions.open_session(other, "", 30)
        here = sessions.open_session(account, "", 30)

        service.set_password(actor_of(account), "a hash", here)
        db.session.commit()

        assert sessions.actor_of(theirs).is_authenticated

    def test_nobody_ends_the_session_of_somebody_else(self) -> None:
        account, other = make_account(), make_account()
        sessions.open_session(other, "", 30)
        theirs = sessions.list_sessions(other.id)[0]

        with pytest.raises(NotFound):
            sessions.end_one(account.id, theirs.id)
        assert len(sessions.list_sessions(other.id)) == 1


class TestAddress:
    def test_the_new_address_counts_once_it_is_confirmed(self) -> None:
        account = make_account()
        old = address(account)
        here, there = (sessions.open_session(account, "", 30) for _ in range(2))
        token = change_mail(account, "neu@lindenau.example")
        assert address(account) == old

        service.confirm_mail(token, here)
        db.session.commit()

        assert address(account) == "neu@lindenau.example"
        assert mails("konto.adresse_geaendert")[0].to == old
        assert sessions.actor_of(here).is_authenticated
        assert not sessions.actor_of(there).is_authenticated

    def test_links_to_the_old_address_open_nothing(self) -> None:
        account = make_account()
        service.request_link(address(account), "de", "/")
        link = token_in(mails("konto.anmelden")[0])

        service.confirm_mail(change_mail(account, "neu@lindenau.example"), "")

        with pytest.raises(Spent):
            service.look_at_link(link, production=False)

    def test_the_address_of_somebody_else_gets_no_link(self) -> None:
        account, other = make_account(), make_account()

        service.request_mail_change(actor_of(account), address(other), "de")

        mail = mails("konto.adresse_bestaetigen")[0]
        assert mail.to == address(other)
        assert "/konto/mail/" not in mail.text + mail.html

    def test_an_address_that_was_taken_meanwhile_is_refused(self) -> None:
        account = make_account()
        token = change_mail(account, "neu@lindenau.example")
        service.create_account("neu@lindenau.example", "Seehund 7", memory_kib=64)

        with pytest.raises(Spent):
            service.confirm_mail(token, "")

    def test_what_a_guest_wrote_from_the_new_address_is_still_theirs(self) -> None:
        account = make_account()
        guest = make_party(email="gast@lindenau.example")

        service.confirm_mail(change_mail(account, "gast@lindenau.example"), "")

        own = db.session.get_one(Party, account.party_id)
        assert (address_of(own), address_of(guest)) == ("gast@lindenau.example",) * 2
        assert party_for_email("gast@lindenau.example").id == own.id


@dataclass
class Room:
    """A room with posts, as far as leaving is concerned."""

    erased: list[tuple[int, bool]] = field(default_factory=list)

    def export(self, party_id: int) -> Iterator[Mapping[str, Any]]:
        yield {"text": f"Beitrag von {party_id}"}

    def kind(self) -> ContentType:
        return ContentType(
            key="probe.post",
            label="Beitrag",
            plural="Beiträge",
            cards=lambda _ids: {},
            documents=lambda _ids: [],
            public_ids=lambda: iter(()),
            desk_items=lambda _ids: {},
            erase_author=lambda party_id, keep: self.erased.append((party_id, keep)),
            export=self.export,
        )


@pytest.fixture
def room() -> Iterator[Room]:
    room, before = Room(), content.registry()
    content.fill([room.kind()])
    yield room
    content.fill(before.values())


class TestLeaving:
    @pytest.mark.parametrize("keep", [True, False])
    def test_nothing_personal_is_left(self, room: Room, keep: bool) -> None:
        account = make_account("Helga Martens", (Role.MODERATOR, None), password_hash="x")
        make_account(None, (Role.ADMINISTRATOR, None))
        email, party_id = address(account), account.party_id
        sessions.open_session(account, "", 30)
        service.request_link(email, "de", "/")
        service.request_mail_change(actor_of(account), "neu@lindenau.example", "de")

        service.delete_account(actor_of(account), keep_posts=keep)
        db.session.commit()

        party = db.session.get_one(Party, party_id)
        assert (party.name, party.office, party.email) == (None, None, None)
        assert party.erased_at is not None
        assert account.state == AccountState.DELETED
        assert (account.name_skeleton, account.password_hash) == (None, None)
        assert room.erased == [(PartyId(party_id), keep)]
        left = [count(table) for table in (LoginSession, Grant, Identity)]
        assert left == [0, 1, 1]
        with pytest.raises(NotFound):
            service.get_account(account.id)

    def test_the_person_is_told_and_the_address_is_free_again(self, room: Room) -> None:
        account = make_account("Helga Martens")
        email = address(account)

        service.delete_account(actor_of(account), keep_posts=True)

        assert mails("konto.geloescht")[0].to == email
        again = service.create_account(email, "Helga Martens", memory_kib=64)
        assert again.party_id != account.party_id

    def test_what_was_written_without_login_goes_along(self, room: Room) -> None:
        account = make_account()
        guest = make_party(email="gast@lindenau.example")
        service.confirm_mail(change_mail(account, "gast@lindenau.example"), "")

        service.delete_account(actor_of(account), keep_posts=False)

        assert {party_id for party_id, _keep in room.erased} == {account.party_id, guest.id}
        assert guest.erased_at is not None

    def test_the_last_administrator_cannot_go(self, room: Room) -> None:
        account = make_account(None, (Role.ADMINISTRATOR, None))
        invited = make_account(None, (Role.ADMINISTRATOR, None))
        invited.state = AccountState.INVITED

        with pytest.raises(Conflict):
            service.delete_account(actor_of(account), keep_posts=True)
        assert room.erased == []

        invited.state = AccountState.ACTIVE
        service.delete_account(actor_of(account), keep_posts=True)

    def test_the_log_knows_the_act_and_no_name(self, room: Room) -> None:
        account = make_account("Helga Martens")

        service.delete_account(actor_of(account), keep_posts=True)
        db.session.flush()

        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.act, entry.ref) == ("account.delete", f"account:{account.id}")
        assert "Helga" not in f"{entry.act} {entry.ref} {entry.detail}"

    def test_no_waiting_row_or_link_of_the_person_stays(self, room: Room) -> None:
        account = make_account()
        email = address(account)
        service.request_link(email, "de", "/")

        service.delete_account(actor_of(account), keep_posts=True)

        acts = set(db.session.scalars(select(Pending.act)))
        assert acts == {"konto.hinweis"}  # the notice that is still to be sent
        assert count(Token) == 0


class TestExport:
    def test_the_export_holds_ones_own_things_and_nobody_elses(self, room: Room) -> None:
        account = make_account("Helga Martens", (Role.MODERATOR, None))
        other = make_account("Cem Yildiz")
        for someone in (account, other):
            sessions.open_session(someone, f"Gerät von {someone.id}", 30)

        found = service.export_account(account.id)

        assert found["konto"]["name"] == "Helga Martens"
        assert found["konto"]["e_mail"] == address(account)
        assert found["anmeldungen"][0]["geraet"] == f"Gerät von {account.id}"
        assert [grant["rolle"] for grant in found["rechte"]] == ["moderator"]
        assert found["beitraege"] == {"Beiträge": [{"text": f"Beitrag von {account.party_id}"}]}
        assert "Cem" not in str(found)
        assert address(other) not in str(found)

    def test_the_export_holds_no_secret(self, room: Room) -> None:
        account = make_account(password_hash="$argon2id$geheim")
        token = sessions.open_session(account, new_token()[:5], 30)

        text = str(service.export_account(account.id))

        assert "argon2id" not in text
        assert token not in text

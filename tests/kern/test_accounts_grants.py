"""Roles, invitations, what people without a login typed, and what time takes away."""

from datetime import timedelta

import pytest
from markupsafe import Markup, escape
from sqlalchemy import func, select, update

from kern.accounts import cleaning, grants, invitations, pending, service, sessions, tokens
from kern.accounts.models import Account, AccountState, Grant, Party, Pending, Token
from kern.accounts.permissions import BY_ROLE, STAFF_ROLES, Role
from kern.accounts.sessions import permissions_of
from kern.accounts.tokens import Spent
from kern.actor import SYSTEM, Actor
from kern.audit import AuditEntry
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.outbox import OutboxEntry
from kern.town import Town
from tests.builders import actor_of, make_account, make_actor, make_party, make_scope
from tests.sent import mails, token_in

pytestmark = pytest.mark.usefixtures("town")


def administrator() -> Actor:
    return make_actor(Role.ADMINISTRATOR)


def roles_of(account: Account) -> set[tuple[str, int | None]]:
    query = select(Grant.role, Grant.scope_id).where(Grant.account_id == account.id)
    return {(role, scope_id) for role, scope_id in db.session.execute(query)}


class TestGrants:
    @pytest.mark.parametrize("role", STAFF_ROLES)
    def test_an_administrator_gives_and_takes_each_role(self, role: Role) -> None:
        admin, account = administrator(), make_account()

        grant = grants.give(admin, account.id, role)
        assert roles_of(account) == {(role, None)}
        grants.take(admin, grant.id)

        assert roles_of(account) == set()
        acts = list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
        assert acts == ["grant.give", "grant.take"]

    @pytest.mark.parametrize("giver", [None, Role.MODERATOR, Role.PLANNER])
    @pytest.mark.parametrize("role", STAFF_ROLES)
    def test_nobody_else_gives_anything(self, giver: Role | None, role: Role) -> None:
        account = make_account()
        actor = make_actor(giver) if giver is not None else make_actor()

        with pytest.raises(NotAllowed):
            grants.give(actor, account.id, role)

    @pytest.mark.parametrize("role", ["guest", "citizen", "root", ""])
    def test_what_is_no_role_of_staff_is_not_given(self, role: str) -> None:
        with pytest.raises(Invalid):
            grants.give(administrator(), make_account().id, role)

    def test_who_may_give_rights_still_gives_only_their_own(self) -> None:
        held = BY_ROLE[Role.MODERATOR] | {grants.GIVE}
        actor = Actor(account_id=make_account().id, permissions=held)  # type: ignore[arg-type]  # a plain number
        account = make_account()

        grants.give(actor, account.id, Role.MODERATOR)
        for role in (Role.PLANNER, Role.ADMINISTRATOR):
            with pytest.raises(NotAllowed):
                grants.give(actor, account.id, role)

    def test_an_administrator_of_one_project_rules_only_there(self) -> None:
        here, there = make_scope(), make_scope()
        local = make_actor(Role.ADMINISTRATOR, scope_id=here.id)
        account = make_account()

        grants.give(local, account.id, Role.MODERATOR, here.id)

        for scope_id in (None, there.id):
            with pytest.raises(NotAllowed):
                grants.give(local, account.id, Role.MODERATOR, scope_id)
        assert roles_of(account) == {("moderator", here.id)}

    def test_a_local_administrator_takes_nothing_of_the_town(self) -> None:
        local = make_actor(Role.ADMINISTRATOR, scope_id=make_scope().id)
        grant = grants.give(administrator(), make_account().id, Role.MODERATOR)

        with pytest.raises(NotAllowed):
            grants.take(local, grant.id)

    def test_a_role_for_one_project_holds_only_there(self) -> None:
        held, scoped = permissions_of([(Role.MODERATOR, 7)])

        assert held == BY_ROLE[Role.CITIZEN]
        assert scoped == {7: BY_ROLE[Role.MODERATOR]}

    def test_giving_twice_changes_nothing(self) -> None:
        admin, account = administrator(), make_account()

        first = grants.give(admin, account.id, Role.MODERATOR)

        assert grants.give(admin, account.id, Role.MODERATOR).id == first.id

    def test_the_last_administrator_stays(self) -> None:
        admin = administrator()
        own = db.session.scalars(select(Grant)).one()

        with pytest.raises(Conflict):
            grants.take(admin, own.id)
        with pytest.raises(Conflict):
            grants.bar(admin, own.account_id)

        grants.give(admin, make_account().id, Role.ADMINISTRATOR)
        grants.take(admin, own.id)

    def test_a_right_that_was_taken_is_gone_at_the_next_click(self) -> None:
        account = make_account()
        grant = grants.give(administrator(), account.id, Role.MODERATOR)
        token = sessions.open_session(account, "", 30)
        db.session.commit()
        assert sessions.actor_of(token).may("moderation.decide")

        grants.take(SYSTEM, grant.id)
        db.session.commit()

        assert not sessions.actor_of(token).may("moderation.decide")

    def test_a_barred_account_is_let_in_again(self) -> None:
        admin, account = administrator(), make_account()
        token = sessions.open_session(account, "", 30)
        grants.bar(admin, account.id)
        db.session.commit()
        assert not sessions.actor_of(token).is_authenticated

        grants.unbar(admin, account.id)
        db.session.commit()

        assert sessions.actor_of(token).is_authenticated

    def test_the_list_of_staff_names_everybody_with_a_role(self) -> None:
        admin = administrator()
        make_account("Nur Bürgerin")
        invitations.invite(admin, "neu@lindenau.example", Role.PLANNER)

        listed = grants.list_staff()

        roles = {member.email: [grant.role for grant in member.grants] for member in listed}
        assert roles["neu@lindenau.example"] == ["planner"]
        assert len(roles) == 2


def invite(email: str = "neu@lindenau.example", role: Role = Role.MODERATOR) -> str:
    invitations.invite(administrator(), email, role)
    return token_in(mails("konto.einladung")[-1])


class TestInvitations:
    def test_who_accepts_has_a_name_and_the_role(self) -> None:
        token = invite()

        session = invitations.accept(token, "Jana Petersen", None, "Firefox", 30)
        db.session.commit()

        actor = sessions.actor_of(session)
        assert actor.name == "Jana Petersen"
        assert actor.may("moderation.decide")

    def test_before_that_the_role_opens_nothing(self) -> None:
        token = invite()
        account = invitations.look(token)
        session = sessions.open_session(account, "", 30)
        db.session.commit()

        assert not sessions.actor_of(session).is_authenticated

    def test_an_invitation_is_accepted_once(self) -> None:
        token = invite()
        invitations.accept(token, "Jana Petersen", None, "", 30)

        with pytest.raises(Spent):
            invitations.accept(token, "Jana Petersen", None, "", 30)

    def test_inviting_again_ends_the_first_link(self) -> None:
        first, second = invite(), invite()

        with pytest.raises(Spent):
            invitations.look(first)
        assert invitations.look(second).state == AccountState.INVITED

    def test_an_expired_invitation_is_opened_by_nothing(self) -> None:
        token = invite()
        db.session.execute(update(Token).values(expires_at=now() - timedelta(seconds=1)))

        with pytest.raises(Spent):
            invitations.accept(token, "Jana Petersen", None, "", 30)
        service.request_link("neu@lindenau.example", "de", "/")
        assert "/konto/" not in mails("konto.anmelden")[0].text
        link = db.session.scalars(select(Token).where(Token.purpose == "konto.link")).one()
        with pytest.raises(Spent):
            service.look_at_link(tokens.text_of(link), production=False)
        assert service.check_password("neu@lindenau.example", "x", 64, production=False) is None

    def test_time_takes_an_invitation_with_all_its_rights(self) -> None:
        invite()
        cleaning.clean(now() + timedelta(days=8))

        query = select(Account).where(Account.state == AccountState.INVITED)
        assert db.session.scalars(query).all() == []
        assert db.session.scalar(select(Party).where(Party.email == "neu@lindenau.example")) is None
        assert [grant.role for grant in db.session.scalars(select(Grant))] == ["administrator"]

    def test_a_guest_who_was_invited_in_vain_is_still_there(self) -> None:
        guest = make_party(email="gast@lindenau.example", confirmed_at=now())
        invite("gast@lindenau.example")

        cleaning.clean(now() + timedelta(days=8))

        assert db.session.get_one(Party, guest.id).email == "gast@lindenau.example"

    def test_who_has_an_account_gets_the_role_at_once(self) -> None:
        account = make_account()
        email = service.address_of_account(account.id) or ""

        invitations.invite(administrator(), email, Role.PLANNER)

        assert roles_of(account) == {("planner", None)}
        assert mails("konto.einladung") == []
        assert "Planung" in mails("konto.recht")[0].text

    def test_nobody_invites_to_more_than_they_have(self) -> None:
        with pytest.raises(NotAllowed):
            invitations.invite(make_actor(Role.PLANNER), "neu@lindenau.example", Role.PLANNER)
        assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == 0


done: list[tuple[int, str]] = []


def note(party: Party, payload: object) -> tuple[str, str]:
    assert isinstance(payload, dict)
    done.append((party.id, payload["text"]))
    return "/beteiligung/", "Danke!"


PROBE = pending.PendingKind(
    "probe.post",
    "Ihr Beitrag",
    lambda payload: Markup("<p>{}</p>").format(payload["text"]),
    note,
    lambda _payload: "/beteiligung/gespraech/7",
)


@pytest.fixture
def kind(town: Town) -> pending.PendingKind:
    done.clear()
    pending.fill([PROBE])
    return PROBE


@pytest.mark.usefixtures("kind")
class TestPending:
    def submit(self, text: str = "Mehr Schatten!", email: str = "gast@lindenau.example") -> str:
        pending.submit("probe.post", email, {"text": text}, "de")
        return token_in(mails("konto.bestaetigen")[-1])

    def test_nothing_happens_before_the_confirmation(self) -> None:
        token = self.submit()

        assert pending.look(token).payload == {"text": "Mehr Schatten!"}
        assert done == []
        assert db.session.scalar(select(Party)) is None

    def test_the_confirmation_does_it_once_and_makes_no_account(self) -> None:
        token = self.submit()

        assert pending.perform(token) == ("/beteiligung/", "Danke!")
        with pytest.raises(Spent):
            pending.perform(token)

        party = db.session.scalars(select(Party)).one()
        assert done == [(party.id, "Mehr Schatten!")]
        assert party.confirmed_at is not None
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
        assert db.session.scalar(select(func.count()).select_from(Pending)) == 0

    def test_one_address_confirms_several_things(self) -> None:
        first, second = self.submit("Eins"), self.submit("Zwei")

        pending.perform(second)
        pending.perform(first)

        assert [text for _party, text in done] == ["Zwei", "Eins"]
        assert len({party for party, _text in done}) == 1

    def test_the_owner_of_an_account_writes_as_themselves(self) -> None:
        account = make_account()
        token = self.submit(email=service.address_of_account(account.id) or "")

        pending.perform(token)

        assert done[0][0] == account.party_id

    def test_a_barred_person_does_not_write_around_it(self) -> None:
        account = make_account()
        token = self.submit(email=service.address_of_account(account.id) or "")
        account.state = AccountState.BARRED

        with pytest.raises(NotAllowed):
            pending.perform(token)
        assert done == []

    def test_the_mail_repeats_nothing_that_was_typed(self) -> None:
        self.submit("Kaufen Sie billig bei http://werbung.example")

        mail = mails("konto.bestaetigen")[0]
        assert "werbung" not in mail.text + mail.html + mail.subject
        assert escape("Ihr Beitrag") in mail.html

    def test_after_seven_days_it_is_gone(self) -> None:
        token = self.submit()

        assert cleaning.clean(now() + timedelta(days=6)) == 0
        assert cleaning.clean(now() + timedelta(days=8)) == 2
        with pytest.raises(Spent):
            pending.look(token)
        assert mails() == []

    def test_a_login_link_confirms_no_post(self) -> None:
        service.request_link("gast@lindenau.example", "de", "/")
        login = token_in(mails("konto.anmelden")[0])

        with pytest.raises(Spent):
            pending.perform(login)

    def test_an_act_that_nobody_registered_is_a_fault_of_ours(self) -> None:
        with pytest.raises(ValueError, match="not registered"):
            pending.submit("probe.other", "gast@lindenau.example", {}, "de")


def test_ended_sessions_are_cleaned_away() -> None:
    account = make_account()
    sessions.open_session(account, "", 1)
    sessions.open_session(account, "", 30)

    assert cleaning.clean(now() + timedelta(days=2)) == 1
    assert len(sessions.list_sessions(account.id)) == 1


def test_an_actor_of_the_test_is_the_actor_of_the_session() -> None:
    account = make_account("Helga Martens", (Role.MODERATOR, None))
    actor = actor_of(account, [(Role.MODERATOR, None)])
    token = sessions.open_session(account, "", 30)
    db.session.commit()

    assert sessions.actor_of(token) == actor

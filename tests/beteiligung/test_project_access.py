"""Who reads a project, who works on it, and how they are invited."""

from flask.testing import FlaskClient
from sqlalchemy import select

from beteiligung.project import mails
from beteiligung.project.service import invitations
from kern.accounts.models import Account, AccountState, Grant, Token
from kern.accounts.permissions import Role
from kern.actor import Actor
from kern.db import db
from kern.outbox import OutboxEntry
from kern.scope import Moderation, Scope, Visibility
from tests.beteiligung.projects import EDIT, SLUG, make_public
from tests.builders import make_account
from tests.visitors import Visitor


def test_access_says_who_reads_and_when_posts_appear(office: Visitor) -> None:
    data = {"visibility": "invited", "moderation": "after"}

    assert office.post(f"{EDIT}/zugang", data).status_code == 303

    scope = db.session.scalars(select(Scope).where(Scope.slug == SLUG)).one()
    db.session.refresh(scope)
    assert scope.visibility == Visibility.INVITED
    assert scope.moderation == Moderation.AFTER


def test_inviting_gives_people_a_grant_and_a_mail_and_no_office(
    office: Visitor, account: Account
) -> None:
    office.post(f"{EDIT}/zugang", {"visibility": "invited", "moderation": "before"})
    known = make_account("Cem")
    known_id, known_mail = known.id, known.party.email or ""
    db.session.commit()

    data = {"emails": f"neu@lindenau.example\n{known_mail}"}
    page = office.post(f"{EDIT}/einladen", data)

    assert page.status_code == 303
    grants = db.session.scalars(select(Grant).where(Grant.role == Role.CITIZEN)).all()
    assert len(grants) == 2
    assert known_id in {grant.account_id for grant in grants}
    entries = db.session.scalars(
        select(OutboxEntry).where(OutboxEntry.name == invitations.INVITATION_MAIL)
    ).all()
    (kind,) = mails.KINDS
    written = {mail.to: mail for entry in entries if (mail := kind.build(entry.payload))}
    assert set(written) == {"neu@lindenau.example", known_mail}
    assert "/konto/einladung/" in written["neu@lindenau.example"].text
    assert f"/beteiligung/{SLUG}" in written[known_mail].text
    shown = office.get(f"{EDIT}/zugang").text
    assert "neu@lindenau.example" in shown
    assert "hat noch nicht angenommen" in shown
    assert "Cem" in shown


def test_an_invited_person_accepts_and_reads(
    office: Visitor, client: FlaskClient, planner: Actor
) -> None:
    office.post(f"{EDIT}/zugang", {"visibility": "invited", "moderation": "before"})
    office.post(f"{EDIT}/einladen", {"emails": "neu@lindenau.example"})
    path = make_public(planner)
    token = db.session.scalars(select(Token).order_by(Token.id.desc())).first()
    entry = db.session.scalars(
        select(OutboxEntry).where(OutboxEntry.name == invitations.INVITATION_MAIL)
    ).one()
    mail = mails.KINDS[0].build(entry.payload)
    assert token is not None
    assert mail is not None
    accept = "/konto/einladung/" + mail.text.partition("/konto/einladung/")[2].split()[0]
    assert client.get(path).status_code == 404

    page = client.post(accept, data={"name": "Seehund", "password": ""})

    assert page.status_code == 303
    assert client.get(path).status_code == 200
    assert client.get(EDIT).status_code == 403
    invited = db.session.scalars(
        select(Account).where(Account.state == AccountState.ACTIVE).order_by(Account.id.desc())
    ).first()
    assert invited is not None


def test_an_address_that_is_none_invites_nobody(office: Visitor) -> None:
    office.post(f"{EDIT}/zugang", {"visibility": "invited", "moderation": "before"})

    data = {"emails": "neu@lindenau.example\nkeine-adresse"}
    page = office.post(f"{EDIT}/einladen", data)

    assert page.status_code == 422
    assert "keine-adresse: Das sieht nicht" in page.text
    assert "neu@lindenau.example" in page.text
    assert db.session.scalars(select(Grant).where(Grant.role == Role.CITIZEN)).all() == []


def test_an_invitation_can_be_taken_back(office: Visitor, client: FlaskClient) -> None:
    office.post(f"{EDIT}/zugang", {"visibility": "invited", "moderation": "before"})
    known = make_account("Cem")
    mail = known.party.email or ""
    db.session.commit()
    office.post(f"{EDIT}/einladen", {"emails": mail})
    grant = db.session.scalars(select(Grant).where(Grant.role == Role.CITIZEN)).one()

    office.post(f"{EDIT}/einladung/{grant.id}/zuruecknehmen")

    db.session.expire_all()
    assert db.session.scalars(select(Grant).where(Grant.role == Role.CITIZEN)).all() == []


def test_the_office_says_who_is_known_here(office: Visitor) -> None:
    chosen = {"visibility": "public", "moderation": "trust"}
    page = office.post(f"{EDIT}/zugang", {**chosen, "trust_after": "0", "trust_days": "bald"})
    assert page.status_code == 422
    assert "Bitte eine Zahl von 1 bis 50." in page.text
    assert 'value="bald"' in page.text

    office.post(f"{EDIT}/zugang", {**chosen, "trust_after": "5", "trust_days": "30"})

    kept = select(Scope.trust_after, Scope.trust_days).where(Scope.slug == SLUG)
    assert tuple(db.session.execute(kept).one()) == (5, 30)

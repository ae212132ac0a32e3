"""Who lives and works in the demo town: accounts that can never log in under real operation."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from kern.accounts import grants
from kern.accounts.models import Account, Grant, Identity, Party, PartyKind
from kern.accounts.parties import MAIL, party_for_email
from kern.accounts.passwords import hash_password
from kern.accounts.permissions import Role
from kern.accounts.service import create_account
from kern.accounts.sessions import permissions_of
from kern.actor import AccountId, Actor, PartyId
from kern.db import db
from kern.ids import slugify
from kern.scope import Scope
from portal.betrieb.demo.texts import MAIL_DOMAIN, CitizenText, DemoTexts, ProjectText, StaffText

OFFICE_DOMAIN = "lindenau.example"
CROWD = 30  # people who vote and never write: as many as the best liked post needs
PASSWORD_BYTES = 12  # 16 signs


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody a visitor of the demo can be. The password is in no file and no table."""

    role: Role
    name: str
    email: str
    password: str


Logins = tuple[Login, ...]


@dataclass(slots=True)
class Cast:
    """Everybody as actors, by the keys of the texts; offices by the person's name."""

    people: dict[str, Actor] = field(default_factory=dict)
    offices: dict[str, Actor] = field(default_factory=dict)
    crowd: list[int] = field(default_factory=list)
    administrator: Actor = field(default_factory=Actor)
    moderator: Actor = field(default_factory=Actor)
    planner: Actor = field(default_factory=Actor)
    editor: Actor = field(default_factory=Actor)
    _guests: int = 0

    def guest(self) -> int:
        """The party of somebody who confirms by mail and has no account."""
        self._guests += 1
        return party_for_email(f"gast{self._guests}@{MAIL_DOMAIN}").id

    def voters(self) -> list[int]:
        citizens = [int(actor.party_id) for actor in self.people.values() if actor.party_id]
        return citizens + self.crowd


def make_people(texts: DemoTexts, memory_kib: int) -> tuple[Cast, Logins]:
    cast, logins = Cast(), []
    for text in texts.staff:
        actor, login = _make_staff(text, memory_kib)
        cast.people[text.key] = actor
        logins.append(login)
        if text.role is Role.ADMINISTRATOR:
            cast.administrator = actor
        elif text.role is Role.MODERATOR:
            cast.moderator = actor
        elif text.role is Role.PLANNER:
            cast.planner = actor
        elif text.role is Role.EDITOR:
            cast.editor = actor
    for citizen in texts.citizens:
        cast.people[citizen.key] = _make_citizen(citizen)
    cast.crowd = [cast.guest() for _ in range(CROWD)]
    return cast, tuple(logins)


def _make_staff(text: StaffText, memory_kib: int) -> tuple[Actor, Login]:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    roles = () if text.role is Role.CITIZEN else (text.role,)
    account = create_account(
        text.mail, text.name, password, roles, is_demo=True, memory_kib=memory_kib
    )
    if text.office:
        _put_in_office(account, text.office)
    grants_held = [(str(role), None) for role in roles]
    return _actor(account, text.name, grants_held), Login(text.role, text.name, text.mail, password)


def _make_citizen(text: CitizenText) -> Actor:
    account = create_account(text.mail, text.name, is_demo=True)
    db.session.get_one(Party, account.party_id).kind = text.kind
    return _actor(account, text.name, ())


def _put_in_office(account: Account, office: str) -> None:
    party = db.session.get_one(Party, account.party_id)
    party.kind, party.office = PartyKind.OFFICE, office


def _actor(account: Account, name: str, held: Iterable[tuple[str, int | None]]) -> Actor:
    town, scoped = permissions_of(held)
    return Actor(AccountId(account.id), PartyId(account.party_id), name, town, scoped)


def staff_offices(cast: Cast, texts: Iterable[ProjectText], scopes: Mapping[str, Scope]) -> None:
    """Whoever answers in a project may do so there, and only there."""
    for name, (office, slugs) in _offices(texts).items():
        account = _account_of(name, office)
        for slug in slugs:
            grants.give(cast.administrator, account.id, Role.PLANNER, scopes[slug].id)
        held = db.session.execute(
            select(Grant.role, Grant.scope_id).where(Grant.account_id == account.id)
        )
        cast.offices[name] = _actor(account, name, [(role, scope) for role, scope in held])


def _offices(texts: Iterable[ProjectText]) -> dict[str, tuple[str, list[str]]]:
    """By person: their office, and the projects in which they speak."""
    found: dict[str, tuple[str, list[str]]] = {}
    for project in texts:
        speaking = {project.contact: project.office}
        for thread in project.threads:
            answers = [*thread.answers, *(post.answer for post in thread.posts if post.answer)]
            speaking |= {answer.person: answer.office for answer in answers}
        for name, office in speaking.items():
            found.setdefault(name, (office, []))[1].append(project.slug)
    return found


def _account_of(name: str, office: str) -> Account:
    """Staff of the texts is there already; everybody else gets an account without a password."""
    query = select(Account).join(Party, Party.id == Account.party_id).where(Party.name == name)
    account = db.session.scalar(query)
    if account is None:
        email = f"{slugify(name).replace('-', '.')}@{OFFICE_DOMAIN}"
        account = create_account(email, name, is_demo=True)
        _put_in_office(account, office)
    return account


def list_logins(texts: DemoTexts) -> list[tuple[StaffText, Account]]:
    """The accounts of the printed table, as far as they are still there."""
    found = []
    for text in texts.staff:
        query = (
            select(Account)
            .join(Identity, Identity.account_id == Account.id)
            .where(Identity.kind == MAIL, Identity.subject == text.mail, Account.is_demo)
        )
        account = db.session.scalar(query)
        if account is not None:
            found.append((text, account))
    return found


def renew_passwords(texts: DemoTexts, memory_kib: int) -> Logins:
    logins = []
    for text, account in list_logins(texts):
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        account.password_hash = hash_password(password, memory_kib)
        logins.append(Login(text.role, text.name, text.mail, password))
    return tuple(logins)

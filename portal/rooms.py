"""What is registered: content types, mail kinds, blueprints, commands, the navigation."""

from flask import Blueprint, Flask

from kern import content, mail, search, worker
from kern.accounts import pending
from kern.accounts.pending import PendingKind
from kern.content import ContentType, Ref
from kern.mail import MailKind
from portal import gestaltung
from portal.betrieb import views as betrieb
from portal.konto import mails as konto_mails
from portal.konto import views as konto

CONTENT_TYPES: tuple[ContentType, ...] = ()
MAIL_KINDS: tuple[MailKind, ...] = (*konto_mails.MAIL_KINDS,)
PENDING_KINDS: tuple[PendingKind, ...] = ()
BLUEPRINTS: tuple[Blueprint, ...] = (
    gestaltung.blueprint,
    betrieb.blueprint,
    konto.blueprint,
    konto.display,
)


def register(app: Flask) -> None:
    content.fill(CONTENT_TYPES)
    mail.fill(MAIL_KINDS)
    pending.fill(PENDING_KINDS)
    worker.on_facts(index_facts)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def index_facts(facts: list[tuple[str, int, str]]) -> None:
    """The search index is brought up to date with whatever changed."""
    search.index_refs({Ref(key, id_) for key, id_, _fact in facts})

"""What is registered: content types, mail kinds, blueprints, commands, the navigation."""

from flask import Blueprint, Flask

from kern import content, mail
from kern.content import ContentType
from kern.mail import MailKind
from portal import gestaltung

CONTENT_TYPES: tuple[ContentType, ...] = ()
MAIL_KINDS: tuple[MailKind, ...] = ()
BLUEPRINTS: tuple[Blueprint, ...] = (gestaltung.blueprint,)


def register(app: Flask) -> None:
    content.fill(CONTENT_TYPES)
    mail.fill(MAIL_KINDS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

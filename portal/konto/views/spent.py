"""A link of a mail that opens nothing any more: what has become of it, and what to do instead."""

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kern.accounts.tokens import Spent
from kern.db import db
from kern.i18n import _
from kern.web import current_actor
from portal.konto.blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Words:
    """`way` is (path, label) of the one next step."""

    title: str
    sentence: str
    way: tuple[str, str]


@blueprint.errorhandler(Spent)
def spent(error: Spent) -> ResponseReturnValue:
    db.session.rollback()
    kinds = {
        "konto.confirm": _confirmation,
        "konto.perform": _confirmation,
        "konto.invitation": _invitation,
        "konto.accept_invitation": _invitation,
        "konto.new_mail": _new_address,
        "konto.confirm_mail": _new_address,
    }
    words = kinds.get(request.endpoint or "", _login)(error)
    return render_template("portal/konto/spent.html", words=words), error.status


def _confirmation(error: Spent) -> Words:
    if error.was_used:
        return Words(
            _("Das haben Sie schon bestätigt"),
            _("Alles in Ordnung: Ein Mal genügt, Sie müssen nichts weiter tun."),
            (error.back or "/beteiligung/", _("Zum Gespräch")),
        )
    return Words(
        _("Dieser Link gilt nicht mehr"),
        _(
            "Er galt 7 Tage. Was bis dahin nicht bestätigt war, ist gelöscht; schreiben Sie es"
            " gern noch einmal."
        ),
        (error.back or "/beteiligung/", _("Zum Gespräch") if error.back else _("Zu den Projekten")),
    )


def _invitation(error: Spent) -> Words:
    if error.was_used:
        return Words(
            _("Diese Einladung haben Sie schon angenommen"),
            _("Ihr Konto ist eröffnet. Melden Sie sich einfach an."),
            ("/konto/anmelden", _("Anmelden")),
        )
    return Words(
        _("Diese Einladung gilt nicht mehr"),
        _(
            "Einladungen gelten 7 Tage, und nur die neueste zählt. Bitten Sie die Stelle, die Sie"
            " eingeladen hat, um eine neue."
        ),
        ("/", _("Zur Startseite")),
    )


def _new_address(error: Spent) -> Words:
    if error.was_used:
        return Words(
            _("Ihre neue Adresse gilt schon"),
            _("Alles in Ordnung: Ein Mal genügt, Sie müssen nichts weiter tun."),
            ("/konto/", _("Zu Ihrem Konto")),
        )
    return Words(
        _("Dieser Link gilt nicht mehr"),
        _("Ihre bisherige Adresse gilt weiter. Die neue können Sie im Konto noch einmal angeben."),
        ("/konto/mail", _("Adresse ändern")),
    )


def _login(error: Spent) -> Words:
    if current_actor().is_authenticated:
        return Words(
            _("Sie sind schon angemeldet"),
            _("Diesen Link brauchen Sie nicht mehr."),
            ("/konto/", _("Zu Ihrem Konto")),
        )
    title = (
        _("Diesen Link haben Sie schon benutzt")
        if error.was_used
        else _("Dieser Link gilt nicht mehr")
    )
    return Words(
        title,
        _("Ein Link zum Anmelden gilt 30 Minuten und nur ein Mal. Gern schicken wir einen neuen."),
        ("/konto/anmelden", _("Neuen Link anfordern")),
    )

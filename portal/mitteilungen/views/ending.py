"""No more of these mails: one click of a mail program (RFC 8058), or the button on this page.

A mail program sends neither cookie nor origin, so this POST is a named exception of the guard; the
link's signature stands in. It can do nothing but make mails fewer.
"""

from flask import render_template
from flask.typing import ResponseReturnValue

from kern.mail import signed
from kern.mail.signed import Use
from kern.notify import choosing
from kern.notify.choosing import ended_by
from kern.notify.preferences import chosen_by
from kern.web import commits, limit_network
from kern.web.guard import EXEMPT
from portal.mitteilungen.blueprint import blueprint
from portal.mitteilungen.words import KIND_LABELS


@blueprint.get("/abmelden/<token>")
def ask_to_end(token: str) -> ResponseReturnValue:
    """Programs that check links open this page; only its button ends anything."""
    limit_network("notices.link", 120)
    found = signed.read(Use.END, token)
    kinds = ended_by(found.about, chosen_by(found.party.id))
    labels = [KIND_LABELS[kind] for kind in KIND_LABELS if kind in kinds]
    return render_template("portal/mitteilungen/end.html", token=token, labels=labels)


@blueprint.post("/abmelden/<token>")
@commits
def end_mails(token: str) -> ResponseReturnValue:
    """Answers with a page and no redirect: mail programs follow none. Twice is no mistake."""
    limit_network("notices.end", 600)  # mail services click for many people
    choosing.end(signed.read(Use.END, token))
    return render_template("portal/mitteilungen/ended.html")


EXEMPT.add("mitteilungen.end_mails")

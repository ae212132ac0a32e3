"""How often mails come, and what one follows: with a login, or by the link of a mail."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from kern.accounts.sessions import actor_of_party
from kern.actor import Actor
from kern.clock import now
from kern.i18n import _
from kern.ids import parse_id
from kern.mail import signed
from kern.mail.signed import Use
from kern.notify import NoticeKind, choosing, preferences
from kern.web import (
    commits,
    current_actor,
    limit_mails,
    limit_network,
    notice,
    require_login,
    shows_again,
)
from portal.konto.forms import EmailForm
from portal.mitteilungen.blueprint import blueprint
from portal.mitteilungen.forms import ChoicesForm

HERE = "/mitteilungen/einstellungen"
DESK = "moderation.desk"


@blueprint.get("/einstellungen")
def choices() -> ResponseReturnValue:
    """Without a login: the way in, by login or by a link to the own address."""
    actor = current_actor()
    return _page(actor, HERE) if actor.is_authenticated else _way_in(EmailForm())


@blueprint.post("/einstellungen")
@shows_again
@require_login
@commits
def choose() -> ResponseReturnValue:
    return _choose(current_actor(), HERE)


@blueprint.post("/einstellungen/entfolgen/<int:follow_id>")
@require_login
@commits
def end_follow(follow_id: int) -> ResponseReturnValue:
    return _end_follow(current_actor(), follow_id, HERE)


@blueprint.post("/einstellungen/link")
@shows_again
@commits
def send_link() -> ResponseReturnValue:
    """The same answer for every address, whoever has it."""
    form = EmailForm()
    if not form.is_ok():
        return _way_in(form), 422
    limit_mails(form.address)
    choosing.send_link(form.address)
    return render_template("portal/mitteilungen/link_sent.html", address=form.email.data)


@blueprint.get("/einstellungen/<token>")
def choices_by_link(token: str) -> ResponseReturnValue:
    return _page(_actor(token), f"{HERE}/{token}")


@blueprint.post("/einstellungen/<token>")
@shows_again
@commits
def choose_by_link(token: str) -> ResponseReturnValue:
    return _choose(_actor(token), f"{HERE}/{token}")


@blueprint.post("/einstellungen/<token>/entfolgen/<int:follow_id>")
@commits
def end_follow_by_link(token: str, follow_id: int) -> ResponseReturnValue:
    return _end_follow(_actor(token), follow_id, f"{HERE}/{token}")


def _actor(token: str) -> Actor:
    """Only for the eyes of this page: nobody is logged in by it."""
    limit_network("notices.link", 120)
    return actor_of_party(signed.read(Use.CHOOSE, token).party.id)


def _offered(actor: Actor) -> list[NoticeKind]:
    is_moderator = actor.may_anywhere(DESK)
    return [kind for kind in NoticeKind if kind is not NoticeKind.DESK or is_moderator]


def _choose(actor: Actor, here: str) -> ResponseReturnValue:
    form = ChoicesForm.of({}, _offered(actor))
    if not form.is_ok():
        return _page(actor, here, form), 422
    preferences.choose(int(actor.party_id or 0), form.choices(), now())
    notice(_("Gespeichert. So halten wir es ab jetzt."))
    return redirect(here, code=303)


def _end_follow(actor: Actor, follow_id: int, here: str) -> ResponseReturnValue:
    choosing.end_follow(int(actor.party_id or 0), follow_id)
    notice(_("Davon hören Sie nichts mehr."))
    return redirect(here, code=303)


def _page(actor: Actor, here: str, form: ChoicesForm | None = None) -> str:
    party_id = int(actor.party_id or 0)
    chosen = preferences.chosen_by(party_id)
    before = parse_id(request.args.get("vor"))
    followed = choosing.list_followed(party_id, before, choosing.LENGTH + 1)
    shown = followed[: choosing.LENGTH]
    return render_template(
        "portal/mitteilungen/choices.html",
        form=form or ChoicesForm.of(chosen, _offered(actor)),
        followed=shown,
        more=shown[-1].id if len(followed) > choosing.LENGTH else None,
        here=here,
        by_link=here != HERE,
    )


def _way_in(form: EmailForm) -> str:
    return render_template("portal/mitteilungen/way_in.html", form=form)

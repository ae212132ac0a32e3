"""Follow something: with an account by a button, without by one mail to confirm."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from kern.accounts import pending
from kern.clock import now
from kern.content import Card, Ref
from kern.errors import TooMany
from kern.i18n import _, language
from kern.notify import follow, is_following, unfollow
from kern.notify.following import get_followable
from kern.web import (
    commits,
    current_actor,
    limit_following,
    limit_mails,
    notice,
    require_login,
    safe_next,
    shows_again,
)
from portal.konto.forms import FollowForm
from portal.mitteilungen.acts import FOLLOW
from portal.mitteilungen.blueprint import blueprint


@blueprint.get("/folgen/<key>/<int:content_id>")
def ask_to_follow(key: str, content_id: int) -> ResponseReturnValue:
    return _page(get_followable(current_actor(), Ref(key, content_id)), FollowForm(formdata=None))


@blueprint.post("/folgen/<key>/<int:content_id>")
@shows_again
@commits
def begin_to_follow(key: str, content_id: int) -> ResponseReturnValue:
    actor = current_actor()
    card = get_followable(actor, Ref(key, content_id))
    if actor.party_id is not None:
        limit_following(actor.account_id)
        follow(actor.party_id, card.ref)
        notice(_("Sie folgen jetzt „%(title)s“ und hören, was es Neues gibt.", title=card.title))
        return redirect(safe_next(request.form.get("weiter"), card.path), code=303)
    form = FollowForm()
    if not form.is_ok():
        return _page(card, form), 422
    try:
        limit_mails(form.address)
    except TooMany as error:
        form.blame(error)
        return _page(card, form), error.status
    pending.submit(FOLLOW.act, form.address, _wish(card), language())
    return render_template("portal/mitteilungen/on_its_way.html", card=card)


@blueprint.post("/entfolgen/<key>/<int:content_id>")
@require_login
@commits
def stop_following(key: str, content_id: int) -> ResponseReturnValue:
    """Also of what is no longer public."""
    unfollow(int(current_actor().party_id or 0), Ref(key, content_id))
    notice(_("Davon hören Sie nichts mehr."))
    return redirect(safe_next(request.form.get("weiter"), "/mitteilungen/einstellungen"), code=303)


def _wish(card: Card) -> dict[str, str]:
    """With the time of asking: beside that of confirming it proves the wish."""
    return {"ref": str(card.ref), "asked": now().isoformat()}


def _page(card: Card, form: FollowForm) -> str:
    followed = is_following(current_actor().party_id, card.ref)
    return render_template(
        "portal/mitteilungen/follow.html", card=card, form=form, followed=followed
    )

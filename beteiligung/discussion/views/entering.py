"""Staff enters what came on paper, by phone or at the counter, for people who are not online."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from beteiligung.discussion import rules
from beteiligung.discussion.forms import EnterForm
from beteiligung.discussion.models import Post, Thread
from beteiligung.discussion.service import entering, posts, threads
from beteiligung.discussion.views.blueprint import blueprint
from beteiligung.discussion.views.frame import context
from kern.accounts.models import Source
from kern.actor import Actor
from kern.errors import Invalid, TooMany
from kern.i18n import _
from kern.web import commits, current_actor, limit_entering, require, shows_again
from kern.web.notice import notice


def _thread(actor: Actor, thread_id: int) -> Thread:
    thread = threads.get_thread_for(actor, thread_id)
    require(rules.ENTER, thread.scope_id)
    return thread


@blueprint.get("/gespraech/<int:thread_id>/erfassen")
def enter_post(thread_id: int) -> ResponseReturnValue:
    thread = _thread(current_actor(), thread_id)
    return _page(thread, EnterForm(formdata=None))


@blueprint.post("/gespraech/<int:thread_id>/erfassen")
@shows_again
@commits
def submit_entered(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thread = _thread(actor, thread_id)
    form = EnterForm()
    if not form.is_ok():
        return _page(thread, form), 422
    try:
        limit_entering(actor.account_id)
        post = _enter(actor, thread, form)
    except (Invalid, TooMany) as error:
        form.blame(error)
        return _page(thread, form), error.status
    notice(_("Erfasst unter der Nummer %(number)s.", number=post.receipt))
    if request.form.get("weiter"):
        return redirect(url_for(".enter_post", thread_id=thread.id), code=303)
    return redirect(url_for(".permalink", post_id=post.id), code=303)


def _enter(actor: Actor, thread: Thread, form: EnterForm) -> Post:
    written = entering.written_for(
        actor,
        source=Source(form.source.data),
        name=form.name.data or "",
        email=form.email.data or "",
    )
    return posts.submit_post(actor, thread, form.text.data or "", written=written)


def _page(thread: Thread, form: EnterForm) -> str:
    return render_template(
        "beteiligung/discussion/enter.html", thread=thread, form=form, **context()
    )

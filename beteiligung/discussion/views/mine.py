"""What was made of my contribution: for people with a login, and by number for everybody else."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from beteiligung.discussion import promises, rules
from beteiligung.discussion.forms import EditForm
from beteiligung.discussion.models import Post
from beteiligung.discussion.service import decisions, mine, texts
from beteiligung.discussion.service.names import STATUS_LABELS
from beteiligung.discussion.views.blueprint import blueprint
from beteiligung.discussion.views.frame import context
from beteiligung.project.service.reading import get_project_for
from kern.errors import Invalid, TooMany
from kern.i18n import _
from kern.ids import parse_id
from kern.web import commits, current_actor, require_login, shows_again
from kern.web.limit import limit_withdrawing, limit_writing
from kern.web.notice import notice


@blueprint.get("/meine-beitraege")
@require_login
def my_posts() -> ResponseReturnValue:
    actor = current_actor()
    page = mine.list_mine(actor, parse_id(request.args.get("vor")))
    return render_template(
        "beteiligung/discussion/mine.html",
        page=page,
        statuses=STATUS_LABELS,
        reasons=mine.reasons_of(page),
        statement_path=mine.statement_path,
        **context(),
    )


@blueprint.get("/<slug>/ergebnisse")
def outcomes(slug: str) -> ResponseReturnValue:
    """Everything of a project that got an outcome, newest first."""
    project = get_project_for(current_actor(), slug)
    found, answered = mine.list_outcomes(project.scope_id)
    return render_template(
        "beteiligung/discussion/outcomes.html",
        project=project,
        threads=found,
        posts=answered,
        **context(),
    )


@blueprint.get("/mein-beitrag/<int:post_id>/<signature>")
def by_link(post_id: int, signature: str) -> ResponseReturnValue:
    """The private page of a contribution, from a mail: no login needed."""
    post = mine.get_post_by_link(post_id, signature)
    source = texts.get_revision(post, post.latest).source
    return _own_page(post, signature, EditForm(formdata=None, text=source))


@blueprint.post("/mein-beitrag/<int:post_id>/<signature>")
@shows_again
@commits
def edit_by_link(post_id: int, signature: str) -> ResponseReturnValue:
    post = mine.get_post_by_link(post_id, signature)
    form = EditForm()
    if not form.is_ok():
        return _own_page(post, signature, form), 422
    try:
        limit_writing()
        changed = mine.edit_by_link(post, form.text.data or "")
    except (Invalid, TooMany) as error:
        form.blame(error)
        return _own_page(post, signature, form), error.status
    if changed:
        notice(promises.kept(post))
    return redirect(url_for(".by_link", post_id=post_id, signature=signature), code=303)


@blueprint.post("/mein-beitrag/<int:post_id>/<signature>/zurueckziehen")
@commits
def withdraw_by_link(post_id: int, signature: str) -> ResponseReturnValue:
    post = mine.get_post_by_link(post_id, signature)
    limit_withdrawing()
    decisions.withdraw(mine.author_as_actor(post), post)
    notice(_("Ihr Beitrag ist zurückgezogen."))
    return redirect(url_for(".thread", thread_id=post.thread_id), code=303)


def _own_page(post: Post, signature: str, form: EditForm) -> str:
    return render_template(
        "beteiligung/discussion/own.html",
        post=post,
        revision=texts.get_revision(post, post.latest),
        signature=signature,
        form=form,
        reason=mine.reason_of(post),
        statement=mine.statement_path(post),
        statuses=STATUS_LABELS,
        can_edit=mine.can_edit(post),
        max_post=rules.MAX_POST,
        **context(),
    )

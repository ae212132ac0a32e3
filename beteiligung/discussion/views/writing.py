"""Writing: posts and threads by citizens, with and without a login; editing, taking back."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from beteiligung.discussion import promises, rules
from beteiligung.discussion.forms import EditForm, PostForm, ThreadForm
from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post
from beteiligung.discussion.service import decisions, posts, texts, threads
from beteiligung.discussion.service.places import Place, get_place_for
from beteiligung.discussion.views.blueprint import blueprint
from beteiligung.discussion.views.frame import context
from beteiligung.discussion.views.hosts import Host, host_for, project_host
from beteiligung.discussion.views.reading import thread_page
from kern.accounts import pending
from kern.accounts.emails import fold_email
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.errors import Invalid, NotAllowed, TooMany
from kern.files import service as files
from kern.i18n import _, language
from kern.ids import parse_id
from kern.moderation.hints import note_typing
from kern.web import commits, current_actor, shows_again
from kern.web.limit import limit_mails, limit_network, limit_withdrawing, limit_writing
from kern.web.notice import notice

UPLOADS_PER_HOUR = 60  # of one network


@blueprint.post("/gespraech/<int:thread_id>/beitraege")
@shows_again
@commits
def submit_post(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    form = PostForm()
    if form.picture.has_upload:
        limit_network("upload", UPLOADS_PER_HOUR)  # a picture costs a second of a core
    form.take_uploads()
    ready, status = _prepare(actor, form)
    place = get_place_for(actor, thread_id)
    parent = _parent(actor, form)
    if ready is not None:
        try:
            write = _write if actor.is_authenticated else _keep_for_confirmation
            return write(actor, place, form, parent, ready)
        except (Invalid, TooMany) as error:
            form.blame(error)
            status = error.status
    return thread_page(actor, threads.get_thread_for(actor, thread_id), form, parent), status


def _prepare(actor: Actor, form: PostForm) -> tuple[texts.Ready | None, int]:
    """Everything that needs no place to write, so that nobody else waits for it. Without a text the
    number is the status of the form shown again."""
    if not form.is_ok():
        return None, 422
    try:
        if actor.is_authenticated:
            limit_writing(actor.account_id)
        return texts.Ready(form.text.data or "", rules.MAX_POST), 200
    except (Invalid, TooMany) as error:
        form.blame(error)
        return None, error.status


def _parent(actor: Actor, form: PostForm) -> Post | None:
    number = parse_id(form.parent.data)
    return None if number is None else posts.get_post_for(actor, number)


def _keep_picture(actor: Actor, form: PostForm) -> int | None:
    picture = form.picture.accepted
    if picture is None:
        return None
    return files.keep_picture(picture, form.picture_alt.data or "", actor.party_id).id


def _write(
    actor: Actor,
    place: Place,
    form: PostForm,
    parent: Post | None,
    ready: texts.Ready,
) -> ResponseReturnValue:
    picture = _keep_picture(actor, form)
    kept = posts.write(actor, place, ready, parent=parent, picture_id=picture)
    note_typing(Ref(POST_KEY, kept.id), parse_id(form.typed.data))
    notice(promises.kept_post(is_shown=kept.is_shown))
    return redirect(url_for(".permalink", post_id=kept.id), code=303)


def _keep_for_confirmation(
    actor: Actor, place: Place, form: PostForm, parent: Post | None, ready: texts.Ready
) -> ResponseReturnValue:
    """Kept as typed; it becomes a post when the mail's page is confirmed."""
    rules.require_open(place, now())
    rules.require_reply_fits(place, parent)
    address = fold_email(form.email.data or "")
    limit_mails(address)
    payload = {
        "thread": place.id,
        "parent": parent.id if parent else None,
        "text": ready.source,
        "picture": _keep_picture(actor, form),
        "typed_ms": parse_id(form.typed.data),
    }
    pending.submit("beteiligung.beitrag", address, payload, language())
    return redirect(url_for(".on_its_way", gespraech=place.id), code=303)


@blueprint.get("/unterwegs")
def on_its_way() -> ResponseReturnValue:
    """Shown after writing without a login: look into your mailbox."""
    number = parse_id(request.args.get("gespraech"))
    back = "/" if number is None else f"/beteiligung/gespraech/{number}"
    promise = "" if number is None else promises.of_post_in(number, current_actor())
    return render_template("beteiligung/discussion/on_its_way.html", back=back, promise=promise)


@blueprint.get("/beitrag/<int:post_id>/bearbeiten")
def edit_post(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    rules.require_may_edit(actor, post, is_closed=False)
    source = texts.get_revision(post, post.latest).source
    return _edit_page(post, EditForm(formdata=None, text=source))


@blueprint.post("/beitrag/<int:post_id>/bearbeiten")
@shows_again
@commits
def submit_edit(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    form = EditForm()
    if not form.is_ok():
        return _edit_page(post, form), 422
    try:
        limit_writing(actor.account_id)
        changed = posts.edit_post(actor, post, form.text.data or "")
    except (Invalid, TooMany) as error:
        form.blame(error)
        return _edit_page(post, form), error.status
    if changed:
        notice(promises.kept(post))
    return redirect(url_for(".permalink", post_id=post.id), code=303)


def _edit_page(post: Post, form: EditForm) -> str:
    return render_template(
        "beteiligung/discussion/edit.html",
        post=post,
        form=form,
        promise=promises.of_edit(current_actor(), post, post.thread.scope),
    )


@blueprint.get("/beitrag/<int:post_id>/zurueckziehen")
def ask_withdraw(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    rules.require_may_withdraw(actor, post)
    wording = texts.get_revision(post, post.latest)
    return render_template(
        "beteiligung/discussion/withdraw.html", post=post, wording=wording, **context()
    )


@blueprint.post("/beitrag/<int:post_id>/zurueckziehen")
@commits
def withdraw(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    limit_withdrawing()
    decisions.withdraw(actor, post)
    notice(_("Ihr Beitrag ist zurückgezogen."))
    return redirect(url_for(".thread", thread_id=post.thread_id), code=303)


@blueprint.get("/<slug>/gespraech-beginnen")
def begin_thread(slug: str) -> ResponseReturnValue:
    return _begin(project_host(current_actor(), slug))


@blueprint.get("/gespraech-beginnen/<key>/<int:host_id>")
def begin_thread_on(key: str, host_id: int) -> ResponseReturnValue:
    return _begin(host_for(current_actor(), key, host_id))


def _begin(host: Host) -> ResponseReturnValue:
    threads.require_may_open(current_actor(), host.scope, now())
    return _begin_page(host, ThreadForm(formdata=None))


@blueprint.post("/<slug>/gespraech-beginnen")
@shows_again
@commits
def submit_thread(slug: str) -> ResponseReturnValue:
    return _submit_thread(project_host(current_actor(), slug))


@blueprint.post("/gespraech-beginnen/<key>/<int:host_id>")
@shows_again
@commits
def submit_thread_on(key: str, host_id: int) -> ResponseReturnValue:
    return _submit_thread(host_for(current_actor(), key, host_id))


def _submit_thread(host: Host) -> ResponseReturnValue:
    form = ThreadForm()
    if not form.is_ok():
        return _begin_page(host, form), 422
    try:
        return _open(current_actor(), host, form)
    except (Invalid, TooMany) as error:
        form.blame(error)
        return _begin_page(host, form), error.status


def _open(actor: Actor, host: Host, form: ThreadForm) -> ResponseReturnValue:
    limit_writing(actor.account_id)
    thread = threads.open_thread(
        actor,
        host.scope,
        host.ref,
        title=form.title.data or "",
        question=form.question.data or "",
        category=form.category.data or "",
    )
    note_typing(Ref(THREAD_KEY, thread.id), parse_id(form.typed.data))
    notice(promises.kept(thread))
    return redirect(url_for(".thread", thread_id=thread.id), code=303)


def _begin_page(host: Host, form: ThreadForm) -> str:
    return render_template(
        "beteiligung/discussion/begin.html",
        host=host,
        form=form,
        categories=threads.list_categories(host.scope.id),
        promise=promises.of_thread(current_actor(), host.scope),
    )


@blueprint.get("/beitrag/<int:post_id>/fassungen")
def revisions(post_id: int) -> ResponseReturnValue:
    """The history of a post: for its author and for those who decide."""
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    if not rules.is_own(post, actor) and not actor.may(rules.DECIDE, post.scope_id):
        raise NotAllowed("Frühere Fassungen sieht nur, wer den Beitrag geschrieben hat.")
    return render_template(
        "beteiligung/discussion/revisions.html",
        post=post,
        revisions=texts.list_revisions(post),
        **context(),
    )

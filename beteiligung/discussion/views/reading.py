"""Reading: the thread, all replies of a post, permalinks, votes."""

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from beteiligung.discussion import promises, rules
from beteiligung.discussion.forms import PostForm, VoteForm
from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.service import moving, posts, reading, texts, threads, votes
from beteiligung.discussion.service.names import author_name, gone_words
from beteiligung.discussion.service.paging import Cursor, Sort
from beteiligung.discussion.views.blueprint import blueprint
from beteiligung.discussion.views.frame import Rights, context
from beteiligung.discussion.views.hosts import card_of_host
from beteiligung.discussion.views.shown import put_into_words
from kern.accounts import pending
from kern.accounts.emails import fold_email
from kern.accounts.nameless import within
from kern.actor import GUEST, Actor
from kern.calendar import format_day, format_deadline
from kern.clock import now
from kern.content import Ref, Within
from kern.errors import Invalid, NotFound
from kern.i18n import _, _l, language, say
from kern.ids import parse_id
from kern.moderation import bars
from kern.moderation.bars import Bar
from kern.scope import Act, Span, is_open, list_windows
from kern.web import (
    commits,
    current_actor,
    depends_on,
    depends_on_everything,
    shows,
    shows_again,
)
from kern.web.feeds import Feed, atom
from kern.web.limit import limit_mails, limit_voting
from kern.web.notice import notice

SORTS = (
    (Sort.NEWEST, _l("Neueste")),
    (Sort.AGREED, _l("Meiste Zustimmung")),
    (Sort.DISCUSSED, _l("Meist diskutiert")),
    (Sort.OLDEST, _l("Älteste")),
)


def rights_of(actor: Actor, thread: Thread, windows: list[Span], bar: Bar | None = None) -> Rights:
    is_public = thread.status == Status.PUBLIC and bar is None
    open_now = is_public and not rules.is_closed(thread, windows, now())
    scope = thread.scope_id
    return Rights(
        post=open_now or (is_public and actor.may(rules.MANAGE, scope)),
        vote=is_public and is_open(windows, Act.VOTE, now()),
        manage=actor.may(rules.MANAGE, scope),
        answer=actor.may(rules.ANSWER, scope),
        enter=actor.may(rules.ENTER, scope),
        moderate=actor.may(rules.DECIDE, scope),
    )


@blueprint.get("/gespraech/<int:thread_id>")
def thread(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    try:
        found = threads.get_thread_for(actor, thread_id)
    except NotFound:
        return _tombstone(threads.get_tombstone_for(actor, thread_id)), 410
    _declare(found)
    moved = _moved_on(actor, found)
    if moved is not None:
        return redirect(url_for(".permalink", post_id=moved))
    return thread_page(actor, found, PostForm(formdata=None, text=_quoted(actor)))


def _declare(thread: Thread) -> None:
    """A thread of which something was moved names other projects."""
    if thread.moved_from_id is not None or thread.moved_count:
        depends_on_everything()
    else:
        depends_on(thread.scope_id)


def _tombstone(thread: Thread) -> str:
    words = gone_words(thread.status, thread.hidden_rule, thread.hidden_at)
    return render_template(
        "beteiligung/discussion/tombstone.html", scope=thread.scope, thread=thread, words=words
    )


def _moved_on(actor: Actor, thread: Thread) -> int | None:
    """An old address of a post that stood in this thread."""
    cursor = Cursor.parse(request.args.get("seite")) if thread.moved_count else None
    if cursor is None or cursor.direction != "ab":
        return None
    post = posts.find_listed(actor, cursor.id)
    return post.id if post is not None and post.thread_id != thread.id else None


def _quoted(actor: Actor) -> str:
    """`?zitat=<id>`: the text of that post as a Markdown quote, to answer below it."""
    post = asked(actor, "zitat")
    return "\n".join(f"> {line}" for line in post.plain.splitlines()) + "\n\n" if post else ""


def thread_page(actor: Actor, thread: Thread, form: PostForm, parent: Post | None = None) -> str:
    sort = Sort.parse(request.args.get("sortierung"))
    cursor = Cursor.parse(request.args.get("seite"))
    if cursor is not None and cursor.direction == "ab":
        sort = Sort.OLDEST
    parent = parent or asked(actor, "antwort")
    windows = list(list_windows(thread.scope_id))
    bar = bars.bar_for(actor, thread.scope_id)
    rights = rights_of(actor, thread, windows, bar)
    here = url_for(".thread", thread_id=thread.id)
    end = _end_of(thread, windows)
    return render_template(
        "beteiligung/discussion/thread.html",
        thread=thread,
        host=card_of_host(thread),
        form=form,
        parent=parent,
        parent_words=_answer_words(parent),
        rights=rights,
        barred=say(bars.sentence_of(bar)) if bar is not None else "",
        question_html=_own_question(thread),
        closes_at=end,
        is_closed=rules.is_closed(thread, windows, now()),
        promise=promises.of_post(actor, thread.scope) if rights.post else "",
        facts=_facts(thread, end),
        gone=gone_words(thread.status, thread.hidden_rule, thread.hidden_at),
        moved_on=moving.list_moved_on(thread, actor),
        origin=moving.find_origin(thread, actor),
        **_posts(actor, thread, here, sort, cursor),
        **context(
            rights,
            title=thread.title,
            here=here,
            sort=str(sort),
            page_cursor=str(cursor or ""),
        ),
    )


def _posts(
    actor: Actor, thread: Thread, here: str, sort: Sort, cursor: Cursor | None
) -> dict[str, Any]:
    """A page of posts and the ways to the others."""
    page = reading.read_page(thread, actor, sort, cursor)
    shows(Ref(THREAD_KEY, thread.id), *(Ref(POST_KEY, id_) for id_ in page.shown_ids()))
    return {
        "pinned": put_into_words(page.pinned),
        "posts": put_into_words(page.posts),
        "waiting": page.waiting,
        "sort_tabs": [(label, f"{here}?sortierung={one}", one is sort) for one, label in SORTS],
        "newer_url": _page_url(here, sort, page.newer),
        "older_url": _page_url(here, sort, page.older),
    }


def _page_url(here: str, sort: Sort, cursor: Cursor | None) -> str:
    return f"{here}?sortierung={sort}&seite={cursor}" if cursor else ""


def _answer_words(parent: Post | None) -> str:
    if parent is None:
        return ""
    name = parent.office if parent.is_answer else author_name(parent.author)
    return _("Ihre Antwort an %(name)s", name=within(name))


def _own_question(thread: Thread) -> Markup:
    """What is not public only the author and those who decide read."""
    if thread.status == Status.PUBLIC:
        return Markup("")
    html = texts.get_revision(thread, thread.released or thread.latest).html
    return Markup(html)  # noqa: S704 - sanitised at write


def _facts(thread: Thread, end: datetime | None) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = []
    if thread.closed_at is not None:
        facts.append((_("Geschlossen"), format_day(thread.closed_at)))
    elif end is not None:
        facts.append((_("Endet"), format_deadline(end)))
    facts.append((_("Begonnen von"), author_name(thread.author, office=thread.by_office)))
    facts.append((_("Begonnen am"), format_day(thread.written_at)))
    return facts


def asked(actor: Actor, name: str) -> Post | None:
    """The public post that `?<name>=<id>` points to."""
    number = parse_id(request.args.get(name))
    post = None if number is None else posts.find_listed(actor, number)
    return post if post is not None and post.status == Status.PUBLIC else None


def _end_of(thread: Thread, windows: list[Span]) -> Any:
    if thread.closes_at is not None:
        return thread.closes_at
    ends = [one.closes_at for one in windows if one.act == Act.DISCUSS and one.closes_at]
    return max(ends) if ends else None


@blueprint.get("/gespraech/<int:thread_id>/atom.xml")
def feed(thread_id: int) -> ResponseReturnValue:
    """For everybody: a reader of feeds cannot log in."""
    found = threads.get_thread_for(GUEST, thread_id)
    if not found.scope.is_public:
        raise NotFound(threads.GONE)
    here = url_for(".thread", thread_id=found.id)
    within = Within(found.scope_id, Ref(THREAD_KEY, found.id))
    return atom(Feed(f"{here}/atom.xml", here, found.title, within))


@blueprint.get("/beitrag/<int:post_id>")
def permalink(post_id: int) -> ResponseReturnValue:
    """To the post's place: its page in the order of writing, or its root's page of replies."""
    post = posts.find_listed(current_actor(), post_id)
    if post is None:  # with its thread, perhaps: that says why
        return redirect(url_for(".thread", thread_id=_buried_in(post_id)))
    if post.parent_id is not None:
        after = post.id - 1 if post.reply_no > reading.REPLIES_PAGE else None
        url = url_for(".replies", post_id=post.parent_id, nach=after)
    elif post.listed and not post.pinned:
        url = url_for(".thread", thread_id=post.thread_id, seite=str(Cursor.at(post.id)))
    else:
        url = url_for(".thread", thread_id=post.thread_id)
    return redirect(f"{url}#beitrag-{post.id}")


def _buried_in(post_id: int) -> int:
    return threads.get_tombstone_for(current_actor(), posts.thread_of(post_id)).id


@blueprint.get("/beitrag/<int:post_id>/antworten")
def replies(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.find_listed(actor, post_id)
    start = parse_id(request.args.get("nach")) or 0
    view, more = reading.read_replies(post_id, actor, start) if post else (None, False)
    if post is None or view is None:
        raise NotFound(posts.GONE)
    thread = threads.get_thread_for(actor, post.thread_id)
    _declare(thread)
    bar = bars.bar_for(actor, thread.scope_id)
    rights = rights_of(actor, thread, list(list_windows(thread.scope_id)), bar)
    here = url_for(".replies", post_id=post_id)
    return render_template(
        "beteiligung/discussion/replies.html",
        thread=thread,
        root=put_into_words([view])[0]._replace(more_replies=0),
        rights=rights,
        form=PostForm(formdata=None, parent=str(post_id)),
        promise=promises.of_post(actor, thread.scope) if rights.post else "",
        next_url=f"{here}?nach={view.replies[-1].row.id}" if more else "",
        first_url=here if start else "",
        **context(
            rights,
            title=thread.title,
            here=url_for(".thread", thread_id=thread.id),
            in_replies=True,
        ),
    )


@blueprint.post("/beitrag/<int:post_id>/stimme")
@commits
def vote(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    value = request.form.get("stimme", "")
    if value not in {"-1", "0", "1"}:
        raise Invalid("Bitte wählen Sie Dafür oder Dagegen.")
    if not actor.is_authenticated:
        return redirect(url_for(".vote_as_guest", post_id=post_id, stimme=value), code=303)
    limit_voting(actor.account_id)
    post = votes.get_votable_for(actor, post_id)
    votes.vote(actor, post, int(value))
    return redirect(_back_to(post), code=303)


def _back_to(post: votes.Votable) -> str:
    root = post.parent_id or post.id
    page = request.form.get("seite", "")
    if page and post.parent_id is None and Cursor.parse(page) is not None:
        sort = str(Sort.parse(request.form.get("sortierung")))
        url = url_for(".thread", thread_id=post.thread_id, sortierung=sort, seite=page)
        return f"{url}#beitrag-{post.id}"
    return f"{url_for('.thread', thread_id=post.thread_id, seite=f'ab::{root}')}#beitrag-{post.id}"


@blueprint.get("/beitrag/<int:post_id>/stimme")
def vote_as_guest(post_id: int) -> ResponseReturnValue:
    post = posts.get_post_for(current_actor(), post_id)
    return _vote_page(post, VoteForm(formdata=None, stimme=request.args.get("stimme", "1")))


@blueprint.post("/beitrag/<int:post_id>/stimme/ohne-konto")
@shows_again
@commits
def submit_vote_as_guest(post_id: int) -> ResponseReturnValue:
    post = posts.get_post_for(current_actor(), post_id)
    form = VoteForm()
    if not form.is_ok() or form.stimme.data not in {"-1", "1"}:
        return _vote_page(post, form), 422
    votes.require_may_vote(post)
    try:
        address = fold_email(form.email.data or "")
    except Invalid as error:
        form.blame(error)
        return _vote_page(post, form), 422
    limit_mails(address)
    payload = {"post": post.id, "stimme": int(form.stimme.data)}
    pending.submit("beteiligung.stimme", address, payload, language())
    notice(_("Fast geschafft: Bitte bestätigen Sie Ihre Stimme mit dem Link in unserer E-Mail."))
    return redirect(url_for(".permalink", post_id=post.id), code=303)


def _vote_page(post: Post, form: VoteForm) -> str:
    return render_template("beteiligung/discussion/vote.html", post=post, form=form, **context())

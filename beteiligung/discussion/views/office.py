"""The office's side: threads of its own, answers, outcomes, closing and pinning."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from beteiligung.discussion import rules
from beteiligung.discussion.forms import AnswerForm, OfficeThreadForm, OutcomeForm
from beteiligung.discussion.models import Outcome, Post, Thread
from beteiligung.discussion.service import decisions, posts, texts, threads
from beteiligung.discussion.views.blueprint import blueprint
from beteiligung.discussion.views.frame import context
from beteiligung.discussion.views.hosts import Host, host_for, project_host
from kern.actor import Actor
from kern.calendar import to_local, to_utc
from kern.errors import DomainError, Invalid, NotAllowed
from kern.i18n import _
from kern.ids import parse_id
from kern.web import commits, current_actor, require, shows_again
from kern.web.notice import notice


def _thread_for(actor: Actor, thread_id: int, permission: str) -> Thread:
    thread = threads.get_thread_for(actor, thread_id)
    if not actor.may(permission, thread.scope_id):
        require(permission, thread.scope_id)
    return thread


def _to(thread: Thread) -> ResponseReturnValue:
    return redirect(url_for(".thread", thread_id=thread.id), code=303)


@blueprint.get("/<slug>/gespraech-eroeffnen")
def new_office_thread(slug: str) -> ResponseReturnValue:
    return _new_on(project_host(current_actor(), slug))


@blueprint.get("/gespraech-eroeffnen/<key>/<int:host_id>")
def new_office_thread_on(key: str, host_id: int) -> ResponseReturnValue:
    return _new_on(host_for(current_actor(), key, host_id))


def _new_on(host: Host) -> ResponseReturnValue:
    require(rules.MANAGE, host.scope.id)
    return _office_page(OfficeThreadForm(formdata=None), host=host)


@blueprint.post("/<slug>/gespraech-eroeffnen")
@shows_again
@commits
def open_office_thread(slug: str) -> ResponseReturnValue:
    return _open_on(project_host(current_actor(), slug))


@blueprint.post("/gespraech-eroeffnen/<key>/<int:host_id>")
@shows_again
@commits
def open_office_thread_on(key: str, host_id: int) -> ResponseReturnValue:
    return _open_on(host_for(current_actor(), key, host_id))


def _open_on(host: Host) -> ResponseReturnValue:
    actor = current_actor()
    require(rules.MANAGE, host.scope.id)
    form = OfficeThreadForm()
    if not form.is_ok():
        return _office_page(form, host=host), 422
    try:
        thread = threads.open_thread(
            actor,
            host.scope,
            host.ref,
            title=form.title.data or "",
            question=form.question.data or "",
            category=form.category.data or "",
            by_office=True,
            closes_at=_closes_at(form),
        )
    except Invalid as error:
        form.blame(error)
        return _office_page(form, host=host), 422
    threads.set_pinned(actor, thread, pinned=bool(form.pinned.data))
    notice(_("Das Gespräch ist eröffnet."))
    return _to(thread)


def _closes_at(form: OfficeThreadForm) -> Any:
    """Typed as local time of the town; a time that does not exist is refused at the field."""
    if form.closes_at.data is None:
        return None
    try:
        return to_utc(form.closes_at.data)
    except DomainError as error:
        raise Invalid(error.message, field="closes_at", **error.params) from None


def _office_page(form: OfficeThreadForm, **things: Any) -> str:
    values = {"host": None, "thread": None} | things
    return render_template("beteiligung/discussion/office_thread.html", form=form, **values)


@blueprint.get("/gespraech/<int:thread_id>/bearbeiten")
def edit_thread(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thread = _thread_for(actor, thread_id, rules.MANAGE)
    revision = texts.get_revision(thread, thread.latest)
    form = OfficeThreadForm(
        formdata=None,
        title=revision.title,
        question=revision.source,
        category=thread.category,
        closes_at=to_local(thread.closes_at).replace(tzinfo=None) if thread.closes_at else None,
        pinned=thread.pinned,
    )
    return _office_page(form, thread=thread)


@blueprint.post("/gespraech/<int:thread_id>/bearbeiten")
@shows_again
@commits
def submit_thread_edit(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thread = _thread_for(actor, thread_id, rules.MANAGE)
    form = OfficeThreadForm()
    if not form.is_ok():
        return _office_page(form, thread=thread), 422
    try:
        _change(actor, thread, form)
    except Invalid as error:
        form.blame(error)
        return _office_page(form, thread=thread), 422
    notice(_("Das Gespräch ist geändert."))
    return _to(thread)


def _change(actor: Actor, thread: Thread, form: OfficeThreadForm) -> None:
    title, question = form.title.data or "", form.question.data or ""
    newest = texts.get_revision(thread, thread.latest)
    closes_at = _closes_at(form)
    if (newest.title, newest.source) != (title.strip(), question.replace("\r\n", "\n").strip()):
        if not thread.by_office:
            raise NotAllowed("Den Text einer Bürgerin oder eines Bürgers ändern Sie nicht.")
        threads.edit_thread(actor, thread, title=title, question=question)
    threads.set_details(actor, thread, category=form.category.data or "", closes_at=closes_at)
    threads.set_pinned(actor, thread, pinned=bool(form.pinned.data))


@blueprint.post("/gespraech/<int:thread_id>/schalten")
@commits
def switch_thread(thread_id: int) -> ResponseReturnValue:
    """Close, open again, pin, unpin: each can be taken back by its opposite."""
    actor = current_actor()
    thread = _thread_for(actor, thread_id, rules.MANAGE)
    act = request.form.get("tat", "")
    if act in {"schliessen", "oeffnen"}:
        threads.set_closed(actor, thread, closed=act == "schliessen")
    elif act in {"anheften", "loesen"}:
        threads.set_pinned(actor, thread, pinned=act == "anheften")
    else:
        raise Invalid("Bitte wählen Sie, was geschehen soll.")
    notice(_("Gespeichert."))
    return _to(thread)


@blueprint.get("/gespraech/<int:thread_id>/antworten")
def new_answer(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thread = _thread_for(actor, thread_id, rules.ANSWER)
    parent = _asked(actor)
    return _answer_page(thread, parent, AnswerForm(formdata=None, office=_office_of(thread)))


@blueprint.post("/gespraech/<int:thread_id>/antworten")
@shows_again
@commits
def submit_answer(thread_id: int) -> ResponseReturnValue:
    actor = current_actor()
    thread = _thread_for(actor, thread_id, rules.ANSWER)
    parent = _asked(actor)
    form = AnswerForm()
    if not form.is_ok():
        return _answer_page(thread, parent, form), 422
    post = posts.answer(
        actor,
        thread,
        form.text.data or "",
        office=form.office.data or "",
        parent=parent,
        pinned=bool(form.pinned.data),
    )
    notice(_("Die Antwort ist veröffentlicht."))
    return redirect(url_for(".permalink", post_id=post.id), code=303)


def _asked(actor: Actor) -> Post | None:
    """`?auf=<id>`: the post that is answered."""
    number = parse_id(request.args.get("auf"))
    return None if number is None else posts.get_post_for(actor, number)


def _office_of(thread: Thread) -> str:
    return threads.office_of(thread)


def _answer_page(thread: Thread, parent: Post | None, form: AnswerForm) -> str:
    return render_template(
        "beteiligung/discussion/answer.html", thread=thread, parent=parent, form=form, **context()
    )


@blueprint.post("/beitrag/<int:post_id>/anheften")
@commits
def pin_answer(post_id: int) -> ResponseReturnValue:
    actor = current_actor()
    post = posts.get_post_for(actor, post_id)
    require(rules.ANSWER, post.scope_id)
    posts.set_pinned(actor, post, pinned=request.form.get("tat") == "anheften")
    notice(_("Gespeichert."))
    return redirect(url_for(".permalink", post_id=post.id), code=303)


@blueprint.get("/beitrag/<int:post_id>/ergebnis")
def post_outcome(post_id: int) -> ResponseReturnValue:
    post = posts.get_post_for(current_actor(), post_id)
    require(rules.ANSWER, post.scope_id)
    return _outcome_page(post, _outcome_form(post, post.thread))


@blueprint.post("/beitrag/<int:post_id>/ergebnis")
@shows_again
@commits
def submit_post_outcome(post_id: int) -> ResponseReturnValue:
    post = posts.get_post_for(current_actor(), post_id)
    require(rules.ANSWER, post.scope_id)
    return _set_outcome(post, url_for(".permalink", post_id=post.id))


@blueprint.get("/gespraech/<int:thread_id>/ergebnis")
def thread_outcome(thread_id: int) -> ResponseReturnValue:
    thread = _thread_for(current_actor(), thread_id, rules.ANSWER)
    return _outcome_page(thread, _outcome_form(thread, thread))


@blueprint.post("/gespraech/<int:thread_id>/ergebnis")
@shows_again
@commits
def submit_thread_outcome(thread_id: int) -> ResponseReturnValue:
    thread = _thread_for(current_actor(), thread_id, rules.ANSWER)
    return _set_outcome(thread, url_for(".thread", thread_id=thread.id))


def _outcome_form(thing: Post | Thread, thread: Thread) -> OutcomeForm:
    return OutcomeForm(
        formdata=None,
        outcome=thing.outcome or Outcome.UNDER_REVIEW,
        reason=thing.outcome_reason,
        office=thing.outcome_office or _office_of(thread),
    )


def _set_outcome(thing: Post | Thread, back: str) -> ResponseReturnValue:
    form = OutcomeForm()
    if not form.is_ok():
        return _outcome_page(thing, form), 422
    outcome = Outcome(form.outcome.data) if form.outcome.data else None
    reason, office = form.reason.data or "", form.office.data or ""
    try:
        decisions.set_outcome(current_actor(), thing, outcome, reason=reason, office=office)
    except Invalid as error:
        form.blame(error)
        return _outcome_page(thing, form), 422
    notice(_("Das Ergebnis ist öffentlich. Wer den Beitrag schrieb, bekommt eine Nachricht."))
    return redirect(back, code=303)


def _outcome_page(thing: Post | Thread, form: OutcomeForm) -> str:
    thread = thing if isinstance(thing, Thread) else thing.thread
    return render_template(
        "beteiligung/discussion/outcome.html", thing=thing, thread=thread, form=form, **context()
    )

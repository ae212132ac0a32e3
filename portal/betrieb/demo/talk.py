"""The demo town's threads: written, released, refused, answered, voted on, each in its own time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert

from beteiligung.discussion.models import POST_KEY, Thread, Vote
from beteiligung.discussion.service import decisions, posts, threads
from beteiligung.discussion.service.texts import Thing, key_of
from beteiligung.discussion.service.threads import Written
from beteiligung.project.service.changes import ref_of
from kern.accounts.models import Party, Source
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import Actor, PartyId
from kern.content import Ref
from kern.db import db
from kern.moderation import decisions as desk
from kern.moderation.cases import find_open
from kern.moderation.models import Case, CaseKind
from kern.moderation.reports import Allegation, report
from kern.scope import Act, ScopeState
from portal.betrieb.demo.projects import phase_end
from portal.betrieb.demo.scene import Scene, Step, dice
from portal.betrieb.demo.texts import (
    AnswerText,
    OutcomeText,
    PostState,
    PostText,
    ProjectText,
    ThreadText,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LOOKS_WITHIN = 7 * HOUR  # how long a text waits at most, unless it waits for good
STILL_TO_REVIEW = 30 * HOUR  # what appeared at once since then, nobody has looked at yet


def plan_threads(scene: Scene, text: ProjectText) -> None:
    for thread in text.threads:
        _Talk(scene, text, thread).plan()


def cast_votes(scene: Scene, texts: Iterable[ProjectText]) -> int:
    """All voices in one statement; the caller rebuilds the counters. Returns how many."""
    rows = [row for text in texts for thread in text.threads for row in _votes(scene, text, thread)]
    if rows:
        db.session.execute(insert(Vote), rows)
    return len(rows)


def _votes(scene: Scene, project: ProjectText, thread: ThreadText) -> Iterator[dict[str, Any]]:
    voters = scene.cast.voters()
    for text in thread.posts:
        post = scene.posts[text.key]
        end = min(scene.now, _voting_ends(scene, project, post.written_at))
        luck = dice(f"votes {text.key}")
        others = [party for party in voters if party != post.author_id]
        given = [1] * text.agree + [-1] * text.disagree
        for party, value in zip(luck.sample(others, len(given)), given, strict=True):
            at = post.written_at + (end - post.written_at) * luck.random() ** 2
            yield {"post_id": post.id, "party_id": party, "value": value, "voted_at": at}


def _voting_ends(scene: Scene, project: ProjectText, written: datetime) -> datetime:
    ends = [phase_end(scene, phase) for phase in project.phases if Act.VOTE in phase.acts]
    return min((end for end in ends if end > written), default=scene.now)


class _Talk:
    """Plans one thread: every verb at its instant, through the services."""

    def __init__(self, scene: Scene, project: ProjectText, text: ThreadText) -> None:
        self.scene = scene
        self.cast = scene.cast
        self.project = project
        self.text = text
        self.spokesman = project.contact

    def plan(self) -> None:
        text = self.text
        self._at(text.age, self._open)
        if text.opened_by is not None and not text.waiting:
            first = max((post.age for post in text.posts), default=timedelta())
            delay = self._delay(text.key, text.age - first)
            self._at(text.age - delay, lambda: self._release(self._thread()))
        for answer in text.answers:
            self._at(answer.age, partial(self._answer, answer, None))
        if text.outcome is not None:
            self._at(text.outcome.age, partial(self._thread_outcome, text.outcome))
        for post in text.posts:
            self._plan_post(post)
        if text.closed:
            self._at(self._last_word() - HOUR, self._close)

    def _plan_post(self, text: PostText) -> None:
        self._at(text.age, partial(self._write, text))
        seen = text.age - self._delay(text.key, text.age - self._next_age(text))
        if text.state is PostState.REJECTED:
            self._at(seen, partial(self._restrict, text))
        elif text.state is not PostState.WAITING:
            self._at(seen, partial(self._see, text.key))
        if text.edited is not None:
            self._plan_edit(text, text.edited)
        if text.state in {PostState.REPORTED, PostState.HIDDEN}:
            self._plan_report(text, seen)
        if text.state is PostState.WITHDRAWN:
            self._at(seen - 11 * HOUR, partial(self._withdraw, text.key))
        if text.answer is not None:
            self._at(text.answer.age, partial(self._answer, text.answer, text.key))
        if text.outcome is not None:
            self._at(text.outcome.age, partial(self._post_outcome, text.key, text.outcome))

    def _plan_edit(self, text: PostText, age: timedelta) -> None:
        self._at(age, partial(self._edit, text))
        if not text.edit_waits:
            self._at(age - self._delay(f"{text.key} edit", age), partial(self._see, text.key))

    def _plan_report(self, text: PostText, seen: timedelta) -> None:
        """Objections to what still runs are open, older ones have been looked at."""
        if text.state is PostState.HIDDEN:
            self._at(seen - 5 * HOUR, partial(self._report, text, ""))
            self._at(seen - 9 * HOUR, partial(self._restrict, text))
        elif self.project.state is ScopeState.PUBLISHED:
            age = min(seen, dice(f"report {text.key}").uniform(3, 40) * HOUR)
            self._at(age, partial(self._report, text, text.reason))
        else:
            self._at(seen - DAY, partial(self._report, text, text.reason))
            self._at(seen - DAY - 6 * HOUR, partial(self._see, text.key))

    # When

    def _at(self, age: timedelta, step: Step) -> None:
        self.scene.timeline.add(self.scene.ago(max(age, MINUTE)), step)

    @staticmethod
    def _delay(key: str, room: timedelta) -> timedelta:
        """How long the desk takes: minutes to hours, and never longer than half of what it has."""
        hours = dice(f"delay {key}").uniform(0.3, LOOKS_WITHIN / HOUR)
        return min(hours * HOUR, room / 2)

    def _next_age(self, text: PostText) -> timedelta:
        """Of the first thing that needs this post to be public."""
        after = [post.age for post in self.text.posts if post.reply_to == text.key]
        after += [each.age for each in (text.answer, text.outcome) if each is not None]
        if text.edited is not None:
            after.append(text.edited)
        return max(after, default=timedelta())

    def _last_word(self) -> timedelta:
        ages = [post.edited or post.age for post in self.text.posts]
        return min([*ages, self.text.age]) - DAY

    # What

    def _open(self) -> None:
        text, cast = self.text, self.cast
        project = self.scene.projects[self.project.slug]
        by_office = text.opened_by is None
        office = cast.offices[self.spokesman]
        actor = cast.administrator if by_office else cast.people[str(text.opened_by)]
        thread = threads.open_thread(
            actor,
            project.scope,
            ref_of(project),
            title=text.title,
            question=text.text,
            category=text.category,
            by_office=by_office,
            written=Written(office.party_id) if by_office else None,
        )
        thread.scope = project.scope
        self.scene.threads[text.key] = thread
        if text.pinned:
            threads.set_pinned(office, thread, pinned=True)

    def _close(self) -> None:
        threads.set_closed(self.cast.offices[self.spokesman], self._thread(), closed=True)

    def _write(self, text: PostText) -> None:
        source = text.old_text or text.text
        parent = self.scene.posts[text.reply_to] if text.reply_to else None
        thread, picture = self._thread(), self.scene.pictures.get(text.key)
        if text.source is not Source.WEB:
            written = Written(self._party(text), text.source, self._clerk(text).account_id)
            post = posts.submit_post(
                self._clerk(text), thread, source, parent=parent, written=written
            )
        elif text.author is None:
            post = posts.submit_confirmed(
                thread, source, author_id=self.cast.guest(), parent=parent, picture_id=picture
            )
        else:
            author = self.cast.people[text.author]
            post = posts.submit_post(author, thread, source, parent=parent, picture_id=picture)
        self.scene.posts[text.key] = post

    def _clerk(self, text: PostText) -> Actor:
        """Moderators release with the same stroke what they enter; planners do not."""
        return self.cast.planner if text.state is PostState.WAITING else self.cast.moderator

    def _party(self, text: PostText) -> int:
        if text.author is not None:
            return int(self.cast.people[text.author].party_id or 0)
        party = Party()
        db.session.add(party)
        db.session.flush()
        return party.id

    def _author(self, key: str) -> Actor:
        """Also of those without a login, who come by the private link of their mail."""
        party = PartyId(int(self.scene.posts[key].author_id or 0))
        return Actor(party_id=party, permissions=BY_ROLE[Role.GUEST])

    def _edit(self, text: PostText) -> None:
        posts.edit_post(self._author(text.key), self.scene.posts[text.key], text.text)

    def _withdraw(self, key: str) -> None:
        posts.withdraw(self._author(key), self.scene.posts[key])

    def _see(self, key: str) -> None:
        """The desk has looked at it, and it may be read or stay where it is."""
        post = self.scene.posts[key]
        fresh = post.written_at > self.scene.ago(STILL_TO_REVIEW)
        if not (fresh and find_open(Ref(POST_KEY, post.id), CaseKind.REVIEW)):
            self._release(post)

    def _release(self, thing: Thing) -> None:
        case = self._case(thing)
        if case is not None:
            decision = desk.Decision(desk.yes_for(case), thing.latest)
            desk.decide(self.cast.moderator, case.id, decision)

    def _restrict(self, text: PostText) -> None:
        """Refused while it waits; where texts appear at once, taken away instead."""
        post = self.scene.posts[text.key]
        case = self._case(post)
        if case is None:
            raise LookupError(f"{text.key} is not on the desk")
        decision = desk.Decision(desk.no_for(case), post.latest, text.rule, text.reason)
        desk.decide(self.cast.moderator, case.id, decision)

    def _report(self, text: PostText, words: str) -> None:
        post = self.scene.posts[text.key]
        keys = [key for key in sorted(self.cast.people) if key != text.author]
        reporter = self.cast.people[dice(f"reporter {text.key}").choice(keys)]
        report(reporter, Ref(POST_KEY, post.id), Allegation(text.rule or 0, words))

    def _answer(self, text: AnswerText, key: str | None) -> None:
        parent = self.scene.posts[key] if key is not None else None
        posts.answer(
            self.cast.offices[text.person],
            self._thread(),
            text.text,
            office=text.office,
            parent=parent,
            pinned=text.pinned,
        )

    def _post_outcome(self, key: str, text: OutcomeText) -> None:
        self._set_outcome(self.scene.posts[key], text)

    def _thread_outcome(self, text: OutcomeText) -> None:
        self._set_outcome(self._thread(), text)

    def _set_outcome(self, thing: Thing, text: OutcomeText) -> None:
        actor = self.cast.offices[self.spokesman]
        office = self.project.office
        decisions.set_outcome(actor, thing, text.kind, reason=text.reason, office=office)

    def _thread(self) -> Thread:
        return self.scene.threads[self.text.key]

    @staticmethod
    def _case(thing: Thing) -> Case | None:
        ref = Ref(key_of(thing), thing.id)
        found = (find_open(ref, kind) for kind in CaseKind)
        return next((case for case in found if case is not None), None)

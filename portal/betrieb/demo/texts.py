"""Reads the words of the demo town from the TOML files in `texts/` into typed values.

A wrong or unknown key is an error here, at the file's name, and not a gap on a page later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path

from beteiligung.discussion.models import Outcome
from kern.accounts.models import PartyKind, Source
from kern.accounts.permissions import Role
from kern.scope import Act, Moderation, ScopeState
from portal.betrieb.demo.tables import DemoTextError, Table, read_file, whole

FOLDER = Path(__file__).parent / "texts"
MAIL_DOMAIN = "post.lindenau.example"


class PostState(StrEnum):
    """What the demo shows of a post. "edited" and "reported" posts are public as well."""

    PUBLIC = "public"
    WAITING = "waiting"
    REPORTED = "reported"
    REJECTED = "rejected"
    EDITED = "edited"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


PUBLIC_STATES = frozenset({PostState.PUBLIC, PostState.EDITED, PostState.REPORTED})
RULED_STATES = frozenset({PostState.REPORTED, PostState.REJECTED, PostState.HIDDEN})
UNREAD_STATES = frozenset({PostState.WAITING, PostState.REJECTED, PostState.WITHDRAWN})

OUTCOMES: Mapping[str, Outcome] = {
    "wird_geprueft": Outcome.UNDER_REVIEW,
    "wird_umgesetzt": Outcome.ACCEPTED,
    "teilweise": Outcome.PARTLY,
    "nicht_moeglich": Outcome.DECLINED,
}


@dataclass(frozen=True, slots=True)
class OutcomeText:
    kind: Outcome
    reason: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class AnswerText:
    office: str
    person: str
    text: str
    age: timedelta
    pinned: bool


@dataclass(frozen=True, slots=True)
class PostText:
    """`rule` and `reason`: of the rejection or the hiding, or the words of whoever reported it."""

    key: str  # "radweg/strecke/01", of a reply "radweg/strecke/01/2"; unique
    reply_to: str | None
    author: str | None  # key of a citizen or of a member of staff; None: nobody with an account
    text: str  # the newest wording
    age: timedelta
    state: PostState
    source: Source
    agree: int
    disagree: int
    old_text: str  # of edited posts: the wording before
    edited: timedelta | None
    edit_waits: bool  # True: the old wording is still the public one
    rule: int | None
    reason: str
    place: tuple[float, float] | None  # latitude, longitude
    answer: AnswerText | None
    outcome: OutcomeText | None


@dataclass(frozen=True, slots=True)
class ThreadText:
    key: str
    title: str
    category: str
    text: str
    opened_by: str | None  # key of a citizen; None: the office
    age: timedelta
    pinned: bool
    closed: bool  # by hand
    waiting: bool  # opened by a citizen and not yet released
    answers: tuple[AnswerText, ...]
    outcome: OutcomeText | None
    posts: tuple[PostText, ...]  # each followed by its replies


@dataclass(frozen=True, slots=True)
class PlaceText:
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PhaseText:
    """From the first moment of day `start` to the last of day `end`; 0 is today."""

    title: str
    start: int
    end: int
    acts: frozenset[Act]


@dataclass(frozen=True, slots=True)
class NewsText:
    title: str
    text: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class MeetingText:
    title: str
    place: str
    day: int  # 0 is today
    at: time  # local
    minutes: int


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Why a project that was public is not any more."""

    rule: int
    reason: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class ProjectText:
    slug: str
    title: str
    summary: str
    text: str
    result: str
    state: ScopeState
    moderation: Moderation
    picture: str  # name of a file in static/img/demo/
    picture_alt: str
    office: str
    contact: str
    phone: str
    mail: str
    decidable: tuple[str, ...]
    fixed: tuple[str, ...]
    decision: str
    documents: tuple[str, ...]
    place: PlaceText
    phases: tuple[PhaseText, ...]
    news: tuple[NewsText, ...]
    dates: tuple[MeetingText, ...]
    threads: tuple[ThreadText, ...]
    hidden: HiddenText | None


@dataclass(frozen=True, slots=True)
class CitizenText:
    key: str
    name: str
    kind: PartyKind

    @property
    def mail(self) -> str:
        return f"{self.key}@{MAIL_DOMAIN}"


@dataclass(frozen=True, slots=True)
class StaffText:
    """Somebody who can log in. The citizen among them has an empty office."""

    key: str
    name: str
    role: Role
    office: str
    mail: str


@dataclass(frozen=True, slots=True)
class RuleText:
    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoTexts:
    settings: Mapping[str, str]  # keys of kern.settings
    picture: str
    picture_alt: str
    rules: tuple[RuleText, ...]
    staff: tuple[StaffText, ...]
    citizens: tuple[CitizenText, ...]
    projects: tuple[ProjectText, ...]

    def posts(self) -> Iterator[PostText]:
        return (post for each in self.projects for thread in each.threads for post in thread.posts)


def _outcome(table: Table) -> OutcomeText:
    kind = table.text("kind")
    if kind not in OUTCOMES:
        raise table.fail(f"kind knows no {kind!r}")
    return OutcomeText(OUTCOMES[kind], table.text("reason"), table.age("age"))


@dataclass(frozen=True, slots=True)
class _ThreadReader:
    """Knows the office that answers in this thread unless an answer names another."""

    key: str  # "radweg/strecke"
    office: str
    person: str

    def answer(self, table: Table) -> AnswerText:
        return AnswerText(
            office=table.text("office", self.office),
            person=table.text("person", self.person),
            text=table.text("text"),
            age=table.age("age"),
            pinned=table.take("pinned", bool, default=False),
        )

    def post(self, table: Table, key: str, reply_to: str | None) -> PostText:
        agree, disagree = table.pair("votes") if "votes" in table.rest else (0, 0)
        post = PostText(
            key=key,
            reply_to=reply_to,
            author=table.text("by", "") or None,
            text=table.text("text"),
            age=table.age("age"),
            state=table.choice("state", PostState, PostState.PUBLIC),
            source=table.choice("source", Source, Source.WEB),
            agree=int(agree),
            disagree=int(disagree),
            old_text=table.text("old", ""),
            edited=table.age("edited") if "edited" in table.rest else None,
            edit_waits=table.take("edit_waits", bool, default=False),
            rule=table.take("rule", int) if "rule" in table.rest else None,
            reason=table.text("reason", ""),
            place=table.pair("place") if "place" in table.rest else None,
            answer=table.maybe("answer", self.answer),
            outcome=table.maybe("outcome", _outcome),
        )
        _check_post(post, table)
        table.done()
        return post

    def posts(self, thread: Table) -> Iterator[PostText]:
        for number, table in enumerate(thread.each("posts"), 1):
            key = f"{self.key}/{number:02}"
            replies = list(table.each("replies"))
            yield self.post(table, key, None)
            for place, reply in enumerate(replies, 1):
                yield self.post(reply, f"{key}/{place}", key)

    def thread(self, table: Table) -> ThreadText:
        state = table.choice("state", PostState, PostState.PUBLIC)
        if state not in {PostState.PUBLIC, PostState.WAITING}:
            raise table.fail("state of a thread is public or waiting")
        return ThreadText(
            key=self.key,
            title=table.text("title"),
            category=table.text("category"),
            text=table.text("text"),
            opened_by=table.text("opened_by", "") or None,
            age=table.age("age"),
            pinned=table.take("pinned", bool, default=False),
            closed=table.take("closed", bool, default=False),
            waiting=state == PostState.WAITING,
            answers=table.all("answers", self.answer),
            outcome=table.maybe("outcome", _outcome),
            posts=tuple(self.posts(table)),
        )


def _check_post(post: PostText, table: Table) -> None:
    if (post.rule is not None and bool(post.reason)) != (post.state in RULED_STATES):
        raise table.fail(f"a {post.state} post and its rule and reason do not fit")
    if (post.edited is not None and bool(post.old_text)) != (post.state == PostState.EDITED):
        raise table.fail(f"a {post.state} post and its old wording do not fit")
    if post.edit_waits and post.state != PostState.EDITED:
        raise table.fail("only an edited post can have an edit that waits")
    if post.state in UNREAD_STATES and (post.agree or post.disagree or post.answer or post.outcome):
        raise table.fail(f"nobody voted on or answered a {post.state} post")


def _phase(table: Table) -> PhaseText:
    start, end = table.take("start", int), table.take("end", int)
    if start > end:
        raise table.fail("the phase ends before it starts")
    acts = table.texts("acts")
    if unknown := set(acts) - set(Act):
        raise table.fail(f"acts knows no {sorted(unknown)}")
    return PhaseText(table.text("title"), start, end, frozenset(map(Act, acts)))


def _news(table: Table) -> NewsText:
    return NewsText(table.text("title"), table.text("text"), table.age("age"))


def _meeting(table: Table) -> MeetingText:
    return MeetingText(
        title=table.text("title"),
        place=table.text("place"),
        day=table.take("day", int),
        at=time.fromisoformat(table.text("time")),
        minutes=table.take("minutes", int),
    )


def _hidden(table: Table) -> HiddenText:
    return HiddenText(table.take("rule", int), table.text("reason"), table.age("age"))


def _place(table: Table) -> PlaceText:
    return PlaceText(table.text("name"), table.take("lat", float), table.take("lon", float))


def _threads(folder: Path, table: Table, office: str, person: str) -> Iterator[ThreadText]:
    keys = table.texts("threads")
    if found := {path.stem for path in folder.glob("*.toml")} ^ {"project", *keys}:
        raise table.fail(f"threads and files do not fit: {sorted(found)}")
    for key in keys:
        reader = _ThreadReader(f"{folder.name}/{key}", office, person)
        yield whole(read_file(folder / f"{key}.toml"), reader.thread)


def _project(folder: Path) -> ProjectText:
    table = read_file(folder / "project.toml")
    office, contact = table.text("office"), table.text("contact")
    project = ProjectText(
        slug=table.text("slug"),
        title=table.text("title"),
        summary=table.text("summary"),
        text=table.text("text"),
        result=table.text("result", ""),
        state=table.choice("state", ScopeState),
        moderation=table.choice("moderation", Moderation),
        picture=table.text("picture"),
        picture_alt=table.text("picture_alt"),
        office=office,
        contact=contact,
        phone=table.text("phone"),
        mail=table.text("mail"),
        decidable=table.texts("decidable"),
        fixed=table.texts("fixed"),
        decision=table.text("decision"),
        documents=table.texts("documents"),
        place=table.one("place", _place),
        phases=table.all("phases", _phase),
        news=table.all("news", _news),
        dates=table.all("dates", _meeting),
        threads=tuple(_threads(folder, table, office, contact)),
        hidden=table.maybe("hidden", _hidden),
    )
    if (project.hidden is not None) != (project.state is ScopeState.HIDDEN):
        raise table.fail("only a hidden project says why it is hidden")
    table.done()
    return project


def _rule(table: Table) -> RuleText:
    return RuleText(table.take("number", int), table.text("title"), table.text("text"))


def _citizen(table: Table) -> CitizenText:
    kind = table.choice("kind", PartyKind, PartyKind.PERSON)
    return CitizenText(table.text("key"), table.text("name"), kind)


def _staff(table: Table) -> StaffText:
    return StaffText(
        key=table.text("key"),
        name=table.text("name"),
        role=table.choice("role", Role),
        office=table.text("office", ""),
        mail=table.text("mail"),
    )


def _settings(table: Table, rules: tuple[RuleText, ...]) -> Mapping[str, str]:
    values = {key: table.text(key) for key in list(table.rest)}
    netiquette = "\n".join(f"{rule.number}. {rule.title}. {rule.text}" for rule in rules)
    return {**values, "netiquette": netiquette}


def _check_people(texts: DemoTexts) -> None:
    keys = [each.key for each in texts.staff] + [each.key for each in texts.citizens]
    if len(keys) != len(set(keys)):
        raise DemoTextError("people.toml: a key is there twice")
    rules = {rule.number for rule in texts.rules}
    for post in texts.posts():
        if post.author is not None and post.author not in keys:
            raise DemoTextError(f"{post.key}: nobody is called {post.author!r}")
        if post.rule is not None and post.rule not in rules:
            raise DemoTextError(f"{post.key}: there is no rule {post.rule}")
    for thread in (thread for project in texts.projects for thread in project.threads):
        if thread.opened_by is not None and thread.opened_by not in keys:
            raise DemoTextError(f"{thread.key}: nobody is called {thread.opened_by!r}")


def read_demo_texts(folder: Path = FOLDER) -> DemoTexts:
    """Everything there is to say in Lindenau. Raises DemoTextError."""
    town, people = read_file(folder / "town.toml"), read_file(folder / "people.toml")
    rules = town.all("rules", _rule)
    texts = DemoTexts(
        settings=town.one("settings", lambda table: _settings(table, rules)),
        picture=town.text("picture"),
        picture_alt=town.text("picture_alt"),
        rules=rules,
        staff=people.all("staff", _staff),
        citizens=people.all("citizens", _citizen),
        projects=tuple(_project(folder / "projects" / name) for name in town.texts("projects")),
    )
    town.done()
    people.done()
    _check_people(texts)
    return texts

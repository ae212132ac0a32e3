"""What people are told about threads and posts, in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, Thread
from beteiligung.discussion.rules import OUTCOME_LABELS
from beteiligung.discussion.service import mine, telling
from beteiligung.discussion.service.names import author_name
from beteiligung.discussion.service.texts import Thing
from kern.accounts.nameless import within
from kern.content import Ref
from kern.db import db
from kern.i18n import _
from kern.notify import Line, NoticeType
from kern.notify.kinds import ref_of
from kern.notify.models import Notice
from kern.scope import UNSHOWN

OUTCOMES = frozenset({telling.OUTCOME, telling.NEW_OUTCOME})

Sentence = Callable[[Notice, Thing], str | None]
"""None when there is nothing (any more) to say about it."""


def _lines(sentence: Sentence, *, own: bool = False) -> Callable[..., Mapping[int, Line]]:
    """`own`: for the author, who may read it in every state."""

    def lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
        things = _load(ref_of(notice) for notice in notices)
        logins = mine.with_login(thing.author_id for thing in things.values()) if own else set()
        found: dict[int, Line] = {}
        for notice in notices:
            thing = things.get(ref_of(notice))
            if thing is None or not (own or _is_public(thing)):
                continue
            words = sentence(notice, thing)
            if words is not None:
                private = own and not _opens(thing, logins)
                found[notice.id] = _line(words, thing, notice.what, private=private)
        return found

    return lines


def _load(refs: Iterable[Ref]) -> dict[Ref, Thing]:
    """Two queries, however many."""
    wanted: dict[str, set[int]] = {POST_KEY: set(), THREAD_KEY: set()}
    for ref in refs:
        wanted[ref.key].add(ref.id)
    found: dict[Ref, Thing] = {}
    if wanted[THREAD_KEY]:
        threads = select(Thread).where(Thread.id.in_(wanted[THREAD_KEY]))
        threads = threads.options(joinedload(Thread.scope), joinedload(Thread.author))
        found.update({Ref(THREAD_KEY, one.id): one for one in db.session.scalars(threads)})
    if wanted[POST_KEY]:
        posts = (
            select(Post)
            .where(Post.id.in_(wanted[POST_KEY]))
            .options(joinedload(Post.thread).joinedload(Thread.scope), joinedload(Post.author))
        )
        found.update({Ref(POST_KEY, one.id): one for one in db.session.scalars(posts)})
    return found


def _is_public(thing: Thing) -> bool:
    thread = thing.thread if isinstance(thing, Post) else thing
    states = {thing.status, thread.status}
    return states == {Status.PUBLIC} and thread.scope.state not in UNSHOWN


def _opens(thing: Thing, logins: set[int]) -> bool:
    """Its public address shows it to its author: because all see it, or because they log in."""
    return isinstance(thing, Thread) or _is_public(thing) or thing.author_id in logins


def _text(thing: Thing, what: str) -> str:
    """What is new: of an outcome its reason, which says more than the post its reader knows."""
    return thing.outcome_reason if what in OUTCOMES else thing.plain


def _line(sentence: str, thing: Thing, what: str, *, private: bool) -> Line:
    thread = thing.thread if isinstance(thing, Post) else thing
    if isinstance(thing, Thread):
        path, author = f"/beteiligung/gespraech/{thing.id}", ""
    else:
        path = mine.link_path(thing) if private else f"/beteiligung/beitrag/{thing.id}"
        author = thing.office if thing.is_answer else author_name(thing.author)
    return Line(
        sentence,
        thread.title,
        path,
        text=_text(thing, what),
        author=author,
        scope_id=thing.scope_id,
        group=Ref(THREAD_KEY, thread.id),
        group_path=f"/beteiligung/gespraech/{thread.id}",
    )


def _released(notice: Notice, thing: Thing) -> str | None:
    revision = notice.payload["revision"]
    if (thing.latest, thing.released, thing.status) != (revision, revision, Status.PUBLIC):
        return None  # rewritten, hidden or withdrawn since
    if isinstance(thing, Thread):
        return _("Ihr Gespräch ist freigegeben und für alle zu lesen.")
    more = int(notice.payload.get("more", 0))
    if more:
        return _("%(n)s Ihrer Beiträge sind freigegeben und für alle zu lesen.", n=more + 1)
    return _("Ihr Beitrag ist freigegeben und für alle zu lesen.")


def _split(_notice: Notice, thing: Thing) -> str | None:
    if thing.status == Status.ERASED:
        return None
    return _("Aus Ihrem Beitrag sind zwei geworden, über die wir einzeln entscheiden.")


def _moved(_notice: Notice, thing: Thing) -> str | None:
    if thing.status == Status.ERASED:
        return None
    if isinstance(thing, Thread):
        return _("Ihr Gespräch steht jetzt im Projekt „%(title)s“.", title=thing.scope.title)
    return _("Ihr Beitrag steht jetzt in einem anderen Gespräch.")


def _outcome(_notice: Notice, thing: Thing) -> str | None:
    if thing.outcome is None or thing.status != Status.PUBLIC:
        return None
    label = str(OUTCOME_LABELS[thing.outcome])
    return _("Zu Ihrem Beitrag gibt es ein Ergebnis: %(outcome)s.", outcome=label)


def _answered(_notice: Notice, thing: Thing) -> str | None:
    return _("%(office)s hat Ihnen geantwortet.", office=_speaker(thing))


def _replied(_notice: Notice, thing: Thing) -> str | None:
    return _("%(name)s hat auf Ihren Beitrag geantwortet.", name=author_name(thing.author))


def _new_post(_notice: Notice, thing: Thing) -> str | None:
    if isinstance(thing, Post) and thing.parent_id is not None:
        return _("Neue Antwort von %(name)s", name=within(author_name(thing.author)))
    return _("Neuer Beitrag von %(name)s", name=within(author_name(thing.author)))


def _new_answer(_notice: Notice, thing: Thing) -> str | None:
    return _("Antwort der Verwaltung: %(office)s", office=_speaker(thing))


def _new_thread(_notice: Notice, _thing: Thing) -> str | None:
    return _("Neues Gespräch")


def _new_outcome(_notice: Notice, thing: Thing) -> str | None:
    if thing.outcome is None:
        return None
    label = str(OUTCOME_LABELS[thing.outcome])
    if isinstance(thing, Thread):
        return _("Das Gespräch hat ein Ergebnis: %(outcome)s", outcome=label)
    return _("Ein Beitrag hat ein Ergebnis: %(outcome)s", outcome=label)


def _speaker(thing: Thing) -> str:
    office = thing.office if isinstance(thing, Post) else ""
    return office or _("Die Verwaltung")


TYPES = (
    NoticeType(telling.DECIDED, _lines(_released, own=True)),
    NoticeType(telling.SPLIT, _lines(_split, own=True)),
    NoticeType(telling.MOVED, _lines(_moved, own=True)),
    NoticeType(telling.OUTCOME, _lines(_outcome, own=True)),
    NoticeType(telling.ANSWERED, _lines(_answered)),
    NoticeType(telling.REPLIED, _lines(_replied)),
    NoticeType(telling.NEW_THREAD, _lines(_new_thread)),
    NoticeType(telling.NEW_POST, _lines(_new_post)),
    NoticeType(telling.NEW_ANSWER, _lines(_new_answer)),
    NoticeType(telling.NEW_OUTCOME, _lines(_new_outcome)),
)

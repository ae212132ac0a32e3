"""Make the hints of open cases from what is true now; called by the worker, repeated at will."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from sqlalchemy import (
    CursorResult,
    Delete,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from kern.clock import now
from kern.content import DeskItem, Ref, cards_of, desk_items_of, registry
from kern.db import Quick, db, writing
from kern.moderation.cases import DESK, UNDONE
from kern.moderation.hints import fingerprints
from kern.moderation.hints.detecting import Sample, Wishes, detect
from kern.moderation.hints.fingerprints import Match, Written
from kern.moderation.hints.grouping import regroup
from kern.moderation.hints.kinds import WEIGHTS, Finding, HintKind
from kern.moderation.hints.models import CaseHint, Fingerprint
from kern.moderation.hints.sketch import Sketch, sketch
from kern.moderation.hints.words import parse
from kern.moderation.models import Case, CaseKind, CaseState
from kern.moderation.trust import RELEASED
from kern.outbox import Fact, bump, note_quietly
from kern.settings import town_settings
from kern.town import current_town

BATCH = 200
HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=2)  # the worker is on its way
KEPT = timedelta(days=1)  # how far back ended cases are looked through each minute
WAITING = (CaseKind.RELEASE, CaseKind.REVIEW)


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with (content key, id, fact) of a batch of the outbox."""
    renew({Ref(key, id_) for key, id_, _fact in facts if key in registry()})


def renew(refs: Collection[Ref]) -> int:
    """Make fingerprints and hints of these things anew; returns how many things that were. Looks
    first and writes then, shortly, in transactions of its own: the caller has none open."""
    ordered = sorted(refs)
    for start in range(0, len(ordered), BATCH):
        seen = _look(ordered[start : start + BATCH])
        if not seen.refs:
            continue
        with writing():
            fingerprints.keep(seen.written)
            db.session.commit()
        wanted = wishes()
        matches = _matches(seen) if wanted.lookalikes else dict.fromkeys(seen.case_ids, ())
        found = _findings(seen, matches, wanted)
        db.session.rollback()
        with writing():
            _store(seen.case_ids, found)
            regroup(matches, seen.sketches)
            db.session.commit()
    return len(ordered)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is true of some things now, as plain values: no row outlives its transaction."""

    refs: Sequence[Ref]
    cases: Sequence["_Open"]
    items: Mapping[Ref, DeskItem]
    public: Collection[Ref]
    written: Mapping[Ref, Written | None]

    @property
    def case_ids(self) -> list[int]:
        return [case.id for case in self.cases]

    @property
    def sketches(self) -> dict[int, Sketch | None]:
        written = {case.id: self.written.get(case.ref) for case in self.cases}
        return {id_: one.sketch if one is not None else None for id_, one in written.items()}


class _Open(NamedTuple):
    id: int
    ref: Ref
    kind: CaseKind
    author_id: int | None
    opened_at: datetime
    typed_ms: int | None


def _look(refs: Sequence[Ref]) -> _Seen:
    cases = _open_cases(refs)
    items, public = desk_items_of(refs), cards_of(refs).keys()
    shown = {case.ref for case in cases if case.kind in WAITING} | public
    written = {ref: _written(items.get(ref)) if ref in shown else None for ref in refs}
    db.session.rollback()
    return _Seen(refs, cases, items, public, written)


def _open_cases(refs: Sequence[Ref]) -> list[_Open]:
    ids: dict[str, list[int]] = {}
    for ref in refs:
        ids.setdefault(ref.key, []).append(ref.id)
    found: list[_Open] = []
    for key, numbers in ids.items():
        for id_, number, *told in _OPEN.all({"key": key, "ids": numbers}):
            found.append(_Open(id_, Ref(key, number), *told))
    return found


_OPEN = Quick(
    select(
        *(Case.id, Case.content_id),
        *(Case.kind, Case.author_id, Case.opened_at, Case.typed_ms),
    )
    .where(
        Case.content_key == bindparam("key"),
        Case.content_id.in_(bindparam("ids", expanding=True)),
        Case.state.in_(UNDONE),
    )
    .order_by(Case.id)
)


def text_of(item: DeskItem) -> str:
    """What its author wrote, with the title where that is their own."""
    return f"{item.title}\n{item.plain}" if item.owns_title else item.plain


def _written(item: DeskItem | None) -> Written | None:
    found = sketch(text_of(item)) if item is not None else None
    return Written(found, item.author_party) if found is not None and item is not None else None


def wishes() -> Wishes:
    town = town_settings()
    return Wishes(
        words=parse(town.hint_words),
        links=town.hint_links,
        personal=town.hint_personal,
        manner=town.hint_manner,
        lookalikes=town.hint_lookalikes,
        many=town.hint_many,
    )


def _matches(seen: _Seen) -> dict[int, Sequence[Match]]:
    """Look-alikes by case."""
    by_ref: dict[Ref, Sequence[Match]] = {}
    for ref in {case.ref for case in seen.cases}:
        written = seen.written.get(ref)
        by_ref[ref] = fingerprints.find(written.sketch, ref) if written is not None else ()
    return {case.id: by_ref[case.ref] for case in seen.cases}


def _findings(
    seen: _Seen, matches: Mapping[int, Sequence[Match]], wishes: Wishes
) -> dict[int, list[Finding]]:
    """By case; an empty list for one whose thing is gone."""
    authors = {case.author_id for case in seen.cases if case.author_id is not None}
    if not seen.cases:
        return {}
    known, came = _known(authors), _came(authors, min(case.opened_at for case in seen.cases))
    public = cards_of({one.ref for found in matches.values() for one in found}).keys()
    own_host = urlsplit(current_town().address).hostname or ""
    found: dict[int, list[Finding]] = {}
    for case in seen.cases:
        found[case.id] = []
        if case.ref in seen.items:
            sample = _sample(case, seen.items[case.ref], known, came, own_host)
            like = _like(case, matches[case.id], public)
            found[case.id] = [*like, *detect(sample, wishes)]
    return found


def _like(case: _Open, matches: Sequence[Match], public: Collection[Ref]) -> list[Finding]:
    """The nearest look-alike, what is public before what waits."""
    if not matches:
        return []
    best = min(matches, key=lambda match: (-match.share, match.ref not in public))
    facts = {
        "percent": round(100 * best.share),
        "own": best.author_id is not None and best.author_id == case.author_id,
        "public": best.ref in public,
    }
    return [Finding(HintKind.LOOKALIKE, facts, best.ref)]


def _sample(
    case: _Open,
    item: DeskItem,
    known: Collection[int],
    came: Mapping[int, Sequence[datetime]],
    own_host: str,
) -> Sample:
    times = came.get(case.author_id or 0, ())
    since, until = bisect_left(times, case.opened_at - HOUR), bisect_right(times, case.opened_at)
    return Sample(
        plain=text_of(item),
        html=item.html,
        is_first=case.author_id is not None and case.author_id not in known,
        an_hour=until - since,
        typed_ms=case.typed_ms,
        own_host=own_host,
    )


def _known(authors: Collection[int]) -> set[int]:
    """Of whom somebody has released something."""
    query = select(Case.author_id).where(
        Case.author_id.in_(authors), Case.state == CaseState.DECIDED, Case.verdict.in_(RELEASED)
    )
    return {author for author in db.session.scalars(query.distinct()) if author is not None}


def _came(authors: Collection[int], since: datetime) -> dict[int, list[datetime]]:
    """When each author's texts came to the desk, in order."""
    query = select(Case.author_id, Case.opened_at).where(
        Case.author_id.in_(authors), Case.opened_at >= since - HOUR
    )
    found: dict[int, list[datetime]] = {}
    for author, at in db.session.execute(query.order_by(Case.opened_at)):
        found.setdefault(author or 0, []).append(at)
    return found


def _store(case_ids: Sequence[int], found: Mapping[int, Sequence[Finding]]) -> None:
    """Only for cases that are still open: a decision meanwhile took its hints along."""
    mine = CaseHint.case_id.in_(case_ids)
    db.session.execute(delete(CaseHint).where(mine, CaseHint.kind != HintKind.QUOTE))
    quoting = set(db.session.scalars(select(CaseHint.case_id).where(mine)))
    query = select(Case.id).where(Case.id.in_(found), Case.state.in_(UNDONE))
    still_open = db.session.scalars(query).all()
    rows = [_row(id_, finding) for id_ in still_open for finding in found[id_]]
    if rows:
        db.session.execute(_KEEPING, rows)
    at = now()
    weighed = [
        {"id": id_, "weight": _weight(found[id_], quotes=id_ in quoting), "hinted_at": at}
        for id_ in still_open
    ]
    if weighed:
        db.session.execute(update(Case), weighed)
        bump(DESK)


_KEEPING = insert(cast("Table", CaseHint.__table__))


def _weight(found: Iterable[Finding], *, quotes: bool) -> int:
    return sum(one.weight for one in found) + (WEIGHTS[HintKind.QUOTE] if quotes else 0)


def mark_quote(case: Case, source: Ref) -> None:
    """It repeats what was taken out of `source`. Kept until it is decided: the passage is known
    only while it goes."""
    query = select(CaseHint.id).where(CaseHint.case_id == case.id, CaseHint.kind == HintKind.QUOTE)
    if db.session.scalar(query.limit(1)) is None:
        db.session.execute(insert(CaseHint), [_row(case.id, Finding(HintKind.QUOTE, {}, source))])
        case.weight += WEIGHTS[HintKind.QUOTE]
        db.session.flush()
        bump(DESK)


def _row(case_id: int, finding: Finding) -> dict[str, object]:
    return {
        "case_id": case_id,
        "kind": finding.kind,
        "weight": finding.weight,
        "facts": dict(finding.facts),
        "other_key": finding.other.key if finding.other else None,
        "other_id": finding.other.id if finding.other else None,
    }


def ask_anew() -> None:
    """The town's wishes changed: what waits is looked at again, by and by."""
    waiting = update(Case).where(Case.state == CaseState.OPEN).values(hinted_at=None)
    db.session.execute(waiting.execution_options(synchronize_session=False))


def everything() -> list[Ref]:
    """What is public, what waits, and what there are fingerprints of."""
    refs = {Ref(type_.key, id_) for type_ in registry().values() for id_ in type_.public_ids()}
    waiting = select(Case.content_key, Case.content_id).where(
        Case.state == CaseState.OPEN, Case.content_key.in_(list(registry()))
    )
    refs |= {Ref(key, id_) for key, id_ in db.session.execute(waiting)}
    known = select(Fingerprint.content_key, Fingerprint.content_id)
    return sorted(refs | {Ref(key, id_) for key, id_ in db.session.execute(known)})


def tidy(_since: datetime, until: datetime) -> bool:
    """Hints go with the decision, announced or not; for what is missing the worker is asked."""
    ended = select(Case.id).where(Case.id == CaseHint.case_id, Case.state.not_in(UNDONE))
    gone = changed(delete(CaseHint).where(ended.exists()))
    measured = and_(Case.state.not_in(UNDONE), Case.decided_at > until - KEPT)
    typed = update(Case).where(measured, Case.typed_ms.is_not(None)).values(typed_ms=None)
    waiting = select(Case.content_key, Case.content_id).where(
        Case.state == CaseState.OPEN,
        Case.hinted_at.is_(None),
        Case.content_key.in_(list(registry())),
        Case.opened_at < until - PATIENCE,
    )
    missing = db.session.execute(waiting.limit(BATCH)).all()
    for key, id_ in missing:
        note_quietly(key, id_, Fact.CHANGED)
    return gone + changed(typed) + len(missing) > 0


def changed(statement: Delete | Update) -> int:
    done = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", db.session.execute(done)).rowcount

"""Answers are sent: checked once more, counted once, and nothing leads from them to a person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.orm.attributes import set_committed_value

from kern.db import Quick, db
from kern.errors import Conflict, DomainError, NotFound
from umfragen import rules
from umfragen.definition import Quota, QuotaAct
from umfragen.engine import Fault, Sheet, find_faults, make_row, quotas_met
from umfragen.models import AnswerDraft, Source, Survey
from umfragen.models.access import MARK_BYTES
from umfragen.service.access import digest_of, read_admission, take_part
from umfragen.service.answering import (
    RESUME_SIGNS,
    Filling,
    find_row,
    open_draft,
    require_open,
    today,
)
from umfragen.service.surveys import settings_of
from umfragen.store import codes, inbox, ledger, replacing
from umfragen.store.inbox import Given
from umfragen.store.peppers import digest, seal_key
from umfragen.store.replacing import Sent
from umfragen.store.tallies import quota_counts

CHANGED = "geaendert:"


class Faulty(DomainError):
    """Not sent: `faults` say what to mend, on which question."""

    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("Bitte sehen Sie sich diese Antworten noch einmal an.")
        self.faults = faults


class QuotaFull(DomainError):
    """Enough people of this group have answered; nothing is kept. `quota.text` may say more."""

    status = 409

    def __init__(self, quota: Quota) -> None:
        super().__init__("Aus Ihrer Gruppe haben schon genug Menschen geantwortet. Vielen Dank.")
        self.quota = quota


@dataclass(frozen=True, slots=True)
class Receipt:
    """`code` changes or withdraws the answers until the end; empty where the office wants none.
    `is_repeat`: this was sent before, and counted then."""

    code: str
    is_repeat: bool = False
    is_test: bool = False
    is_change: bool = False  # of an earlier answer, whose code still holds


def submit(
    survey: Survey, token: str, *, admission: str = "", waved_through: bool = False
) -> Receipt:
    """The draft of this token becomes an answer. Sending again gives the same receipt.

    `waved_through`: soft faults were shown and are meant so. Raises Faulty, QuotaFull,
    AlreadyAnswered, AdmissionMissing, Conflict after the end, NotFound.
    """
    draft = find_row(survey, token)  # held on to, the session reads it once
    if draft is None:
        return _again(survey, token)
    filling = open_draft(survey, token)
    sheet = _checked(filling, waved_through=waved_through)
    if draft.is_test:
        return _tried(survey, draft, _Checked(filling, sheet), token)
    return _sent(survey, draft, _Checked(filling, sheet), token, admission)


class _Checked(NamedTuple):
    filling: Filling
    sheet: Sheet


def _tried(survey: Survey, draft: AnswerDraft, checked: _Checked, token: str) -> Receipt:
    """Raises NotFound where the survey began meanwhile, which took the trial's draft away."""
    lock(survey)
    is_there = _TAKING.all({"draft": draft.token_hash})
    db.session.expunge(draft)
    if not is_there:
        return _again(survey, token)
    inbox.put_test(survey, _given(survey, *checked, Source.WEB, ""))
    return Receipt("", is_test=True)


def _sent(
    survey: Survey, draft: AnswerDraft, checked: _Checked, token: str, admission: str
) -> Receipt:
    """The key of what was sent settles who of two with the same token comes first. Raises Conflict
    where somebody saved, moved or dropped the draft since it was read, which stays as it is now."""
    filling, sheet = checked
    hashed, version = draft.receipt_hash, survey.current_version
    is_alone = _lock_to_send(survey, filling)
    require_open(survey)
    if survey.current_version != version:
        raise Conflict(rules.CHANGED_MEANWHILE)
    key = submit_key(survey, token if hashed is None else CHANGED + token)
    if not ledger.keep_submit_key(survey.id, key):
        return _again(survey, token)
    if hashed is not None:
        receipt = _changed(survey, filling, sheet, hashed)
    else:
        take_part(survey, read_admission(survey, admission))
        receipt = _counted(survey, filling, sheet, Source.WEB, token, may_move=is_alone)
    _remove(draft)
    return receipt


def _remove(draft: AnswerDraft) -> None:
    """Only what was sent."""
    words = {"sealed": draft.sealed, "language": draft.language}
    is_same = _REMOVING.all({"draft": draft.token_hash, **words})
    db.session.expunge(draft)
    if not is_same:
        raise Conflict(rules.CHANGED_MEANWHILE)


_DRAFTS = cast("Table", AnswerDraft.__table__)
_TAKING_AWAY = (
    delete(_DRAFTS)
    .where(_DRAFTS.c.token_hash == bindparam("draft"))
    .returning(_DRAFTS.c.token_hash)
)
_TAKING = Quick(_TAKING_AWAY)
_REMOVING = Quick(
    _TAKING_AWAY.where(
        _DRAFTS.c.sealed == bindparam("sealed"), _DRAFTS.c.language == bindparam("language")
    )
)


def _again(survey: Survey, token: str) -> Receipt:
    """What the same act said the first time. Raises NotFound when there was none."""
    if ledger.is_sent(survey.id, submit_key(survey, token)):
        return Receipt(_receipt(survey, token), is_repeat=True)
    if ledger.is_sent(survey.id, submit_key(survey, CHANGED + token)):
        return Receipt("", is_repeat=True, is_change=True)
    raise NotFound("Diese Antworten gibt es nicht mehr. Bitte beginnen Sie noch einmal.")


def count(survey: Survey, filling: Filling, sheet: Sheet, source: Source, key: str) -> Receipt:
    """`key` is a secret of the sender. The caller is alone and has checked the rest."""
    if not ledger.keep_submit_key(survey.id, submit_key(survey, key)):
        return Receipt(_receipt(survey, key), is_repeat=True)
    return _counted(survey, filling, sheet, source, key)


def _counted(
    survey: Survey,
    filling: Filling,
    sheet: Sheet,
    source: Source,
    key: str,
    *,
    may_move: bool = True,
) -> Receipt:
    require_room(survey, sheet)
    receipt = _receipt(survey, key) if source is Source.WEB else ""
    inbox.put(survey, _given(survey, filling, sheet, source, receipt))
    if not survey.has_answers:
        survey.has_answers = True
    db.session.flush()
    if may_move:
        inbox.move(survey, filling.plan)
    return Receipt(receipt)


def _changed(survey: Survey, filling: Filling, sheet: Sheet, hashed: bytes) -> Receipt:
    """Of what was sent before. The code stays the one that people have."""
    row = replacing.find(survey.id, hashed)
    if row is None:
        raise NotFound("Diese Antworten gibt es nicht mehr. Bitte beginnen Sie noch einmal.")
    require_room(survey, sheet, instead_of=row)
    replacing.replace(survey, filling.plan, row, make_row(sheet), filling.language)
    inbox.move(survey, filling.plan)
    return Receipt("", is_change=True)


def require_room(survey: Survey, sheet: Sheet, instead_of: Sent | None = None) -> None:
    """Exact, since the caller holds the lock: those that wait count as well. Raises QuotaFull."""
    ending = [quota for quota in quotas_met(sheet) if quota.act is QuotaAct.END]
    if not ending:
        return
    counts = Counter(quota_counts(survey.id))
    for row in inbox.list_waiting(survey.id):
        counts.update(replacing.quota_names(sheet.plan, row))
    if instead_of is not None:
        counts.subtract(replacing.quota_names(sheet.plan, instead_of))
    for quota in ending:
        if counts[quota.name] >= quota.limit:
            raise QuotaFull(quota)


def full_quota(filling: Filling, sheet: Sheet) -> Quota | None:
    """A quota that sends people away and is full already: said as soon as an answer meets it. What
    was sent before has its place."""
    if filling.is_test or filling.is_change or not filling.plan.definition.quotas:
        return None
    try:
        require_room(filling.survey, sheet)
    except QuotaFull as full:
        return full.quota
    return None


def lock(survey: Survey) -> None:
    """One at a time from here on: quotas and the size of batches are exact, and the survey is as it
    is now; of its scope that is `require_open`'s to ask. On SQLite whoever writes has the only
    place since before the first look."""
    if db.session.get_bind().dialect.name != "sqlite":
        _hold(survey, _ALONE)


def _lock_to_send(survey: Survey, filling: Filling) -> bool:
    """Beside others who send, where nothing is counted that they count too: nobody closes or
    changes the survey meanwhile. Says whether this one is alone, and so may let answers leave the
    inbox; where it is not, a later one does."""
    if db.session.get_bind().dialect.name == "sqlite":
        return True
    counts = filling.is_change or not survey.has_answers or filling.plan.definition.quotas
    waiting = 0 if counts else inbox.count_waiting(survey.id) + 1
    if counts or waiting >= 2 * inbox.MANY:
        _hold(survey, _ALONE)
        return True
    if waiting >= inbox.MANY and _try_to_hold(survey, _ALONE_AT_ONCE):
        return True
    _hold(survey, _TOGETHER)
    return False


def _hold(survey: Survey, query: Quick) -> None:
    """The row, with what may have changed since it was read."""
    if not _try_to_hold(survey, query):
        raise NotFound("Diese Umfrage gibt es nicht.")


def _try_to_hold(survey: Survey, query: Quick) -> bool:
    found = query.first({"survey": survey.id})
    for name, value in zip(_FRESH, found or (), strict=found is not None):
        set_committed_value(survey, name, value)
    return found is not None


_FRESH = (
    *("state", "opens_at", "closes_at", "settings", "level", "current_version"),
    *("has_answers", "answers_count"),
)
_HELD = select(*(getattr(Survey, name) for name in _FRESH)).where(Survey.id == bindparam("survey"))
_ALONE = Quick(_HELD.with_for_update(key_share=True))
_ALONE_AT_ONCE = Quick(_HELD.with_for_update(key_share=True, skip_locked=True))
_TOGETHER = Quick(_HELD.with_for_update(read=True))


def submit_key(survey: Survey, secret: str) -> bytes:
    """What is kept of a secret. Its receipt is made apart, so neither leads to the other."""
    return digest_of(f"gesendet:{survey.id}:{secret}")[:MARK_BYTES]


def receipt_hash(survey: Survey, code: str) -> bytes:
    """What is kept of a receipt code, in its one spelling."""
    return digest_of(f"beleg:{survey.id}:{code}")


def _receipt(survey: Survey, secret: str) -> str:
    """The same for the same secret: 60 bits that nobody guesses. Made with a key that is in no
    backup, for the log of a server in front may hold the address of the form, and so its secret."""
    if not settings_of(survey).with_receipt:
        return ""
    key = seal_key(survey.id)
    for turn in range(256):
        raw = digest(key, "receipt", f"{turn}:{secret}")
        number = int.from_bytes(raw[:8]) >> 4
        if codes.is_typable(number):
            return codes.spell(number, RESUME_SIGNS)
    raise AssertionError("256 digests in a row without a check sign that can be typed")


def _checked(filling: Filling, *, waved_through: bool) -> Sheet:
    sheet = filling.sheet()
    faults = find_faults(sheet)
    hard = [fault for fault in faults if not fault.soft]
    if hard or (faults and not waved_through):
        raise Faulty(faults)
    return sheet


def _given(survey: Survey, filling: Filling, sheet: Sheet, source: Source, receipt: str) -> Given:
    return Given(
        version=0 if filling.is_test else survey.current_version,
        day=today(),
        language=filling.language,
        source=source,
        answers=make_row(sheet),
        receipt_hash=receipt_hash(survey, receipt) if receipt else None,
    )

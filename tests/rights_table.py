"""The table of rights: what each role gets from each route. A route without a row fails the build.

A number is the status of the answer; the words for the rest are in `tests/rights_rows.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from beteiligung.discussion.models import POST_KEY, Post, Status
from kern import outbox
from kern.accounts import invitations, service, tokens
from kern.accounts.models import Grant, Token
from kern.accounts.permissions import Role
from kern.accounts.sessions import list_sessions, open_session
from kern.actor import SYSTEM, AccountId
from kern.content import Ref
from kern.db import db
from kern.mail.dsn import Failure, Kind
from kern.moderation import decisions, reports
from kern.moderation.decisions import Decision
from kern.moderation.models import Case, CaseVerdict
from kern.moderation.reports import Allegation
from kern.notify import bounces
from kern.notify.models import Bounce
from kern.outbox import OutboxEntry, State
from portal.verwaltung import einrichten
from tests.builders import actor_of, make_account, make_actor, make_post
from tests.reading import read_before
from tests.rights_answering import ANSWERING
from tests.rights_discussion import DISCUSSION
from tests.rights_mitteilungen import MITTEILUNGEN
from tests.rights_projects import PROJECTS
from tests.rights_results import RESULTS
from tests.rights_rows import (
    LOGIN,
    ROLES,
    Expected,
    Row,
    Visit,
    everybody,
    logged_in,
    only,
    row,
)
from tests.rights_search import SEARCH
from tests.rights_statements import STATEMENTS
from tests.rights_survey_editor import SURVEY_EDITOR
from tests.rights_wiki import WIKI

__all__ = ["LOGIN", "RIGHTS", "ROLES", "Expected", "Row", "Visit"]


def _link(visit: Visit) -> Mapping[str, Any]:
    """A login link that was just asked for: for the own account, or for a new one."""
    email = "neu@lindenau.example"
    if visit.account is not None:
        email = service.address_of_account(visit.account.id) or ""
    service.request_link(email, "de", "/konto/")
    return {"token": _newest_token()}


def _invitation(visit: Visit) -> Mapping[str, Any]:
    invitations.invite(SYSTEM, f"neu-{visit.role}@lindenau.example", Role.MODERATOR)
    return {"token": _newest_token()}


def _new_mail(_visit: Visit) -> Mapping[str, Any]:
    account = make_account()
    service.request_mail_change(actor_of(account), f"neu{account.id}@lindenau.example", "de")
    return {"token": _newest_token()}


def _newest_token() -> str:
    token = db.session.scalar(select(Token).order_by(Token.id.desc()))
    assert token is not None
    return tokens.text_of(token)


def _own_session(visit: Visit) -> Mapping[str, Any]:
    if visit.account is None:
        return {"session_id": 1}
    open_session(visit.account, "Safari, iPhone", 30)
    return {"session_id": list_sessions(visit.account.id)[0].id}


def _read_and_named(visit: Visit) -> Mapping[str, Any]:
    """As people do who read the page before they choose a name."""
    return {**_free_name(visit), **read_before(_newest_token())}


def _free_name(visit: Visit) -> Mapping[str, Any]:
    return {"name": f"Seehund {visit.role}"}


_KONTO: dict[tuple[str, str], Row] = {
    ("darstellung.choose", "POST"): everybody(303, data=lambda _visit: {"ansicht": "dark"}),
    ("konto.login", "GET"): row(guest=200, citizen=303),
    ("konto.request_link", "POST"): everybody(
        200, data=lambda visit: {"email": f"neu-{visit.role}@lindenau.example"}
    ),
    ("konto.login_by_password", "POST"): everybody(
        422, data=lambda _visit: {"p-email": "neu@lindenau.example", "p-password": "falsch"}
    ),
    ("konto.logout", "POST"): everybody(303),
    ("konto.link", "GET"): everybody(200, values=_link),
    ("konto.enter", "POST"): everybody(303, values=_link, data=_read_and_named),
    ("konto.invitation", "GET"): everybody(200, values=_invitation),
    ("konto.accept_invitation", "POST"): everybody(303, values=_invitation, data=_free_name),
    ("konto.new_mail", "GET"): everybody(200, values=_new_mail),
    ("konto.confirm_mail", "POST"): everybody(303, values=_new_mail),
    ("konto.confirm", "GET"): everybody(410, values=lambda _visit: {"token": "1.0"}),
    ("konto.perform", "POST"): everybody(410, values=lambda _visit: {"token": "1.0"}),
    ("konto.overview", "GET"): logged_in(200),
    ("konto.step_up", "GET"): logged_in(200),
    ("konto.step_up_by_password", "POST"): logged_in(
        422, data=lambda _visit: {"password": "falsch"}
    ),
    ("konto.step_up_by_link", "POST"): logged_in(200),
    ("konto.name", "GET"): logged_in(200),
    ("konto.change_name", "POST"): logged_in(303, data=_free_name),
    ("konto.password", "GET"): logged_in(200),
    ("konto.set_password", "POST"): logged_in(
        303, data=lambda _visit: {"password": "Kuhglocke zählt Wolken"}
    ),
    ("konto.remove_password", "POST"): logged_in(303),
    ("konto.mail", "GET"): logged_in(200),
    ("konto.change_mail", "POST"): logged_in(
        200, data=lambda _visit: {"email": "anders@lindenau.example"}
    ),
    ("konto.write_again", "POST"): logged_in(303),
    ("konto.list_sessions", "GET"): logged_in(200),
    ("konto.end_session", "POST"): logged_in(303, values=_own_session),
    ("konto.end_sessions", "POST"): logged_in(303),
    ("konto.data", "GET"): logged_in(200),
    ("konto.export_data", "GET"): logged_in(200),
    ("konto.delete", "GET"): logged_in(200),
    # The administrator of the test is the last one.
    ("konto.delete_now", "POST"): logged_in(
        303, administrator=409, data=lambda _visit: {"posts": "keep"}
    ),
}


def _waiting() -> Post:
    return make_post(status=Status.PENDING)


def _case(_visit: Visit) -> Mapping[str, Any]:
    return {"case_id": _case_of(_waiting()).id}


def _case_of(post: Post) -> Case:
    query = select(Case).where(Case.content_key == POST_KEY, Case.content_id == post.id)
    case = db.session.scalar(query)
    assert case is not None
    return case


def _decided(visit: Visit) -> Mapping[str, Any]:
    """By the visitor, where they may: only they can take it back."""
    actor = make_actor(Role.MODERATOR)
    if visit.account is not None and visit.role in {Role.MODERATOR, Role.ADMINISTRATOR}:
        actor = replace(actor, account_id=AccountId(visit.account.id))
    case = _case_of(_waiting())
    decision = Decision(CaseVerdict.REJECT, 1, 3, "Bitte ohne Nummer.")
    decisions.decide(actor, case.id, decision)
    return {"case_id": case.id}


def _release(_visit: Visit) -> Mapping[str, Any]:
    return {"tun": "freigeben", "fassung": "1"}


def _public(_visit: Visit) -> Mapping[str, Any]:
    return {"key": POST_KEY, "id_": make_post().id}


def _reported(_visit: Visit) -> Mapping[str, Any]:
    ref = Ref(POST_KEY, make_post().id)
    return {"receipt": reports.report(make_actor(), ref, Allegation(rule=4)).receipt}


def _desk(status: int, **more: Any) -> Row:
    return only(Role.MODERATOR, Role.ADMINISTRATOR, status=status, **more)


_DESK: dict[tuple[str, str], Row] = {
    ("moderation.overview", "GET"): _desk(200),
    ("moderation.case", "GET"): _desk(200, values=_case),
    ("moderation.decide", "POST"): _desk(303, values=_case, data=_release),
    ("moderation.decide_anew", "POST"): _desk(303, values=_decided, data=_release),
    ("moderation.take_on", "POST"): _desk(303, values=_case),
    ("moderation.put_back", "POST"): _desk(303, values=_case),
    ("moderation.split", "POST"): _desk(422, values=_case, data=lambda _visit: {"fassung": "1"}),
    ("moderation.move", "POST"): _desk(422, values=_case),
    ("moderation.lock", "POST"): _desk(303, values=_case, data=lambda _visit: {"reason": "Gut."}),
    ("moderation.unlock", "POST"): _desk(303, values=_case),
    ("moderation.decide_many", "POST"): _desk(303),
    ("moderation.ask_many", "GET"): _desk(200),
    ("moderation.decide_selection", "POST"): _desk(303),
    ("moderation.take_back_many", "POST"): _desk(303),
    ("moderation.log", "GET"): _desk(200),
    ("moderation.guide", "GET"): _desk(200),
    ("melden.form", "GET"): everybody(200, values=_public),
    ("melden.submit", "POST"): everybody(303, values=_public, data=lambda _visit: {"rule": "4"}),
    ("melden.answer", "GET"): everybody(200, values=_reported),
}

_HOUSE: dict[tuple[str, str], Row] = {
    ("static", "GET"): everybody(200, values=lambda _visit: {"filename": "img/logo.svg"}),
    ("gestaltung.components", "GET"): everybody(200),
    ("gestaltung.colours", "GET"): everybody(200),
    # The town of the test has named no server of tiles.
    ("karten.tile", "GET"): everybody(404, values=lambda _visit: {"z": 1, "x": 0, "y": 0}),
}


def _first_access(visit: Visit) -> Mapping[str, Any]:
    """A link for a town without an administrator; where one visits, it is spent for good."""
    if visit.role == Role.ADMINISTRATOR:
        return {"token": "1.0"}
    return {"token": einrichten.setup_link().rpartition("/")[2]}


def _staff_grant(_visit: Visit) -> Mapping[str, Any]:
    account = make_account(None, (Role.MODERATOR, None))
    grant = db.session.scalar(select(Grant).where(Grant.account_id == account.id))
    assert grant is not None
    return {"grant_id": grant.id}


def _colleague(_visit: Visit) -> Mapping[str, Any]:
    return {"account_id": make_account().id}


def _bounce(visit: Visit) -> Mapping[str, Any]:
    address = f"weg-{visit.role}@lindenau.example"
    bounces.note(address, Failure(address, Kind.GONE, "5.1.1"), 1)
    return {"bounce_id": db.session.scalars(select(Bounce.id)).all()[-1]}


def _dead_mail(visit: Visit) -> Mapping[str, Any]:
    outbox.mail("gibt-es-nicht", f"probe:{visit.role}", event="e")
    db.session.flush()
    entry = db.session.scalar(select(OutboxEntry).order_by(OutboxEntry.id.desc()))
    assert entry is not None
    entry.state = State.DEAD
    return {"entry_id": entry.id}


def admins(status: int, **more: Any) -> Row:
    return only(Role.ADMINISTRATOR, status=status, **more)


_VERWALTUNG: dict[tuple[str, str], Row] = {
    ("verwaltung.start", "GET"): admins(200),
    ("verwaltung.list_groups", "GET"): admins(200),
    ("verwaltung.edit_group", "GET"): admins(200, values=lambda _visit: {"group": "ort"}),
    ("verwaltung.save_group", "POST"): admins(
        303,
        values=lambda _visit: {"group": "mail"},
        data=lambda _visit: {"sender_name": "Rathaus", "sender_address": ""},
    ),
    ("verwaltung.people", "GET"): admins(200),
    ("verwaltung.permissions", "GET"): admins(200),
    ("verwaltung.invite", "POST"): admins(
        303,
        data=lambda _visit: {"email": "kollegin@lindenau.example", "role": "planner", "scope": "0"},
    ),
    ("verwaltung.give", "POST"): admins(
        422, values=_colleague, data=lambda _visit: {"role": "niemand"}
    ),
    ("verwaltung.give_back", "POST"): admins(
        303, values=lambda visit: {**_colleague(visit), "role": "planner", "scope_id": 0}
    ),
    ("verwaltung.take", "POST"): admins(303, values=_staff_grant),
    ("verwaltung.mails", "GET"): admins(200),
    ("verwaltung.mail", "GET"): admins(200, values=_dead_mail),
    ("verwaltung.retry_mail", "POST"): admins(303, values=_dead_mail),
    ("verwaltung.settle_mail", "POST"): admins(303, values=_dead_mail),
    ("verwaltung.retry_mails", "POST"): admins(303),
    ("verwaltung.bounced", "GET"): admins(200),
    ("verwaltung.write_again", "POST"): admins(303, values=_bounce),
    ("verwaltung.audit_log", "GET"): admins(200),
    ("verwaltung.operations", "GET"): admins(200),
    # Whoever holds the operator's link; with an administrator in the town it opens nothing.
    ("verwaltung.setup", "GET"): everybody(200, administrator=410, values=_first_access),
    ("verwaltung.make_first", "POST"): everybody(
        422, administrator=410, values=_first_access, data=lambda _visit: {"email": "a@b.example"}
    ),
    ("betrieb.alive", "GET"): everybody(200),
    ("betrieb.ready", "GET"): everybody(200),
}

RIGHTS: dict[tuple[str, str], Row] = {
    **_HOUSE,
    **_VERWALTUNG,
    **_KONTO,
    **_DESK,
    **PROJECTS,
    **RESULTS,
    **SURVEY_EDITOR,
    **ANSWERING,
    **DISCUSSION,
    **MITTEILUNGEN,
    **SEARCH,
    **STATEMENTS,
    **WIKI,
}

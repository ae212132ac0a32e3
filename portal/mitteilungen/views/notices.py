"""What is new for me: newest first, and seen by being shown."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from kern.i18n import _
from kern.ids import parse_id
from kern.notify import bell, digests, grouping
from kern.web import commits, current_actor, notice, require_login
from kern.web.bell import is_looked_at
from portal.mitteilungen.blueprint import blueprint

HOME = "/mitteilungen/"


@blueprint.get("/")
@require_login
def list_notices() -> ResponseReturnValue:
    actor = current_actor()
    party_id = int(actor.party_id or 0)
    page, following = bell.list_notices(party_id, parse_id(request.args.get("vor")))
    if is_looked_at():
        bell.mark_seen(party_id, [one.id for one in page if one.seen_at is None])
    sections = [one.section(actor) for one in digests.standing()]
    return render_template(
        "portal/mitteilungen/list.html",
        page=page,
        lines=grouping.lines_of(page, actor),
        following=following,
        is_first="vor" not in request.args,
        sections=[section for section in sections if section is not None],
    )


@blueprint.post("/gelesen")
@require_login
@commits
def mark_all_seen() -> ResponseReturnValue:
    bell.mark_all_seen(int(current_actor().party_id or 0))
    notice(_("Alle Mitteilungen sind gelesen."))
    return redirect(HOME, code=303)

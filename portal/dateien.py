"""Uploads on their way out: pictures in three sizes, documents as downloads.

What is public may be kept for a year, because the name in the address is random and never used
twice. Everything else goes through a gate and is kept by nobody. A file is public as long as the
thing it belongs to is: with a thread or a project its pictures go as well.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import wrap_file

from beteiligung.discussion.models import POST_KEY
from beteiligung.discussion.service import posts
from beteiligung.project.rules import PROJECT_KEY
from beteiligung.project.service import reading as projects
from kern.accounts.sessions import guest
from kern.actor import Actor
from kern.errors import NotFound
from kern.files.check import content_disposition, safe_filename
from kern.files.documents import MIMES
from kern.files.models import File
from kern.files.picture import MIME
from kern.files.service import SIZES, get_file, is_uploader, open_bytes
from kern.web import current_actor
from kern.web.headers import CSP
from umfragen.models import SURVEY_KEY
from umfragen.service import surveys
from wiki.models import PAGE_KEY, PROPOSAL_KEY
from wiki.service import pages, proposals

blueprint = Blueprint("dateien", __name__, url_prefix="/dateien")

DESK = "moderation.desk"
YEAR = 31_536_000  # seconds
GONE = "Diese Datei gibt es nicht."

Gate = Callable[[Actor, int, str], bool]
"""(actor, id, token of a preview link): whether files of this thing may be seen."""
GATES: Mapping[str, Gate] = {
    PROJECT_KEY: projects.may_read_files,
    POST_KEY: lambda actor, id_, _token: posts.may_read_files(actor, id_),
    SURVEY_KEY: lambda actor, id_, _token: surveys.may_read_files(actor, id_),
    PAGE_KEY: lambda actor, id_, _token: pages.may_read_files(actor, id_),
    PROPOSAL_KEY: lambda actor, id_, _token: proposals.may_read_files(actor, id_),
}
UNSHOWN = frozenset({POST_KEY, PAGE_KEY})
"""What may be public without this file, which was refused or hidden: its readers do not see it."""
OWN = frozenset({SURVEY_KEY})
"""What even the desk does not see: files among the answers of a survey."""


@blueprint.get("/<name>/<groesse>")
def file(name: str, groesse: str) -> ResponseReturnValue:
    """A file that may not be seen and one that does not exist are the same."""
    found = get_file(name)
    wanted = SIZES if found.kind == "picture" else (found.kind,)
    if groesse not in wanted:
        raise NotFound(GONE)
    is_public = _is_public(found)
    if not is_public and not _may_see(current_actor(), found):
        raise NotFound(GONE)
    return _sent(found, groesse, is_public=is_public)


def _is_public(found: File) -> bool:
    gate = GATES.get(found.content_key or "")
    is_shown = gate is None or gate(guest(), found.content_id or 0, "")
    return found.state == "public" and is_shown


def _may_see(actor: Actor, found: File) -> bool:
    is_own = found.content_key in OWN
    if not is_own and (is_uploader(found, actor.party_id) or actor.may(DESK)):
        return True
    if found.state != "public" and found.content_key in UNSHOWN:
        return False
    gate = GATES.get(found.content_key or "")
    token = request.args.get("vorschau", "")
    return gate is not None and gate(actor, found.content_id or 0, token)


def _sent(found: File, size: str, *, is_public: bool) -> Response:
    try:
        opened, length = open_bytes(found, size)
    except FileNotFoundError as error:
        raise NotFound(GONE) from error
    mimetype = MIMES.get(found.kind)
    response = Response(
        wrap_file(request.environ, opened), mimetype=mimetype or MIME, direct_passthrough=True
    )
    response.content_length = length
    response.set_etag(f"{found.sha256[:32]}-{size}")
    response.make_conditional(request.environ, accept_ranges=True, complete_length=length)
    response.headers["Content-Security-Policy"] = f"{CSP}; sandbox"
    if mimetype is not None:
        shown = safe_filename(found.title or found.filename, f".{found.kind}")
        response.headers["Content-Disposition"] = content_disposition(shown)
    response.cache_control.clear()
    if is_public:
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.private = True
        response.cache_control.no_store = True
    return response

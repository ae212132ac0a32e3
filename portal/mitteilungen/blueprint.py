"""The blueprint of /mitteilungen/: what somebody follows is theirs; some addresses hold a key."""

from flask import Blueprint

from kern.web.headers import keep_private

blueprint = Blueprint("mitteilungen", __name__, url_prefix="/mitteilungen")
blueprint.after_request(keep_private)

"""The blueprint all pages of the discussions hang on."""

from flask import Blueprint

from kern.web.headers import keep_signed_private

blueprint = Blueprint("gespraeche", __name__, url_prefix="/beteiligung")
blueprint.after_request(keep_signed_private)

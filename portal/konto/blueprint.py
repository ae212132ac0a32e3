"""The blueprint of /konto/: its pages show personal things; some have a key in the address."""

from flask import Blueprint

from kern.web.headers import keep_private

blueprint = Blueprint("konto", __name__, url_prefix="/konto")
blueprint.after_request(keep_private)

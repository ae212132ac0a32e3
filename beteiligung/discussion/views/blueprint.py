"""The blueprint all pages of the discussions hang on."""

from flask import Blueprint

blueprint = Blueprint("gespraeche", __name__, url_prefix="/beteiligung")

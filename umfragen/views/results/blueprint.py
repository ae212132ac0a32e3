"""The blueprint all pages about results hang on."""

from flask import Blueprint

blueprint = Blueprint("ergebnisse", __name__, url_prefix="/umfragen")

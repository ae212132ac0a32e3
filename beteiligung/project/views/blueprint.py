"""The blueprint all pages of projects hang on."""

from flask import Blueprint

blueprint = Blueprint("projekte", __name__, url_prefix="/beteiligung")

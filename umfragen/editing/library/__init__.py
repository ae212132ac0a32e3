"""Ready-made surveys and questions of our own, German and English, as data."""

from umfragen.editing.library.bank import BANK, Banked, take_from_bank
from umfragen.editing.library.shelf import TEMPLATES, Template, get_template

__all__ = ["BANK", "TEMPLATES", "Banked", "Template", "get_template", "take_from_bank"]

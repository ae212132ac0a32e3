"""How surveys and released free texts appear in search, notices, feeds and at the desk."""

from umfragen.content.surveys import SURVEYS
from umfragen.content.texts import FREE_TEXTS

__all__ = ["FREE_TEXTS", "SURVEYS"]

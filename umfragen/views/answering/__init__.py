"""Pages of people who answer: the list, the start of a survey, its pages, sending."""

from umfragen.views.answering import beginning, changing, filling, listing, sending, shining
from umfragen.views.answering.blueprint import blueprint

__all__ = ["beginning", "blueprint", "changing", "filling", "listing", "sending", "shining"]

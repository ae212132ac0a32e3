"""A survey on paper: the sheet to print, and the mask to type sheets in."""

from umfragen.views.paper import entering, printing
from umfragen.views.paper.blueprint import blueprint

__all__ = ["blueprint", "entering", "printing"]

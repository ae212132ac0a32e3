"""The search index in the town's own PostgreSQL: full text search over terms of our own analysis.

All of it lies in one schema beside the town's tables, so that it can be left out of a copy, built
anew beside the old one and put in its place by a change of name. PostgreSQL's own dictionaries,
parser and ranking by language are never asked: the terms come as literals, with their positions.
"""

from kern.search.postgres_backend.backend import PostgresBackend
from kern.search.postgres_backend.schema import SCHEMA

__all__ = ["SCHEMA", "PostgresBackend"]

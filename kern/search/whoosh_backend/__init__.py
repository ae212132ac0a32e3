"""The search index on Whoosh: the only package that knows it, and its parser never sees user text.

Words of title and body are one field; a title's words weigh more within one posting, as BM25F was
meant (S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 extension to multiple weighted fields",
CIKM 2004). The library keeps the files and looks up terms; joining, scoring, counting and cutting
the page is ours (`matching`, `searching`), over arrays that each segment is read into once.
"""

from kern.search.whoosh_backend.backend import WhooshBackend
from kern.search.whoosh_backend.searching import TIME_LIMIT

__all__ = ["TIME_LIMIT", "WhooshBackend"]

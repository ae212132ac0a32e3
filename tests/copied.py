"""What the process has read that `tests.copies` copies: imported there and nowhere else."""

import gc
from importlib import import_module

from sqlalchemy.orm import configure_mappers

READ = (  # nothing that reads settings while it is imported
    *("portal.app", "portal.betrieb.fair_worker", "portal.betrieb.one_send"),
    *("portal.betrieb.towns_cli", "portal.betrieb.wake", "portal.betrieb.whole"),
    *("kern.search.postgres_backend", "kern.search.whoosh_backend", "kern.worker.jobs"),
    *("gunicorn.app.wsgiapp", "gunicorn.arbiter", "psycopg", "redis"),
    *("sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite"),
)

for name in READ:
    import_module(name)
configure_mappers()
gc.freeze()

"""Alembic's entry: runs inside the transaction that `kern.db.migrate` opened."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    transactional_ddl=False,
    compare_type=True,
)
context.run_migrations()

"""Alembic's entry: migrates over the connection that it is handed."""

from alembic import context

from bilik.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()

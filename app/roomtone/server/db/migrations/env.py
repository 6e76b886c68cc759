"""What Alembic runs: the migrations, on the connection and in the transaction that it is handed."""

from alembic import context

from roomtone.server.db.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter much in place; Alembic then copies the table.
    render_as_batch=True,
)
context.run_migrations()

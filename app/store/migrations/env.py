"""The environment that Alembic runs, on the connection and in the transaction of `migrate`."""

from alembic import context

from app.store.tables import Base
from model.messages import say

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(say("store.migrate_through_engine"))
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # our connections begin SQLite's transactions themselves
)
with context.begin_transaction():
    context.run_migrations()

"""Run by alembic: applies the revisions on the connection, and in the transaction, that the store hands over."""

from alembic import context
from sqlmodel import SQLModel

import arena.store.beside
import arena.store.tables  # noqa: F401 - the same

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()

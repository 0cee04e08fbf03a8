"""The forms of the database."""

import sqlite3
from contextlib import closing

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel
from store.made import played

from arena.store import (
    beside,  # noqa: F401 - fills the metadata
    open_log,
)
from arena.store.database import open_database
from arena.store.migrations import HEAD


def scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", "arena:store/migrations")
    return config


def test_the_newest_revision_is_the_form_that_the_program_knows():
    assert ScriptDirectory.from_config(scripts()).get_current_head() == HEAD


def test_a_new_log_has_the_tables_that_the_program_declares(tmp_path):
    database = open_database(str(tmp_path / "log.db"), create=True, seconds=1.0)
    with database.reading() as connection:
        ours = set(SQLModel.metadata.tables)
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in ours}
        )
        different = [it for it in compare_metadata(context, SQLModel.metadata) if getattr(it[1], "name", "") in ours]
    database.engine.dispose()
    assert different == []


def test_an_older_form_is_brought_up_to_date(tmp_path):
    path = str(tmp_path / "log.db")
    open_log(path).close()
    config = scripts()
    database = open_database(path, create=False, seconds=1.0)
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    database.engine.dispose()
    with closing(sqlite3.connect(path)) as raw:
        assert [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")] == [
            "alembic_version"
        ]
    with open_log(path) as log:
        log.append_now(played("m"))
        assert log.matches(finished=True) == ["m"]

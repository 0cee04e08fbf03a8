"""People on a real log."""

from collections.abc import Iterator

import pytest
from server.people.made import CHEAP, Clock

from arena.server.people import People
from arena.store import open_log
from arena.store.log import StoreLog


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path) -> Iterator[StoreLog]:
    with open_log(str(tmp_path / "log.db")) as opened:
        yield opened


@pytest.fixture
def people(log, clock) -> People:
    return People(log, read_now=clock, hasher=CHEAP)

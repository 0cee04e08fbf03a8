"""Servers for the tests that need a whole one: with clocks that tests can wait for, and as it is by default."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Inside


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("served")
    with Inside(folder, heartbeat_seconds=2, identify_seconds=2, queue_built_in_after_seconds=0.5) as it:
        yield it


@pytest.fixture(scope="module")
def alice(served: Inside) -> str:
    return served.member("alice")


@pytest.fixture(scope="module")
def bob(served: Inside) -> str:
    return served.member("bob")


@pytest.fixture
def as_shipped(tmp_path: Path) -> Iterator[Inside]:
    with Inside(tmp_path) as it:
        yield it

"""One server and two accounts for the tests of the sockets."""

from collections.abc import Iterator

import pytest
from serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as it:
        yield it


@pytest.fixture(scope="module")
def alice(served: Served) -> str:
    return served.member("alice")


@pytest.fixture(scope="module")
def bob(served: Served) -> str:
    return served.member("bob")

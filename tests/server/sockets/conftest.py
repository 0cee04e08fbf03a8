"""One server and two accounts for the tests of the sockets."""

from collections.abc import Iterator

import pytest
from serving import Inside


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    with Inside(tmp_path_factory.mktemp("served")) as it:
        yield it


@pytest.fixture(scope="module")
def alice(served: Inside) -> str:
    return served.member("alice")


@pytest.fixture(scope="module")
def bob(served: Inside) -> str:
    return served.member("bob")

"""One server for all tests of a module: what they do to it does not disturb the others."""

import pytest
from server.api.places import a_place


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with a_place(tmp_path_factory.mktemp("place")) as place:
        yield place

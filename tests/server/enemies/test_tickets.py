"""What opens a socket opens it once, for its owner, for one match, and no longer than the key is good."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest
from server.enemies.cast import browser_of
from server.enemies.lines import Line, as_agent, line
from serving import Served
from websockets.exceptions import ConnectionClosed

from arena.server.people import Account, People
from arena.store import open_log
from arena.wire.closing import Close

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as it:
        yield it


def account_of(served: Served, name: str) -> Account:
    async def find() -> Account | None:
        with open_log(served.database) as log:
            return await People(log).find(name)

    found = asyncio.run(find())
    assert found is not None
    return found


def code_of(it: Line) -> int:
    """The code with which the server ends the connection."""
    with pytest.raises(ConnectionClosed) as end:
        it.until("nothing that is ever sent")
    return -1 if end.value.rcvd is None else end.value.rcvd.code


def test_a_ticket_is_good_once(served: Served):
    served.member("once")
    browser = browser_of(served, account_of(served, "once").id)
    with closing(browser.client):
        ticket = browser.post("/tickets")["ticket"]
    with line(served.port) as first, line(served.port) as second:
        first.send("identify", {"ticket": ticket})
        assert first.until("ready")["data"]["player"] == "@once"
        second.send("identify", {"ticket": ticket})
        assert code_of(second) == Close.UNAUTHORIZED


def test_a_ticket_is_for_the_match_that_it_was_bound_to_and_for_no_other(served: Served):
    served.member("bound")
    browser = browser_of(served, account_of(served, "bound").id)
    wish = {"opponent": "direct", "role": "defender"}
    one, other = (browser.post("/lobby/challenges", **wish)["match"] for _ in range(2))
    ticket = browser.post("/tickets")["ticket"]
    browser.client.close()
    with line(served.port) as it:
        it.send("identify", {"ticket": ticket, "match": one})
        assert [seat["match"] for seat in it.until("ready")["data"]["matches"]] == [one]
        it.send("resume", {"matches": [{"match": other, "seq": -1}]})
        assert it.until("resume_failed")["data"]["reason"] == "unknown"
        it.send("turn.action", {"text": "hello"}, match=other, turn=1)
        assert it.until("error")["data"]["code"] == "no_seat"


def test_a_token_in_place_of_a_ticket_is_none(served: Served):
    token = served.member("mixed")
    with line(served.port) as it:
        it.send("identify", {"ticket": token})
        assert code_of(it) == Close.UNAUTHORIZED


def test_a_revoked_token_plays_no_more_on_a_connection_that_stands(served: Served):
    token = served.member("revoker")
    browser = browser_of(served, account_of(served, "revoker").id)
    with closing(browser.client) as client, line(served.port, token) as it:
        as_agent(it, "parrot")
        (card,) = client.get("/api/v1/tokens").json()
        assert client.delete(f"/api/v1/tokens/{card['id']}").status_code == 200
        assert code_of(it) == Close.UNAUTHORIZED

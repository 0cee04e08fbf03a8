"""Watching over a real connection: events as they come, signs of life, bounds, and an end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from server.api.places import API, PASSWORD, app_for

from arena.server.callers import csrf_of
from arena.server.people import Rank
from arena.server.serve import DrainingServer

SECONDS = 20


@asynccontextmanager
async def serving(folder, **changes: Any) -> AsyncIterator["Server"]:
    """A server on a free port, in this loop."""
    app = app_for(folder, **changes)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on", ws="websockets-sansio")
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = DrainingServer(config, app, listening.set_result)
    task = asyncio.create_task(server.serve())
    try:
        address = await asyncio.wait_for(listening, SECONDS)
        async with httpx.AsyncClient(base_url=f"{address}{API}", timeout=SECONDS) as client:
            yield Server(app, client)
    finally:
        server.should_exit = True
        await task


class Server:
    def __init__(self, app: Any, client: httpx.AsyncClient) -> None:
        self.app, self.client = app, client

    @property
    def house(self) -> Any:
        return self.app.state.house

    async def player(self, name: str = "alice") -> dict[str, str]:
        """Headers of a signed-in browser."""
        account = await self.house.people.register(name, PASSWORD, True)
        secret = await self.house.people.open_session(account.id)
        return {"Cookie": f"taboo_session={secret}", "X-Csrf-Token": csrf_of(self.house, secret)}

    async def match(self, headers: dict[str, str], **sent: Any) -> str:
        wish = {"opponent": "direct", "role": "defender", **sent}
        answer = await self.client.post("/lobby/challenges", json=wish, headers=headers)
        return answer.json()["match"]

    async def resign(self, headers: dict[str, str], match: str) -> None:
        answer = await self.client.post(f"/matches/{match}/resignation", headers=headers)
        assert answer.status_code == 200

    @asynccontextmanager
    async def watching(self, match: str, **headers: str) -> AsyncIterator["Reader"]:
        async with self.client.stream("GET", f"/matches/{match}/stream", headers=headers) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Reader(response.aiter_lines())


class Reader:
    """Reads events as a browser does."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.comments = 0

    async def next(self) -> dict[str, str] | None:
        """The next event, None at the end."""
        found: dict[str, str] = {}
        async for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line == "" and "event" in found:
                return found
            elif line:
                name, _, value = line.partition(": ")
                found[name] = value
        return None

    async def all(self) -> list[dict[str, str]]:
        found = []
        while (event := await self.next()) is not None:
            found.append(event)
        return found

    async def comment(self) -> None:
        async for line in self._lines:
            if line.startswith(":"):
                return


def run(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await scene()

    asyncio.run(bounded())


def test_a_watcher_sees_every_event_once_and_the_end(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path) as server:
            alice = await server.player()
            match = await server.match(alice)
            async with server.watching(match) as reader:
                events = [await reader.next(), await reader.next()]
                assert [it["id"] for it in events] == ["0", "1"]
                assert "target" not in json.loads(events[0]["data"])
                assert server.house.hall.get(match).watchers == 1
                await server.resign(alice, match)
                events += await reader.all()
            assert [it["event"] for it in events] == ["match.event"] * (len(events) - 1) + ["match.end"]
            assert [int(it["id"]) for it in events[:-1]] == list(range(len(events) - 1))
            end = json.loads(events[-1]["data"])
            assert (end["verdict"]["reason"], end["attacker"]["player"]) == ("resigned", "direct")

    run(scene)


def test_a_watcher_that_comes_back_goes_on_where_it_was(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path) as server:
            alice = await server.player()
            match = await server.match(alice)
            async with server.watching(match) as reader:
                assert (await reader.next())["id"] == "0"
            async with server.watching(match, **{"Last-Event-ID": "0"}) as reader:
                assert (await reader.next())["id"] == "1"
                await server.resign(alice, match)
                live = await reader.all()
            async with server.watching(match, **{"Last-Event-ID": "0"}) as reader:
                told = await reader.all()
            assert [it.get("id") for it in told][1:] == [it.get("id") for it in live]
            assert json.loads(told[-1]["data"]) == json.loads(live[-1]["data"])
            assert [it["event"] for it in told][-1] == "match.end"

    run(scene)


def test_a_quiet_match_shows_signs_of_life(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path, heartbeat_seconds=0.05) as server:
            alice = await server.player()
            match = await server.match(alice)
            async with server.watching(match) as reader:
                await reader.comment()
                await reader.comment()
                await server.resign(alice, match)
                assert (await reader.all())[-1]["event"] == "match.end"

    run(scene)


def test_streams_are_counted_and_bounded_and_given_back(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path, streams_per_address=2, heartbeat_seconds=0.05) as server:
            alice = await server.player()
            match = await server.match(alice)
            async with server.watching(match) as one, server.watching(match) as two:
                await one.next()
                await two.next()
                third = await server.client.get(f"/matches/{match}/stream")
                assert (third.status_code, third.headers["retry-after"]) == (429, "2")
            status = 429
            while status == 429:  # a connection that is closed is noticed when something is sent, every heartbeat
                async with server.client.stream("GET", f"/matches/{match}/stream") as response:
                    status = response.status_code
            assert status == 200

    run(scene)


def test_the_server_as_a_whole_has_a_bound_too(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path, max_streams=1) as server:
            match = await server.match(await server.player())
            async with server.watching(match) as reader:
                await reader.next()
                assert (await server.client.get(f"/matches/{match}/stream")).status_code == 503

    run(scene)


def test_a_draining_server_says_so_and_ends_the_stream(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path) as server:
            match = await server.match(await server.player())
            async with server.watching(match) as reader:
                await reader.next()
                await reader.next()
                await server.house.hall.drain()
                assert [it["event"] for it in await reader.all()][-1] == "draining"
            again = await server.client.get(f"/matches/{match}/stream")
            assert (again.status_code, again.json()["title"]) == (503, "restarting")
            ready = await server.client.get(str(server.client.base_url).removesuffix(f"{API}/") + "/readyz")
            assert (ready.status_code, ready.json()["status"]) == (503, "draining")

    run(scene)


def test_a_private_match_is_watched_by_its_players_and_admins_alone(tmp_path):
    async def scene() -> None:
        async with serving(tmp_path) as server:
            alice, bob, boss = [await server.player(name) for name in ("alice", "bob", "boss")]
            account = await server.house.people.find("boss")
            await server.house.people.promote(account.id, Rank.ADMIN)
            match = await server.match(alice, is_private=True)
            for stranger in ({}, bob):
                assert (await server.client.get(f"/matches/{match}/stream", headers=stranger)).status_code == 404
            for known in (alice, boss):
                async with server.watching(match, **known) as reader:
                    assert (await reader.next())["id"] == "0"

    run(scene)


@pytest.mark.parametrize("last", ["-2", "x", "1e3", "99999999999999999999"])
def test_a_last_event_that_is_no_number_is_refused(tmp_path, last):
    async def scene() -> None:
        async with serving(tmp_path) as server:
            match = await server.match(await server.player())
            answer = await server.client.get(f"/matches/{match}/stream", headers={"Last-Event-ID": last})
            assert (answer.status_code, answer.json()["field"]) == (422, "Last-Event-ID")

    run(scene)

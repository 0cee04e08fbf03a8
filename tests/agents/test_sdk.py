"""Agents served over real sockets on loopback, by a small server that can be cut off, killed and refused."""

import asyncio
import json
import logging
import os
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

import pytest
from wire.modelled import OPPONENT, RULES
from wire.small_server import TOKEN, Desk, small_server

from agents import sdk
from agents.sdk_errors import (
    AddressError,
    AgentRefusedError,
    NotAgreedError,
    NotAnArenaError,
    ReplacedError,
    ServerNotThereError,
    TokenError,
    VersionError,
)
from agents.sdk_seat import Seat
from arena.core.actions import Action
from arena.core.ports import AgentCard, Resign
from arena.core.verdict import Reason, Role, Verdict
from arena.wire.messages import Opponent
from arena.wire.news import MatchEnded, MatchStarted


class Talker:
    """Says something every turn; remembers what became of it."""

    made: list["Talker"]

    def __init__(self):
        self.calls = []
        type(self).made.append(self)

    def __init_subclass__(cls):
        cls.made = []

    def started(self, match):
        self.calls.append("started")

    async def act(self, view):
        self.calls.append(view.turn)
        return f"I say {view.turn}"

    def ended(self, result):
        self.calls.append(result.verdict.reason)

    async def close(self):
        self.calls.append("close")


def play(kind, server, **options):
    url = server if isinstance(server, str) else server.url
    given = {"server": url, "token": TOKEN, "name": "parrot", "matches": 1}
    return sdk.serve(kind, **{**given, **options})


def reasons(server):
    return [match.verdict and match.verdict.reason for match in server.desk.matches.values()]


# --- playing ----------------------------------------------------------------------------------------------------------


def test_a_fresh_instance_plays_each_match_from_start_to_close():
    class Mine(Talker):
        pass

    async def main():
        async with small_server() as server:
            return await play(Mine, server, matches=3, seats=2), reasons(server)

    score, ended = asyncio.run(main())
    assert ended == [Reason.TIE] * 3
    assert (score.played, score.tied, score.crashes) == (3, 3, 0)
    assert [it.calls for it in Mine.made] == [["started", 1, 2, 3, Reason.TIE, "close"]] * 3


@pytest.mark.parametrize(
    "given", ["hi", {"text": "hi"}, Action("hi"), {"text": "hi", "guess": "pear"}], ids=lambda it: type(it).__name__
)
def test_act_may_return_what_a_worker_may(given):
    class Mine:
        async def act(self, view):
            return given if not view.history[1:] else "hi"

    async def main():
        async with small_server() as server:
            await play(Mine, server)
            return server.desk.matches["m0"].own_actions()[0].action

    expected = (
        given if isinstance(given, Action) else Action("hi", given.get("guess") if isinstance(given, dict) else None)
    )
    assert asyncio.run(main()) == expected


def test_an_agent_may_resign():
    class Mine:
        def act(self, view):
            return Resign()

    async def main():
        async with small_server() as server:
            return await play(Mine, server), reasons(server)

    score, ended = asyncio.run(main())
    assert (score.lost, score.crashes, ended) == (1, 0, [Reason.RESIGNED])


def test_a_class_without_async_runs_in_a_thread_of_its_own_and_blocks_nobody():
    class Mine:
        gate = threading.Barrier(2, timeout=20)
        threads: ClassVar[set[int]] = set()

        def __init__(self):
            self.thread = threading.get_ident()

        def act(self, view):
            assert threading.get_ident() == self.thread
            self.threads.add(self.thread)
            self.gate.wait()  # passes only where two matches act at the same time
            return "hi"

    async def main():
        async with small_server() as server:
            return await play(Mine, server, matches=2, seats=2)

    assert asyncio.run(main()).tied == 2
    assert len(Mine.threads) == 2
    assert threading.get_ident() not in Mine.threads


def test_a_built_in_agent_can_be_served_too():
    from agents.honest import Honest

    async def main():
        async with small_server() as server:
            return await play(Honest, server)

    assert asyncio.run(main()).played == 1


def test_sixteen_seats_play_at_once_over_one_connection():
    class Mine:
        here = 0
        most = 0
        all_here = None

        async def act(self, view):
            Mine.all_here = Mine.all_here or asyncio.Event()
            if view.turn == 1:
                Mine.here += 1
                if Mine.here == 16:
                    Mine.all_here.set()
                await Mine.all_here.wait()
            return "hi"

    async def main():
        async with small_server() as server:
            return await play(Mine, server, matches=16, seats=16), server.connections

    score, connections = asyncio.run(main())
    assert (score.tied, connections) == (16, 1)


# --- what goes wrong in an agent --------------------------------------------------------------------------------------


class Crashes:
    class InConstructor:
        def __init__(self):
            raise ValueError("no weights here")

        async def act(self, view):
            return "hi"

    class InStarted(Talker):
        def started(self, match):
            raise ValueError("no weights here")

    class InAct:
        async def act(self, view):
            raise ValueError("no weights here")

    class InThread:
        def act(self, view):
            raise ValueError("no weights here")

    class Exits:
        def act(self, view):
            raise SystemExit("no weights here")

    class CancelsItself:
        async def act(self, view):
            raise asyncio.CancelledError("no weights here")

    class ReturnsNumber:
        async def act(self, view):
            return 42

    class HalfACharacter:
        async def act(self, view):
            return "\ud800"


@pytest.mark.parametrize("name", [name for name in vars(Crashes) if not name.startswith("_")])
def test_a_crash_gives_up_its_own_match_and_shows_the_author_where(name, caplog):
    class Either:
        """The first match crashes, the second goes well."""

        made = 0

        def __new__(cls):
            cls.made += 1
            return getattr(Crashes, name)() if cls.made == 1 else Fine()

    class Fine:
        async def act(self, view):
            return "hi"

    async def main():
        async with small_server() as server:
            return await play(lambda: Either(), server, matches=2, seats=1), reasons(server)

    score, ended = asyncio.run(main())
    assert (score.lost, score.tied, score.crashes) == (1, 1, 1)
    assert ended == [Reason.RESIGNED, Reason.TIE]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "given up" in record.getMessage()
    if name not in ("ReturnsNumber", "HalfACharacter"):
        assert "no weights here" in record.getMessage()
        assert "test_sdk.py" in record.getMessage()
        assert "sdk_player.py" not in record.getMessage()


@contextmanager
def said(words):
    """An event that is set once the log says these words."""
    told, log = asyncio.Event(), logging.getLogger("agents.sdk")

    class Listener(logging.Handler):
        def emit(self, record):
            if words in record.getMessage():
                told.set()

    listener = Listener()
    log.addHandler(listener)
    try:
        yield told
    finally:
        log.removeHandler(listener)


@pytest.mark.parametrize("is_async", [True, False])
def test_an_agent_that_is_too_late_is_cancelled_and_said_so(is_async):
    gone = threading.Event()
    over = threading.Event()

    class Slow:
        async def act(self, view):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                gone.set()
                raise

    class SlowThread:
        def act(self, view):
            over.wait(60)
            return "too late"

    async def main():
        async with small_server(Desk(replace(RULES, turn_ms=50, bank_ms=0))) as server:
            with said("took longer") as told:
                playing = asyncio.ensure_future(play(Slow if is_async else SlowThread, server))
                await told.wait()
            match = server.desk.matches["m0"]
            server.desk.time_out("m0")
            await server.push()
            score = await playing
            return score, match.verdict, match.own_actions()

    score, verdict, actions = asyncio.run(main())
    over.set()
    assert (score.lost, score.late, actions) == (1, 1, [])
    assert verdict.reason is Reason.FORFEIT
    assert gone.is_set() is is_async


def test_a_refused_action_is_asked_for_once_more(caplog):
    class Mine:
        async def act(self, view):
            return "hi" if view.refusals else ""

    async def main():
        async with small_server() as server:
            return await play(Mine, server)

    assert asyncio.run(main()).tied == 1
    assert "refused (empty); act is asked once more" in caplog.text


def test_a_hook_that_crashes_or_hangs_after_the_match_changes_nothing(caplog):
    class Mine(Talker):
        def ended(self, result):
            raise ValueError("after the end")

        async def close(self):
            await asyncio.Event().wait()

    async def main():
        said = []
        seat = Seat(Mine, MatchStarted("m1", Role.DEFENDER), said.append, lambda: said.append("resign"), 0.05)
        verdict = Verdict(Role.DEFENDER, Reason.INFERRED)
        seat.end(MatchEnded("m1", Role.DEFENDER, verdict, "banana", Opponent(**OPPONENT), True))
        await seat.left()
        return said, seat.has_left

    assert asyncio.run(main()) == ([], True)
    assert "after the end" in caplog.text
    assert "took longer than 0.05 s in `close`" in caplog.text


# --- the connection ---------------------------------------------------------------------------------------------------


def is_action(text, turn):
    row = json.loads(text)
    return row["type"] == "turn.action" and row["turn"] == turn


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_connection_cut_before_the_acknowledgement_loses_and_doubles_nothing(turn):
    class Mine(Talker):
        pass

    async def main():
        async with small_server() as server:
            cuts = []

            def cut(text):
                if is_action(text, turn) and not cuts:
                    cuts.append(text)
                    return True
                return False

            server.cut_before_answering = cut
            score = await play(Mine, server, matches=2)
            return score, [match.own_actions() for match in server.desk.matches.values()], server.connections

    score, actions, connections = asyncio.run(main())
    assert (score.tied, connections) == (2, 2)
    assert [[body.turn for body in own] for own in actions] == [[1, 2, 3]] * 2
    assert [it.calls for it in Mine.made] == [["started", 1, 2, 3, Reason.TIE, "close"]] * 2


def test_a_server_that_is_killed_and_started_again_finds_the_agent_back():
    class Mine(Talker):
        async def act(self, view):
            if view.turn == 2 and not killed.done():
                killed.set_result(None)
                await listening.wait()
            return await super().act(view)

    async def main():
        nonlocal killed, listening
        killed, listening = asyncio.get_running_loop().create_future(), asyncio.Event()
        async with small_server() as server:
            states, away = [], asyncio.Event()

            def watch(status):
                states.append(status.state)
                if status.state is sdk.State.AWAY:
                    away.set()

            playing = asyncio.ensure_future(play(Mine, server, watch=watch))
            await killed
            await server.stop()
            listening.set()
            await away.wait()
            await server.listen()
            score = await playing
            return score, [body.turn for body in server.desk.matches["m0"].own_actions()], states

    killed = listening = None
    score, turns, states = asyncio.run(main())
    assert (score.tied, turns) == (1, [1, 2, 3])
    assert states[0] is sdk.State.CONNECTING
    assert states[-1] is sdk.State.STOPPED


@pytest.mark.parametrize(
    ("code", "error", "remedy"),
    [
        (4009, ReplacedError, "give each its own --instance"),
        (4001, TokenError, "put it into TABOO_TOKEN"),
        (4003, TokenError, "scope `play`"),
        (4011, sdk.PlayError, "may not play here"),
    ],
)
def test_a_connection_that_is_closed_for_good_says_why(code, error, remedy):
    async def main():
        async with small_server() as server:
            playing = asyncio.ensure_future(play(Talker, server, matches=None))
            await server.until(lambda: server.desk.identity is not None)
            await server.close_all(code)
            await playing

    with pytest.raises(error, match=remedy):
        asyncio.run(main())


def test_a_server_that_restarts_is_come_back_to():
    async def main():
        async with small_server() as server:
            stop = sdk.Stop()
            playing = asyncio.ensure_future(play(Talker, server, matches=None, stop=stop))
            await server.until(lambda: server.desk.identity is not None)
            server.desk.say("draining", {"seconds": 1})
            await server.push()
            await server.close_all(1012)
            await server.until(lambda: server.connections == 2)
            stop.press()
            return await playing

    assert asyncio.run(main()).played == 0


def test_a_match_that_the_server_has_lost_sight_of_is_let_go():
    class Mine(Talker):
        async def act(self, view):
            return "hi" if view.turn < 3 else await asyncio.Event().wait()

    async def main():
        async with small_server() as server:
            server.desk.forgets = True
            server.cut_before_answering = lambda text: is_action(text, 2) and server.connections == 1
            return await play(Mine, server)

    score = asyncio.run(main())
    assert (score.lost_sight, score.played) == (1, 1)
    assert Mine.made[0].calls == ["started", "close"]


def test_asked_to_finish_while_the_server_is_away_it_ends_where_nothing_is_left_to_play():
    async def main():
        stop, away = sdk.Stop(), asyncio.Event()

        def watch(status):
            if status.state is sdk.State.AWAY:
                away.set()

        async with small_server() as server:
            playing = asyncio.ensure_future(play(Talker, server, matches=None, stop=stop, watch=watch))
            await server.until(lambda: server.desk.identity is not None)
            await server.stop()
            await away.wait()
            stop.press()
            return await playing

    assert asyncio.run(main()).played == 0


def test_a_message_that_cannot_be_read_disturbs_nothing():
    async def main():
        async with small_server() as server:
            stop = sdk.Stop()
            with said("passed over a message") as told:
                playing = asyncio.ensure_future(play(Talker, server, matches=None, stop=stop))
                await server.until(lambda: server.desk.identity is not None)
                server.desk.say("news.of.tomorrow", {})
                await server.push()
                await told.wait()
            stop.press()
            return await playing

    assert asyncio.run(main()).played == 0


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_asked_to_finish_it_plays_on_and_declines_what_is_offered():
    class Mine:
        go_on = None

        async def act(self, view):
            await Mine.go_on.wait()
            return "hi"

    async def main():
        Mine.go_on, stop = asyncio.Event(), sdk.Stop()
        async with small_server() as server:
            playing = asyncio.ensure_future(play(Mine, server, matches=None, stop=stop))
            await server.until(lambda: server.desk.identity is not None)
            server.desk.offer("o1")
            await server.push()
            await server.until(lambda: "m0" in server.desk.matches)
            stop.press()
            server.desk.offer("o2")
            await server.push()
            await server.until(lambda: server.desk.declined == ["o2"])
            Mine.go_on.set()
            return await playing

    assert asyncio.run(main()).tied == 1


def test_asked_twice_it_stops_at_once():
    class Mine:
        cancelled = False
        acts = None

        async def act(self, view):
            Mine.acts.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                Mine.cancelled = True
                raise

    async def main():
        Mine.acts, stop = asyncio.Event(), sdk.Stop()
        async with small_server() as server:
            playing = asyncio.ensure_future(play(Mine, server, stop=stop))
            await Mine.acts.wait()
            stop.press()
            stop.press()
            score = await playing
            return score, server.desk.matches["m0"].verdict

    score, verdict = asyncio.run(main())
    assert (score.played, verdict, Mine.cancelled) == (0, None, True)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_it_to_finish(which):
    async def main():
        async with small_server() as server:
            playing = asyncio.ensure_future(play(Talker, server, matches=None))
            await server.until(lambda: server.desk.identity is not None)
            os.kill(os.getpid(), which)
            return await playing

    assert asyncio.run(main()).played == 0
    assert signal.getsignal(which) is not None


# --- what a newcomer meets --------------------------------------------------------------------------------------------


async def refused(server, **changes):
    for name, value in changes.items():
        setattr(server, name, value)
    await play(Talker, server)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"refuse": HTTPStatus.UNAUTHORIZED}, TokenError, "TABOO_TOKEN"),
        ({"refuse": HTTPStatus.FORBIDDEN}, TokenError, "scope `play`"),
        ({"refuse": HTTPStatus.NOT_FOUND}, NotAnArenaError, "start page of a Taboo Arena"),
        ({"refuse": HTTPStatus.SERVICE_UNAVAILABLE}, ServerNotThereError, "try again in a minute"),
        ({"refuse": HTTPStatus.TOO_MANY_REQUESTS}, ServerNotThereError, "close some, or wait"),
        ({"hello": {"protocol": "taboo.v9+json"}}, VersionError, "install the server's version"),
    ],
)
def test_a_refused_handshake_says_what_to_do(changes, error, words):
    async def main():
        async with small_server() as server:
            if "hello" in changes:
                changes["hello"] = {**server.hello, **changes["hello"]}
            await refused(server, **changes)

    with pytest.raises(error, match=words):
        asyncio.run(main())


def test_a_wrong_token_says_where_to_get_a_right_one():
    async def main():
        async with small_server() as server:
            await play(Talker, server, token="taboo_wrong")

    with pytest.raises(TokenError, match="make one with the scope `play` on your account page"):
        asyncio.run(main())


@pytest.mark.parametrize("token", ["", "  ", "two\nlines", "caf\u00e9"])
def test_a_token_that_can_be_none_is_not_sent(token):
    with pytest.raises(TokenError, match="missing or damaged"):
        asyncio.run(sdk.serve(Talker, server="http://127.0.0.1:1", token=token))


def test_terms_that_are_not_agreed_are_named():
    async def main():
        async with small_server() as server:
            server.desk.refusal = ("not_agreed", "agree first")
            await play(Talker, server)

    with pytest.raises(NotAgreedError, match="agree on its account page"):
        asyncio.run(main())


def test_nobody_there_says_how_to_start_a_server():
    async def main():
        async with small_server() as server:
            url = server.url
        await sdk.serve(Talker, server=url, token=TOKEN)

    with pytest.raises(ServerNotThereError, match="`taboo serve` starts a server"):
        asyncio.run(main())


def test_https_for_a_server_without_a_certificate_is_named():
    async def main():
        async with small_server() as server:
            await play(Talker, server.url.replace("http", "https"))

    with pytest.raises(NotAnArenaError, match="write http:// in place of https://"):
        asyncio.run(main())


def test_something_that_is_no_web_server_is_named():
    async def rude(reader, writer):
        await reader.readline()
        writer.write(b"\x15\x03\x01\x00\x02\x02\x50")  # a TLS alert, as a server with a certificate gives
        writer.close()

    async def main():
        server = await asyncio.start_server(rude, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await sdk.serve(Talker, server=f"http://127.0.0.1:{port}", token=TOKEN)

    with pytest.raises(NotAnArenaError, match="write https:// in place of http://"):
        asyncio.run(main())


@pytest.mark.parametrize(
    "server", ["localhost:8000", "", "ftp://arena", "http://", "http://me:secret@arena", "https://arena/?token=secret"]
)
def test_an_address_that_is_none_is_refused_and_no_secret_in_it_is_repeated(server):
    with pytest.raises(AddressError) as refusal:
        asyncio.run(sdk.serve(Talker, server=server, token=TOKEN))
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"name": "my agent"}, "letters, digits"), ({"seats": 0}, "from 1 to 1024"), ({"version": "1 2"}, "printable")],
)
def test_a_name_that_no_server_takes_is_refused_before_anything_is_sent(options, words):
    with pytest.raises(AgentRefusedError, match=words):
        asyncio.run(sdk.serve(Talker, server="http://127.0.0.1:1", token=TOKEN, **options))


def test_the_card_tells_the_server_what_the_agent_plays():
    class MyBigAgent:
        card = AgentCard("big", "7", "plays big", roles=frozenset({Role.DEFENDER}))

        async def act(self, view):
            return "hi"

    async def main():
        async with small_server() as server:
            await play(MyBigAgent, server, name="", instance="gpu-1", seats=3)
            return server.desk.identity

    identity = asyncio.run(main())
    assert (identity.agent.name, identity.agent.version, identity.agent.roles) == ("big", "7", (Role.DEFENDER,))
    assert (identity.instance, identity.seats) == ("gpu-1", 3)


@pytest.mark.parametrize(("name", "shown"), [("MyBigAgent", "my-big-agent"), ("_", "agent"), ("X" * 60, "x" * 40)])
def test_a_class_without_a_card_is_named_after_itself(name, shown):
    assert sdk.default_name(type(name, (), {})) == shown

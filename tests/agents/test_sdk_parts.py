import asyncio
import io
import re
import socket
import ssl
import threading

import pytest
from rich.console import Console
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus, InvalidUpgrade, NegotiationError
from websockets.http11 import Response

from agents.check_report import Speed
from agents.sdk_errors import (
    AgentRefusedError,
    ClosedError,
    NotAgreedError,
    NotAnArenaError,
    ServerNotThereError,
    TokenError,
    VersionError,
    check_protocol,
    closed,
    explained,
    is_exposed,
    socket_url,
)
from agents.sdk_lane import Lane
from agents.sdk_link import Pace
from agents.sdk_player import CrashError, Player
from agents.sdk_status import Score, State, Status, outcome
from agents.status_line import StatusLine, summary
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.wire.closing import CLOSES, Close
from arena.wire.messages import Opponent
from arena.wire.news import MatchEnded

SERVER = "https://arena.example"


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("http://localhost:8000", "ws://localhost:8000/api/v1/socket"),
        ("https://arena.example/", "wss://arena.example/api/v1/socket"),
        ("https://host.example/taboo/", "wss://host.example/taboo/api/v1/socket"),
        ("ws://[::1]:8000/api/v1/socket", "ws://[::1]:8000/api/v1/socket"),
    ],
)
def test_the_address_of_the_start_page_leads_to_the_socket(server, url):
    assert socket_url(server) == url


@pytest.mark.parametrize(
    ("server", "exposed"),
    [
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("https://arena.example", False),
        ("http://arena.example", True),
        ("ws://192.0.2.7:8000", True),
    ],
)
def test_a_token_on_an_open_road_is_noticed(server, exposed):
    assert is_exposed(server) is exposed


def status(code, body=b""):
    return InvalidStatus(Response(code, "", Headers(), body))


@pytest.mark.parametrize(
    ("problem", "error", "words", "passes"),
    [
        (ConnectionRefusedError(), ServerNotThereError, "`taboo serve` starts a server", True),
        (socket.gaierror(), ServerNotThereError, "check its spelling", True),
        (TimeoutError(), ServerNotThereError, "check host and port", True),
        (ssl.SSLError("wrong version number"), NotAnArenaError, "write http://", True),
        (ssl.SSLCertVerificationError(1, "no"), ServerNotThereError, "SSL_CERT_FILE", False),
        (ConnectionResetError(), NotAnArenaError, "write http://", True),
        (EOFError(), NotAnArenaError, "write https://", True),
        (InvalidMessage("no"), NotAnArenaError, "write https://", True),
        (NegotiationError("no"), VersionError, "install the server's version", False),
        (InvalidUpgrade("Upgrade", "x"), NotAnArenaError, "check the address", False),
        (status(401), TokenError, "TABOO_TOKEN", False),
        (status(400, b"The plain HTTP request was sent to HTTPS port"), NotAnArenaError, "write https://", False),
        (status(404), NotAnArenaError, "start page", True),
        (status(410), NotAnArenaError, "start page", False),
        (status(429), ServerNotThereError, "wait", True),
        (status(503), ServerNotThereError, "in a minute", True),
    ],
    ids=lambda it: type(it).__name__,
)
def test_what_the_network_raised_is_said_with_what_to_do(problem, error, words, passes):
    why = explained(problem, SERVER)
    assert type(why) is error
    assert words in str(why)
    assert str(why).startswith(SERVER)
    assert why.passes is passes


@pytest.mark.parametrize("code", [code for code in Close if not CLOSES[code].comes_back])
def test_every_code_that_is_final_says_what_to_do(code):
    assert len(closed(code, None, SERVER).remedy) > 10


@pytest.mark.parametrize(
    ("code", "refusal", "error", "words"),
    [
        (4003, ("not_agreed", "agree"), NotAgreedError, "agree on its account page"),
        (4003, None, TokenError, "scope `play`"),
        (4000, ("bad_message", "agent.name: no"), AgentRefusedError, "agent.name: no"),
        (4006, None, ClosedError, "close another connection"),
        (4006, ("refused", "enough of you"), AgentRefusedError, "enough of you"),
        (4999, None, ClosedError, "unknown here"),
    ],
)
def test_a_refusal_before_the_close_code_is_told(code, refusal, error, words):
    why = closed(code, refusal, SERVER)
    assert type(why) is error
    assert words in str(why)


def test_a_server_of_another_version_is_named():
    check_protocol(SERVER, "taboo.v1+json")
    for protocol in (None, "taboo.v2+json"):
        with pytest.raises(VersionError, match=re.escape(protocol or "no version")):
            check_protocol(SERVER, protocol)


def test_a_burst_goes_at_once_and_more_at_the_rate():
    now = [0.0]
    pace = Pace(10, lambda: now[0])
    assert [pace.wait() for _ in range(50)] == [0.0] * 50
    assert pace.wait() == pytest.approx(0.1)
    assert pace.wait() == pytest.approx(0.2)
    now[0] = 100.0
    assert [pace.wait() for _ in range(50)] == [0.0] * 50
    assert pace.wait() > 0


# --- lanes and players ------------------------------------------------------------------------------------------------


def test_a_lane_runs_its_calls_in_one_thread_and_raises_what_they_raise():
    async def main():
        lane = Lane()
        threads = {await lane.run(threading.get_ident) for _ in range(3)}
        with pytest.raises(ZeroDivisionError):
            await lane.run(lambda: 1 / 0)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await lane.run(lambda: next(iter(())))
        lane.close()
        return threads

    threads = asyncio.run(main())
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_call_that_nobody_waits_for_any_more_disturbs_nothing():
    go_on, done = threading.Event(), threading.Event()

    def slow():
        go_on.wait(20)
        done.set()

    async def main():
        lane = Lane()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lane.run(slow)
        lane.close()
        go_on.set()
        await asyncio.to_thread(done.wait, 20)

    asyncio.run(main())
    assert done.is_set()


def test_a_plain_act_may_return_something_to_await():
    class Mine:
        def act(self, view):
            async def later():
                return "hi"

            return later()

    async def main():
        player = Player(Mine)
        await player.begin(None)
        try:
            return await player.act(None)
        finally:
            player.leave()

    assert asyncio.run(main()).text == "hi"


def test_a_crash_report_begins_at_the_authors_line():
    class Mine:
        def __init__(self, argument):
            self.argument = argument

        async def act(self, view):
            return self.argument.nothing

    async def main():
        player = Player(Mine)
        await player.begin(None)
        await player.act(None)

    with pytest.raises(CrashError) as crash:
        asyncio.run(main())
    lines = crash.value.report.splitlines()
    assert "test_sdk_parts.py" in lines[1]
    assert lines[-1] == "AttributeError: 'NoneType' object has no attribute 'nothing'"


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "verdict", "word"),
    [
        (Role.DEFENDER, Verdict(Role.DEFENDER, Reason.INFERRED), "won"),
        (Role.ATTACKER, Verdict(Role.DEFENDER, Reason.FORFEIT, Cause.TIME), "lost"),
        (Role.ATTACKER, Verdict(None, Reason.TIE), "tied"),
        (Role.ATTACKER, Verdict(None, Reason.VOID), "void"),
        (Role.DEFENDER, Verdict(None, Reason.INFRASTRUCTURE), "void"),
    ],
)
def test_every_verdict_counts_once(role, verdict, word):
    other = Opponent(player="hiding", version="1", kind="built_in")
    ended = MatchEnded("m1", role, verdict, "banana", other, True)
    score = Score().after(ended, 1, 2)
    assert outcome(ended) == word
    assert (getattr(score, word), score.played, score.crashes, score.late) == (1, 1, 1, 2)
    assert score.after(None, 0, 0).lost_sight == 1


def test_percentiles_are_by_nearest_rank():
    assert Speed.of([]) is None
    assert Speed.of([3.0]) == Speed(1, 3.0, 3.0, 3.0)
    assert Speed.of([float(n) for n in range(1, 101)]) == Speed(100, 50.5, 95.0, 100.0)


STATUS = Status(State.CONNECTED, "ann/parrot", 16, 3, 2, Score(won=5, lost=1, crashes=1))


def test_the_status_line_says_what_matters():
    text = summary(STATUS, "http://localhost:8000").plain
    for words in (
        "connected",
        "ann/parrot",
        "3/16 seats busy",
        "looking for 2",
        "played 6: won 5, lost 1",
        "crashed 1",
    ):
        assert words in text
    assert "looking" not in summary(Status(), "x").plain


def test_a_terminal_has_one_line_that_renews_itself_and_a_file_one_for_each_change():
    terminal, plain = io.StringIO(), io.StringIO()
    for stream, is_terminal in ((terminal, True), (plain, False)):
        console = Console(file=stream, force_terminal=is_terminal, width=200)
        with StatusLine("http://localhost:8000", console) as line:
            for _ in range(3):
                line.show(STATUS)
            line.show(Status(State.AWAY, "ann/parrot"))
    assert "\x1b[2K" in terminal.getvalue()
    assert len(plain.getvalue().splitlines()) == 2
    assert "\x1b" not in plain.getvalue()

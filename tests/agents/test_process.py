import asyncio
import gc
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agents.process import COOKIE, ProcessAgent, WorkerError, WorkerTimeoutError
from arena.core.actions import Action
from arena.core.ports import AgentKind, Resign
from arena.core.rules import Rules
from arena.core.views import AttackerView, DefenderView

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc"),
]


@pytest.fixture(autouse=True)
def in_the_folder_of_the_agents(monkeypatch):
    monkeypatch.chdir(HERE)


@pytest.fixture(autouse=True)
def workers(monkeypatch, tmp_path):
    """Lists what this test's workers left running; none may be left, nor any open file."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())

    def living():
        return _living(f"TMPDIR={tmp_path}".encode())

    yield living
    gc.collect()
    assert living() == []
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) <= files


def _living(mark):
    """The command lines of all processes started under this mark, and children of ours that were not reaped."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(") ")[2].split()
            if status[0] == "Z" and int(status[1]) == os.getpid():
                found.append(f"zombie {folder.name}")
            environment = (folder / "environ").read_bytes()
            if mark in environment and COOKIE.encode() in environment:
                found.append((folder / "cmdline").read_text())
        except OSError:
            continue
    return found


def view(ms_left=20_000, turn=1):
    return DefenderView(Rules(), turn, (), 1, ms_left, 7)


def played(name, *views):
    """The answers of an agent to views, one after another."""

    async def play():
        agent = ProcessAgent(f"bad_agents:{name}")
        try:
            return [await agent.act(one) for one in views or [view()]]
        finally:
            await agent.close()

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Polite", Action("turn 1, seed 7")),
        ("Dictionary", Action("is it this?", "banana")),
        ("Quitter", Resign()),
        ("Printer", Action("printed")),
        ("LastFolder", Action("True")),
        ("ClosesStdin", Action("closed")),
        ("CoreLimit", Action("(0, 0)")),
    ],
)
def test_whatever_act_returns_comes_back_as_an_answer(name, answer):
    assert played(name) == [answer]


def test_one_process_plays_the_whole_match_in_either_role():
    attacking = AttackerView(Rules(), 1, (), 1, 20_000, 7, target="banana")
    first, second = played("Plain", attacking, view(turn=2))
    (first_role, first_id), (second_role, second_id) = first.text.split(), second.text.split()
    assert (first_role, second_role) == ("attacker", "defender")
    assert first_id == second_id != str(os.getpid())


def test_the_worker_sees_none_of_the_hosts_secrets(monkeypatch):
    monkeypatch.setenv("TABOO_SECRET_KEY", "hidden")
    monkeypatch.setenv("OPENAI_API_KEY", "hidden")
    monkeypatch.setenv("LANG", "C.UTF-8")
    (action,) = played("Environment")
    seen = set(action.text.split())
    assert {"LANG", "PATH", COOKIE} <= seen
    assert not seen & {"TABOO_SECRET_KEY", "OPENAI_API_KEY"}


@pytest.mark.parametrize("name", ["BusyLoop", "BusyConstructor", "Sleeper", "Stubborn"])
def test_an_agent_that_does_not_answer_is_gone_at_its_deadline(name):
    start = time.monotonic()
    with pytest.raises(WorkerTimeoutError, match=f"agent bad_agents:{name}: did not answer within 700 ms") as caught:
        played(name, view(ms_left=700))
    assert isinstance(caught.value, TimeoutError)
    assert 0.7 <= time.monotonic() - start < 1.7


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Exiter", "exited with code 3$"),
        ("SystemExiter", "crashed: SystemExit: enough"),
        ("Segfault", "was killed by SIGSEGV$"),
        ("LastWords", "exited with code 1; its last words: the tank is empty$"),
        ("ChannelGarbage", "wrote garbage on the channel: message: message: is not JSON"),
        ("ChannelFlood", "wrote a message longer than 1048576 bytes"),
        ("WrongTurn", "wrote garbage on the channel: message: turn: turn 1 was asked for, not 99"),
        ("EarlyTalker", "wrote on the channel before it was ready"),
        ("CrashInConstructor", r"crashed: ValueError: no weights here \(bad_agents.py, line \d+\)"),
        ("NeedsTwo", "crashed: TypeError: .*2 required positional arguments: 'weights' and 'device'"),
        ("CrashInAct", r"crashed: IndexError: list index out of range \(bad_agents.py, line \d+\)"),
        ("ReturnsNumber", "crashed: TypeError: act returned int, not an Action"),
        ("TooMuch", "crashed: arena.wire.values.WireError: message: message: has 2097\\d+ bytes; 1048576 are allowed"),
        ("Parent", "exited with code 0$"),
        ("ClosesChannel", "closed its channel$"),
        ("Missing", "crashed: AttributeError: module 'bad_agents' has no attribute 'Missing'"),
    ],
)
def test_an_agent_that_breaks_is_named_with_what_it_did(name, problem):
    start = time.monotonic()
    with pytest.raises(WorkerError, match=f"agent bad_agents:{name}: {problem}"):
        played(name, view(ms_left=8_000))
    assert time.monotonic() - start < 9


def test_two_gigabytes_of_output_do_not_fill_the_host():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert played("Flood", view(ms_left=60_000)) == [Action("flooded")]
    grown_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kilobytes < 32_000


def test_a_worker_may_be_given_a_limit_of_memory():
    async def play():
        agent = ProcessAgent("bad_agents:Hungry", memory_mb=2048)
        await agent.act(view())

    with pytest.raises(WorkerError, match="crashed: MemoryError"):
        asyncio.run(play())


def test_a_module_that_does_not_exist_is_named():
    async def play():
        await ProcessAgent("no_such_module:Bot").act(view())

    with pytest.raises(WorkerError, match="agent no_such_module:Bot: crashed: ModuleNotFoundError"):
        asyncio.run(play())


@pytest.mark.parametrize(
    "argument", [None, "", "bots", "bots:", ":Bot", "bots:Bot:x", "-c:Bot", "bo ts:Bot", "1bots:Bot"]
)
def test_an_argument_that_names_no_class_is_refused_before_any_process(argument):
    with pytest.raises(WorkerError, match="name a class, as in process:my_bots:Clever"):
        ProcessAgent(argument)


def test_cancelling_act_kills_the_worker(workers):
    async def play():
        agent = ProcessAgent("bad_agents:BusyLoop")
        task = asyncio.create_task(agent.act(view()))
        await asyncio.to_thread(_until, workers)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert workers() == []

    asyncio.run(play())


def test_closing_twice_or_before_the_first_turn_is_harmless():
    async def play():
        agent = ProcessAgent("bad_agents:Polite")
        await agent.close()
        await agent.act(view())
        await agent.close()
        await agent.close()

    asyncio.run(play())


def test_many_workers_at_once_answer_each_for_itself():
    async def one(seed):
        agent = ProcessAgent("bad_agents:Polite")
        try:
            return await agent.act(DefenderView(Rules(), 1, (), 1, 30_000, seed))
        finally:
            await agent.close()

    async def play():
        return await asyncio.gather(*map(one, range(6)))

    assert [action.text for action in asyncio.run(play())] == [f"turn 1, seed {seed}" for seed in range(6)]


HOST = """
import asyncio, sys
from agents.process import ProcessAgent
from arena.core.rules import Rules
from arena.core.views import DefenderView
asyncio.run(ProcessAgent("bad_agents:BusyLoop").act(DefenderView(Rules(), 1, (), 1, 60_000, 7)))
"""


def test_a_busy_worker_does_not_outlive_a_host_that_was_killed(workers):
    host = subprocess.Popen([sys.executable, "-c", HOST])
    try:
        _until(lambda: any("bad_agents:BusyLoop" in line for line in workers()))
    finally:
        host.send_signal(signal.SIGKILL)
        host.wait()
    _until(lambda: workers() == [])


def _until(holds, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.01)


def test_the_class_is_an_agent_kind_with_a_timed_card():
    assert isinstance(ProcessAgent, AgentKind)
    assert ProcessAgent.card.is_timed
    assert ProcessAgent.card.name == "process"

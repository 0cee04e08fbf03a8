import json
import socket
import sys
from threading import Thread

import pytest

from agents import worker
from arena import wire
from arena.core.actions import Action
from arena.core.ports import Resign
from arena.core.rules import Rules
from arena.core.views import DefenderView

VIEW = DefenderView(Rules(), 3, (), 1, 1000, 7)


def talk(make, *lines):
    """What a worker says to these lines, and its exit code."""
    host, inside = socket.socketpair()
    codes = []
    with host, inside:
        thread = Thread(target=lambda: codes.append(worker.serve(inside, make)))
        thread.start()
        for line in lines:
            host.sendall(line)
        host.shutdown(socket.SHUT_WR)
        thread.join()
        inside.close()
        said = b"".join(iter(lambda: host.recv(65536), b""))
    return [json.loads(line) for line in said.splitlines()], codes[0]


class Bot:
    def __init__(self, given):
        self.given = given

    def act(self, view):
        return self.given


class Awaiting(Bot):
    async def act(self, view):
        return self.given


ASK = wire.to_line(wire.request(VIEW))


@pytest.mark.parametrize("kind", [Bot, Awaiting])
def test_a_worker_says_ready_and_answers_until_the_channel_closes(kind):
    said, code = talk(lambda: kind("hello"), ASK, ASK)
    answer = {"type": "turn.action", "id": "3", "turn": 3, "data": {"text": "hello", "guess": None}}
    assert (said, code) == ([{"type": "ready"}, answer, answer], 0)


def test_a_constructor_that_raises_is_reported_in_place_of_ready(capsys):
    said, code = talk(lambda: [][0])
    assert code == 1
    assert said[0]["type"] == "error"
    assert said[0]["data"]["problem"].startswith("IndexError: list index out of range (test_worker.py, line ")
    assert "Traceback" in capsys.readouterr().err


def test_a_line_that_is_no_request_is_reported(capsys):
    said, code = talk(lambda: Bot("hello"), b'{"type":"hello"}\n')
    assert code == 1
    assert "expected 'turn.request', not 'hello'" in said[1]["data"]["problem"]
    assert "WireError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("hi", Action("hi")),
        (Action("hi"), Action("hi")),
        (Resign(), Resign()),
        ({"guess": "banana"}, Action("", "banana")),
        ({}, Action()),
    ],
)
def test_what_act_may_return(given, answer):
    assert worker.as_answer(given) == answer


@pytest.mark.parametrize(("given", "error"), [(None, TypeError), (b"hi", TypeError), ({"text": 1}, wire.WireError)])
def test_what_act_may_not_return(given, error):
    with pytest.raises(error):
        worker.as_answer(given)


class Takes:
    class One:
        def __init__(self, argument, extra=1, *rest, key=2):
            self.arguments = (argument, extra, rest, key)

    class Nothing:
        def __init__(self, extra=1, *rest, key=2):
            self.arguments = (extra, rest, key)

    class Two:
        def __init__(self, one, two):
            raise AssertionError("never made")

    compiled = dict


@pytest.mark.parametrize(("name", "arguments"), [("One", (None, 1, (), 2)), ("Nothing", (1, (), 2))])
def test_a_class_is_made_with_nothing_or_with_none(name, arguments, monkeypatch):
    monkeypatch.setitem(sys.modules, "made_here", Takes)
    assert worker.made(f"made_here:{name}").arguments == arguments


def test_a_class_that_hides_its_signature_is_made_with_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "made_here", Takes)
    assert worker.made("made_here:compiled") == {}


def test_a_class_that_needs_two_arguments_is_told_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "made_here", Takes)
    with pytest.raises(TypeError, match="2 required positional arguments"):
        worker.made("made_here:Two")


def test_a_problem_is_cut_to_a_length_that_fits_a_message():
    assert len(worker.described(ValueError("x" * 5000))) == 1000

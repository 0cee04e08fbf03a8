"""A function that asks, turned around: it stands still until it is answered, and goes when it is not wanted."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from attacks.openattack.conversation import Conversation


def threads():
    return [it for it in threading.enumerate() if it.name == "openattack"]


def counting(ask):
    total = 0
    for number in range(3):
        total += ask(number)
    return total


def test_it_asks_waits_and_comes_to_an_end():
    talk = Conversation(counting)
    assert [talk.go_on(), talk.go_on(10), talk.go_on(20), talk.go_on(30)] == [0, 1, 2, None]
    assert talk.found == 60
    assert not threads()


def test_one_that_is_closed_leaves_no_thread_wherever_it_stands():
    unwound = []

    def work(ask):
        try:
            return counting(ask)
        finally:
            unwound.append(True)

    talk = Conversation(work)
    talk.close()
    assert not unwound
    talk.go_on()
    talk.go_on(1)
    assert len(threads()) == 1
    talk.close()
    talk.close()
    assert unwound == [True]
    assert not threads()


def test_one_that_catches_every_exception_is_ended_too():
    def stubborn(ask):
        while True:
            try:
                ask("more")
            except Exception:  # noqa: BLE001 - what some attackers do
                continue

    def deaf(ask):
        for _ in range(3):
            try:
                ask("more")
            except BaseException:  # noqa: BLE001 - what a bare except does
                continue

    for work in (stubborn, deaf):
        talk = Conversation(work)
        assert talk.go_on() == "more"
        talk.close()
    assert not threads()


def test_what_it_raises_is_raised_where_somebody_waits():
    def breaking(ask):
        ask(1)
        raise KeyError("lost")

    talk = Conversation(breaking)
    talk.go_on()
    with pytest.raises(KeyError, match="lost"):
        talk.go_on(2)
    assert not threads()


def test_one_at_a_time_runs_and_each_gets_its_own_answers():
    running = []

    def work(ask):
        total = 0
        for _ in range(20):
            running.append(1)
            assert len(running) == 1
            running.pop()
            total += ask(None)
        return total

    def drive(number):
        talk = Conversation(work)
        talk.go_on()
        for _ in range(20):
            talk.go_on(number)
        return talk.found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(drive, range(8))) == [20 * number for number in range(8)]

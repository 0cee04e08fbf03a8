"""How often somebody may fail, and that nobody can be locked out for good."""

from itertools import pairwise

import pytest

from arena.server.errors import ThrottledError
from arena.server.people.throttle import LONGEST, Gate, Throttle


def fail(throttle, key, now) -> bool:
    """Whether the attempt was let through."""
    try:
        throttle.check(key, now)
    except ThrottledError:
        return False
    throttle.charge(key, now)
    return True


def knock(gate, name, addresses, now) -> ThrottledError | None:
    """Fail from each address in turn, until one has to wait."""
    for address in addresses:
        try:
            gate.enter(name, address, now)
        except ThrottledError as refused:
            return refused
    return None


STRANGERS = [f"10.0.0.{number}" for number in range(100)]


def seconds_to_wait(throttle, key, now) -> int:
    try:
        throttle.check(key, now)
    except ThrottledError as refused:
        return refused.seconds
    return 0


def test_waits_double_beyond_the_allowance(clock):
    throttle = Throttle("tries", 3)
    waits = []
    for _ in range(9):
        clock.turn(seconds=seconds_to_wait(throttle, "alice", clock()))
        assert fail(throttle, "alice", clock())
        waits.append(seconds_to_wait(throttle, "alice", clock()))
    assert waits[:4] == [0, 0, 1, 2]
    for shorter, longer in pairwise(waits[3:]):
        assert shorter < longer <= 2 * shorter
    assert seconds_to_wait(throttle, "bob", clock()) == 0


def test_a_refused_attempt_does_not_prolong_the_wait(clock):
    throttle = Throttle("tries", 1)
    while fail(throttle, "alice", clock()):
        pass
    wait = seconds_to_wait(throttle, "alice", clock())
    for _ in range(1000):
        assert not fail(throttle, "alice", clock())
    clock.turn(seconds=wait)
    assert fail(throttle, "alice", clock())


def test_who_never_stops_failing_gets_the_allowance_and_no_more(clock):
    throttle = Throttle("tries", 10)
    passed = 0
    for _ in range(24 * 3600):
        passed += fail(throttle, "alice", clock())
        clock.turn(seconds=1)
    assert passed <= 24 * 4 * 10 + 20
    assert seconds_to_wait(throttle, "alice", clock()) <= LONGEST.total_seconds()


def test_an_allowance_refills(clock):
    throttle = Throttle("tries", 5)
    for _ in range(5):
        assert fail(throttle, "alice", clock())
    assert not fail(throttle, "alice", clock())
    clock.turn(minutes=15)
    for _ in range(5):
        assert fail(throttle, "alice", clock())
    assert len(throttle) == 1
    clock.turn(minutes=15)
    assert seconds_to_wait(throttle, "alice", clock()) == 0
    assert len(throttle) == 0


def test_a_refund_takes_the_attempt_back(clock):
    throttle = Throttle("tries", 2)
    for _ in range(50):
        assert fail(throttle, "alice", clock())
        throttle.refund("alice", clock())
    throttle.refund("nobody", clock())
    assert seconds_to_wait(throttle, "alice", clock()) == 0


@pytest.mark.parametrize("hours", [-1000, 1000])
def test_a_clock_that_jumps_makes_nobody_wait_longer(clock, hours):
    throttle = Throttle("tries", 1)
    while fail(throttle, "alice", clock()):
        pass
    wait = seconds_to_wait(throttle, "alice", clock())
    clock.turn(hours=hours)
    assert seconds_to_wait(throttle, "alice", clock()) <= wait


def test_the_number_of_keys_is_bounded(clock):
    throttle = Throttle("tries", 1, most_keys=100)
    for number in range(1000):
        throttle.charge(str(number), clock())
    assert len(throttle) == 100


def test_many_attempts_at_once_gain_nothing(clock):
    gate = Gate(4)
    assert knock(gate, "alice", ["1.2.3.4"] * 4, clock()) is None
    for _ in range(100):
        assert knock(gate, "alice", ["1.2.3.4"], clock())


def test_one_address_cannot_try_many_names(clock):
    gate = Gate(4)
    for name in ("alice", "bob", "carol", "dave"):
        assert knock(gate, name, ["1.2.3.4"], clock()) is None
    assert knock(gate, "erin", ["1.2.3.4"], clock()).seconds == 1


def test_many_addresses_cannot_try_one_name(clock):
    gate = Gate(4)
    refused = knock(gate, "alice", STRANGERS, clock())
    assert "for a name" in str(refused)
    clock.turn(seconds=refused.seconds)
    assert knock(gate, "alice", ["10.0.1.1"], clock()) is None


def test_an_address_that_its_owner_uses_waits_for_no_strangers(clock):
    gate = Gate(4)
    gate.remember("alice", "home")
    assert knock(gate, "alice", STRANGERS, clock())
    gate.enter("alice", "home", clock()).refund(clock())
    assert "for a name" not in str(knock(gate, "alice", ["home"] * 5, clock()))


def test_a_refused_attempt_is_counted_nowhere(clock):
    gate = Gate(2)
    assert knock(gate, "alice", STRANGERS[:2], clock()) is None
    for _ in range(100):
        assert knock(gate, "alice", ["10.0.1.9"], clock())
    assert knock(gate, "bob", ["10.0.1.9"], clock()) is None


def test_the_addresses_that_are_known_are_bounded_and_forgotten(clock):
    gate = Gate(2, most_keys=2)
    for name in ("alice", "bob", "carol"):
        gate.remember(name, "home")
    for name in ("alice", "carol"):
        assert knock(gate, name, [f"{name}{number}" for number in range(3)], clock())
    assert knock(gate, "alice", ["home"], clock())
    assert knock(gate, "carol", ["home"], clock()) is None
    gate.forget("carol")
    assert knock(gate, "carol", ["home"], clock())

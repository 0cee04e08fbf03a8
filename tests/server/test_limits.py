"""Token buckets: what is granted, refused, given back with time, and forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.server.errors import ThrottledError
from arena.server.limits import Limits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def granted(limits: Limits, who: str, count: int = 3, seconds: float = 60) -> bool:
    try:
        limits.take("requests", who, count, seconds)
    except ThrottledError:
        return False
    return True


def test_so_many_are_granted_at_once_and_no_more():
    limits = Limits(Clock())
    assert [granted(limits, "a") for _ in range(5)] == [True, True, True, False, False]


def test_what_one_takes_another_does_not_miss():
    limits = Limits(Clock())
    while granted(limits, "a"):
        pass
    assert granted(limits, "b")
    assert limits.take("reports", "a", 3, 60).remaining == 2


def test_a_refusal_says_how_long_to_wait_and_that_is_enough():
    clock = Clock()
    limits = Limits(clock)
    while granted(limits, "a"):
        pass
    with pytest.raises(ThrottledError) as refused:
        limits.take("requests", "a", 3, 60)
    assert refused.value.seconds == 20
    clock.now += 19.9
    assert not granted(limits, "a")
    clock.now += 0.2
    assert granted(limits, "a")
    assert not granted(limits, "a")


def test_the_standing_says_what_is_left():
    limits = Limits(Clock())
    standing = limits.take("requests", "a", 3, 60)
    assert (standing.limit, standing.remaining, standing.reset) == (3, 2, 20)


def test_the_bucket_that_was_untouched_for_longest_is_forgotten_first():
    limits = Limits(Clock(), most=2)
    for who in ("a", "a", "a", "b", "a", "c"):
        granted(limits, who)
    assert len(limits) == 2
    assert not granted(limits, "a")


def test_memory_is_bounded():
    limits = Limits(Clock(), most=100)
    for number in range(1000):
        limits.take("requests", str(number), 3, 60)
    assert len(limits) == 100


@given(st.lists(st.floats(0, 50), max_size=200), st.integers(1, 10))
def test_never_more_than_the_limit_and_what_refilled_is_granted(pauses, count):
    clock = Clock()
    limits = Limits(clock)
    total = sum(granted(limits, "a", count, 60) for pause in pauses if (setattr(clock, "now", clock.now + pause), 1))
    assert total <= count + (clock.now - 100.0) * count / 60 + 1e-6

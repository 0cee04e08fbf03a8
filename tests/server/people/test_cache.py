"""What is remembered for a few seconds, and forgotten at once."""

from arena.server.people.cache import Cache


def test_a_value_is_remembered_for_a_few_seconds(clock):
    cache = Cache(seconds=5)
    cache.put("key", "alice", 1, clock(), cache.generation)
    clock.turn(seconds=4)
    assert cache.get("key", clock()) == 1
    clock.turn(seconds=1)
    assert cache.get("key", clock()) is None


def test_a_clock_set_back_makes_nothing_live_longer(clock):
    cache = Cache(seconds=5)
    cache.put("key", "alice", 1, clock(), cache.generation)
    clock.turn(hours=-1)
    assert cache.get("key", clock()) is None


def test_an_accounts_values_are_forgotten_together(clock):
    cache = Cache()
    for key, account in (("one", "alice"), ("two", "alice"), ("three", "bob")):
        cache.put(key, account, key, clock(), cache.generation)
    cache.forget("alice")
    assert [cache.get(key, clock()) for key in ("one", "two", "three")] == [None, None, "three"]


def test_what_was_read_before_something_was_forgotten_is_not_put_back(clock):
    cache = Cache()
    read = cache.generation
    cache.forget("alice")
    cache.put("key", "alice", 1, clock(), read)
    assert cache.get("key", clock()) is None


def test_the_number_of_values_is_bounded(clock):
    cache = Cache(most=10)
    for number in range(100):
        cache.put(str(number), "alice", number, clock(), cache.generation)
    assert len(cache) == 10
    assert cache.get("99", clock()) == 99

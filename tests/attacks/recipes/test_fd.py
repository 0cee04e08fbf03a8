"""FD against small networks trained here."""

from random import Random

import numpy as np
import pytest

from attacks.core.goals import Untargeted
from attacks.core.searching import Outcome
from attacks.core.slopes import Slope, Vocabulary
from attacks.engine import Engine, Example, Status
from attacks.recipes.fd import FD

GOOD, BAD = "A Great film with a fine cast", "an awful film with a poor cast"


def slope(gradients, vectors):
    known = Vocabulary(("film", "east", "north", "west"), np.array([[0.0, 0.0], [9.0, -0.1], [0.1, 0.1], [-1.0, 0.5]]))
    return Slope(np.array(gradients), np.array(vectors), known)


def asked(gradients):
    """The first text that is tried of one word at the origin."""
    search = FD().begin(FD().read("film"), Untargeted(1), 0.1, Random(1))
    search.send(None)
    (tried,) = search.send([Outcome(0.1, False, slope([gradients], [[0.0, 0.0]]))]).of
    return tried.written


def test_a_word_lies_where_the_signs_of_the_gradient_point_however_far():
    assert asked([0.1, -5.0]) == "east"
    assert asked([0.1, 5.0]) == "north"
    assert asked([-7.0, 0.1]) == "west"


def test_where_nothing_points_nothing_is_asked():
    search = FD().begin(FD().read("film"), Untargeted(1), 0.1, Random(1))
    search.send(None)
    with pytest.raises(StopIteration) as stopped:
        search.send([Outcome(0.1, False, slope([[0.0, 0.0]], [[0.0, 0.0]]))])
    assert stopped.value.value is None


def test_the_nearest_text_on_the_way_is_handed_back():
    search = FD().begin(FD().read("film film"), Untargeted(1), 0.1, Random(1))
    search.send(None)
    there = slope([[1.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]])
    first = search.send([Outcome(0.1, False, there)]).of[0]
    search.send([Outcome(0.4, False, there)])
    with pytest.raises(StopIteration) as stopped:
        search.send([Outcome(0.2, False, there)])
    assert stopped.value.value == first


def test_a_network_is_led_astray_and_the_same_seed_gives_the_same_rows():
    pytest.importorskip("torch")
    from attacks.victims.training import train

    victim = train([GOOD, BAD] * 30, [1, 0] * 30, architecture="cnn", passes=6)
    examples = [Example(0, GOOD, 1), Example(1, BAD, 0), Example(2, "...", 1)]
    one, other = (
        sorted(Engine(victim, FD(), seed=3, width=width).run(examples), key=lambda row: row.number) for width in (1, 9)
    )
    assert one == other
    assert [row.status for row in one[:2]] == [Status.SUCCEEDED, Status.SUCCEEDED]
    assert one[2].status in (Status.SKIPPED, Status.FAILED)
    assert FD(language="zh").read("酒店很好").words == ("酒店", "很", "好")


def test_a_text_without_words_asks_nothing():
    search = FD().begin(FD().read("..."), Untargeted(1), 0.1, Random(1))
    with pytest.raises(StopIteration):
        search.send(None)

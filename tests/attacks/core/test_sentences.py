"""Searches over whole rewritings: generators, without any model."""

import pytest

from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome
from attacks.core.sentences import growing, most_similar, singles_then_pairs
from attacks.core.text import Text

FILM = Text.of("a great fine film")
WORTH = {"one": 0.1, "two": 0.2, "three": 0.3, "six": 0.6}


def made(*changes):
    return Perturbation(FILM, changes)


def played(search, goal=2.0):
    asked, outcomes = [], None
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        asked.append([it.written for it in now])
        scores = [sum(WORTH.get(word, 0.0) for word in it.written.split()) for it in now]
        outcomes = [Outcome(it, it >= goal) for it in scores]


def few_changes(perturbation):
    return -len(perturbation.changes)


SINGLES = (made((0, "one")), made((1, "two")), made((1, "three")), made(), made((0, "one")))


def test_of_those_that_reach_the_goal_the_most_similar_is_taken_else_the_best():
    far, near = made((0, "six"), (1, "one")), made((0, "three"))
    assert played(most_similar((far, near, made()), few_changes), goal=0.2) == (
        [["six one fine film", "three great fine film"]], near,
    )  # fmt: skip
    assert played(most_similar((near, far), few_changes))[1] == far


@pytest.mark.parametrize(
    "search", [most_similar((made(),), few_changes), singles_then_pairs((), 4, few_changes)], ids=["similar", "pairs"]
)
def test_where_nothing_is_offered_nothing_is_asked(search):
    assert played(search) == ([], None)


def test_a_single_rewriting_that_will_do_ends_it():
    asked, found = played(singles_then_pairs(SINGLES, 4, few_changes), goal=0.25)
    assert (len(asked), len(asked[0])) == (1, 3)
    assert found.written == "a three fine film"


def test_pairs_that_touch_different_places_follow_those_that_did_best_first():
    asked, found = played(singles_then_pairs(SINGLES, 4, few_changes), goal=0.4)
    assert asked[1] == ["one three fine film", "one two fine film"]
    assert found.written == "one three fine film"
    assert played(singles_then_pairs(SINGLES, 1, few_changes))[0][1] == ["one three fine film"]


def test_without_a_success_the_nearest_to_the_goal_is_left():
    assert played(singles_then_pairs(SINGLES, 4, few_changes))[1].written == "one three fine film"
    assert played(singles_then_pairs(SINGLES[:1], 4, few_changes))[1].written == "one great fine film"
    spoilt = (made((0, "two")), made((1, "three"), (2, "six")), made((3, "none")))
    assert played(singles_then_pairs(spoilt[1:], 4, few_changes))[1].written == "a three six film"


def draw(reach):
    return {1: (made(),), 2: (made((0, "one")), made((0, "two"))), 3: (made((0, "one")),), 4: (made((1, "six")),)}[
        reach
    ]


def test_draws_grow_until_one_reaches_the_goal():
    asked, found = played(growing(draw, (1, 2, 3, 4), few_changes), goal=0.5)
    assert asked == [["one great fine film", "two great fine film"], ["one great fine film"], ["a six fine film"]]
    assert found.written == "a six fine film"


def test_without_a_success_the_best_of_all_draws_is_left():
    assert played(growing(draw, (2, 3), few_changes))[1].written == "two great fine film"
    assert played(growing(draw, (1,), few_changes)) == ([], None)

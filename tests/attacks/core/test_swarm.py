"""The search by a swarm, without any model."""

from random import Random

import numpy as np
import pytest

from attacks.core.perturbation import Perturbation
from attacks.core.population import Seen
from attacks.core.searching import Outcome
from attacks.core.swarm import FASTEST, _Flight, _pull, swarm
from attacks.core.text import Text

TEXT = Text.of("a great fine film of good taste")
INSTEAD = {"great": ("big", "grand"), "fine": ("fair", "thin"), "film": ("movie",), "good": ("sound", "kind")}
GAIN = {"big": 0.1, "grand": 0.05, "fair": 0.1, "thin": 0.2, "movie": 0.0, "sound": -0.1, "kind": 0.15}


def worth(perturbation):
    return 0.1 + sum(GAIN[text] for _, text in perturbation.changes)


def played(search, goal=2.0):
    """Every question of a search, and what it settled on."""
    asked, outcomes = [], None
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        asked.append(now)
        outcomes = [Outcome(worth(it), worth(it) >= goal) for it in now]


def search(seed=1, text=TEXT, allowed=lambda _: True, particles=8, moves=12):
    def candidates(text, place):
        return INSTEAD.get(text.words[place], ())

    return swarm(text, 0.1, candidates, allowed, particles=particles, moves=moves, chance=Random(seed))


def test_the_swarm_comes_to_the_best_of_all_combinations():
    _, found = played(search())
    assert found.written == "a big thin film of kind taste"


def test_nothing_is_asked_twice_and_never_the_original():
    asked, _ = played(search())
    changes = [it.changes for question in asked for it in question]
    assert len(changes) == len(set(changes))
    assert () not in changes
    assert all(asked)


def test_the_first_that_reaches_the_goal_ends_it_and_was_in_the_last_question():
    for seed in range(6):
        asked, found = played(search(seed=seed), goal=0.4)
        assert found in asked[-1]
        assert worth(found) >= 0.4
        assert all(worth(it) < 0.4 for question in asked[:-1] for it in question)


def test_the_goal_may_be_reached_by_the_first_mutants():
    asked, found = played(search(moves=0), goal=0.2)
    assert len(asked) == 1
    assert found in asked[0]


def test_a_move_asks_at_most_two_questions():
    for seed in range(5):
        asked, _ = played(search(seed=seed, moves=3))
        assert len(asked) <= 1 + 2 * 3


def test_what_is_not_allowed_is_never_asked():
    asked, found = played(search(allowed=lambda it: len(it.changes) <= 2))
    assert max(len(it.changes) for question in asked for it in question) == 2
    assert found.written == "a great thin film of kind taste"


def test_the_same_chance_asks_the_same():
    assert played(search(seed=4)) == played(search(seed=4))
    assert played(search(seed=4)) != played(search(seed=5))


@pytest.mark.parametrize("written", ["", "nothing here has a candidate"])
def test_a_text_without_candidates_asks_nothing(written):
    assert played(search(text=Text.of(written))) == ([], None)


def test_a_place_pulls_where_it_differs_from_the_best():
    at, best = Perturbation(TEXT, ((1, "big"), (2, "thin"))), Perturbation(TEXT, ((1, "big"), (2, "fair"), (5, "kind")))
    assert _pull(at, best).tolist() == [-FASTEST, -FASTEST, FASTEST, -FASTEST, -FASTEST, FASTEST, -FASTEST]


@pytest.mark.parametrize(("velocity", "written"), [(50.0, "a big fine film"), (-50.0, "a great fine film")])
def test_a_velocity_says_how_likely_a_place_is_taken_over(velocity, written):
    text = Text.of("a great fine film")
    at, best = Perturbation(text), Perturbation(text, ((1, "big"),))
    seen = Seen(text, 0.1)
    played(seen.ask([best]))
    flight = _Flight([at], [best], np.full((1, 4), velocity), seen, Random(0))
    assert flight._towards(best, at, 0).written == written


def test_a_particle_remembers_the_best_that_it_has_been():
    good, bad = Perturbation(TEXT, ((2, "thin"),)), Perturbation(TEXT, ((5, "sound"),))
    seen = Seen(TEXT, 0.1)
    played(seen.ask([good, bad]))
    flight = _Flight([good, bad], [bad, good], np.zeros((2, 7)), seen, Random(0))
    flight.remember()
    assert flight.bests == [good, good]


@pytest.mark.parametrize("particles", [0, -3])
def test_an_empty_swarm_is_refused(particles):
    with pytest.raises(ValueError, match="a swarm has 1 particle or more"):
        next(search(particles=particles))

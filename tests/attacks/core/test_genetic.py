"""The genetic search, without any model."""

from random import Random

import pytest

from attacks.core.genetic import genetic
from attacks.core.perturbation import Perturbation
from attacks.core.population import Seen, Variation
from attacks.core.searching import Outcome
from attacks.core.text import Text

TEXT = Text.of("a great fine film of good taste")
INSTEAD = {"great": ("big", "grand"), "fine": ("fair", "thin", "fine"), "film": ("movie",), "good": ("sound", "kind")}
GAIN = {"big": 0.1, "grand": 0.05, "fair": 0.1, "thin": 0.2, "movie": 0.0, "sound": -0.1, "kind": 0.15}


def worth(perturbation):
    return 0.1 + sum(GAIN[text] for _, text in perturbation.changes)


def played(search, goal=2.0, worth=worth):
    """Every question of a search, and what it settled on."""
    asked, outcomes = [], None
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        asked.append(now)
        outcomes = [Outcome(worth(it), worth(it) >= goal) for it in now]


def search(seed=1, text=TEXT, allowed=lambda _: True, population=8, generations=12, instead=INSTEAD, base=0.1):
    def candidates(text, place):
        return instead.get(text.words[place], ())

    return genetic(text, base, candidates, allowed, population=population, generations=generations, chance=Random(seed))


def test_the_best_of_all_combinations_is_bred():
    _, found = played(search())
    assert found.written == "a big thin film of kind taste"


def test_nothing_is_asked_twice_and_never_the_original():
    asked, _ = played(search())
    changes = [it.changes for question in asked for it in question]
    assert len(changes) == len(set(changes))
    assert () not in changes
    assert all(asked)


def test_the_first_generation_replaces_one_word_each():
    asked, _ = played(search())
    assert {len(it.changes) for it in asked[0]} == {1}


def test_the_first_that_reaches_the_goal_ends_it_and_was_in_the_last_question():
    asked, found = played(search(), goal=0.4)
    assert worth(found) >= 0.4
    assert found in asked[-1]
    assert all(worth(it) < 0.4 for question in asked[:-1] for it in question)


def test_the_goal_may_be_reached_by_the_first_mutants():
    asked, found = played(search(generations=0), goal=0.2)
    assert len(asked) == 1
    assert found in asked[0]


def test_a_generation_asks_at_most_two_questions():
    for seed in range(5):
        asked, _ = played(search(seed=seed, generations=3))
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


def test_where_nothing_is_allowed_nothing_is_asked():
    assert played(search(allowed=lambda _: False)) == ([], None)


def test_scores_of_nothing_choose_parents_alike():
    _, found = played(search(base=0.0), worth=lambda _: 0.0)
    assert found is not None


def test_a_word_with_more_candidates_is_mutated_more_often_up_to_a_bound():
    many = {"great": tuple(f"w{it}" for it in range(30)), "film": ("movie",)}

    def share(most):
        variation = Variation(TEXT, lambda text, at: many.get(text.words[at], ()), lambda _: True, Random(0), most)
        drawn = [variation.drawn(Perturbation(TEXT))[0].places for _ in range(600)]
        return drawn.count((3,)) / len(drawn)

    assert share(None) == pytest.approx(1 / 31, abs=0.03)
    assert share(1) == pytest.approx(1 / 2, abs=0.06)


def test_a_replaced_word_is_not_mutated_again():
    variation = Variation(TEXT, lambda text, at: INSTEAD.get(text.words[at], ()), lambda _: True, Random(0))
    whole = Perturbation(TEXT, ((1, "big"), (2, "thin"), (3, "movie"), (5, "kind")))
    assert variation.drawn(whole) == ()
    assert variation.places == (1, 2, 3, 5)


def test_the_nearest_is_none_before_anything_was_asked():
    assert Seen(TEXT, 0.5).nearest is None


@pytest.mark.parametrize("population", [0, -1])
def test_an_empty_population_is_refused(population):
    with pytest.raises(ValueError, match="a population is 1 or more"):
        next(search(population=population))

"""Searches that attacks on characters use: in a given order, by redrawing, by evolution."""

from random import Random

import numpy as np
import pytest
from attacks_characters import driven

from attacks.core.evolution import differential_evolution
from attacks.core.in_order import greedy_in_order
from attacks.core.perturbation import Perturbation
from attacks.core.redrawing import redrawn
from attacks.core.text import Text

INSTEAD = {"a": ("b", "c"), "d": (), "e": ("e", "f"), "g": ("h",)}
LETTERS = Text.of("a d e g")


def stepped(judge, order=(0, 1, 2, 3), allowed=lambda _: True):
    search = greedy_in_order(LETTERS, 0.2, order, lambda text, place: INSTEAD[text.words[place]], allowed)
    return driven(search, judge)


def test_in_order_keeps_the_best_candidate_that_is_nearer_and_passes_over_the_rest():
    scores = {"b d e g": 0.3, "c d e g": 0.4, "c d f g": 0.4, "c d e h": 0.5}
    asked, found = stepped(lambda text: (scores[text], False))
    assert asked == [["b d e g", "c d e g"], ["c d f g"], ["c d e h"]]
    assert found.written == "c d e h"


def test_in_order_ends_with_the_first_that_reaches_the_goal_whatever_its_score():
    asked, found = stepped(lambda text: (0.1, True) if text.startswith("b") else (0.9, False))
    assert (len(asked), found.written) == (1, "b d e g")


def test_in_order_follows_the_order_and_asks_for_what_is_allowed_only():
    asked, found = stepped(lambda _: (0.1, False), order=(3, 0), allowed=lambda it: it.word(0) != "b")
    assert asked == [["a d e h"], ["c d e g"]]
    assert found is None


def test_redrawn_shows_draws_one_by_one_until_one_succeeds():
    draws = iter(["b", "a", "c", "e"])
    asked, found = driven(
        redrawn(lambda: Perturbation(LETTERS).with_word(0, next(draws)), 9), lambda it: (0, "c" in it)
    )
    assert asked == [["b d e g"], ["c d e g"]]
    assert found.written == "c d e g"


def test_redrawn_gives_up_after_its_tries_with_the_nearest():
    draws = iter(["a", "b", "c", "e", "g"])
    scores = {"b d e g": 0.5, "c d e g": 0.7, "e d e g": 0.6}
    search = redrawn(lambda: Perturbation(LETTERS).with_word(0, next(draws)), 4)
    asked, found = driven(search, lambda text: (scores[text], False))
    assert (len(asked), found.written) == (3, "c d e g")
    assert driven(redrawn(lambda: Perturbation(LETTERS), 4), None) == ([], None)


LINE = Text.of(" ".join(["word"] * 100))


def marked(vector):
    """Marks the words that the numbers point at; nothing below a twentieth."""
    at = Perturbation(LINE)
    for share in vector.tolist():
        at = at.with_word(int(share * 100), "X") if share >= 0.05 else at
    return at


def evolved(judge, population=8, generations=20, seed=3, dimensions=3):
    return driven(differential_evolution(marked, dimensions, population, generations, Random(seed)), judge)


def nearness(text):
    """How near to the fortieth word the marks are."""
    marks = [place for place, word in enumerate(text.split()) if word == "X"]
    return 1 - sum(abs(place - 40) for place in marks) / 200 if marks else 0.0


def test_evolution_ends_with_the_first_that_reaches_the_goal():
    asked, found = evolved(lambda text: (nearness(text), nearness(text) > 0.95))
    assert len(asked) > 1
    assert found.written == next(text for text in asked[-1] if nearness(text) > 0.95)
    assert all(nearness(text) <= 0.95 for question in asked[:-1] for text in question)


def test_evolution_asks_a_crowd_a_generation_and_gives_up_with_the_nearest_that_it_saw():
    asked, found = evolved(lambda text: (nearness(text), False), generations=5)
    assert [len(question) for question in asked] == [8] * 6
    seen = [text for question in asked for text in question]
    assert nearness(found.written) == max(map(nearness, seen))


def test_evolution_comes_nearer_than_as_many_blind_draws():
    def mean(population, generations):
        found = [evolved(lambda text: (nearness(text), False), population, generations, seed)[1] for seed in range(20)]
        return np.mean([nearness(it.written) for it in found])

    # 80 texts each: the first crowd is drawn blindly.
    assert mean(8, 9) > mean(80, 0) + 0.01


def test_evolution_depends_on_its_chance_alone():
    runs = [evolved(lambda text: (nearness(text), False), seed=seed)[0] for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_evolution_of_nothing_finds_nothing():
    assert evolved(lambda _: (0.5, False), dimensions=0, generations=2)[1] is None


def test_a_crowd_too_small_to_mix_is_refused():
    with pytest.raises(ValueError, match="2 vectors cannot be mixed"):
        evolved(lambda _: (0, False), population=2)

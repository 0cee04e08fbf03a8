"""Texts, perturbations, goals and greedy search: values and a generator, without any model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.core.errors import CapabilityError, QueryBudgetError, VictimError
from attacks.core.goals import Targeted, Untargeted
from attacks.core.greedy import ranked_greedy
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome
from attacks.core.text import Text


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("A fine film.", ("A", "fine", "film")),
        ("don't stop", ("don't", "stop")),
        ("", ()),
        ("...", ()),
        ("one", ("one",)),
        ("\U0001f34e apples, 海上", ("apples", "海上")),
    ],
)
def test_a_text_knows_its_words(written, words):
    text = Text.of(written)
    assert text.words == words
    assert len(text) == len(words)
    assert tuple(written[start:end] for start, end in text.spans) == words


@pytest.mark.parametrize("spans", [[(0, 2), (1, 3)], [(2, 2)], [(0, 99)], [(3, 1)], [(-1, 2)]])
def test_words_that_overlap_or_leave_the_text_are_refused(spans):
    with pytest.raises(ValueError, match="cannot stand at"):
        Text.of("a film", lambda _: spans)


FILM = Text.of("A fine, fine film.")


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ((), "A fine, fine film."),
        (((1, "poor"),), "A poor, fine film."),
        (((0, "The"), (3, "motion picture")), "The fine, fine motion picture."),
        (((2, ""),), "A fine, film."),
        (((0, ""),), " fine, fine film."),
    ],
)
def test_a_perturbation_is_written_when_somebody_reads_it(changes, written):
    assert Perturbation(FILM, changes).written == written


def test_a_word_is_replaced_in_addition_to_others_and_put_back():
    at = Perturbation(FILM).with_word(1, "poor").with_word(3, "movie")
    assert at.changes == ((1, "poor"), (3, "movie"))
    assert (at.word(0), at.word(1), at.places, at.share) == ("A", "poor", (1, 3), 0.5)
    assert at.with_word(1, "fine").changes == ((3, "movie"),)
    assert at.with_word(1, "bad").changes == ((1, "bad"), (3, "movie"))
    assert Perturbation(Text.of("...")).share == 0.0


@given(st.text(max_size=40))
def test_an_untouched_text_is_written_as_it_was(written):
    assert Perturbation(Text.of(written)).written == written


@given(st.text(max_size=40), st.data())
def test_a_replacement_changes_nothing_around_it(written, data):
    text = Text.of(written)
    if text.spans:
        place = data.draw(st.integers(0, len(text) - 1))
        start, end = text.spans[place]
        shown = Perturbation(text).with_word(place, "\u2603").written
        assert shown == written[:start] + "\u2603" + written[end:]


THREE = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.5, 0.5, 0.0]])


def test_an_untargeted_goal_is_any_other_label():
    goal = Untargeted(1)
    assert goal.score(THREE).tolist() == pytest.approx([0.5, 0.7, 0.5])
    assert goal.reached(THREE).tolist() == [False, True, True]


def test_a_targeted_goal_is_one_label():
    goal = Targeted(0)
    assert goal.score(THREE).tolist() == pytest.approx([0.2, 0.6, 0.5])
    assert goal.reached(THREE).tolist() == [False, True, True]


def drive(search, score):
    """Run a search against a scoring function; what it asked, question by question, and what it returned."""
    asked = []
    try:
        question = next(search)
        while True:
            asked.append([it.written for it in question])
            question = search.send([Outcome(*score(it.written)) for it in question])
    except StopIteration as stopped:
        return asked, stopped.value


def greedy(candidates, allowed=lambda _: True):
    offer = lambda text, place: candidates.get(text.words[place], ())  # noqa: E731
    return ranked_greedy(Text.of("a fine film"), 0.1, offer, lambda losses, gains: gains, "_", allowed)


def test_greedy_search_shows_blanks_and_candidates_then_the_best_in_order():
    worth = {"poor": 0.3, "bad": 0.2, "movie": 0.4}
    score = lambda text: (0.1 + sum(worth.get(word, 0) for word in text.split()), "bad" in text)  # noqa: E731
    asked, found = drive(greedy({"fine": ("bad", "poor"), "film": ("movie",)}), score)
    assert asked == [
        ["_ fine film", "a _ film", "a fine _", "a bad film", "a poor film", "a fine movie"],
        ["a fine movie"],
        ["a poor movie"],
    ]
    assert found is not None
    assert found.written == "a poor movie"


def test_greedy_search_ends_at_the_first_that_reaches_the_goal():
    asked, found = drive(greedy({"fine": ("poor",), "film": ("movie",)}), lambda text: (0.9, "poor" in text))
    assert asked[1:] == [["a poor film"]]
    assert found is not None
    assert found.written == "a poor film"


def test_greedy_search_without_candidates_finds_nothing():
    asked, found = drive(greedy({}), lambda _: (0.5, False))
    assert asked == [["_ fine film", "a _ film", "a fine _"]]
    assert found is None


def test_greedy_search_asks_for_nothing_that_is_not_allowed():
    only_one = lambda it: len(it.changes) < 2  # noqa: E731
    asked, found = drive(greedy({"fine": ("poor", "fine"), "film": ("movie",)}, only_one), lambda _: (0.5, False))
    assert asked[1:] == [["a poor film"]]
    assert found is not None


def test_errors_say_what_was_asked_and_what_to_do():
    assert "needs gradients, which victim 'v' does not give" in str(CapabilityError("a", "v", ("gradients",)))
    assert str(VictimError("v", "raised ValueError: no")) == "victim 'v' raised ValueError: no"
    assert "4 more queries would go beyond the budget of 100, of which 98" in str(QueryBudgetError(98, 4, 100))

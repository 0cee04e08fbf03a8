"""The greedy search that looks at one word at a time: a generator, without any model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.constraints import all_of
from attacks.constraints.repeats import no_echo
from attacks.constraints.share import MaxShare
from attacks.constraints.stop_words import AvoidsWords, KeepsWords
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.recipes.textfooler import by_loss_and_label

FILM = Text.of("a great fine film")
WORTH = {"a": 0.0, "great": 0.3, "fine": 0.2, "film": 0.0, "good": 0.1, "poor": -0.2, "awful": -0.5, "movie": 0.05}
INSTEAD = {"great": ("good", "poor"), "fine": ("awful", "poor"), "film": ("movie", "film")}


def score(perturbation):
    return 0.5 - sum(WORTH.get(word, 0.0) for word in perturbation.written.split())


def played(search, goal=2.0, score=score):
    """What the search asked, and what it settled on; a score of `goal` reaches it."""
    asked = []
    outcomes = None
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        asked.append([it.written for it in now])
        outcomes = [Outcome(score(it), score(it) >= goal) for it in now]


def search(text=FILM, instead=INSTEAD, rank=by_loss, blank="", allowed=lambda _: True):
    return stepwise_greedy(
        text, score(Perturbation(text)), lambda text, place: instead.get(text.words[place], ()), rank, blank, allowed
    )


def test_the_most_telling_word_is_taken_up_first_and_its_candidates_together():
    asked, found = played(search())
    assert asked == [
        [" great fine film", "a fine film", "a great film", "a great fine"],
        ["a good fine film", "a poor fine film"],
        ["a poor awful film", "a poor poor film"],
        ["a poor awful movie"],
    ]
    assert found.written == "a poor awful film"  # 'movie' takes it no further and was put back


def test_it_ends_with_the_first_candidate_that_reaches_the_goal():
    asked, found = played(search(), goal=0.15)
    assert len(asked) == 2
    assert found.written == "a good fine film"  # 'poor' scores higher, and comes later


def test_a_blanked_word_that_reaches_the_goal_is_no_result():
    asked, found = played(search(instead={}), goal=0.2)
    assert len(asked) == 1
    assert found is None


def test_a_mask_stands_for_words_where_one_is_given():
    asked, _ = played(search(blank="[MASK]", instead={}))
    assert asked == [["[MASK] great fine film", "a [MASK] fine film", "a great [MASK] film", "a great fine [MASK]"]]


@pytest.mark.parametrize(("written", "questions"), [("", []), ("...", []), ("great", [["good", "poor"]])])
def test_a_text_without_an_order_is_not_asked_for_one(written, questions):
    asked, _ = played(search(Text.of(written)))
    assert asked == questions


def test_what_a_constraint_forbids_is_never_asked():
    asked, found = played(search(allowed=lambda it: "poor" not in it.written))
    assert not any("poor" in text for question in asked for text in question)
    assert found.written == "a good awful film"


def test_a_candidate_that_leads_away_from_the_goal_is_not_taken():
    _, found = played(search(instead={"a": ("great",)}))
    assert found is None


def test_of_equal_places_the_earlier_comes_first():
    text = Text.of("fine fine")
    asked, _ = played(search(text))
    assert asked[1] == ["awful fine", "poor fine"]


def test_textfooler_counts_a_deletion_twice_where_it_changes_the_label():
    weights = by_loss_and_label(np.array([0.3, 0.2, 0.1]), np.array([False, True, False]))
    assert weights.tolist() == [0.3, 0.4, 0.1]


def test_candidates_may_be_those_of_the_text_as_it_stands():
    seen = []

    def candidates(text, place):
        seen.append((text.written, place))
        return {"great": ("good", "very poor"), "fine": ("awful",), "film": ("film",)}.get(text.words[place], ())

    search = stepwise_greedy(
        FILM, score(Perturbation(FILM)), candidates, by_loss, "", lambda _: True, as_it_stands=True
    )
    asked, found = played(search)
    assert asked[1:] == [["a good fine film", "a very poor fine film"], ["a very poor awful film"]]
    assert seen == [
        ("a great fine film", 1),
        ("a very poor fine film", 2),
        ("a very poor awful film", 0),
        ("a very poor awful film", 3),
    ]
    assert found.written == "a very poor awful film"
    assert found.text.words == ("a", "very poor", "awful", "film")
    assert Perturbation(FILM).text is FILM


words = st.sampled_from(sorted(WORTH))
tables = st.dictionaries(words, st.lists(words, max_size=3, unique=True).map(tuple))


@given(st.lists(words, max_size=7), tables, st.floats(0, 3))
def test_what_it_settles_on_is_nearer_than_the_original_and_made_of_candidates(text, instead, goal):
    original = Text.of(" ".join(text))
    asked, found = played(search(original, instead), goal)
    assert len(asked) <= 1 + len(original)  # every place is taken up once
    if found is not None:
        assert score(found) > score(Perturbation(original)) or score(found) >= goal
        assert all(word in instead[original.words[place]] for place, word in found.changes)


@pytest.mark.parametrize(
    ("constraint", "changes", "is_allowed"),
    [
        (MaxShare(0.5), {1: "good", 2: "poor"}, True),
        (MaxShare(0.5), {0: "the", 1: "good", 2: "poor"}, False),
        (MaxShare(0.1), {1: "good"}, True),
        (MaxShare(0.1), {1: "good", 2: "poor"}, False),
        (no_echo, {1: "good"}, True),
        (no_echo, {2: "Film"}, False),
        (no_echo, {1: "A"}, False),
        (no_echo, {1: "good", 2: "good"}, False),
        (no_echo, {0: "film", 3: "a"}, True),
        (KeepsWords({"A"}), {1: "good"}, True),
        (KeepsWords({"A"}), {0: "the"}, False),
        (AvoidsWords({"The"}), {1: "good"}, True),
        (AvoidsWords({"The"}), {0: "the", 1: "good"}, False),
        (all_of(), {0: "the"}, True),
        (all_of(MaxShare(0.5), no_echo), {2: "film"}, False),
        (all_of(MaxShare(0.5), no_echo), {1: "good"}, True),
    ],
)
def test_constraints_read_the_whole_perturbation(constraint, changes, is_allowed):
    assert constraint(Perturbation(FILM, tuple(sorted(changes.items())))) is is_allowed


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_from_nothing_to_all(share):
    with pytest.raises(ValueError, match=r"a share of the words is from 0 to 1"):
        MaxShare(share)

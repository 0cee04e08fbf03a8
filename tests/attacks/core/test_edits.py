"""Greedy search over edits: a generator, without any model."""

from attacks.core.edits import best_edits, with_edit
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome
from attacks.core.text import Text

FILM = Text.of("a great fine film")
WORTH = {"a": 0.0, "great": 0.3, "fine": 0.2, "film": 0.0, "good": 0.1, "poor": -0.2, "awful": -0.5, "not": -0.1}


def score(perturbation):
    return 0.5 - sum(WORTH.get(word, 0.0) for word in perturbation.written.split())


def played(search, goal=2.0, score=score):
    """What the search asked, and what it settled on; a score of `goal` reaches it. Empty questions are answered so."""
    asked, outcomes = [], None
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        if now:
            asked.append([it.written for it in now])
        outcomes = [Outcome(score(it), score(it) >= goal) for it in now]


def anything(_):
    return True


EDITS = (
    (),
    (((1, "good"),), ((1, "great not"),), ((1, "poor"), (2, ""))),
    (((2, "awful"),), ((2, "fine"),), ((2, "great"),)),
    (((3, "film not"),),),
)


def best(edits=EDITS, allowed=anything):
    return best_edits(FILM, score(Perturbation(FILM)), edits, allowed)


def test_an_edit_may_change_several_places():
    assert with_edit(Perturbation(FILM), ((1, "grand"), (2, ""))).written == "a grand film"


def test_the_best_edit_of_each_place_is_made_the_best_first_where_none_is_touched_twice():
    asked, found = played(best())
    assert asked == [
        ["a good fine film", "a great not fine film", "a poor film"],
        ["a great awful film", "a great great film"],
        ["a great fine film not"],
        ["a poor film not"],  # the second best edit, "awful", stands where the best has merged two words
    ]
    assert found.written == "a poor film not"


def test_a_place_that_reaches_the_goal_ends_the_search_with_its_best():
    asked, found = played(best(), goal=0.15)
    assert len(asked) == 1
    assert found.written == "a poor film"


def test_edits_that_reach_the_goal_together_end_it():
    edits = ((), (((1, "good"),),), (((2, "poor"),),), (((3, "film not"),),))
    asked, found = played(best(edits), goal=0.55)
    assert asked[3:] == [["a good poor film"]]
    assert found.written == "a good poor film"


def test_edits_that_lead_away_or_are_not_allowed_are_not_made():
    away = (((0, "great"),),)
    _, found = played(best((away, (((1, "good"),),), (((2, "poor"),),)), allowed=lambda it: len(it.changes) < 2))
    assert found.written == "a great poor film"
    assert played(best((away,)))[1] is None


def test_where_nothing_is_offered_nothing_is_asked():
    assert played(best(((), ()))) == ([], None)

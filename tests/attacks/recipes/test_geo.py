"""GEO: steps along the normal of the boundary, on a victim whose gradients are exact."""

import os

import numpy as np
import pytest
from attacks_doubles import Counting
from attacks_gradients import READS, VECTORS, BagOfVectors

from attacks.core.errors import CapabilityError
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Outcome
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.recipes.geo import GEO, projections, walk_to_boundary

pytest.importorskip("nltk")
DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs nltk's data and neighbours in TABOO_DATA")
INSTEAD = {"great": ("fair", "poor", "unknown", "grand"), "fine": ("grand", "fair"), "film": ("movie", "great")}


def instead(text, place):
    return INSTEAD.get(text.words[place].lower(), ())


def slope(gradients):
    gradients = np.array(gradients, dtype=np.float64)
    return Slope(gradients, np.zeros_like(gradients), Vocabulary(tuple(VECTORS), np.array(list(VECTORS.values()))))


def test_a_projection_is_the_change_of_the_vector_along_the_unit_normal():
    text = Text.of("Fine film")
    found = dict(projections(slope([[3.0, 0.0], [0.0, 4.0]]), text, 0, instead))
    assert found == pytest.approx({"grand": 0.2 * 3 / 5, "fair": -0.6 * 3 / 5})
    assert dict(projections(slope([[0.0, 0.0], [0.0, 0.0]]), text, 0, instead)) == {}


def test_words_that_the_victim_does_not_know_are_passed_over():
    found = dict(projections(slope([[1.0, 0.0]]), Text.of("great"), 0, lambda *_: ("Poor", "unknown")))
    assert found == {"Poor": -1.0}


def played(text, goal, looks=1, allowed=lambda _: True):
    """The questions asked of a bag of vectors, and what the search settled on; `goal` is the score that reaches it."""
    victim, asked, outcomes = BagOfVectors(), [], None
    search = walk_to_boundary(text, float(victim.predict([text.written])[0, 0]), instead, looks, allowed)
    while True:
        try:
            now = search.send(outcomes)
        except StopIteration as stopped:
            return asked, stopped.value
        written = [it.written for it in (now.of if isinstance(now, Slopes) else now)]
        asked.append(("slope", *written) if isinstance(now, Slopes) else tuple(written))
        outcomes = []
        for found in victim.slopes(written, [1] * len(written)):
            away = Slope(-found.gradients, found.vectors, victim.vocabulary) if isinstance(now, Slopes) else None
            score = float(found.probabilities[0])
            outcomes.append(Outcome(score, score >= goal, away))


TEXT = Text.of("great fine film")


def test_the_furthest_step_is_taken_first_and_then_the_boundary_is_looked_at_again():
    asked, found = played(TEXT, goal=2.0)
    lengths = {
        (old, new): (np.array(VECTORS[old]) - VECTORS[new]) @ READS
        for old in INSTEAD
        for new in INSTEAD[old]
        if new in VECTORS
    }
    assert max(lengths, key=lengths.get) == ("great", "poor")
    assert asked == [
        ("slope", "great fine film"),
        ("poor fine film",),
        ("slope", "poor fine film"),
        ("poor fair film",),
        ("slope", "poor fair film"),
        ("poor fair movie",),
        ("slope", "poor fair movie"),
    ]
    assert found.written == "poor fair movie"


def test_several_steps_are_shown_at_a_time_and_the_victim_chooses():
    asked, found = played(TEXT, goal=2.0, looks=3)
    assert asked[1] == ("poor fine film", "fair fine film", "grand fine film")
    assert found.written == "poor fair movie"


def test_it_ends_where_the_boundary_is_crossed():
    asked, found = played(TEXT, goal=0.5)
    assert asked[-1] == (found.written,) == ("poor fine film",)


def test_what_is_not_allowed_gives_way_to_the_next_and_where_nothing_leads_nearer_it_ends():
    asked, found = played(TEXT, goal=2.0, allowed=lambda it: "poor" not in it.written and len(it.changes) < 2)
    assert asked[1:] == [("fair fine film",), ("slope", "fair fine film")]
    assert found.written == "fair fine film"
    assert played(Text.of("awful"), goal=2.0)[1] is None


def test_a_step_that_the_victim_does_not_follow_is_not_taken_and_not_tried_again():
    text = Text.of("great film")
    search = walk_to_boundary(text, 0.5, instead, 1, lambda _: True)
    assert next(search) == Slopes((Perturbation(text),))
    question = search.send([Outcome(0.5, False, slope([[-1.0, 0.0], [-1.0, 0.0]]))])
    for shown in ("poor film", "fair film", "great movie", "grand film"):
        assert [it.written for it in question] == [shown]
        question = search.send([Outcome(0.4, False)])
    assert [it.written for it in question] == ["great great"]
    with pytest.raises(StopIteration) as stopped:
        search.send([Outcome(0.4, False)])
    assert stopped.value.value is None


def test_an_answer_without_the_slope_that_was_asked_for_is_a_bug():
    search = walk_to_boundary(TEXT, 0.5, instead, 1, lambda _: True)
    next(search)
    with pytest.raises(RuntimeError, match="did not come"):
        search.send([Outcome(0.5, False)])


@pytest.fixture
def resources(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")


@needs_data
def test_the_engine_drives_it_and_the_width_changes_no_row(resources):
    texts = ("a great film with fine actors", "grand great", "film", "the great movie was great")
    examples = [Example(number, text, 1) for number, text in enumerate(texts)]

    def rows(**options):
        attack = GEO(candidates=instead)
        return {row.number: row for row in Engine(BagOfVectors(0.2), attack, **options).run(examples)}

    found = rows()
    assert [row.status for row in found.values()].count(Status.SUCCEEDED) >= 2
    assert found == rows(width=1)


@needs_data
def test_a_victim_without_gradients_is_refused(resources):
    assert Capability.GRADIENTS in GEO().needs
    assert GEO().reads != GEO(candidates=instead).reads == ""
    with pytest.raises(CapabilityError, match="gradients"):
        Engine(Counting(), GEO())

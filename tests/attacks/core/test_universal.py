"""Searches by gradients: beams of flips, and triggers learnt from many texts; slopes are those of a linear victim."""

from random import Random

import numpy as np
import pytest

from attacks.core.flips import beam_of_flips
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, slope_of
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.text import PAIR, Text
from attacks.core.universal import Learner, room

WORTH = {"good": 2.0, "fine": 1.0, "film": 0.0, "the": 0.0, "dull": -1.0, "bad": -2.0}
KNOWN = Vocabulary(tuple(WORTH), np.array([[it] for it in WORTH.values()]))
FILM = Text.of("good film fine film")


def outcome(at, *, with_slope=True):
    """How low the words' worth is; the goal is below 0."""
    total = sum(WORTH.get(word, 0.0) for word in at.written.replace(PAIR, " ").split())
    score = float(1 / (1 + np.exp(total)))
    places = range(len(at.original))
    vectors = np.array([[WORTH.get(at.word(place), 0.0)] for place in places])
    gradients = np.array([[-1.0 if at.word(place) in WORTH else 0.0] for place in places])
    return Outcome(score, total < 0, Slope(gradients, vectors, KNOWN) if with_slope else None)


def drive(search):
    """What it comes to, and what it asked."""
    questions, answered = [], None
    while True:
        try:
            asked = search.send(answered)
        except StopIteration as stopped:
            return stopped.value, questions
        questions.append(asked)
        has = isinstance(asked, Slopes)
        answered = [outcome(it, with_slope=has) for it in (asked.of if has else asked)]


def every(text, place, slope):
    return np.arange(len(KNOWN.words))


def as_it_is(word, example, vocabulary):
    return word


def anything(_):
    return True


def test_the_flip_that_gains_most_is_made_first():
    found, questions = drive(beam_of_flips(FILM, every, as_it_is, anything, width=1))
    assert [len(it.of) for it in questions] == [1, 1]
    assert found.written == "bad film fine film"


def test_the_last_step_needs_no_slopes():
    found, questions = drive(beam_of_flips(FILM, every, as_it_is, anything, width=3, flips=1))
    assert isinstance(questions[0], Slopes)
    assert [it.written for it in questions[1]][:2] == ["bad film fine film", "dull film fine film"]
    assert found.written == "bad film fine film"


def test_a_search_without_success_returns_the_nearest():
    text = Text.of("good good good")
    found, questions = drive(beam_of_flips(text, every, as_it_is, anything, width=2, flips=1))
    assert found.written == "bad good good"
    assert len(questions) == 2


def test_flips_that_are_refused_or_gain_nothing_are_not_asked():
    nothing, questions = drive(beam_of_flips(FILM, every, as_it_is, lambda _: False, width=2))
    assert (nothing, len(questions)) == (None, 1)
    best = np.array([0])
    nothing, questions = drive(beam_of_flips(FILM, lambda *_: best, as_it_is, anything, width=2))
    assert (nothing, questions) == (None, [Slopes((Perturbation(FILM),))])
    unread = Text.of("unread words")
    assert drive(beam_of_flips(unread, every, as_it_is, anything, width=2))[0] is None


def test_a_step_that_comes_out_no_nearer_is_not_what_is_handed_back():
    search = beam_of_flips(Text.of("fine fine"), every, as_it_is, anything, width=1, flips=2)
    search.send(None)
    first = search.send([outcome(Perturbation(Text.of("fine fine")))]).of[0]
    (second,) = search.send([Outcome(0.9, False, outcome(first).slope)])
    with pytest.raises(StopIteration) as stopped:
        search.send([Outcome(0.5, False)])
    assert stopped.value.value == first != second


def test_a_text_without_words_is_asked_once():
    assert drive(beam_of_flips(Text.of("..."), every, as_it_is, anything, width=2))[0] is None


def test_a_slope_that_did_not_come_is_said():
    with pytest.raises(RuntimeError, match="did not come"):
        slope_of(Outcome(0.5, False))


def test_a_trigger_is_found_that_leads_all_texts_away():
    texts = ["good film", "fine good", "fine film"] * 4
    learnt, questions = drive(Learner(candidates=2, batch=5).learn(texts, ("the", "the"), Random(1)))
    assert learnt.words == ("bad", "bad")
    assert learnt.success == 1
    assert len(questions[-1]) == len(texts)


def test_words_that_are_not_allowed_are_in_no_trigger():
    learner = Learner(candidates=2, width=2, batch=4, allowed=lambda word: word != "bad")
    learnt, _ = drive(learner.learn(["fine film"], ("the",), Random(1)))
    assert learnt.words == ("dull",)
    assert (learnt.score, learnt.success) == (0.5, 0)


def test_learning_ends_after_its_rounds():
    _, questions = drive(Learner(candidates=1, batch=2, rounds=1).learn(["film"] * 3, ("the",), Random(1)))
    assert [isinstance(it, Slopes) for it in questions] == [True, False, False]


def test_the_same_chance_learns_the_same_trigger():
    one, other = (drive(Learner(batch=2).learn(["good film", "fine"], ("the",) * 3, Random(5))) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("texts", "start"), [([], ("the",)), (["film"], ())])
def test_nothing_is_learnt_from_nothing(texts, start):
    with pytest.raises(ValueError, match="one text or more"):
        next(Learner().learn(texts, start, Random(1)))


def test_a_trigger_stands_before_a_text_and_before_the_second_of_a_pair():
    assert room("good film", ("the", "the")).words == ("the", "the")
    assert room("good film", ("the", "a")).written == "the a good film"
    pair = room(f"good{PAIR}film", ("the",))
    assert pair.written == f"good{PAIR}the film"
    assert pair.words == ("the",)

"""Beside its score, a search is told what the victim said of each text, or no more of it than the goal lets be seen."""

import pytest
from attacks_doubles import Counting, Swapping

from attacks.core.goals import LabelOnly, TextMatch, Untargeted
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.engine import Engine, Example


class Listening(Swapping):
    """Asks two texts, one of them twice, and keeps what it is told."""

    needs = frozenset()

    def __init__(self):
        self.told = []

    def begin(self, text, goal, base, chance):
        at = Perturbation(text)
        self.told = yield (at.with_word(0, "poor"), at.with_word(0, "fine"), at.with_word(0, "poor"))


def told(victim, label, **options):
    attack = Listening()
    list(Engine(victim, attack, **options).run([Example(0, "great", label)]))
    return [came.answer for came in attack.told]


def test_an_outcome_holds_the_victims_probabilities():
    expected = Counting().predict(["poor", "fine", "poor"])
    assert told(Counting(), 1) == [pytest.approx(row) for row in expected]


def test_a_goal_of_labels_alone_shows_the_label_alone():
    shown = told(Counting(), 1, goal=lambda label: LabelOnly(Untargeted(label)))
    assert [row.tolist() for row in shown] == [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]


def test_replies_are_no_probabilities():
    class Echo:
        name, fingerprint, can = "echo", "0" * 16, frozenset({Capability.REPLIES})

        def reply(self, texts):
            return list(texts)

    assert told(Echo(), "great", goal=TextMatch) == [None] * 3

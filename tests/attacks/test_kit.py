"""The conformance kits: over every recipe that is installed, and on subjects that break a law each."""

import os
import random

import numpy as np
import pytest
from attacks_doubles import Counting, Swapping

from arena import registry
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability, TokenSlope
from attacks.core.text import Text
from attacks.opening import RECIPES, recipe_named
from attacks.recipes.viper import Viper
from attacks.testing import ConformanceError, Finding, Linear, Report, check_attack, check_victim
from attacks.transformations.errors import DataMissingError

DATA = os.environ.get("TABOO_DATA")
BRIEF = {"gan": 3, "clare": 5, "scpn": 4, "bae": 8, "pwws": 12, "pso": 12, "genetic": 20, "openattack": 20}
"""Attacks that read much, with the budget that keeps their check short."""
SLOW = ("clare", "gan", "openattack", "scpn")
"""Attacks that take a second or more even so."""
ARGUMENTS = {
    "openattack": "PWWS",
    "uat": "no such plot",
    "pso": "counterfitted",
    "scpn": f"{DATA}/stories260k",
}
"""Of recipes that are nothing without an argument, or read by default what tests do not have."""
TEXTS = ("A truly great film .", "The plot is dull .")
IN_CHINESE = ("房间很大。", "服务太差了。")


@pytest.fixture
def data(monkeypatch):
    if DATA is None:
        return
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
    monkeypatch.setenv("TABOO_MASKED_LM", f"{DATA}/imdb-bert-mini")


def made(name, language):
    try:
        return recipe_named(f"{name}:{ARGUMENTS[name]}" if name in ARGUMENTS else name, language)
    except DataMissingError as missing:
        if DATA is not None:
            raise
        pytest.skip(str(missing))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in sorted(registry.entries(RECIPES))],
)
def test_every_recipe_keeps_the_laws_of_attacks(name, data):
    languages = getattr(registry.load(RECIPES, name), "languages", ("en",))
    language = "en" if "en" in languages else languages[0]
    attack = made(name, language)
    texts = TEXTS if language == "en" else IN_CHINESE
    check_attack(lambda: attack, language, texts, BRIEF.get(name, 60)).require()


def test_a_report_counts_the_laws_and_lists_the_broken_ones():
    report = Report("attack x", (Finding("one"), Finding("two", "it is not")))
    assert str(report) == "attack x: 1 of 2 laws hold\n  broken: two: it is not"
    with pytest.raises(ConformanceError, match="broken: two: it is not") as caught:
        report.require()
    assert caught.value.report is report
    assert check_attack(Swapping).require().broken == ()


def broken(report):
    return {it.law: it.problem for it in report.broken}


class Wrong(Viper):
    """Viper, for others to break."""

    def __init__(self):
        super().__init__(0.5, 5)


class Forgetful(Wrong):
    """Draws by the process's own chance."""

    def begin(self, text, goal, base, chance):
        return super().begin(text, goal, base, random.Random(random.random() + np.random.rand()))


class Nervous(Wrong):
    """Crashes on texts that have no words, and keeps what it saw."""

    needs = frozenset({"scores"})

    def begin(self, text, goal, base, chance):
        first = text.words[0]
        yield (Perturbation(text).with_word(0, first[::-1]),)
        return Perturbation(text).with_word(0, first[::-1])


class Nameless(Wrong):
    name = " "


class Careless(Wrong):
    """Reads the text as another one, so that its changes are of that."""

    def read(self, written):
        return Text.of(written.upper())


@pytest.mark.parametrize(
    ("kind", "law", "problem"),
    [
        (Forgetful, "touches no chance", "random and numpy.random moved"),
        (Forgetful, "the same seed", "other rows"),
        (Nervous, "no text is too strange", "broke on '?!': IndexError"),
        (Nameless, "says what it is called", "name is ' '"),
        (Careless, "the same seed", "a perturbation of another text"),
    ],
)
def test_an_attack_that_breaks_a_law_is_told_which(kind, law, problem):
    found = broken(check_attack(kind))
    assert any(name.startswith(law) and problem in said for name, said in found.items()), found


def test_victims_of_the_kit_keep_the_laws_of_victims():
    check_victim(Linear()).require()
    assert broken(check_victim(Counting())) == {}


class Moody(Linear):
    """Answers by the number of its questions."""

    asked = 0

    def predict(self, texts):
        self.asked += 1
        rows = super().predict(texts)
        return rows if self.asked % 2 else rows[:, ::-1]


class Loud(Linear):
    can = frozenset()


class Unfit(Linear):
    fingerprint = "no digits"

    def predict(self, texts):
        if any(not text.strip() for text in texts):
            raise ValueError("empty")
        return super().predict(texts) * 2

    def slopes(self, texts, labels):
        return [
            TokenSlope(it.probabilities, ((0, 9999),), it.gradients[:1], it.vectors[:1])
            for it in super().slopes(texts, labels)
        ]


class Mute:
    name, fingerprint = "mute", "0" * 16
    can = frozenset({Capability.REPLIES})

    def reply(self, texts):
        return [None for _ in texts]


@pytest.mark.parametrize(
    ("victim", "problem"),
    [
        (Moody(), "alone"),
        (Loud(), "answers with more than a label"),
        (Unfit(), "it is 'no digits'"),
        (Unfit(), "add up to 1"),
        (Mute(), "a reply is no text"),
    ],
)
def test_a_victim_that_breaks_a_law_is_told_which(victim, problem):
    found = broken(check_victim(victim))
    assert any(problem in said for said in found.values()), found

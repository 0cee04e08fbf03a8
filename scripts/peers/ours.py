"""Our arm: the engine in lock-step, with searches of `attacks.core` or, where a peer has its own, that one."""

import sys
from time import process_time

import material
import numpy as np

from attacks.core.greedy import ranked_greedy
from attacks.core.in_order import greedy_in_order
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.engine import Engine, Example, Status
from attacks.recipes.pwws import PWWS, weighted_saliency
from attacks.recipes.swift import Swift

POWER = 5
"""How many words OpenAttack's DeepWordBug changes."""


def anything(_):
    """No constraint."""
    return True


class Algorithm:
    """An attack of a search and a table of candidates."""

    needs = frozenset({Capability.SCORES})
    reads = ""

    def __init__(self, name, table, search):
        self.name, self._table, self._search = name, table, search

    def read(self, written):
        """Words; the sentences hold letters and spaces only."""
        return Text.of(written)

    def begin(self, text, goal, base, chance):
        """Its search."""
        return self._search(text, base, lambda it, place: self._table.get(it.words[place], ()))


def textfooler(text, base, candidates):
    """Words by what their deletion loses, each replaced by its best candidate where that helps."""
    return stepwise_greedy(text, base, candidates, by_loss, "", anything)


def deepwordbug(text, base, candidates):
    """The same by what an unknown word loses."""
    return stepwise_greedy(text, base, candidates, by_loss, "[UNK]", anything)


def pwws_of_textattack(text, base, candidates):
    """TextAttack's weight of a place: softmax(score when blanked) times its best score; then step by step."""
    start, places = Perturbation(text), range(len(text))
    blanked = yield tuple(start.with_word(place, "[UNK]") for place in places)
    offered = [[start.with_word(place, word) for word in candidates(text, place)] for place in places]
    outcomes = iter((yield tuple(it for row in offered for it in row)))
    best = np.array([max((next(outcomes).score for _ in row), default=0.0) for row in offered])
    salient = np.exp([came.score for came in blanked])
    order = np.argsort(-(salient / salient.sum() * best), kind="stable").tolist()
    return (yield from greedy_in_order(text, base, order, candidates, anything))


def pwws(text, base, candidates):
    """The paper's algorithm, as OpenAttack has it."""
    return ranked_greedy(text, base, candidates, weighted_saliency, "<UNK>", anything)


def homoglyphs(text, base, candidates):
    """OpenAttack's DeepWordBug: the five most telling words changed at once, and a single look."""
    start = Perturbation(text)
    outcomes = yield tuple(start.with_word(place, "<UNK>") for place in range(len(text)))
    order = np.argsort([-came.score for came in outcomes], kind="stable")[:POWER].tolist()
    made = start
    for place in order:
        for word in candidates(text, place)[:1]:
            made = made.with_word(place, word)
    yield (made,)
    return made


def textbugger(text, base, candidates):
    """OpenAttack's TextBugger: word after word its best bug, kept whether or not it helps, and a look after each."""
    start = Perturbation(text)
    outcomes = yield tuple(start.with_word(place, "") for place in range(len(text)))
    at = start
    for place in np.argsort([-came.score for came in outcomes], kind="stable").tolist():
        offered = [at.with_word(place, bug) for bug in candidates(text, place)]
        if not offered:
            continue
        outcomes = yield tuple(offered)
        at = offered[max(range(len(offered)), key=lambda number: outcomes[number].score)]
        (came,) = yield (at,)
        if came.is_reached:
            return at
    return at


SEARCHES = {
    "textfooler": (textfooler, "words"),
    "deepwordbug": (deepwordbug, "typos"),
    "pwws": (pwws_of_textattack, "words"),
    "pwws-paper": (pwws, "words"),
    "deepwordbug-homoglyphs": (homoglyphs, "homoglyphs"),
    "textbugger": (textbugger, "bugs"),
}

RECIPES = {"pwws-recipe": PWWS, "swift-recipe": Swift}
"""Recipes as users have them, on the synonyms of WordNet."""


class Kept:
    """The shared victim for the engine."""

    name, fingerprint, classes = "shared", "0" * 16, 2
    can = frozenset({Capability.SCORES})

    def __init__(self, victim):
        self._victim = victim

    def predict(self, texts):
        """Probabilities."""
        return self._victim(texts)


def attacked(victim, attack, sentences):
    """Rows of these sentences, all in lock-step."""
    examples = [Example(number, text, label) for number, (text, label) in enumerate(sentences)]
    return sorted(Engine(Kept(victim), attack).run(examples), key=lambda row: row.number)


def made(folder, algorithm):
    """The attack of that name."""
    if algorithm in RECIPES:
        return RECIPES[algorithm]()
    search, kind = SEARCHES[algorithm]
    return Algorithm(algorithm, material.candidates(folder, kind), search)


def main():
    """Attack, and say what came of it."""
    from importlib.metadata import version

    told = material.arguments()
    victim, warm, sentences = material.read(told)
    attack = made(told.folder, told.algorithm)
    attacked(victim, attack, warm)
    victim.seconds, victim.shown = 0.0, 0
    began = process_time()
    rows = attacked(victim, attack, sentences)
    seconds = process_time() - began
    counted = [
        [row.status is Status.SUCCEEDED, row.queries, material.changed(row.text, row.perturbed) if row.after else 0]
        for row in rows
    ]
    material.say(counted, seconds, victim, f"taboo-arena {version('taboo-arena')}")


if __name__ == "__main__":
    sys.exit(main())

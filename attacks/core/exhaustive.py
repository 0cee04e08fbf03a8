"""Exhaustive search: every combination of candidates, those of fewest words first. For short texts, and to compare."""

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product

from attacks.core.candidates import Candidates, Constraint, first_reached, nearest
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Search
from attacks.core.text import Text

AT_A_TIME = 256
"""How many perturbations a question holds at most."""


def exhaustive(
    original: Text, candidates: Candidates, allowed: Constraint, most: int | None = None, at_a_time: int = AT_A_TIME
) -> Search:
    """Ask for all combinations in ascending order of changed words until one reaches the goal; else the nearest of all.

    So what it finds changes as few words as any success does. `most` bounds the changed words; None is all of them.
    Combinations are made as they are asked for, `at_a_time` in a question: with c candidates at each of n places there
    are (c + 1) ** n - 1. Raises ValueError where `at_a_time` is less than 1.
    """
    if at_a_time < 1:
        raise ValueError(f"a question of {at_a_time} perturbations asks nothing; make it 1 or more")
    left = (it for it in combined(original, candidates, most) if allowed(it))
    best: Perturbation | None = None
    score = -1.0
    while asked := tuple(islice(left, at_a_time)):
        outcomes = yield asked
        there = first_reached(asked, outcomes)
        if there is not None:
            return there
        top = nearest(outcomes)
        if outcomes[top].score > score:
            best, score = asked[top], outcomes[top].score
    return best


def combined(original: Text, candidates: Candidates, most: int | None = None) -> Iterator[Perturbation]:
    """Every perturbation that candidates make, once: by the number of changed words, then by place, then as offered."""
    words = _words_by_place(original, candidates)
    places = [place for place in range(len(original)) if words[place]]
    for count in range(1, min(len(places), len(places) if most is None else most) + 1):
        for chosen in combinations(places, count):
            for put in product(*(words[place] for place in chosen)):
                yield Perturbation(original, tuple(zip(chosen, put, strict=True)))


def _words_by_place(original: Text, candidates: Candidates) -> list[Sequence[str]]:
    """What may stand at each place but the word that stands there, once each."""
    return [
        [word for word in dict.fromkeys(candidates(original, place)) if word != original.words[place]]
        for place in range(len(original))
    ]

"""Beam search and full greedy search: every round asks for all candidates of all places that are left."""

from attacks.core.candidates import Candidates, Constraint, first_reached, offered
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Search
from attacks.core.text import Text


def full_greedy(original: Text, base: float, candidates: Candidates, allowed: Constraint) -> Search:
    """Keep the best of all candidates of all places, again and again, until the goal is reached or nothing is nearer.

    A beam search of width 1.
    """
    return (yield from beam(original, base, candidates, allowed, width=1))


def beam(original: Text, base: float, candidates: Candidates, allowed: Constraint, width: int) -> Search:
    """Keep the best `width` perturbations and change one more word of each in every way, until the goal is reached.

    `base` is the score of the original. A round is one question, in which each perturbation stands once, from however
    many it can be made; its first that reaches the goal is the result. Otherwise those are kept that are nearer the
    goal than all that they were made of, the highest scores first, of equals the one asked for first. Where none is,
    the nearest of all is the result. No word is replaced twice, so that nothing is asked for in two rounds. Raises
    ValueError where the width is less than 1.
    """
    if width < 1:
        raise ValueError(f"a beam of width {width} holds nothing; its width is 1 or more")
    kept = {Perturbation(original): base}
    best, score = Perturbation(original), base
    while kept:
        parents: dict[Perturbation, float] = {}
        for at, nearness in kept.items():
            for further in _further(at, candidates, allowed):
                parents[further] = max(nearness, parents.get(further, nearness))
        if not parents:
            break
        asked = tuple(parents)
        outcomes = yield asked
        there = first_reached(asked, outcomes)
        if there is not None:
            return there
        nearer = [it for it in zip(asked, outcomes, strict=True) if it[1].score > parents[it[0]]]
        nearer.sort(key=lambda it: -it[1].score)
        kept = {it: came.score for it, came in nearer[:width]}
        if nearer and nearer[0][1].score > score:
            best, score = nearer[0][0], nearer[0][1].score
    return best if best.changes else None


def _further(at: Perturbation, candidates: Candidates, allowed: Constraint) -> list[Perturbation]:
    """All that one more changed word makes of a perturbation."""
    changed = set(at.places)
    places = (place for place in range(len(at.original)) if place not in changed)
    return [it for place in places for it in offered(at, place, candidates, allowed)]

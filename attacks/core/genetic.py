"""A genetic search: a population of perturbations, parents drawn by fitness, crossed, mutated, the best one kept.

Source: Alzantot et al., 'Generating Natural Language Adversarial Examples', EMNLP 2018, algorithm 1.
"""

from random import Random

from attacks.core.candidates import Candidates, Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.population import Seen, Variation
from attacks.core.searching import Search
from attacks.core.text import Text


def genetic(
    original: Text,
    base: float,
    candidates: Candidates,
    allowed: Constraint,
    *,
    population: int,
    generations: int,
    chance: Random,
) -> Search:
    """Breed until a perturbation reaches the goal or the last generation has been; then the nearest of all.

    `base` is the score of the original. The first population are mutants of the original. Each generation asks at most
    two questions: what crossing made, and what mutating that may make (every candidate of one place of each child, of
    which the best stays). A child that is not allowed is its first parent. Raises ValueError for an empty population.
    """
    if population < 1:
        raise ValueError(f"a population is 1 or more, which {population} is not")
    seen = Seen(original, base)
    variation = Variation(original, candidates, allowed, chance)
    if not variation.places:
        return None
    crowd = [Perturbation(original)] * population
    there = yield from variation.mutate(crowd, range(population), seen)
    for _ in range(generations):
        if there is not None:
            return there
        elite = max(crowd, key=seen.score)
        crowd = [elite, *_children(crowd, allowed, seen, chance)]
        there = yield from seen.ask(crowd)
        if there is None:
            there = yield from variation.mutate(crowd, range(1, population), seen)
    return there or seen.nearest


def _children(crowd: list[Perturbation], allowed: Constraint, seen: Seen, chance: Random) -> list[Perturbation]:
    """One child fewer than there are members; a member is a parent as often as its score is high."""
    fitness = [seen.score(it) for it in crowd]
    weights = fitness if sum(fitness) > 0 else None
    count = len(crowd) - 1
    first, second = chance.choices(crowd, weights, k=count), chance.choices(crowd, weights, k=count)
    crossed = ((one, _crossed(one, other, chance)) for one, other in zip(first, second, strict=True))
    return [child if allowed(child) else parent for parent, child in crossed]


def _crossed(one: Perturbation, other: Perturbation, chance: Random) -> Perturbation:
    """Every word from either parent alike."""
    differ = sorted({place for place, _ in {*one.changes} ^ {*other.changes}})
    child = one
    for place in differ:
        if chance.random() < 0.5:
            child = child.with_word(place, other.word(place))
    return child

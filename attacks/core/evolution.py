"""Differential evolution: a crowd of vectors, each challenged by a mixture of others, over and over.

For searches whose perturbations are written as numbers and whose victim gives no gradient. Source: Storn and Price,
'Differential Evolution', 1997, the variant best/1/bin with dither.
"""

from collections.abc import Callable
from random import Random

import numpy as np

from attacks.core.goals import Floats
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Search

MUTATION = (0.5, 1.0)
"""Between what the weight of a difference of vectors is drawn, once a generation."""
CROSSOVER = 0.7
"""How likely a number of a challenger comes from the mixture, and not from the vector that is challenged."""


def differential_evolution(
    decode: Callable[[Floats], Perturbation], dimensions: int, population: int, generations: int, chance: Random
) -> Search:
    """Evolve vectors in [0, 1) until one decodes to a perturbation that reaches the goal; else the nearest of all.

    `decode` is given vectors of shape `(dimensions,)`. Every generation, the first crowd included, is one question of
    `population` perturbations, so that at most `population * (generations + 1)` are asked. Raises ValueError where the
    crowd is too small to mix.
    """
    if population < 3:
        raise ValueError(f"{population} vectors cannot be mixed; a population is 3 or more")
    crowd = _drawn((population, dimensions), chance)
    challengers, scores = crowd.copy(), np.full(population, -1.0)
    for _ in range(generations + 1):
        asked = tuple(decode(vector) for vector in challengers)
        outcomes = yield asked
        there = next((it for it, came in zip(asked, outcomes, strict=True) if came.is_reached), None)
        if there is not None:
            return there
        came_to = np.array([came.score for came in outcomes])
        is_kept = came_to >= scores
        crowd[is_kept], scores[is_kept] = challengers[is_kept], came_to[is_kept]
        challengers = _challengers(crowd, int(scores.argmax()), chance)
    nearest = decode(crowd[int(scores.argmax())])
    return nearest if nearest.changes else None


def _challengers(crowd: Floats, best: int, chance: Random) -> Floats:
    """For every vector of the crowd a mixture: the best plus a weighted difference of two others, crossed with it."""
    population, dimensions = crowd.shape
    weight = chance.uniform(*MUTATION)
    made = crowd.copy()
    for number in range(population):
        first, second = chance.sample([it for it in range(population) if it != number], 2)
        mixed = crowd[best] + weight * (crowd[first] - crowd[second])
        is_crossed = _drawn((dimensions,), chance) < CROSSOVER
        if dimensions:
            is_crossed[chance.randrange(dimensions)] = True
        made[number, is_crossed] = mixed[is_crossed]
    # A number that left its bounds is drawn anew: clipping would heap the crowd up at the first and the last place.
    return np.where((made < 0) | (made >= 1), _drawn(made.shape, chance), made)


def _drawn(shape: tuple[int, ...], chance: Random) -> Floats:
    count = int(np.prod(shape))
    return np.array([chance.random() for _ in range(count)], dtype=np.float64).reshape(shape)

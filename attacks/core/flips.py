"""Beam search by gradients: which words to replace, and by what, is read off slopes; few questions are asked."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from attacks.core.candidates import Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Search, slope_of
from attacks.core.slopes import Slope, Slopes, Vocabulary
from attacks.core.text import Text

Numbers: TypeAlias = NDArray[np.intp]
Near: TypeAlias = Callable[[Text, int, Slope], Numbers]
"""Which words of the vocabulary may stand at a place, by number."""
Written: TypeAlias = Callable[[str, str, Vocabulary], str]
"""How a word of the vocabulary is written in the stead of another."""
_Member: TypeAlias = tuple[float, Perturbation]
"""What its flips were said to gain, all together, and the text with them."""


def beam_of_flips(
    original: Text, near: Near, written: Written, allowed: Constraint, width: int, flips: int | None = None
) -> Search:
    """Flip one word more at each step, in the `width` texts that promise most, until one reaches the goal.

    A flip promises its first-order gain; a text promises the sum of its flips' gains, each by the slope of the text in
    which it was made. A word is flipped once, at most `flips` of them; None is all. Each step is one question of at
    most `width` texts, with slopes but for the last. Returns the nearest text where none reaches the goal.
    """
    most = len(original) if flips is None else min(flips, len(original))
    beam: list[_Member] = [(0.0, Perturbation(original))]
    nearest, score = None, -1.0
    step = 0
    while beam:
        asked = tuple(it for _, it in beam)
        outcomes = yield (Slopes(asked) if step < most else asked)
        for it, came in zip(asked, outcomes, strict=True):
            if came.is_reached:
                return it
            if came.score > score and it.changes:
                nearest, score = it, came.score
        beam = _further(beam, outcomes, near, written, allowed, width) if step < most else []
        step += 1
    return nearest


def _further(
    beam: Sequence[_Member],
    outcomes: Sequence[Outcome],
    near: Near,
    written: Written,
    allowed: Constraint,
    width: int,
) -> list[_Member]:
    """The texts with one flip more that promise most, the most promising first."""
    offers: list[tuple[float, int, int, str]] = []
    for number, ((promised, at), came) in enumerate(zip(beam, outcomes, strict=True)):
        slope = slope_of(came)
        words = slope.vocabulary.words
        offers += (
            (-promised - gain, number, place, words[word]) for place, word, gain in _flips(at, slope, near, width)
        )
    made: dict[Perturbation, float] = {}
    for promise, number, place, word in sorted(offers):
        at, slope = beam[number][1], slope_of(outcomes[number])
        further = at.with_word(place, written(word, at.original.words[place], slope.vocabulary))
        if further != at and further not in made and allowed(further):
            made[further] = -promise
        if len(made) == width:
            break
    return [(promised, it) for it, promised in made.items()]


def _flips(at: Perturbation, slope: Slope, near: Near, most: int) -> Iterator[tuple[int, int, float]]:
    """Flips of places that still have their words: place, word and gain, for each place those that gain most."""
    for place in sorted(set(range(len(at.original))) - set(at.places)):
        if not slope.gradients[place].any():
            continue
        words = near(at.original, place, slope)
        gains = (slope.vocabulary.vectors[words] - slope.vectors[place]) @ slope.gradients[place]
        # More than fit into the beam: a constraint may yet refuse some.
        for it in np.argsort(-gains, kind="stable")[: 4 * most].tolist():
            if gains[it] > 0:
                yield place, int(words[it]), float(gains[it])

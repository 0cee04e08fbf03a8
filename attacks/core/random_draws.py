"""Random search: words and candidates drawn by chance. What a search gains by looking is measured against this."""

from random import Random

from attacks.core.candidates import Candidates, Constraint
from attacks.core.perturbation import Perturbation
from attacks.core.redrawing import redrawn
from attacks.core.searching import Search
from attacks.core.text import Text


def random_search(
    original: Text, candidates: Candidates, allowed: Constraint, most: int, tries: int, chance: Random
) -> Search:
    """Show one draw after the other until one reaches the goal, at most `tries`; else the nearest of them.

    A draw changes 1 to `most` words. One that was shown already, or is forbidden, is one of the tries and is not shown.
    """
    shown: set[Perturbation] = set()

    def draw() -> Perturbation:
        drawn = drawn_candidates(original, candidates, most, chance)
        if drawn in shown or not allowed(drawn):
            return Perturbation(original)
        shown.add(drawn)
        return drawn

    return (yield from redrawn(draw, tries))


def drawn_candidates(original: Text, candidates: Candidates, most: int, chance: Random) -> Perturbation:
    """Candidates at places drawn by chance: 1 to `most` of them, or all that have candidates where these are fewer.

    How many, which places and which candidates is drawn in this order, each evenly. Without any candidate the original
    stays. Raises ValueError where `most` is less than 1.
    """
    if most < 1:
        raise ValueError(f"a draw that changes at most {most} words changes nothing; let it be 1 or more")
    offers = {place: tuple(candidates(original, place)) for place in range(len(original))}
    open_places = [place for place, words in offers.items() if words]
    if not open_places:
        return Perturbation(original)
    count = chance.randint(1, min(most, len(open_places)))
    changes = ((place, chance.choice(offers[place])) for place in sorted(chance.sample(open_places, count)))
    return Perturbation(original, tuple(it for it in changes if it[1] != original.words[it[0]]))

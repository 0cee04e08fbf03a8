"""Decision-based search: it sees labels only, starts where the goal is reached, and walks back towards the original.

Source: Maheshwary, Maheshwary and Pudi, 'Generating Natural Language Attacks in a Hard Label Black Box Setting', AAAI
2021: random candidates until the label changes, then words put back, then better words. Deviations: every word that may
be replaced is, where the paper replaces some; words are put back in blocks, as nothing is known of any one of them; in
place of its population of texts, which is optimised for the similarity of a sentence encoder, each word moves to the
nearest candidate that still does, nearness being the order in which candidates are offered.
"""

from random import Random

from attacks.core.candidates import Candidates, Constraint
from attacks.core.memory import Dialogue, Memory
from attacks.core.perturbation import Perturbation
from attacks.core.pruning import minimal
from attacks.core.searching import Search
from attacks.core.text import Text


def decision_based(
    original: Text, candidates: Candidates, allowed: Constraint, tries: int, nearer: int, chance: Random
) -> Search:
    """Reach the goal somewhere, then come back as near as it stays reached. Scores are not looked at.

    At most `tries` texts are drawn in which every word that may be replaced is, and the first that reaches the goal is
    gone on with; without one, the first drawn is the result, as nothing tells which is nearest. Then all changes that
    are not needed are undone, each word that is left is replaced by the first of its `nearer` first candidates that
    will do, where that comes before the one it has, and what became needless by that is undone. So of the result no
    change can be undone alone.
    """
    memory = Memory()
    found, first = yield from _somewhere(original, candidates, allowed, tries, chance, memory)
    if found is None:
        return first
    found = yield from minimal(found, allowed, memory)
    found = yield from _nearer(found, candidates, allowed, nearer, memory)
    found = yield from minimal(found, allowed, memory)
    return (yield from memory.told(found))


def _somewhere(
    original: Text, candidates: Candidates, allowed: Constraint, tries: int, chance: Random, memory: Memory
) -> Dialogue[tuple[Perturbation | None, Perturbation | None]]:
    """A text that reaches the goal, or None; and the first that was drawn, or None."""
    first: Perturbation | None = None
    for _ in range(tries):
        drawn = _drawn(original, candidates, allowed, chance)
        if not drawn.changes:
            continue
        first = first or drawn
        (came,) = yield from memory.ask([drawn])
        if came.is_reached:
            return drawn, first
    return None, first


def _drawn(original: Text, candidates: Candidates, allowed: Constraint, chance: Random) -> Perturbation:
    """Places in an order of chance, each with a candidate of chance where the whole stays allowed with it."""
    at = Perturbation(original)
    for place in chance.sample(range(len(original)), len(original)):
        words = candidates(original, place)
        if words:
            further = at.with_word(place, chance.choice(words))
            at = further if allowed(further) else at
    return at


def _nearer(
    found: Perturbation, candidates: Candidates, allowed: Constraint, most: int, memory: Memory
) -> Dialogue[Perturbation]:
    for place in found.places:
        for word in candidates(found.original, place)[:most]:
            if word == found.word(place):
                break
            closer = found.with_word(place, word)
            if place not in closer.places or not allowed(closer):
                continue
            (came,) = yield from memory.ask([closer])
            if came.is_reached:
                found = closer
                break
    return found

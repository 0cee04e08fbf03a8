"""Swift: a search for few queries and few changed words, with the success of one that asks for every candidate.

The field's greedy searches ask for every candidate of every place before they change anything, or take up places in
order and keep whatever they changed on the way. This one asks for candidates only where the victim listens, and spends
a part of what it saved on undoing and trading changes once it has succeeded.

Scores are compared as log-odds, in which the effects of several changes nearly add up, also where probabilities are
close to 0 or 1.

Source: our own, of known parts: blanking to rank words is Li, Monroe and Jurafsky, 'Understanding Neural Networks
through Representation Erasure', 2016; candidates in the text as it stands is TextFooler's order of asking (Jin et al.,
AAAI 2020); undoing what proved needless is delta debugging (Zeller and Hildebrandt, 2002) with blocks of one.
"""

import math
from dataclasses import dataclass, field

from attacks.core.candidates import Candidates, Constraint, nearest, offered
from attacks.core.memory import Dialogue, Memory
from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Search
from attacks.core.text import Text

HOPE = 0.5
"""What the best candidate of a place is hoped to gain beyond the place's blank, as a share of the way to the goal."""
FEW = 1
"""How many candidates are a question where the first that reaches the goal is as good as any."""
_FINEST = 1e-9
"""A probability is taken for no nearer to 0 or 1 than this."""


def swift(
    original: Text,
    base: float,
    candidates: Candidates,
    blank: str,
    allowed: Constraint,
    hope: float = HOPE,
) -> Search:
    """Find few changes that reach the goal, with few queries; or else the nearest text on the way.

    `base` is the score of the original, `blank` what is shown instead of a word to see what it weighs.

    1. *Rank.* Each place that has an allowed candidate is blanked, all in one question; a single such place is not.
    2. *Climb.* The heaviest place first, its candidates are asked in the text as it stands: those of one word in one
       question, then, if none reached the goal, those of several words in another. The best stays if it is nearer the
       goal than what stood. The climb ends with the place at which the goal is reached. While nothing is changed yet,
       candidates are asked one by one, as the first that reaches the goal is as good as any.
    3. *Prune.* Each change is undone, the one that gained least first, and stays undone if the goal is still reached.
    4. *Trade two for one.* Of the changes that are left the two that gained least are undone, and the heaviest place
       that was not taken up is asked in their stead, one candidate after the other. If one reaches the goal, the text
       has one change fewer. Else, if the best gained more than the least of the two, it is shown together with the
       other one, and takes the place of the least if that reaches the goal with a higher score than before. So it goes
       on with the next place while there is hope: while what its blank gained, and `hope` times the way from the
       original to the goal, come to what the text lacks without the two. Where the goal begins is taken from what was
       answered so far (`Memory.threshold`).

    No text is asked for twice, but for the last: what is found is asked once more if the last question did not hold it.
    """
    climb = _Climb(original, base, candidates, blank, allowed, hope)
    found = yield from climb.to_the_goal()
    if found is None:
        return climb.at if climb.at.changes else None
    found = yield from climb.pruned(found)
    found = yield from climb.traded(found)
    return (yield from climb.memory.told(found))


@dataclass
class _Climb:
    """Where a search stands. Gains are in log-odds, each measured when its place was taken up."""

    original: Text
    base: float
    candidates: Candidates
    blank: str
    allowed: Constraint
    hope: float
    at: Perturbation = field(init=False)
    memory: Memory = field(init=False, default_factory=Memory)
    gains: dict[int, float] = field(init=False, default_factory=dict)
    losses: dict[int, float] = field(init=False, default_factory=dict)
    waiting: list[int] = field(init=False, default_factory=list)
    """Places that were not taken up, the heaviest last."""

    def __post_init__(self) -> None:
        self.at = Perturbation(self.original)

    def to_the_goal(self) -> Dialogue[Perturbation | None]:
        """Rank and climb: the first text that reaches the goal, or None; `at` is where the climb ended."""
        yield from self._rank()
        score = self.base
        while self.waiting:
            place = self.waiting.pop()
            best = yield from self._best(self.at, place, None if self.at.changes else FEW)
            if best is None:
                continue
            further, came = best
            self.gains[place] = _log_odds(came.score) - _log_odds(score)
            if came.is_reached:
                return further
            if came.score > score:
                self.at, score = further, came.score
        return None

    def _rank(self) -> Dialogue[None]:
        start = self.at
        places = [it for it in range(len(self.original)) if offered(start, it, self.candidates, self.allowed)]
        self.losses = dict.fromkeys(places, 0.0)
        if len(places) > 1:
            outcomes = yield from self.memory.ask([start.with_word(place, self.blank) for place in places])
            self.losses = {
                place: _log_odds(came.score) - _log_odds(self.base)
                for place, came in zip(places, outcomes, strict=True)
            }
        self.waiting = sorted(places, key=lambda place: (self.losses[place], -place))

    def _best(
        self, at: Perturbation, place: int, at_a_time: int | None = None
    ) -> Dialogue[tuple[Perturbation, Outcome] | None]:
        """The best of a place's candidates in a text: the highest score, of those that reach the goal if any does.

        Candidates of one word come first, and `at_a_time` of them are a question, None all of a kind. The question in
        which one reaches the goal is the last.
        """
        all_of_them = offered(at, place, self.candidates, self.allowed)
        best: tuple[Perturbation, Outcome] | None = None
        for is_long in (False, True):
            kind = [it for it in all_of_them if (len(it.word(place).split()) > 1) is is_long]
            step = at_a_time or max(1, len(kind))
            for first in range(0, len(kind), step):
                asked = kind[first : first + step]
                outcomes = yield from self.memory.ask(asked)
                there = [it for it in zip(asked, outcomes, strict=True) if it[1].is_reached]
                if there:
                    return there[nearest([came for _, came in there])]
                top = nearest(outcomes)
                if best is None or outcomes[top].score > best[1].score:
                    best = asked[top], outcomes[top]
        return best

    def pruned(self, found: Perturbation) -> Dialogue[Perturbation]:
        """What was found without the changes that it does not need."""
        for place in sorted(found.places, key=self.gains.__getitem__):
            less = found.with_word(place, self.original.words[place])
            if less.changes and self.allowed(less):
                (came,) = yield from self.memory.ask([less])
                found = less if came.is_reached else found
        return found

    def traded(self, found: Perturbation) -> Dialogue[Perturbation]:
        """What was found with one change in place of two, again and again, as long as there is hope."""
        start = _log_odds(self.base)
        while len(found.changes) > 1 and self.waiting:
            least, less = sorted(found.places, key=self.gains.__getitem__)[:2]
            (came,) = yield from self.memory.ask([found])
            bare = _log_odds(came.score) - self.gains[least] - self.gains[less]
            goal = _log_odds(self.memory.threshold)
            if self.losses[self.waiting[-1]] + self.hope * (goal - start) < goal - bare:
                break
            found = yield from self._one_trade(found, least, less, bare)
        return found

    def _one_trade(self, found: Perturbation, least: int, less: int, bare: float) -> Dialogue[Perturbation]:
        """Try the next place instead of two, or else instead of the lesser; without the two the text is at `bare`."""
        place, words = self.waiting.pop(), self.original.words
        best = yield from self._best(found.with_word(least, words[least]).with_word(less, words[less]), place, FEW)
        if best is None:
            return found
        one, came = best
        gain = _log_odds(came.score) - bare
        if came.is_reached:
            self.gains[place] = gain
            return one
        two = one.with_word(less, found.word(less))
        if gain <= self.gains[least] or not self.allowed(two):
            return found
        now, before = yield from self.memory.ask([two, found])
        if not now.is_reached or now.score <= before.score:
            return found
        self.gains[place] = gain
        return two


def _log_odds(score: float) -> float:
    kept = min(max(score, _FINEST), 1 - _FINEST)
    return math.log(kept / (1 - kept))

"""A swarm of particles in a discrete space: each drifts to the best it has seen and to the best that all have seen.

Source: Zang et al., 'Word-level Textual Adversarial Attacking as Combinatorial Optimization', ACL 2020, section 4.2.
The figures, and that a place gains velocity where a particle differs from what draws it and loses it where they agree,
are those of the authors' program. Deviation: each place of a particle begins with a velocity of its own.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from attacks.core.candidates import Candidates, Constraint
from attacks.core.goals import Floats
from attacks.core.perturbation import Perturbation
from attacks.core.population import Asking, Seen, Variation
from attacks.core.searching import Search
from attacks.core.text import Text

HIGH, LOW = 0.8, 0.2
"""Between what the inertia of velocities, and the chances to move, go in the course of a search."""
FASTEST = 3.0
"""The greatest velocity; its logistic is the chance that a place is taken over."""
SPARING = 2.0
"""A particle of which a share `s` of the words is replaced mutates with a chance of `1 - SPARING * s`."""
MOST = 10
"""How many candidates of a place count where a place is drawn."""


def swarm(
    original: Text,
    base: float,
    candidates: Candidates,
    allowed: Constraint,
    *,
    particles: int,
    moves: int,
    chance: Random,
) -> Search:
    """Move until a particle reaches the goal or the last move has been; then the nearest of all that were asked.

    `base` is the score of the original. Particles start as mutants of the original. Each move asks at most two
    questions: where the particles went, and what mutating them there may make (every candidate of one place of each,
    of which the best stays). A particle stays where a move is not allowed. Raises ValueError for an empty swarm.
    """
    if particles < 1:
        raise ValueError(f"a swarm has 1 particle or more, not {particles}")
    seen = Seen(original, base)
    variation = Variation(original, candidates, allowed, chance, MOST)
    if not variation.places:
        return None
    crowd = [Perturbation(original)] * particles
    there = yield from variation.mutate(crowd, range(particles), seen)
    flight = _Flight(crowd, list(crowd), _velocities(particles, len(original), chance), seen, chance)
    for move in range(moves):
        if there is not None:
            return there
        there = yield from flight.move(move / moves, allowed)
        if there is None:
            mutating = [number for number, it in enumerate(crowd) if chance.random() < 1 - SPARING * it.share]
            there = yield from variation.mutate(crowd, mutating, seen)
            flight.remember()
    return there or seen.nearest


@dataclass(eq=False)
class _Flight:
    """Where particles are, the best that each has been, and how fast each place of each moves."""

    crowd: list[Perturbation]
    bests: list[Perturbation]
    velocities: Floats
    seen: Seen
    chance: Random

    def move(self, progress: float, allowed: Constraint) -> Asking:
        """Move all particles; `progress` goes from 0 to 1. One question."""
        inertia = HIGH - (HIGH - LOW) * progress
        best_of_all = max(self.bests, key=self.seen.score)
        for number, best in enumerate(self.bests):
            at = self.crowd[number]
            pulls = _pull(at, best) + _pull(at, best_of_all)
            self.velocities[number] = inertia * self.velocities[number] + (1 - inertia) * pulls
            # Whoever trusted itself at first follows the others in the end.
            for goal, likely in ((best, inertia), (best_of_all, HIGH + LOW - inertia)):
                if self.chance.random() < likely:
                    at = self._towards(goal, at, number)
            if allowed(at):
                self.crowd[number] = at
        return (yield from self.seen.ask(self.crowd))

    def remember(self) -> None:
        """Keep the better of where each particle is and the best that it has been."""
        self.bests = [
            now if self.seen.score(now) > self.seen.score(best) else best
            for now, best in zip(self.crowd, self.bests, strict=True)
        ]

    def _towards(self, goal: Perturbation, at: Perturbation, number: int) -> Perturbation:
        """Take over what stands at places where the goal differs, each with the chance of its velocity."""
        for place in _differing(goal, at):
            if self.chance.random() < 1 / (1 + np.exp(-self.velocities[number, place])):
                at = at.with_word(place, goal.word(place))
        return at


def _differing(one: Perturbation, other: Perturbation) -> list[int]:
    return sorted({place for place, _ in {*one.changes} ^ {*other.changes}})


def _pull(at: Perturbation, goal: Perturbation) -> Floats:
    """How each place is pulled, shape `(places,)`."""
    pulls = np.full(len(at.original), -FASTEST)
    pulls[_differing(at, goal)] = FASTEST
    return pulls


def _velocities(particles: int, places: int, chance: Random) -> Floats:
    drawn = [[chance.uniform(-FASTEST, FASTEST) for _ in range(places)] for _ in range(particles)]
    return np.array(drawn, dtype=np.float64)

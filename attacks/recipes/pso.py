"""PSO: words of the same sememes, found by a swarm of particles.

Source: Zang, Qi, Yang, Liu, Zhang, Liu and Sun, 'Word-level Textual Adversarial Attacking as Combinatorial
Optimization', ACL 2020; figures as in the authors' program: 60 particles, 20 moves, and those of `attacks.core.swarm`.
Deviations: sememes are the default, other sources of candidates may stand in for them; of sources that do not know
parts of speech, candidates keep the part of speech, and stop words stay; words are not inflected. English and Chinese.
"""

from random import Random

from attacks.core.candidates import Constraint
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.swarm import swarm
from attacks.core.text import Text
from attacks.recipes.sourced import Sourced

PARTICLES, MOVES = 60, 20
"""The figures of the authors' program."""


class PSO(Sourced):
    """Moves texts with replaced words towards the best that each and all have been."""

    name = "pso"
    needs = frozenset({Capability.SCORES})

    def __init__(
        self,
        source: str = "sememes",
        *,
        language: str = "en",
        particles: int = PARTICLES,
        moves: int = MOVES,
        constraint: Constraint | None = None,
    ) -> None:
        """`source` is a source of candidates (`attacks.transformations.sources`).

        Raises SourceUnknownError, DataMissingError, BrokenFileError or NeighboursError.
        """
        super().__init__(source, language=language, constraint=constraint)
        self._particles, self._moves = particles, moves

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - scores say enough
        """The paper's algorithm 1."""
        return swarm(
            text, base, self.candidates, self.allowed, particles=self._particles, moves=self._moves, chance=chance
        )

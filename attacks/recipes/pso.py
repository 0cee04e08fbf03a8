"""PSO: words of the same sememes, found by a swarm of particles.

Source: Zang, Qi, Yang, Liu, Zhang, Liu and Sun, 'Word-level Textual Adversarial Attacking as Combinatorial
Optimization', ACL 2020; figures as in the authors' program: 60 particles, 20 moves, and those of `attacks.core.swarm`.
Deviations: sememes are the default, other sources of candidates may stand in for them; of sources that do not know
parts of speech, candidates keep the part of speech, and stop words stay; words are not inflected. English and Chinese.
"""

from random import Random

from attacks.constraints import all_of
from attacks.core.candidates import Constraint
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.swarm import swarm
from attacks.core.text import Text
from attacks.languages import reader
from attacks.transformations.sources import source_named, usual_constraint

PARTICLES, MOVES = 60, 20
"""The figures of the authors' program."""


class PSO:
    """Moves texts with replaced words towards the best that each and all have been."""

    name = "pso"
    needs = frozenset({Capability.SCORES})
    languages = ("en", "zh")

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
        self._reader = reader(language)
        self._candidates = source_named(source, language)
        self.reads = self._candidates.fingerprint
        self._particles, self._moves = particles, moves
        usual = usual_constraint(self._candidates, language)
        self._allowed = usual if constraint is None else all_of(usual, constraint)

    def read(self, written: str) -> Text:
        """The text in words."""
        return self._reader(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - scores say enough
        """The paper's algorithm 1."""
        return swarm(
            text, base, self._candidates, self._allowed, particles=self._particles, moves=self._moves, chance=chance
        )

"""What attacks ask of the world, as protocols. The consumer owns the interface; whoever fits it may plug in."""

from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import Protocol

from attacks.core.goals import Floats, Goal
from attacks.core.searching import Search
from attacks.core.text import Text


class Capability(StrEnum):
    """What a victim can be asked for beyond labels."""

    SCORES = "scores"
    """Probabilities of its classes."""
    GRADIENTS = "gradients"
    """The gradient of its loss by its input embeddings."""


class Victim(Protocol):
    """A model that is attacked."""

    @property
    def name(self) -> str:
        """The model as people know it."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever an answer could."""

    @property
    def classes(self) -> int:
        """How many classes it chooses between."""

    @property
    def can(self) -> frozenset[Capability]:
        """What it can be asked for."""

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`, each row adding up to 1. May raise anything at all."""


class Attack(Protocol):
    """A way to attack: what it needs of a victim, and a search for each example."""

    @property
    def name(self) -> str:
        """The recipe's name."""

    @property
    def needs(self) -> frozenset[Capability]:
        """What a victim must be able to do."""

    def read(self, written: str) -> Text:
        """The text as this attack splits it."""

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        """A search for a perturbation of the text that reaches the goal; `base` is the original's score."""

"""What attacks ask of the world, as protocols. The consumer owns the interface; whoever fits it may plug in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Protocol

from attacks.core.goals import Floats, Goal
from attacks.core.searching import Search
from attacks.core.slopes import Vocabulary
from attacks.core.text import Span, Text


class Capability(StrEnum):
    """What a victim can be asked for beyond labels."""

    SCORES = "scores"
    """Probabilities of its classes."""
    GRADIENTS = "gradients"
    """The gradient of a class's log-probability by its input embeddings."""
    REPLIES = "replies"
    """Texts that it writes, in place of classes."""


@dataclass(frozen=True, eq=False)
class TokenSlope:
    """What a victim with gradients says of one text.

    `probabilities` has the shape `(classes,)`; `spans` say where each token stands in the text (tokens that stand
    nowhere, such as [CLS], are left out); `gradients` and `vectors` have the shape `(tokens, dimensions)`.
    """

    probabilities: Floats
    spans: tuple[Span, ...]
    gradients: Floats
    vectors: Floats


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
        """Probabilities of shape `(len(texts), classes)`, each row adding up to 1. May raise anything at all.

        A victim without SCORES answers with 1 for the class that it chose, and 0 for the others.
        """


class GradientVictim(Victim, Protocol):
    """A victim with GRADIENTS."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Its whole words with their input embeddings."""

    def slopes(self, texts: Sequence[str], labels: Sequence[int]) -> Sequence[TokenSlope]:
        """For each text the gradient of the log-probability of its label by the embeddings of its tokens."""


class Replier(Protocol):
    """A victim with REPLIES: a model that writes."""

    @property
    def name(self) -> str:
        """The model as people know it."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a reply could."""

    @property
    def can(self) -> frozenset[Capability]:
        """REPLIES among them."""

    def reply(self, texts: Sequence[str]) -> Sequence[str]:
        """One reply to each text. May raise anything at all."""


class Attack(Protocol):
    """A way to attack: what it needs of a victim, and a search for each example."""

    @property
    def name(self) -> str:
        """The recipe's name."""

    @property
    def needs(self) -> frozenset[Capability]:
        """What a victim must be able to do."""

    @property
    def reads(self) -> str:
        """16 hex digits over what else the attack reads, such as a model or a file; empty where it reads nothing."""

    def read(self, written: str) -> Text:
        """The text as this attack splits it."""

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        """A search for a perturbation of the text that reaches the goal; `base` is the original's score."""

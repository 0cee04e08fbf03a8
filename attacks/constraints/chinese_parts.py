"""Chinese replacements keep the part of speech: a noun for a noun, as a dictionary has both."""

from collections.abc import Callable
from dataclasses import dataclass

from attacks.core.perturbation import Perturbation


@dataclass(frozen=True, slots=True)
class SameChineseParts:
    """Allows perturbations whose every replaced word has the part of speech of its replacement; no part is no match.

    `part` tells a word's part of speech, empty where it has none.
    """

    part: Callable[[str], str]

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether all replaced words are what the original words were."""
        words = perturbation.original.words
        return all(self.part(text) == self.part(words[place]) != "" for place, text in perturbation.changes)

"""VIPER by pictures (ICES): characters replaced by others that look like them, at random.

Source: Eger et al., 'Text Processing Like Humans Do: Visually Attacking and Shielding NLP Systems', NAACL 2019: each
character is disturbed with a probability, its neighbour drawn by similarity among the 20 nearest. Deviations: only
ASCII letters and common Chinese characters are disturbed; a letter's neighbours are letters of other alphabets, never
ASCII (the paper: any character of Unicode's first 30,000), a Chinese character's the 10 nearest of 3,500; the paper
shows the victim one draw, here another is drawn until one succeeds.
"""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from random import Random

from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.redrawing import redrawn
from attacks.core.searching import Search
from attacks.core.text import Text
from attacks.languages import reader
from attacks.recipes.viper import disturbed, probability_of
from attacks.transformations.glyphs import fingerprint, glyphs


class VisualViper:
    """Changes each character with a probability, blindly. Needs nothing of a victim but its label."""

    name = "viper-visual"
    needs: frozenset[Capability] = frozenset()
    languages = ("en", "zh")

    def __init__(self, probability: float | str = 0.3, tries: int = 120, *, language: str = "en") -> None:
        """`probability` is that of each character, in [0, 1]; `tries` is how many draws are shown at most.

        Raises ProbabilityError.
        """
        self._probability, self._tries = probability_of(probability), tries
        self._read = reader(language)
        self.reads = fingerprint()

    def read(self, written: str) -> Text:
        """The text in words; every character that can change is in one."""
        return self._read(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it is blind
        """Draws until one succeeds."""
        return redrawn(lambda: disturbed(text, alike, self._probability, chance), self._tries)


def alike(character: str, chance: Random) -> str:
    """One of the neighbours of a character, the likelier the more it looks the same."""
    known = _drawable().get(character)
    if known is None:
        return character
    characters, heights = known
    return characters[bisect_right(heights, chance.random() * heights[-1])]


@cache
def _drawable() -> Mapping[str, tuple[str, tuple[float, ...]]]:
    """The neighbours of each character, and their cosines added up from the first on."""
    return {character: (near.characters, tuple(accumulate(near.cosines))) for character, near in glyphs().items()}

"""VIPER with easy characters (ECES): letters get a diacritic above or below, at random.

Source: Eger et al., 'Text Processing Like Humans Do: Visually Attacking and Shielding NLP Systems', NAACL 2019.
Deviations: each letter has every neighbour that Unicode composes of it and one mark, and one of them is drawn (the
paper chose one for each letter by hand); the paper shows the victim one draw, here another is drawn until one succeeds,
as OpenAttack does. `viper_visual` has the paper's neighbours by pictures.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from string import ascii_letters
from typing import TypeAlias

from attacks.core.errors import AttackError
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.redrawing import redrawn
from attacks.core.searching import Search
from attacks.core.text import Text

Draw: TypeAlias = Callable[[str, Random], str]
"""Draws what stands instead of a character; the character itself where it knows no other."""

_ABOVE, _BELOW = 230, 220
"""Where a mark stands, as Unicode numbers it (canonical combining class)."""
_COMPOSED = range(0xC0, 0x1F00)
"""Where the letters stand that are composed of a Latin one and a mark. Unicode adds no more of them."""
_DOTS = ("\u0307", "\u0323")
"""Dots above and below, for a letter that is composed with no mark (only q)."""


@dataclass(eq=False)
class ProbabilityError(AttackError):
    """What should be a probability is none."""

    given: str

    def __str__(self) -> str:
        return f"{self.given!r} is no probability of changing a letter; give a number from 0 to 1, such as 0.3"


class Viper:
    """Changes each letter with a probability, blindly. Needs nothing of a victim but its label."""

    name = "viper"
    needs: frozenset[Capability] = frozenset()
    reads = ""

    def __init__(self, probability: float | str = 0.3, tries: int = 120) -> None:
        """`probability` is that of each letter, in [0, 1]; `tries` is how many draws are shown at most.

        Raises ProbabilityError.
        """
        self._probability, self._tries = probability_of(probability), tries

    def read(self, written: str) -> Text:
        """The text in words; every letter is in one."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it is blind
        """Draws until one succeeds."""
        return redrawn(lambda: disturbed(text, marked, self._probability, chance), self._tries)


def probability_of(given: float | str) -> float:
    """A probability as a number. Raises ProbabilityError."""
    try:
        share = float(given)
    except ValueError:
        raise ProbabilityError(str(given)) from None
    if not 0 <= share <= 1:
        raise ProbabilityError(str(given))
    return share


def disturbed(text: Text, draw: Draw, probability: float, chance: Random) -> Perturbation:
    """The text with each of its characters drawn anew with a probability; those between words stay."""
    made = (
        (place, "".join(draw(it, chance) if chance.random() < probability else it for it in word))
        for place, word in enumerate(text.words)
    )
    return Perturbation(text, tuple((place, word) for place, word in made if word != text.words[place]))


def marked(letter: str, chance: Random) -> str:
    """A letter with any mark that it is composed with."""
    return chance.choice(marked_letters()[letter]) if letter in marked_letters() else letter


@cache
def marked_letters() -> Mapping[str, tuple[str, ...]]:
    """For each ASCII letter what Unicode composes of it and one mark above or below, by code point."""
    found: dict[str, list[str]] = {letter: [] for letter in ascii_letters}
    for code in _COMPOSED:
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) != 2 or parts[0].startswith("<"):
            continue
        letter, mark = (chr(int(part, 16)) for part in parts)
        if letter in found and unicodedata.combining(mark) in (_ABOVE, _BELOW):
            found[letter].append(chr(code))
    return {letter: tuple(made) or tuple(letter + dot for dot in _DOTS) for letter, made in found.items()}

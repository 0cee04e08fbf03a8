"""Chinese characters replaced by others that look or sound the same, in the most telling words first.

Source: the glyph and homophone replacements of Zhang et al., 'Argot: Generating Adversarial Readable Chinese Texts',
IJCAI 2020, and of Li et al., 'TextShield', USENIX Security 2020. The search is ours: words in the order of what
deleting each loses, all replacements of one character of a word side by side, the best kept. Deviations from both: no
other replacement, no model of similarity; one character of a word is replaced and no more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from attacks.core.candidates import Constraint, anything
from attacks.core.errors import AttackError
from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.stepwise import by_loss, stepwise_greedy
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.languages import chinese_text
from attacks.transformations import glyphs, homophones

MOST = 4
"""How many characters of each kind are tried at a place, unless it is said otherwise."""


@dataclass(eq=False)
class KindError(AttackError):
    """A kind of replacement that is not known."""

    given: str

    def __str__(self) -> str:
        return f"{self.given!r} is no kind of replacement; give one or more of {','.join(_KINDS)}, a comma between"


class ChineseCharacters:
    """Gives each word, the most telling first, the replacement of one of its characters that does most."""

    name = "zh-characters"
    needs = frozenset({Capability.SCORES})
    languages = ("zh",)

    def __init__(self, kinds: str = "glyph,homophone", most: int = MOST) -> None:
        """`kinds` are of glyph, homophone; `most` is how many of each are tried for a character.

        Raises KindError, or DataMissingError where pypinyin is not installed.
        """
        named = tuple(dict.fromkeys(it.strip() for it in kinds.split(",")))
        for unknown in (it for it in named if it not in _KINDS):
            raise KindError(unknown)
        self.reads = glyphs.fingerprint()
        if "homophone" in named:
            homophones.require_pinyin()
            self.reads = of_bytes(f"{self.reads}{homophones.fingerprint()}".encode())
        self._candidates = CharacterCandidates(named, most)
        self.allowed: Constraint = anything

    def read(self, written: str) -> Text:
        """The text in words."""
        return chinese_text(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - nothing is drawn
        """Words by what deleting each loses."""
        return stepwise_greedy(text, base, self._candidates, by_loss, "", self.allowed)


@dataclass(frozen=True, slots=True)
class CharacterCandidates:
    """Words with one character replaced: its first `most` of each kind, kind by kind, character by character."""

    kinds: tuple[str, ...]
    most: int = MOST

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word."""
        return _replaced(text.words[place], self.kinds, self.most)


@lru_cache(maxsize=65536)
def _replaced(word: str, kinds: tuple[str, ...], most: int) -> tuple[str, ...]:
    found = (
        word[:place] + other + word[place + 1 :]
        for kind in kinds
        for place in range(len(word))
        for other in _KINDS[kind](word, place)[:most]
    )
    return tuple(dict.fromkeys(found))


def _glyphs(word: str, place: int) -> str:
    return glyphs.ideographs_alike(word[place], glyphs.NEAREST * 2)


_KINDS: Mapping[str, Callable[[str, int], str]] = {"glyph": _glyphs, "homophone": homophones.nearest_homophones}

"""Bad Characters: perturbations that people do not see: invisible characters, homoglyphs, reorderings, deletions.

Source: Boucher, Shumailov, Anderson and Papernot, 'Bad Characters: Imperceptible NLP Attacks', IEEE Symposium on
Security and Privacy 2022. The search is the paper's, differential evolution over places and choices. Deviations:
nothing is put between words; a reordering is one override around two neighbours (the paper nests isolates and
overrides); homoglyphs are the Cyrillic and Greek confusables of Unicode; the search ends with the first success.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypeAlias

from attacks.core.evolution import differential_evolution
from attacks.core.goals import Floats, Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import Span, Text
from attacks.languages import chinese_words
from attacks.transformations.characters import homoglyphs

INVISIBLE = "\u200b\u200c\u200d"
"""Zero-width space, non-joiner and joiner."""
RIGHT_TO_LEFT, POP = "\u202e", "\u202c"
"""Everything between them is shown from right to left."""
BACKSPACE = "\b"
_DELETED = "".join(map(chr, range(ord("!"), ord("~") + 1)))

_Site: TypeAlias = tuple[int, int]
"""The number of a word and of a character in it."""


class Kind(StrEnum):
    """The paper's four families of perturbations. Where text is shown as it should be, none changes what is seen."""

    INVISIBLE = "invisible"
    """A character of no width before another."""
    HOMOGLYPH = "homoglyph"
    """A letter of another alphabet that looks the same."""
    REORDER = "reorder"
    """Two neighbours are written the other way round, and controls turn them back for the eye."""
    DELETE = "delete"
    """A character and a backspace that takes it away again."""


@dataclass(frozen=True, slots=True)
class _Way:
    """Whether a character of a word can be perturbed, and what it becomes: a text, and how many it stands for.

    A share in [0, 1) says which of several.
    """

    is_possible: Callable[[str, int], bool]
    perturb: Callable[[str, int, float], tuple[str, int]]


class BadCharacters:
    """Up to `edits` perturbations of one kind, placed by differential evolution over the victim's scores."""

    needs = frozenset({Capability.SCORES})
    reads = ""

    def __init__(
        self,
        kind: Kind = Kind.INVISIBLE,
        edits: int = 5,
        population: int = 32,
        generations: int = 10,
        *,
        language: str = "en",
    ) -> None:
        """At most `population * (generations + 1)` texts are asked for."""
        self.name = f"bad-{kind}"
        self._split = _runs if language == "en" else _chinese_runs
        self._way, self._edits = _WAYS[kind], edits
        self._population, self._generations = population, generations

    def read(self, written: str) -> Text:
        """The text in runs of whatever is no space, so that punctuation is perturbed too; Chinese also in words."""
        return Text.of(written, self._split)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - evolution needs no base
        """Two numbers for every perturbation: where, or nowhere, and which."""
        sites = [
            (number, place)
            for number, word in enumerate(text.words)
            for place in range(len(word))
            if self._way.is_possible(word, place)
        ]
        if not sites:
            return None
        return (
            yield from differential_evolution(
                lambda vector: _decoded(text, sites, self._way, vector),
                2 * self._edits,
                self._population,
                self._generations,
                chance,
            )
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """Makes an attack of one kind in the default sizes, and says for which languages it is."""

    kind: Kind
    languages: tuple[str, ...]
    told: str
    """What the attack does, in a sentence."""

    @property
    def needs(self) -> frozenset[Capability]:
        """What the attack needs of a victim."""
        return BadCharacters.needs

    def __call__(self, *, language: str = "en") -> BadCharacters:
        """The attack. Raises ValueError where it is for no such language."""
        if language not in self.languages:
            raise ValueError(f"{self.kind} characters are for {', '.join(self.languages)}, not for {language!r}")
        return BadCharacters(self.kind, language=language)


invisible = Recipe(
    Kind.INVISIBLE,
    ("en", "zh"),
    "Puts characters of no width before others: nothing is to be seen. Places by differential evolution.",
)
homoglyph = Recipe(
    Kind.HOMOGLYPH,
    ("en",),
    "Writes letters as letters of another alphabet that look the same. Places by differential evolution.",
)
"""No letter of another alphabet is an ideograph's: `zh-characters` has what looks alike in Chinese."""
reorder = Recipe(
    Kind.REORDER,
    ("en", "zh"),
    "Writes neighbours the other way round, with controls that turn them back for the eye. Places by differential "
    "evolution.",
)
delete = Recipe(
    Kind.DELETE,
    ("en", "zh"),
    "Puts in characters with a backspace that takes each away for the eye. Places by differential evolution.",
)


def _runs(written: str) -> list[Span]:
    return [run.span() for run in re.finditer(r"\S+", written)]


def _chinese_runs(written: str) -> list[Span]:
    """The words, and what stands between them in runs."""
    found: list[Span] = []
    at = 0
    for start, end in (*chinese_words(written), (len(written), len(written))):
        found += ((at + first, at + last) for first, last in _runs(written[at:start]))
        if start < end:
            found.append((start, end))
        at = end
    return found


def _decoded(text: Text, sites: Sequence[_Site], way: _Way, vector: Floats) -> Perturbation:
    """The perturbation that a vector of pairs (where, which) stands for; the lowest share of `where` is nowhere."""
    marked: dict[int, dict[int, float]] = {}
    for where, which in vector.reshape(-1, 2).tolist():
        chosen = int(where * (len(sites) + 1))
        if chosen:
            number, place = sites[chosen - 1]
            marked.setdefault(number, {}).setdefault(place, which)
    return Perturbation(
        text, tuple((number, _perturbed(text.words[number], marked[number], way)) for number in sorted(marked))
    )


def _perturbed(word: str, marked: Mapping[int, float], way: _Way) -> str:
    """The word with its marked characters perturbed; one that an earlier perturbation has taken in is left alone."""
    parts: list[str] = []
    place = 0
    while place < len(word):
        made, taken = way.perturb(word, place, marked[place]) if place in marked else (word[place], 1)
        parts.append(made)
        place += taken
    return "".join(parts)


def _one_of(choices: str, share: float) -> str:
    return choices[int(share * len(choices))]


def _with_invisible(word: str, place: int, share: float) -> tuple[str, int]:
    return _one_of(INVISIBLE, share) + word[place], 1


def _as_homoglyph(word: str, place: int, share: float) -> tuple[str, int]:
    return _one_of(homoglyphs()[word[place]], share), 1


def _reordered(word: str, place: int, _: float) -> tuple[str, int]:
    return f"{RIGHT_TO_LEFT}{word[place + 1]}{word[place]}{POP}", 2


def _with_deleted(word: str, place: int, share: float) -> tuple[str, int]:
    return _one_of(_DELETED, share) + BACKSPACE + word[place], 1


def _can_turn(word: str, place: int) -> bool:
    """Two characters follow that look the same from right to left: brackets are mirrored, marks stay with a letter."""
    pair = word[place : place + 2]
    return len(pair) == 2 and not any(unicodedata.mirrored(it) or unicodedata.combining(it) for it in pair)


_WAYS: Mapping[Kind, _Way] = {
    Kind.INVISIBLE: _Way(lambda _word, _place: True, _with_invisible),
    Kind.HOMOGLYPH: _Way(lambda word, place: word[place] in homoglyphs(), _as_homoglyph),
    Kind.REORDER: _Way(_can_turn, _reordered),
    Kind.DELETE: _Way(lambda _word, _place: True, _with_deleted),
}

"""What it means to be told that a word was said: hits, and the policy they are counted under.

Values only. How a hit is found is the matcher's business (`arena.words`, behind the `Matcher` port);
what a hit costs is the referee's (`arena.core.referee`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages a match can be played in."""

    ENGLISH = "en"
    CHINESE = "zh"


class Form(StrEnum):
    """How far from the bare target a word may be and still say it."""

    EXACT = "exact"
    """The word itself, or the words of a multi-word target in a row."""
    INFLECTION = "inflection"
    """Any inflected form of the same lexeme: mice says mouse, went says go."""
    FAMILY = "family"
    """Also clear derivations: quickly says quick."""


class Evasion(StrEnum):
    """What spelling out, leet and reversal cost the attacker."""

    WATCH = "watch"
    """Recorded, never counted."""
    STRICT = "strict"
    """Counted, against the attacker only."""


class HitRule(StrEnum):
    """Why a span is a hit. The first three are plain; the others are evasions."""

    EXACT = "exact"
    INFLECTION = "inflection"
    FAMILY = "family"
    SPELLED = "spelled"
    LEET = "leet"
    REVERSED = "reversed"

    @property
    def is_evasion(self) -> bool:
        """Whether the hit hides the word instead of saying it."""
        return self in _EVASIONS


_EVASIONS = frozenset({HitRule.SPELLED, HitRule.LEET, HitRule.REVERSED})


@dataclass(frozen=True, slots=True)
class Policy:
    """The part of the rules that a matcher needs.

    Hashable, so that a matcher can keep what it compiled per (target, policy).
    """

    form: Form = Form.INFLECTION
    evasion: Evasion = Evasion.WATCH
    language: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a text says the target.

    `start` and `end` are offsets (in code points, end exclusive) into the text as it was written, before any folding.
    `found` is the folded form that matched; `counts` is whether the policy lets it decide a match.
    """

    start: int
    end: int
    found: str
    rule: HitRule
    counts: bool

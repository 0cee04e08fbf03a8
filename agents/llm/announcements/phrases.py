"""A phrase that announces a guess, and what the word behind it must be like to be believed."""

import re
from dataclasses import dataclass
from enum import Enum, auto


class Need(Enum):
    """What a phrase asks of the word that follows it, the clearer the phrase the less."""

    NOTHING = auto()
    NO_KIND = auto()
    """No noun for a kind of thing behind an article: "the word is a fruit" describes."""
    NO_ARTICLE = auto()
    """No article at all: "Is the word a penguin?" asks for a kind."""
    MARKS = auto()
    """Quotation marks or bold type."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern that ends where the guess begins."""

    pattern: re.Pattern[str]
    need: Need = Need.NOTHING


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """How one language announces. All but `blocked` and `retracted`, which are searched for, match where they begin."""

    lead: re.Pattern[str]
    """What is said before an announcement without changing it: "well", "I think that"."""
    blocked: re.Pattern[str]
    """What makes the rest of a sentence a supposition or somebody else's words,"""
    concluded: re.Pattern[str] | None
    """unless a clause begins with this; None where the language needs no such word."""
    dependent: re.Pattern[str]
    """What begins a sentence that is nothing without the announcement in it."""
    retracted: re.Pattern[str]
    """What takes everything back."""
    claim: re.Pattern[str]
    """The claim to know the word, in which the word is not yet said."""
    after_claim: re.Pattern[str]
    """What joins claim and word, with the groups `gap` and `copula`."""
    phrases: tuple[Phrase, ...]
    reversed: re.Pattern[str]
    """The word first: groups `open`, `guess`, `close` and `what`."""
    needs_marks: re.Pattern[str]
    """The `what` that only a marked word may come before."""

"""Which word could the target be: a posterior over the public word list, from everything that the attacker said.

Every word of the attacker activates the words of the list through the concept graph, one edge far fully and two edges
far faintly, and what activates a word speaks for it. A word that the attacker takes up from the defender tells nothing.
Words that the attacker has said are out: it would have lost. So are words that the defender has said, since the match
went on, and its wrong guesses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from agents.hearing import heard
from agents.speech import words_of
from agents.thoughts import is_common, thoughts
from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.core.views import DefenderView
from arena.words.graph import graph
from arena.words.lexemes import said_by
from arena.words.lists import load_list

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Chosen so that, over matches of our attackers, confidence comes close to the share of right guesses.
_FAR = 0.15
"""What an activation two edges far counts, next to one."""
_GAIN = 80.0
_NEIGHBOURS = 16
_RULED_OUT = -1e9
_KEPT = 24
_REMEMBERED = 4096


class Suspects:
    """The words of one list, and what speaks for each."""

    def __init__(self, words: tuple[str, ...], language: Language) -> None:
        self.words = words
        self.language = language
        self._place = {word: place for place, word in enumerate(words)}
        self.evidence = lru_cache(maxsize=_REMEMBERED)(self._weigh)
        """How strongly a word of the attacker speaks for each suspect, as a logarithm of odds."""

    @cached_property
    def _near(self) -> dict[str, list[tuple[int, float]]]:
        """For each word of the graph the suspects that it is a thought of, and how strongly."""
        found: dict[str, list[tuple[int, float]]] = {}
        for place, word in enumerate(self.words):
            for edge in thoughts(word, self.language):
                found.setdefault(edge.word, []).append((place, edge.weight))
        return found

    def _weigh(self, word: str) -> "Floats":
        import numpy as np

        near, far = np.zeros(len(self.words)), np.zeros(len(self.words))
        for place, weight in self._near.get(word, ()):
            near[place] = weight
        neighbours = thoughts(word, self.language)
        for edge in neighbours:
            place = self._place.get(edge.word, -1)
            if place >= 0:
                near[place] = max(near[place], edge.weight)
        for edge in neighbours[:_NEIGHBOURS]:
            for place, weight in self._near.get(edge.word, ()):
                far[place] += edge.weight * weight
        active = near + _FAR * far / max(1, len(neighbours[:_NEIGHBOURS])) ** 0.5
        evidence: Floats = np.log1p(_GAIN * active) * graph(self.language).salience(word)
        return evidence

    def places(self, words: Iterable[str]) -> list[int]:
        """Where the words stand in the list, those that do."""
        return [self._place[word] for word in words if word in self._place]

    def posterior(self, scores: "Floats", ruled_out: list[int]) -> "Floats":
        """The probability of each suspect, none for the places that are ruled out."""
        import numpy as np

        left = scores.copy()
        left[ruled_out] = _RULED_OUT
        likely = np.exp(left - left.max())
        shares: Floats = likely / likely.sum()
        return shares


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a defender thinks: its first few suspects with their probabilities, likeliest first."""

    ranked: tuple[tuple[str, float], ...]

    @property
    def first(self) -> str:
        """The likeliest word."""
        return self.ranked[0][0]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest word, in [0, 1]."""
        return self.ranked[0][1]

    def top(self, count: int) -> tuple[str, ...]:
        """The likeliest words."""
        return tuple(word for word, _ in self.ranked[:count])


@lru_cache(maxsize=8)
def suspects(name: str, language: Language) -> Suspects:
    """The words of the named list; of a list that is not ours, every common word of the graph."""
    try:
        words = tuple(load_list(name).words)
    except TabooError:
        words = tuple(word for word in graph(language).words() if is_common(word, language))
    return Suspects(words, language)


def suspect(view: DefenderView, memory: float = 0.0) -> Suspicion:
    """What to think of everything said so far.

    `memory` is the share of confidence that stays from turn to turn: with 0 all that was said counts at once, above it
    a word must stay suspect over turns.
    """
    import numpy as np

    language = view.rules.language
    listed = suspects(view.rules.word_list, language)
    ruled_out = listed.places(_ruled_out(view))
    scores = np.zeros(len(listed.words))
    turns = [scores]
    told: set[str] = set()
    for said in view.history:
        words = heard(said.text or "", language)
        if said.role is Role.ATTACKER:
            scores = sum((listed.evidence(word) for word in words if word not in told), start=scores)
            turns.append(scores)
        told.update(words)
    shares = listed.posterior(turns[0 if memory else -1], ruled_out)
    for scores in turns[1:] if memory else ():
        shares = memory * shares + (1 - memory) * listed.posterior(scores, ruled_out)
    best = np.argsort(-shares, kind="stable")[:_KEPT]
    return Suspicion(tuple((listed.words[place], float(shares[place])) for place in best))


def _ruled_out(view: DefenderView) -> set[str]:
    """Words that the target cannot be, because the match goes on although they were said or guessed."""
    guesses = {said.guess.casefold() for said in view.history if said.guess is not None}
    return guesses.union(*(_forms(word, view.rules.language) for role in Role for word in words_of(view, role)))


@lru_cache(maxsize=16384)
def _forms(word: str, language: Language) -> frozenset[str]:
    return said_by(word) | {word} if language is Language.ENGLISH else frozenset({word})

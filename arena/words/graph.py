"""The concept graph: which words go together in the heads of most people, how, and how strongly.

English comes from Open English WordNet and our own associations, Chinese from our own associations; both are built by
`scripts/build_graph.py`. The graph knows nothing of matches, targets or agents. Start at `graph`.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING, TypedDict

from arena.core.hits import Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS = 2
"""How far activation spreads unless told otherwise."""
DECAY = 0.5
"""What share of its activation a word hands on at each step."""
FLOOR = 0.002
"""Below this, activation is not worth mentioning."""


class Relation(StrEnum):
    """How two words go together. Only `is-a`, `part-of` and `derived` read differently from the other end."""

    IS_A = "is-a"
    PART_OF = "part-of"
    SIMILAR = "similar"
    OPPOSITE = "opposite"
    DERIVED = "derived"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Edge:
    """What one word brings to mind.

    `outward` reads `source relation word` (banana is-a fruit), not outward reads `word relation source`, so that the
    inward `is-a` edges of fruit are its kinds and the inward `part-of` edges of car are its parts.
    `weight`, in (0, 1], is how readily the source brings the word to mind.
    """

    relation: Relation
    word: str
    weight: float
    outward: bool


# The build script writes each edge's relation and direction as one letter: two letters a relation, inward first.
_LETTERS = {
    letter: (relation, outward)
    for pair, relation in zip(("ab", "cd", "ef", "gh", "ij", "kl"), Relation, strict=True)
    for letter, outward in zip(pair, (False, True), strict=True)
}


class Columns(TypedDict):
    """A graph as the build script writes it: words in order, the edges of each after those of the word before."""

    language: str
    words: list[str]
    zipf: list[int]
    forms: dict[str, str]
    degrees: list[int]
    targets: list[int]
    weights: list[int]
    relations: str


class Graph:
    """A fixed graph of words; nothing changes after loading, so one graph serves every match at once."""

    def __init__(self, columns: Columns, fingerprint: str) -> None:
        self.language = Language(columns["language"])
        self.fingerprint = fingerprint
        """Changes whenever the built graph does."""
        self._words = tuple(columns["words"])
        self._forms = columns["forms"]
        self._zipf = array("H", columns["zipf"])
        self._targets = array("I", columns["targets"])
        self._weights = array("H", columns["weights"])
        self._letters = columns["relations"]
        self._starts = array("I", accumulate(columns["degrees"], initial=0))
        self._number = {word: number for number, word in enumerate(self._words)}

    def __contains__(self, word: object) -> bool:
        return word in self._number

    def __len__(self) -> int:
        return len(self._words)

    def words(self) -> tuple[str, ...]:
        """Every word of the graph, in order."""
        return self._words

    def base(self, form: str) -> str | None:
        """The word of the graph that a folded form is or inflects (monkeys: monkey), None when there is none."""
        return form if form in self._number else self._forms.get(form)

    def edges(self, word: str) -> tuple[Edge, ...]:
        """What the word brings to mind, strongest first; nothing for a word that the graph does not know."""
        number = self._number.get(word)
        if number is None:
            return ()
        return tuple(self._edge(place) for place in range(self._starts[number], self._starts[number + 1]))

    def _edge(self, place: int) -> Edge:
        relation, outward = _LETTERS[self._letters[place]]
        return Edge(relation, self._words[self._targets[place]], self._weights[place] / 1000, outward)

    def frequency(self, word: str) -> float:
        """How common the word is in zipf (3: once in a million words, 6: once in a thousand), 0 when it is unknown."""
        number = self._number.get(word)
        return 0.0 if number is None else self._zipf[number] / 100

    def salience(self, word: str) -> float:
        """How much hearing the word tells, from 0.1 for the commonest to 1 for any word rarer than once in 60,000."""
        return min(1.0, max(0.1, 1 - (self.frequency(word) - 4.2) / 2))

    def activation(
        self,
        heard: Mapping[str, float] | Iterable[str],
        steps: int = STEPS,
        decay: float = DECAY,
        floor: float = FLOOR,
    ) -> dict[str, float]:
        """How much each word comes to mind when the words are heard: activation spreads `steps` edges far.

        Args:
            heard: words or their inflected forms with a weight each, or bare words, which weigh their `salience`;
                what the graph does not know is passed over.
            steps: how many edges activation may cross; with 0 only what was heard is active.
            decay: the share of its activation that a word hands on; more edges share it more thinly.
            floor: how active a word must be to be named.

        Returns:
            The active words, strongest first and among equals in the order of the graph. What was heard is among them.
            With no floor, the sum over two utterances is the activation of both together: a listener may add up.
        """
        import numpy as np

        level = np.zeros(len(self._words))
        for word, weight in self._heard(heard):
            level[self._number[word]] += weight
        total = level.copy()
        for _ in range(steps):
            level = self._spread(level, decay)
            total += level
        active = np.flatnonzero(total > max(floor, 0.0))
        order = active[np.argsort(-total[active], kind="stable")]
        return {self._words[number]: strength for number, strength in zip(order, total[order].tolist(), strict=True)}

    def _heard(self, heard: Mapping[str, float] | Iterable[str]) -> list[tuple[str, float]]:
        weighted = heard.items() if isinstance(heard, Mapping) else ((word, None) for word in heard)
        found = []
        for form, weight in weighted:
            word = self.base(form)
            if word is not None:
                found.append((word, self.salience(word) if weight is None else weight))
        return found

    def _spread(self, level: "NDArray[np.float64]", decay: float) -> "NDArray[np.float64]":
        import numpy as np

        starts, targets, shares = self._matrix
        sources = np.flatnonzero(level)
        degrees = starts[sources + 1] - starts[sources]
        ends = np.cumsum(degrees)
        places = np.arange(degrees.sum()) + np.repeat(starts[sources] - (ends - degrees), degrees)
        flow = np.repeat(level[sources] * decay, degrees) * shares[places]
        return np.asarray(np.bincount(targets[places], weights=flow, minlength=len(level)), dtype=np.float64)

    @cached_property
    def _matrix(self) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]":
        """Where the edges of each word start, where each edge leads, and what share of an activation it carries."""
        import numpy as np

        starts = np.array(self._starts, dtype=np.int64)
        weights = np.array(self._weights, dtype=np.float64) / 1000
        degrees = np.diff(starts)
        totals = np.add.reduceat(weights, starts[:-1])
        shares = weights / np.repeat(np.sqrt(totals), degrees)
        return starts, np.array(self._targets, dtype=np.int64), shares


@lru_cache(maxsize=2)
def graph(language: Language) -> Graph:
    """The concept graph of a language, loaded at the first question."""
    import gzip
    import hashlib
    import json

    packed = files("arena.words").joinpath("data", f"graph.{language}.json.gz").read_bytes()
    text = gzip.decompress(packed)
    return Graph(json.loads(text), hashlib.sha256(text).hexdigest()[:16])

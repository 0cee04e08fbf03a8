"""The words that a small network knows, by number: what a text is to it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from attacks.core.text import Span
from attacks.languages import reader

UNKNOWN = 0
"""The number of every word that is not known, and of a text without words."""
LONGEST = 400
"""How many words of a text are read."""


class Encoded(NamedTuple):
    """A text in numbers, one at least, and where each stands; one that stands nowhere has an empty span."""

    numbers: Sequence[int]
    spans: Sequence[Span]


WordNumbers: TypeAlias = Mapping[str, int]


class WordVocabulary:
    """Encodes texts word by word, upper and lower case alike; `words` are those with the numbers 1, 2 and so on."""

    def __init__(self, words: Sequence[str], language: str = "en", longest: int = LONGEST) -> None:
        """Raises ValueError for a language that is not known."""
        self.words, self.language, self.longest = tuple(words), language, longest
        self._read = reader(language)
        self._numbers: WordNumbers = {word: number for number, word in enumerate(self.words, start=1)}

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.words) + 1

    @property
    def named(self) -> dict[int, str]:
        """The word of each number."""
        return dict(enumerate(self.words, start=1))

    def __call__(self, text: str) -> Encoded:
        """The text in numbers."""
        spans = self._read(text).spans[: self.longest]
        numbers = [self._numbers.get(text[start:end].casefold(), UNKNOWN) for start, end in spans]
        return Encoded(numbers, spans) if numbers else Encoded([UNKNOWN], [(0, 0)])

    @classmethod
    def of_texts(
        cls, texts: Iterable[str], language: str = "en", *, most: int = 20_000, least: int = 2
    ) -> "WordVocabulary":
        """The commonest words of texts, at most `most`, each there `least` times; of equals the alphabet's first."""
        read = reader(language)
        counts = Counter(word.casefold() for text in texts for word in read(text).words)
        common = sorted(counts.items(), key=lambda it: (-it[1], it[0]))[:most]
        return cls([word for word, count in common if count >= least], language)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        held = {"language": self.language, "longest": self.longest, "words": self.words}
        path.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "WordVocabulary":
        """The one that `save` wrote. Raises OSError, KeyError, TypeError or ValueError."""
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(map(str, held["words"])), str(held["language"]), int(held["longest"]))

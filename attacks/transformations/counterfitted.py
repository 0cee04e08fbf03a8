"""Counter-fitted neighbours: words near in an embedding in which synonyms were pulled together and antonyms apart.

Source: Mrksic et al., 'Counter-fitting Word Vectors to Linguistic Constraints', NAACL 2016. Reads neighbours that were
computed once, not vectors: a JSON object from each lower-case word to its neighbours, the nearest first.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attacks.core.errors import AttackError
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.casing import cased_like
from attacks.transformations.errors import DataMissingError

VARIABLE = "TABOO_COUNTERFITTED"
_REMEDY = (
    f"set {VARIABLE} to a JSON file that maps each word to a list of its neighbours, the nearest first, such as "
    "data/counterfitted_neighbors.json of https://github.com/robinjia/certified-word-sub (MIT licence)"
)


@dataclass(eq=False)
class NeighboursError(AttackError):
    """A file of neighbours that is there and cannot be read."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} is no file of neighbours: {self.problem}; {_REMEDY}"


class CounterfittedNeighbours:
    """The nearest neighbours of a word, at most `most`, written in its case; a word that the file lacks has none."""

    name = "counterfitted"
    knows_parts = False

    def __init__(self, path: Path | str | None = None, most: int = 50) -> None:
        """From a file, or the one that TABOO_COUNTERFITTED names. Raises DataMissingError or NeighboursError."""
        named = str(path or os.environ.get(VARIABLE, ""))
        if not named or not Path(named).is_file():
            raise DataMissingError("a file of counter-fitted neighbours", named or VARIABLE, _REMEDY)
        self._neighbours, self._most = _read(Path(named)), most
        self.fingerprint = of_bytes(Path(named).read_bytes())

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word, the nearest first."""
        word = text.words[place]
        lower = word.casefold()
        found = (it for it in self._neighbours.get(lower, ())[: self._most] if it.casefold() != lower)
        return tuple(dict.fromkeys(cased_like(it, word) for it in found))


def _read(path: Path) -> Mapping[str, Sequence[str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise NeighboursError(str(path), str(wrong)) from None
    if not isinstance(found, dict):
        raise NeighboursError(str(path), "it holds no JSON object")
    for word, near in found.items():
        if not isinstance(near, list) or not all(isinstance(it, str) for it in near):
            raise NeighboursError(str(path), f"what it says of {word!r} is no list of words")
    return found

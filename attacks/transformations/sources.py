"""Sources of candidates by name: what a user writes after a recipe.

`pso:embeddings` or `pso:embeddings:FILE`; `pwws:proposed:http://127.0.0.1:8000/v1#MODEL` asks a chat model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from attacks.constraints import all_of
from attacks.constraints.stop_words import KeepsWords
from attacks.core.candidates import Constraint
from attacks.core.errors import AttackError
from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.languages import same_parts, stop_words
from attacks.transformations.chinese_wordnet import ChineseWordNet
from attacks.transformations.counterfitted import CounterfittedNeighbours
from attacks.transformations.embeddings import EmbeddingNeighbours
from attacks.transformations.ppdb import PPDB
from attacks.transformations.proposed import PROPOSALS, ProposedWords
from attacks.transformations.sememes import Sememes
from attacks.transformations.wordnet import WordNetSynonyms

NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("wordnet", "counterfitted", "ppdb", "sememes", "embeddings", "proposed"),
    "zh": ("wordnet", "sememes", "embeddings", "proposed"),
}
"""The sources of each language."""


@dataclass(eq=False)
class SourceUnknownError(AttackError):
    """There is no such source of candidates for this language, or it reads no file that could be named."""

    asked: str
    language: str

    def __str__(self) -> str:
        known = ", ".join(NAMES.get(self.language, ()))
        return (
            f"source of candidates {self.asked!r} is none of {known} for language {self.language!r}; all but English "
            "wordnet take a file after a colon, and proposed a chat model as URL#MODEL"
        )


class Source(Protocol):
    """Where candidates come from."""

    @property
    def name(self) -> str:
        """As users name it."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits over the file that it reads; empty where that is a library's own."""

    @property
    def knows_parts(self) -> bool:
        """Whether its candidates have the part of speech of the word."""

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand at a place instead of the word."""


def source_named(name: str, language: str = "en", most: int = 50) -> Source:
    """The source of that name, or of `NAME:FILE`; `most` bounds those that know no end.

    Of a chat model no more than ten words are asked for, and none for stop words. Raises SourceUnknownError,
    DataMissingError, BrokenFileError or NeighboursError.
    """
    kind, _, file = name.partition(":")
    path = file or None
    is_english_wordnet = (kind, language) == ("wordnet", "en")
    if kind not in NAMES.get(language, ()) or (path and is_english_wordnet):
        raise SourceUnknownError(name, language)
    if is_english_wordnet:
        return WordNetSynonyms()
    if kind == "wordnet":
        return ChineseWordNet(path)
    if kind == "proposed":
        return ProposedWords.open(path, most=min(most, PROPOSALS), spared=stop_words(language))
    if kind == "sememes":
        return Sememes(path, language)
    if kind == "embeddings":
        return EmbeddingNeighbours(path, most)
    return PPDB(path, most) if kind == "ppdb" else CounterfittedNeighbours(path, most)


def usual_constraint(source: Source, language: str) -> Constraint:
    """Nothing where a source knows parts of speech; else these are kept, and stop words stay.

    Raises DataMissingError where nltk lacks the stop words, or for English the tagger.
    """
    return anything if source.knows_parts else all_of(KeepsWords(stop_words(language)), same_parts(language))


def anything(_: Perturbation) -> bool:
    """Allows all."""
    return True

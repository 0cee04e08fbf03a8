"""What recipes share that replace words by the candidates of a source: `NAME:SOURCE`, as in `pwws:counterfitted`."""

from attacks.constraints import all_of
from attacks.core.candidates import Constraint
from attacks.core.text import Text
from attacks.languages import reader
from attacks.transformations.sources import source_named, usual_constraint


class Sourced:
    """Reads texts in words, and knows what may stand instead of each, and what is allowed. A recipe adds a search."""

    languages = ("en", "zh")

    def __init__(self, source: str = "wordnet", *, language: str = "en", constraint: Constraint | None = None) -> None:
        """`source` is a source of candidates (`attacks.transformations.sources`).

        Of sources that do not know parts of speech, candidates keep the part of speech, and stop words stay;
        `constraint` is asked after that. Raises SourceUnknownError, DataMissingError, BrokenFileError or
        NeighboursError.
        """
        self._reader = reader(language)
        self.candidates = source_named(source, language)
        self.reads = self.candidates.fingerprint
        usual = usual_constraint(self.candidates, language)
        self.allowed: Constraint = usual if constraint is None else all_of(usual, constraint)

    def read(self, written: str) -> Text:
        """The text in words."""
        return self._reader(written)

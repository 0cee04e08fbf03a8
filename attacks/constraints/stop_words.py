"""Stop words stay, or do not come in: 'the', 'of' and 'not' are left as they are and replace nothing."""

from collections.abc import Iterable

from attacks.core.perturbation import Perturbation
from attacks.transformations.nltk_files import require


class KeepsWords:
    """Allows perturbations that leave every word of a list alone; upper and lower case are the same."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word.casefold() for word in words)

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether no word of the list was replaced."""
        words = perturbation.original.words
        return not any(words[place].casefold() in self._words for place in perturbation.places)


class AvoidsWords:
    """Allows perturbations that put no word of a list anywhere; upper and lower case are the same."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word.casefold() for word in words)

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether no replacement is on the list."""
        return not any(text.casefold() in self._words for _, text in perturbation.changes)


def english_stop_words() -> frozenset[str]:
    """The English stop words of nltk. Raises DataMissingError where the list is not installed."""
    require("corpora/stopwords")
    from nltk.corpus import stopwords

    return frozenset(stopwords.words("english"))

"""The text means much the same to a sentence encoder, as a whole or in the words around each change."""

from dataclasses import dataclass

from attacks.core.perturbation import Perturbation
from attacks.metrics.similarity import SentenceEncoder


@dataclass(frozen=True)
class MinSimilarity:
    """Allows perturbations whose similarity with the original is at least this cosine, from -1 to 1.

    With a `window`, so many words around each change are compared in place of the text: of a long text a whole
    paragraph can turn before the whole does.

    Source: Jin et al., 'Is BERT Really Robust?', AAAI 2020, section 3.2; their code compares windows of 15 words with
    the Universal Sentence Encoder, this is any encoder of transformers.
    """

    encoder: SentenceEncoder
    cosine: float
    window: int | None = None

    def __post_init__(self) -> None:
        if not -1 <= self.cosine <= 1:
            raise ValueError(f"a cosine is from -1 to 1, which {self.cosine} is not")
        if self.window is not None and self.window < 1:
            raise ValueError(f"a window has a word at least, which {self.window} has not")

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether the text, or every window of it that changed, is similar enough."""
        if self.window is None:
            return self._is_similar(perturbation.original.written, perturbation.written)
        return all(self._is_similar(*_around(perturbation, place, self.window)) for place in perturbation.places)

    def _is_similar(self, one: str, other: str) -> bool:
        return self.encoder.similarity(one, other) >= self.cosine


def _around(perturbation: Perturbation, place: int, window: int) -> tuple[str, str]:
    """The original and the perturbed text from the first to the last word of a window with a place in its middle."""
    last = len(perturbation.original) - 1
    first = max(0, min(place - window // 2, last - window + 1))
    end = min(last, first + window - 1)
    old, new = perturbation.original.spans, perturbation.spans
    original, perturbed = perturbation.original.written, perturbation.written
    return original[old[first][0] : old[end][1]], perturbed[new[first][0] : new[end][1]]

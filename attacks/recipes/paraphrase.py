"""Paraphrase, in the role of SCPN: a model that writes says the text in other words, until the victim trips.

Source: Iyyer, Wieting, Gimpel and Zettlemoyer, 'Adversarial Example Generation with Syntactically Controlled Paraphrase
Networks', NAACL 2018. Deviations: the model is any sequence-to-sequence or causal one, drawn from with chance, where
the paper's is led by parse templates; paraphrases are not filtered by a score of their own (the paper drops those with
little n-gram and paraphrastic overlap) and of those that succeed the one with most words in common is taken.
"""

from random import Random

from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.sentences import Nearness, most_similar
from attacks.core.text import Span, Text
from attacks.fingerprints import of_bytes
from attacks.metrics.words import in_common
from attacks.transformations.paraphraser import Paraphraser

COUNT = 16


class Paraphrase:
    """Draws paraphrases and shows them all in one question. Needs nothing of a victim but its label."""

    name = "scpn"
    needs: frozenset[Capability] = frozenset()

    def __init__(
        self,
        model: str | None = None,
        *,
        count: int = COUNT,
        prompt: str | None = None,
        nearness: Nearness | None = None,
        least: float = 0.0,
    ) -> None:
        """With a model by folder or name, or that of TABOO_PARAPHRASER. Raises DataMissingError or WriterError.

        `count` is how many are drawn, `prompt` holds `{text}`, and `nearness` says how like its original a paraphrase
        is, by words in common where it is not given; one that is less like it than `least` is not shown.
        """
        self._paraphrases = Paraphraser.open(model, prompt)
        self._count, self._nearness, self._least = count, nearness or in_common, least
        self.reads = of_bytes(f"{self._paraphrases.fingerprint}{prompt or ''}".encode())

    def read(self, written: str) -> Text:
        """The text as one place, without the space around it."""
        return Text.of(written, whole)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - drawn blindly
        """All draws in one question; of a text with protected spans each other stretch by itself."""
        start = Perturbation(text)
        drawn = (
            start.with_word(place, it)
            for place, stretch in enumerate(text.words)
            for it in self._paraphrases(stretch, self._count, chance)
        )
        return most_similar([it for it in drawn if self._nearness(it) >= self._least], self._nearness)


def whole(written: str) -> list[Span]:
    """The text as one span, without the space around it; none where there is nothing else."""
    start = len(written) - len(written.lstrip())
    return [(start, len(written.rstrip()))] if written.strip() else []

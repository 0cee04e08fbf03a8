"""Paraphrases of a text, drawn from a model that writes."""

import os
from collections.abc import Sequence
from random import Random

from attacks.transformations.continuations import Writer
from attacks.transformations.errors import DataMissingError

VARIABLE = "TABOO_PARAPHRASER"
_REMEDY = (
    f"set {VARIABLE} to a folder with a sequence-to-sequence model that paraphrases or a causal model that follows a "
    "prompt, or to the name of one on the Hugging Face hub"
)
REWRITING, PROMPTING = "paraphrase: {text}", "Sentence: {text}\nThe same sentence in other words:"
"""What an encoder-decoder is shown, after the usage of T5's descendants, and what a causal model is."""


class Paraphraser:
    """Draws paraphrases, each once, never the text itself; a line is a paraphrase, what follows it is none."""

    def __init__(self, writer: Writer, prompt: str | None = None) -> None:
        """`prompt` holds `{text}` where the text is to stand; without one it is that of the model's kind.

        Raises ValueError where it does not.
        """
        self._writer = writer
        self._prompt = prompt or (REWRITING if writer.rewrites else PROMPTING)
        if "{text}" not in self._prompt:
            raise ValueError(f"prompt {self._prompt!r} has no {{text}}")
        self.fingerprint = writer.fingerprint

    @classmethod
    def open(cls, model: str | None = None, prompt: str | None = None) -> "Paraphraser":
        """With the model of a folder or name, or that of TABOO_PARAPHRASER. Raises DataMissingError or WriterError."""
        named = model or os.environ.get(VARIABLE, "")
        if not named:
            raise DataMissingError("a model that paraphrases", VARIABLE, _REMEDY)
        return cls(Writer.open(named), prompt)

    def __call__(self, text: str, count: int, chance: Random) -> Sequence[str]:
        """At most `count` different paraphrases, in the order of their drawing."""
        longest = 2 * len(text.split()) + 16
        drawn = self._writer.draw(self._prompt.replace("{text}", text), count, longest, chance)
        lines = (next(iter(it.strip().splitlines()), "").strip() for it in drawn)
        return tuple(dict.fromkeys(it for it in lines if it and it.split() != text.split()))

"""Resample, in the role of the GAN attack: a language model draws stretches of the text anew, ever longer ones.

Source: the search is that of Zhao, Dua and Singh, 'Generating Natural Adversarial Examples', ICLR 2018, algorithm 1
(samples in growing radii around the text; of the first radius with a success the nearest). Deviations: the space that
is searched is no latent space of a generative adversarial network but texts that a language model finds likely, and a
radius is how many words in a row are drawn anew; nearness is the words in common.
"""

import os
from random import Random
from typing import TypeAlias

from attacks.core.goals import Goal
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.sentences import growing
from attacks.core.text import Text
from attacks.metrics.words import in_common
from attacks.pretrained import UnreadModelError, read_config
from attacks.transformations.continuations import Writer, writes
from attacks.transformations.masked_reader import VARIABLE, MaskedReader
from attacks.transformations.resampling import ContinuedResampling, MaskedResampling

REACHES = (1, 2, 3, 4, 6, 8, 12)
COUNT = 24

_Resampling: TypeAlias = MaskedResampling | ContinuedResampling


class Resample:
    """Draws stretches anew, of one word first, then of more. Needs nothing of a victim but its label."""

    name = "gan"
    needs: frozenset[Capability] = frozenset()

    def __init__(self, model: str | None = None, *, reaches: tuple[int, ...] = REACHES, count: int = COUNT) -> None:
        """With a masked or a causal language model by folder or name, or that of TABOO_MASKED_LM.

        A masked one fills stretches anywhere, a causal one ends the text anew. `count` are drawn of each length of
        `reaches`. Raises DataMissingError, MaskedLMError or WriterError.
        """
        self._draw = _opened(model)
        self._reaches, self._count = reaches, count
        self.reads = self._draw.fingerprint

    def read(self, written: str) -> Text:
        """The text in words."""
        return Text.of(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - drawn blindly
        """Draws of each length in one question."""
        return growing(lambda reach: self._draw(text, reach, self._count, chance), self._reaches, in_common)


def _opened(model: str | None) -> _Resampling:
    named = model or os.environ.get(VARIABLE, "")
    return (
        ContinuedResampling(Writer.open(named))
        if named and _is_writer(named)
        else MaskedResampling(MaskedReader.open(named or None))
    )


def _is_writer(named: str) -> bool:
    """Whether it is a model that writes; what cannot be read is left for the opening of it to say."""
    try:
        return writes(read_config(named))
    except UnreadModelError:
        return False

"""How alike two texts are to a sentence encoder: the cosine of their vectors, each the mean of its tokens' last layer.

Source: the mean pooling and cosine of Reimers and Gurevych, 'Sentence-BERT', EMNLP-IJCNLP 2019. Any encoder of
transformers is read that way; one that was trained to compare sentences tells more than one that was not.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.core.text import PAIR
from attacks.fingerprints import of_model
from attacks.metrics.models import longest, opened


class SentenceEncoder:
    """Vectors of texts, each of length 1. A text longer than the model reads is the mean of its stretches, by tokens.

    The halves of a pair are read as one text.
    """

    def __init__(self, model: Any, tokenizer: Any, name: str = "given") -> None:  # noqa: ANN401 - transformers' own
        """With a model and a fast tokenizer of transformers."""
        self._model, self._tokenizer, self.name = model.eval(), tokenizer, name
        self.fingerprint = of_model(model)
        self._special = int(tokenizer.num_special_tokens_to_add())
        self._longest = longest(model, tokenizer)
        self._vector = lru_cache(maxsize=4096)(self._read_one)

    @classmethod
    def open(cls, which: str) -> "SentenceEncoder":
        """The encoder in a folder, or of that name. Raises MeasureError."""
        return cls(*opened("similarity", which, "AutoModel"), name=which)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, shape `(len(texts), dimensions)`; a text without a token is all zeros.

        Each text is read alone, so that its vector depends on no other.
        """
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, 0))

    def similarity(self, one: str, other: str) -> float:
        """The cosine of two texts, in [-1, 1]; 1 of equal ones, 0 where one has no token."""
        if one == other:
            return 1.0
        return float(np.clip(self._vector(one) @ self._vector(other), -1.0, 1.0))

    def _read_one(self, text: str) -> Floats:
        import torch

        total: Floats | None = None
        for row in self._stretches(text):
            ids = torch.tensor([row], device=self._model.device)
            with torch.inference_mode():
                hidden = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
            # Whatever stretches a text is read in, every token of it weighs the same.
            summed = hidden.double().sum(dim=0).cpu().numpy()
            total = summed if total is None else total + summed
        if total is None:
            return np.zeros(int(self._model.config.hidden_size))
        size = float(np.linalg.norm(total))
        return np.asarray(total / size if size else total, dtype=np.float64)

    def _stretches(self, text: str) -> Sequence[Sequence[int]]:
        """The text in stretches that the model reads, each with the special tokens around it."""
        read = self._tokenizer(
            text.replace(PAIR, " "), truncation=True, max_length=self._longest, return_overflowing_tokens=True
        )
        rows: Sequence[Sequence[int]] = read["input_ids"]
        return [row for row in rows if len(row) > self._special]

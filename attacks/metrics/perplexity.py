"""How surprised a causal language model is by a text: its perplexity, by tokens.

Source: the chain rule over the model's own tokens. A text longer than the model reads is read in stretches, each of
which begins anew with the half of the stretch before it as context, so that no token is read without any but the first.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from attacks.core.text import PAIR
from attacks.fingerprints import of_model
from attacks.metrics.models import longest, opened


class CausalLM:
    """Perplexities of texts. Each text is read alone, so that its figure depends on no other."""

    def __init__(self, model: Any, tokenizer: Any, name: str = "given") -> None:  # noqa: ANN401 - transformers' own
        """With a model and a tokenizer of transformers."""
        self._model, self._tokenizer, self.name = model.eval(), tokenizer, name
        self.fingerprint = of_model(model)
        self._room = longest(model, tokenizer)
        begins = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        self._begins = () if begins is None else (int(begins),)
        self._known = lru_cache(maxsize=65536)(self._read)

    @classmethod
    def open(cls, which: str) -> "CausalLM":
        """The language model in a folder, or of that name. Raises MeasureError."""
        return cls(*opened("perplexity", which, "AutoModelForCausalLM"), name=which)

    def perplexity(self, text: str) -> float | None:
        """The exponential of the mean surprise of a token in nats, 1 or more; None where there is no token to predict.

        The halves of a pair are read as one text.
        """
        return self._known(text)

    def ratio(self, original: str, perturbed: str) -> float | None:
        """The perplexity of the perturbed text by that of the original: 1 is no change, 2 is twice as surprising."""
        before, after = self.perplexity(original), self.perplexity(perturbed)
        return None if before is None or after is None else after / before

    def _read(self, text: str) -> float | None:
        read = self._tokenizer(text.replace(PAIR, " "), add_special_tokens=False, truncation=False, verbose=False)
        numbers = [*self._begins, *read["input_ids"]]
        if len(numbers) < 2:
            return None
        surprise, at = 0.0, 1  # the next token to predict
        while at < len(numbers):
            start = 0 if at == 1 else max(0, at - self._room // 2)
            window = numbers[start : start + self._room]
            surprise += self._surprise(window, at - start)
            at = start + len(window)
        return math.exp(surprise / (len(numbers) - 1))

    def _surprise(self, window: Sequence[int], first: int) -> float:
        """The summed surprise of the tokens of a stretch from its `first` on, in nats."""
        import torch

        ids = torch.tensor([window], device=self._model.device)
        with torch.inference_mode():
            logits = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, first - 1 : -1].double()
            said = torch.log_softmax(logits, dim=-1).gather(1, ids[0, first:, None])
        return -float(said.sum())

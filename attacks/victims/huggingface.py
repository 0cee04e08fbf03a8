"""A sequence-classification model of Hugging Face as a victim, by folder or name."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.fingerprints import of_model
from attacks.victims.errors import VictimMissingError


class HuggingFaceVictim:
    """A model with its tokenizer; texts longer than it reads are cut at their end."""

    can = frozenset({Capability.SCORES})

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:  # noqa: ANN401 - transformers' own
        self._model, self._tokenizer, self.name = model.eval(), tokenizer, name
        self.classes = int(model.config.num_labels)
        self.fingerprint = of_model(model)

    @classmethod
    def open(cls, name: str) -> "HuggingFaceVictim":
        """The model in a folder, or of that name. Raises VictimMissingError."""
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError:
            remedy = "pip install 'taboo-arena[attacks]'"
            raise VictimMissingError(f"hf:{name}", "transformers is not installed", remedy) from None
        try:
            tokenizer = AutoTokenizer.from_pretrained(name)
            model = AutoModelForSequenceClassification.from_pretrained(name, use_safetensors=True)
        except (OSError, ValueError) as problem:
            first = str(problem).strip().splitlines()[0]
            remedy = "name a folder with config.json, tokenizer and model.safetensors, or a model of the hub"
            raise VictimMissingError(f"hf:{name}", first, remedy) from None
        return cls(model, tokenizer, name)

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`."""
        import torch

        read = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._longest, return_tensors="pt"
        ).to(self._model.device)
        with torch.inference_mode():
            logits = self._model(**read).logits
        return np.asarray(torch.softmax(logits.double(), dim=-1).cpu().numpy(), dtype=np.float64)

    @property
    def _longest(self) -> int:
        """The most tokens that the model has positions for."""
        here = int(self._tokenizer.model_max_length)
        return min(here, int(getattr(self._model.config, "max_position_embeddings", here)))

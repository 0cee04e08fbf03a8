"""A language model that classifies by prompt: `llm:FOLDER-OR-NAME`, `llm:URL#MODEL` or `llm:FILE.toml`.

A text is put into a template, and a class is as likely as the words that stand for it: the mean of its words'
probabilities as the model's next words, all classes together 1. Source: template and verbaliser as in Ding et al.,
'OpenPrompt', ACL 2022 demonstrations; contextual calibration: Zhao et al., 'Calibrate Before Use', ICML 2021, section 4
(the diagonal form: divided by what the model says of prompts without content).

A server tells only its likeliest first tokens, so there a token counts for the one class of whose words it is the
beginning. One that tells no probabilities gives labels only: the first label word in its reply.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256

import numpy as np

from attacks.core.errors import VictimError
from attacks.core.goals import Floats
from attacks.core.ports import Capability
from attacks.victims.causal_lm import CausalLM
from attacks.victims.chat import Chat
from attacks.victims.errors import VictimMissingError
from attacks.victims.prompting import Prompting

EMPTY = ("N/A", "[MASK]", "")
"""Texts without content, by which calibration learns what a model says anyway."""
_REPLY_TOKENS = 8


class PromptedVictim:
    """A model with a template and the words of its classes."""

    def __init__(self, model: CausalLM | Chat, prompting: Prompting) -> None:
        """A server is asked once, to see whether it tells probabilities. Raises ValueError or VictimError."""
        self._model, self._prompting, self.name = model, prompting, model.name
        self._words = prompting.words
        self.classes = len(self._words)
        if isinstance(model, CausalLM):
            has_scores, reads = True, model.fingerprint
            self._shares([""])
        else:
            has_scores, reads = self._tells(model), model.name
        self.can = frozenset({Capability.SCORES}) if has_scores else frozenset()
        self.fingerprint = sha256(f"{reads}\n{prompting.digest}".encode()).hexdigest()[:16]

    @classmethod
    def open(cls, which: str) -> "PromptedVictim":
        """The model in a folder, of a name, behind `URL#MODEL`, or of a file of settings. Raises VictimMissingError."""
        prompting = Prompting.read("llm", which)
        address = prompting.address
        try:
            return cls(Chat(*address) if address else CausalLM.open("llm", prompting.model), prompting)
        except (ValueError, VictimError) as problem:
            remedy = "name a model that is here, or a running server as URL#MODEL, in a file of settings or by itself"
            raise VictimMissingError(f"llm:{which}", str(problem), remedy) from None

    def predict(self, texts: Sequence[str]) -> Floats:
        """Probabilities of shape `(len(texts), classes)`; 1 for the label where the model tells no more."""
        if Capability.SCORES not in self.can:
            return self._labels(texts)
        shares = self._shares(texts)
        if self._prompting.calibration == "contextual":
            shares = shares / self._prior
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    @cached_property
    def _prior(self) -> Floats:
        """What the model says of texts without content, shape `(classes,)`."""
        shares = self._shares(EMPTY)
        return np.asarray((shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)).clip(1e-6)

    def _shares(self, texts: Sequence[str]) -> Floats:
        """How likely each class is, not yet added up to 1; of each row only the proportions mean something."""
        if isinstance(self._model, Chat):
            return np.array([self._share(told) for told in self._model.likeliest(self._prompts(texts))])
        every = [word for row in self._words for word in row]
        # Room for the words themselves; no word has more tokens than bytes.
        room = 1 + max(len(word.encode()) for word in every)
        prompts = [self._model.fitted(self._prompting.template, text, room) for text in texts]
        likely = self._model.log_probabilities(prompts, every)
        likely = np.exp(likely - likely.max(axis=1, keepdims=True))
        ends = np.cumsum([len(row) for row in self._words])[:-1]
        return np.stack([part.mean(axis=1) for part in np.split(likely, ends, axis=1)], axis=1)

    def _prompts(self, texts: Sequence[str]) -> list[str]:
        return [self._prompting.template.replace("{text}", text) for text in texts]

    @staticmethod
    def _tells(model: Chat) -> bool:
        """Whether a server tells probabilities: some refuse to be asked."""
        with suppress(VictimError):
            if model.likeliest(["Say yes."])[0]:
                return True
        model.replies(["Say yes."], 1)  # raises where it answers nothing at all
        return False

    def _share(self, told: dict[str, float]) -> Floats:
        """The classes by the likeliest tokens of one answer. Raises VictimError."""
        shares = np.zeros(self.classes)
        for token, share in told.items():
            begun = token.strip().casefold()
            meant = {
                number for number, row in enumerate(self._words) for it in row if begun and _key(it).startswith(begun)
            }
            if len(meant) == 1:
                shares[meant.pop()] += share
        if not shares.any():
            raise VictimError(self.name, f"has no label word among its {len(told)} likeliest tokens")
        return shares / [len(row) for row in self._words]

    def _labels(self, texts: Sequence[str]) -> Floats:
        if not isinstance(self._model, Chat):
            raise TypeError("a model that is here tells probabilities")
        replies = self._model.replies(self._prompts(texts), _REPLY_TOKENS)
        return np.eye(self.classes)[[self._label(reply) for reply in replies]]

    def _label(self, reply: str) -> int:
        """The class whose word comes first in a reply, of words at one place the longest. Raises VictimError."""
        found = [
            (match.start(), -len(word), number)
            for number, row in enumerate(self._words)
            for word in row
            if (match := re.search(rf"(?<!\w){re.escape(_key(word))}(?!\w)", reply.casefold()))
        ]
        if not found:
            raise VictimError(self.name, f"replied {reply[:80]!r}, which has none of the label words")
        return min(found)[2]


def _key(word: str) -> str:
    return word.strip().casefold()

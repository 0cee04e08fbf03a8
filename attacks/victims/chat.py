"""A model behind a server that speaks OpenAI's chat protocol: what it writes, and its likeliest first tokens."""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from attacks.core.errors import VictimError
from attacks.victims.endpoint import TRIES, Endpoint

KEY = "OPENAI_API_KEY"
TOP = 20
"""Of how many likeliest tokens a server is asked the probabilities: the most that the protocol allows."""
LANES = 8
"""How many prompts are under way at a time."""

Read = TypeVar("Read")


class Chat:
    """One model there. Every prompt is a conversation of its own, answered without chance (temperature 0)."""

    def __init__(self, url: str, model: str, *, tries: int = TRIES) -> None:
        """Raises ValueError where this is no address."""
        self._endpoint = Endpoint(url, token=os.environ.get(KEY, "").strip(), tries=tries)
        self._model, self.name = model, f"{self._endpoint.name}#{model}"

    def replies(self, prompts: Sequence[str], tokens: int) -> list[str]:
        """What it writes to each prompt, at most so many tokens. Raises VictimError."""

        def ask(prompt: str) -> str:
            message = self._choice(prompt, max_tokens=tokens).get("message")
            said = message.get("content") if isinstance(message, dict) else None
            if not isinstance(said, str):
                raise VictimError(self.name, "answered without a text")
            return said.strip()

        return self._all(ask, prompts)

    def likeliest(self, prompts: Sequence[str]) -> list[dict[str, float]]:
        """The likeliest first tokens of each answer with their probabilities. Raises VictimError.

        Empty where the server tells none.
        """

        def ask(prompt: str) -> dict[str, float]:
            told = self._choice(prompt, max_tokens=1, logprobs=True, top_logprobs=TOP).get("logprobs")
            try:
                first = told["content"][0]["top_logprobs"] if told else []
                found: dict[str, float] = {}
                for it in first:
                    token = str(it["token"])
                    found[token] = found.get(token, 0.0) + math.exp(float(it["logprob"]))
            except (LookupError, TypeError, ValueError):
                raise VictimError(self.name, "told probabilities in a form of its own") from None
            return found

        return self._all(ask, prompts)

    def _choice(self, prompt: str, **options: object) -> dict[str, Any]:
        messages = [{"role": "user", "content": prompt}]
        question = {"model": self._model, "messages": messages, "temperature": 0, **options}
        choices = self._endpoint.ask(question, "/chat/completions").get("choices")
        if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
            raise VictimError(self.name, "answered without a choice")
        return choices[0]

    @staticmethod
    def _all(ask: Callable[[str], Read], prompts: Sequence[str]) -> list[Read]:
        with ThreadPoolExecutor(max_workers=LANES) as lanes:
            return list(lanes.map(ask, prompts))

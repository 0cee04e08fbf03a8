"""A causal language model of transformers: how likely it goes on with given words, and what it writes."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from attacks.core.goals import Floats
from attacks.fingerprints import of_model
from attacks.pretrained import INSTALL, UnreadModelError, read_model
from attacks.victims.errors import VictimMissingError
from attacks.victims.stacking import stacked

AT_A_TIME = 32
"""How many rows the model reads at a time."""


class CausalLM:
    """A model with its tokenizer. Nothing is drawn: it only tells probabilities, or writes greedily."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:  # noqa: ANN401 - transformers' own
        self.model, self.tokenizer, self.name = model.eval(), tokenizer, name
        self.fingerprint = of_model(model)
        self._is_exact = model.device.type == "cpu" and str(model.dtype) == "torch.float32"
        longest = int(tokenizer.model_max_length)
        self._longest = min(longest, int(getattr(model.config, "max_position_embeddings", longest)))

    @classmethod
    def open(cls, kind: str, name: str) -> "CausalLM":
        """The model in a folder, or of that name, for a kind of victim. Raises VictimMissingError."""
        asked = f"{kind}:{name}"
        try:
            read = read_model(name, "AutoModelForCausalLM").whole()
        except UnreadModelError as wrong:
            remedy = wrong.remedy if wrong.remedy == INSTALL else f"{wrong.remedy}, or a server as URL#MODEL"
            raise VictimMissingError(asked, wrong.problem, remedy) from None
        return cls(read.model, read.tokenizer, name)

    def fitted(self, template: str, text: str, room: int) -> str:
        """The template filled with a text that is cut at its end until the model reads it all, `room` tokens to spare.

        Raises ValueError where the template alone is too long.
        """
        while True:
            filled = template.replace("{text}", text)
            length = len(self._numbers(filled))
            if length + room <= self._longest:
                return filled
            if not text:
                raise ValueError(f"the template needs {length + room} tokens, and the model reads {self._longest}")
            text = text[: min(len(text) - 1, int(len(text) * (self._longest - room) / length))]

    def log_probabilities(self, prompts: Sequence[str], words: Sequence[str]) -> Floats:
        """How likely each prompt goes on with a space and each word, as logarithms, shape `(prompts, words)`.

        The probability of a word of several tokens is the product of theirs.
        """
        wanted = [self._continuations(prompt, words) for prompt in prompts]
        # Words of one token share a row: it is the prompt, and the answer is at its end.
        rows = list(dict.fromkeys((*start, *rest[:-1]) for row in wanted for start, rest in row))
        spots: dict[tuple[int, ...], set[tuple[int, int]]] = defaultdict(set)
        for row in wanted:
            for start, rest in row:
                spots[(*start, *rest[:-1])] |= {(len(start) + it - 1, number) for it, number in enumerate(rest)}
        told = self._told(rows, spots)
        return np.array(
            [
                [
                    sum(told[(*start, *rest[:-1])][len(start) + it - 1, number] for it, number in enumerate(rest))
                    for start, rest in row
                ]
                for row in wanted
            ]
        )

    def written(self, prompts: Sequence[str], tokens: int) -> list[str]:
        """What the model writes after each prompt, greedily, at most so many tokens."""
        import torch

        read = [self._asked(prompt) for prompt in prompts]
        alike: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(read):
            alike[len(row)].append(number)
        found = [""] * len(prompts)
        # Only prompts of one length go together: padding would move what a model computes in its last digits.
        for length, numbers in sorted(alike.items()):
            for first in range(0, len(numbers), AT_A_TIME):
                some = numbers[first : first + AT_A_TIME]
                shown = torch.tensor([read[it] for it in some], device=self.model.device)
                with torch.inference_mode():
                    made = self.model.generate(
                        shown,
                        attention_mask=torch.ones_like(shown),
                        max_new_tokens=tokens,
                        do_sample=False,
                        num_beams=1,
                        pad_token_id=self._padding,
                    )
                for it, row in zip(some, made.tolist(), strict=True):
                    found[it] = str(self.tokenizer.decode(row[length:], skip_special_tokens=True)).strip()
        return found

    @property
    def _padding(self) -> int:
        numbers = (self.tokenizer.pad_token_id, self.tokenizer.eos_token_id, 0)
        return next(int(it) for it in numbers if it is not None)

    def _asked(self, prompt: str) -> list[int]:
        """The tokens of a prompt, as the model was taught to be asked, where it was."""
        if not getattr(self.tokenizer, "chat_template", None):
            return self._numbers(prompt)
        turns = [{"role": "user", "content": prompt}]
        written = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        numbers: list[int] = self.tokenizer(written, add_special_tokens=False, verbose=False)["input_ids"]
        return numbers

    def _numbers(self, text: str) -> list[int]:
        """The tokens of a text, with those that a model wants before it and without any that ends it."""
        numbers: list[int] = self.tokenizer(text, verbose=False)["input_ids"]
        end = self.tokenizer.eos_token_id
        while len(numbers) > 1 and end is not None and numbers[-1] == end:
            numbers = numbers[:-1]
        return numbers or [self._padding]

    def _continuations(self, prompt: str, words: Sequence[str]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """For each word what stands before it and its own tokens; all of a prompt part at the same token."""
        start = self._numbers(prompt)
        whole = [self._numbers(f"{prompt} {word}") for word in words]
        shared = min(len(start), *(len(row) - 1 for row in whole))
        while shared > 1 and any(row[:shared] != start[:shared] for row in whole):
            shared -= 1
        return [(tuple(row[:shared]), tuple(row[shared:])) for row in whole]

    def _told(
        self, rows: Sequence[tuple[int, ...]], spots: dict[tuple[int, ...], set[tuple[int, int]]]
    ) -> dict[tuple[int, ...], dict[tuple[int, int], float]]:
        """For each row the log-probability of (the token after this position, its number)."""
        import torch

        found: dict[tuple[int, ...], dict[tuple[int, int], float]] = {}
        # Rows of one length only, filled up to a multiple: nothing else keeps the last digits whatever goes along.
        for _, members in stacked([len(row) for row in rows], lambda length: length, fills=self._is_exact):
            for first in range(0, len(members), AT_A_TIME):
                some = [rows[it] for it in members[first : first + AT_A_TIME]]
                shown = torch.tensor(some, device=self.model.device)
                with torch.inference_mode():
                    logits = self.model(shown, attention_mask=torch.ones_like(shown)).logits
                found |= self._read_off(some, logits, spots)
        return found

    @staticmethod
    def _read_off(
        some: Sequence[tuple[int, ...]],
        logits: Any,  # noqa: ANN401 - a tensor
        spots: dict[tuple[int, ...], set[tuple[int, int]]],
    ) -> dict[tuple[int, ...], dict[tuple[int, int], float]]:
        import torch

        found: dict[tuple[int, ...], dict[tuple[int, int], float]] = {}
        for number, row in enumerate(some):
            if row not in found:
                places = sorted({place for place, _ in spots[row]})
                told = dict(zip(places, torch.log_softmax(logits[number, places].double(), dim=-1), strict=True))
                found[row] = {(place, token): float(told[place][token]) for place, token in sorted(spots[row])}
        return found

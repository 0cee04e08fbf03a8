"""Draws texts from a language model that writes: what follows a text, or what an encoder-decoder makes of one.

Chance is an argument: the same chance, text and model give the same draws, whatever else is drawn before or beside
them. No process-wide generator is touched.
"""

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from attacks.fingerprints import of_model
from attacks.pretrained import INSTALL, UnreadModelError, read_config, read_model
from attacks.transformations.errors import ModelUnfitError

_WRITES = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
"""How the names of architectures end that write."""
_REMEDY = (
    "name a folder with config.json, tokenizer and model.safetensors of a causal or a sequence-to-sequence language "
    "model, or one of the Hugging Face hub"
)


class WriterError(ModelUnfitError):
    """A model that cannot be read as one that writes."""

    def __init__(self, asked: str, problem: str, remedy: str = _REMEDY) -> None:
        super().__init__("language model", asked, problem, remedy)


@dataclass(frozen=True, eq=False)
class Writer:
    """A causal or sequence-to-sequence model of transformers with its tokenizer.

    Tokens are drawn at a temperature from the likeliest ones that hold `top_p` of the probability together.
    """

    model: Any
    tokenizer: Any
    temperature: float = 1.0
    top_p: float = 0.95

    @classmethod
    def open(cls, named: str) -> "Writer":
        """The model in a folder or of that name. Raises WriterError."""
        try:
            config = read_config(named)
            if not writes(config):
                raise WriterError(named, f"{' and '.join(config.architectures or ['it'])} does not write")
            kind = "AutoModelForSeq2SeqLM" if config.is_encoder_decoder else "AutoModelForCausalLM"
            read = read_model(named, kind).whole()
        except UnreadModelError as wrong:
            raise WriterError(named, wrong.problem, wrong.remedy if wrong.remedy == INSTALL else _REMEDY) from None
        return cls(read.model, read.tokenizer)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the model."""
        return of_model(self.model)

    @property
    def rewrites(self) -> bool:
        """Whether the model reads a whole text and writes another, instead of going on with it."""
        return bool(self.model.config.is_encoder_decoder)

    def draw(self, text: str, count: int, longest: int, chance: Random) -> list[str]:
        """So many texts of at most `longest` tokens each: what follows `text`, or what is made of it.

        A text longer than the model reads loses its beginning.
        """
        import torch

        generator = torch.Generator().manual_seed(chance.getrandbits(63))
        read = self.tokenizer(text, return_tensors="pt", verbose=False)["input_ids"]
        if not self.rewrites:
            # Some tokenizers end every text; nothing would follow an end.
            read = read[:, :-1] if read.shape[1] > 1 and int(read[0, -1]) == self._end else read
            room = int(getattr(self.model.config, "max_position_embeddings", 0) or read.shape[1] + longest)
            longest = min(longest, max(1, room // 2))
            read = read[:, -max(1, room - longest) :]
        with torch.inference_mode():
            drawn = self._drawn(read.repeat(count, 1).to(self.model.device), longest, generator)
        return [self._written(read[0].tolist(), row) for row in drawn]

    @property
    def _end(self) -> int:
        end = self.model.generation_config.eos_token_id if self.model.can_generate() else None
        end = self.tokenizer.eos_token_id if end is None else end
        return -1 if end is None else int(end[0] if isinstance(end, list) else end)

    def _drawn(self, read: Any, longest: int, generator: Any) -> list[list[int]]:  # noqa: ANN401 - torch's own
        """Token after token for all rows, until each has ended."""
        import torch

        given: dict[str, Any] = {"input_ids": read}
        if self.rewrites:
            start = torch.full((len(read), 1), int(self.model.config.decoder_start_token_id), device=read.device)
            given = {"encoder_outputs": self.model.get_encoder()(read), "decoder_input_ids": start}
        rows: list[list[int]] = [[] for _ in range(len(read))]
        has_ended = [False] * len(rows)
        for _ in range(longest):
            said = self.model(**given, use_cache=True)
            chosen = self._chosen(said.logits[:, -1].double().cpu(), generator)
            for number, token in enumerate(chosen.flatten().tolist()):
                has_ended[number] = has_ended[number] or token == self._end
                if not has_ended[number]:
                    rows[number].append(token)
            if all(has_ended):
                break
            given["decoder_input_ids" if self.rewrites else "input_ids"] = chosen.to(read.device)
            given["past_key_values"] = said.past_key_values
        return rows

    def _chosen(self, logits: Any, generator: Any) -> Any:  # noqa: ANN401 - torch's own
        """A token for each row, shape `(rows, 1)`."""
        import torch

        shares, order = torch.softmax(logits / self.temperature, dim=-1).sort(dim=-1, descending=True, stable=True)
        shares[shares.cumsum(dim=-1) - shares >= self.top_p] = 0.0
        return order.gather(1, torch.multinomial(shares, 1, generator=generator))

    def _written(self, read: list[int], row: list[int]) -> str:
        if self.rewrites:
            return str(self.tokenizer.decode(row, skip_special_tokens=True)).strip()
        # Decoded together, as the space before a first token is lost where it is decoded alone.
        before = self.tokenizer.decode(read, skip_special_tokens=True)
        return str(self.tokenizer.decode([*read, *row], skip_special_tokens=True)[len(before) :])


def writes(config: Any) -> bool:  # noqa: ANN401 - a configuration of transformers
    """Whether a model of this configuration writes."""
    return any(name.endswith(_WRITES) for name in config.architectures or ())

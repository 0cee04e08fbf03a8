"""What is asked of a language model, and what comes back: values, whichever engine runs the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias


class Speaker(StrEnum):
    """Whose words a message of a prompt holds."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    speaker: Speaker
    text: str


Prompt: TypeAlias = str | tuple[Message, ...]
"""A text to be continued as it stands, or a conversation that the model's own chat format is put around."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    `temperature` 0 takes the likeliest token. `top_k` 0 and `top_p` 1 leave every token in. Generation ends before the
    first of the `stop` texts, which is not part of the answer, at the model's own end, or after `max_tokens`.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 128
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of a model.

    The same model, request and `seed` give the same sample, whatever else the engine does at the time, as far as the
    engine's `is_reproducible` promises it. `adapter` names one of the engine's adapters, None the base model. `schema`
    is a JSON Schema that the answer shall fit, heeded where the engine `has_schemas`. `seconds` is how long the answer
    may take, counted from the asking; None is without end.
    """

    prompt: Prompt
    sampling: Sampling = Sampling()
    seed: int = 0
    adapter: str | None = None
    schema: Mapping[str, Any] | None = None
    seconds: float | None = None


class Ending(StrEnum):
    """Why a model said no more."""

    STOP = "stop"
    """It was done, or came to a stop text."""
    LENGTH = "length"
    """It had said `max_tokens`, or its context was full."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer.

    `reasoning` is what the model's server kept apart as its thinking; thinking written into the text is still there.
    `prompt_tokens` and `tokens` count what was read and what was said, reasoning included.
    """

    text: str
    ending: Ending
    prompt_tokens: int
    tokens: int
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """How likely a model finds a text after a prompt, token by token.

    `logprobs` are natural logarithms, `ranks` say the how many-th likeliest of all tokens each was, 1 the first. Both
    have the length of `tokens`.
    """

    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    ranks: tuple[int, ...]

    @property
    def total(self) -> float:
        """The log-probability of the whole text."""
        return sum(self.logprobs)

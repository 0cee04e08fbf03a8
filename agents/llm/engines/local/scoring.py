"""How likely a model finds texts: one pass over prompt and text, many at once, nothing drawn."""

import math
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor

from agents.llm.engines.local.batches import rounded
from agents.llm.engines.local.job import Asked
from agents.llm.engines.local.loading import Loaded
from agents.llm.engines.local.shape import GRAIN, padded
from arena.core.errors import EngineTimeoutError
from arena.core.generation import Scored

Found: TypeAlias = tuple[tuple[float, ...], tuple[int, ...]]
"""The log-probability of each token of a text, and its rank."""
MOST_LOGITS: Final = 2**28
"""So many numbers (1 GiB of float32) may a pass give: rows times scored tokens times vocabulary."""


class ScoreJob(Asked[Found]):
    """A text to be scored, as tokens: `ids` those of the prompt, never empty, `text_ids` those of the text."""

    def __init__(self, ids: tuple[int, ...], text_ids: tuple[int, ...], adapter: str | None = None) -> None:
        super().__init__()
        self.ids, self.text_ids, self.adapter = ids, text_ids, adapter

    @property
    def all_ids(self) -> tuple[int, ...]:
        """What the model reads: prompt and text."""
        return (*self.ids, *self.text_ids)

    @property
    def is_wanted(self) -> bool:
        """False once it is settled or cancelled."""
        return not self.answer.done()

    def leave(self, model: str) -> None:
        """Settle what is no longer wanted."""
        self.fail(EngineTimeoutError(model, "nobody waits for this score"))


def score(loaded: Loaded, model: Any, jobs: Sequence[ScoreJob], extra: Mapping[str, Any], *, is_exact: bool) -> None:  # noqa: ANN401
    """Score every job in one pass, and settle it. `model` is the network, or the one with adapters around it."""
    ids, mask = padded([job.all_ids for job in jobs], loaded.tokens.pad, loaded.device, is_exact=is_exact)
    longest = max(len(job.text_ids) for job in jobs) + 1
    keep = min(ids.shape[1], rounded(longest, GRAIN) if is_exact else longest)
    known = signature(loaded.model.forward).parameters
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "use_cache": False, **extra}
    if "position_ids" in known:
        given["position_ids"] = (mask.cumsum(dim=-1) - 1).clamp(min=0)
    if "logits_to_keep" in known:
        given["logits_to_keep"] = keep
    with torch.inference_mode():
        logits = model(**given).logits
        for place, job in enumerate(jobs):
            many = len(job.text_ids)
            # The token before a text foretells its first; the last token's foretelling is of no use.
            job.settle(_read(logits[place, logits.shape[1] - many - 1 : logits.shape[1] - 1], job.text_ids))


def rows_that_fit(jobs: Sequence[ScoreJob], vocab: int) -> int:
    """How many of the jobs one pass may score."""
    longest = max(len(job.text_ids) for job in jobs) + 1
    return max(1, MOST_LOGITS // (rounded(longest, GRAIN) * vocab))


def scored(pieces: tuple[str, ...], found: Found) -> Scored:
    """The score with the text of its tokens."""
    logprobs, ranks = found
    return Scored(pieces, logprobs, ranks)


def _read(logits: Tensor, ids: Sequence[int]) -> Found:
    """Log-probability and rank of each token, from logits of shape `(tokens, vocab)`.

    Tokens that are exactly as likely share the better rank.
    """
    if not ids:
        return (), ()
    numbers = logits.float()
    taken = numbers.gather(-1, torch.tensor(ids, device=numbers.device)[:, None])
    logprobs = (taken - numbers.logsumexp(dim=-1, keepdim=True)).squeeze(-1).tolist()
    ranks = ((numbers > taken).sum(dim=-1) + 1).tolist()
    # Rounding may put the likeliest of all a hair above certain.
    return tuple(min(0.0, number) if math.isfinite(number) else number for number in logprobs), tuple(ranks)

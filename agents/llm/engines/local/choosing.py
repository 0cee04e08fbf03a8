"""Which token comes next: temperature, top-k and top-p of each row, and its seeded noise, so that argmax draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from torch import Tensor

from agents.llm.engines.local.noise import gumbel
from arena.core.generation import Sampling

NEVER: Final = float("-inf")
_LIKELY: Final = 256
"""How many of the likeliest tokens are looked at before all of them are sorted: nearly always enough for top-p."""
Drawn: TypeAlias = tuple[Sampling, int]
"""How a row is drawn, and its seed."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """How the rows of one batch choose, as tensors of shape `(rows,)` on the model's device."""

    temperatures: Tensor
    """float32; 1 where the likeliest token is taken without chance"""
    chances: Tensor
    """float32: 1 where there is noise, 0 where the likeliest token is taken"""
    top_ks: Tensor
    """int64; the vocabulary's size where all are left in"""
    top_ps: Tensor
    """float32; 1 where all are left in"""
    seeds: Tensor
    """int64"""
    most: int
    """The greatest top-k of the rows; 0 where none has one"""
    has_top_p: bool
    is_certain: bool
    """Whether no row has noise."""
    is_uncertain: bool
    """Whether every row has noise."""

    @classmethod
    def of(cls, rows: Sequence[Drawn], vocab: int, device: torch.device) -> "Choosing":
        """How these rows choose among `vocab` tokens."""
        samplings = [sampling for sampling, _ in rows]
        warm = [sampling.temperature > 0 for sampling in samplings]
        # Where the likeliest is taken, cutting changes nothing.
        ks = [one.top_k if one.temperature > 0 and 0 < one.top_k < vocab else vocab for one in samplings]
        ps = [one.top_p if one.temperature > 0 else 1.0 for one in samplings]
        heat = [one.temperature if one.temperature > 0 else 1.0 for one in samplings]
        return cls(
            torch.tensor(heat, dtype=torch.float32, device=device),
            torch.tensor(warm, dtype=torch.float32, device=device),
            torch.tensor(ks, dtype=torch.int64, device=device),
            torch.tensor(ps, dtype=torch.float32, device=device),
            torch.tensor([_signed(seed) for _, seed in rows], dtype=torch.int64, device=device),
            max((k for k in ks if k < vocab), default=0),
            any(p < 1 for p in ps),
            not any(warm),
            all(warm),
        )

    def noisy(self, logits: Tensor, steps: Tensor) -> Tensor:
        """Scores whose greatest is the token to take, float32, shape `(rows, vocab)`; `logits` may be overwritten.

        `steps` (int64, `(rows,)`) is how many tokens each row has taken before, the number of its noise.
        """
        if self.is_certain:
            return logits
        scores = logits.float().div_(self.temperatures[:, None])
        if self.most:
            scores = self._within_k(scores)
        if self.has_top_p:
            scores = self._within_p(scores)
        noise = gumbel(self.seeds, steps, scores.shape[-1])
        if not self.is_uncertain:
            noise *= self.chances[:, None]
        return scores.add_(noise)

    def _within_k(self, scores: Tensor) -> Tensor:
        """Everything less likely than a row's k-th token goes; what is as likely as that one stays."""
        vocab = scores.shape[-1]
        best = scores.topk(self.most, dim=-1).values
        last = best.gather(-1, (self.top_ks.clamp(max=self.most) - 1)[:, None])
        last = torch.where(self.top_ks[:, None] < vocab, last, NEVER)
        return scores.masked_fill_(scores < last, NEVER)

    def _within_p(self, scores: Tensor) -> Tensor:
        """The least set of tokens that holds `top_p` of the chance stays, and what is as likely as its last."""
        total = scores.logsumexp(dim=-1, keepdim=True)
        wanted = self.top_ps[:, None]
        vocab = scores.shape[-1]
        for many in (min(_LIKELY, vocab), vocab):
            best = scores.topk(many, dim=-1).values
            held = (best - total).exp_().cumsum(dim=-1)
            if many == vocab or bool(((held[:, -1:] >= wanted) | (wanted >= 1)).all()):
                break
        # The token that reaches the wanted chance is still in.
        kept = (held < wanted).sum(dim=-1, keepdim=True).clamp(max=many - 1)
        last = torch.where(wanted < 1, best.gather(-1, kept), NEVER)
        return scores.masked_fill_(scores < last, NEVER)


class Chooser:
    """The logits processor of one batch for `model.generate` with `do_sample=False`. `steps` are those of the start."""

    def __init__(self, choosing: Choosing, steps: Tensor) -> None:
        self._choosing = choosing
        self._steps = steps

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002 - the signature is the library's
        """Scores whose greatest is the token to take."""
        noisy = self._choosing.noisy(scores, self._steps)
        self._steps = self._steps + 1
        return noisy


def _signed(seed: int) -> int:
    """A seed of any size as a signed 64-bit number."""
    folded = seed & 0xFFFF_FFFF_FFFF_FFFF
    return folded - (1 << 64) if folded >= 1 << 63 else folded

"""Draws the tokens of a continuous batch: each request by its own sampling and its own seeded noise.

What a request brings travels to the device beside the token ids, as six rows of 32-bit integers: real numbers by their
bits, the seed in two halves. Nothing here looks at the values on the host, so that a step can be captured as a CUDA
graph; what is left out of a graph is therefore said when it is made.
"""

from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor
from transformers import LogitsProcessorList
from transformers.generation.continuous_batching.cb_logits_processors import ContinuousBatchingLogitsProcessorList
from transformers.generation.continuous_batching.requests import FutureRequestState

from agents.llm.engines.local.choosing import NEVER
from agents.llm.engines.local.noise import gumbel

if TYPE_CHECKING:
    from agents.llm.engines.local.job import Job

_LOW: Final = 0xFFFF_FFFF
_SIGN: Final = 0x8000_0000


class Drawing(ContinuousBatchingLogitsProcessorList):
    """Turns logits into scores of which the greatest is the token drawn, the same one as in a static batch.

    It takes the place of transformers' whole list, because one processor there has room for one number a request.
    `cuts` is whether top-k and top-p are heeded, for which the whole vocabulary is sorted at every step.
    """

    ROWS: Final = 6
    """Temperature, top-p, top-k, the seed's lower and upper half, and how many tokens were drawn before."""

    def __init__(self, *, cuts: bool) -> None:
        super().__init__(LogitsProcessorList())
        self._cuts = cuts
        self.tensors_required = self.ROWS
        self.do_processing = True
        whole = dict.fromkeys(("top_k", "seed_low", "seed_high", "prompt_tokens"), int)
        self.supported_keys = {"temperature": float, "top_p": float, **whole}

    @staticmethod
    def brought(job: "Job") -> dict[str, Any]:
        """What a job brings along, by name; its prompt ends before what an earlier batch drew."""
        sampling, seed = job.sampling, job.seed
        return {
            "temperature": float(sampling.temperature),
            "top_p": float(sampling.top_p),
            "top_k": sampling.top_k,
            "seed_low": _signed(seed & _LOW),
            "seed_high": _signed((seed >> 32) & _LOW),
            "prompt_tokens": len(job.ids),
        }

    def fill_defaults(self, int32_tensor: Tensor) -> None:
        """Make the rows that only fill a graph up greedy."""
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests_in_batch: list[FutureRequestState], arg_storage: Tensor) -> Tensor:
        """Write the numbers of every request that gets a token in this step, in the order of their logits."""
        states = [request.state for request in requests_in_batch if request.has_new_token]
        brought: list[dict[str, Any]] = [it.logit_processor_kwargs for it in states]
        reals = torch.tensor(
            [[it["temperature"] for it in brought], [it["top_p"] for it in brought]], dtype=torch.float32
        )
        # By their place and not by the tokens recorded so far, which come a step late where steps overlap.
        steps = [it.position_offset - kwargs["prompt_tokens"] for it, kwargs in zip(states, brought, strict=True)]
        whole = [[it[name] for it in brought] for name in ("top_k", "seed_low", "seed_high")]
        rows = torch.cat((reals.view(torch.int32), torch.tensor([*whole, steps], dtype=torch.int32)))
        arg_storage[: self.ROWS, : len(states)] = rows.to(arg_storage.device)
        return arg_storage

    def __call__(self, input_ids: Tensor, scores: Tensor, logits_processor_args: Tensor) -> Tensor:  # noqa: ARG002
        """The scores, float32 of shape (rows, vocabulary); logits come in the same shape."""
        rows = logits_processor_args[: self.ROWS, : scores.shape[0]]
        temperatures, top_ps = rows[0].view(torch.float32), rows[1].view(torch.float32)
        top_ks, low, high, steps = rows[2:].long()
        is_warm = temperatures > 0
        scores = scores.float() / torch.where(is_warm, temperatures, 1.0)[:, None]
        if self._cuts:
            scores = cut(scores, top_ks, top_ps)
        noise = gumbel((high << 32) | (low & _LOW), steps, scores.shape[-1])
        return scores + noise * is_warm[:, None]


def cut(scores: Tensor, top_ks: Tensor, top_ps: Tensor) -> Tensor:
    """Scores, shape `(rows, vocab)`, without what top-k and then top-p leave out, decided on the device alone.

    What is as likely as the last token left in stays too. Rows with a top-k of 0 or a top-p of 1 keep everything.
    """
    vocab = scores.shape[-1]
    has_k, has_p = (top_ks > 0) & (top_ks < vocab), top_ps < 1
    best = scores.sort(dim=-1, descending=True).values
    last = best.gather(-1, (torch.where(has_k, top_ks, vocab) - 1)[:, None])
    best, scores = best.masked_fill(best < last, NEVER), scores.masked_fill(scores < last, NEVER)
    held = (best - scores.logsumexp(dim=-1, keepdim=True)).exp().cumsum(dim=-1)
    # The token that reaches the wanted chance is still in.
    kept = (held < top_ps[:, None]).sum(dim=-1, keepdim=True).clamp(max=vocab - 1)
    last = torch.where(has_p[:, None], best.gather(-1, kept), NEVER)
    return scores.masked_fill(scores < last, NEVER)


def _signed(bits: int) -> int:
    """32 bits read as a signed number, as the storage holds them."""
    return bits - (bits & _SIGN) * 2

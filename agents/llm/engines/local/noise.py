"""Chance that depends on a seed, a step and a token alone: the same on every device, whoever else is in the batch.

No generator is drawn from, so nothing is used up and no order matters. A row's seed and step are hashed to two 32-bit
keys; each token has a hash of its own, fixed for all time; one round of multiplying mixes the three.
"""

from functools import cache
from typing import Final

import torch
from torch import Tensor

_GOLDEN: Final = -7046029254386353131  # 0x9E3779B97F4A7C15 as a signed number: the golden ratio, of 64 bits
_FIRST: Final = -4658895280553007687  # 0xBF58476D1CE4E5B9
_SECOND: Final = -7723592293110705685  # 0x94D049BB133111EB
_ODD: Final = -2048144789  # 0x85EBCA6B: spreads low bits to the high ones
_OTHER_ODD: Final = -1028477387  # 0xC2B2AE35
_ONE_BITS: Final = 0x3F800000
"""The bits of the float32 1.0: with 23 random bits below them, a number in [1, 2)."""
_HALF_STEP: Final = 1.0 - 2.0**-24


def gumbel(seeds: Tensor, steps: Tensor, vocab: int) -> Tensor:
    """Standard Gumbel noise, float32, shape `(rows, vocab)`, for int64 `seeds` and `steps` of shape `(rows,)`.

    Adding it to log-probabilities and taking the greatest draws a token from them exactly, but for what 23 bits cannot
    tell apart: a token that is 2**-24 as likely as another. The bits are the same on every device; the logarithms taken
    of them may differ in their last place.

    Source: the Gumbel-max trick (Maddison, Tarlow and Minka, "A* Sampling", 2014, section 2); the mixing steps are
    those of splitmix64 (Steele, Lea and Flood, 2014) for the keys and MurmurHash3's finalizer for the tokens.
    """
    return uniform(seeds, steps, vocab).log_().neg_().log_().neg_()


def uniform(seeds: Tensor, steps: Tensor, vocab: int) -> Tensor:
    """Odd multiples of 2**-24 between 0 and 1, float32, shape `(rows, vocab)`, never either end."""
    # One is added wherever nought would be mixed to nought.
    keys = _mixed(_mixed(seeds + _GOLDEN) + (steps + 1) * _GOLDEN)
    first, second = _low(keys), _low(keys >> 32)
    bits = _token_hashes(vocab, seeds.device) ^ first[:, None]
    # Shifts of signed numbers keep the sign, so each xor loses the top bit; what is left is spread by the multiplying.
    bits ^= bits >> 15
    bits *= _ODD
    bits += second[:, None]
    bits ^= bits >> 13
    bits *= _OTHER_ODD
    bits >>= 9
    bits &= 0x7FFFFF
    bits |= _ONE_BITS
    return bits.view(torch.float32).sub_(_HALF_STEP)


@cache  # a captured graph keeps the address, so none may ever go
def _token_hashes(vocab: int, device: torch.device) -> Tensor:
    """A fixed 32-bit hash of every token id, int32, shape `(vocab,)`."""
    with torch.inference_mode(False):  # kept for later calls, whichever mode those run in
        return _low(_mixed(torch.arange(1, vocab + 1, dtype=torch.int64, device=device) * _GOLDEN))


def _mixed(keys: Tensor) -> Tensor:
    """The splitmix64 finalizer of int64 numbers; multiplying wraps."""
    keys = (keys ^ _shifted(keys, 30)) * _FIRST
    keys = (keys ^ _shifted(keys, 27)) * _SECOND
    return keys ^ _shifted(keys, 31)


def _shifted(keys: Tensor, bits: int) -> Tensor:
    """The numbers shifted right with zeros coming in, as unsigned ones are."""
    return (keys >> bits) & ((1 << (64 - bits)) - 1)


def _low(keys: Tensor) -> Tensor:
    """The low 32 bits as int32."""
    low = keys & 0xFFFFFFFF
    return torch.where(low >= 1 << 31, low - (1 << 32), low).to(torch.int32)

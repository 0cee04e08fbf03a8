"""Gradients by a network's input embeddings, whatever the network does before and after its embedding layer."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from attacks.core.errors import VictimError

if TYPE_CHECKING:
    from torch import Tensor


def steepest(
    victim: str,
    embedding: Any,  # noqa: ANN401 - a module
    forward: Callable[[], "Tensor"],
    labels: Sequence[int],
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Probabilities, gradients of the labels' log-probabilities, and the embeddings that they are taken by.

    `forward` gives logits of shape `(rows, classes)`; gradients and embeddings have the shape
    `(rows, tokens, dimensions)`. Raises VictimError where a pass does not read the embedding layer exactly once.
    """
    import torch

    read: list[Tensor] = []

    def keep(_: Any, __: Any, given: "Tensor") -> "Tensor":  # noqa: ANN401 - a hook's own
        read.append(given.detach().requires_grad_())
        return read[-1]

    hook = embedding.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            shares = torch.log_softmax(forward().double(), dim=-1)
            if len(read) != 1:
                raise VictimError(victim, f"reads its embedding layer {len(read)} times a pass; gradients need once")
            total = shares[torch.arange(len(labels)), torch.as_tensor(labels)].sum()
            (gradients,) = torch.autograd.grad(total, read[0])
    finally:
        hook.remove()
    return shares.detach().exp(), gradients.detach(), read[0].detach()

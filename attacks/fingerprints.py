"""Short digests by which a run knows again what it was made with."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def of_model(model: Any) -> str:  # noqa: ANN401 - a model of transformers
    """16 hex digits over the configuration and every byte of every weight."""
    return of_weights(model.state_dict(), model.config.to_json_string())


def of_weights(weights: Mapping[str, Any], written: str) -> str:
    """16 hex digits over tensors by name, their kinds and shapes, and what is written about them."""
    import torch

    digest = sha256(written.encode())
    for name, tensor in sorted(weights.items()):
        digest.update(f"{name}{tensor.dtype}{tuple(tensor.shape)}".encode())
        whole = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        digest.update(memoryview(whole.numpy()))
    return digest.hexdigest()[:16]


def of_bytes(content: bytes) -> str:
    """16 hex digits over a file's content."""
    return sha256(content).hexdigest()[:16]


def of_parts(*parts: str) -> str:
    """16 hex digits over several texts, such as other digests."""
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]

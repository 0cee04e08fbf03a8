"""Short digests by which a run knows again what it was made with."""

from hashlib import sha256
from typing import Any


def of_model(model: Any) -> str:  # noqa: ANN401 - a model of transformers
    """16 hex digits over the configuration and the sum of every weight tensor."""
    digest = sha256(model.config.to_json_string().encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}{float(tensor.double().sum()):.12g}".encode())
    return digest.hexdigest()[:16]


def of_bytes(content: bytes) -> str:
    """16 hex digits over a file's content."""
    return sha256(content).hexdigest()[:16]

"""What an adapter is, told by its files and not by its name: training it anew in its place makes it another."""

import hashlib
from pathlib import Path

from agents.llm.engines.adapters import names, weights
from agents.llm.engines.adapters.adapter import Asked


def digest(root: Path | None, name: str, model: str) -> str:
    """16 hex digits over the config and the weights of the adapter `name` below `root`, as they are now.

    Raises AdapterError, which names `model`, where either is missing or leads out of `root`.
    """
    asked = Asked(name, model)
    folder = names.locate(root, asked)
    whole = hashlib.sha256()
    for file in (names.CONFIG, weights.FILE):
        path = names.inside(root or folder, folder / file, asked)
        try:
            with path.open("rb") as source:
                whole.update(hashlib.file_digest(source, "sha256").digest())
        except OSError as error:
            raise asked.refused(f"has no {file} that can be read: {error.strerror}", "save it anew") from None
    return whole.hexdigest()[:16]

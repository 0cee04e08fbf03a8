"""What tells one model from another: its configuration, its tokenizer and its weights."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

_WHOLE: Final = 64 * 2**20
"""Files of up to that many bytes are read from end to end;"""
_ENDS: Final = 8 * 2**20
"""of larger ones, so many bytes at either end: a safetensors file begins with the names, shapes and places of all."""
_KINDS: Final = (".safetensors", ".json", ".model", ".jinja", ".txt")


def fingerprint(folder: Path | None, marks: Iterable[str] = ()) -> str:
    """16 hex digits over the files of a model that say what it is, and `marks` of how it was loaded.

    Every file counts with name, size and content, but for the middle of weights that are larger than 64 MiB. None in
    place of a folder leaves the marks alone.
    """
    digest = sha256("\0".join(marks).encode())
    paths = sorted(path for path in folder.iterdir() if path.suffix in _KINDS) if folder is not None else []
    for path in paths:
        size = path.stat().st_size
        digest.update(f"\0{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            if size <= _WHOLE:
                digest.update(file.read())
            else:
                digest.update(file.read(_ENDS))
                file.seek(-_ENDS, 2)
                digest.update(file.read())
    return digest.hexdigest()[:16]

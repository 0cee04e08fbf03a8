"""The fingerprint of the matcher: it changes whenever an answer could."""

import hashlib
import unicodedata
from functools import cache
from importlib.metadata import version
from importlib.resources import files

_MODULES = (
    "chinese", "dictionaries", "english", "evasions", "families", "fold", "lexemes", "lookalikes", "markup",
    "matcher", "reading", "screen", "segment", "spelling", "split", "targets",
)  # fmt: skip
_TABLES = ("english.toml", "chinese.toml")
_LIBRARIES = (
    "confusable_homoglyphs", "jieba", "lemminflect", "opencc-python-reimplemented", "simplemma", "wordfreq",
)  # fmt: skip


@cache
def fingerprint() -> str:
    """16 hex digits over the code, the tables and the versions of the libraries that decide what was said."""
    package = files("arena.words")
    digest = hashlib.sha256()
    for name in (*(f"{module}.py" for module in _MODULES), *(f"data/{table}" for table in _TABLES)):
        digest.update(package.joinpath(name).read_text(encoding="utf-8").encode())
    for library in _LIBRARIES:
        digest.update(f"{library}=={version(library)}\n".encode())
    digest.update(unicodedata.unidata_version.encode())
    return digest.hexdigest()[:16]

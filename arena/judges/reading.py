"""How the judges read a text: folded, then cut into words and Chinese characters.

Knows nothing of the game. It folds less than the matcher does: a judge must not be fooled by invisible marks or wide
letters, but nobody loses a match over a look-alike letter here.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

FINE = "fine"
"""The label of an utterance that a judge has nothing against."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['\u2019][^\W\d_{HAN}]+)*")
_UNSEEN = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)
_HAN_CHARACTERS = range(0x3400, 0xA000)
HAN_PER_WORD = 1.6


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """The text in one width and one case, without marks that nobody sees."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(_UNSEEN)


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded; each Chinese character stands for itself."""
    return tuple(_TOKEN.findall(folded(text)))


def is_han(token: str) -> bool:
    """Whether a token is a Chinese character."""
    return ord(token[0]) in _HAN_CHARACTERS


def words_in(read: Iterable[str]) -> float:
    """How many words these tokens come to: a Chinese word is 1.6 characters on average."""
    return sum(1 / HAN_PER_WORD if is_han(token) else 1.0 for token in read)


def fingerprint(*parts: str) -> str:
    """16 hex digits over this module's source and the parts, which name the code and data of one judge."""
    digest = sha256(Path(__file__).read_bytes())
    digest.update(unicodedata.unidata_version.encode())
    for part in parts:
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()[:16]

"""What must not be found, and every way in which it could be written."""

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[3]
_TEXTS = ("web", "arena/server", "arena/wire", "arena/core", "agents")


@dataclass(frozen=True)
class Needle:
    """A secret. `name` says whose and which; `text` is looked for in any letter case, its codes as they are."""

    name: str
    text: str

    @cached_property
    def plain(self) -> tuple[bytes, ...]:
        """Ways of writing it in which the case of letters does not matter."""
        text = self.text
        utf8 = text.encode()
        ways = {
            text,
            json.dumps(text)[1:-1],
            html.escape(text),
            "".join(f"&#{ord(letter)};" for letter in text),
            "".join(f"&#x{ord(letter):x};" for letter in text),
            quote(text, safe=""),
            "".join(f"%{byte:02x}" for byte in utf8),
            utf8.hex(),
        }
        return tuple(sorted(way.lower().encode() for way in ways))

    @cached_property
    def coded(self) -> tuple[bytes, ...]:
        """Ways in which it does: base64 of both alphabets, wherever in a longer text it stands."""
        utf8 = self.text.encode()
        ways = set()
        for before in range(3):
            code = base64.b64encode(b"\0" * before + utf8)
            first = -(-before * 8 // 6)
            last = (before + len(utf8)) * 8 // 6
            ways |= {code[first:last], code[first:last].translate(bytes.maketrans(b"+/", b"-_"))}
        return tuple(sorted(ways))

    def is_in(self, text: bytes, lowered: bytes) -> bool:
        """Whether it is in the text in any way; `lowered` is the text in small letters."""
        return any(way in lowered for way in self.plain) or any(way in text for way in self.coded)


def found(needles: Iterable[Needle], text: bytes, given: str = "") -> list[str]:
    """The names of those that are in the text, but not in what its reader gave."""
    lowered = text.decode("utf-8", "replace").lower().encode()
    asked = given.lower().encode()
    return [it.name for it in needles if it.is_in(text, lowered) and not it.is_in(given.encode(), asked)]


def needles_of(secrets: Mapping[str, str]) -> list[Needle]:
    """One for each secret. One of fewer than six bytes would be found by chance."""
    short = [name for name, text in secrets.items() if len(text.encode()) < 6]
    assert not short, f"too short to be looked for: {short}"
    return [Needle(name, text) for name, text in secrets.items()]


def distinctive(words: Iterable[str]) -> Iterator[str]:
    """The words that no file of ours holds, so that whoever finds one has found a secret."""
    files = [file for folder in _TEXTS for file in sorted((ROOT / folder).rglob("*")) if file.is_file()]
    corpus = "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix not in (".pyc", ".png"))
    lowered = corpus.lower()
    for word in words:
        if len(word.encode()) >= 6 and word.lower() not in lowered:
            yield word

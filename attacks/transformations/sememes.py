"""Words that mean the same by sememes, the smallest units of meaning of HowNet: English and Chinese from one file.

Source: Zang et al., 'Word-level Textual Adversarial Attacking as Combinatorial Optimization', ACL 2020, section 4.1;
the data is OpenHowNet's (Qi et al., 2019), entries of lines `NO.=`, `W_C=`, `G_C=`, `W_E=`, `G_E=`, `DEF=` and others.
Deviation: words are looked up as they are written, in lower case; neither they nor their substitutes are inflected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.languages import parts_of_speech
from attacks.transformations.casing import cased_like
from attacks.transformations.reading import BrokenFileError, found, numbered

VARIABLE = "TABOO_HOWNET"
_REMEDY = (
    f"set {VARIABLE} to HowNet.txt, the HowNet dictionary of OpenHowNet as text (entries of lines NO.=, W_C=, G_C=, "
    "W_E=, G_E=, DEF=), from https://openhownet.thunlp.org/download"
)
_SEMEME = re.compile(r"[^{}:;,=|\"'\s]+\|[^{}:;,=|\"'\s]+")
_PARTS = {"noun": "noun", "verb": "verb", "adj": "adjective", "adv": "adverb"}
_FIELDS = {"en": ("W_E", "G_E"), "zh": ("W_C", "G_C")}

Entry: TypeAlias = Mapping[str, str]
Meaning: TypeAlias = tuple[str, frozenset[str]]
"""A part of speech, and the sememes that annotate one sense."""


class Sememes:
    """Words that share with a word, in its part of speech, the sememes of one sense of each; alphabetically.

    Only words of one word: what HowNet writes with a space in English is none.
    """

    name = "sememes"
    knows_parts = True

    def __init__(self, path: Path | str | None = None, language: str = "en") -> None:
        """From a file, or the one that TABOO_HOWNET names. Raises DataMissingError or BrokenFileError."""
        file = found(path, VARIABLE, "HowNet's dictionary", _REMEDY)
        content = file.read_bytes()
        if content[:1] == b"\x80":
            raise BrokenFileError(str(file), 0, "it is a pickle, and a pickle is a program that would be run", _REMEDY)
        self.fingerprint = of_bytes(content)
        self._parts = parts_of_speech(language)
        self._meanings: dict[str, list[Meaning]] = {}
        self._words: dict[Meaning, set[str]] = {}
        for word, meaning in _senses(content, str(file), language):
            self._meanings.setdefault(word, []).append(meaning)
            self._words.setdefault(meaning, set()).add(word)

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word."""
        word = text.words[place]
        lower = word.casefold()
        meanings = self._meanings.get(lower, ())
        if not meanings:
            return ()
        part = self._parts(text.words)[place]
        same = {it for meaning in meanings if meaning[0] == part for it in self._words[meaning]}
        return tuple(cased_like(it, word) for it in sorted(same - {lower}))


def _senses(content: bytes, path: str, language: str) -> Iterator[tuple[str, Meaning]]:
    """Each word of the language with its part of speech and sememes."""
    written, grammar = _FIELDS[language]
    for number, entry in _entries(content, path):
        missing = [key for key in (written, grammar, "DEF") if key not in entry]
        if missing:
            raise BrokenFileError(path, number, f"the entry that begins here lacks {', '.join(missing)}", _REMEDY)
        part = _PARTS.get(entry[grammar].split(" ")[0].split("[")[0])
        word, sememes = entry[written].casefold(), frozenset(_SEMEME.findall(entry["DEF"]))
        if part and sememes and word and " " not in word:
            yield word, (part, sememes)


def _entries(content: bytes, path: str) -> Iterator[tuple[int, Entry]]:
    """Every entry with the number of its first line."""
    first, entry = 0, dict[str, str]()
    for number, line in numbered(content, path, _REMEDY):
        key, equals, value = line.partition("=")
        if not equals or (key != "NO." and not first):
            raise BrokenFileError(path, number, f"{line[:60]!r} belongs to no entry", _REMEDY)
        if key == "NO.":
            if first:
                yield first, entry
            first, entry = number, {}
        entry[key] = value.strip()
    if not first:
        raise BrokenFileError(path, 0, "it has no entry", _REMEDY)
    yield first, entry
